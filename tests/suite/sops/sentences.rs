//! kenc under the name of sops: the exit codes and the sentences that programs look for, with sops itself beside it.

use crate::support::{Home, Link};

/// A document, a file in the clear, and nothing that says which keys to take.
const MADE: &str = "printf 'a: text\\nb: 1\\n' > a.yaml; cp a.yaml plain.yaml; sops -e -i --age $AGE a.yaml; ";

const NOT_ENCRYPTED: &str = "sops metadata not found";
const NO_CONFIG: &str =
    "config file not found, or has no creation rules, and no keys provided through command line options";

#[test]
fn exit_codes_and_sentences_are_those_of_sops() {
    let rule = |rule: &str| format!("printf 'creation_rules:\\n  - {rule}\\n' > .sops.yaml; ");
    let (no_key, no_match) = (rule("path_regex: .yaml$"), rule("{path_regex: nope, age: age1}"));
    let editor = "export EDITOR=true; ";
    for (script, code, sentence) in [
        ("sops decrypt plain.yaml", 1, NOT_ENCRYPTED),
        ("sops -d plain.yaml", 1, NOT_ENCRYPTED),
        ("sops decrypt < plain.yaml --input-type yaml", 1, NOT_ENCRYPTED),
        ("sops rotate -i plain.yaml", 1, NOT_ENCRYPTED),
        ("sops set plain.yaml '[\"a\"]' 1", 1, NOT_ENCRYPTED),
        ("sops unset plain.yaml '[\"a\"]'", 1, NOT_ENCRYPTED),
        ("sops exec-env plain.yaml true", 1, NOT_ENCRYPTED),
        ("sops exec-file plain.yaml true", 1, NOT_ENCRYPTED),
        ("sops groups add -f plain.yaml --age $AGE", 1, NOT_ENCRYPTED),
        (&format!("{editor}sops edit plain.yaml"), 1, NOT_ENCRYPTED),
        ("printf 'creation_rules: [{age: %s}]' $AGE > .sops.yaml; sops updatekeys -y plain.yaml", 1, NOT_ENCRYPTED),
        ("sops encrypt plain.yaml", 1, NO_CONFIG),
        ("sops -e plain.yaml", 1, NO_CONFIG),
        (&format!("{editor}sops edit new.yaml"), 1, NO_CONFIG),
        (&format!("{editor}sops new.bin"), 1, NO_CONFIG),
        ("echo 'stores: {}' > .sops.yaml; sops encrypt plain.yaml", 1, NO_CONFIG),
        ("sops updatekeys -y a.yaml", 1, "config file not found"),
        (&format!("{no_key}sops encrypt plain.yaml"), 1, "Could not generate data key: [empty key group provided]"),
        (&format!("{no_key}sops -e -i plain.yaml"), 1, "Could not generate data key: [empty key group provided]"),
        (&format!("{no_key}{editor}sops edit new.yaml"), 128, "[empty key group provided]"),
        (&format!("{no_match}sops encrypt plain.yaml"), 1, "error loading config: no matching creation rules found"),
        (&format!("{no_match}{editor}sops edit new.yaml"), 1, "no matching creation rules found"),
        ("sops --verbose -d a.yaml > out", 0, "Data key recovered successfully"),
        ("sops --verbose decrypt a.yaml > out", 0, ""),
        ("sops --verbose rotate a.yaml > out", 0, ""),
        ("sops -d --verbose --extract '[\"a\"]' a.yaml > out", 0, "Data key recovered successfully"),
        ("sops decrypt --decryption-order age,pgp,age a.yaml", 112, "Duplicate decryption key type: age"),
        ("SOPS_DECRYPTION_ORDER=kms,kms sops -d a.yaml", 112, "Duplicate decryption key type: kms"),
        ("SOPS_DECRYPTION_ORDER=pgp,kms,age sops -d a.yaml > out", 0, ""),
        ("sops --enable-local-keyservice=false -d a.yaml", 128, ""),
        ("SOPS_ENABLE_LOCAL_KEYSERVICE=false sops -d a.yaml", 128, ""),
        ("SOPS_ENABLE_LOCAL_KEYSERVICE=false sops --enable-local-keyservice -d a.yaml > out", 0, ""),
        ("sops --enable-local-keyservice -d a.yaml > out", 0, ""),
        ("sops decrypt --extract a a.yaml", 91, "error parsing --extract path"),
        ("sops decrypt --extract '[\"none\"]' a.yaml", 1, ""),
        ("sops decrypt none.yaml", 100, ""),
        ("sops -r none.yaml", 100, ""),
        ("sops rotate none.yaml", 2, ""),
        ("sops set none.yaml '[\"a\"]' 1", 2, ""),
        ("sops unset none.yaml '[\"a\"]'", 2, ""),
        ("sops exec-env none.yaml true", 2, ""),
        ("sops exec-file none.yaml true", 2, ""),
        ("sops filestatus none.yaml", 1, ""),
        ("sops groups add -f none.yaml --age $AGE", 2, ""),
        ("echo 'a: [' > b.yaml; sops encrypt --age $AGE b.yaml", 2, ""),
        ("echo '- 1' > b.yaml; sops encrypt --age $AGE b.yaml", 2, ""),
        ("echo 'a: [' > b.yaml; sops decrypt b.yaml", 1, ""),
        ("echo '{' > b.json; sops decrypt b.json", 1, ""),
        ("echo 'sops: 1' > b.yaml; sops encrypt --age $AGE b.yaml", 203, ""),
        ("sops encrypt --age $AGE a.yaml", 203, ""),
        ("sops encrypt --age nonsense plain.yaml", 1, "nonsense"),
        ("sops -d", 100, ""),
        ("sops set a.yaml a 1", 7, ""),
        ("sops set a.yaml '[\"a\"]' text", 7, ""),
        ("sops --no-such-flag -d a.yaml", 1, "no-such-flag"),
        ("sops decrypt < /dev/null", 1, ""),
    ] {
        check(&format!("{MADE}{script}"), code, sentence);
    }
}

#[track_caller]
fn check(script: &str, code: i32, sentence: &str) {
    let link = Link::run(&Home::new(), script);
    assert!(link.code == code && link.stderr.contains(sentence), "the link, {script}: {} {}", link.code, link.stderr);
    let Ok(real) = Link::real() else { return };
    let real = Link::run_real(&Home::new(), &real, script);
    // sops prints the usage on the standard output.
    let said = format!("{}{}", real.stderr, real.stdout_text());
    assert!(real.code == code && said.contains(sentence), "sops itself, {script}: {} {said}", real.code);
}

#[test]
fn what_is_said_next_can_be_done_by_somebody_who_types_sops() {
    let hidden = "export SOPS_AGE_KEY_FILE=/dev/null HOME=/nowhere XDG_CONFIG_HOME=/nowhere; ";
    for (script, hint) in [
        ("sops -d plain.yaml", "`sops encrypt -i plain.yaml` encrypts it"),
        (&format!("{hidden}sops -d a.yaml"), "name the file with the identity, `export SOPS_AGE_KEY_FILE=FILE`"),
        ("sops -e plain.yaml", "name a key with `--age`, `--kms` or `--pgp`, or add a rule to .sops.yaml"),
    ] {
        let outcome = Link::run(&Home::new(), &format!("{MADE}{script}"));
        assert_ne!(outcome.code, 0, "{script}");
        outcome.hints(hint);
        assert!(!outcome.stderr.contains("--identity"), "{}", outcome.stderr);
    }
}
