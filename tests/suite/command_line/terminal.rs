//! kenc on a real terminal: what it refuses to show there, what it asks for, and what it draws.

use crate::support::{Home, Terminal, assert_shows, has, skip, text, wait_until};

#[test]
fn encrypted_bytes_are_not_written_to_a_terminal_unless_asked_for_by_name() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    sandbox.write("x", "hello\n");
    let screen = terminal.run("kenc encrypt x");
    assert_shows(
        &screen,
        &[
            "kenc: error: refusing to write encrypted bytes to a terminal",
            "kenc: hint: name a file with `-o x.kenc`, or pipe the output; `-a` writes text, and `-o -` forces bytes",
            "ended 2",
        ],
    );
    let screen = terminal.run("kenc encrypt < x");
    assert_shows(&screen, &["refusing to write encrypted bytes", "`-o FILE.kenc`", "ended 2"]);
    let screen = terminal.run("kenc encrypt -a x");
    assert_shows(&screen, &["-----END KENC FILE-----", "ended 0"]);
    let screen = terminal.run("kenc encrypt x | kenc decrypt");
    assert_shows(&screen, &["hello", "ended 0"]);
}

#[test]
fn encrypted_bytes_are_written_to_a_terminal_that_is_asked_for_by_name() {
    let sandbox = Home::with_key();
    if !has("script") {
        skip("script is not installed");
        return;
    }
    sandbox.write("x", "hello\n");
    // A terminal could interpret these bytes as commands, so the output goes to a file.
    sandbox.succeeds("script -qec 'stty raw; kenc encrypt -o - x' written > /dev/null < /dev/null");
    assert!(sandbox.read("written").windows(5).any(|window| window == b"\x89kenc"));
    let output = sandbox.shell("script -qec 'kenc encrypt x' written > /dev/null < /dev/null").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!sandbox.read("written").windows(5).any(|window| window == b"\x89kenc"));
}

#[test]
fn text_is_shown_on_a_terminal_and_other_plaintext_is_not() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    sandbox.write("x", "Grüße, 世界\n\tand a tab\n");
    sandbox.write("escape", "before \x1b[31m red");
    sandbox.write("binary", [0x7f, b'E', b'L', b'F', 0, 1]);
    sandbox.succeeds("for name in x escape binary; do kenc encrypt $name -o $name.kenc; done");
    assert_shows(&terminal.run("kenc decrypt x.kenc"), &["Grüße, 世界", "and a tab", "ended 0"]);
    for name in ["escape", "binary"] {
        let screen = terminal.run(&format!("kenc decrypt {name}.kenc"));
        assert_shows(
            &screen,
            &[
                "kenc: error: refusing to write control or invisible characters of the plaintext to a terminal",
                &format!("kenc: hint: name a file with `-o {name}`, or pipe the output; `-o -` forces it"),
                "ended 1",
            ],
        );
        assert!(!screen.contains("before"), "{screen}");
    }
    assert_shows(&terminal.run("kenc decrypt -o - binary.kenc"), &["ELF", "ended 0"]);
}

#[test]
fn a_passphrase_is_asked_for_without_being_shown() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    sandbox.write("x", "hello\n");

    terminal.start("kenc encrypt -k passphrase: x -o x.kenc");
    terminal.wait_for("New passphrase:");
    terminal.types("correct horse");
    terminal.wait_for("Repeat the passphrase:");
    terminal.types("correct horse");
    let screen = terminal.ended();
    assert_shows(&screen, &["ended 0"]);
    assert!(!screen.contains("horse"), "{screen}");

    terminal.start("kenc encrypt -k passphrase: x -o y.kenc");
    terminal.wait_for("New passphrase:");
    terminal.types("correct horse");
    terminal.wait_for("Repeat the passphrase:");
    terminal.types("corect horse");
    assert_shows(&terminal.ended(), &["kenc: error: no passphrase: the two passphrases differ", "ended 1"]);
    assert_eq!(sandbox.names(), ["x", "x.kenc"]);

    terminal.start("kenc decrypt x.kenc");
    terminal.wait_for("Passphrase for the file:");
    terminal.types("correct horse");
    assert_shows(&terminal.ended(), &["hello", "ended 0"]);

    // The plaintext comes from a pipe while the passphrase comes from the terminal.
    terminal.start("cat x.kenc | kenc decrypt | cat");
    terminal.wait_for("Passphrase for the file:");
    terminal.types("correct horse");
    assert_shows(&terminal.ended(), &["hello", "ended 0"]);

    terminal.start("kenc decrypt x.kenc");
    terminal.wait_for("Passphrase for the file:");
    terminal.types("wrong horse");
    assert_shows(&terminal.ended(), &["kenc: error: x.kenc: no key opens it", "wrong passphrase", "ended 4"]);

    terminal.start("kenc decrypt x.kenc");
    terminal.wait_for("Passphrase for the file:");
    terminal.types("");
    assert_shows(&terminal.ended(), &["no passphrase: it is empty", "ended 4"]);

    let screen = terminal.run("kenc decrypt --no-input x.kenc");
    assert_shows(&screen, &["no passphrase: --no-input forbids a prompt", "ended 4"]);
}

#[test]
fn an_interrupt_at_the_prompt_gives_the_terminal_back_as_it_was() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    sandbox.write("x", "hello\n");
    for signal in ["C-c", "TERM"] {
        terminal.start("kenc encrypt -k passphrase: x -o x.kenc");
        terminal.wait_for("New passphrase:");
        if signal == "C-c" {
            terminal.keys(&["C-c"]);
            assert_shows(&terminal.ended(), &["kenc: error: interrupted", "ended 130"]);
        } else {
            sandbox.succeeds(&format!(
                "for pid in /proc/[0-9]*; do
                    if test \"$(tr '\\0' ' ' < $pid/cmdline 2> /dev/null)\" = 'kenc encrypt -k passphrase: x -o x.kenc ' &&
                        test \"$(readlink $pid/cwd)\" = '{}'; then kill ${{pid#/proc/}}; fi
                done",
                sandbox.path().display(),
            ));
            assert_shows(&terminal.ended(), &["kenc: error: interrupted", "ended 143"]);
        }
        assert_shows(&terminal.run("stty -a | grep -o ' echo '"), &["echo", "ended 0"]);
    }
    assert_eq!(sandbox.names(), ["x"]);

    sandbox.succeeds("echo horse > words; kenc encrypt -k passphrase: --passphrase-from file:words x -o x.kenc");
    terminal.start("kenc decrypt x.kenc");
    terminal.wait_for("Passphrase for the file:");
    terminal.keys(&["C-c"]);
    let screen = terminal.ended();
    assert_shows(&screen, &["kenc: error: interrupted", "ended 130"]);
    assert!(!screen.contains("no key opens it"), "{screen}");
}

#[test]
fn a_progress_bar_is_drawn_for_long_work_and_goes_away() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    // The bar is drawn when work goes on after half a second: a pipe that pauses makes it long.
    let slow = "{ head -c 1000000 /dev/zero; sleep 1; head -c 3000000 /dev/zero; cat hold; }";
    sandbox.succeeds("mkfifo hold");
    terminal.start(&format!("{slow} | kenc encrypt > sealed"));
    terminal.wait_for("the standard input");
    terminal.wait_for("MiB");
    sandbox.succeeds("echo > hold");
    let screen = terminal.ended();
    assert_eq!(screen, "ended 0");

    // From here on everything that reaches the terminal is kept, including what is erased again.
    let log = sandbox.file("log");
    assert!(terminal.tmux(&["pipe-pane", &format!("cat >> {}", log.display())]).status.success());
    for command in ["kenc -q encrypt > sealed", "kenc --json encrypt > sealed", "kenc encrypt > sealed 2> said"] {
        terminal.start(&format!("{slow} | {command}"));
        sandbox.succeeds("echo > hold");
        assert_eq!(terminal.ended(), "ended 0", "{command}");
    }
    let written = || text(&std::fs::read(&log).unwrap_or_default());
    wait_until("the last end in the log", || written().contains("ended 4:0"));
    assert!(!written().contains("MB"), "{}", written());
    assert_eq!(sandbox.read("said"), b"");
}

#[test]
fn every_run_over_files_shows_how_much_is_left_and_an_interrupt_takes_that_away() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    // Each file has a passphrase slot of its own, and to try one takes long on every machine.
    sandbox.succeeds(
        "echo words > words; mkdir in out; for name in a b c d e f; do
            echo $name | kenc encrypt -k passphrase: --passphrase-from file:words -o in/$name.kenc; done",
    );
    let team = sandbox.succeeds("kenc keygen -o team.txt");
    for command in
        ["decrypt -r in -o out", "verify -r in", &format!("rewrap -r in --add {}", team.trim()), "rotate -r in --yes"]
    {
        terminal.start(&format!("kenc {command} --passphrase-from file:words > said"));
        terminal.wait_for("% ");
        terminal.wait_for("/6 files");
        terminal.wait_for(" left");
        terminal.keys(&["C-c"]);
        let screen = terminal.ended();
        assert_eq!(screen, "kenc: error: interrupted\nended 130", "{command}");
    }
}

#[test]
fn colors_are_for_terminals_only_and_not_when_forbidden() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    let is_colored = |command: &str| {
        assert_shows(&terminal.run(command), &["error:"]);
        terminal.colored_screen().contains("\x1b[1m\x1b[31m") || terminal.colored_screen().contains("\x1b[1;31m")
    };
    assert!(is_colored("kenc decrypt missing"));
    assert!(!is_colored("kenc --color never decrypt missing"));
    assert!(!is_colored("NO_COLOR=1 kenc decrypt missing"));
    assert!(!is_colored("kenc decrypt missing 2>&1 | cat"));
    assert!(is_colored("kenc --color always decrypt missing 2>&1 | cat"));
    assert!(is_colored("NO_COLOR= kenc decrypt missing"));
}

#[test]
fn a_person_is_told_of_values_and_of_configs_that_sops_would_not_find() {
    const VALUES: &str = "kenc encrypt --values";
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    let screen = terminal.run("echo 'a: b' > x.yaml; kenc encrypt x.yaml -o x.kenc");
    assert_shows(&screen, &["hint: `kenc encrypt --values x.yaml` encrypts only its values", "ended 0"]);
    for quiet in ["kenc encrypt x.yaml 2>&1 > y | cat", "kenc -q encrypt x.yaml > y", "cp x.yaml x; kenc encrypt x > y"]
    {
        let screen = terminal.run(quiet);
        assert!(!screen.contains(VALUES), "{screen}");
    }
    let sub = "mkdir sub; cp x.yaml sub; echo \"creation_rules: [{age: $(kenc keygen --show)}]\" > sub/.sops.yaml";
    let screen = terminal.run(&format!("{sub}; kenc encrypt sub/x.yaml > y"));
    assert_shows(&screen, &["the rules come from sub/.sops.yaml; sops would not find it from here", "ended 0"]);
    assert!(!screen.contains(VALUES), "there is a rule for it:\n{screen}");
    let screen = terminal.run("cd sub; kenc encrypt x.yaml > ../y");
    assert!(!screen.contains("hint"), "{screen}");
    let screen = terminal.run("mv .sops.yaml .sops.yml; kenc encrypt x.yaml > ../y");
    assert_shows(&screen, &["sub/.sops.yml: ignored", "ended 0"]);
}

#[test]
fn a_value_is_asked_for_and_not_shown() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    sandbox.write("s.yaml", "db:\n    password: old\n");
    sandbox.succeeds("kenc encrypt --values -i s.yaml");
    terminal.start("kenc set s.yaml db.password");
    terminal.wait_for("Value for db.password in s.yaml:");
    terminal.types("w0lverine");
    let screen = terminal.ended();
    assert_shows(&screen, &["ended 0"]);
    assert!(!screen.contains("w0lverine"), "{screen}");
    assert_eq!(sandbox.succeeds("kenc get s.yaml db.password"), "w0lverine\n");
    let screen = terminal.run("kenc set s.yaml db.password --no-input");
    assert_shows(&screen, &["no value: --no-input forbids a prompt", "ended 2"]);
    let screen = terminal.run("kenc set plain.yaml db.password");
    assert_shows(&screen, &["plain.yaml", "ended 1"]);
}

#[test]
fn the_keys_of_the_config_are_shown_and_asked_for() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    sandbox.write("s.yaml", "a: 1\n");
    sandbox.succeeds("kenc encrypt --values -i s.yaml; kenc keygen -o team.txt");
    sandbox.succeeds("printf 'creation_rules:\\n  - age: %s\\n' $(kenc keygen --show -o team.txt) > .sops.yaml");
    let before = sandbox.read("s.yaml");
    terminal.start("kenc rewrap s.yaml --from-config");
    terminal.wait_for("[no]");
    assert_shows(
        &terminal.screen(),
        &["s.yaml: would add age age1", "s.yaml: would remove age age1", "Change the keys of 1 file"],
    );
    terminal.types("no");
    assert_shows(&terminal.ended(), &["nothing was changed: you answered no", "ended 1"]);
    assert_eq!(sandbox.read("s.yaml"), before);
    terminal.start("kenc rewrap s.yaml --from-config");
    terminal.wait_for("[no]");
    terminal.types("yes");
    assert_shows(&terminal.ended(), &["ended 0"]);
    assert_eq!(sandbox.succeeds("kenc get s.yaml a --identity team.txt"), "1\n");
}

#[test]
fn a_person_sees_all_that_a_seal_would_cover_before_it_is_made() {
    let sandbox = Home::with_key();
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    sandbox.write("s.yaml", "# of the shop\nhost_unencrypted: db.example\npassword: c4r1b0u\n");
    sandbox.succeeds("kenc encrypt --values -i s.yaml; sed -i 's/db.example/db.example # changed/' s.yaml");
    let before = sandbox.read("s.yaml");
    terminal.start("kenc seal s.yaml");
    terminal.wait_for("[no]");
    assert_shows(
        &terminal.screen(),
        &[
            "s.yaml: the seal does not match",
            "age age1",
            "rule: unencrypted_suffix _unencrypted",
            "# of the shop",
            "host_unencrypted: db.example # changed",
            "password: ENC[str]",
        ],
    );
    assert!(!terminal.screen().contains("c4r1b0u"));
    terminal.types("no");
    assert_shows(&terminal.ended(), &["nothing was changed: you answered no", "ended 1"]);
    assert_eq!(sandbox.read("s.yaml"), before);
    terminal.start("kenc seal s.yaml");
    terminal.wait_for("[no]");
    terminal.types("yes");
    assert_shows(&terminal.ended(), &["s.yaml: sealed", "ended 0"]);
    sandbox.succeeds("kenc verify s.yaml");
    // If the file changes while the user reads the question, the answer no longer applies to it.
    sandbox.write("s.yaml", before);
    terminal.start("kenc seal s.yaml");
    terminal.wait_for("[no]");
    sandbox.succeeds("sed -i 's/of the shop/of nobody/' s.yaml");
    terminal.types("yes");
    assert_shows(&terminal.ended(), &["s.yaml was changed by another program in the meantime", "ended 1"]);
    assert!(sandbox.fails("kenc verify s.yaml", 3).contains("the seal does not match"));
}
