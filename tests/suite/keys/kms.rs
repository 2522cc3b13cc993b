//! AWS KMS as kenc meets it: every answer that it gives, and what a user is then told. No test talks to AWS.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{CLOSED_PORT, Faults, Home, RawFile, Relay, home_at, ministack, ministack_with_permissions, moto};

const PLAINTEXT: &[u8] = b"select 'the rest is silence';\n";
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;
const INTERRUPTED: i32 = 130;

mod words_for_keys {
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
        outcome.fails(KEY_SERVICE).says("alias/never-made").says("found no such key").hints("aws kms describe-key");
    }

    #[test]
    fn a_key_for_signing_does_not_encrypt() {
        let kms = need!(ministack());
        let usage = json!({ "KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256" });
        let created = kms.call("CreateKey", &usage);
        let key = created["KeyMetadata"]["Arn"].as_str().expect("a key has an ARN");
        let outcome = kms.home().run_with(["encrypt", "-k", key], PLAINTEXT);
        outcome.fails(KEY_SERVICE).says("not of the sort for kms:GenerateDataKey").hints("aws kms describe-key");
    }
}

mod contexts {
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
            .says("InvalidCiphertextException: kms:Decrypt does not open it")
            .says("another data key than this file's");
        outcome.hints("take the file from a backup");
    }

    #[test]
    fn a_header_without_its_context_is_opened_by_no_key() {
        let kms = need!(moto());
        let home = kms.home();
        let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
        file.context.clear();
        let outcome = home.decrypt(&[], &file.build());
        outcome.fails(NOT_AUTHENTIC).says("the context is not the one it was made with");
    }
}

mod several_keys {
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
        outcome.fails(NO_KEY).says("not tried, because it is not among the keys given").hints("without -k");
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
            // Another byte than the damaged one, so that no number mends it.
            let middle = slot.wrapped.len() / 2;
            slot.wrapped[middle] ^= number;
        }
        home.decrypt(&[], &file.build()).fails(NOT_AUTHENTIC);
        assert_eq!(relay.asked().len(), 1 + 1 + 32);

        file.slots.push(file.slots[0].clone());
        home.decrypt(&[], &file.build()).fails(NOT_AUTHENTIC);
        assert_eq!(relay.asked().len(), 1 + 1 + 32, "a header beyond the limits is not asked about at all");
    }
}

mod states_of_keys {
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
        outcome
            .fails(NO_KEY)
            .says("KMSInvalidStateException: the key is scheduled for deletion and refuses kms:Decrypt");
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
}

mod permissions {
    use super::*;

    #[test]
    fn without_permission_to_decrypt_no_key_opens_it_and_the_permission_is_named() {
        let kms = need!(ministack_with_permissions());
        let key = kms.new_key();
        let writer = kms.home_of_user("writer", &allow("kms:GenerateDataKey"));
        let file = writer.encrypt(&["-k", &key, "-c", "app=demo"], PLAINTEXT);
        let outcome = writer.decrypt(&[], &file);
        outcome.fails(NO_KEY).says("AccessDeniedException").says("user/writer may not kms:Decrypt on it").says(&key);
        outcome.hints("for kms:Decrypt on arn:aws:kms:").hints("`kenc keys policy -c app=demo` prints the statement");

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
        outcome.fails(KEY_SERVICE).says("may not kms:GenerateDataKey").hints("for kms:GenerateDataKey on");
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
        let is_another_app =
            |_: &str, body: &Value| body["EncryptionContext"] != json!({ "app": "billing", "ä=b": "" });
        let home = home_at(Relay::to_but(kms.port, is_another_app, 400, &denied).port);
        let context = ["-c", "app=billing", "-c", "ä=b="];
        let encrypting = ["encrypt", "-k", &first, "-k", &second];
        home.run_with(encrypting, PLAINTEXT).fails(KEY_SERVICE).says("AccessDeniedException");

        // The first `=` ends the key, so the context that was typed is not the one that is permitted.
        home.run_with([&encrypting[..], &context].concat(), PLAINTEXT).fails(KEY_SERVICE);
        let is_another_app =
            |_: &str, body: &Value| body["EncryptionContext"] != json!({ "app": "billing", "ä": "b=" });
        let home = home_at(Relay::to_but(kms.port, is_another_app, 400, &denied).port);
        let file = home.run_with([&encrypting[..], &context].concat(), PLAINTEXT).ok().stdout.clone();
        home.decrypt(&[], &file).gives(PLAINTEXT);

        let file = kms.home().encrypt(&["-k", &first, "-c", "app=payroll"], PLAINTEXT);
        let outcome = home.decrypt(&[], &file);
        outcome.fails(NO_KEY).says("user/billing may not kms:Decrypt").hints("with this context");
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
}

mod credentials {
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
        let aws = nobody.file("home/.aws");
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
        outcome.fails(KEY_SERVICE).says("AWS does not accept the credentials").hints("aws sts get-caller-identity");
    }
}

mod failing_service {
    use super::*;

    #[test]
    fn throttling_that_passes_is_waited_out() {
        let kms = need!(moto());
        let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
        let throttling = json!({
            "operation": "Decrypt",
            "error": { "code": "ThrottlingException" },
            "sequence": { "fail": 2, "pass": 5 },
        });
        let faults = need!(Faults::before(kms, throttling));
        faults.home().decrypt(&[], &file).gives(PLAINTEXT);
        assert_eq!(faults.fired(), 2);
    }

    #[test]
    fn throttling_that_stays_is_told_after_the_retries() {
        let kms = need!(moto());
        let key = kms.new_key();
        let file = kms.home().encrypt(&["-k", &key], PLAINTEXT);
        let faults = need!(Faults::before(kms, json!({ "error": { "code": "ThrottlingException" } })));
        let outcome = faults.home().decrypt(&[], &file);
        outcome.fails(KEY_SERVICE).says("too many requests, kms:Decrypt was throttled").hints("--aws-timeout");
        assert_eq!(faults.fired(), 3, "the SDK's standard mode tries three times");
        faults.home().run_with(["encrypt", "-k", &key], PLAINTEXT).fails(KEY_SERVICE).says("kms:GenerateDataKey");
    }

    #[test]
    fn a_fault_of_the_service_that_passes_is_waited_out() {
        let kms = need!(moto());
        let fault = json!({
            "error": { "code": "KMSInternalException", "status": 500 },
            "sequence": { "fail": 1, "pass": 9 },
        });
        let faults = need!(Faults::before(kms, fault));
        let file = faults.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
        faults.home().decrypt(&[], &file).gives(PLAINTEXT);
    }

    #[test]
    fn a_service_that_hangs_is_given_up_after_the_timeout() {
        let kms = need!(moto());
        let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
        let home = home_at(crate::support::silent_listener().0);
        let outcome = home.decrypt(&["--aws-timeout", "1"], &file);
        outcome.fails(KEY_SERVICE).says("within 1s").hints("--aws-timeout");
    }

    #[test]
    fn a_service_that_hangs_is_waited_for_once_however_many_slots_a_header_has() {
        const ATTEMPTS: usize = 3;
        let kms = need!(moto());
        let mut file = RawFile::parse(&kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT));
        file.slots = vec![file.slots[0].clone(); 3 * ATTEMPTS];
        let (service, asked) = crate::support::silent_listener();
        let outcome = home_at(service).decrypt(&["--aws-timeout", "1"], &file.build());
        outcome.fails(KEY_SERVICE).says("within 1s");
        assert!(asked.try_iter().count() <= ATTEMPTS, "one slot was asked about, with its retries");
    }

    #[test]
    fn a_wait_for_a_service_that_hangs_can_be_interrupted() {
        let (service, asked) = crate::support::silent_listener();
        let home = home_at(service);
        home.write("output", "of last week");
        let mut command = home.command();
        command.args(["encrypt", "-k", "alias/anything", "-o", "output", "-f"]).stderr(Stdio::piped());
        let child = command.stdin(Stdio::null()).spawn().expect("the program can be started");
        asked.recv_timeout(Duration::from_mins(1)).expect("kenc asks");
        kill_process(Pid::from_child(&child), Signal::INT).expect("a child can be interrupted");
        let output = child.wait_with_output().expect("a child can be waited for");
        assert_eq!(output.status.code(), Some(INTERRUPTED), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(home.read("output"), b"of last week");
        assert_eq!(std::fs::read_dir(home.path()).expect("the folder is there").count(), 2, "nothing stays behind");
    }

    #[test]
    fn an_endpoint_that_is_no_address_is_told_without_the_request_that_it_was_for() {
        let home = home_at(CLOSED_PORT).with("AWS_ENDPOINT_URL_KMS", "not an address");
        let outcome = home.run_with(["encrypt", "-k", "alias/anything"], PLAINTEXT);
        outcome.fails(KEY_SERVICE).says("cannot use the endpoint `not an address`");
        outcome.hints("AWS_ENDPOINT_URL_KMS");
        assert!(!outcome.stderr.contains("Request"), "{}", outcome.stderr);
    }

    #[test]
    fn a_service_that_is_not_there_is_told_with_its_address() {
        let home = home_at(CLOSED_PORT);
        let outcome = home.run_with(["encrypt", "-k", "alias/anything"], PLAINTEXT);
        outcome.fails(KEY_SERVICE).says("cannot reach http://127.0.0.1:1: connection refused");
        outcome.hints("check the network");
    }

    #[test]
    fn a_connection_that_breaks_off_once_is_tried_again() {
        let kms = need!(moto());
        let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
        let faults = need!(Faults::before(kms, json!({ "reset": true, "sequence": { "fail": 1, "pass": 9 } })));
        faults.home().decrypt(&[], &file).gives(PLAINTEXT);
        assert_eq!(faults.fired(), 1);
    }

    #[test]
    fn an_answer_of_something_else_than_kms_is_told_as_such() {
        let relay = Relay::answering(200, &json!("<html>please log in to the guest network</html>"));
        let outcome = home_at(relay.port).run_with(["encrypt", "-k", "alias/anything"], PLAINTEXT);
        outcome.fails(KEY_SERVICE).says("kms:GenerateDataKey").hints("");
    }
}

mod lying_service {
    use super::*;

    #[test]
    fn a_service_that_gives_a_wrong_data_key_is_caught_by_the_commitment() {
        let kms = need!(ministack());
        let home = kms.home();
        let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
        *file.slots[0].wrapped.last_mut().expect("it is not empty") ^= 1;
        let outcome = home.decrypt(&[], &file.build());
        outcome.fails(NOT_AUTHENTIC).says("it gave another data key than this file's").hints("from a backup");
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
            ("AAAA", "3 bytes, where a data key has 32"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "33 bytes, where a data key has 32"),
        ] {
            let relay =
                Relay::answering(200, &json!({ "KeyId": key, "Plaintext": plaintext, "CiphertextBlob": "AAAA" }));
            let home = home_at(relay.port);
            let service = format!("http://127.0.0.1:{} answered", relay.port);
            let decrypting = home.decrypt(&[], &file);
            decrypting
                .fails(KEY_SERVICE)
                .says(&format!("{service} kms:Decrypt with {given}"))
                .hints("AWS_ENDPOINT_URL");
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
}

mod slots_of_others {
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
        let not_found =
            json!({ "__type": "NotFoundException", "message": format!("Key '{elsewhere}' does not exist") });
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
        let error: Value = serde_json::from_str(&outcome.stderr).expect("the error is JSON");
        let keys = &error["error"]["keys"];
        assert_eq!((&keys[0]["id"], &keys[1]["id"]), (&json!(key), &json!(recipient)));
        assert!(keys[0]["reason"].as_str().expect("a reason is text").contains("DisabledException"), "{error}");
        assert!(keys[1]["reason"].as_str().expect("a reason is text").contains("no identity for it"), "{error}");
        assert_eq!(error["error"]["exit"], NO_KEY);
    }
}
