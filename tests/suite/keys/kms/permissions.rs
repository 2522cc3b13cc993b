//! Permissions of users, and which missing permission an error names.

use super::*;

#[test]
fn without_permission_to_decrypt_no_key_opens_it_and_the_permission_is_named() {
    let kms = need!(ministack_with_permissions());
    let key = kms.new_key();
    let writer = kms.home_of_user("writer", &allow("kms:GenerateDataKey"));
    let file = writer.encrypt(&["-k", &key, "-c", "app=demo"], PLAINTEXT);
    let outcome = writer.decrypt(&[], &file);
    outcome
        .fails(NO_KEY)
        .says("AccessDeniedException")
        .says("user/writer is not authorized to perform kms:Decrypt")
        .says(&key);
    outcome
        .hints("for kms:Decrypt on arn:aws:kms:")
        .hints("`kenc keys policy -c app=demo` prints the policy statement");

    let reader = kms.home_of_user("reader", &allow("kms:Decrypt"));
    reader.decrypt(&[], &file).gives(PLAINTEXT);
}

#[test]
fn a_policy_that_was_written_for_sops_is_enough() {
    let kms = need!(ministack_with_permissions());
    let key = kms.new_key();
    let user = kms.home_of_user(
        "as-for-sops",
        &json!({ "Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*" }),
    );
    let file = user.encrypt(&["-k", &key, "-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT);
    user.decrypt(&[], &file).gives(PLAINTEXT);
}

#[test]
fn a_denial_when_encrypting_is_a_matter_of_the_key_service() {
    let kms = need!(ministack_with_permissions());
    let reader = kms.home_of_user("only-a-reader", &allow("kms:Decrypt"));
    let outcome = reader.run_with(["encrypt", "-k", &kms.new_key()], PLAINTEXT);
    outcome
        .fails(KEY_SERVICE)
        .says("is not authorized to perform kms:GenerateDataKey")
        .hints("for kms:GenerateDataKey on");
}

#[test]
fn a_permission_may_depend_on_the_encryption_context_which_kms_sees_as_it_stands() {
    let kms = need!(moto());
    let (first, second) = (kms.new_key(), kms.new_key());
    let denied = json!({
        "__type": "AccessDeniedException",
        "Message": "User: arn:aws:iam::111122223333:user/billing is not authorized to perform: kms:Decrypt on \
                    resource: arn:aws:kms:us-east-1:111122223333:key/x because no identity-based policy allows \
                    the kms:Decrypt action",
    });
    // The emulators do not know the condition `kms:EncryptionContext:app`, so this stands for its policy.
    let is_another_app = |_: &str, body: &Value| body["EncryptionContext"] != json!({ "app": "billing", "ä=b": "" });
    let home = home_at(Relay::to_but(kms.port, is_another_app, 400, &denied).port);
    let context = ["-c", "app=billing", "-c", "ä=b="];
    let encrypting = ["encrypt", "-k", &first, "-k", &second];
    home.run_with(encrypting, PLAINTEXT).fails(KEY_SERVICE).says("AccessDeniedException");

    // The first `=` ends the key, so the context that was typed is not the one that is permitted.
    home.run_with([&encrypting[..], &context].concat(), PLAINTEXT).fails(KEY_SERVICE);
    let is_another_app = |_: &str, body: &Value| body["EncryptionContext"] != json!({ "app": "billing", "ä": "b=" });
    let home = home_at(Relay::to_but(kms.port, is_another_app, 400, &denied).port);
    let file = home.run_with([&encrypting[..], &context].concat(), PLAINTEXT).ok().stdout.clone();
    home.decrypt(&[], &file).gives(PLAINTEXT);

    let file = kms.home().encrypt(&["-k", &first, "-c", "app=payroll"], PLAINTEXT);
    let outcome = home.decrypt(&[], &file);
    outcome
        .fails(NO_KEY)
        .says("user/billing is not authorized to perform kms:Decrypt")
        .hints("with this encryption context");
}

#[test]
fn a_role_is_assumed_before_the_key_is_asked() {
    let kms = need!(moto());
    let tokens = Relay::to(kms.port);
    let home = kms.home().with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", tokens.port));
    let role = "arn:aws:iam::123456789012:role/backup";
    let file = home.encrypt(&["-k", &kms.new_key(), "--aws-role-arn", role], PLAINTEXT);
    home.decrypt(&["--aws-role-arn", role], &file).gives(PLAINTEXT);
    assert_eq!(tokens.asked().len(), 2, "once for each command");
}

fn allow(action: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": "*" })
}
