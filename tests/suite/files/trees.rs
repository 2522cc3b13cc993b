//! Many files in one run: folders and lists of names.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::{Home, names_in, noise, skip, stderr, wait_until};
use crate::support::{Relay, home_at, moto};

/// What is kept of a file or folder.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    /// `None` for a folder.
    content: Option<Vec<u8>>,
    mode: u32,
    modified: SystemTime,
}

/// Everything below a folder, by its path there.
fn kept(root: &Path) -> BTreeMap<PathBuf, Kept> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let metadata = std::fs::symlink_metadata(&path).unwrap();
            let content = metadata.is_file().then(|| std::fs::read(&path).unwrap());
            let (mode, modified) = (metadata.mode(), metadata.modified().unwrap());
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path.strip_prefix(root).unwrap().to_owned(), Kept { content, mode, modified });
        }
    }
    found
}

#[track_caller]
fn assert_same(left: &Path, right: &Path) {
    let (left, right) = (kept(left), kept(right));
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (path, kept) in &left {
        assert!(*kept == right[path], "{} is not the same", path.display());
    }
}

fn set_time(path: &Path, seconds: u64, nanoseconds: u32) {
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    std::fs::File::open(path).unwrap().set_modified(time).unwrap();
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A tree with `count` small files in several folders.
fn small_files(root: &Path, count: usize) {
    let content = noise(5000 + count);
    for number in 0..count {
        let folder = root.join(format!("{}/{}", number % 7, number % 3));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(number.to_string());
        std::fs::write(&path, &content[number..number + (number * 37) % 5000]).unwrap();
        set_time(&path, 1_000_000_000 + number as u64, 1);
    }
}

#[test]
fn a_mixed_tree_comes_back_with_the_same_contents_permissions_times_and_empty_folders() {
    let sandbox = Home::with_key();
    let root = sandbox.file("tree");
    small_files(&root, 150);
    std::fs::create_dir_all(root.join("deep/er/and/deeper/empty")).unwrap();
    let bytes = noise(18 << 20);
    let (in_one_go, long) = (1 << 20, 16 << 20);
    for len in [0, 1, 16_383, 16_384, 16_385, in_one_go - 1, in_one_go, in_one_go + 1, 3_000_000, long, long + 1] {
        let path = root.join(format!("deep/{len}"));
        std::fs::write(&path, &bytes[..len]).unwrap();
        set_time(&path, 1_234_567_890, 123_456_789);
    }
    for name in [&b"two words"[..], b"new\nline", b"not UTF-8 \xff", b"-r", b"*", b"a.kenc", b".hidden", b"\x1b[31m"] {
        std::fs::write(root.join("deep/er").join(OsStr::from_bytes(name)), name).unwrap();
    }
    set_mode(&root.join("deep/1"), 0o444);
    set_mode(&root.join("deep/0"), 0o751);
    std::fs::hard_link(root.join("deep/1"), root.join("deep/er/other name")).unwrap();
    for folder in ["deep/er/and", "deep/er", "deep"] {
        set_mode(&root.join(folder), 0o550);
        set_time(&root.join(folder), 1_111_111_111, 1);
    }
    set_time(&root, 1_000_000_000, 0);
    for (number, threads) in ["1", "2", "12"].iter().enumerate() {
        let said = sandbox.succeeds(&format!(
            "umask 077; kenc encrypt --threads {threads} -r tree -o sealed{number} 2>&1
            kenc decrypt --threads {threads} -r sealed{number}/ -o back{number} 2>&1"
        ));
        assert_eq!(said, "", "there is nothing to say");
        let (sealed, back) = (sandbox.file(&format!("sealed{number}")), sandbox.file(&format!("back{number}")));
        assert_same(&root, &back);
        let metadata = std::fs::metadata(&back).unwrap();
        assert_eq!(metadata.modified().unwrap(), std::fs::metadata(&root).unwrap().modified().unwrap());
        for (path, kept) in kept(&sealed) {
            assert!(kept.content.is_none() || path.extension() == Some(OsStr::new("kenc")));
            assert!(kept.content.is_none_or(|content| content.starts_with(b"\x89kenc")));
        }
    }
    assert_eq!(sandbox.succeeds("kenc verify -r sealed1 | grep -c authentic").trim(), "170");
    sandbox.succeeds("kenc encrypt -a -r tree -o text && kenc decrypt -r text -o from-text");
    assert_same(&root, &sandbox.file("from-text"));
}

#[test]
fn one_call_of_the_key_service_encrypts_a_thousand_files_and_one_decrypts_them() {
    let kms = need!(moto());
    let (first, second) = (kms.new_key(), kms.new_key());
    let (sealing, opening) = (Relay::to(kms.port), Relay::to(kms.port));
    let home = home_at(sealing.port);
    small_files(&home.file("tree"), 1000);
    home.run(["encrypt", "-c", "app=demo", "-k", &first, "-k", &second, "-r", "tree", "-o", "sealed"]).ok();
    assert_eq!(sealing.asked(), ["GenerateDataKey", "Encrypt"]);

    let home = home.with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", opening.port));
    // While the first key is slow to answer, the second one is asked as well, after an eighth of the timeout.
    let patient = ["--aws-timeout", "600"];
    home.run([&["decrypt", "-r", "sealed", "-o", "back"], &patient[..]].concat()).ok();
    assert_eq!(opening.asked(), ["Decrypt"]);
    assert_same(&home.file("tree"), &home.file("back"));
    home.run([&["verify", "-q", "-r", "sealed"], &patient[..]].concat()).ok();
    assert_eq!(opening.asked().len(), 2);
    // The same for files that are named one by one.
    std::fs::create_dir(home.file("few")).unwrap();
    let few = ["decrypt", "sealed/0/0/0.kenc", "sealed/0/0/21.kenc", "sealed/1/1/1.kenc", "-o", "few"];
    home.run([&few, &patient[..]].concat()).ok();
    assert_eq!(opening.asked().len(), 3);
}

#[test]
fn a_key_that_refuses_is_asked_once_however_many_files_and_wrapped_keys_there_are() {
    let kms = need!(moto());
    let key = kms.new_key();
    let home = kms.home();
    for run in ["a", "b", "c"] {
        small_files(&home.file("tree"), 20);
        home.run(["encrypt", "-k", &key, "-r", "tree", "-o", &format!("sealed-{run}")]).ok();
    }
    let denial =
        json!({ "__type": "AccessDeniedException", "message": "User: arn:aws:iam::1:user/x is not authorized" });
    let relay = Relay::answering(400, &denial);
    let home = home.with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", relay.port));
    let all = ["--threads", "1", "-r", "sealed-a", "sealed-b", "sealed-c", "-o", "back"];
    let outcome = home.run([&["decrypt"], &all[..]].concat());
    outcome.fails(4).says("no key opens it").says("60 of 60 files failed");
    assert_eq!(relay.asked(), ["Decrypt"]);
    assert!(kept(&home.file("back")).values().all(|kept| kept.content.is_none()));
}

#[test]
fn many_different_wrapped_keys_are_asked_for_at_the_same_time_but_no_more_than_32() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let kms = need!(moto());
    let key = kms.new_key();
    let home = kms.home();
    for number in 0..80 {
        home.write("plain", number.to_string());
        home.run(["encrypt", "-k", &key, "plain", "-o", &format!("{number}.kenc")]).ok();
    }
    let port = kms.port;
    // Each call waits until others arrived, or until it is clear that no more will.
    let relay = Relay::to_but(
        port,
        |_, _| {
            let now = UNDER_WAY.fetch_add(1, Ordering::SeqCst) + 1;
            MOST.fetch_max(now, Ordering::SeqCst);
            let until = std::time::Instant::now() + Duration::from_secs(1);
            while MOST.load(Ordering::SeqCst) < 32 && std::time::Instant::now() < until {
                std::thread::sleep(Duration::from_millis(5));
            }
            UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
            false
        },
        400,
        &Value::Null,
    );
    let home = home.with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", relay.port));
    home.run(["verify", "-q", "-r", "."]).fails_or_not();
    assert_eq!(relay.asked().len(), 80);
    let most = MOST.load(Ordering::SeqCst);
    assert!((3..=32).contains(&most), "{most} calls at the same time");
}

/// A folder holds other files as well, which are no kenc files.
trait FailsOrNot {
    fn fails_or_not(&self);
}

impl FailsOrNot for crate::support::Outcome {
    fn fails_or_not(&self) {
        assert!([0, 3].contains(&self.code), "{}", self.stderr);
    }
}

#[test]
fn a_run_that_is_killed_leaves_whole_files_only_and_is_resumed() {
    let sandbox = Home::with_key();
    let root = sandbox.file("tree");
    small_files(&root, 400);
    std::fs::write(root.join("long"), noise(30 << 20)).unwrap();
    set_mode(&root.join("3"), 0o500);
    let mut cut_short = 0;
    for round in 0..24_u64 {
        let mut kenc = sandbox.kenc(&["encrypt", "-r", "tree", "-o", "sealed", "--resume"]);
        let mut child = kenc.stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(round * round * 300));
        // It may have exited already.
        let _ = child.kill();
        cut_short += usize::from(!child.wait().unwrap().success());
        if !sandbox.file("sealed").exists() {
            continue;
        }
        let whole = kept(&sandbox.file("sealed")).values().filter(|kept| kept.content.is_some()).count();
        let authentic = authentic_files(&sandbox, "sealed");
        assert_eq!(authentic, whole, "everything that is there opens");
        if round % 4 == 3 {
            std::fs::remove_dir_all(sandbox.file("sealed")).unwrap();
        }
    }
    assert!(cut_short > 0, "no run was killed in time");
    sandbox.succeeds("kenc encrypt -r tree -o sealed --resume");
    let mut child = sandbox.kenc(&["decrypt", "-r", "sealed", "-o", "back"]).spawn().unwrap();
    wait_until("a result", || sandbox.file("back/0").exists());
    let _ = child.kill();
    child.wait().unwrap();
    sandbox.succeeds("kenc decrypt -r sealed -o back --resume");
    assert_same(&root, &sandbox.file("back"));
}

#[test]
fn resuming_skips_what_is_whole_and_does_again_what_is_not_what_it_would_be() {
    let sandbox = Home::with_key();
    let root = sandbox.file("tree");
    small_files(&root, 10);
    sandbox.succeeds("kenc encrypt -r tree -o sealed");
    let number = |name: &str| std::fs::metadata(sandbox.file(name)).unwrap().ino();
    let (kept_file, changed, newer) = ("sealed/0/0/0.kenc", "sealed/1/1/1.kenc", "sealed/2/2/2.kenc");
    let before = [number(kept_file), number(changed)];
    std::fs::write(root.join("1/1/1"), "another content").unwrap();
    std::fs::remove_file(sandbox.file("sealed/3/0/3.kenc")).unwrap();
    let said = sandbox.succeeds("kenc encrypt -v -r tree -o sealed --resume 2>&1");
    assert!(said.contains("2 files encrypted") && said.contains("8 already done"), "{said}");
    assert_eq!(number(kept_file), before[0]);
    assert_ne!(number(changed), before[1]);

    // A different cipher, context or key produces different files.
    for other in ["--cipher chacha20-poly1305", "-c a=b", "-k \"$(kenc keygen -o other)\""] {
        let said = sandbox.succeeds(&format!("kenc encrypt -v -r tree -o sealed --resume {other} 2>&1"));
        assert!(said.contains("10 files encrypted"), "{said}");
    }
    sandbox.succeeds("kenc encrypt -r tree -o sealed --resume");

    // Someone changed a result, so kenc must not replace it.
    std::fs::write(sandbox.file(newer), "mine").unwrap();
    let said = sandbox.fails("kenc encrypt -r tree -o sealed --resume", 6);
    assert!(said.contains("sealed/2/2/2.kenc already exists") && said.contains("1 of 10 files failed"), "{said}");
    assert_eq!(sandbox.read(newer), b"mine");
    sandbox.succeeds("kenc encrypt -f -r tree -o sealed --resume");

    sandbox.succeeds("kenc decrypt -r sealed -o back");
    std::fs::write(sandbox.file("back/0/0/0"), "edited").unwrap();
    std::fs::remove_file(sandbox.file("back/1/1/1")).unwrap();
    let said = sandbox.fails("kenc decrypt -r sealed -o back --resume", 6);
    assert!(said.contains("back/0/0/0 already exists"), "{said}");
    sandbox.succeeds("kenc decrypt -f -r sealed -o back --resume");
    assert_same(&root, &sandbox.file("back"));
    // Without the flag, every existing file is refused.
    assert!(sandbox.fails("kenc decrypt -r sealed -o back", 6).contains("10 of 10 files failed"));
}

#[test]
fn links_and_special_files_are_left_out_and_a_folder_that_is_named_by_a_link_is_entered() {
    let sandbox = Home::with_key();
    sandbox.succeeds("mkdir -p tree/sub elsewhere; echo x > tree/file; echo y > elsewhere/secret; mkfifo tree/pipe");
    let tree = sandbox.file("tree");
    symlink("file", tree.join("to-file")).unwrap();
    symlink("../elsewhere", tree.join("to-folder")).unwrap();
    symlink("..", tree.join("sub/loop")).unwrap();
    symlink("nowhere", tree.join("dangling")).unwrap();
    symlink("tree", sandbox.file("link")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(tree.join("socket")).unwrap();
    let said = sandbox.succeeds("kenc encrypt -r link -o sealed 2>&1");
    assert_eq!(said, "kenc: hint: skipped 4 symbolic links and 2 special files; `-v` names what is skipped\n");
    assert_eq!(names_in(&sandbox.file("sealed")), ["file.kenc", "sub"]);
    assert!(names_in(&sandbox.file("sealed/sub")).is_empty());
    let said = sandbox.succeeds("kenc encrypt -v -f -r tree -o sealed 2>&1");
    assert!(said.contains("tree/sub/loop: skipped, a symbolic link"), "{said}");
    assert!(said.contains("tree/pipe: skipped, not a regular file"), "{said}");
    let summary: Value = serde_json::from_str(&sandbox.succeeds("kenc encrypt --json -f -r tree -o sealed")).unwrap();
    let expected = json!({ "files": 1, "bytes": 2142, "done_before": 0, "links": 4, "special": 2, "version_control": 0,
        "not_encrypted": 0, "failed": 0 });
    assert_eq!(summary["summary"].as_object().unwrap().len(), 8);
    for name in ["files", "links", "special", "version_control", "failed", "done_before"] {
        assert_eq!(summary["summary"][name], expected[name], "{summary}");
    }
}

#[test]
fn an_input_that_cannot_be_looked_at_does_not_decide_where_results_go() {
    let sandbox = Home::with_key();
    sandbox.succeeds("ln -s loop loop");
    let said = sandbox.fails("kenc decrypt -r loop -o opened", 1);
    assert!(said.starts_with("kenc: error: cannot read loop: "), "{said}");
    assert!(!sandbox.file("opened").exists());
}

#[test]
fn results_within_the_tree_are_not_encrypted_and_never_lead_out_of_their_folder() {
    let sandbox = Home::with_key();
    sandbox.succeeds("mkdir -p tree/sub outside; echo x > tree/sub/file; echo y > y");
    sandbox.succeeds("cd tree; kenc encrypt -r . -o out; kenc encrypt -f -r . -o out; kenc encrypt -f -r . -o ./out/");
    assert_eq!(names_in(&sandbox.file("tree/out")), ["sub"]);
    assert_eq!(names_in(&sandbox.file("tree/out/sub")), ["file.kenc"]);
    let said = sandbox.fails("kenc encrypt -r tree -o tree/", 2);
    assert!(said.contains("tree is both the input and the output"), "{said}");

    // A symbolic link in the place of an output folder or file is not followed.
    std::fs::create_dir(sandbox.file("trap")).unwrap();
    symlink("../outside", sandbox.file("trap/sub")).unwrap();
    let said = sandbox.fails("rm -r tree/out; kenc encrypt -f -r tree -o trap", 1);
    assert!(said.contains("cannot write trap/sub"), "{said}");
    std::fs::remove_file(sandbox.file("trap/sub")).unwrap();
    std::fs::create_dir(sandbox.file("trap/sub")).unwrap();
    symlink("../../y", sandbox.file("trap/sub/file.kenc")).unwrap();
    sandbox.fails("kenc encrypt -r tree -o trap", 6);
    sandbox.succeeds("kenc encrypt -f -r tree -o trap");
    assert!(std::fs::symlink_metadata(sandbox.file("trap/sub/file.kenc")).unwrap().is_file());
    assert_eq!(sandbox.read("y"), b"y\n");
    assert!(names_in(&sandbox.file("outside")).is_empty());
}

#[test]
fn of_two_inputs_that_would_get_the_same_name_the_second_is_refused() {
    let sandbox = Home::with_key();
    sandbox.succeeds("mkdir -p tree/a.kenc; echo 1 > tree/a; echo 2 > tree/a.kenc/b; echo 3 > tree/c");
    let said = sandbox.fails("kenc encrypt -r tree -o sealed", 2);
    assert!(said.contains("tree/a.kenc and tree/a would both be written to sealed/a.kenc"), "{said}");
    assert!(sandbox.file("sealed/a.kenc/b.kenc").is_file() && sandbox.file("sealed/c.kenc").is_file());

    sandbox.succeeds("mkdir both; cp sealed/c.kenc both/c; cp sealed/c.kenc both/c.kenc");
    for _ in 0..5 {
        let said = sandbox.fails("rm -rf back; kenc decrypt -r both -o back", 2);
        assert!(said.contains("both/c and both/c.kenc would both be written to back/c"), "{said}");
        assert_eq!(sandbox.read("back/c"), b"3\n");
    }
}

/// How many files a verification names as authentic. Below each it lists its keys.
fn authentic_files(sandbox: &Home, folder: &str) -> usize {
    let said = sandbox.succeeds(&format!("kenc verify -r {folder}"));
    said.lines().filter(|line| line.contains(": authentic")).count()
}

#[test]
fn files_are_replaced_in_place_and_a_second_run_does_nothing_twice() {
    let sandbox = Home::with_key();
    small_files(&sandbox.file("tree"), 30);
    set_mode(&sandbox.file("tree/0/0/0"), 0o640);
    sandbox.succeeds("cp -a tree before; kenc encrypt -i -r tree");
    assert_eq!(authentic_files(&sandbox, "tree"), 30);
    assert_eq!(std::fs::metadata(sandbox.file("tree/0/0/0")).unwrap().mode() & 0o7777, 0o640);
    let said = sandbox.fails("echo new > tree/new; kenc encrypt -i -r tree", 6);
    assert!(said.contains("tree/0/0/0 is already a kenc file") && said.contains("30 of 31 files failed"), "{said}");
    sandbox.succeeds("echo newer > tree/newer; kenc encrypt -i -r tree --resume");
    sandbox.succeeds("kenc decrypt -i -r tree; test \"$(cat tree/new tree/newer)\" = \"$(printf 'new\\nnewer')\"");
    assert!(sandbox.fails("kenc decrypt -i -r tree", 3).contains("this is not a kenc file"));
    sandbox.succeeds("kenc decrypt -i -r tree --resume; rm tree/new tree/newer");
    for (path, before) in kept(&sandbox.file("before")) {
        let after = &kept(&sandbox.file("tree"))[&path];
        assert_eq!((&after.content, after.mode), (&before.content, before.mode));
        assert!(before.content.is_none() || after.modified == before.modified, "the time of {}", path.display());
    }
}

#[test]
fn a_file_that_is_written_to_meanwhile_is_an_error_and_the_others_are_done() {
    let sandbox = Home::with_key();
    sandbox.succeeds("mkdir tree; echo x > tree/quiet");
    let path = sandbox.write("tree/busy", noise(24 << 20));
    for in_place in [false, true] {
        let arguments: &[&str] =
            if in_place { &["encrypt", "-i", "-f", "-r", "tree"] } else { &["encrypt", "-r", "tree", "-o", "sealed"] };
        let mut child = sandbox.kenc(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let busy = std::fs::File::options().write(true).open(&path).unwrap();
        while child.try_wait().unwrap().is_none() {
            std::os::unix::fs::FileExt::write_at(&busy, b"!", 7).unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("tree/busy: the input was written to while it was read"), "{said}");
        assert!(said.contains("hint: encrypt it again while nothing writes to it"), "{said}");
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 24 << 20, "it is still the plaintext");
    }
    assert_eq!(names_in(&sandbox.file("sealed")), ["quiet.kenc"]);
}

#[test]
fn files_and_folders_that_cannot_be_read_are_reported_and_the_others_are_done() {
    let sandbox = Home::with_key();
    sandbox.succeeds(
        "chmod 755 ..; mkdir -p tree/closed tree/open out; echo x > tree/open/a; echo x > tree/open/b; chmod 777 out
        chmod 000 tree/closed tree/open/a",
    );
    let recipient = sandbox.succeeds("kenc keygen --show");
    let script = "kenc encrypt --threads 1 -k \"$RECIPIENT\" -r tree -o out/sealed; echo \"exit $?\" >&2";
    let mut command = sandbox.shell(script);
    if rustix::process::geteuid().is_root() {
        // Permissions do not bind root.
        command = sandbox.tool("setpriv");
        command.args(["--reuid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "bash", "-c"]);
        command.arg(script);
    }
    let output = command.env("RECIPIENT", recipient.trim()).output();
    let said = output.map(|output| stderr(&output)).unwrap_or_default();
    if !said.contains("kenc: ") {
        return skip(&format!("rights cannot be dropped here: {}", said.trim()));
    }
    for expected in [
        "cannot read tree/closed: permission denied",
        "cannot read tree/open/a: permission denied",
        "2 of 3 files failed",
        "exit 1",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(names_in(&sandbox.file("out/sealed/open")), ["b.kenc"]);
}

#[test]
fn a_list_names_files_by_any_name_and_each_keeps_its_path() {
    let sandbox = Home::with_key();
    small_files(&sandbox.file("tree"), 40);
    sandbox.write("tree/new\nline", "1");
    std::fs::write(sandbox.file("tree").join(OsStr::from_bytes(b"\xff")), "2").unwrap();
    sandbox.succeeds(
        "find ./tree -type f -print0 | kenc encrypt --files0-from - -o sealed
        (cd sealed; find . -type f -print0) > list; cd sealed; kenc decrypt --files0-from ../list -o ../back
        kenc verify --files0-from ../list | wc -l",
    );
    let files = |root: &Path| -> BTreeMap<PathBuf, Kept> {
        kept(root).into_iter().filter(|(_, kept)| kept.content.is_some()).collect()
    };
    assert!(files(&sandbox.file("tree")) == files(&sandbox.file("back/tree")));

    // For paths from the root, the path is kept as well; a path that could lead out of the output folder is refused.
    let path = sandbox.file("tree/0/0/0");
    sandbox.write("list", [path.as_os_str().as_bytes(), b"\0../work/tree/1/1/1\0tree/2\0missing\0\0"].concat());
    let said = sandbox.fails("kenc encrypt --threads 1 --files0-from list -o rooted", 2);
    assert!(said.contains("../work/tree/1/1/1 contains `..`"), "{said}");
    assert!(said.contains("tree/2 is a directory") && said.contains("cannot read missing"), "{said}");
    assert!(said.contains("3 of 4 files failed"), "{said}");
    let mut result = sandbox.file("rooted").join(path.strip_prefix("/").unwrap()).into_os_string();
    result.push(".kenc");
    assert!(Path::new(&result).is_file());

    sandbox.write("list", vec![b'x'; 100_000]);
    let said = sandbox.fails("kenc encrypt --files0-from list -i", 1);
    assert!(said.contains("a name in the list is longer than 65536 bytes"), "{said}");
}

#[test]
fn a_damaged_file_is_absent_and_the_others_come_back() {
    let sandbox = Home::with_key();
    small_files(&sandbox.file("tree"), 12);
    sandbox.write("tree/long", noise(2 << 20));
    sandbox.succeeds("kenc encrypt -r tree -o sealed");
    for name in ["sealed/long.kenc", "sealed/1/1/1.kenc"] {
        let mut bytes = sandbox.read(name);
        *bytes.last_mut().unwrap() ^= 1;
        sandbox.write(name, bytes);
    }
    sandbox.succeeds("echo plain > sealed/plain.txt");
    // `verify` skips files that are not encrypted.
    for (command, failed) in [("decrypt -r sealed -o back", "3 of 14"), ("verify -q -r sealed", "2 of 13")] {
        let said = sandbox.fails(&format!("kenc {command}"), 3);
        assert!(said.contains(&format!("{failed} files failed")) && said.contains("cut off or damaged"), "{said}");
    }
    assert!(!sandbox.file("back/long").exists() && !sandbox.file("back/1/1/1").exists());
    assert!(sandbox.file("back/0/0/0").is_file());
}
