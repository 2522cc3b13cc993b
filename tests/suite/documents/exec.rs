//! `kenc exec`: a command gets what it needs, and nothing of it leaks elsewhere.

use std::process::Stdio;

use crate::support::{Home, Memory, Watch, has, names_in, skip, stderr, text, wait_until};
use rustix::process::{Pid, Signal, kill_process};

const SECRET: &str = "correct-horse-battery-staple";

/// A sandbox with a document, a second one, and two files that are encrypted as a whole.
fn place() -> Option<(Home, Memory)> {
    let mut sandbox = Home::with_key();
    let memory = Memory::of(&mut sandbox)?;
    let make = |name: &str, content: &str| {
        sandbox.write("typed", content);
        sandbox.succeeds(&format!("EDITOR='cp typed' kenc edit {name}"));
    };
    make(
        "secrets.yaml",
        &format!("db:\n  password: {SECRET}\n  port: 5432\nlist: [a, {{b: true}}]\nempty: ''\nnothing:\n"),
    );
    make("more.json", "{\"db\": {\"port\": 6432}, \"extra\": 1.50}");
    make("plain.env.kenc", &format!("TOKEN={SECRET}\nOTHER=two words\n"));
    make("key.pem.kenc", &format!("-----BEGIN {SECRET}\n"));
    sandbox.succeeds("rm typed");
    Some((sandbox, memory))
}

#[test]
fn values_are_variables_named_after_the_way_to_them() {
    let Some((sandbox, memory)) = place() else { return };
    let environment = sandbox
        .succeeds("kenc exec --pristine secrets.yaml -- env -u PATH -u HOME -u LANG -u TMPDIR -u TZ -u TERM | sort");
    assert_eq!(environment, format!("db_password={SECRET}\ndb_port=5432\nempty=\nlist_0=a\nlist_1_b=true\nnothing=\n"));
    let environment = sandbox.succeeds(
        "kenc exec secrets.yaml more.json --prefix app_ --upper --only db --only extra -- env | grep ^APP | sort",
    );
    assert_eq!(environment, format!("APP_DB_PASSWORD={SECRET}\nAPP_DB_PORT=6432\nAPP_EXTRA=1.5\n"));
    assert_eq!(sandbox.succeeds("kenc exec plain.env.kenc -- sh -c 'echo $OTHER'"), "two words\n");

    // The target of a YAML alias is a value like any other; that sops would not open it is said when it is made.
    sandbox.write("typed", "base: &base\n  user: me\n  pass: word\napp:\n  <<: *base\n  pass: other\n");
    let said = sandbox.shell("EDITOR='cp typed' kenc edit aliases.yaml").output().unwrap();
    assert!(stderr(&said).contains("line 5, column 7 has an alias of an encrypted value"), "{}", stderr(&said));
    let environment = sandbox.succeeds("kenc exec aliases.yaml --only app -- env | grep ^app | sort");
    assert_eq!(environment, "app_pass=other\napp_user=me\n");
    memory.assert_empty();
}

#[test]
fn what_no_command_could_be_given_is_refused_before_it_runs() {
    let Some((sandbox, _memory)) = place() else { return };
    for (arguments, code, words) in [
        ("secrets.yaml --only db.user -- touch ran", 2, "no such value: `db.user`"),
        ("secrets.yaml --prefix 1 -- touch ran", 2, "`1db_password` is not a valid variable name"),
        ("key.pem.kenc -- touch ran", 2, "key.pem.kenc: cannot tell the format of its values"),
        ("--file key.pem.kenc -- touch ran", 2, "the arguments of the command do not contain {}"),
        ("--file key.pem.kenc secrets.yaml -- touch ran {1}", 2, "the arguments of the command do not contain {2}"),
        ("--file key.pem.kenc --file-name a/b -- touch ran {}", 2, "`a/b` is not a file name"),
        ("--file key.pem.kenc secrets.yaml --file-name a -- touch ran {1} {2}", 2, "files 2, names 1"),
        ("missing.yaml -- touch ran", 1, "cannot read missing.yaml"),
        ("secrets.yaml -k age1x -- touch ran", 2, "age1x"),
        ("secrets.yaml", 2, "required"),
    ] {
        let said = sandbox.fails(&format!("kenc exec {arguments}"), code);
        assert!(said.contains(words), "{arguments}: {said}");
    }
    sandbox.succeeds("sed -i 's/port: ENC/port: ENX/' secrets.yaml");
    let said = sandbox.fails("kenc exec secrets.yaml -- touch ran", 3);
    assert!(said.contains("kenc: error: secrets.yaml: "), "{said}");
    assert!(!sandbox.file("ran").exists());
}

#[test]
fn the_command_takes_the_place_of_kenc() {
    let Some((sandbox, memory)) = place() else { return };
    assert_eq!(sandbox.shell("kenc exec secrets.yaml -- sh -c 'exit 42'").status().unwrap().code(), Some(42));
    let said = sandbox.fails("kenc exec secrets.yaml -- not-there", 127);
    assert!(said.contains("command `not-there` not found"), "{said}");
    sandbox.write("no-program", "");
    let said = sandbox.fails("kenc exec secrets.yaml -- ./no-program", 126);
    assert!(said.contains("cannot run the command `./no-program`: permission denied"), "{said}");
    // Arguments are passed unchanged, because there is no shell.
    assert_eq!(sandbox.succeeds("kenc exec secrets.yaml -- printf '%s|' '$db_port' '*' ';' ''"), "$db_port|*|;||");
    assert_eq!(sandbox.succeeds("echo typed | kenc exec secrets.yaml -- cat"), "typed\n");
    // Signals that the caller ignores are ignored by the command too.
    let ignores = "grep -E '^Sig(Ign|Blk)' /proc/self/status; ulimit -Hc";
    for prefix in ["", "trap '' HUP TERM;"] {
        let plain = sandbox.succeeds(&format!("{prefix} sh -c \"{ignores}\""));
        assert_eq!(sandbox.succeeds(&format!("{prefix} kenc exec secrets.yaml -- sh -c \"{ignores}\"")), plain);
    }

    for mode in ["secrets.yaml", "--file secrets.yaml", "--file --file-name x secrets.yaml"] {
        let script = "echo $$ > pid.new; mv pid.new pid; kill -STOP $$; exec sleep 100";
        let mut command = sandbox.shell(&format!("exec kenc exec {mode} -- sh -c '{script}' {{}}"));
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        wait_until("the command", || sandbox.file("pid").exists());
        // The command replaces the process, so it receives every signal itself.
        assert_eq!(text(&sandbox.read("pid")).trim(), child.id().to_string());
        let mut child = child;
        for signal in [Signal::USR1, Signal::CONT] {
            kill_process(Pid::from_child(&child), signal).unwrap();
        }
        let status = child.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(Signal::USR1.as_raw()), "{mode}");
        sandbox.succeeds("rm pid");
    }
    // A killed command leaves no plaintext behind, and the next run removes what it left.
    for folder in memory.folders() {
        let links = names_in(&memory.path().join(folder));
        assert_eq!(links, ["x"]);
    }
    sandbox.succeeds("EDITOR=true kenc edit key.pem.kenc");
    memory.assert_empty();
}

#[test]
fn a_file_is_given_by_a_path_that_leads_to_memory() {
    let Some((sandbox, memory)) = place() else { return };
    assert_eq!(sandbox.succeeds("kenc exec --file key.pem.kenc -- cat {}"), format!("-----BEGIN {SECRET}\n"));
    let both = sandbox.succeeds(
        "kenc exec --file key.pem.kenc plain.env.kenc -- sh -c 'cat ${0#--x=} && head -1 \"$1\"' --x={2} {1}",
    );
    assert_eq!(both, format!("TOKEN={SECRET}\nOTHER=two words\n-----BEGIN {SECRET}\n"));
    assert!(sandbox.succeeds("kenc exec --file secrets.yaml -- cat {}").starts_with("db:\n  password: correct"));
    let path = sandbox.succeeds("kenc exec --file key.pem.kenc -- echo {}");
    assert!(path.starts_with("/proc/"), "{path}");
    let mode = sandbox.succeeds("kenc exec --file key.pem.kenc -- stat -Lc %a {}");
    assert_eq!(mode, "600\n");
    memory.assert_empty();

    let named = sandbox.succeeds("kenc exec --file --file-name tls.pem key.pem.kenc -- sh -c 'echo $0; cat $0' {}");
    assert!(named.contains("/tls.pem\n-----BEGIN correct"), "{named}");
    // A program may close unknown file descriptors before it starts another one.
    if has("python3") {
        let started = "import subprocess, sys; subprocess.run([\"cat\", sys.argv[1]], close_fds=True, check=True)";
        let seen = sandbox.succeeds(&format!("kenc exec --file key.pem.kenc -- python3 -c '{started}' {{}}"));
        assert_eq!(seen, format!("-----BEGIN {SECRET}\n"));
    } else {
        skip("python3 is not installed");
    }
}

#[test]
fn no_plaintext_comes_to_a_disk_while_a_command_is_prepared() {
    let Some((sandbox, memory)) = place() else { return };
    let Some(watch) = Watch::new(&sandbox) else { return };
    // Checks first that the watch works.
    sandbox.succeeds(&format!("{} kenc exec secrets.yaml -- sh -c 'echo $db_password > leak'", watch.prefix()));
    assert!(!watch.leaks(SECRET).is_empty());
    sandbox.succeeds("rm leak");
    for command in [
        "kenc exec secrets.yaml -- true",
        "kenc exec plain.env.kenc -- true",
        "kenc exec --file secrets.yaml -- grep -q correct {}",
        "kenc exec --file --file-name x.pem key.pem.kenc -- grep -q correct {}",
    ] {
        sandbox.succeeds(&format!("{} {command}", watch.prefix()));
        assert_eq!(watch.leaks(SECRET), [] as [&str; 0], "{command}");
    }
    // A command that cannot be started leaves nothing behind either.
    let output = sandbox.shell("kenc exec --file --file-name x.pem key.pem.kenc -- not-there {}").output().unwrap();
    assert_eq!(output.status.code(), Some(127), "{}", stderr(&output));
    sandbox.succeeds("EDITOR=true kenc edit key.pem.kenc");
    memory.assert_empty();
}

#[test]
fn variables_that_have_other_programs_run_are_passed_on_only_where_they_are_named() {
    let Some((sandbox, _memory)) = place() else { return };
    for name in [
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "PATH",
        "BASH_ENV",
        "IFS",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "NODE_OPTIONS",
        "GIT_SSH_COMMAND",
        "GIT_CONFIG_COUNT",
        "PERL5OPT",
        "RUBYOPT",
        "JAVA_TOOL_OPTIONS",
        "SOPS_AGE_KEY",
        "KENC_AGE_KEY_FILE",
        "ENV",
    ] {
        sandbox.write("typed", format!("{name}=/tmp/x\nOTHER=1\n"));
        sandbox.succeeds("rm -f d.env; EDITOR='cp typed' kenc edit d.env");
        let said = sandbox.fails("kenc exec d.env -- touch ran", 2);
        assert!(said.contains(&format!("the value at {name} would set {name}, a variable")), "{said}");
        assert!(said.contains(&format!("name it with `--only {name}`")), "{said}");
        assert!(!sandbox.file("ran").exists());
        assert_eq!(sandbox.succeeds("kenc exec d.env --only OTHER -- sh -c 'echo $OTHER'"), "1\n");
        let shown = sandbox.succeeds(&format!("kenc exec d.env --only {name} -- /usr/bin/env"));
        assert!(shown.contains(&format!("{name}=/tmp/x\n")), "{shown}");
    }
    // A group that has it in it does not name it; and a name that is made of a prefix counts.
    sandbox.write("typed", "ld:\n  preload: x\nLD: {PRELOAD: x}\n");
    sandbox.succeeds("EDITOR='cp typed' kenc edit d.yaml");
    sandbox.fails("kenc exec d.yaml --only LD -- true", 2);
    sandbox.fails("kenc exec d.yaml --only ld --upper -- true", 2);
    sandbox.succeeds("kenc exec d.yaml --only LD.PRELOAD -- /bin/true && kenc exec d.yaml --only ld -- true");
    // Variables of applications with such names are passed on.
    sandbox.write("typed", "ENV=production\nNODE_ENV=production\nGITHUB_TOKEN=x\n");
    sandbox.succeeds("rm d.env; EDITOR='cp typed' kenc edit d.env");
    assert_eq!(sandbox.succeeds("kenc exec d.env -- sh -c 'echo $ENV $NODE_ENV'"), "production production\n");
}

#[test]
fn the_program_is_looked_up_before_the_variables_of_a_document_apply() {
    let Some((sandbox, _memory)) = place() else { return };
    sandbox.succeeds("mkdir evil && printf '#!/bin/sh\\necho evil\\n' > evil/tool && chmod +x evil/tool");
    sandbox.program("tool", "echo good; echo \"${0##*/}\"");
    sandbox.write("typed", format!("PATH={}\n", sandbox.file("evil").display()));
    sandbox.succeeds("EDITOR='cp typed' kenc edit d.env");
    assert_eq!(sandbox.succeeds("kenc exec d.env --only PATH -- tool"), "good\ntool\n");
    assert_eq!(sandbox.succeeds("kenc exec --pristine d.env --only PATH -- tool"), "good\ntool\n");
    sandbox.fails("kenc exec d.env --only PATH -- not-there", 127);
    sandbox.succeeds("printf 'echo script\\n' > ../bin/bare && chmod +x ../bin/bare");
    assert_eq!(sandbox.succeeds("kenc exec plain.env.kenc -- bare"), "script\n");
    sandbox.succeeds("chmod -x ../bin/bare");
    if !rustix::process::geteuid().is_root() || sandbox.shell("bare").output().unwrap().status.code() == Some(126) {
        sandbox.fails("kenc exec plain.env.kenc -- bare", 126);
    }
}

#[test]
fn a_command_never_gets_what_leads_to_an_identity() {
    let Some((sandbox, _memory)) = place() else { return };
    let names = [
        "KENC_AGE_KEY_FILE",
        "SOPS_AGE_KEY",
        "SOPS_AGE_KEY_FILE",
        "SOPS_AGE_KEY_CMD",
        "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
        "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
    ];
    let key = "export KENC_AGE_KEY_FILE=~/.config/kenc/keys.txt SOPS_AGE_KEY_FILE=$KENC_AGE_KEY_FILE; ";
    let others = names[3..].iter().map(|name| format!("export {name}=x; ")).collect::<Vec<_>>().concat();
    let others = format!("{others} export SOPS_AGE_KEY=\"$(grep AGE ~/.config/kenc/keys.txt)\"; ");
    for command in ["kenc exec plain.env.kenc -- env", "kenc exec --file plain.env.kenc -- sh -c 'env; : {}'"] {
        let shown = sandbox.succeeds(&format!("{key}{others}{command}"));
        assert!(!names.iter().any(|name| shown.contains(name)), "{command}: {shown}");
    }
}

#[test]
fn under_the_name_of_sops_only_what_has_the_shell_do_other_things_is_refused() {
    let Some((sandbox, _memory)) = place() else { return };
    sandbox.succeeds("ln -s kenc ../bin/sops");
    for (line, is_refused) in [
        ("LD_PRELOAD: /tmp/x", true),
        ("BASH_ENV: /tmp/x", true),
        ("PATH: /tmp/x", true),
        ("IFS: x", true),
        ("NODE_OPTIONS: x", false),
        ("PYTHONPATH: x", false),
    ] {
        sandbox.write("typed", format!("{line}\n"));
        sandbox.succeeds("rm -f d.yaml; EDITOR='cp typed' kenc edit d.yaml");
        let output = sandbox.shell("sops exec-env d.yaml 'echo ran'").output().unwrap();
        assert_eq!(text(&output.stdout), if is_refused { "" } else { "ran\n" }, "{line}: {}", stderr(&output));
    }
    // Scripts nest it.
    let nested = "export SOPS_AGE_KEY_FILE=~/.config/kenc/keys.txt; sops exec-env d.yaml 'echo $SOPS_AGE_KEY_FILE'";
    assert!(sandbox.succeeds(nested).ends_with("keys.txt\n"));
}
