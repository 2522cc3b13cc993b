//! Real backups and restores, streams of any length in little memory, and inputs that change while they are read.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Home, LongText, Measured, Postgres, moto, pipe, program, repository, run_quietly};

const GIB: u64 = 1 << 30;

#[test]
fn a_folder_that_tar_packs_comes_back_as_it_was() {
    let tar = need!(program("tar"));
    let home = Home::new();
    home.keygen();
    let pack = || {
        let mut pack = home.environment_of(Command::new(&tar));
        pack.arg("-C").arg(repository()).args(["-c", "src", "tests/run", "Cargo.toml", "Cargo.lock"]);
        pack
    };
    let [encrypt, decrypt] = ["encrypt", "decrypt"].map(|name| kenc(&home, &[name]));
    let mut compare = home.environment_of(Command::new(&tar));
    compare.arg("-C").arg(repository()).arg("-d");
    pipe(vec![pack(), encrypt, decrypt, compare]);

    let packed = pipe(vec![pack()]);
    home.write("backup.tar", &packed);
    home.run(["encrypt", "backup.tar", "-o", "backup.tar.kenc"]).ok();
    home.run(["decrypt", "backup.tar.kenc"]).gives(&packed);
}

#[test]
fn a_database_that_was_dumped_to_kenc_is_restored_from_it() {
    let kms = need!(moto());
    let database = need!(Postgres::start());
    let home = kms.home();
    kms.new_alias("alias/dumps", &kms.new_key());
    database.query("postgres", "create database prod");
    database.query("postgres", "create database restored");
    database.query(
        "prod",
        "create table account (id bigint primary key, name text not null, note bytea, changed timestamptz);
         insert into account select i, 'name ' || md5(i::text), decode(repeat(md5((-i)::text), 8), 'hex'),
             timestamptz '2026-01-01' + i * interval '1 second' from generate_series(1, 100000) i;
         create index on account (name);",
    );
    let content =
        |name| database.query(name, "select count(*), md5(string_agg(a::text, ',' order by id)) from account a");
    let before = content("prod");
    assert!(before.starts_with("100000|"), "{before}");

    let mut dump = database.client("pg_dump");
    dump.args(["-Fc", "-Z0", "prod"]);
    let encrypt = kenc(&home, &["encrypt", "-k", "alias/dumps", "-c", "db=prod"]);
    let decrypt = kenc(&home, &["decrypt", "-c", "db=prod"]);
    let mut restore = database.client("pg_restore");
    restore.args(["--exit-on-error", "-d", "restored"]);
    pipe(vec![dump, encrypt, decrypt, restore]);
    assert_eq!(content("restored"), before);
}

#[test]
fn a_stream_of_5_gib_goes_through_pipes_both_ways_in_constant_memory() {
    let home = Home::new();
    home.keygen();
    let most = need!(Measured::most_kib(&home));
    // The longer one has more than 2^32 bytes.
    for (cipher, length) in [("aes-256-gcm", 5 * GIB), ("chacha20-poly1305", GIB / 4)] {
        // The maximum default number of threads, so that the limit holds on every machine.
        let mut encrypt =
            need!(Measured::new(&home, "encrypt.peak", &["encrypt", "--cipher", cipher, "--threads", "8"]));
        let mut decrypt = need!(Measured::new(&home, "decrypt.peak", &["decrypt", "--threads", "8"]));
        LongText::new().send_through(length, &mut encrypt.command, &mut decrypt.command);
        for (name, peak) in [("encrypt", encrypt.peak_kib()), ("decrypt", decrypt.peak_kib())] {
            eprintln!("{name}, {cipher}, {length} bytes: {peak} KiB");
            assert!(peak <= most, "{name} had {peak} KiB in memory");
        }
    }
}

#[test]
fn an_armored_stream_takes_no_more_memory_than_another() {
    let home = Home::new();
    home.keygen();
    let most = need!(Measured::most_kib(&home));
    let mut encrypt = need!(Measured::new(&home, "encrypt.peak", &["encrypt", "--armor"]));
    let mut decrypt = need!(Measured::new(&home, "decrypt.peak", &["decrypt"]));
    LongText::new().send_through(GIB / 8, &mut encrypt.command, &mut decrypt.command);
    for peak in [encrypt.peak_kib(), decrypt.peak_kib()] {
        assert!(peak <= most, "{peak} KiB in memory");
    }
}

#[test]
fn a_large_file_becomes_a_file_and_a_file_again_in_constant_memory() {
    const LENGTH: u64 = 3 * GIB;
    let home = Home::new();
    need!(has_room(&home, 2 * LENGTH + GIB));
    home.keygen();
    let most = need!(Measured::most_kib(&home));
    sparse(&home, "large", LENGTH);
    let run = |arguments: &[&str]| -> Result<u64, String> {
        let mut measured = Measured::new(&home, "peak", arguments)?;
        run_quietly(&mut measured.command);
        Ok(measured.peak_kib())
    };
    let encrypting = need!(run(&["encrypt", "large", "-o", "large.kenc", "--threads", "8"]));
    let verifying = need!(run(&["verify", "large.kenc", "--threads", "8", "--quiet"]));
    let decrypting = need!(run(&["decrypt", "large.kenc", "-o", "again", "--threads", "8"]));
    run_quietly(Command::new("cmp").arg(home.file("large")).arg(home.file("again")));
    for (name, peak) in [("encrypt", encrypting), ("verify", verifying), ("decrypt", decrypting)] {
        eprintln!("{name}, {LENGTH} bytes: {peak} KiB");
        assert!(peak <= most, "{name} had {peak} KiB in memory");
    }
}

#[test]
fn a_file_that_is_cut_while_it_is_encrypted_gives_an_error_and_no_output() {
    let home = Home::new();
    need!(has_room(&home, 2 * GIB));
    home.keygen();
    sparse(&home, "input", GIB);
    let outcome = change_meanwhile(&home, &["encrypt", "input", "-o", "output"], "input", GIB / 64);
    assert_eq!(outcome.0, Some(1), "{}", outcome.1);
    assert!(outcome.1.contains("the input changed while it was read"), "{}", outcome.1);
    assert!(outcome.1.contains("kenc: hint: encrypt it again"), "{}", outcome.1);
    assert_eq!(home.names(), ["input"], "a failure leaves nothing behind");
}

#[test]
fn a_file_that_is_cut_while_it_is_decrypted_gives_an_error_and_no_output() {
    let home = Home::new();
    need!(has_room(&home, 3 * GIB));
    home.keygen();
    sparse(&home, "plain", GIB);
    home.run(["encrypt", "plain", "-o", "input"]).ok();
    fs::remove_file(home.file("plain")).expect("the file is ours");
    let outcome = change_meanwhile(&home, &["decrypt", "input", "-o", "output"], "input", GIB / 64);
    assert!(matches!(outcome.0, Some(1 | 3)), "{outcome:?}");
    assert!(outcome.1.starts_with("kenc: error: "), "{}", outcome.1);
    assert_eq!(home.names(), ["input"], "a failure leaves nothing behind");
}

/// Runs kenc, and stops it for a moment after it has read something, in which a file gets another length.
fn change_meanwhile(home: &Home, arguments: &[&str], file: &str, length: u64) -> (Option<i32>, String) {
    let mut command = home.command();
    command.args(arguments).args(["--threads", "1"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program can be started");
    let deadline = Instant::now() + Duration::from_mins(1);
    while bytes_read(child.id()) < 2 * length {
        assert!(child.try_wait().expect("a child can be asked").is_none(), "it ended before it was stopped");
        assert!(Instant::now() < deadline, "it does not read");
        std::thread::sleep(Duration::from_millis(1));
    }
    let process = Pid::from_child(&child);
    kill_process(process, Signal::STOP).expect("a child can be stopped");
    let file = File::options().write(true).open(home.file(file)).expect("the file is ours");
    file.set_len(length).expect("the file is ours");
    kill_process(process, Signal::CONT).expect("a child can be continued");
    let output = child.wait_with_output().expect("a child can be waited for");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn bytes_read(process: u32) -> u64 {
    let counts = fs::read_to_string(format!("/proc/{process}/io")).unwrap_or_default();
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    read.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

fn kenc(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command();
    command.args(arguments);
    command
}

fn sparse(home: &Home, name: &str, length: u64) {
    let file = File::create(home.file(name)).expect("a file can be made");
    file.set_len(length).expect("a file can be made longer");
}

fn has_room(home: &Home, bytes: u64) -> Result<(), String> {
    let system = rustix::fs::statvfs(home.path()).map_err(|error| error.to_string())?;
    if system.f_bavail * system.f_frsize >= bytes { Ok(()) } else { Err(format!("it needs {bytes} bytes on the disk")) }
}
