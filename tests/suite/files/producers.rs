//! Commands at the other end of a pipe: a failed backup leaves no output, and a restore never accepts an incomplete file.

use crate::support::{Home, Postgres, stderr, text};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const NOT_AUTHENTIC: i32 = 3;
const NOT_EXECUTABLE: i32 = 126;
const NOT_FOUND: i32 = 127;
const INTERRUPTED: i32 = 130;

#[test]
fn what_a_command_prints_is_encrypted_without_a_shell_in_between() {
    let home = Home::with_key();
    home.run(["encrypt", "-o", "out.kenc", "--", "printf", "%s", "$HOME; `id` 'a b'"]).ok();
    assert_eq!(home.run(["decrypt", "out.kenc"]).ok().stdout_text(), "$HOME; `id` 'a b'");
    let script = "head -c 5000000 /dev/zero; echo end";
    home.run(["encrypt", "-o", "large.kenc", "--", "sh", "-c", script]).ok();
    assert_eq!(home.run(["decrypt", "large.kenc"]).ok().stdout.len(), 5_000_004);
    home.run_with(["encrypt", "-o", "upper.kenc", "--", "tr", "a-z", "A-Z"], b"from the standard input").ok();
    assert_eq!(home.run(["decrypt", "upper.kenc"]).ok().stdout_text(), "FROM THE STANDARD INPUT");
}

#[test]
fn a_command_that_fails_leaves_no_file_and_keeps_the_old_one() {
    let home = Home::with_key();
    home.write("old.kenc", "of last week");
    for (script, words) in [
        ("exit 3", "`sh` failed (exit status: 3)"),
        ("head -c 3000000 /dev/zero; exit 1", "`sh` failed (exit status: 1)"),
        ("echo partly; kill -9 $$", "`sh` failed (signal: 9"),
        ("exec >&-; sleep 0.3; exit 4", "`sh` failed (exit status: 4)"),
    ] {
        for arguments in [&["encrypt", "-o", "new.kenc"][..], &["encrypt", "-f", "-o", "old.kenc"]] {
            let outcome = home.run([arguments, &["--", "sh", "-c", script]].concat());
            outcome.fails(FAILED).says(words).hints("run `sh` alone");
            assert_eq!(home.names(), ["old.kenc"]);
            assert_eq!(home.read("old.kenc"), b"of last week");
        }
    }
}

#[test]
fn what_went_to_a_pipe_before_a_command_failed_does_not_decrypt() {
    let home = Home::with_key();
    let outcome = home.run(["encrypt", "--", "sh", "-c", "head -c 300000 /dev/zero; exit 1"]);
    assert_eq!(outcome.code, FAILED);
    assert!(!outcome.stdout.is_empty(), "the beginning was released");
    let opened = home.decrypt(&[], &outcome.stdout);
    assert_eq!(opened.code, NOT_AUTHENTIC, "{}", opened.stderr);
    let nothing = home.run(["encrypt", "--", "false"]);
    assert_eq!(home.decrypt(&[], &nothing.stdout).code, NOT_AUTHENTIC);
}

#[test]
fn a_command_that_is_not_there_or_a_key_that_refuses_starts_nothing() {
    let home = Home::with_key();
    home.run(["encrypt", "-o", "x.kenc", "--", "no-such-program"]).fails(NOT_FOUND).hints("command -v no-such-program");
    home.write("no-program", "text");
    home.run(["encrypt", "-o", "x.kenc", "--", "./no-program"]).fails(NOT_EXECUTABLE);
    let outcome = home.run(["encrypt", "-k", "alias/none", "-o", "x.kenc", "--", "touch", "started"]);
    assert_ne!(outcome.code, 0);
    assert_eq!(home.names(), ["no-program"]);
    home.run(["encrypt", "file", "--", "true"]).fails(USAGE);
    home.run(["encrypt", "-r", "folder", "-o", "out/", "--", "true"]).fails(USAGE);
}

#[test]
fn identities_are_not_passed_on_to_a_command() {
    let home = Home::with_key().with("SOPS_AGE_KEY", "AGE-SECRET-KEY-1X").with("KEPT", "yes");
    home.run(["encrypt", "-o", "x.kenc", "--", "env"]).ok();
    let environment = home.run(["decrypt", "x.kenc"]).ok().stdout_text();
    assert!(environment.contains("KEPT=yes") && !environment.contains("AGE-SECRET-KEY"), "{environment}");
}

#[test]
fn a_short_input_fails_and_an_empty_one_is_worth_a_warning() {
    let home = Home::with_key();
    let outcome = home.run_with(["encrypt", "-o", "empty.kenc"], b"");
    outcome.ok();
    assert!(outcome.stderr.contains("warning: the standard input was empty"), "{}", outcome.stderr);
    home.run_with(["encrypt", "-o", "b.kenc", "--min-size", "1"], b"")
        .fails(FAILED)
        .says("0 bytes, and --min-size asks for 1");
    home.run_with(["encrypt", "-o", "b.kenc", "--min-size", "1K"], b"short").fails(FAILED).says("5 bytes").says("1024");
    home.run(["encrypt", "-o", "b.kenc", "--min-size", "2M", "--", "head", "-c", "100000", "/dev/zero"]).fails(FAILED);
    home.write("file", vec![0; 100_000]);
    home.run(["encrypt", "-o", "b.kenc", "--min-size", "1M", "file"]).fails(FAILED).says("100000 bytes");
    assert_eq!(home.names(), ["empty.kenc", "file"]);
    home.run_with(["encrypt", "-o", "b.kenc", "--min-size", "5"], b"right").ok();
    home.run(["encrypt", "-o", "c.kenc", "--min-size", "nonsense"]).fails(USAGE);
    let outcome = home.run(["encrypt", "-o", "c.kenc", "--", "true"]);
    assert!(outcome.ok().stderr.contains("warning: the output of `true` was empty"), "{}", outcome.stderr);
}

#[test]
fn the_plaintext_goes_to_a_command_and_either_failure_is_one() {
    let home = Home::with_key();
    home.write("x.kenc", home.encrypt(&[], b"hello\n"));
    assert_eq!(home.run(["decrypt", "x.kenc", "--", "tr", "a-z", "A-Z"]).ok().stdout_text(), "HELLO\n");
    assert_eq!(home.run_with(["decrypt", "--", "cat"], &home.read("x.kenc")).ok().stdout_text(), "hello\n");
    let outcome = home.run(["decrypt", "x.kenc", "--", "sh", "-c", "cat > /dev/null; exit 5"]);
    outcome.fails(FAILED).says("`sh` failed (exit status: 5)");
    home.run(["decrypt", "x.kenc", "--", "no-such-program"]).fails(NOT_FOUND);
    home.run(["decrypt", "x.kenc", "-o", "y", "--", "cat"]).fails(USAGE);
    home.write("large.kenc", home.encrypt(&[], &vec![0; 8 << 20]));
    let outcome = home.run(["decrypt", "large.kenc", "--", "true"]);
    outcome.fails(FAILED).says("`true` ended before it had read everything");
}

#[test]
fn a_command_never_gets_the_end_of_what_is_not_authentic() {
    let home = Home::with_key();
    let mut file = home.encrypt(&[], &vec![7; 3 << 20]);
    let last = file.len() - 1;
    file[last] ^= 1;
    home.write("damaged.kenc", &file);
    home.write("cut.kenc", &file[..2 << 20]);
    for name in ["damaged.kenc", "cut.kenc"] {
        // It commits only at the end of its input.
        let script = "cat > part && mv part committed";
        home.run(["decrypt", name, "--", "sh", "-c", script]).fails(NOT_AUTHENTIC);
        assert!(!home.file("committed").exists(), "{name}");
        // Not even if it ignores SIGTERM.
        let script = "trap '' TERM; cat > part && mv part committed";
        home.run(["decrypt", name, "--", "sh", "-c", script]).fails(NOT_AUTHENTIC);
        assert!(!home.file("committed").exists(), "{name}");
    }
}

#[test]
fn a_signal_ends_both_and_leaves_nothing_behind() {
    let home = Home::with_key();
    let script = "kenc encrypt -o x.kenc -- sh -c 'echo $$ > pid; echo begun; exec sleep 1000' & kenc=$!
        while test ! -s pid; do sleep 0.05; done
        kill -TERM $kenc; wait $kenc; code=$?
        while kill -0 $(cat pid) 2> /dev/null; do sleep 0.05; done
        rm pid; ls -A; exit $code";
    let output = home.shell(script).output().expect("bash can be started");
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert_eq!(text(&output.stdout), "", "nothing stays behind");
    let outcome = home.run(["encrypt", "-o", "x.kenc", "--", "sh", "-c", "kill -INT $$"]);
    assert_eq!(outcome.code, INTERRUPTED, "{}", outcome.stderr);
    assert_eq!(home.names(), [""; 0]);
}

#[test]
fn a_dump_of_a_database_that_is_not_there_leaves_no_backup_and_a_real_one_is_restored() {
    let database = need!(Postgres::start());
    let home = Home::with_key();
    let client = |words: &[&str]| {
        let client = database.client(words[0]);
        let mut command = home.command();
        command.envs(
            client
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?)))
                .filter(|(name, _)| *name != "HOME" && *name != "PATH"),
        );
        command
    };
    let kenc = |arguments: &[&str], words: &[&str]| {
        let mut command = client(words);
        let program = database.client(words[0]).get_program().to_owned();
        command.args(arguments).arg("--").arg(program).args(&words[1..]);
        crate::support::finish(command, b"")
    };
    let outcome = kenc(&["encrypt", "-o", "nosuch.kenc"], &["pg_dump", "nosuch"]);
    assert_eq!(outcome.code, FAILED);
    outcome.says("failed (exit status: 1)");
    assert!(outcome.stderr.contains("nosuch"), "pg_dump says why: {}", outcome.stderr);
    assert_eq!(home.names(), [""; 0]);
    database.query("postgres", "create table t (a int); insert into t select generate_series(1, 50000)");
    kenc(&["encrypt", "-o", "dump.kenc", "--min-size", "1"], &["pg_dump", "postgres"]).ok();
    database.query("postgres", "create database copy");
    let restore = ["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", "copy"];
    let mut damaged = home.read("dump.kenc");
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    home.write("damaged.kenc", damaged);
    assert_eq!(kenc(&["decrypt", "damaged.kenc"], &restore).code, NOT_AUTHENTIC);
    assert_eq!(database.query("copy", "select to_regclass('t') is null"), "t", "nothing was restored");
    let outcome = kenc(&["decrypt", "dump.kenc"], &restore);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(database.query("copy", "select sum(a) from t"), "1250025000");
    assert_eq!(kenc(&["decrypt", "dump.kenc"], &restore).code, FAILED, "the table is there already");
}
