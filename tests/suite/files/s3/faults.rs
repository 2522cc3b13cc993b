//! What can go wrong between kenc and S3: a sentence and a hint each time, and nothing half-written.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{
    CLOSED_PORT, Fate, Home, Message, ObjectRelay, ObjectServer, home_of_objects, noise, object_error, pass_on,
    versitygw,
};

const MIB: usize = 1 << 20;

/// A home whose requests go through a relay.
fn home_through(relay: &ObjectRelay) -> Home {
    home_of_objects(relay.port)
}

/// A relay that does something with the requests that have `words` in their first line, the first `times` times.
fn relay_with(
    server: &ObjectServer,
    words: &'static str,
    times: usize,
    fate: impl Fn(Message) -> Fate + Send + Sync + 'static,
) -> ObjectRelay {
    let seen = AtomicUsize::new(0);
    ObjectRelay::to(server, move |request| {
        let is_meant = request.first_line.contains(words) && seen.fetch_add(1, Ordering::SeqCst) < times;
        if is_meant { fate(request) } else { Fate::Passed(request) }
    })
}

#[test]
fn throttled_and_broken_requests_are_sent_again() {
    let server = need!(versitygw());
    server.new_bucket("again");
    // Three parts.
    let plaintext = noise(11 * MIB);
    for (name, words) in [("part", "partNumber="), ("begin", "?uploads"), ("complete", "uploadId=")] {
        let slow = || Fate::Answered(object_error(503, "SlowDown", "Please reduce your request rate."));
        let relays = [relay_with(server, words, 2, move |_| slow()), relay_with(server, words, 1, |_| Fate::Reset)];
        for (number, relay) in relays.iter().enumerate() {
            let home = home_through(relay);
            let object = format!("s3://again/{name}-{number}");
            home.run_with(["encrypt", "-o", &object], &plaintext).ok();
            home.run(["decrypt", &object]).gives(&plaintext);
        }
    }
    let relay = relay_with(server, "GET /again/part-0", 2, |_| Fate::Reset);
    let home = home_through(&relay);
    // The key is another one.
    home.run(["decrypt", "s3://again/part-0"]).fails(4);
    home.run_with(["encrypt", "-o", "s3://again/read"], &plaintext).ok();
    let seen = Arc::new(AtomicUsize::new(0));
    let relay = ObjectRelay::to(server, move |request| {
        // Every other one.
        if request.first_line.starts_with("GET ") && seen.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
            return Fate::Reset;
        }
        Fate::Passed(request)
    });
    let mut home = home;
    home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
    home.run(["decrypt", "s3://again/read"]).gives(&plaintext);
    assert_eq!(server.unfinished("again"), 0);
}

#[test]
fn an_upload_that_fails_leaves_neither_an_object_nor_parts() {
    let server = need!(versitygw());
    server.new_bucket("failed");
    let plaintext = noise(30 * MIB);
    let denied = || object_error(403, "AccessDenied", "Access Denied");
    let expired = || object_error(400, "ExpiredToken", "The provided token has expired.");
    let slow = || object_error(503, "SlowDown", "Please reduce your request rate.");
    for (answer, said, hinted) in [
        (denied(), "s3:PutObject is denied", "ask an administrator of the bucket for s3:PutObject"),
        (expired(), "the AWS credentials have expired", "aws sso login"),
        (slow(), "was throttled", "AWS_MAX_ATTEMPTS"),
    ] {
        for words in ["partNumber=2", "partNumber=4", "POST /failed/object?uploadId"] {
            let answer = answer.clone();
            let relay = relay_with(server, words, usize::MAX, move |_| Fate::Answered(answer.clone()));
            let home = home_through(&relay).with("AWS_MAX_ATTEMPTS", "2");
            home.run_with(["encrypt", "-o", "s3://failed/object"], &plaintext).fails(1).says(said).hints(hinted);
            assert!(!server.file("failed", "object").exists(), "{words}");
            assert_eq!(server.unfinished("failed"), 0, "{words}");
        }
    }
}

#[test]
fn a_part_that_was_damaged_on_its_way_is_refused_by_the_server() {
    let server = need!(versitygw());
    server.new_bucket("damaged");
    let flip = |mut request: Message| {
        request.body[1000] ^= 1;
        Fate::Passed(request)
    };
    for (len, words) in [(20 * MIB, "partNumber=2"), (MIB, "PUT /damaged/object")] {
        let relay = relay_with(server, words, usize::MAX, flip);
        let home = home_through(&relay).with("AWS_MAX_ATTEMPTS", "2");
        home.run_with(["encrypt", "-o", "s3://damaged/object"], &noise(len))
            .fails(1)
            .says("are not those that were sent")
            .hints("check the network");
        assert!(!server.file("damaged", "object").exists());
        assert_eq!(server.unfinished("damaged"), 0);
    }
}

#[test]
fn a_damaged_object_is_not_released() {
    let server = need!(versitygw());
    server.new_bucket("flipped");
    let home = server.home();
    home.run_with(["encrypt", "-o", "s3://flipped/object"], &noise(20 * MIB)).ok();
    let file = server.file("flipped", "object");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[15 * MIB] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    home.run(["verify", "s3://flipped/object"]).fails(3);
    home.run(["decrypt", "s3://flipped/object", "-o", "plain"]).fails(3);
    assert!(!home.file("plain").exists());
}

#[test]
fn an_object_that_is_replaced_while_it_is_read_is_refused() {
    let server = need!(versitygw());
    server.new_bucket("replaced");
    let home = server.home();
    home.run_with(["encrypt", "-o", "s3://replaced/object"], &noise(20 * MIB)).ok();
    home.run_with(["encrypt", "-o", "s3://replaced/other"], &noise(20 * MIB)).ok();
    let (object, other) = (server.file("replaced", "object"), server.file("replaced", "other"));
    let key = std::fs::read(home.local_key()).unwrap();
    let count = AtomicUsize::new(0);
    let relay = ObjectRelay::to(server, move |request| {
        if request.first_line.starts_with("GET ") && count.fetch_add(1, Ordering::SeqCst) == 1 {
            std::fs::rename(&other, &object).unwrap();
        }
        Fate::Passed(request)
    });
    let through = home_through(&relay);
    std::fs::write(through.local_key(), key).unwrap();
    through
        .run(["decrypt", "s3://replaced/object", "-o", "plain"])
        .fails(1)
        .says("was replaced while it was read")
        .hints("versionId");
    assert!(!through.file("plain").exists());
}

#[test]
fn a_download_that_fails_in_the_middle_leaves_nothing_behind() {
    let server = need!(versitygw());
    server.new_bucket("middle");
    let home = server.home();
    home.run_with(["encrypt", "-o", "s3://middle/object"], &noise(30 * MIB)).ok();
    let denied = || object_error(403, "AccessDenied", "Access Denied");
    let expired = || object_error(400, "ExpiredToken", "The provided token has expired.");
    let slow = || object_error(503, "SlowDown", "Please reduce your request rate.");
    let gone = || object_error(404, "NoSuchBucket", "The specified bucket does not exist");
    let cut = || Message { first_line: "HTTP/1.1 206 Partial".to_owned(), body: vec![0; 100], ..Message::default() };
    for (answer, said, hinted) in [
        (Some(denied()), "s3:GetObject is denied", "ask an administrator of the bucket for s3:GetObject"),
        (Some(expired()), "the AWS credentials have expired", "aws sso login"),
        (Some(slow()), "was throttled", "AWS_MAX_ATTEMPTS"),
        (Some(gone()), "the bucket does not exist", "aws s3 ls"),
        (Some(cut()), "another number of bytes", "AWS_ENDPOINT_URL_S3"),
        (None, "cannot reach", "aws s3 ls"),
    ] {
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        let relay = ObjectRelay::to(server, move |request| {
            if count.fetch_add(1, Ordering::SeqCst) < 4 {
                return Fate::Passed(request);
            }
            answer.clone().map_or(Fate::Reset, Fate::Answered)
        });
        let through = home_through(&relay).with("AWS_MAX_ATTEMPTS", "2");
        std::fs::copy(home.local_key(), through.local_key()).unwrap();
        through.run(["decrypt", "s3://middle/object", "-o", "plain"]).fails(1).says(said).hints(hinted);
        assert!(!through.file("plain").exists(), "{said}");
        seen.store(0, Ordering::SeqCst);
        // What was authentic before the fault went down the pipe, and the exit code says that it is not all.
        let piped = through.run(["decrypt", "s3://middle/object"]);
        assert_eq!(piped.code, 1, "{}", piped.stderr);
        piped.says(said);
    }
}

#[test]
fn a_rewrap_that_fails_leaves_the_object_as_it_was_and_no_parts() {
    let server = need!(versitygw());
    server.new_bucket("rewrap-failed");
    let home = server.home();
    let second = home.succeeds("kenc keygen -o second.txt").trim().to_owned();
    let plaintext = noise(30 * MIB);
    home.run_with(["encrypt", "-o", "s3://rewrap-failed/object"], &plaintext).ok();
    let before = std::fs::read(server.file("rewrap-failed", "object")).unwrap();
    let denied = || object_error(403, "AccessDenied", "Access Denied");
    let expired = || object_error(400, "ExpiredToken", "The provided token has expired.");
    let late =
        || object_error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    for words in ["partNumber=1&", "partNumber=2&", "POST /rewrap-failed/object?uploadId"] {
        for (answer, said, hinted) in [
            (denied(), "is denied", "ask an administrator of the bucket"),
            (expired(), "the AWS credentials have expired", "aws sso login"),
            (late(), "was replaced while it was read", "run the command again"),
        ] {
            let relay = relay_with(server, words, usize::MAX, move |_| Fate::Answered(answer.clone()));
            let through = home_through(&relay).with("AWS_MAX_ATTEMPTS", "2");
            std::fs::copy(home.local_key(), through.local_key()).unwrap();
            let rewrap = ["rewrap", "--to", &second, "s3://rewrap-failed/object"];
            through.run(rewrap).fails(1).says(said).hints(hinted);
            assert!(std::fs::read(server.file("rewrap-failed", "object")).unwrap() == before, "{words}");
            assert_eq!(server.unfinished("rewrap-failed"), 0, "{words}");
        }
    }
    home.run(["decrypt", "s3://rewrap-failed/object"]).gives(&plaintext);
}

#[test]
fn every_range_but_the_first_names_the_object_that_was_opened() {
    let server = need!(versitygw());
    server.new_bucket("tags");
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let conditions = Arc::clone(&seen);
    let relay = ObjectRelay::to(server, move |request| {
        if request.first_line.starts_with("GET /tags/object") {
            conditions.lock().unwrap().push(request.header("if-match").map(str::to_owned));
        }
        Fate::Passed(request)
    });
    let home = home_through(&relay);
    home.run_with(["encrypt", "-o", "s3://tags/object"], &noise(20 * MIB)).ok();
    home.run(["decrypt", "s3://tags/object"]).ok();
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen[0], None);
    assert!(seen.len() > 2 && seen[1..].iter().all(Option::is_some), "{seen:?}");
}

#[test]
fn of_two_programs_that_write_the_same_object_one_is_refused() {
    let server = need!(versitygw());
    server.new_bucket("race");
    for (len, words) in [(20 * MIB, "POST /race/20971520?uploadId"), (MIB, "PUT /race/1048576")] {
        let file = server.file("race", &len.to_string());
        let home = server.home();
        home.run_with(["encrypt", "-o", &format!("s3://race/{len}.other")], b"of the other").ok();
        let other = server.file("race", &format!("{len}.other"));
        let (target, key) = (file.clone(), std::fs::read(home.local_key()).unwrap());
        let relay = relay_with(server, words, 1, move |request| {
            // The other program is faster.
            std::fs::rename(&other, &target).unwrap();
            Fate::Passed(request)
        });
        let through = home_through(&relay);
        through.run_with(["encrypt", "-o", &format!("s3://race/{len}")], &noise(len)).fails(6).says("already exists");
        std::fs::write(through.local_key(), key).unwrap();
        through.run(["decrypt", &format!("s3://race/{len}")]).gives(b"of the other");
        assert_eq!(server.unfinished("race"), 0);
    }
}

#[test]
fn an_object_whose_confirmation_was_lost_counts_as_written() {
    let server = need!(versitygw());
    server.new_bucket("lost");
    let port = server.port;
    for (len, words) in [(20 * MIB, "POST /lost/20971520?uploadId"), (MIB, "PUT /lost/1048576")] {
        let relay = relay_with(server, words, 1, move |request| {
            pass_on(port, &request);
            Fate::Reset
        });
        let home = home_through(&relay);
        let (object, plaintext) = (format!("s3://lost/{len}"), noise(len));
        home.run_with(["encrypt", "-o", &object], &plaintext).ok();
        home.run(["decrypt", &object]).gives(&plaintext);
    }
}

#[test]
fn what_is_not_there_or_not_allowed_is_told_in_a_sentence() {
    let server = need!(versitygw());
    server.new_bucket("sentences");
    let home = server.home();
    home.run(["decrypt", "s3://sentences/a/none"])
        .fails(1)
        .says("s3://sentences/a/none: it does not exist")
        .hints("aws s3 ls s3://sentences/a/");
    home.run(["decrypt", "s3://no-such-bucket/none"]).fails(1).says("the bucket does not exist").hints("--aws-profile");
    home.run_with(["encrypt", "-o", "s3://no-such-bucket/x"], b"x").fails(1).says("the bucket does not exist");
    home.run(["inspect", "s3://no-such-bucket/x"]).fails(1).says("the bucket does not exist");
    home.run(["verify", "s3://sentences/none"]).fails(1).says("it does not exist");
    let wrong = server.home().with("AWS_SECRET_ACCESS_KEY", "wrong");
    wrong.run(["decrypt", "s3://sentences/none"]).fails(1).says("AWS rejected the credentials").hints("date -u");
    let none = server.home().without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
    none.run(["decrypt", "s3://sentences/none"]).fails(1).says("no AWS credentials").hints("aws configure");
    let nobody = home_of_objects(CLOSED_PORT);
    nobody.run(["decrypt", "s3://sentences/none"]).fails(1).says("connection refused").hints("AWS_ENDPOINT_URL_S3");
}

#[test]
fn a_bucket_in_another_region_is_asked_there() {
    let server = need!(versitygw());
    server.new_bucket("regions");
    // versitygw is in us-east-1, and says so to whoever signs for another region.
    let home = server.home().with("AWS_REGION", "eu-west-1");
    home.run_with(["encrypt", "-o", "s3://regions/file"], b"moved").ok();
    home.run(["decrypt", "s3://regions/file"]).gives(b"moved");
    // One that does not say where it is.
    let relay = relay_with(server, "/regions/", usize::MAX, |_| {
        Fate::Answered(object_error(301, "PermanentRedirect", "The bucket must be addressed using another endpoint."))
    });
    home_through(&relay)
        .run(["decrypt", "s3://regions/file"])
        .fails(1)
        .says("the bucket is in another region")
        .hints("get-bucket-location");
}
