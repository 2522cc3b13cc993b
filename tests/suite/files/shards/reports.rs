//! What a task leaves behind, and what the reports of all tasks say together.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use super::{files_in, named, run_all, write_tree};
use crate::support::{Fate, Home, ObjectRelay, versitygw, wait_until};

fn lines(home: &Home, report: &str) -> Vec<Value> {
    let text = fs::read_to_string(home.file(report)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What `kenc report` prints for people, where something is missing.
#[track_caller]
fn problems(home: &Home, words: &[&str]) -> String {
    let outcome = home.run([&["report"], words].concat());
    assert_eq!(outcome.code, 7, "{}", outcome.stderr);
    outcome.stdout_text()
}

fn sum(home: &Home, words: &[&str]) -> (i32, Value) {
    let outcome = home.run([&["report", "--json"], words].concat());
    let last = outcome.stdout_text().lines().last().map(str::to_owned).unwrap_or_default();
    (outcome.code, serde_json::from_str::<Value>(&last).unwrap_or_default()["report"].clone())
}

#[test]
fn the_reports_of_all_shards_add_up_and_what_is_missing_is_named() {
    let home = Home::with_key();
    write_tree(&home, "tree", 40);
    fs::create_dir(home.file("reports")).unwrap();
    run_all(&home, 4, &["encrypt", "-r", "tree", "-o", "sealed"]);
    let (code, all) = sum(&home, &["reports"]);
    assert_eq!((code, &all["files"], &all["failed"], &all["complete"]), (0, &40.into(), &0.into(), &4.into()));
    let bytes = home.succeeds("find sealed -type f -printf '%s\\n' | awk '{ sum += $1 } END { print sum }'");
    assert_eq!(all["bytes"].to_string(), bytes.trim());
    let text = home.run(["report", "reports"]).ok().stdout_text();
    assert!(text.starts_with("encrypt tree: 4 of 4 shards complete\n40 files, "), "{text}");

    fs::copy(home.file("reports/encrypt-2.jsonl"), home.file("reports/again.jsonl")).unwrap();
    let (code, all) = sum(&home, &["reports"]);
    assert_eq!((code, &all["twice"], &all["files"]), (7, &serde_json::json!([2]), &40.into()));
    fs::remove_file(home.file("reports/again.jsonl")).unwrap();

    // One that was killed: its last line is torn.
    let killed = fs::read_to_string(home.file("reports/encrypt-3.jsonl")).unwrap();
    let cut = killed.rfind("{\"end\"").unwrap() - 5;
    fs::write(home.file("reports/encrypt-3.jsonl"), &killed[..cut]).unwrap();
    fs::remove_file(home.file("reports/encrypt-1.jsonl")).unwrap();
    let (code, all) = sum(&home, &["reports"]);
    assert_eq!((code, &all["missing"], &all["incomplete"]), (7, &serde_json::json!([1]), &serde_json::json!([3])));
    let text = problems(&home, &["reports"]);
    assert!(text.contains("\nmissing: 1\nincomplete: 3\n"), "{text}");
    // Both tasks run again.
    for shard in ["1", "3"] {
        let (number, report) = (format!("{shard}/4"), format!("reports/encrypt-{shard}.jsonl"));
        home.run(["encrypt", "-r", "tree", "-o", "sealed", "--resume", "--shard", &number, "--report", &report]).ok();
    }
    let (code, all) = sum(&home, &["reports"]);
    assert_eq!((code, &all["files"]), (0, &40.into()));
    assert!(named(&home, "encrypt").values().all(|count| *count == 1));
}

#[test]
fn failures_are_counted_by_cause_and_the_files_are_named() {
    let home = Home::with_key();
    write_tree(&home, "tree", 30);
    home.run(["encrypt", "-r", "tree", "-o", "sealed"]).ok();
    for file in files_in(&home, "sealed").iter().take(5) {
        let mut bytes = fs::read(home.file(file)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(home.file(file), bytes).unwrap();
    }
    for shard in 1..=2 {
        let (number, report) = (format!("{shard}/2"), format!("{shard}.jsonl"));
        home.run(["decrypt", "-r", "sealed", "-o", "back", "--shard", &number, "--report", &report]);
    }
    let text = problems(&home, &["1.jsonl", "2.jsonl"]);
    assert!(text.contains("25 files, ") && text.contains("; 5 failed"), "{text}");
    let (_, all) = sum(&home, &["1.jsonl", "2.jsonl"]);
    let counts: u64 = all["causes"].as_array().unwrap().iter().map(|cause| cause["count"].as_u64().unwrap()).sum();
    assert_eq!((counts, all["causes"][0]["exit"].as_u64()), (5, Some(3)), "{all}");
    let told = home.run(["report", "--json", "1.jsonl", "2.jsonl"]).stdout_text();
    let failed: Vec<Value> = told
        .lines()
        .filter(|line| line.contains("\"outcome\""))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(failed.len(), 5);
    assert!(failed.iter().all(|file| file["error"]["exit"] == 3 && file["file"].is_string()), "{failed:?}");
    // What fails as a whole is told as well.
    home.run(["encrypt", "-r", "tree", "-o", "other", "-k", "no-such", "--report", "whole.jsonl"]).fails(2);
    let text = problems(&home, &["whole.jsonl"]);
    assert!(text.contains("no-such"), "{text}");
}

#[test]
fn a_report_belongs_to_one_run_and_one_task() {
    let home = Home::with_key();
    write_tree(&home, "tree", 5);
    let report = |more: &[&str]| home.run([&["encrypt", "-r", "tree", "--report", "r.jsonl"], more].concat());
    report(&["-o", "sealed", "--shard", "1/2"]).ok();
    report(&["-o", "sealed", "--shard", "1/2"]).fails(6).says("the report r.jsonl already exists").hints("--resume");
    report(&["-o", "sealed", "--shard", "2/2", "--resume"]).fails(2).says("its shard is `1/2`, not `2/2`");
    report(&["-o", "other", "--shard", "1/2", "--resume"]).fails(2).says("its output is `sealed`, not `other`");
    home.run(["verify", "-r", "sealed", "--shard", "1/2", "--report", "r.jsonl", "--resume"])
        .fails(2)
        .says("its command is `encrypt`, not `verify`");
    home.run(["verify", "-r", "tree", "--report", "tree/r.jsonl"]).fails(2).says("would be in tree");
    home.run(["verify", "-r", "tree", "--report", "s3://b-b/r"]).fails(2).says("is an object");
    home.write("other", "hello\n");
    home.run(["verify", "-r", "tree", "--report", "other", "--resume"]).fails(1).says("is not a report of kenc");
    home.write("other", "hello");
    home.run(["verify", "-r", "tree", "--report", "other", "--resume"]).fails(1).says("is not a report of kenc");
    assert_eq!(home.read("other"), b"hello");
    home.run(["report", "other"]).fails(1).says("is not a report of kenc");
    home.run(["report", "tree"]).fails(1).says("no report found in tree");
    home.run(["verify", "-r", "tree", "--resume"]).fails(2);
    let held = fs::File::open(home.file("r.jsonl")).unwrap();
    held.try_lock().unwrap();
    report(&["-o", "sealed", "--shard", "1/2", "--resume"]).fails(1).says("another run writes to the report r.jsonl");
    // Not by closing it: a program that another test starts at this moment may have it for an instant as well.
    held.unlock().unwrap();
    report(&["-o", "sealed", "--shard", "1/2", "--resume"]).ok();
    // Damage in the middle is no torn line.
    let text = fs::read_to_string(home.file("r.jsonl")).unwrap().replacen("\"outcome\"", "\"outc\"", 1);
    home.write("r.jsonl", text);
    report(&["-o", "sealed", "--shard", "1/2", "--resume"]).fails(1).says("line 2 of r.jsonl is not one of a report");
}

#[test]
fn a_task_that_is_killed_goes_on_where_it_was() {
    let server = need!(versitygw());
    server.new_bucket("shard-killed");
    let home = server.home();
    write_tree(&home, "tree", 60);
    home.run(["encrypt", "-r", "tree", "-o", "s3://shard-killed/in/"]).ok();
    let second = home.succeeds("kenc keygen -o second.txt").trim().to_owned();
    for command in ["rewrap", "rotate"] {
        let relay = ObjectRelay::to(server, Fate::Passed);
        let through = format!("http://127.0.0.1:{}", relay.port);
        let report = format!("{command}.jsonl");
        let keys = if command == "rewrap" { "--add" } else { "--to" };
        // What was done just before the end may not be in the report yet: it opens with the second key only.
        let identity: &[&str] = if command == "rotate" { &["--identity", "second.txt"] } else { &[] };
        let arguments = [command, "-q", "-r", keys, &second, "s3://shard-killed/in/", "--report", &report, "--resume"];
        let arguments = [&arguments[..], identity].concat();
        let mut child = home
            .kenc(&arguments)
            .env("AWS_ENDPOINT_URL_S3", &through)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let done = || fs::read_to_string(home.file(&report)).unwrap_or_default().matches("\"done\"").count();
        wait_until("some objects are done", || done() >= 5 || child.try_wait().unwrap().is_some());
        child.kill().unwrap();
        child.wait().unwrap();
        let before = done();
        let puts = relay.count("PUT ");
        let outcome = home.run([&arguments[..], &["-v"]].concat());
        outcome.ok();
        let lines = lines(&home, &report);
        let end = &lines.last().unwrap()["end"];
        assert_eq!(end["files"].as_u64().unwrap() + before as u64, 60, "{command}: {before} of {puts}: {end}");
        let (code, all) = sum(&home, &[&report]);
        assert_eq!((code, &all["files"]), (0, &60.into()), "{all}");
        home.run(&arguments).ok();
    }
    home.run(["decrypt", "--identity", "second.txt", "-r", "s3://shard-killed/in/", "-o", "back"]).ok();
    home.succeeds("rmdir tree/empty/er tree/empty; diff -r tree back");
}

#[test]
fn a_report_that_cannot_be_written_ends_the_run_at_once() {
    const FILES: usize = 600;
    let home = Home::with_key();
    fs::create_dir(home.file("tree")).unwrap();
    for number in 0..FILES {
        // Long names fill the report sooner than short files fill themselves.
        fs::write(home.file("tree").join(format!("{number}-{}", "x".repeat(100))), "text").unwrap();
    }
    home.run(["encrypt", "-r", "tree", "-o", "sealed"]).ok();
    let second = home.succeeds("kenc keygen -o second");
    let commands = [
        format!("rewrap -r sealed --add {}", second.trim()),
        "rotate -r sealed --yes".to_owned(),
        "verify -r sealed".to_owned(),
        "encrypt -r tree -o again".to_owned(),
    ];
    for command in commands {
        // No file may be longer than 32 KiB: a write that would make it so fails.
        let script = format!("trap '' XFSZ; ulimit -f 32; exec kenc {command} --report report.jsonl");
        let told = home.fails(&script, 1);
        assert!(told.contains("cannot write the report report.jsonl: file too large"), "{told}");
        assert!(told.contains("hint: no further file was begun"), "{told}");
        assert_eq!(told.matches("error:").count(), 1, "{told}");
        let report = fs::read_to_string(home.file("report.jsonl")).unwrap();
        let done = report.lines().filter(|line| line.contains("\"outcome\":\"done\"")).count();
        assert!(done > 100 && done < 300 && !report.contains("\"failed\""), "{command}: {done}");
        // With room, the run goes on.
        home.succeeds(&format!("kenc {command} --report report.jsonl --resume"));
        let text = home.run(["report", "report.jsonl"]).ok().stdout_text();
        assert!(text.contains(&format!("\n{FILES} files")) && text.contains("; 0 failed\n"), "{text}");
        fs::remove_file(home.file("report.jsonl")).unwrap();
    }
}
