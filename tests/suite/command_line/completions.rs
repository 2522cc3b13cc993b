//! Completions that kenc answers itself, in the shells that ask: from files, without keys and without a network.

use std::process::Stdio;

use crate::support::{Home, Terminal, has, skip, text};

/// A home with a document, a config with names for keys, and profiles of the AWS CLI; but without the key that opens it.
fn place() -> Home {
    let mut home = Home::with_key();
    home.succeeds(
        "me=$(kenc keygen --show); printf 'keys:\\n  team: %s\\n  ops: %s\\n' $me $me > .kenc.yaml
         printf 'db:\\n  password: x\\n  user: y\\nlist: [1, 2]\\n' > s.yaml; kenc encrypt --values -k @team -i s.yaml
         echo x > x; kenc encrypt -k @team x -o x.kenc
         mkdir ~/.aws; printf '[default]\\n[profile dev]\\n' > ~/.aws/config; rm ~/.config/kenc/keys.txt; mkfifo pipe.yaml",
    );
    home.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    home
}

/// What can stand for the last of the words.
fn asked(home: &Home, words: &[&str]) -> Vec<String> {
    let mut command = home.kenc(&[&["--", "kenc"], words].concat());
    let output = command.env("KENC_COMPLETE", "fish").stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{words:?}: {}", text(&output.stderr));
    let first = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
    text(&output.stdout).lines().map(first).filter(|word| !word.starts_with("--") || word.contains('=')).collect()
}

#[test]
fn kenc_knows_what_can_be_typed_next() {
    let home = place();
    let recipient = home.succeeds("kenc inspect --json x.kenc | grep -o 'age1[0-9a-z]*' | head -n 1").trim().to_owned();
    for (words, wanted) in [
        (&["get", "s.yaml", "db"][..], &["db", "db.password", "db.user"][..]),
        (&["get", "s.yaml", ".li"], &[".list", ".list[0]", ".list[1]"]),
        (&["set", "s.yaml", "db.p"], &["db.password"]),
        (&["exec", "s.yaml", "--only", "db.u"], &["db.user"]),
        (&["decrypt", "s.yaml", "--extract", "list["], &["list[0]", "list[1]"]),
        (&["encrypt", "-k", "@"], &["@ops", "@team"]),
        (&["rewrap", "s.yaml", "--to=@t"], &["--to=@team"]),
        (&["rewrap", "s.yaml", "--remove", ""], &[&recipient, "@ops", "@team"]),
        (&["rewrap", "x.kenc", "--remove", "age1"], &[&recipient]),
        (&["decrypt", "--aws-profile", ""], &["default", "dev"]),
        (&["exec", "s.yaml", "--", "ken"], &["kenc"]),
        (&["exec", "s.yaml", "--", "cat", "x."], &["x.kenc"]),
        (&["exec", "x."], &["x.kenc"]),
        (&["encrypt", "-o", "y.kenc", "--", "ken"], &["kenc"]),
        (&["decrypt", "x.kenc", "--", "ken"], &["kenc"]),
        (&["decrypt", "x."], &["x.kenc"]),
        (&["keys", "usage", "--fail-on", ""], &["drift", "@ops", "@team"]),
        // Completion never blocks, and prints no errors.
        (&["get", "pipe.yaml", ""], &[]),
        (&["get", "missing.yaml", ""], &[]),
        (&["get", "x", "a"], &[]),
    ] {
        let mut found = asked(&home, words);
        found.sort_by_key(|word| word.starts_with('@'));
        assert_eq!(found, wanted, "{words:?}");
    }
    home.write(".kenc.yaml", "keys: [");
    assert!(asked(&home, &["encrypt", "-k", "@"]).is_empty());
}

#[test]
fn the_scripts_ask_kenc_in_real_shells() {
    let home = place();
    if has("fish") {
        let script =
            "kenc completions fish | source; complete -C 'kenc get s.yaml db.'; complete -C 'kenc encrypt -k @t'";
        let output = home.tool("fish").args(["-c", script]).output().unwrap();
        let found = text(&output.stdout);
        assert!(found.starts_with("db.password\ndb.user\n@team\t"), "{found}{}", text(&output.stderr));
    } else {
        skip("fish is not installed");
    }
    let Some(terminal) = Terminal::new(&home) else { return };
    terminal.run("source <(kenc completions bash)");
    completes(&terminal);
    if !has("zsh") {
        return skip("zsh is not installed");
    }
    terminal.run("clear");
    terminal.types("exec zsh -f");
    terminal.types("PS1='ready$ '; autoload -U compinit; compinit -u; source <(kenc completions zsh); clear");
    completes(&terminal);
}

fn completes(terminal: &Terminal) {
    for (typed, completed) in [
        ("get s.yaml db.p", "kenc get s.yaml db.password"),
        ("encrypt -k @te", "kenc encrypt -k @team"),
        ("rewrap s.yaml --to=@o", "kenc rewrap s.yaml --to=@ops"),
        ("decrypt --aws-profile def", "kenc decrypt --aws-profile default"),
    ] {
        terminal.keys(&["C-l"]);
        terminal.keys(&["-l", &format!("kenc {typed}")]);
        terminal.keys(&["Tab"]);
        terminal.wait_for(completed);
        // Not an interrupt: that would also throw away keys that come soon after it.
        terminal.keys(&["C-u"]);
    }
}
