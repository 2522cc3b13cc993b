//! Other keys for objects: the payload stays where it is, and what belongs to the object stays with it.

use std::sync::Mutex;

use crate::support::{Fate, ObjectRelay, moto, moto_objects, noise, object_error, versitygw};

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
fn what_is_not_encrypted_below_a_prefix_is_counted_and_left_alone() {
    let server = need!(versitygw());
    server.new_bucket("rewrap-mixed");
    let home = server.home();
    let second = second_key(&home);
    for key in ["in/one", "in/two"] {
        home.run_with(["encrypt", "-o", &format!("s3://rewrap-mixed/{key}")], b"secret").ok();
    }
    std::fs::write(server.file("rewrap-mixed", "in/readme.txt"), "not a secret").unwrap();
    std::fs::write(server.file("rewrap-mixed", "in/empty"), "").unwrap();
    let told = home.run(["rewrap", "-r", "--add", &second, "s3://rewrap-mixed/in/"]).ok().stdout_text();
    assert!(told.contains("4 files: 2 changed, 0 unchanged, 2 not encrypted"), "{told}");
    let told = home.run(["--json", "rewrap", "-r", "--add", &second, "s3://rewrap-mixed/in/"]).ok().stdout_text();
    assert!(told.contains(r#""not_encrypted":2"#) && told.contains(r#""failed":0"#), "{told}");
    let told = home.run(["rotate", "-v", "-r", "--yes", "s3://rewrap-mixed/in/"]);
    let told = told.ok().stdout_text() + &told.stderr;
    assert!(told.contains("4 files: 2 got a new data key, 0 failed, 2 not encrypted"), "{told}");
    assert_eq!(std::fs::read(server.file("rewrap-mixed", "in/readme.txt")).unwrap(), b"not a secret");
    // Who names one means it.
    home.run(["rewrap", "--add", &second, "s3://rewrap-mixed/in/readme.txt"]).fails(3);
    // One that was damaged is not passed over in silence.
    std::fs::write(server.file("rewrap-mixed", "in/damaged"), b"\x89kenc\n\x01 and more").unwrap();
    let outcome = home.run(["rewrap", "-r", "--add", &second, "s3://rewrap-mixed/in/"]);
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    outcome.says("in/damaged");
}

#[test]
fn the_old_version_of_an_object_goes_on_request() {
    let server = need!(moto_objects());
    for (bucket, status) in [("rewrap-versions", "Enabled"), ("rewrap-suspended", "Suspended")] {
        server.new_bucket(bucket);
        let home = server.home();
        let second = second_key(&home);
        let on = format!(
            r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>{status}</Status></VersioningConfiguration>"#
        );
        crate::support::request(server.port, "PUT", &format!("/{bucket}?versioning"), &[], &on).unwrap();
        let versions = || {
            let list = crate::support::request(server.port, "GET", &format!("/{bucket}?versions"), &[], "").unwrap();
            list.body.matches("<Version>").count()
        };
        let keeps = usize::from(status == "Enabled");
        for (number, len) in [MIB, 12 * MIB].into_iter().enumerate() {
            let (object, plaintext) = (format!("s3://{bucket}/{len}"), noise(len));
            home.run_with(["encrypt", "-o", &object], &plaintext).ok();
            assert_eq!(versions(), number * (1 + keeps) + 1);
            home.run(["rewrap", "--add", &second, &object]).ok();
            assert_eq!(versions(), number * (1 + keeps) + 1 + keeps);
            home.run(["rewrap", "--to", &second, "--delete-old-version", &object]).ok();
            assert_eq!(versions(), number * (1 + keeps) + 1 + keeps);
            home.run(["decrypt", "--identity", "second.txt", &object]).gives(&plaintext);
        }
    }
}

#[test]
fn an_old_version_that_cannot_be_deleted_is_told() {
    let moto = need!(moto_objects());
    moto.new_bucket("rewrap-undeletable");
    let mut home = moto.home();
    let second = second_key(&home);
    let on = r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>"#;
    crate::support::request(moto.port, "PUT", "/rewrap-undeletable?versioning", &[], on).unwrap();
    home.run_with(["encrypt", "-o", "s3://rewrap-undeletable/x"], b"x").ok();
    let relay = ObjectRelay::to(&moto, |request| {
        if request.first_line.starts_with("DELETE ") {
            return Fate::Answered(object_error(403, "AccessDenied", "Access Denied"));
        }
        Fate::Passed(request)
    });
    home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
    home.run(["rewrap", "--to", &second, "--delete-old-version", "s3://rewrap-undeletable/x"])
        .fails(1)
        .says("s3:DeleteObjectVersion is denied")
        .says("?versionId=")
        .hints("the new version is in its place");
    home.run(["decrypt", "--identity", "second.txt", "s3://rewrap-undeletable/x"]).gives(b"x");
}

#[test]
fn an_access_control_list_that_cannot_be_read_is_a_reason_unless_the_bucket_has_none() {
    let server = need!(moto_objects());
    server.new_bucket("rewrap-acl");
    let home = server.home();
    let second = second_key(&home);
    home.run_with(["encrypt", "-o", "s3://rewrap-acl/x"], b"x").ok();
    let owner =
        "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>";
    for (controls, is_refused) in [(None, true), (Some(owner), false)] {
        let relay = ObjectRelay::to(&server, move |request| {
            let is_of = |words: &str| request.first_line.starts_with("GET ") && request.first_line.contains(words);
            if is_of("?ownershipControls") {
                let mut answer = object_error(404, "OwnershipControlsNotFoundError", "none");
                if let Some(controls) = controls {
                    answer.first_line = "HTTP/1.1 200 OK".to_owned();
                    answer.body = controls.as_bytes().to_vec();
                }
                return Fate::Answered(answer);
            }
            if is_of("?acl") {
                return Fate::Answered(object_error(403, "AccessDenied", "Access Denied"));
            }
            Fate::Passed(request)
        });
        let mut through = server.home();
        std::fs::copy(home.local_key(), through.local_key()).unwrap();
        through.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
        let outcome = through.run(["rewrap", "--add", &second, "s3://rewrap-acl/x"]);
        if is_refused {
            outcome.fails(1).says("its access-control list cannot be read").hints("another object");
        } else {
            outcome.ok();
            assert_eq!(relay.count("?acl"), 0);
        }
    }
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
