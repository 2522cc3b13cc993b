//! Refused changes: the error names the key, and the file is unchanged.

use super::*;

fn denied(action: &str, key: &str) -> Value {
    json!({
        "__type": "AccessDeniedException",
        "Message": format!(
            "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: kms:{action} on resource: {key} \
             because no identity-based policy allows the kms:{action} action"
        ),
    })
}

/// Rewraps behind a relay that answers `ReEncrypt` itself, and checks that the file is as it was.
fn refused(answer: impl Fn(&str, &str) -> Value, file_keys: usize) -> Option<(crate::support::Outcome, Vec<String>)> {
    let kms = match moto() {
        Ok(kms) => kms,
        Err(reason) => {
            crate::support::skip(&reason);
            return None;
        }
    };
    let (old, new) = (kms.new_key(), kms.new_key());
    let file = kms.home().encrypt(&["-k", &old, "-c", "app=demo"], PLAINTEXT);
    let mut raw = RawFile::parse(&file);
    raw.slots = vec![raw.slots[0].clone(); file_keys];
    let relay = Relay::to_but(kms.port, |operation, _| operation == "ReEncrypt", 400, &answer(&old, &new));
    let home = home_at(relay.port);
    home.write("x.kenc", raw.build());
    let outcome = home.run(["rewrap", "x.kenc", "--to", &new]);
    assert!(home.read("x.kenc") == raw.build(), "a refusal changes nothing");
    Some((outcome, relay.asked()))
}

#[test]
fn a_denial_names_the_permission_and_the_key_that_it_is_about() {
    let Some((outcome, asked)) = refused(|old, _| denied("ReEncryptFrom", old), 1) else { return };
    outcome
        .fails(NO_KEY)
        .says("user/ci is not authorized to perform kms:ReEncryptFrom")
        .hints("two policies must allow kms:ReEncryptFrom");
    assert_eq!(asked, ["ReEncrypt"], "a key that has refused is not asked in another way");
    let Some((outcome, _)) = refused(|_, new| denied("ReEncryptTo", new), 1) else { return };
    outcome
        .fails(KEY_SERVICE)
        .says("x.kenc: cannot encrypt under arn:aws:kms:")
        .says("is not authorized to perform kms:ReEncryptTo");
}

#[test]
fn a_disabled_key_says_which_of_the_two_it_is() {
    let disabled = |key: &str| json!({ "__type": "DisabledException", "message": format!("{key} is disabled.") });
    let Some((outcome, _)) = refused(|old, _| disabled(old), 1) else { return };
    outcome.fails(NO_KEY).says("the key is disabled and refuses kms:ReEncryptFrom").hints("aws kms enable-key");
    let Some((outcome, _)) = refused(|_, new| disabled(new), 1) else { return };
    outcome.fails(KEY_SERVICE).says("the key is disabled and refuses kms:ReEncryptTo");
}

#[test]
fn a_hostile_header_causes_no_more_calls_than_it_has_slots() {
    let damaged = |_: &str, _: &str| json!({ "__type": "InvalidCiphertextException" });
    let Some((outcome, asked)) = refused(damaged, 32) else { return };
    outcome.fails(NOT_AUTHENTIC).says("32 aws-kms");
    assert_eq!(asked, ["ReEncrypt"], "the same wrapped key is asked for once");
}

#[test]
fn throttling_is_waited_out_and_told_if_it_stays() {
    let kms = need!(moto());
    let (old, new) = (kms.new_key(), kms.new_key());
    let file = kms.home().encrypt(&["-k", &old], PLAINTEXT);
    let rule = json!({ "operation": "ReEncrypt", "error": { "code": "ThrottlingException" } });
    let mut passing = rule.clone();
    passing["sequence"] = json!({ "fail": 2, "pass": 5 });
    let faults = need!(Faults::before(kms, passing));
    let home = faults.home();
    home.write("x.kenc", &file);
    home.run(["rewrap", "x.kenc", "--to", &new, "--aws-timeout", "300"]).ok();
    assert_eq!(key_ids(&home.read("x.kenc")), [new.as_str()]);

    let faults = need!(Faults::before(kms, rule));
    let home = faults.home();
    home.write("x.kenc", &file);
    let outcome = home.run(["rewrap", "x.kenc", "--to", &new, "--aws-timeout", "12"]);
    outcome.fails(KEY_SERVICE).says("too many requests").hints("--aws-timeout");
    assert!(home.read("x.kenc") == file);
}

#[test]
fn a_disabled_key_is_removed_without_being_asked_and_cannot_be_rotated_to() {
    let kms = need!(ministack());
    let keys = TwoKeys::in_home(kms.home());
    let (home, disabled) = (&keys.home, kms.new_key());
    let only_kms = home.encrypt(&["-k", &disabled], PLAINTEXT);
    let both = home.encrypt(&["-k", &disabled, "-k", &keys.first], PLAINTEXT);
    kms.call("DisableKey", &json!({ "KeyId": disabled }));
    home.write("only.kenc", &only_kms);
    home.write("both.kenc", &both);
    let outcome = home.run(["rewrap", "only.kenc", "--add", &keys.second]);
    outcome.fails(NO_KEY).says("the key is disabled and refuses kms:Decrypt").hints("aws kms enable-key");
    let outcome = home.run(["rotate", "--yes", "both.kenc"]);
    outcome.fails(KEY_SERVICE).says("refuses kms:GenerateDataKey").hints("aws kms enable-key");
    assert!(home.read("only.kenc") == only_kms && home.read("both.kenc") == both);

    home.run(["rotate", "--yes", "both.kenc", "--remove", &disabled]).ok();
    assert_eq!(key_ids(&home.read("both.kenc")), [keys.first.as_str()]);
    home.run(["decrypt", "both.kenc"]).gives(PLAINTEXT);
    kms.call("EnableKey", &json!({ "KeyId": disabled }));
    home.run(["rewrap", "only.kenc", "--add", &keys.second]).ok();
}

#[test]
fn a_key_of_another_account_that_does_not_know_us_is_named() {
    let kms = need!(moto());
    let home = kms.home();
    let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    file.slots[0].key_id = "arn:aws:kms:us-east-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab".to_owned();
    home.write("x.kenc", file.build());
    let denied = denied("ReEncryptFrom", &file.slots[0].key_id);
    let relay = Relay::to_but(kms.port, |operation, _| operation == "ReEncrypt", 400, &denied);
    let far = home_at(relay.port);
    far.write("x.kenc", file.build());
    let outcome = far.run(["rewrap", "x.kenc", "--to", &kms.new_key()]);
    outcome.fails(NO_KEY).says("1 aws-kms arn:aws:kms:us-east-1:999988887777:key/").says("kms:ReEncryptFrom");
    let foreign = "arn:aws:kms:us-east-1:999988887777:alias/theirs";
    home.write("y.kenc", home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    home.run(["rewrap", "y.kenc", "--to", foreign]).fails(KEY_SERVICE).says(foreign);
}

#[test]
fn a_data_key_that_the_payload_does_not_commit_to_is_never_wrapped_again() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    let mut file = RawFile::parse(&home.encrypt(&[], PLAINTEXT));
    file.slots = RawFile::parse(&home.encrypt(&[], PLAINTEXT)).slots;
    home.write("x.kenc", file.build());
    for command in ["rewrap", "rotate"] {
        let outcome = home.run([command, "x.kenc", "--to", &keys.second]);
        outcome.fails(NOT_AUTHENTIC).says("not the data key of this file");
        assert!(home.read("x.kenc") == file.build());
    }
}

#[test]
fn a_failure_in_one_file_does_not_stop_the_others() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    for name in ["a.kenc", "c.kenc"] {
        home.write(name, home.encrypt(&[], PLAINTEXT));
    }
    home.write("b.kenc", home.encrypt(&["-k", &Home::new().keygen()], PLAINTEXT));
    for command in ["rewrap", "rotate"] {
        let outcome = home.run([command, "--yes", "a.kenc", "b.kenc", "c.kenc", "--add", &keys.second]);
        assert_eq!(outcome.code, NO_KEY, "{}", outcome.stderr);
        outcome.says("b.kenc: no key opens it").says("1 of 3 files failed");
    }
    for name in ["a.kenc", "c.kenc"] {
        assert_eq!(key_ids(&home.read(name)), [keys.first.as_str(), &keys.second]);
        home.run(["decrypt", "--identity", "second.txt", name]).gives(PLAINTEXT);
    }
}
