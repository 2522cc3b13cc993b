//! Objects of S3 wherever a file can stand: whole or not at all, and told in a sentence what went wrong.

mod encryption_client;
mod faults;
mod resumed;
mod rewrap;
mod trees;
mod unfinished;
mod urls;

use std::process::Command;

use crate::support::{
    Fate, LongText, ObjectRelay, ObjectServer, finish, home_of_objects, moto_objects, noise, pipe, versitygw,
};

const MIB: usize = 1 << 20;

/// Both servers, each with a new bucket.
fn servers(bucket: &str) -> Result<Vec<(String, ObjectServerRef)>, String> {
    let moto = ObjectServerRef::Owned(Box::new(moto_objects()?));
    let servers = vec![("moto".to_owned(), moto), ("versitygw".to_owned(), ObjectServerRef::Shared(versitygw()?))];
    for (_, server) in &servers {
        server.get().new_bucket(bucket);
    }
    Ok(servers)
}

enum ObjectServerRef {
    Owned(Box<ObjectServer>),
    Shared(&'static ObjectServer),
}

impl ObjectServerRef {
    fn get(&self) -> &ObjectServer {
        match self {
            Self::Owned(server) => server,
            Self::Shared(server) => server,
        }
    }
}

#[test]
fn a_file_goes_to_an_object_and_comes_back_whatever_its_length() {
    for (server_name, server) in need!(servers("round-trip")) {
        let home = server.get().home();
        // Around the limits: nothing, one request, the first part, and several parts.
        for len in [0, 1, 100_000, 5 * MIB - 1000, 5 * MIB, 20 * MIB + 7] {
            let plaintext = noise(len);
            home.write("file", &plaintext);
            let object = format!("s3://round-trip/a/{len}.kenc");
            home.run(["encrypt", "file", "-o", &object]).ok();
            home.run(["decrypt", &object]).gives(&plaintext);
            home.run(["decrypt", &object, "-o", "back", "-f"]).ok();
            assert!(home.read("back") == plaintext, "{server_name}, {len}");
            home.run(["verify", &object]).ok();
            let told = home.run(["inspect", &object]).ok().stdout_text();
            assert!(told.starts_with("kenc file"), "{told}");
            let other = format!("s3://round-trip/pipe/{len}.kenc");
            home.run_with(["encrypt", "-o", &other], &plaintext).ok();
            home.run(["decrypt", &other]).gives(&plaintext);
        }
    }
}

#[test]
fn a_range_of_an_object_is_read_with_few_requests() {
    let server = need!(versitygw());
    server.new_bucket("ranges");
    let plaintext = noise(30 * MIB);
    let home = server.home();
    home.run_with(["encrypt", "-o", "s3://ranges/file.kenc"], &plaintext).ok();
    let relay = ObjectRelay::to(server, Fate::Passed);
    let mut home = home;
    home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
    let range = format!("{}..{}", 10 * MIB + 3, 11 * MIB + 3);
    home.run(["decrypt", "--range", &range, "s3://ranges/file.kenc"]).gives(&plaintext[10 * MIB + 3..11 * MIB + 3]);
    // The head, and the range.
    assert_eq!(relay.count("GET "), 2, "{:?}", relay.asked());
    home.run(["inspect", "s3://ranges/file.kenc"]).ok();
    assert_eq!(relay.count("GET "), 3, "{:?}", relay.asked());
    home.run(["decrypt", "--range", "0..31457280", "s3://ranges/file.kenc"]).gives(&plaintext);
    let to_the_end = format!("{}..", 30 * MIB - 5);
    home.run(["decrypt", "--range", &to_the_end, "s3://ranges/file.kenc"]).gives(&plaintext[30 * MIB - 5..]);
    home.run(["decrypt", "--range", "5..31457281", "s3://ranges/file.kenc"]).fails(2).says("31457280");
    home.run(["decrypt", "--range", "5..10", "s3://ranges/file.kenc"]).gives(&plaintext[5..10]);
    home.run(["decrypt", "--range", "31457279..31457280", "s3://ranges/file.kenc"]).gives(&plaintext[30 * MIB - 1..]);
}

#[test]
fn a_range_of_an_object_that_was_cut_off_or_changed_is_authentic_or_refused() {
    let server = need!(versitygw());
    server.new_bucket("ranges-hostile");
    let home = server.home();
    let plaintext = noise(3 * MIB);
    home.run_with(["encrypt", "-o", "s3://ranges-hostile/file"], &plaintext).ok();
    let file = server.file("ranges-hostile", "file");
    let whole = std::fs::read(&file).unwrap();
    let range = ["decrypt", "--range", "100000..200000", "s3://ranges-hostile/file"];
    // What is behind the range is missing: the range is what it was. What is said to be the end is looked at for a range to it.
    std::fs::write(&file, &whole[..2 * MIB]).unwrap();
    home.run(range).gives(&plaintext[100_000..200_000]);
    home.run(["decrypt", "--range", "100000..", "s3://ranges-hostile/file"]).fails(3);
    home.run(["decrypt", "--range", "100000..3000000", "s3://ranges-hostile/file"]).fails(3);
    // The end comes within the range.
    std::fs::write(&file, &whole[..150_000]).unwrap();
    let to_file = ["decrypt", "--range", "100000..200000", "s3://ranges-hostile/file", "-o", "part"];
    let check_refused = || {
        home.run(to_file).fails(3);
        assert!(!home.file("part").exists());
    };
    check_refused();
    let mut changed = whole.clone();
    changed[150_000] ^= 1;
    std::fs::write(&file, &changed).unwrap();
    check_refused();
    // Chunks that changed places.
    let head = whole.len() - 56 - 3 * MIB - 193 * 16;
    let chunk = |number: usize| head + 56 + number * 16_400;
    let mut swapped = whole.clone();
    let (seventh, eighth) = (chunk(7)..chunk(8), chunk(8)..chunk(9));
    swapped[seventh.clone()].copy_from_slice(&whole[eighth.clone()]);
    swapped[eighth].copy_from_slice(&whole[seventh]);
    std::fs::write(&file, &swapped).unwrap();
    check_refused();
}

#[test]
fn objects_of_all_formats_and_documents_are_opened() {
    let server = need!(versitygw());
    server.new_bucket("formats");
    let home = server.home();
    let plaintext = noise(3 * MIB);
    for arguments in [&["-a"][..], &["--format", "age"], &["--cipher", "chacha20-poly1305"]] {
        let object = format!("s3://formats/{}", arguments.join(""));
        home.run_with([&["encrypt", "-o", &object], arguments].concat(), &plaintext).ok();
        home.run(["decrypt", &object]).gives(&plaintext);
        home.run(["verify", &object]).ok();
        home.run(["decrypt", "--range", "1000000..2000000", &object]).gives(&plaintext[1_000_000..2_000_000]);
        home.run(["decrypt", "--range", "3145727..", &object]).gives(&plaintext[3_145_727..]);
        home.run(["decrypt", "--range", "5..3145729", &object, "-o", "part"]).fails(2).says("3145728");
    }
    let relay = ObjectRelay::to(server, Fate::Passed);
    let mut through = server.home();
    std::fs::copy(home.local_key(), through.local_key()).unwrap();
    through.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
    through
        .run(["decrypt", "--range", "1000000..2000000", "s3://formats/--formatage"])
        .gives(&plaintext[1_000_000..2_000_000]);
    assert_eq!(relay.count("GET "), 2, "{:?}", relay.asked());
    home.write("secrets.yaml", "password: hunter2\n");
    home.run(["encrypt", "--values", "secrets.yaml", "-o", "s3://formats/secrets.yaml"]).ok();
    home.run(["decrypt", "s3://formats/secrets.yaml"]).gives(b"password: hunter2\n");
    home.run(["decrypt", "--extract", "password", "s3://formats/secrets.yaml"]).gives(b"hunter2");
}

#[test]
fn a_version_of_an_object_is_read() {
    let server = need!(moto_objects());
    server.new_bucket("versions");
    let home = server.home();
    let on = r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>"#;
    let answer = crate::support::request(server.port, "PUT", "/versions?versioning", &[], on).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    home.run_with(["encrypt", "-o", "s3://versions/file"], b"first").ok();
    let list = crate::support::request(server.port, "GET", "/versions?versions", &[], "").unwrap();
    let version = list.element("VersionId");
    home.run_with(["encrypt", "-f", "-o", "s3://versions/file"], b"second").ok();
    home.run(["decrypt", "s3://versions/file"]).gives(b"second");
    home.run(["decrypt", &format!("s3://versions/file?versionId={version}")]).gives(b"first");
    home.run(["encrypt", "-o", &format!("s3://versions/file?versionId={version}")]).fails(2).says("names a version");
}

#[test]
fn an_object_that_is_there_is_replaced_only_on_request() {
    for (_, server) in need!(servers("existing")) {
        let home = server.get().home();
        for len in [5, 9 * MIB] {
            let object = format!("s3://existing/{len}");
            let (first, second) = (noise(len), noise(len + 1));
            home.run_with(["encrypt", "-o", &object], &first).ok();
            home.run_with(["encrypt", "-o", &object], &second).fails(6).says("already exists").hints("`-f`");
            home.run(["decrypt", &object]).gives(&first);
            home.run_with(["encrypt", "-f", "-o", &object], &second).ok();
            home.run(["decrypt", &object]).gives(&second);
        }
    }
}

#[test]
fn several_files_go_below_a_prefix_and_objects_into_a_folder() {
    let server = need!(versitygw());
    server.new_bucket("several");
    let home = server.home();
    home.write("one", "1");
    home.write("two", "2");
    home.run(["encrypt", "one", "two", "-o", "s3://several/in/"]).ok();
    std::fs::create_dir(home.file("back")).unwrap();
    home.run(["decrypt", "s3://several/in/one.kenc", "s3://several/in/two.kenc", "-o", "back/"]).ok();
    assert_eq!(home.read("back/one"), b"1");
    assert_eq!(home.read("back/two"), b"2");
    home.run(["encrypt", "one", "two", "-o", "s3://several/in"]).fails(2).says("must end with `/`");
    home.run(["decrypt", "s3://several/in/"]).fails(2).says("is a prefix");
    home.run(["encrypt", "-i", "s3://several/in/one.kenc"]).fails(2).says("replaces local files only");
    home.run(["decrypt", "s3://x/a"]).fails(2).says("3 to 63 letters");
    home.run(["get", "s3://several/a.yaml", "a"]).fails(2).says("reads local files only").hints("aws s3 cp");
}

#[test]
fn the_output_of_a_command_becomes_an_object_only_if_it_succeeds() {
    let server = need!(versitygw());
    server.new_bucket("commands");
    let home = server.home();
    home.run(["encrypt", "-o", "s3://commands/done", "--", "echo", "ready"]).ok();
    home.run(["decrypt", "s3://commands/done"]).gives(b"ready\n");
    home.run(["encrypt", "-o", "s3://commands/failed", "--", "sh", "-c", "head -c 20000000 /dev/zero; exit 3"]);
    assert!(!server.file("commands", "failed").exists());
    assert_eq!(server.unfinished("commands"), 0);
}

#[test]
fn a_long_stream_goes_to_an_object_and_back_in_little_memory() {
    let server = need!(versitygw());
    server.new_bucket("long");
    let home = server.home();
    let mut upload = need!(crate::support::Measured::new(&home, "up", &["encrypt", "-o", "s3://long/text"]));
    let mut download = need!(crate::support::Measured::new(&home, "down", &["decrypt", "s3://long/text"]));
    let most = need!(crate::support::Measured::most_kib(&home)) + (50 << 10);
    let text = LongText::new();
    text.write_to(200 << 20, &mut upload.command);
    text.compare_with(200 << 20, &mut download.command);
    for (name, peak) in [("up", upload.peak_kib()), ("down", download.peak_kib())] {
        eprintln!("{name}: {peak} KiB");
        assert!(peak <= most, "{name} had {peak} KiB in memory");
    }
}

#[test]
fn the_aws_cli_sees_the_same_bytes() {
    let server = need!(versitygw());
    let aws = need!(crate::support::python_program("aws"));
    server.new_bucket("neighbour");
    let home = server.home();
    let plaintext = noise(10 * MIB);
    home.run_with(["encrypt", "-o", "s3://neighbour/ours"], &plaintext).ok();
    let copy = |from: &str, to: &str| {
        let mut command = home.environment_of(Command::new(&aws));
        command.args(["s3", "cp", from, to]);
        command
    };
    let sealed = pipe(vec![copy("s3://neighbour/ours", "-")]);
    home.run_with(["decrypt"], &sealed).gives(&plaintext);
    let mut upload = copy("-", "s3://neighbour/theirs");
    upload.stdin(std::process::Stdio::piped());
    assert_eq!(finish(upload, &home.encrypt(&[], &plaintext)).code, 0);
    home.run(["decrypt", "s3://neighbour/theirs"]).gives(&plaintext);
}

#[test]
fn a_local_file_may_be_named_like_an_object() {
    let home = home_of_objects(crate::support::CLOSED_PORT);
    std::fs::create_dir_all(home.file("s3:/bucket")).unwrap();
    home.write("s3:/bucket/key", "local");
    home.run(["encrypt", "./s3://bucket/key", "-o", "./s3://bucket/key.kenc"]).ok();
    home.run(["decrypt", "./s3://bucket/key.kenc"]).gives(b"local");
}
