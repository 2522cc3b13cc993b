//! One run over many files, divided among tasks that know nothing of each other.

mod engines;
mod reports;
mod slurm;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::{Home, Relay, home_at, moto, noise, versitygw};

/// A tree with files in folders of several depths, one of them without files, and one that nobody may write to.
fn write_tree(home: &Home, name: &str, count: usize) {
    use std::os::unix::fs::PermissionsExt;
    let root = home.file(name);
    let bytes = noise(9000);
    for number in 0..count {
        let folder = root.join(format!("{}/{}", number % 5, "x/".repeat(number % 3)));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{number} ä.dat"));
        fs::write(&path, &bytes[number % 100..][..(number * 61) % 8000]).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000 + number as u64);
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    }
    fs::create_dir_all(root.join("empty/er")).unwrap();
    for folder in ["empty/er", "empty", "1/x", "1", ""] {
        let folder = fs::File::open(root.join(folder)).unwrap();
        folder.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_400_000_000)).unwrap();
    }
    fs::set_permissions(root.join("1/x"), fs::Permissions::from_mode(0o750)).unwrap();
}

/// Everything below a folder: contents, permissions and times.
fn state(home: &Home, folder: &str) -> String {
    home.succeeds(&format!(
        "cd '{folder}' && find . -printf '%P %y %m %T@\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum"
    ))
}

/// Starts one process for each shard at the same time, and waits for all.
#[track_caller]
fn run_all(home: &Home, shards: usize, arguments: &[&str]) {
    let children: Vec<_> = (1..=shards)
        .map(|shard| {
            let (shard, report) = (format!("{shard}/{shards}"), format!("reports/{}-{shard}.jsonl", arguments[0]));
            let own = ["--threads", "2", "--shard", &shard, "--report", &report];
            let mut command = home.kenc(&[arguments, &own].concat());
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// How often each file is named in the reports of a command.
fn named(home: &Home, command: &str) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(home.file("reports")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{command}-")) {
            for line in fs::read_to_string(path).unwrap().lines() {
                let line: Value = serde_json::from_str(line).unwrap();
                if let Some(file) = line["file"].as_str() {
                    assert!(["done", "unchanged"].contains(&line["outcome"].as_str().unwrap()), "{line}");
                    *all.entry(file.to_owned()).or_default() += 1;
                }
            }
        }
    }
    all
}

/// Checks that the reports of a command name each of `files` exactly once.
#[track_caller]
fn check_partition(home: &Home, command: &str, files: &[String]) {
    let expected: BTreeMap<String, usize> = files.iter().map(|file| (file.clone(), 1)).collect();
    assert_eq!(named(home, command), expected, "{command}");
}

fn files_in(home: &Home, folder: &str) -> Vec<String> {
    home.succeeds(&format!("find '{folder}' -type f")).lines().map(str::to_owned).collect()
}

#[test]
fn any_number_of_shards_covers_every_file_of_a_folder_once_and_the_tree_comes_back() {
    for (shards, count) in [(1, 10), (3, 40), (16, 40)] {
        let home = Home::with_key();
        write_tree(&home, "tree", count);
        fs::create_dir(home.file("reports")).unwrap();
        run_all(&home, shards, &["encrypt", "-r", "tree", "-o", "sealed"]);
        check_partition(&home, "encrypt", &files_in(&home, "tree"));
        let sealed = files_in(&home, "sealed");
        run_all(&home, shards, &["verify", "-q", "-r", "sealed"]);
        check_partition(&home, "verify", &sealed);
        let second = home.succeeds("kenc keygen -o second.txt");
        run_all(&home, shards, &["rewrap", "-q", "-r", "--add", second.trim(), "sealed"]);
        check_partition(&home, "rewrap", &sealed);
        run_all(&home, shards, &["rotate", "-q", "-r", "--to", second.trim(), "sealed"]);
        check_partition(&home, "rotate", &sealed);
        home.run(["verify", "-r", "sealed"]).fails(4);
        run_all(&home, shards, &["decrypt", "--identity", "second.txt", "-r", "sealed", "-o", "back"]);
        check_partition(&home, "decrypt", &sealed);
        home.succeeds("diff -r tree back");
        let told = home.run(["report", "reports"]);
        told.fails(2).says("is the report of another run");
    }
}

#[test]
fn folders_come_back_whichever_shards_have_files_in_them() {
    let home = Home::with_key();
    write_tree(&home, "tree", 30);
    fs::create_dir(home.file("reports")).unwrap();
    run_all(&home, 7, &["encrypt", "-r", "tree", "-o", "sealed"]);
    // Rotating or rewrapping would change the times of the encrypted files.
    run_all(&home, 5, &["decrypt", "-r", "sealed", "-o", "back"]);
    assert_eq!(state(&home, "tree"), state(&home, "back"));
}

#[test]
fn a_folder_that_nobody_may_write_to_stays_writable_until_a_last_run_without_shards() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_key();
    write_tree(&home, "tree", 10);
    fs::set_permissions(home.file("tree/1"), fs::Permissions::from_mode(0o555)).unwrap();
    fs::create_dir(home.file("reports")).unwrap();
    run_all(&home, 4, &["encrypt", "-r", "tree", "-o", "sealed"]);
    let mode = |name: &str| fs::metadata(home.file(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("sealed/1"), 0o755);
    home.run(["encrypt", "-r", "tree", "-o", "sealed", "--resume"]).ok();
    assert_eq!(mode("sealed/1"), 0o555);
}

#[test]
fn the_shards_of_a_prefix_cover_every_object_once() {
    let server = need!(versitygw());
    server.new_bucket("shards");
    let home = server.home();
    write_tree(&home, "tree", 25);
    fs::create_dir(home.file("reports")).unwrap();
    run_all(&home, 3, &["encrypt", "-r", "tree", "-o", "s3://shards/in/"]);
    let objects: Vec<String> = files_in(&home, "tree")
        .iter()
        .map(|file| format!("s3://shards/in/{}.kenc", file.strip_prefix("tree/").unwrap()))
        .collect();
    run_all(&home, 4, &["verify", "-q", "-r", "s3://shards/in/"]);
    check_partition(&home, "verify", &objects);
    let second = home.succeeds("kenc keygen -o second.txt");
    run_all(&home, 3, &["rewrap", "-q", "-r", "--add", second.trim(), "s3://shards/in/"]);
    check_partition(&home, "rewrap", &objects);
    run_all(&home, 3, &["rotate", "-q", "-r", "--to", second.trim(), "s3://shards/in/"]);
    check_partition(&home, "rotate", &objects);
    run_all(&home, 2, &["decrypt", "--identity", "second.txt", "-r", "s3://shards/in/", "-o", "back"]);
    check_partition(&home, "decrypt", &objects);
    home.succeeds("rmdir tree/empty/er tree/empty; diff -r tree back");
}

#[test]
fn names_in_a_list_are_divided_as_well() {
    let home = Home::with_key();
    write_tree(&home, "tree", 20);
    fs::create_dir(home.file("reports")).unwrap();
    home.succeeds("find tree -type f -print0 > list");
    run_all(&home, 4, &["encrypt", "--files0-from", "list", "-o", "sealed"]);
    check_partition(&home, "encrypt", &files_in(&home, "tree"));
    home.succeeds("find sealed -type f -print0 > list");
    run_all(&home, 3, &["rewrap", "-q", "--files0-from", "list"]);
    check_partition(&home, "rewrap", &files_in(&home, "sealed"));
}

#[test]
fn documents_are_divided_as_well() {
    let home = Home::with_key();
    let recipient = home.succeeds("kenc keygen --show");
    fs::create_dir_all(home.file("docs/sub")).unwrap();
    fs::create_dir(home.file("reports")).unwrap();
    for number in 0..12 {
        home.write(&format!("docs/{}{number}.yaml", if number % 2 == 0 { "sub/" } else { "" }), "password: x\n");
    }
    run_all(&home, 5, &["encrypt", "--values", "-i", "-q", "-r", "-k", recipient.trim(), "docs"]);
    check_partition(&home, "encrypt", &files_in(&home, "docs"));
    run_all(&home, 5, &["rotate", "-q", "-r", "docs"]);
    check_partition(&home, "rotate", &files_in(&home, "docs"));
}

#[test]
fn a_shard_takes_one_call_of_the_key_service_and_one_without_files_succeeds() {
    let kms = need!(moto());
    let key = kms.new_key();
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    write_tree(&home, "tree", 60);
    fs::create_dir(home.file("reports")).unwrap();
    for shard in 1..=3 {
        home.run(["encrypt", "-k", &key, "-r", "tree", "-o", "sealed", "--shard", &format!("{shard}/3")]).ok();
    }
    assert_eq!(relay.asked(), ["GenerateDataKey"; 3]);
    home.run(["verify", "-q", "-r", "sealed", "--shard", "2/3"]).ok();
    // Files of all three shards of the encryption are among them, and so are three wrapped keys.
    assert_eq!(relay.asked()[3..], ["Decrypt"; 3]);
    for command in ["verify", "rewrap", "rotate"] {
        home.run([command, "-r", "sealed", "--shard", "7/100000"]).ok();
    }
    home.run(["decrypt", "-r", "sealed", "-o", "nothing", "--shard", "7/100000"]).ok();
    assert_eq!(relay.asked().len(), 6);
    assert_eq!(files_in(&home, "nothing"), [""; 0]);
}

#[test]
fn the_environment_says_which_shard_a_task_has() {
    let home = Home::with_key();
    write_tree(&home, "tree", 24);
    let count = |home: &Home, shard: &str, output: &str| {
        home.run(["encrypt", "-r", "tree", "-o", output, "--shard", shard]).ok();
        files_in(home, output)
    };
    let expected: Vec<Vec<String>> = (1..=4).map(|shard| count(&home, &format!("{shard}/4"), "by-number")).collect();
    assert!(expected[0].len() < 24 && expected[3].len() == 24);
    let mut home = home;
    for (name, value) in [("MIN", "10"), ("MAX", "16"), ("COUNT", "4"), ("STEP", "2")] {
        home.set(&format!("SLURM_ARRAY_TASK_{name}"), value);
    }
    for (place, shard) in expected.iter().enumerate() {
        home.set("SLURM_ARRAY_TASK_ID", (10 + 2 * place).to_string());
        let found: Vec<String> = count(&home, "auto", "by-task");
        let expected: Vec<String> = shard.iter().map(|file| file.replace("by-number", "by-task")).collect();
        assert_eq!(found, expected);
    }
    let wrong = ["encrypt", "-r", "tree", "-o", "out", "--shard", "auto/8"];
    home.run(wrong).fails(2).says("the array has 4 tasks, and auto/8 says 8").hints("$SLURM_ARRAY_TASK_ID/8");
    home.set("JOB_COMPLETION_INDEX", "1");
    home.run(["verify", "-r", "tree", "--shard", "auto"]).fails(2).says("are both set").hints("--shard I/N");
    let home = home.without("SLURM_ARRAY_TASK_ID");
    home.run(["verify", "-r", "tree", "--shard", "auto"]).fails(2).says("not how many there are").hints("completions");
    home.run(["verify", "-r", "tree", "--shard", "auto/1"]).fails(2).says("is not one of 1 tasks counted from 0");
    home.run(["verify", "-r", "tree", "--shard", "auto/2"]).ok();
    home.run(["verify", "tree", "--shard", "1/2"]).fails(2).says("neither -r nor --files0-from");
    home.run(["verify", "-r", "tree", "--shard", "3/2"]).fails(2).says("there is no shard 3 of 2");
    home.run(["decrypt", "-r", "by-number", "--shard", "1/2"]).fails(2).says("several files need an output folder");
    assert!(!home.file("out").exists());
}

#[test]
fn the_vectors_of_the_page_are_those_of_sha256sum() {
    let home = Home::new();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("man/kenc-shards.7")).unwrap();
    let table = page.split("path                SHA-256").nth(1).unwrap().split(".Ed").next().unwrap();
    let mut count = 0;
    for line in table.lines().skip(1).filter(|line| !line.is_empty()) {
        let path = line.split_whitespace().next().unwrap().replace("\\(:a", "ä").replace("\\('e", "é");
        let columns: Vec<&str> = line.split_whitespace().skip(1).collect();
        let digest = home.succeeds(&format!("printf %s '{path}' | sha256sum"));
        assert_eq!(&digest[..16], columns[0], "{path}");
        let number = u64::from_str_radix(columns[0], 16).unwrap();
        let shards = [8, 64, 1000].map(|count| (number % count + 1).to_string());
        assert_eq!(columns[1..], shards, "{path}");
        count += 1;
    }
    assert_eq!(count, 3);
}
