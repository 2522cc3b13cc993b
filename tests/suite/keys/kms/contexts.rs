//! The encryption context: as requested, as in a header, and how KMS treats both.

use super::*;

#[test]
fn a_context_that_is_not_the_demanded_one_fails_without_a_call_and_names_the_pair() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let file = home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT);
    assert_eq!(relay.asked(), ["GenerateDataKey"]);

    let other = home.decrypt(&["-c", "app=other"], &file);
    other.fails(NOT_AUTHENTIC).says("the file has app=demo").says("-c asks for app=other").hints("kenc inspect");
    let missing = home.decrypt(&["-c", "app=demo", "-c", "env=prod"], &file);
    missing.fails(NOT_AUTHENTIC).says("the file has no env").says("-c asks for env=prod");
    assert_eq!(relay.asked(), ["GenerateDataKey"], "a context that does not fit needs no key service");
}

#[test]
fn a_header_with_another_context_is_opened_by_no_key_and_every_reason_is_kept() {
    let kms = need!(moto());
    let home = kms.home();
    let recipient = home.keygen();
    let file = home.encrypt(&["-k", &kms.new_key(), "-k", &recipient, "-c", "app=demo"], PLAINTEXT);
    let mut changed = RawFile::parse(&file);
    changed.context = vec![("app".to_owned(), "evil".to_owned())];
    let outcome = home.decrypt(&[], &changed.build());
    outcome.fails(NOT_AUTHENTIC).says("no key opens it").says("1 aws-kms arn:aws:kms:").says("2 age age1");
    outcome
        .says("InvalidCiphertextException: kms:Decrypt failed: the wrapped key is damaged")
        .says("not the data key of this file");
    outcome.hints("restore the file");
}

#[test]
fn a_header_without_its_context_is_opened_by_no_key() {
    let kms = need!(moto());
    let home = kms.home();
    let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
    file.context.clear();
    let outcome = home.decrypt(&[], &file.build());
    outcome.fails(NOT_AUTHENTIC).says("made with another encryption context");
}
