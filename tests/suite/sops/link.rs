//! kenc under the name of sops: what was written for sops runs unchanged, and gives what sops gives.
//!
//! Every script is run with a link to kenc, and with the real sops where there is one, each in a folder of its own. Both must
//! print the same and end with the same code.

use crate::support::{Home, Link, Outcome, moto};

#[track_caller]
fn both(script: &str, expected: &str) {
    Link::both_at(Home::new, script, expected, 0);
}

#[track_caller]
fn both_fail(script: &str, code: i32) {
    Link::both_at(Home::new, script, "", code);
}

/// Where kenc deliberately differs from sops.
fn link(script: &str) -> Outcome {
    Link::run(&Home::new(), script)
}

#[test]
fn files_of_every_notation_are_encrypted_and_decrypted_in_both_ways_of_writing_it() {
    for (name, text) in [
        ("a.yaml", "a: 1\nb:\n    c: text\n    d:\n        - x\n        - true\n"),
        ("a.json", "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": \"text\"\n\t}\n}\n"),
        ("a.env", "A=1\nB=text\n"),
        ("a.ini", "[s]\na = 1\nb = text\n"),
        ("a.txt", "anything\n"),
        ("a.toml", "[t]\na = 1\n"),
        (".env.production", "A=1\n"),
    ] {
        for (encrypt, decrypt) in [
            ("sops -e --age $AGE FILE", "sops -d sealed/FILE"),
            ("sops --encrypt --age=$AGE FILE", "sops --decrypt sealed/FILE"),
            ("sops encrypt --age $AGE FILE", "sops decrypt sealed/FILE"),
            ("SOPS_AGE_RECIPIENTS=$AGE sops encrypt FILE", "sops decrypt --output plain sealed/FILE; cat plain"),
            ("sops -age $AGE -e FILE", "sops -d -i sealed/FILE; cat sealed/FILE"),
            (
                "sops encrypt --age $AGE --filename-override FILE < FILE",
                "sops decrypt --filename-override FILE < sealed/FILE",
            ),
        ] {
            let script =
                format!("cat > FILE <<'END'\n{text}END\nmkdir sealed; set -e; {encrypt} > sealed/FILE; {decrypt}");
            both(&script.replace("FILE", name), text);
        }
    }
}

const MADE: &str = "cat > a.yaml <<'END'\n# top\na: text\nlist:\n    - x\n    - 2\nmap:\n    b: true\n    num: 1.5\nEND\nset -e; sops -e -i --age $AGE a.yaml\n";

#[test]
fn what_is_opened_can_be_one_value_or_another_notation() {
    for (flags, expected) in [
        ("--extract '[\"a\"]'", "text"),
        ("--extract '[\"list\"][1]'", "2\n"),
        ("--extract '[\"map\"][\"b\"]'", "true\n"),
        ("--extract '[\"list\"]'", "- x\n- 2\n"),
        ("--extract '[\"list\"][1]' --output-type json", "2"),
        ("--extract '[\"map\"]'", "b: true\nnum: 1.5\n"),
        ("--extract '[\"map\"]' --output-type json", "{\n\t\"b\": true,\n\t\"num\": 1.5\n}\n"),
        (
            "--output-type json",
            "{\n\t\"a\": \"text\",\n\t\"list\": [\n\t\t\"x\",\n\t\t2\n\t],\n\t\"map\": {\n\t\t\"b\": true,\n\t\t\"num\": 1.5\n\t}\n}\n",
        ),
    ] {
        both(&format!("{MADE}sops -d {flags} a.yaml"), expected);
        both(
            &format!("{MADE}cp a.yaml plain; sops decrypt --input-type yaml {}{flags} plain", yaml_unless(flags)),
            expected,
        );
    }
}

fn yaml_unless(flags: &str) -> &'static str {
    if flags.contains("--output-type") { "" } else { "--output-type yaml " }
}

#[test]
fn values_are_set_and_taken_away() {
    let show = "; sops -d --output-type json a.yaml | tr -d '\\n\\t '";
    let rest = r#""list":["x",2],"map":{"b":true,"num":1.5}"#;
    for (command, expected) in [
        (r#"sops set a.yaml '["a"]' '"new"'"#, format!(r#"{{"a":"new",{rest}}}"#)),
        (r#"sops --set '["a"] {"c": [1, null]}' a.yaml"#, format!(r#"{{"a":{{"c":[1,null]}},{rest}}}"#)),
        (r#"echo '"new"' > v; sops set --value-file a.yaml '["a"]' v"#, format!(r#"{{"a":"new",{rest}}}"#)),
        (r#"echo '"new"' | sops set --value-stdin a.yaml '["a"]'"#, format!(r#"{{"a":"new",{rest}}}"#)),
        (r#"sops set a.yaml '["new"]["deep"]' '-5'"#, format!(r#"{{"a":"text",{rest},"new":{{"deep":-5}}}}"#)),
        (r#"sops unset a.yaml '["a"]'"#, format!("{{{rest}}}")),
        (r#"sops unset --idempotent a.yaml '["none"]'"#, format!(r#"{{"a":"text",{rest}}}"#)),
    ] {
        both(&format!("{MADE}{command}{show}"), &expected);
    }
}

#[test]
fn keys_are_rotated_added_removed_and_taken_from_the_config() {
    let open = "; sops -d --extract '[\"a\"]' a.yaml; grep -c recipient a.yaml";
    for (command, count) in [
        ("sops rotate -i a.yaml", 1),
        ("sops -r -i --add-age $OTHER a.yaml", 2),
        ("sops rotate --in-place --add-age $OTHER a.yaml; sops -r -i --rm-age $OTHER a.yaml", 1),
        ("sops rotate --output b.yaml a.yaml; mv b.yaml a.yaml", 1),
    ] {
        both(&format!("{MADE}{command}{open}"), &format!("text{count}\n"));
    }
    let config = "printf 'creation_rules:\\n  - age: %s,%s\\n' $AGE $OTHER > .sops.yaml; ";
    both(&format!("{MADE}{config}sops updatekeys -y a.yaml > said{open}"), "text2\n");
    both(&format!("{MADE}{config}sops updatekeys --yes a.yaml > said; sops updatekeys a.yaml{open}"), "text2\n");
    both(&format!("{MADE}{config}echo y | sops updatekeys a.yaml > said{open}"), "text2\n");
    both(&format!("{MADE}{config}echo n | sops updatekeys a.yaml > said{open}"), "text1\n");
    let add = "sops groups add --file a.yaml --age $AGE -i --shamir-secret-sharing-threshold 2";
    both(&format!("{MADE}{add}{open}; grep -c shamir_threshold a.yaml"), "text2\n1\n");
    let three = format!("{MADE}{add}; {add}; sops groups delete --file a.yaml -i 2{open}");
    both(&three, "text2\n");
}

#[test]
fn rules_say_what_is_encrypted() {
    let show = "; grep -c ' ENC\\[' a.yaml; grep -E '_regex|_suffix|only_encrypted' a.yaml | tr -d ' '";
    let make = "printf 'a: x\\nb_s: w\\nc: z\\n' > a.yaml; set -e; ";
    for (flags, expected) in [
        ("--encrypted-regex '^a$'", "2\nencrypted_regex:^a$\n"),
        ("--unencrypted-regex '^a$'", "3\nunencrypted_regex:^a$\n"),
        ("--encrypted-suffix _s", "2\nencrypted_suffix:_s\n"),
        ("--unencrypted-suffix _s", "3\nunencrypted_suffix:_s\n"),
        ("", "4\nunencrypted_suffix:_unencrypted\n"),
    ] {
        both(&format!("{make}sops -e -i --age $AGE {flags} a.yaml{show}"), expected);
        both(&format!("{make}sops encrypt -i --age $AGE {flags} a.yaml{show}"), expected);
    }
    let rule = "printf 'creation_rules:\\n  - path_regex: a.yaml$\\n    encrypted_regex: ^a$\\n    mac_only_encrypted: true\\n    age: %s\\n' $AGE > ";
    let expected = "2\nencrypted_regex:^a$\nmac_only_encrypted:true\n";
    both(&format!("{make}{rule}.sops.yaml; sops -e -i a.yaml{show}"), expected);
    both(&format!("{make}{rule}other; sops --config other -e -i a.yaml{show}"), expected);
    both(&format!("{make}{rule}other; SOPS_CONFIG=other sops encrypt -i a.yaml{show}"), expected);
    // The config of the working folder applies, not the one beside the file.
    let beside = "mkdir d; echo 'creation_rules: [{age: nonsense}]' > d/.sops.yaml; mv a.yaml d; ";
    both(&format!("{make}{rule}.sops.yaml; {beside}sops -e -i d/a.yaml; cd d{show}"), expected);
}

#[test]
fn comments_are_encrypted_as_sops_does_it() {
    both(&format!("{MADE}grep -c '^#ENC' a.yaml; sops -d a.yaml | head -n 1"), "1\n# top\n");
}

#[test]
fn commands_get_the_values() {
    let make = "printf 'a: text\\nB: 5\\nc: true\\n' > a.yaml; set -e; sops -e -i --age $AGE a.yaml; ";
    both(&format!("{make}sops exec-env a.yaml 'echo $a $B $c'"), "text 5 true\n");
    both(&format!("{make}sops exec-env --pristine a.yaml 'echo $a$HOME'"), "text\n");
    both(&format!("{make}sops exec-env --same-process a.yaml 'echo $a'"), "text\n");
    both(&format!("{make}sops exec-file a.yaml 'cat {{}}'"), "a: text\nB: 5\nc: true\n");
    both(
        &format!("{make}sops exec-file --no-fifo --filename x.yaml a.yaml 'cat {{}}; basename {{}}'"),
        "a: text\nB: 5\nc: true\nx.yaml\n",
    );
    both(
        &format!("{make}sops exec-file --output-type json a.yaml 'cat {{}}' | tr -d '\\n\\t '"),
        "{\"a\":\"text\",\"B\":5,\"c\":true}",
    );
    Link::both_at(Home::new, &format!("{make}sops exec-env a.yaml 'exit 37'"), "", 37);
    Link::both_at(Home::new, &format!("{make}sops exec-file a.yaml 'cat {{}} >&2; exit 37'"), "", 37);
    // sops itself may fail if the file is not read: it opens it after the folder was removed.
    let unread = Link::run(&Home::new(), &format!("{make}sops exec-file a.yaml 'exit 37'"));
    assert_eq!((unread.stdout_text().as_str(), unread.code), ("", 37), "{}", unread.stderr);
}

#[test]
fn a_file_alone_is_edited() {
    let editor = "printf '#!/bin/sh\\nsed -i s/text/other/ \"$1\"\\n' > editor; chmod +x editor; export SOPS_EDITOR=$PWD/editor; ";
    for edit in ["sops a.yaml", "sops edit a.yaml", "sops --ignore-mac a.yaml"] {
        both(&format!("{MADE}{editor}{edit}; sops -d --extract '[\"a\"]' a.yaml"), "other");
    }
    both_fail(&format!("{MADE}EDITOR=true sops a.yaml"), 200);
    both_fail(&format!("{MADE}EDITOR=true sops edit a.yaml"), 200);
    both_fail(&format!("{MADE}EDITOR=false sops edit a.yaml"), 201);
    let new = "printf '#!/bin/sh\\necho a: text > \"$1\"\\n' > editor; chmod +x editor; export EDITOR=$PWD/editor; ";
    both(&format!("set -e; {new}sops edit --age $AGE new.yaml; sops -d new.yaml"), "a: text\n");
    both_fail(&format!("{new}sops edit new.yaml"), 1);
}

#[test]
fn programs_can_ask_for_the_status_and_the_version() {
    both(
        &format!("{MADE}sops filestatus a.yaml; echo 'a: 1' > b.yaml; sops filestatus b.yaml"),
        "{\"encrypted\":true}\n{\"encrypted\":false}\n",
    );
    both("sops --version --disable-version-check | sed -E 's/^(sops [0-9.]+).*/\\1/'", "sops 3.13.2\n");
}

#[test]
fn failures_have_the_codes_of_sops() {
    for (script, code) in [
        ("sops -d none.yaml", 100),
        ("sops decrypt none.yaml", 100),
        ("sops encrypt --age $AGE none.yaml", 100),
        ("sops", 100),
        ("sops -r -i --add-age $OTHER none.yaml", 49),
        ("echo 'a: 1' > a.yaml; sops -e -i --output b --age $AGE a.yaml", 8),
        ("echo 'a: 1' > a.yaml; sops encrypt --age $AGE < a.yaml", 8),
        ("echo 'a: 1' > a.yaml; sops encrypt --age $AGE --encrypted-regex a --encrypted-suffix b a.yaml", 8),
        ("echo 'a: 1' > a.yaml; sops encrypt a.yaml", 1),
        ("echo 'a: 1' > a.yaml; sops decrypt a.yaml", 1),
        ("echo 'a: [' > a.yaml; sops encrypt --age $AGE a.yaml", 2),
        (": > a.yaml; sops encrypt --age $AGE a.yaml", 92),
        (
            "echo 'a: 1' > a.yaml; sops --kms arn:aws:kms:us-east-1:111122223333:key/x --encryption-context nonsense -e a.yaml",
            6,
        ),
    ] {
        both_fail(script, code);
    }
    for (command, code) in [
        ("sops -e --age $AGE a.yaml", 203),
        ("sops encrypt --age $AGE a.yaml", 203),
        ("sops set a.yaml '[\"a\"]' nonsense", 7),
        ("sops set a.yaml '[\"a\"]'", 100),
        ("sops --set '[\"a\"]' a.yaml", 7),
        ("sops unset a.yaml '[\"none\"]'", 1),
        ("sops decrypt --decryption-order age,age a.yaml", 112),
        ("sops decrypt --extract '[\"none\"]' a.yaml", 1),
        ("sed -i 's/^list:/lost:/' a.yaml; sops -d a.yaml", 25),
        ("sed -i 's/, *type:str\\]/,type:int]/' a.yaml; sops -d a.yaml", 25),
        ("sed -i '/num: ENC/d' a.yaml; sops -d a.yaml", 51),
        ("SOPS_AGE_KEY_FILE=/dev/null HOME=/nowhere XDG_CONFIG_HOME=/nowhere sops -d a.yaml", 128),
    ] {
        both_fail(&format!("{MADE}{command}"), code);
    }
    both(&format!("{MADE}sed -i '/num: ENC/d' a.yaml; sops -d --ignore-mac --extract '[\"a\"]' a.yaml"), "text");
}

#[test]
fn keys_of_kms_have_contexts_and_roles() {
    let kms = need!(moto());
    let key = kms.new_key();
    let script = format!(
        "echo 'a: text' > a.yaml; set -e; sops -e -i --kms {key} --encryption-context app:demo,env:x a.yaml; grep -E 'app|env' a.yaml | tr -d ' '; sops -d a.yaml"
    );
    Link::both_at(|| kms.home_with_caller(), &script, "app:demo\nenv:x\na: text\n", 0);
    let script =
        format!("echo 'a: text' > a.yaml; set -e; SOPS_KMS_ARN={key} sops encrypt -i a.yaml; sops decrypt a.yaml");
    Link::both_at(|| kms.home_with_caller(), &script, "a: text\n", 0);
    let script = format!(
        "echo 'a: text' > a.yaml; set -e; sops -e -i --age $AGE a.yaml; sops -r -i --add-kms {key} --rm-age $AGE a.yaml; sops -d a.yaml; grep -c recipient a.yaml || true"
    );
    Link::both_at(|| kms.home_with_caller(), &script, "a: text\n0\n", 0);
}

#[test]
fn identities_come_from_every_place_where_sops_looks() {
    let hidden = "key=$(grep AGE-SECRET $SOPS_AGE_KEY_FILE); mv $SOPS_AGE_KEY_FILE hidden; unset SOPS_AGE_KEY_FILE; ";
    for place in [
        "SOPS_AGE_KEY=$key sops -d --extract '[\"a\"]' a.yaml",
        "SOPS_AGE_KEY_FILE=hidden sops -d --extract '[\"a\"]' a.yaml",
        "SOPS_AGE_KEY_CMD='cat hidden' sops -d --extract '[\"a\"]' a.yaml",
        "mkdir -p $XDG_CONFIG_HOME/sops/age; mv hidden $XDG_CONFIG_HOME/sops/age/keys.txt; sops -d --extract '[\"a\"]' a.yaml",
    ] {
        both(&format!("{MADE}{hidden}{place}"), "text");
    }
    // A private ssh key, by the file and by the command.
    if crate::support::program("ssh-keygen").is_ok() {
        let ssh = "ssh-keygen -q -t ed25519 -N '' -f key; export SSH=$(cut -d' ' -f 1,2 key.pub); echo 'a: text' > a.yaml; set -e; sops -e -i --age \"$SSH\" a.yaml; unset SOPS_AGE_KEY_FILE; ";
        for place in ["SOPS_AGE_SSH_PRIVATE_KEY_FILE=key", "SOPS_AGE_SSH_PRIVATE_KEY_CMD='cat key'"] {
            both(&format!("{ssh}{place} sops -d a.yaml; {place} $BESIDE -d a.yaml"), "a: text\na: text\n");
        }
    }
    let outcome = link(&format!("{MADE}SOPS_AGE_KEY_CMD=false sops -d a.yaml"));
    assert_eq!(outcome.code, 128);
    outcome.says("the command of $SOPS_AGE_KEY_CMD failed");
}

#[test]
fn what_is_not_supported_is_said_in_a_sentence() {
    for (script, sentence) in [
        ("sops publish a.yaml", "kenc does not implement `sops publish`"),
        ("sops keyservice", "kenc does not implement `sops keyservice`"),
        ("echo 'a: 1' > a.yaml; sops -e --gcp-kms projects/x a.yaml", "kenc does not support keys of Google Cloud KMS"),
        ("echo 'a: 1' > a.yaml; SOPS_VAULT_URIS=https://x sops -e a.yaml", "names keys of HashiCorp Vault"),
        ("sops --keyservice tcp://127.0.0.1:1 -d a.yaml", "does not support key services"),
        ("sops --enable-local-keyservice=false -d a.yaml", "leaves no key service"),
    ] {
        let outcome = link(script);
        assert_ne!(outcome.code, 0, "{script}");
        outcome.says(sentence);
    }
}
