//! Many files in one run, to prefixes, from prefixes and between them.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::{Fate, Home, ObjectRelay, moto_objects, noise, versitygw};

const MIB: usize = 1 << 20;

/// Files of a few lengths in a few folders.
fn write_tree(home: &Home) {
    for (name, len) in [("a", 0), ("b.txt", 10), ("sub/c", 100_000), ("sub/deep/d e", 9 * MIB), ("ä/é", 5)] {
        let path = home.file("tree").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, noise(len)).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000 + len as u64, 123_456_789)).unwrap();
    }
}

/// Checks that two folders hold the same files with the same times.
#[track_caller]
fn check_same(home: &Home, one: &str, other: &str) {
    home.succeeds(&format!("diff -r {one} {other}"));
    let times = |folder: &str| home.succeeds(&format!("cd {folder} && find . -type f -printf '%p %T@\\n' | sort"));
    assert_eq!(times(one), times(other));
}

#[test]
fn a_tree_goes_to_a_prefix_to_another_one_and_back() {
    let moto = need!(moto_objects());
    for server in [&moto, need!(versitygw())] {
        server.new_bucket("tree-there-and-back");
        let home = server.home();
        write_tree(&home);
        home.run(["encrypt", "-r", "tree", "-o", "s3://tree-there-and-back/in/"]).ok();
        home.run(["decrypt", "-r", "s3://tree-there-and-back/in/", "-o", "back"]).ok();
        check_same(&home, "tree", "back");
        let verified = home.run(["verify", "-r", "s3://tree-there-and-back/in/"]).ok().stdout_text();
        assert_eq!(verified.matches(": authentic, ").count(), 5, "{verified}");
        let told = home.run(["inspect", "-r", "s3://tree-there-and-back/in/"]).ok().stdout_text();
        assert!(told.contains("s3://tree-there-and-back/in/sub/c.kenc"), "{told}");
        // Between prefixes: in plaintext, and encrypted once more.
        home.run(["decrypt", "-r", "s3://tree-there-and-back/in/", "-o", "s3://tree-there-and-back/plain/"]).ok();
        home.run(["encrypt", "-r", "s3://tree-there-and-back/plain/", "-o", "s3://tree-there-and-back/again/"]).ok();
        home.run(["decrypt", "-r", "s3://tree-there-and-back/again/", "-o", "once-more"]).ok();
        check_same(&home, "tree", "once-more");
    }
}

#[test]
fn a_run_that_is_resumed_writes_only_what_is_missing_or_outdated() {
    let server = need!(versitygw());
    server.new_bucket("tree-resumed");
    let relay = ObjectRelay::to(server, Fate::Passed);
    let mut home = server.home();
    home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", relay.port));
    write_tree(&home);
    let encrypt = ["encrypt", "-r", "tree", "-o", "s3://tree-resumed/in/", "--resume"];
    home.run(encrypt).ok();
    let puts = || relay.count("PUT ");
    let first = puts();
    home.run(encrypt).ok();
    assert_eq!(puts(), first, "{:?}", relay.asked());
    fs::remove_file(server.file("tree-resumed", "in/sub/c.kenc")).unwrap();
    home.write("tree/b.txt", "something newer");
    home.run(encrypt).ok();
    assert_eq!(puts(), first + 2, "{:?}", relay.asked());
    let decrypt = ["decrypt", "-r", "s3://tree-resumed/in/", "-o", "back", "--resume"];
    home.run(decrypt).ok();
    check_same(&home, "tree", "back");
    fs::remove_file(home.file("back/a")).unwrap();
    home.run(decrypt).ok();
    check_same(&home, "tree", "back");
    // Without it, what is there is not replaced.
    home.run(&encrypt[..5]).fails(6).says("already exists");
}

#[test]
fn objects_may_be_named_in_a_list_beside_files() {
    let server = need!(versitygw());
    server.new_bucket("tree-list");
    let home = server.home();
    home.write("local", "1");
    home.run_with(["encrypt", "-o", "s3://tree-list/a/b.kenc"], b"2").ok();
    home.run_with(["encrypt", "-o", "s3://tree-list/a/c.kenc"], b"3").ok();
    home.run_with(
        ["decrypt", "--files0-from", "-", "-o", "out"],
        b"s3://tree-list/a/b.kenc\0s3://tree-list/a/c.kenc\0",
    )
    .ok();
    assert_eq!((home.read("out/a/b"), home.read("out/a/c")), (b"2".to_vec(), b"3".to_vec()));
    home.run_with(["encrypt", "--files0-from", "-", "-o", "s3://tree-list/out/"], b"local\0").ok();
    home.run(["decrypt", "s3://tree-list/out/local.kenc"]).gives(b"1");
    home.run(["decrypt", "-r", "s3://tree-list/a/b.kenc", "-o", "one"]).ok();
    assert_eq!(home.read("one/b"), b"2");
}

#[test]
fn a_key_does_not_lead_out_of_the_output_folder() {
    let server = need!(moto_objects());
    server.new_bucket("tree-hostile");
    let home = server.home();
    let sealed = home.encrypt(&[], b"evil");
    home.write("sealed", &sealed);
    for key in ["in/%2E%2E/escaped", "in//double", "in/good"] {
        let curl = format!("curl -sf -T sealed http://127.0.0.1:{}/tree-hostile/{key} --path-as-is", server.port);
        home.succeeds(&curl);
    }
    let outcome = home.run(["decrypt", "-r", "s3://tree-hostile/in/", "-o", "out"]);
    outcome.fails(2).says("cannot be a file here");
    assert_eq!(home.read("out/good"), b"evil");
    assert!(!home.file("escaped").exists());
    let found = home.succeeds("find out -type f");
    assert_eq!(found, "out/good\n");
}

#[test]
fn what_fails_below_a_prefix_is_told_and_the_others_go_on() {
    let server = need!(versitygw());
    server.new_bucket("tree-failing");
    let home = server.home();
    write_tree(&home);
    home.run(["encrypt", "-r", "tree", "-o", "s3://tree-failing/in/"]).ok();
    let damaged = server.file("tree-failing", "in/b.txt.kenc");
    let mut bytes = fs::read(&damaged).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&damaged, bytes).unwrap();
    home.run(["decrypt", "-r", "s3://tree-failing/in/", "-o", "back"]).fails(3).says("s3://tree-failing/in/b.txt.kenc");
    assert!(!home.file("back/b.txt").exists() && home.file("back/sub/deep/d e").exists());
    home.run(["encrypt", "-r", "tree", "-o", "s3://tree-failing/in"]).fails(2).says("must end with `/`");
    home.run(["decrypt", "-r", "-i", "s3://tree-failing/in/"]).fails(2).says("replaces local files only");
    let nested = ["encrypt", "-r", "s3://tree-failing/in/", "-o", "s3://tree-failing/in/more/"];
    home.run(nested).fails(2).says("is both the input and the output");
    home.run(["verify", "-r", "s3://no-such-bucket/in/"]).fails(1).says("the bucket does not exist");
    assert!(!Path::new(&server.file("tree-failing", "in/more")).exists());
}
