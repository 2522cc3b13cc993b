//! The words that name a key: ARN, id and alias.

use super::*;

#[test]
fn what_was_encrypted_under_an_alias_comes_back_and_is_inspected_without_a_key() {
    let kms = need!(moto());
    let (key, home) = (kms.new_key(), kms.home());
    kms.new_alias("alias/as-in-the-readme", &key);
    let file = home.encrypt(&["-k", "alias/as-in-the-readme", "-c", "app=demo"], PLAINTEXT);
    home.decrypt(&[], &file).gives(PLAINTEXT);
    home.decrypt(&["-c", "app=demo"], &file).gives(PLAINTEXT);

    let inspected = Home::new().run_with(["inspect"], &file).ok().stdout_text();
    for wanted in [&key, "app = demo", "AES-256-GCM", "30 bytes"] {
        assert!(inspected.contains(wanted), "no `{wanted}` in:\n{inspected}");
    }
}

#[test]
fn every_word_for_a_key_encrypts_under_it_and_restricts_decryption_to_it() {
    let kms = need!(moto());
    let (key, home) = (kms.new_key(), kms.home());
    kms.new_alias("alias/by-every-word", &key);
    let id = key.rsplit('/').next().expect("the ARN ends with the id");
    let alias_arn = key.replace(&format!("key/{id}"), "alias/by-every-word");
    for word in [&key, id, "alias/by-every-word", &alias_arn] {
        let file = home.encrypt(&["-k", word], PLAINTEXT);
        assert_eq!(RawFile::parse(&file).slots[0].key_id, key, "{word}");
        home.decrypt(&["-k", word], &file).gives(PLAINTEXT);
    }
}

#[test]
fn the_region_comes_from_the_arn_of_the_key() {
    let kms = need!(moto());
    let created = kms.call_in("eu-central-1", "CreateKey", &json!({})).json();
    let key = created["KeyMetadata"]["Arn"].as_str().expect("a key has an ARN");
    for home in [kms.home(), kms.home().without("AWS_REGION")] {
        let file = home.encrypt(&["-k", key], PLAINTEXT);
        home.decrypt(&[], &file).gives(PLAINTEXT);
    }
}

#[test]
fn without_a_region_an_alias_cannot_be_asked_and_the_option_is_named() {
    let kms = need!(moto());
    let home = kms.home().without("AWS_REGION");
    let outcome = home.run_with(["encrypt", "-k", "alias/anywhere"], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("no AWS region").hints("--aws-region REGION");
    kms.new_alias("alias/with-an-option", &kms.new_key());
    home.encrypt(&["-k", "alias/with-an-option", "--aws-region", "us-east-1"], PLAINTEXT);
}

#[test]
fn a_key_that_is_not_there_is_named() {
    let kms = need!(moto());
    let outcome = kms.home().run_with(["encrypt", "-k", "alias/never-made"], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("alias/never-made").says("found no such key").hints("aws kms list-aliases");
}

#[test]
fn a_key_for_signing_does_not_encrypt() {
    let kms = need!(ministack());
    let usage = json!({ "KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256" });
    let created = kms.call("CreateKey", &usage);
    let key = created["KeyMetadata"]["Arn"].as_str().expect("a key has an ARN");
    let outcome = kms.home().run_with(["encrypt", "-k", key], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("key usage does not allow kms:GenerateDataKey").hints("aws kms describe-key");
}
