//! Keys that are disabled, deleted, rotated or replicated.

use super::*;

#[test]
fn a_disabled_key_does_not_open_until_it_is_enabled_again() {
    let kms = need!(ministack());
    let (key, home) = (kms.new_key(), kms.home());
    let file = home.encrypt(&["-k", &key], PLAINTEXT);
    kms.call("DisableKey", &json!({ "KeyId": key }));
    let outcome = home.decrypt(&[], &file);
    outcome.fails(NO_KEY).says("DisabledException: the key is disabled and refuses kms:Decrypt").says(&key);
    outcome.hints(&format!("aws kms enable-key --key-id {key} --region us-east-1"));
    home.run_with(["verify"], &file).fails(NO_KEY).says("the key is disabled");
    let encrypting = home.run_with(["encrypt", "-k", &key], PLAINTEXT);
    encrypting.fails(KEY_SERVICE).says("refuses kms:GenerateDataKey").hints("aws kms enable-key");

    kms.call("EnableKey", &json!({ "KeyId": key }));
    home.decrypt(&[], &file).gives(PLAINTEXT);
}

#[test]
fn a_key_that_waits_for_its_deletion_does_not_open_until_that_is_cancelled() {
    let kms = need!(ministack());
    let (key, home) = (kms.new_key(), kms.home());
    let file = home.encrypt(&["-k", &key], PLAINTEXT);
    kms.call("ScheduleKeyDeletion", &json!({ "KeyId": key, "PendingWindowInDays": 7 }));
    let outcome = home.decrypt(&[], &file);
    outcome.fails(NO_KEY).says("KMSInvalidStateException: the key is scheduled for deletion and refuses kms:Decrypt");
    outcome.hints(&format!("aws kms cancel-key-deletion --key-id {key}"));

    kms.call("CancelKeyDeletion", &json!({ "KeyId": key }));
    kms.call("EnableKey", &json!({ "KeyId": key }));
    home.decrypt(&[], &file).gives(PLAINTEXT);
}

#[test]
fn a_rotated_key_opens_what_was_encrypted_before() {
    let kms = need!(moto());
    let (key, home) = (kms.new_key(), kms.home());
    let before = home.encrypt(&["-k", &key, "-c", "app=demo"], PLAINTEXT);
    kms.call("RotateKeyOnDemand", &json!({ "KeyId": key }));
    let after = home.encrypt(&["-k", &key, "-c", "app=demo"], PLAINTEXT);
    home.decrypt(&[], &before).gives(PLAINTEXT);
    home.decrypt(&[], &after).gives(PLAINTEXT);
}

#[test]
fn a_replica_in_another_region_opens_what_the_primary_key_encrypted() {
    let kms = need!(ministack());
    let (primary, home) = (kms.new_multi_region_key(), kms.home());
    let replica = primary.replace("us-east-1", "eu-west-1");
    let file = home.encrypt(&["-k", &primary, "-c", "app=demo"], PLAINTEXT);
    kms.call("ReplicateKey", &json!({ "KeyId": primary, "ReplicaRegion": "eu-west-1" }));
    kms.call("DisableKey", &json!({ "KeyId": primary }));

    home.decrypt(&[], &file).fails(NO_KEY).says("the key is disabled");
    home.decrypt(&["-k", &replica], &file).gives(PLAINTEXT);
    home.decrypt(&["--aws-region", "eu-west-1"], &file).gives(PLAINTEXT);
}

#[test]
fn a_replica_encrypts_under_its_bare_id_in_its_own_region() {
    let kms = need!(ministack());
    let primary = kms.new_multi_region_key();
    kms.call("ReplicateKey", &json!({ "KeyId": primary, "ReplicaRegion": "eu-west-1" }));
    let id = primary.rsplit('/').next().expect("the ARN ends with the id");
    let home = kms.home();
    let file = home.encrypt(&["-k", id, "--aws-region", "eu-west-1"], PLAINTEXT);
    assert_eq!(RawFile::parse(&file).slots[0].key_id, primary.replace("us-east-1", "eu-west-1"));
    home.decrypt(&["-k", id], &file).gives(PLAINTEXT);
    home.decrypt(&["--aws-region", "us-east-1"], &file).gives(PLAINTEXT);
}
