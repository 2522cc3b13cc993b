//! Recipients that an attacker put into the header of a file.

use super::*;

#[test]
fn a_recipient_that_somebody_put_into_a_header_gets_no_new_data_key() {
    let attack = Attack::new();
    attack.home.write("x", "the secret");
    attack.run(&["encrypt", "x", "-o", "x.kenc"]).ok();
    attack.plant_in_slots("x.kenc");
    let before = attack.home.read("x.kenc");
    let refused = attack.run(&["rotate", "x.kenc"]);
    refused.fails(USAGE).says("a key of the file is not trusted").says(&attack.attacker).hints("--yes");
    assert_eq!(attack.home.read("x.kenc"), before, "a refusal leaves the file alone");
    // As one of several, and as a stream.
    attack.run(&["encrypt", "x", "-o", "y.kenc"]).ok();
    let several = attack.run(&["rotate", "x.kenc", "y.kenc", "-k", &attack.ours]);
    assert_eq!(several.code, USAGE, "{}", several.stderr);
    several.says(&attack.attacker);
    attack.home.run_with(["rotate"], &before).fails(USAGE).says(&attack.attacker);
    attack.gave_the_attacker_nothing("x.kenc");
    attack.gave_the_attacker_nothing("y.kenc");
    // Our own key vouches for itself, and for nobody else.
    attack.run(&["rotate", "x.kenc", "--to", &attack.ours]).ok();
    attack.gave_the_attacker_nothing("x.kenc");
    attack.home.write("x.kenc", &before);
    attack.run(&["rotate", "x.kenc", "--remove", &attack.attacker]).ok();
    attack.gave_the_attacker_nothing("x.kenc");
    attack.run(&["rotate", "y.kenc"]).ok();
}

#[test]
fn an_identity_in_a_file_that_others_can_write_vouches_for_nothing() {
    let attack = Attack::new();
    attack.home.write("x", "the secret");
    attack.run(&["encrypt", "x", "-o", "x.kenc"]).ok();
    attack.home.succeeds(&format!("chmod 666 {}", attack.home.local_key().display()));
    attack.run(&["rotate", "x.kenc"]).fails(USAGE).says(&attack.ours);
    attack.home.succeeds(&format!("chmod 600 {}", attack.home.local_key().display()));
    attack.run(&["rotate", "x.kenc"]).ok();
    if !attack.home.succeeds("id -u").starts_with('0') {
        // Nobody else can give a file to a group of others.
        return;
    }
    let key = attack.home.local_key().display().to_string();
    attack.home.succeeds(&format!("chgrp 12345 {key}; chmod 660 {key}"));
    attack.run(&["rotate", "x.kenc"]).fails(USAGE).says(&attack.ours).says("others can replace the identity");
    attack.home.succeeds(&format!("chmod 640 {key}"));
    attack.run(&["rotate", "x.kenc"]).ok();
    let folder = attack.home.local_key().parent().unwrap().display().to_string();
    attack.home.succeeds(&format!("chmod 600 {key}; chgrp 12345 {folder}; chmod 770 {folder}"));
    attack.run(&["rotate", "x.kenc"]).fails(USAGE).says("others can replace the identity");
}

#[test]
fn a_rule_trusted_keys_or_a_yes_vouch_for_the_keys_of_a_header() {
    let attack = Attack::new();
    attack.home.write("x", "the secret");
    let fresh = || {
        attack.run(&["encrypt", "-f", "-k", &attack.ours, "-k", &attack.colleague, "x", "-o", "x.kenc"]).ok();
    };
    let config = |text: String| attack.home.write(".kenc.yaml", text);
    let Attack { ours, colleague, .. } = &attack;
    for (text, vouches) in [
        (format!("creation_rules:\n- age: {ours},{colleague}\n"), true),
        (format!("creation_rules:\n- path_regex: '^x$'\n  age: {ours},{colleague}\n"), true),
        (format!("creation_rules:\n- path_regex: '^other$'\n  age: {ours},{colleague}\n"), false),
        (format!("creation_rules:\n- age: {ours}\n"), false),
        (format!("trusted_keys:\n- {ours}\n- {colleague}\n"), true),
        ("{}\n".to_owned(), false),
    ] {
        config("{}\n".to_owned());
        fresh();
        config(text.clone());
        let outcome = attack.run(&["rotate", "x.kenc"]);
        assert_eq!(outcome.code, if vouches { 0 } else { USAGE }, "{text}{}", outcome.stderr);
    }
    config(format!("trusted_keys:\n- {ours}\n"));
    // `--yes` does not permit what the config forbids.
    let forbidden = attack.run(&["rotate", "x.kenc", "--yes"]);
    assert_ne!(forbidden.code, 0);
    config("{}\n".to_owned());
    attack.run(&["rotate", "x.kenc", "--yes"]).ok();
    attack.gave_the_attacker_nothing("x.kenc");
}

#[test]
fn verify_lists_the_keys_of_a_file() {
    let attack = Attack::new();
    attack.home.write("x", "the secret");
    attack.run(&["encrypt", "x", "-o", "x.kenc"]).ok();
    attack.plant_in_slots("x.kenc");
    let text = attack.run(&["verify", "x.kenc", "-r"]).ok().stdout_text()
        + &attack.run(&["verify", "x.kenc"]).ok().stdout_text();
    assert_eq!(text.matches(&format!("age {}", attack.attacker)).count(), 2, "{text}");
    let json = attack.run(&["verify", "x.kenc", "--json"]).ok().stdout_text();
    assert!(json.contains(&format!(r#"{{"provider":"age","id":"{}"}}"#, attack.attacker)), "{json}");
}
