//! A service that answers with something other than what was requested.

use super::*;

#[test]
fn a_service_that_gives_a_wrong_data_key_is_caught_by_the_commitment() {
    let kms = need!(ministack());
    let home = kms.home();
    let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
    *file.slots[0].wrapped.last_mut().expect("it is not empty") ^= 1;
    let outcome = home.decrypt(&[], &file.build());
    outcome.fails(NOT_AUTHENTIC).says("not the data key of this file").hints("a backup");
    home.run_with(["verify"], &file.build()).fails(NOT_AUTHENTIC);
}

#[test]
fn a_key_behind_one_that_gives_a_wrong_data_key_still_opens() {
    let kms = need!(ministack());
    let home = kms.home();
    let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key(), "-k", &kms.new_key()], PLAINTEXT));
    *file.slots[0].wrapped.last_mut().expect("it is not empty") ^= 1;
    home.decrypt(&[], &file.build()).gives(PLAINTEXT);
}

#[test]
fn a_data_key_of_another_length_is_the_fault_of_the_service_and_not_of_the_file() {
    let kms = need!(moto());
    let key = kms.new_key();
    let file = kms.home().encrypt(&["-k", &key], PLAINTEXT);
    for (plaintext, given) in [
        ("", "no plaintext"),
        ("AAAA", "3 bytes where a data key has 32"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "33 bytes where a data key has 32"),
    ] {
        let relay = Relay::answering(200, &json!({ "KeyId": key, "Plaintext": plaintext, "CiphertextBlob": "AAAA" }));
        let home = home_at(relay.port);
        let service = format!("http://127.0.0.1:{} answered", relay.port);
        let decrypting = home.decrypt(&[], &file);
        decrypting.fails(KEY_SERVICE).says(&format!("{service} kms:Decrypt with {given}")).hints("AWS_ENDPOINT_URL");
        let encrypting = home.run_with(["encrypt", "-k", &key], PLAINTEXT);
        encrypting.fails(KEY_SERVICE).says(&format!("{service} kms:GenerateDataKey with {given}"));
    }
}

#[test]
fn a_service_that_names_no_key_is_not_trusted_to_open_the_file_later() {
    let data_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let relay = Relay::answering(200, &json!({ "Plaintext": data_key, "CiphertextBlob": "AAAA" }));
    let outcome = home_at(relay.port).run_with(["encrypt", "-k", "alias/anything"], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("answered kms:GenerateDataKey with no key id");
}
