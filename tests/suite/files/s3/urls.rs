//! Objects behind presigned URLs: read as any other, and their secret is seen nowhere.

use std::process::Command;

use crate::support::{
    CLOSED_PORT, Fate, Home, Message, ObjectRelay, ObjectServer, finish, noise, object_error, versitygw,
};

const MIB: usize = 1 << 20;

/// A URL that permits to read an object for so many seconds.
fn presigned(server: &ObjectServer, home: &Home, object: &str, seconds: u32) -> Result<String, String> {
    let mut aws = home.environment_of(Command::new(crate::support::python_program("aws")?));
    // Where the endpoint is named, it would sign as it did in 2006.
    home.write("aws-config", "[default]\ns3 =\n  signature_version = s3v4\n");
    aws.env("AWS_CONFIG_FILE", home.file("aws-config"));
    aws.args(["s3", "presign", object, "--expires-in", &seconds.to_string(), "--endpoint-url"]);
    aws.arg(format!("http://127.0.0.1:{}", server.port));
    Ok(finish(aws, b"").ok().stdout_text().trim().to_owned())
}

/// The same URL on another port. The signature covers the port, so the relay has to put the host back.
fn on_port(url: &str, port: u16) -> String {
    let (before, rest) = url.split_once("127.0.0.1:").unwrap();
    let (_, rest) = rest.split_once('/').unwrap();
    format!("{before}127.0.0.1:{port}/{rest}")
}

/// A relay that passes requests on with the host that was signed.
fn relay(server: &ObjectServer, fate: impl Fn(Message) -> Fate + Send + Sync + 'static) -> ObjectRelay {
    let host = format!("127.0.0.1:{}", server.port);
    ObjectRelay::to(server, move |mut request| {
        for (name, value) in &mut request.headers {
            if name == "host" {
                value.clone_from(&host);
            }
        }
        fate(request)
    })
}

/// A home that has the key of another one, and no credentials.
fn without_credentials(home: &Home) -> Home {
    let reader = Home::with_key();
    std::fs::copy(home.local_key(), reader.local_key()).unwrap();
    reader
}

#[test]
fn an_object_behind_a_presigned_url_is_read_without_credentials_and_its_secret_is_not_shown() {
    let server = need!(versitygw());
    server.new_bucket("urls");
    let home = server.home();
    let plaintext = noise(20 * MIB);
    home.run_with(["encrypt", "-o", "s3://urls/a/file.kenc"], &plaintext).ok();
    let url = need!(presigned(server, &home, "s3://urls/a/file.kenc", 600));
    assert!(url.contains("X-Amz-Signature=") || url.contains("Signature="), "{url}");
    let shown = url.split('?').next().unwrap();
    let reader = without_credentials(&home);
    reader.run(["decrypt", &url]).gives(&plaintext);
    reader.run(["decrypt", &url, "-o", "./"]).ok();
    assert!(reader.read("file") == plaintext);
    reader.run(["decrypt", "--range", "5000000..6000000", &url]).gives(&plaintext[5_000_000..6_000_000]);
    for arguments in
        [&["inspect", &url][..], &["verify", "-v", &url], &["--json", "inspect", &url], &["--json", "verify", &url]]
    {
        let outcome = reader.run(arguments);
        let told = outcome.ok().stdout_text() + &outcome.stderr;
        assert!(!told.contains("Signature") && !told.contains('?'), "{told}");
    }
    let other = need!(presigned(server, &home, "s3://urls/a/file.kenc", 500));
    let several = reader.run(["inspect", &url, &other]).ok().stdout_text();
    assert!(several.contains(shown) && !several.contains("Signature"), "{several}");
    home.run(["encrypt", &url, "-o", "twice"]).ok();
    // An empty object, which is not encrypted.
    std::fs::write(server.file("urls", "empty"), "").unwrap();
    let empty = need!(presigned(server, &home, "s3://urls/empty", 600));
    reader.run(["decrypt", &empty]).fails(3).says(empty.split('?').next().unwrap());
}

#[test]
fn every_read_behind_a_url_is_a_plain_get_of_the_object_that_was_opened() {
    let server = need!(versitygw());
    server.new_bucket("urls-plain");
    let home = server.home();
    home.run_with(["encrypt", "-o", "s3://urls-plain/file"], &noise(12 * MIB)).ok();
    home.run_with(["encrypt", "-o", "s3://urls-plain/other"], &noise(12 * MIB)).ok();
    let url = need!(presigned(server, &home, "s3://urls-plain/file", 600));
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let requests = std::sync::Arc::clone(&seen);
    let through = relay(server, move |request| {
        requests.lock().unwrap().push(request.clone());
        Fate::Passed(request)
    });
    let reader = without_credentials(&home);
    // With credentials at hand, they are not sent either.
    let reader = reader.with("AWS_ACCESS_KEY_ID", "AKIDSECRET").with("AWS_SECRET_ACCESS_KEY", "x");
    reader.run(["verify", &on_port(&url, through.port)]).ok();
    let seen = seen.lock().unwrap().clone();
    assert!(seen.len() > 2);
    for (number, request) in seen.iter().enumerate() {
        assert!(request.first_line.starts_with("GET "), "{}", request.first_line);
        assert!(
            request.header("range").is_some() && request.header("if-match").is_some() == (number > 0),
            "{request:?}"
        );
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.iter().all(|name| ["host", "range", "if-match", "user-agent"].contains(name)), "{names:?}");
    }
    // Replaced between two reads.
    let (file, other) = (server.file("urls-plain", "file"), server.file("urls-plain", "other"));
    let count = std::sync::atomic::AtomicUsize::new(0);
    let through = relay(server, move |request| {
        if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 {
            std::fs::rename(&other, &file).unwrap();
        }
        Fate::Passed(request)
    });
    reader
        .run(["decrypt", &on_port(&url, through.port), "-o", "plain"])
        .fails(1)
        .says("was replaced while it was read");
    assert!(!reader.file("plain").exists());
}

#[test]
fn what_is_wrong_with_a_url_is_told_without_its_secret() {
    let server = need!(versitygw());
    server.new_bucket("urls-wrong");
    let home = server.home();
    home.run_with(["encrypt", "-o", "s3://urls-wrong/file"], &noise(12 * MIB)).ok();
    let url = need!(presigned(server, &home, "s3://urls-wrong/file", 600));
    let short = need!(presigned(server, &home, "s3://urls-wrong/file", 1));
    let absent = need!(presigned(server, &home, "s3://urls-wrong/none", 600));
    let reader = without_credentials(&home).with("AWS_MAX_ATTEMPTS", "2");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let check = |url: &str, code: i32, said: &str, hinted: &str| {
        for command in [&["decrypt", url, "-o", "plain"][..], &["inspect", url], &["--json", "verify", url]] {
            let outcome = reader.run(command);
            assert_eq!(outcome.code, code, "{}", outcome.stderr);
            assert!(outcome.stderr.contains(said) && outcome.stderr.contains(hinted), "{}", outcome.stderr);
            let told = outcome.stderr.clone() + &outcome.stdout_text();
            for secret in ["Signature=", "Credential=", "SECRET"] {
                assert!(!told.contains(secret), "{told}");
            }
            assert!(!reader.file("plain").exists());
        }
    };
    check(&short, 1, "the URL has expired", "aws s3 presign");
    check(&url.replace("Signature=", "Signature=0"), 1, "the server refuses the URL", "quote it");
    check(url.split('&').next().unwrap(), 1, "the server refuses the URL", "quote it");
    check(&absent, 1, "it does not exist", "check the URL");
    check(&on_port(&url, CLOSED_PORT), 1, "connection refused", "HTTPS_PROXY");
    let echo = || object_error(403, "SECRET", "you sent X-Amz-Signature=SECRET");
    let slow = || object_error(503, "SlowDown", "SECRET");
    let away = |to: &str| {
        let mut answer = object_error(302, "Found", "SECRET");
        answer.headers.push(("location".to_owned(), format!("http://127.0.0.1:{CLOSED_PORT}/{to}")));
        answer
    };
    for (answer, said, hinted) in [
        (echo(), "the server refuses the URL", "quote it"),
        (slow(), "was throttled", "AWS_MAX_ATTEMPTS"),
        (away("elsewhere"), "leads to another one", "if you trust it"),
        (object_error(301, "PermanentRedirect", "SECRET"), "leads to another one", "if you trust it"),
        (object_error(500, "InternalError", "SECRET"), "failed", "check the URL"),
    ] {
        for first in [0, 1] {
            // At once, and in the middle.
            let (answer, count) = (answer.clone(), std::sync::atomic::AtomicUsize::new(0));
            let through = relay(server, move |request| {
                let is_early = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < first;
                if is_early { Fate::Passed(request) } else { Fate::Answered(answer.clone()) }
            });
            let url = on_port(&url, through.port);
            let outcome = reader.run(["decrypt", &url, "-o", "plain"]);
            outcome.fails(1).says(said).hints(hinted);
            assert!(!outcome.stderr.contains("SECRET") && !outcome.stderr.contains("Signature="), "{}", outcome.stderr);
            assert!(!reader.file("plain").exists());
        }
    }
}

#[test]
fn what_cannot_be_read_or_is_not_to_be_written_is_refused_before_anybody_is_asked() {
    let home = Home::with_key();
    home.run(["decrypt", "http://example.invalid/a?X-Amz-Signature=SECRET"]).fails(2).says("of https only");
    let told = home.run(["decrypt", "https://user:SECRET@example.invalid/a"]);
    assert!(!told.fails(2).says("no host").stderr.contains("SECRET"), "{}", told.stderr);
    home.run(["decrypt", "https://example.invalid/?a"]).fails(2).says("names no file");
    home.run_with(["encrypt", "-o", "https://example.invalid/a?X=SECRET"], b"x")
        .fails(2)
        .says("with a query can only be");
    home.run_with(["encrypt", "-o", "https://example.invalid/a"], b"x")
        .fails(2)
        .says("only reads those")
        .hints("s3://");
    home.run(["rewrap", "--to", "age1", "https://example.invalid/a?X=SECRET"]).fails(2);
    for arguments in [
        &["rewrap", "https://example.invalid/a?X=SECRET"][..],
        &["get", "https://example.invalid/a?X=SECRET", "a"],
        &["decrypt", "--no-such-flag", "https://example.invalid/a?X=SECRET"],
        &["keygen", "https://example.invalid/a?X=SECRET"],
    ] {
        let outcome = home.run(arguments);
        assert!(outcome.code != 0 && !outcome.stderr.contains("SECRET"), "{}", outcome.stderr);
    }
    home.run_with(["decrypt", "--files0-from", "-", "-o", "out"], b"https://example.invalid/a?X=SECRET\0")
        .fails(2)
        .says("can only be an argument");
}
