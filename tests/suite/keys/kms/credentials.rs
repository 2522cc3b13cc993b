//! Credentials and regions: where they come from, and the errors without them.

use super::*;

#[test]
fn without_credentials_the_ways_to_sign_in_are_named() {
    let kms = need!(moto());
    let home = kms.home().without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
    let key = kms.new_key();
    let encrypting = home.run_with(["encrypt", "-k", &key], PLAINTEXT);
    encrypting.fails(KEY_SERVICE).says("no AWS credentials").hints("aws configure").hints("--aws-profile NAME");
    let file = kms.home().encrypt(&["-k", &key], PLAINTEXT);
    home.decrypt(&[], &file).fails(KEY_SERVICE).says("no AWS credentials").hints("aws sso login");
}

#[test]
fn credentials_and_region_of_a_profile_are_used_even_beside_those_of_the_environment() {
    let kms = need!(ministack_with_permissions());
    let key = kms.new_key();
    kms.new_alias("alias/of-the-profile", &key);
    let nobody = kms.home_of_user("may-nothing", &json!({ "Effect": "Deny", "Action": "kms:*", "Resource": "*" }));
    let aws = nobody.file("../home/.aws");
    std::fs::create_dir(&aws).expect("a folder can be made");
    let profile = "[profile work]\nregion = us-east-1\naws_access_key_id = test\naws_secret_access_key = test\n";
    std::fs::write(aws.join("config"), profile).expect("a file can be written");
    let nobody = nobody.without("AWS_REGION");
    let file = nobody.encrypt(&["-k", "alias/of-the-profile", "--aws-profile", "work"], PLAINTEXT);
    nobody.decrypt(&["--aws-profile", "work"], &file).gives(PLAINTEXT);
    let outcome = nobody.decrypt(&[], &file);
    outcome.fails(NO_KEY).says("kms:Decrypt");
    let outcome = nobody.decrypt(&["--aws-profile", "wrok"], &file);
    outcome.fails(KEY_SERVICE).says("wrok");
}

#[test]
fn a_session_that_has_expired_says_so_and_how_to_sign_in_again() {
    let kms = need!(moto());
    let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let faults = need!(Faults::before(kms, json!({ "error": { "code": "ExpiredTokenException" } })));
    let home = faults.home().with("AWS_SESSION_TOKEN", "of-yesterday").with("AWS_PROFILE", "work");
    let outcome = home.decrypt(&[], &file);
    outcome.fails(KEY_SERVICE).says("the AWS credentials have expired").hints("aws sso login --profile work");
    assert_eq!(faults.fired(), 1, "trying again with the same credentials is in vain");
}

#[test]
fn credentials_that_aws_does_not_know_are_rejected() {
    let kms = need!(ministack_with_permissions());
    let key = kms.new_key();
    let home = kms.home().with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    let outcome = home.run_with(["encrypt", "-k", &key], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("AWS rejected the credentials").hints("aws sts get-caller-identity");
}
