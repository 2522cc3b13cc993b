//! External text with control, bidirectional or invisible characters: in names, contexts, keys, rules and configs. No command
//! prints any of it unescaped.

use crate::support::{Home, has, skip, text};

/// Characters of every kind, and none that a file name or a YAML text cannot have.
const HOSTILE: &str = "a\u{1b}[8mb\u{9b}2Jc\u{202e}d\u{200b}e\u{7f}f\u{2066}g\u{feff}h\u{7}i\u{e0041}j\u{2028}k";

/// The same without what a document cannot hold in plain text.
const IN_DOCUMENTS: &str = "c\u{202e}d\u{200b}f\u{2066}g\u{e0041}j";

fn is_hidden(letter: char) -> bool {
    letter != '\n' && letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[track_caller]
fn assert_harmless(what: &str, printed: &[u8]) {
    let printed = text(printed);
    let hidden: Vec<String> =
        printed.chars().filter(|letter| is_hidden(*letter)).map(|it| it.escape_unicode().to_string()).collect();
    assert!(hidden.is_empty(), "{what} printed {hidden:?}:\n{}", printed.escape_debug());
}

/// Runs a command with `$H` and `$D` for the two texts, and checks all its output, as text and as JSON.
#[track_caller]
fn run(sandbox: &Home, script: &str) -> String {
    let mut all = String::new();
    for json in ["", "--json "] {
        let script = script.replace("kenc ", &format!("kenc {json}--color always "));
        let mut command = sandbox.shell(&script);
        let output = command.env("H", HOSTILE).env("D", IN_DOCUMENTS).output().unwrap();
        let plain = |bytes: &[u8]| {
            let text = text(bytes);
            ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[1;31m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m"]
                .iter()
                .fold(text, |text, paint| text.replace(paint, ""))
        };
        let (printed, said) = (plain(&output.stdout), plain(&output.stderr));
        assert_harmless(&script, printed.as_bytes());
        assert_harmless(&script, said.as_bytes());
        assert!(!said.contains("bug in kenc"), "{script}: {said}");
        all = all + &printed + &said;
    }
    all
}

#[test]
fn hostile_names_contexts_and_keys_are_shown_harmless_by_every_command() {
    let sandbox = Home::with_key();
    let prepare = "mkdir -p tree && printf 'a: 1\\n' >\"$H.yaml\" && printf 'x' >\"$H\" && cp \"$H\" tree/ && mkdir \"tree/$H.d\" &&
        ln -s x \"tree/$H.link\" && kenc encrypt -c \"$H=$H\" x$H -o whole.kenc 2>/dev/null;
        kenc encrypt -c \"$H=v$H\" \"$H\" -o \"$H.kenc\" && cp \"$H.kenc\" tree/ &&
        printf '%s: 1\\nlist: [1, %s]\\n# %s\\n' \"$D\" \"$D\" \"$D\" >d.yaml && cp d.yaml \"$D.yaml\" &&
        kenc encrypt --values --unencrypted-regex \"^nothing$D\" -i d.yaml \"$D.yaml\"";
    let made = sandbox.shell(prepare).env("H", HOSTILE).env("D", IN_DOCUMENTS).output().unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr).escape_debug());
    let commands = [
        "kenc inspect \"$H.kenc\"",
        "kenc inspect \"$D.yaml\"",
        "kenc inspect \"missing$H\"",
        "kenc verify \"$H.kenc\" \"$D.yaml\" \"$H\"",
        "kenc -v verify -r tree",
        "kenc decrypt \"$H\"",
        "kenc decrypt \"missing$H\"",
        "kenc -v decrypt \"$H.kenc\" -c \"$H=other\" -o \"$H.out\"",
        "kenc -v decrypt \"$H.kenc\" -c \"other$H=x\" -o out",
        "kenc -v decrypt \"$H.kenc\" -o \"$H\"",
        "kenc -v decrypt \"$H.kenc\" -o \"no$H/x\"",
        "kenc decrypt -i \"$H\" \"$H.kenc\"",
        "kenc decrypt \"$H.kenc\" -k \"$H\"",
        "kenc decrypt \"$H.kenc\" --identity \"$H\"",
        "kenc decrypt \"$H.kenc\" --identity \"missing$H\"",
        "kenc encrypt -k \"$H\" x -o y",
        "kenc encrypt -k \"alias/$H\" x -o y",
        "kenc encrypt -k \"age1$H\" x -o y",
        "kenc encrypt -k \"@$H\" x -o y",
        "kenc encrypt -k \"ssh-ed25519 $H\" x -o y",
        "kenc encrypt -c \"$H\" \"$H\" -o y",
        "kenc encrypt -c \"=$H\" \"$H\" -o y",
        "kenc encrypt -c \"$H=1\" -c \"$H=2\" \"$H\" -o y",
        "kenc encrypt -c \"a=$H,b=1\" \"$H\" -o -  >/dev/null",
        "kenc encrypt \"$H\" \"$H.yaml\" -o \"$H.kenc\"",
        "kenc encrypt tree",
        "kenc -v encrypt -r tree -o \"out$H\"",
        "kenc -v decrypt -r tree -o \"back$H\"",
        "kenc encrypt --values --encrypted-regex \"(\" \"$D.yaml\" -o y",
        "kenc encrypt --values --encrypted-regex \"$H(\" \"$H.yaml\" -o y",
        "kenc encrypt --values --input-type yaml \"$H\" -o y",
        "kenc encrypt --values -n -r -i tree",
        "kenc get d.yaml \"missing$H\"",
        "kenc get d.yaml \"$H[\"",
        "kenc get \"$D.yaml\" \"missing\"",
        "echo 1 | kenc set \"$D.yaml\" \"$D.x\"",
        "kenc set \"$D.yaml\" \"$H[1\" </dev/null",
        "kenc unset \"$D.yaml\" \"$H\"",
        "kenc -v rotate \"$D.yaml\"",
        "kenc -v rotate \"$H.kenc\"",
        "kenc -v rewrap \"$H.kenc\" \"$D.yaml\" \"$H\"",
        "kenc rewrap --add \"$H\" \"$H.kenc\"",
        "kenc rewrap --remove \"alias/$H\" \"$H.kenc\"",
        "EDITOR=false kenc edit --no-input \"$D.yaml\"",
        "EDITOR=\"$H\" kenc edit --no-input \"$D.yaml\"",
        "EDITOR='sh -c \"echo [ >> $1; exit 1\" x' kenc edit --no-input \"$D.yaml\"; rm -f *.kenc-edit",
        "kenc edit --resume \"$H.kenc\"",
        "kenc exec \"$D.yaml\" -- \"$H\"",
        "kenc exec \"$D.yaml\" --only \"$H\" -- true",
        "kenc exec --prefix \"$H\" \"$D.yaml\" -- true",
        "kenc keygen -o \"$H\"",
        "kenc keygen --show -o \"$H\"",
        "kenc keys check \"$H\"",
        "kenc keys check --file \"$H.kenc\"",
        "kenc keys policy --account \"$H\"",
        "kenc keys policy --account 111122223333 --user \"arn:aws:iam::111122223333:user/$H\"",
        "kenc \"$H\"",
        "kenc encrypt \"--$H\"",
        "kenc encrypt --cipher \"$H\" x",
        "kenc --config \"$H\" encrypt \"$H\" -o y",
        "kenc --config \"$H.yaml\" encrypt \"$H\" -o y",
        "kenc encrypt --files0-from \"$H\" -i",
        "printf '%s\\0' \"$H\" \"missing$H\" | kenc -v encrypt --files0-from - -o list",
        "kenc git textconv \"$H.kenc\"",
        "kenc git textconv \"$D.yaml\" >/dev/null",
        "kenc encrypt --passphrase-from \"file:$H$H\" -k passphrase: \"$H\" -o y",
        "kenc encrypt --passphrase-from \"cmd:$H\" -k passphrase: \"$H\" -o y",
        "chmod 644 \"$H\"; kenc decrypt --identity \"$H\" \"$H.kenc\"",
    ];
    for command in commands {
        run(&sandbox, command);
    }
    assert!(run(&sandbox, "kenc inspect \"$H.kenc\"").contains("\\u202e"), "JSON has it escaped");
    let values = sandbox.shell("kenc --json get \"$D.yaml\" list").env("D", IN_DOCUMENTS).output().unwrap();
    assert_harmless("JSON of values", &values.stdout);
    assert!(text(&values.stdout).contains("\\u202e"), "JSON of values as well");
}

#[test]
fn hostile_texts_of_configs_and_metadata_are_shown_harmless() {
    let sandbox = Home::with_key();
    sandbox.write("x", "x");
    sandbox.succeeds("printf 'a: 1\\n' > d.yaml && kenc encrypt --values -i d.yaml && kenc encrypt x -o x.kenc");
    for config in [
        "rules:\n  - path_regex: \"HOSTILE(\"\n    keys: [age1HOSTILE]\n",
        "rules:\n  - keys: [\"HOSTILE\"]\n",
        "\"HOSTILE\": 1\n",
        "keys: {\"HOSTILE\": \"HOSTILE\"}\nrules:\n  - keys: [\"@HOSTILE\"]\n",
        "rules:\n  - keys: [local]\n    format: \"HOSTILE\"\n",
        "HOSTILE\n",
        "context: {\"HOSTILE\": \"HOSTILE\"}\nrules:\n  - keys: [alias/HOSTILE]\n",
    ] {
        sandbox.write(".kenc.yaml", config.replace("HOSTILE", IN_DOCUMENTS));
        for command in [
            "encrypt x -o y",
            "encrypt --values x --input-type yaml -o y",
            "keys check",
            "verify d.yaml",
            "-v rewrap --from-config --dry-run d.yaml x.kenc",
        ] {
            run(&sandbox, &format!("kenc {command}; rm -f y"));
        }
    }
    sandbox.succeeds("rm .kenc.yaml");
    let document = text(&sandbox.read("d.yaml"));
    for (from, to) in [
        ("recipient: age1", "recipient: \"HOSTILE\" #"),
        ("lastmodified: \"", "lastmodified: \"HOSTILE"),
        ("version: ", "version: HOSTILE"),
        ("mac: ENC[", "mac: HOSTILE["),
        ("a: ENC[", "a: ENC[HOSTILE"),
        ("sops:\n", "sops:\n    encrypted_regex: \"HOSTILE(\"\n"),
        (
            "sops:\n",
            "sops:\n    kms:\n        - arn: \"arn:aws:kms:eu-west-1:111122223333:key/HOSTILE\"\n          enc: \"HOSTILE\"\n",
        ),
        ("sops:\n", "sops:\n    pgp:\n        - fp: \"HOSTILE\"\n          enc: \"HOSTILE\"\n"),
    ] {
        let changed = document.replacen(from, &to.replace("HOSTILE", IN_DOCUMENTS), 1);
        sandbox.write("changed.yaml", changed);
        for command in [
            "inspect",
            "verify",
            "-v decrypt -o y",
            "-v rotate",
            "-v rewrap",
            "git textconv",
            "git check",
            "keys check --file",
        ] {
            let shows_plaintext = if command == "git textconv" { ">/dev/null" } else { "" };
            run(
                &sandbox,
                &format!(
                    "AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_ENDPOINT_URL=http://127.0.0.1:1 kenc {command} changed.yaml {shows_plaintext}; rm -f y"
                ),
            );
        }
    }
}

#[test]
fn hostile_names_in_git_are_shown_harmless() {
    if !has("git") {
        skip("git is not installed");
        return;
    }
    let sandbox = Home::with_key();
    sandbox.succeeds("git init -q . && git config user.email x@x && git config user.name x && kenc git install");
    let prepare = "printf 'a: 1\\n' >\"$D.yaml\" && kenc encrypt --values -i \"$D.yaml\" && sed 's/ENC\\[[^]]*\\]/clear/' \"$D.yaml\" >\"b$D.yaml\" && git add -A";
    let made = sandbox.shell(prepare).env("D", IN_DOCUMENTS).output().unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));
    for command in [
        "kenc git check",
        "kenc git check --all",
        "kenc git check \"$D.yaml\" \"b$D.yaml\" \"missing$D\"",
        "kenc git merge \"$D\" \"$D\" \"$D\" \"$D\"",
        "kenc git mac-repair --yes \"b$D.yaml\"",
    ] {
        run(&sandbox, command);
    }
}
