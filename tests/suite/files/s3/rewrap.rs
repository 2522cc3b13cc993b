//! Other keys for objects: the payload stays where it is, and what belongs to the object stays with it.

use std::sync::Mutex;

use crate::support::{Fate, ObjectRelay, moto, moto_objects, noise, versitygw};

const MIB: usize = 1 << 20;

/// A second key, in a file of its own, and its recipient.
fn second_key(home: &crate::support::Home) -> String {
    home.succeeds("kenc keygen -o second.txt").trim().to_owned()
}

#[test]
fn an_object_gets_other_keys_without_being_moved() {
    let moto = need!(moto_objects());
    for server in [&moto, need!(versitygw())] {
        server.new_bucket("rewrap");
        let mut home = server.home();
        let second = second_key(&home);
        for len in [0, MIB, 30 * MIB + 5] {
            let (object, plaintext) = (format!("s3://rewrap/{len}"), noise(len));
            home.run_with(["encrypt", "-o", &object], &plaintext).ok();
            let bytes = std::sync::Arc::new(Mutex::new(0));
            let count = std::sync::Arc::clone(&bytes);
            let relay = ObjectRelay::to(server, move |request| {
                *count.lock().unwrap() += request.body.len();
                Fate::Passed(request)
            });
            home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
            home.run(["rewrap", "--to", &second, &object]).ok();
            home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", server.port));
            let sent = *bytes.lock().unwrap();
            assert!(sent <= len.min(5 * MIB) + (64 << 10), "{sent} bytes were sent for an object of {len}");
            home.run(["decrypt", &object]).fails(4);
            home.run(["decrypt", "--identity", "second.txt", &object]).gives(&plaintext);
            home.run(["verify", "--identity", "second.txt", &object]).ok();
            // Once more, from the object that was put together of parts.
            home.run(["rewrap", "--identity", "second.txt", "--add", &recipient_of_home(&home), "--yes", &object]).ok();
            home.run(["decrypt", &object]).gives(&plaintext);
        }
    }
}

/// The recipient of the local key.
fn recipient_of_home(home: &crate::support::Home) -> String {
    let text = std::fs::read_to_string(home.local_key()).unwrap();
    let line = text.lines().find(|line| line.contains("age1")).unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

#[test]
fn what_belongs_to_an_object_stays_with_it() {
    let server = need!(moto_objects());
    server.new_bucket("carried");
    let home = server.home();
    let second = second_key(&home);
    for len in [MIB, 12 * MIB] {
        home.write("sealed", home.encrypt(&[], &noise(len)));
        let curl = format!(
            "curl -sf -T sealed -H 'content-type: application/x-backup' -H 'x-amz-meta-owner: eve' -H 'x-amz-tagging: team=a%20b&x=1' -H 'x-amz-storage-class: STANDARD_IA' -H 'cache-control: no-store' http://127.0.0.1:{}/carried/{len}",
            server.port
        );
        home.succeeds(&curl);
        home.run(["rewrap", "--add", &second, &format!("s3://carried/{len}")]).ok();
        let head = home
            .succeeds(&format!("curl -sf -H 'authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00' -D - -o /dev/null http://127.0.0.1:{}/carried/{len}", server.port))
            .to_lowercase();
        for line in [
            "content-type: application/x-backup",
            "x-amz-meta-owner: eve",
            "x-amz-storage-class: standard_ia",
            "cache-control: no-store",
        ] {
            assert!(head.contains(line), "{line}\n{head}");
        }
        let tags = home.succeeds(&format!("curl -sf -H 'authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00' 'http://127.0.0.1:{}/carried/{len}?tagging'", server.port));
        assert!(tags.contains("<Value>a b</Value>") && tags.contains("<Key>x</Key>"), "{tags}");
    }
}

#[test]
fn an_object_that_another_program_replaces_meanwhile_is_left_alone() {
    let server = need!(versitygw());
    server.new_bucket("rewrap-race");
    let home = server.home();
    let second = second_key(&home);
    for (len, words) in [(MIB, "PUT /rewrap-race/1048576"), (20 * MIB, "POST /rewrap-race/20971520?uploadId")] {
        let object = format!("s3://rewrap-race/{len}");
        home.run_with(["encrypt", "-o", &object], &noise(len)).ok();
        home.run_with(["encrypt", "-o", &format!("{object}.other")], b"other").ok();
        let file = server.file("rewrap-race", &len.to_string());
        let other = server.file("rewrap-race", &format!("{len}.other"));
        let relay = ObjectRelay::to(server, move |request| {
            if request.first_line.starts_with(words) && other.exists() {
                std::fs::rename(&other, &file).unwrap();
            }
            Fate::Passed(request)
        });
        let mut through = server.home();
        std::fs::copy(home.local_key(), through.local_key()).unwrap();
        through.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
        through.run(["rewrap", "--add", &second, &object]).fails(1).says("was replaced while it was read");
        home.run(["decrypt", &object]).gives(b"other");
        assert_eq!(server.unfinished("rewrap-race"), 0);
    }
}

#[test]
fn all_objects_below_a_prefix_get_other_keys() {
    let server = need!(versitygw());
    let kms = need!(moto());
    server.new_bucket("rewrap-many");
    kms.new_alias("alias/rewrap-many", &kms.new_key());
    let home = server.home().with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", kms.port));
    let second = second_key(&home);
    std::fs::create_dir(home.file("tree")).unwrap();
    for number in 0..20 {
        home.write(&format!("tree/{number}"), number.to_string());
    }
    home.run(["encrypt", "-k", "alias/rewrap-many", "-r", "tree", "-o", "s3://rewrap-many/in/"]).ok();
    home.run(["rewrap", "--to", &second, "s3://rewrap-many/in/"]).fails(2).says("is a prefix");
    home.run(["rewrap", "-r", "--to", &second, "s3://rewrap-many/in/"]).ok();
    home.run(["decrypt", "--identity", "second.txt", "-r", "s3://rewrap-many/in/", "-o", "back"]).ok();
    home.succeeds("diff -r tree back");
}
