//! Files under several keys: any one opens them.

use super::*;

#[test]
fn any_one_of_several_keys_opens_the_file() {
    let kms = need!(ministack());
    let keys = [kms.new_key(), kms.new_key(), kms.new_key()];
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let file = home.encrypt(&["-k", &keys[0], "-k", &keys[1], "-k", &keys[2], "-c", "app=demo"], PLAINTEXT);
    assert_eq!(relay.asked(), ["GenerateDataKey", "Encrypt", "Encrypt"]);
    for key in &keys {
        home.decrypt(&["-k", key], &file).gives(PLAINTEXT);
    }
    assert_eq!(relay.asked()[3..], ["Decrypt"; 3], "a key that was not given is not asked");

    for key in &keys[..2] {
        kms.call("DisableKey", &json!({ "KeyId": key }));
        home.decrypt(&[], &file).gives(PLAINTEXT);
    }
    assert_eq!(relay.asked()[6..], ["Decrypt"; 5]);
}

#[test]
fn a_file_with_an_age_key_and_a_kms_key_opens_with_the_age_key_without_a_call() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let recipient = home.keygen();
    let file = home.encrypt(&["-k", &kms.new_key(), "-k", &recipient], PLAINTEXT);
    home.decrypt(&[], &file).gives(PLAINTEXT);
    assert_eq!(relay.asked(), ["GenerateDataKey"]);
}

#[test]
fn a_key_that_was_not_given_is_not_asked_and_the_reason_says_so() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let file = home.encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let outcome = home.decrypt(&["-k", &kms.new_key()], &file);
    outcome.fails(NO_KEY).says("not tried: -k does not name it").hints("without -k");
    assert_eq!(relay.asked(), ["GenerateDataKey"]);
}

#[test]
fn if_one_of_the_other_keys_refuses_nothing_is_encrypted() {
    let kms = need!(ministack());
    let (good, disabled) = (kms.new_key(), kms.new_key());
    kms.call("DisableKey", &json!({ "KeyId": disabled }));
    let outcome = kms.home().run_with(["encrypt", "-k", &good, "-k", &disabled], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says(&disabled).says("refuses kms:Encrypt").hints("aws kms enable-key");
}

#[test]
fn a_key_that_says_no_beside_one_that_cannot_be_asked_means_that_trying_again_may_help() {
    let kms = need!(ministack());
    let home = kms.home();
    let (disabled, elsewhere) = (kms.new_key(), kms.new_key());
    let mut file = RawFile::parse(&home.encrypt(&["-k", &disabled, "-k", &elsewhere], PLAINTEXT));
    kms.call("DisableKey", &json!({ "KeyId": disabled }));
    home.decrypt(&["-k", &disabled], &file.build()).fails(NO_KEY);
    let fault = json!({ "__type": "KMSInternalException", "message": "Try again" });
    let relay = Relay::to_but(kms.port, move |_, body| body["KeyId"] == json!(elsewhere), 500, &fault);
    let outcome = home_at(relay.port).decrypt(&[], &file.build());
    outcome.fails(KEY_SERVICE).says("the key is disabled").says("KMSInternalException: kms:Decrypt failed");
    outcome.hints("aws kms enable-key").hints("try again");
    file.slots.truncate(1);
    home_at(relay.port).decrypt(&[], &file.build()).fails(NO_KEY);
}

#[test]
fn a_hostile_header_causes_no_more_calls_than_it_has_slots() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    *file.slots[0].wrapped.last_mut().expect("it is not empty") ^= 1;
    file.slots = vec![file.slots[0].clone(); 32];
    let outcome = home.decrypt(&[], &file.build());
    outcome.fails(NOT_AUTHENTIC).says("32 aws-kms").says("InvalidCiphertextException");
    assert_eq!(relay.asked().len(), 1 + 1, "the same wrapped key is asked about once");

    for (number, slot) in (0..).zip(&mut file.slots) {
        // A different byte than the damaged one, so that no value repairs it.
        let middle = slot.wrapped.len() / 2;
        slot.wrapped[middle] ^= number;
    }
    home.decrypt(&[], &file.build()).fails(NOT_AUTHENTIC);
    assert_eq!(relay.asked().len(), 1 + 1 + 32);

    file.slots.push(file.slots[0].clone());
    home.decrypt(&[], &file.build()).fails(NOT_AUTHENTIC);
    assert_eq!(relay.asked().len(), 1 + 1 + 32, "a header beyond the limits is not asked about at all");
}
