//! Slots that name someone else's key, or no key.

use super::*;

#[test]
fn a_slot_that_names_another_key_than_its_own_does_not_open() {
    let kms = need!(moto());
    let home = kms.home();
    let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    file.slots[0].key_id = kms.new_key();
    home.decrypt(&[], &file.build()).fails(NO_KEY).says("AccessDeniedException");

    // The emulator's code is not that of AWS.
    let wrong_key = json!({ "__type": "IncorrectKeyException", "message": "The key ID in the request does not identify a CMK that can perform this operation." });
    let home = home_at(Relay::to_but(kms.port, |operation, _| operation == "Decrypt", 400, &wrong_key).port);
    let outcome = home.decrypt(&[], &file.build());
    outcome.fails(NO_KEY).says("IncorrectKeyException").says("made under another key").says("(request ");
    outcome.hints("the header was changed");
}

#[test]
fn a_slot_that_names_a_key_of_another_account_is_asked_there() {
    let kms = need!(moto());
    let key = kms.new_key();
    let elsewhere = key.replace("123456789012", "444455556666");
    let not_found = json!({ "__type": "NotFoundException", "message": format!("Key '{elsewhere}' does not exist") });
    let asked_for = elsewhere.clone();
    let relay = Relay::to_but(kms.port, move |_, body| body["KeyId"] == json!(asked_for), 400, &not_found);
    let home = home_at(relay.port);
    let mut file = RawFile::parse(&home.encrypt(&["-k", &key], PLAINTEXT));
    file.slots[0].key_id.clone_from(&elsewhere);
    let outcome = home.decrypt(&[], &file.build());
    outcome.fails(NO_KEY).says("found no such key").says(&elsewhere).hints("aws kms describe-key");
}

#[test]
fn a_slot_that_names_no_key_is_not_asked_about() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    for key_id in ["alias/backup", "arn:aws:kms:evil.example/:111122223333:key/mrk-1", "x\u{1b}[31m"] {
        key_id.clone_into(&mut file.slots[0].key_id);
        let outcome = home.decrypt(&[], &file.build());
        outcome.fails(NOT_AUTHENTIC).says("is not the ARN of a KMS key");
        assert!(!outcome.stderr.contains('\u{1b}'), "a header must not speak to the terminal");
    }
    assert_eq!(relay.asked(), ["GenerateDataKey"]);
}

#[test]
fn the_errors_of_all_keys_come_as_json_when_asked_for() {
    let kms = need!(ministack());
    let home = kms.home();
    let (key, recipient) = (kms.new_key(), Home::new().keygen());
    let file = home.encrypt(&["-k", &key, "-k", &recipient], PLAINTEXT);
    kms.call("DisableKey", &json!({ "KeyId": key }));
    let outcome = home.run_with(["decrypt", "--json"], &file);
    assert_eq!((outcome.code, outcome.stdout.len()), (NO_KEY, 0));
    // The KMS calls precede it, one per line.
    let error = outcome.stderr.lines().last().expect("there is an error");
    let error: Value = serde_json::from_str(error).expect("the error is JSON");
    let keys = &error["error"]["keys"];
    assert_eq!((&keys[0]["id"], &keys[1]["id"]), (&json!(key), &json!(recipient)));
    assert!(keys[0]["reason"].as_str().expect("a reason is text").contains("DisabledException"), "{error}");
    assert!(keys[1]["reason"].as_str().expect("a reason is text").contains("no matching identity"), "{error}");
    assert_eq!(error["error"]["exit"], NO_KEY);
}
