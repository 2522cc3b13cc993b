//! Why a key does not work, and the policy that makes it work: `kenc keys`. No test talks to AWS.

use serde_json::{Value, json};

use crate::support::{
    CLOSED_PORT, Home, Kms, Outcome, Relay, home_at, ministack, ministack_with_contexts, ministack_with_permissions,
    moto,
};

const PLAINTEXT: &[u8] = b"select 'the rest is silence';\n";
const USAGE: i32 = 2;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;
const PROBLEMS: i32 = 7;

/// The outcome of `kenc keys check`, as programs get it.
#[track_caller]
fn check(home: &Home, arguments: &[&str], code: i32) -> Value {
    let outcome = home.run([&["--json", "keys", "check"], arguments].concat());
    assert_eq!(outcome.code, code, "{}{}", outcome.stdout_text(), outcome.stderr);
    let report: Value = serde_json::from_slice(&outcome.stdout).expect("the result is JSON");
    assert_eq!(report["exit"], code);
    report
}

/// The same, for people.
#[track_caller]
fn table(home: &Home, arguments: &[&str], code: i32) -> Outcome {
    let outcome = home.run([&["keys", "check"], arguments].concat());
    assert_eq!(outcome.code, code, "{}{}", outcome.stdout_text(), outcome.stderr);
    outcome
}

/// Whether each operation is allowed: `true`, `false`, or not known.
fn allowed(key: &Value) -> Value {
    let operations = key["operations"].as_object().expect("there are operations");
    operations.iter().map(|(name, answer)| (name.replace("kms:", ""), answer["allowed"].clone())).collect()
}

/// The words of a table without the spaces that align them.
fn words(outcome: &Outcome) -> String {
    outcome.stdout_text().split_whitespace().collect::<Vec<_>>().join(" ")
}

mod checking {
    use super::*;

    #[test]
    fn a_key_that_works_is_described_with_who_asks() {
        let kms = need!(moto());
        let key = kms.new_key();
        kms.new_alias("alias/that-works", &key);
        let report = check(&kms.home_with_caller(), &["alias/that-works", "-c", "app=demo"], 0);
        assert_eq!(report["caller"]["account"], "123456789012");
        let found = &report["keys"][0];
        assert_eq!((&found["key"], &found["arn"]), (&json!("alias/that-works"), &json!(key)));
        assert_eq!((&found["ok"], &found["state"], &found["grant"]), (&json!(true), &json!("Enabled"), &Value::Null));
        let all = ["GenerateDataKey", "Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "DescribeKey"];
        assert_eq!(allowed(found), all.iter().map(|name| ((*name).to_owned(), json!(true))).collect::<Value>());

        let said = words(&table(&kms.home_with_caller(), &["alias/that-works"], 0));
        for wanted in
            ["of account 123456789012", &key, "state Enabled", "kms:ReEncryptTo allowed", "rotation not automatic"]
        {
            assert!(said.contains(wanted), "no `{wanted}` in:\n{said}");
        }
    }

    #[test]
    fn rotation_and_relatives_in_other_regions_are_told() {
        let kms = need!(moto());
        let key = kms.new_key();
        kms.call("EnableKeyRotation", &json!({ "KeyId": key }));
        let report = check(&kms.home_with_caller(), &[&key], 0);
        assert_eq!(report["keys"][0]["rotation"], json!({ "every_days": 365 }));

        let kms = need!(ministack());
        let primary = kms.new_multi_region_key();
        kms.call("ReplicateKey", &json!({ "KeyId": primary, "ReplicaRegion": "eu-west-1" }));
        let report = check(&kms.home_with_caller(), &[&primary, &primary.replace("us-east-1", "eu-west-1")], 0);
        let relatives = |n: usize| report["keys"][n]["multi_region"].clone();
        assert_eq!(relatives(0), json!({ "primary": true, "others": ["eu-west-1"] }));
        assert_eq!(relatives(1)["primary"], false);
    }

    #[test]
    fn a_missing_permission_is_named_with_the_policy_that_grants_it() {
        let kms = need!(ministack_with_permissions());
        let key = kms.new_key();
        let may = json!({ "Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:DescribeKey"], "Resource": "*" });
        let home = with_caller(kms, kms.home_of_user("may-only-generate", &may));
        let report = check(&home, &[&key, "-c", "app=billing"], PROBLEMS);
        assert_eq!(report["caller"]["arn"], "arn:aws:iam::000000000000:user/may-only-generate");
        let found = &report["keys"][0];
        assert_eq!(
            (&found["ok"], &found["operations"]["kms:Decrypt"]["code"]),
            (&json!(false), &json!("AccessDeniedException"))
        );
        let answers = allowed(found);
        assert_eq!(
            (&answers["GenerateDataKey"], &answers["Encrypt"], &answers["Decrypt"]),
            (&json!(true), &json!(false), &json!(false))
        );
        let granted = &found["grant"]["Statement"][0];
        assert_eq!(granted["Resource"], json!(key));
        assert_eq!(granted["Condition"], json!({ "StringEquals": { "kms:EncryptionContext:app": "billing" } }));
        let actions = granted["Action"].as_array().expect("actions are a list");
        assert!(actions.contains(&json!("kms:Decrypt")) && actions.contains(&json!("kms:Encrypt")), "{granted}");

        let outcome = table(&home, &[&key, "-c", "app=billing"], PROBLEMS);
        let said = words(&outcome);
        let wanted = "kms:Decrypt denied: AccessDeniedException: arn:aws:iam::000000000000:user/may-only-generate is not authorized to perform kms:Decrypt";
        assert!(said.contains(wanted), "{said}");
        outcome
            .hints("`kenc keys policy -c app=billing --user arn:aws:iam::000000000000:user/may-only-generate` prints");
    }

    #[test]
    fn a_key_of_another_account_takes_the_permission_of_both_accounts() {
        let kms = need!(moto());
        let message = "User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: kms:Decrypt on \
                       resource: arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab because no \
                       resource-based policy allows the kms:Decrypt action";
        let relay = Relay::answering(400, &json!({ "__type": "AccessDeniedException", "message": message }));
        let home = home_at(relay.port).with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", kms.port));
        let outcome = table(&home, &["alias/of-others", "--decrypt-only"], PROBLEMS);
        outcome.hints("both are needed").hints("`kenc keys policy --account 444455556666 --user ARN` prints");
        let said = words(&outcome);
        let wanted = "\"Resource\": \"arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab\"";
        assert!(said.contains(wanted), "the denial tells where the alias leads: {said}");
    }

    #[test]
    fn the_policy_that_a_check_prints_grants_what_was_missing() {
        let kms = need!(ministack_with_contexts());
        let key = kms.new_key();
        let nothing = json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" });
        let before = with_caller(kms, kms.home_of_user("before", &nothing));
        let report = check(&before, &[&key, "-c", "app=billing"], PROBLEMS);
        let statements = report["keys"][0]["grant"]["Statement"].as_array().expect("statements are a list").clone();
        assert_eq!(statements.len(), 2, "describing a key has no context");
        let after = with_caller(kms, kms.home_of_user_with("after", &statements));
        // Not for moving data: ministack does not know which key `ReEncrypt` is about.
        for purpose in ["--encrypt-only", "--decrypt-only"] {
            check(&after, &[&key, "-c", "app=billing", purpose], 0);
            check(&after, &[&key, "-c", "app=payroll", purpose], PROBLEMS);
        }
    }

    #[test]
    fn only_what_a_key_is_needed_for_is_missed() {
        let kms = need!(ministack_with_permissions());
        let key = kms.new_key();
        let may = json!({ "Effect": "Allow", "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*" });
        let home = with_caller(kms, kms.home_of_user("may-only-decrypt", &may));
        // Without kms:Encrypt no test key can be wrapped, so the one from a file is used.
        home.write("file.kenc", kms.home().encrypt(&["-k", &key, "-c", "app=demo"], PLAINTEXT));
        let report = check(&home, &["--file", "file.kenc", "--decrypt-only"], 0);
        assert_eq!(allowed(&report["keys"][0]), json!({ "Decrypt": true, "DescribeKey": true }));
        let report = check(&home, &[&key, "--decrypt-only"], 0);
        assert_eq!(report["keys"][0]["operations"]["kms:Decrypt"]["allowed"], Value::Null, "{report}");
        check(&home, &["--file", "file.kenc"], PROBLEMS);
    }

    #[test]
    fn a_disabled_key_says_so_and_how_to_enable_it() {
        for kms in [need!(ministack()), need!(moto())] {
            let key = kms.new_key();
            let id = key.rsplit('/').next().expect("the ARN ends with the id");
            kms.call("DisableKey", &json!({ "KeyId": id }));
            let outcome = table(&kms.home_with_caller(), &[&key], PROBLEMS);
            assert!(words(&outcome).contains("state Disabled"), "{}", outcome.stdout_text());
            outcome.hints(&format!("aws kms enable-key --key-id {key} --region us-east-1"));
            kms.call("EnableKey", &json!({ "KeyId": id }));
            check(&kms.home_with_caller(), &[&key], 0);
        }
    }

    #[test]
    fn a_key_that_waits_for_its_deletion_says_when_and_how_to_keep_it() {
        let kms = need!(ministack());
        let key = kms.new_key();
        kms.call("ScheduleKeyDeletion", &json!({ "KeyId": key, "PendingWindowInDays": 7 }));
        let outcome = table(&kms.home_with_caller(), &[&key], PROBLEMS);
        assert!(words(&outcome).contains("state PendingDeletion, deletion on 2"), "{}", outcome.stdout_text());
        outcome.hints("aws kms cancel-key-deletion");
    }

    #[test]
    fn a_key_for_signing_is_no_key_for_kenc() {
        let kms = need!(ministack());
        let created = kms.call("CreateKey", &json!({ "KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256" }));
        let key = created["KeyMetadata"]["Arn"].as_str().expect("a key has an ARN");
        let said = words(&table(&kms.home_with_caller(), &[key], PROBLEMS));
        assert!(said.contains("kind ECC_NIST_P256, usage SIGN_VERIFY"), "{said}");
    }

    #[test]
    fn a_key_with_a_problem_does_not_stop_the_others() {
        let kms = need!(moto());
        let (first, last) = (kms.new_key(), kms.new_key());
        let report = check(&kms.home_with_caller(), &[&first, "alias/never-made", &last], PROBLEMS);
        let fine: Vec<_> = (0..3).map(|n| report["keys"][n]["ok"].clone()).collect();
        assert_eq!(fine, [json!(true), json!(false), json!(true)]);
        assert_eq!(report["keys"][1]["operations"]["kms:DescribeKey"]["code"], "NotFoundException");
    }

    #[test]
    fn what_is_asked_for_a_check_is_asked_for_nothing_else() {
        let kms = need!(moto());
        let (key, relay, tokens) = (kms.new_key(), Relay::to(kms.port), Relay::to(kms.port));
        let home = home_at(relay.port).with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", tokens.port));
        let file = home.encrypt(&["-k", &key], PLAINTEXT);
        home.decrypt(&[], &file).gives(PLAINTEXT);
        home.run_with(["verify"], &file).ok();
        assert_eq!(
            (relay.asked(), tokens.asked().len()),
            (vec!["GenerateDataKey".to_owned(), "Decrypt".into(), "Decrypt".into()], 0)
        );
        check(&home, &[&key, &kms.new_key()], 0);
        assert_eq!(tokens.asked().len(), 1, "who asks is the same for every key");
    }

    #[test]
    fn a_service_that_does_what_it_is_only_asked_about_gives_nothing_away() {
        let kms = need!(moto());
        let data_key = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I=";
        let key = kms.new_key();
        let answer = json!({ "KeyId": key, "Plaintext": data_key, "CiphertextBlob": "d3JhcHBlZA==" });
        let relay = Relay::to_but(kms.port, |operation, _| operation == "GenerateDataKey", 200, &answer);
        let home = home_at(relay.port).with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", kms.port));
        for arguments in [&["-v", "keys", "check", &key][..], &["-v", "--json", "keys", "check", &key]] {
            let outcome = home.run(arguments);
            let said = outcome.ok().stdout_text() + &outcome.stderr;
            assert!(
                said.contains("GenerateDataKey") && !said.contains("secret") && !said.contains(&data_key[..8]),
                "{said}"
            );
        }
    }
}

mod services_that_cannot_be_asked {
    use super::*;

    #[test]
    fn a_service_that_is_not_there_ends_the_check_with_its_own_code() {
        let nowhere = format!("http://127.0.0.1:{CLOSED_PORT}");
        let home = home_at(CLOSED_PORT).with("AWS_ENDPOINT_URL_STS", nowhere);
        let outcome = table(&home, &["alias/anything"], KEY_SERVICE);
        assert!(words(&outcome).contains("not checked: cannot reach http://127.0.0.1:1"), "{}", outcome.stdout_text());
        outcome.hints("check the network");
    }

    #[test]
    fn without_sts_the_key_is_checked_all_the_same() {
        let kms = need!(moto());
        let home = kms.home().with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{CLOSED_PORT}"));
        let report = check(&home, &[&kms.new_key()], 0);
        assert!(report["caller"]["error"].as_str().expect("there is a reason").contains("cannot reach"), "{report}");
    }

    #[test]
    fn a_region_that_does_not_answer_is_waited_for_once() {
        let kms = need!(moto());
        let (silent, asked) = crate::support::silent_listener();
        let home = home_at(silent).with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", kms.port));
        let keys: Vec<String> = (0..4).map(|_| kms.new_key()).collect();
        let words: Vec<&str> = keys.iter().map(String::as_str).chain(["--aws-timeout", "1"]).collect();
        let report = check(&home, &words, KEY_SERVICE);
        assert_eq!(report["keys"].as_array().map(Vec::len), Some(4));
        assert!(asked.try_iter().count() <= 3, "one key was asked about, with its retries");
    }

    #[test]
    fn a_service_that_throttles_is_not_taken_for_one_that_denies() {
        let kms = need!(moto());
        let fault = json!({ "__type": "ThrottlingException", "message": "Rate exceeded" });
        let relay = Relay::to_but(kms.port, |operation, _| operation == "Encrypt", 400, &fault);
        let home = home_at(relay.port).with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", kms.port));
        let report = check(&home, &["--aws-timeout", "10", &kms.new_key()], KEY_SERVICE);
        assert_eq!(report["keys"][0]["operations"]["kms:Encrypt"]["allowed"], Value::Null);
        assert_eq!(report["keys"][0]["grant"], Value::Null);
    }
}

mod keys_of_files {
    use super::*;

    #[test]
    fn the_keys_of_a_file_are_checked_with_its_context_and_its_wrapped_keys() {
        let kms = need!(moto());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port).with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", kms.port));
        let (key, recipient) = (kms.new_key(), home.keygen());
        for name in ["first.kenc", "second.kenc"] {
            home.write(name, home.encrypt(&["-k", &key, "-k", &recipient, "-c", "app=demo"], PLAINTEXT));
        }
        let before = relay.asked().len();
        let report = check(&home, &["--file", "first.kenc", "--file", "second.kenc"], 0);
        let keys = report["keys"].as_array().expect("keys are a list");
        assert_eq!(keys.iter().map(|key| &key["key"]).collect::<Vec<_>>(), [&json!(key), &json!(recipient)]);
        assert_eq!(keys[0]["files"], json!(["first.kenc", "second.kenc"]));
        assert_eq!(
            (&keys[0]["operations"]["kms:Decrypt"]["allowed"], &keys[1]["identity"]),
            (&json!(true), &json!(true))
        );
        let asked = relay.asked()[before..].to_vec();
        assert_eq!(asked.iter().filter(|operation| *operation == "Decrypt").count(), 1, "once for both: {asked:?}");

        // A wrapped key that does not open is reported as a problem of the file.
        let mut damaged = crate::support::RawFile::parse(&home.read("first.kenc"));
        damaged.context = vec![("app".to_owned(), "evil".to_owned())];
        home.write("damaged.kenc", damaged.build());
        let report = check(&home, &["--file", "damaged.kenc"], PROBLEMS);
        assert_eq!(report["keys"][0]["operations"]["kms:Decrypt"]["code"], "InvalidCiphertextException");
    }

    #[test]
    fn a_file_that_cannot_be_read_does_not_stop_the_others() {
        let home = Home::new();
        home.keygen();
        home.write("good.kenc", home.encrypt(&[], PLAINTEXT));
        home.write("other", "something else");
        let outcome = home.run(["keys", "check", "--file", "other", "--file", "good.kenc"]);
        assert_eq!(outcome.code, 3, "{}", outcome.stderr);
        outcome.says("other: this is not a kenc file");
        assert!(words(&outcome).contains("identity found"), "{}", outcome.stdout_text());
    }

    #[test]
    fn a_context_that_a_file_has_not_is_told() {
        let home = Home::new();
        home.keygen();
        home.write("file.kenc", home.encrypt(&["-c", "app=demo"], PLAINTEXT));
        check(&home, &["--file", "file.kenc", "-c", "app=demo"], 0);
        home.run(["keys", "check", "--file", "file.kenc", "-c", "app=other"]).fails(3).says("-c asks for app=other");
    }
}

mod age_keys {
    use super::*;

    #[test]
    fn an_identity_is_found_or_missed_and_its_file_kept_private() {
        use std::os::unix::fs::PermissionsExt;
        let home = Home::new();
        let ours = home.keygen();
        let theirs = Home::new().keygen();
        check(&home, &[], 0);
        let report = check(&home, &[&ours, &theirs, "passphrase:"], PROBLEMS);
        let identity = |n: usize| report["keys"][n]["identity"].clone();
        assert_eq!((identity(0), identity(1), identity(2)), (json!(true), json!(false), Value::Null));
        table(&home, &[&theirs], PROBLEMS).hints("--identity FILE");
        check(&home, &[&theirs, "--encrypt-only"], 0);

        let file = home.local_key();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
        let outcome = table(&home, &[&ours], PROBLEMS);
        assert!(words(&outcome).contains("/keys.txt"), "{}", outcome.stdout_text());
        outcome.hints("chmod 600");
    }
}

mod policies {
    use super::*;

    const ACCOUNT: &str = "000000000000";

    /// A user to whom no policy of IAM gives anything of KMS.
    fn user(kms: &Kms, name: &str) -> (Home, String) {
        let nothing = json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" });
        (with_caller(kms, kms.home_of_user(name, &nothing)), format!("arn:aws:iam::{ACCOUNT}:user/{name}"))
    }

    /// A key with the policy that kenc prints.
    fn key_with_policy(kms: &Kms, arguments: &[&str]) -> String {
        let policy = Home::new().run([&["keys", "policy"], arguments].concat()).ok().stdout_text();
        let key = kms.new_key();
        kms.call("PutKeyPolicy", &json!({ "KeyId": key, "PolicyName": "default", "Policy": policy }));
        key
    }

    #[test]
    fn the_right_context_opens_and_another_is_denied() {
        let kms = need!(ministack_with_contexts());
        let ((billing, user), (stranger, _)) = (user(kms, "billing"), user(kms, "stranger"));
        let admin = format!("arn:aws:iam::{ACCOUNT}:user/keeper");
        let key = key_with_policy(kms, &["--user", &user, "--admin", &admin, "-c", "app=billing"]);

        let file = billing.encrypt(&["-k", &key, "-c", "app=billing"], PLAINTEXT);
        billing.decrypt(&[], &file).gives(PLAINTEXT);
        let more = billing.encrypt(&["-k", &key, "-c", "app=billing", "-c", "env=prod"], PLAINTEXT);
        billing.decrypt(&[], &more).gives(PLAINTEXT);

        for other in [&["-c", "app=payroll"][..], &["-c", "env=prod"], &[]] {
            let encrypting = [&["encrypt", "-k", &key], other].concat();
            billing
                .run_with(&encrypting, PLAINTEXT)
                .fails(KEY_SERVICE)
                .says("is not authorized to perform kms:GenerateDataKey");
            let file = kms.home().encrypt(&encrypting[1..], PLAINTEXT);
            let outcome = billing.decrypt(&[], &file);
            outcome.fails(NO_KEY).says("user/billing is not authorized to perform kms:Decrypt");
            outcome
                .hints(&format!("`kenc keys policy{}` prints the policy statement", [&[""], other].concat().join(" ")));
        }
        stranger.decrypt(&[], &file).fails(NO_KEY).says("user/stranger is not authorized to perform kms:Decrypt");

        check(&billing, &[&key, "-c", "app=billing", "--encrypt-only"], 0);
        check(&billing, &[&key, "-c", "app=billing", "--decrypt-only"], 0);
        let report = check(&billing, &[&key, "-c", "app=payroll"], PROBLEMS);
        assert_eq!(report["keys"][0]["operations"]["kms:DescribeKey"]["allowed"], true, "it has no context");
    }

    #[test]
    fn nothing_but_the_given_pairs_can_be_demanded() {
        let kms = need!(ministack_with_contexts());
        let (home, user) = user(kms, "exact");
        let key = key_with_policy(kms, &["--user", &user, "-c", "app=billing", "--exact-context"]);
        let file = home.encrypt(&["-k", &key, "-c", "app=billing"], PLAINTEXT);
        home.decrypt(&[], &file).gives(PLAINTEXT);
        let more = home.run_with(["encrypt", "-k", &key, "-c", "app=billing", "-c", "env=prod"], PLAINTEXT);
        more.fails(KEY_SERVICE).says("is not authorized to perform kms:GenerateDataKey");
    }

    #[test]
    fn who_only_encrypts_does_not_decrypt_and_the_other_way_round() {
        let kms = need!(ministack_with_permissions());
        let ((writer, of_writer), (reader, of_reader)) = (user(kms, "policy-writer"), user(kms, "policy-reader"));
        let key = key_with_policy(kms, &["--user", &of_writer, "--encrypt-only"]);
        let file = writer.encrypt(&["-k", &key], PLAINTEXT);
        writer.decrypt(&[], &file).fails(NO_KEY).says("is not authorized to perform kms:Decrypt");
        check(&writer, &[&key, "--encrypt-only"], 0);

        let key = key_with_policy(kms, &["--user", &of_reader, "--decrypt-only"]);
        let file = kms.home().encrypt(&["-k", &key], PLAINTEXT);
        reader.decrypt(&[], &file).gives(PLAINTEXT);
        reader
            .run_with(["encrypt", "-k", &key], PLAINTEXT)
            .fails(KEY_SERVICE)
            .says("is not authorized to perform kms:GenerateDataKey");
    }

    #[test]
    fn an_administrator_cares_for_the_key_and_cannot_use_it() {
        let kms = need!(ministack_with_permissions());
        let ((keeper, admin), (_, user)) = (user(kms, "policy-keeper"), user(kms, "policy-user"));
        let key = key_with_policy(kms, &["--user", &user, "--admin", &admin]);
        let report = check(&keeper, &[&key], PROBLEMS);
        let answers = allowed(&report["keys"][0]);
        let wanted = [("GenerateDataKey", false), ("Encrypt", false), ("DescribeKey", true)];
        for (operation, expected) in wanted {
            assert_eq!(answers[operation], expected, "{operation}");
        }
    }

    #[test]
    fn iam_policies_of_the_account_grant_more_unless_only_users_are_to() {
        let kms = need!(ministack_with_contexts());
        let everything = json!({ "Effect": "Allow", "Action": "kms:*", "Resource": "*" });
        let of_iam = with_caller(kms, kms.home_of_user("allowed-by-iam", &everything));
        let (_, user) = user(kms, "named-by-the-key");
        for (more, opens) in [(&[][..], true), (&["--users-only"], false)] {
            let key = key_with_policy(kms, &[&["--user", &user, "-c", "app=billing"], more].concat());
            let outcome = of_iam.run_with(["encrypt", "-k", &key, "-c", "app=payroll"], PLAINTEXT);
            assert_eq!(outcome.code == 0, opens, "{more:?}: {}", outcome.stderr);
            let report = check(&of_iam, &[&key, "-c", "app=billing"], if opens { 0 } else { PROBLEMS });
            assert_eq!(report["keys"][0]["operations"]["kms:DescribeKey"]["allowed"], true);
        }
    }

    #[test]
    fn a_policy_without_names_has_words_in_their_place_that_aws_does_not_take() {
        let outcome = Home::new().run(["keys", "policy", "-c", "app=billing"]);
        let policy: Value = serde_json::from_str(&outcome.ok().stdout_text()).expect("the policy is JSON");
        assert_eq!(policy["Statement"][2]["Principal"]["AWS"][0], "arn:aws:iam::ACCOUNT:role/USER");
        outcome.hints("ACCOUNT (--account), ADMIN (--admin), USER (--user)");
    }

    #[test]
    fn the_account_of_the_key_is_never_guessed() {
        let (here, there) = ("arn:aws:iam::111122223333:role/a", "arn:aws-cn:iam::444455556666:role/b");
        let outcome = Home::new().run(["keys", "policy", "--admin", here, "--user", there]);
        outcome.fails(USAGE).says("belong to 111122223333, 444455556666").hints("--account ID");
        let words = ["keys", "policy", "--admin", here, "--user", there, "--account", "111122223333"];
        let policy: Value = serde_json::from_slice(&Home::new().run(words).ok().stdout).expect("the policy is JSON");
        assert_eq!(policy["Statement"][0]["Principal"]["AWS"][0], "arn:aws:iam::111122223333:root");
    }
}

/// The same home, from which STS is reached as well.
fn with_caller(kms: &Kms, home: Home) -> Home {
    home.with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", kms.port))
}
