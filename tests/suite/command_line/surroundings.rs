//! kenc in unusual surroundings: closed standard streams, no threads, version control folders.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Home, has, skip, text};

/// It fails with an ordinary error, not with a bug report.
#[track_caller]
fn assert_plain_failure(sandbox: &Home, command: &str) {
    let output = sandbox.shell(command).output().unwrap();
    let said = text(&output.stderr);
    assert!(!matches!(output.status.code(), Some(0) | None), "{command}: {}\n{said}", output.status);
    assert!(!said.contains("a bug"), "{command}: {said}");
}

#[test]
fn a_closed_standard_input_is_an_error_and_no_empty_backup() {
    let sandbox = Home::with_key();
    sandbox.write("x.yaml", "a: 1\n");
    sandbox.succeeds("kenc encrypt --values -i x.yaml");
    let before = sandbox.read("x.yaml");
    let commands = [
        "kenc encrypt -o b",
        "kenc encrypt -a -o b",
        "kenc encrypt -o b /dev/stdin",
        "kenc encrypt -o b - ",
        "kenc encrypt --values --input-type yaml -o b",
        "kenc decrypt -o b",
        "kenc verify",
        "kenc inspect",
        "kenc get - a",
        "kenc set x.yaml a",
        "kenc rotate -o b -",
        "kenc rewrap -o b -",
        "kenc encrypt -o b --files0-from -",
        "kenc encrypt -o b -k passphrase: --passphrase-from fd:0 x.yaml",
    ];
    for command in commands {
        for redirection in ["<&-", "0>/dev/null"] {
            assert_plain_failure(&sandbox, &format!("{command} {redirection}"));
            assert!(!sandbox.file("b").is_file(), "{command} {redirection}");
            assert_eq!(sandbox.read("x.yaml"), before, "{command} {redirection}");
        }
    }
    let said = sandbox.fails("kenc encrypt -o b <&-", 1);
    assert!(said.starts_with("kenc: error: cannot read the standard input: it is closed\n"), "{said}");
}

#[test]
fn a_closed_standard_output_is_an_error_for_whatever_prints_a_result() {
    let sandbox = Home::with_key();
    sandbox.write("x.yaml", "a: 1\n");
    sandbox.succeeds("kenc encrypt x.yaml -o x.kenc && kenc encrypt --values -i x.yaml && ln -s kenc ../bin/sops");
    let commands = [
        "kenc decrypt x.kenc",
        "kenc decrypt x.kenc -o /dev/stdout",
        "kenc decrypt x.yaml",
        "kenc decrypt --range 0..1 x.kenc",
        "kenc encrypt x.kenc",
        "kenc verify x.kenc",
        "kenc verify --json x.yaml",
        "kenc inspect x.kenc",
        "kenc inspect x.yaml",
        "kenc get x.yaml a",
        "kenc rotate -o - x.kenc",
        "kenc rewrap -o - x.yaml",
        "kenc keygen --show",
        "kenc keygen -o other",
        "kenc keygen -o -",
        "kenc keys check",
        "kenc keys policy --account 111122223333",
        "kenc completions bash",
        "kenc git textconv x.yaml",
        "kenc --help",
        "kenc --version",
        "sops --version",
        "sops --help",
        "sops decrypt x.yaml",
        "sops filestatus x.yaml",
    ];
    for command in commands {
        for redirection in [">&-", "1</dev/null"] {
            assert_plain_failure(&sandbox, &format!("{command} {redirection}"));
        }
    }
    assert!(!sandbox.file("other").exists(), "a key was made whose recipient nobody was told");
    let said = sandbox.fails("kenc decrypt x.kenc >&-", 1);
    assert!(said.starts_with("kenc: error: cannot write the standard output: it is closed\n"), "{said}");
    // Commands that print nothing do not need that stream.
    sandbox.succeeds("kenc decrypt x.kenc -o y >&- && kenc encrypt y -o y.kenc >&- <&- && test -s y.kenc");
}

#[test]
fn a_full_standard_output_is_an_error_and_no_bug() {
    let sandbox = Home::with_key();
    sandbox.write("x.yaml", "a: 1\n");
    sandbox.succeeds("kenc encrypt --values -i x.yaml && ln -s kenc ../bin/sops");
    for command in ["kenc get x.yaml a", "kenc --help", "sops --version", "sops --help", "sops filestatus x.yaml"] {
        let output = sandbox.shell(&format!("{command} >/dev/full")).output().unwrap();
        assert!(
            !output.status.success() && !text(&output.stderr).contains("a bug"),
            "{command}: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn messages_go_into_no_file_that_took_the_place_of_a_closed_standard_error() {
    let sandbox = Home::with_key();
    sandbox.write("x", "plaintext\n");
    sandbox.succeeds("kenc -v encrypt x -o x.kenc 2>&- && kenc decrypt x.kenc | cmp - x");
    sandbox.succeeds("kenc -v encrypt -i x <&- >&- 2>&- && kenc decrypt x >y && test \"$(cat y)\" = plaintext");
    sandbox.fails("kenc decrypt --json missing x.kenc -o . <&- >&- 2>&-", 1);
    sandbox.succeeds("kenc decrypt x.kenc | grep -qx plaintext");
}

#[test]
fn a_command_gets_the_standard_streams_as_closed_as_they_came() {
    let sandbox = Home::with_key();
    sandbox.write("x.env", "A=1\n");
    sandbox.succeeds("kenc encrypt --values -i x.env");
    let closed = "kenc exec x.env -- bash -c 'test ! -e /dev/fd/0 && test ! -e /dev/fd/1' <&- >&-";
    sandbox.succeeds(closed);
}

/// Runs a script of the shell as a user who may have `most` threads and processes, if that can be done here.
fn with_few_threads(sandbox: &Home, most: u32, script: &str) -> Option<std::process::Output> {
    if !rustix::process::geteuid().is_root() || !has("setpriv") || !has("prlimit") {
        skip("only root can become another user, with setpriv and prlimit");
        return None;
    }
    // No one else uses this user id; their processes would count too.
    let user = format!("{}", 2_000_000_000 + std::process::id());
    for name in ["", "work", "home", "bin"] {
        std::fs::set_permissions(sandbox.root().join(name), std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    sandbox
        .succeeds(&format!("rm -f ../bin/kenc && cp {} ../bin/kenc && chmod -R a+rwX .. ", env!("CARGO_BIN_EXE_kenc")));
    let become_user = format!("setpriv --reuid={user} --regid={user} --clear-groups");
    let reaches = sandbox.shell(&format!("{become_user} kenc --version")).output().unwrap();
    if !reaches.status.success() {
        skip("another user cannot run programs in the temporary folder");
        return None;
    }
    Some(sandbox.shell(&format!("exec {become_user} prlimit --nproc={most} {script}")).output().unwrap())
}

#[test]
fn work_goes_on_with_fewer_threads_or_fails_and_is_never_a_bug() {
    let sandbox = Home::with_key();
    sandbox.succeeds("mkdir t && for i in $(seq 1 40); do head -c 300000 /dev/zero >t/$i; done; cp -r t before");
    sandbox.succeeds("head -c 30000000 /dev/zero >long");
    // With none: an error, and nothing changed.
    for command in ["kenc encrypt -r -i t --threads 4", "kenc encrypt --threads 4 long -o long.kenc"] {
        let Some(output) = with_few_threads(&sandbox, 1, command) else { return };
        assert_eq!(output.status.code(), Some(1), "{command}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains("cannot start a thread"), "{}", text(&output.stderr));
        sandbox.succeeds("diff -r t before && test ! -e long.kenc");
    }
    // With one, which waits for signals: the main thread does the work.
    for command in [
        "kenc encrypt -r -i t --threads 4",
        "kenc rotate --yes -r t",
        "kenc rewrap -r t",
        "kenc verify -r t --threads 4",
        "kenc decrypt -r -i t --threads 4",
        "kenc encrypt --threads 4 long -o long.kenc",
        "kenc decrypt --threads 4 long.kenc -o long.again",
    ] {
        let Some(output) = with_few_threads(&sandbox, 2, command) else { return };
        assert_eq!(output.status.code(), Some(0), "{command}: {}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("a bug"), "{command}: {}", text(&output.stderr));
    }
    sandbox.succeeds("diff -r t before && cmp long long.again");
}

#[test]
fn every_walk_leaves_version_control_alone_and_counts_it() {
    let sandbox = Home::with_key();
    let make = "rm -rf t && mkdir -p t/.git t/sub/.hg t/.svn t/.jj t/.bzr t/CVS t/.github &&
        for d in .git sub/.hg .svn .jj .bzr CVS .github sub; do printf 'a: 1\\n' >t/$d/x.yaml; done; echo gitdir: x >t/sub/.git";
    let left_out = "t/.git/x.yaml t/sub/.hg/x.yaml t/.svn/x.yaml t/.jj/x.yaml t/.bzr/x.yaml t/CVS/x.yaml t/sub/.git";
    let others = "t/.github/x.yaml t/sub/x.yaml";
    sandbox.succeeds(make);
    let sum = || sandbox.succeeds(&format!("cat {left_out} | sha256sum"));
    let plain = sum();
    let said = sandbox.shell("kenc encrypt -r -i t").output().unwrap();
    assert!(said.status.success(), "{}", text(&said.stderr));
    assert!(text(&said.stderr).contains("skipped 7 version-control folders"), "{}", text(&said.stderr));
    assert_eq!(sum(), plain);
    sandbox.succeeds(&format!("for f in {others}; do kenc inspect $f >&2; done"));
    // Encrypted files in there are not touched either.
    sandbox.succeeds(
        "kenc encrypt t/.git/x.yaml -o e && cp e t/.git/x.yaml && cp e t/sub/.hg/x.yaml && cp e t/CVS/x.yaml",
    );
    let sealed = sum();
    let summary = sandbox.succeeds("kenc --json verify -r t 2>&1 | tail -1");
    assert!(summary.contains("\"version_control\":7"), "{summary}");
    for command in ["rotate --yes -r t", "rewrap -r t", "verify -r t", "decrypt -r -i t"] {
        let output = sandbox.shell(&format!("kenc {command}")).output().unwrap();
        assert!(output.status.success(), "{command}: {}", text(&output.stderr));
        assert!(
            text(&output.stderr).contains("skipped 7 version-control folders"),
            "{command}: {}",
            text(&output.stderr)
        );
        assert!(!text(&output.stdout).contains(".git/") && !text(&output.stdout).contains("CVS"), "{command}");
        assert_eq!(sum(), sealed, "{command}");
    }
    sandbox.succeeds(
        "kenc encrypt -r t -o out && test -e out/sub/x.yaml.kenc && test ! -e out/.git && test ! -e out/sub/.git",
    );
    sandbox.succeeds(make);
    let output = sandbox.shell("kenc encrypt --values -r -i t").output().unwrap();
    assert!(text(&output.stderr).contains("skipped 7 version-control folders"), "{}", text(&output.stderr));
    assert_eq!(sum(), plain);
    // A folder named explicitly is not skipped.
    sandbox.succeeds("kenc encrypt -r -i t/.git && kenc inspect t/.git/x.yaml");
}
