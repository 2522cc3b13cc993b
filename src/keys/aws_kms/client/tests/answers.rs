//! What an answer of KMS must be: about the key that was asked for, whole, and of the right length.

use super::*;

#[test]
fn an_answer_that_is_not_of_kms_is_a_fault_of_the_service() {
    let refusal = refusal_of_decrypt(vec![answer(200, "<html>captive portal</html>")]);
    assert_eq!(refusal.kind, KmsRefusalKind::ServiceFault);
    assert_eq!(
        refusal.to_string(),
        "kms:Decrypt failed: the HTTP 200 response of https://kms.eu-west-1.amazonaws.com is not a KMS response \
         (request 6f0e-1)"
    );
    let refusal = refusal_of_decrypt((0..3).map(|_| answer(502, "<html>bad gateway</html>")).collect());
    assert_eq!(refusal.kind, KmsRefusalKind::ServiceFault);
}

#[test]
fn a_data_key_of_another_length_is_the_fault_of_the_service_and_names_it() {
    for length in [0, 16, 31, 33] {
        let plaintext = vec![7; length];
        let refusal = refusal_of_decrypt(vec![data_key_answer(&plaintext, ARN)]);
        assert_eq!(refusal.kind, KmsRefusalKind::WrongAnswer);
        assert_eq!(refusal.kind.verdict(), Verdict::Unavailable);
        let given =
            if length == 0 { "no plaintext".to_owned() } else { format!("{length} bytes where a data key has 32") };
        assert_eq!(
            refusal.to_string(),
            format!("https://kms.eu-west-1.amazonaws.com answered kms:Decrypt with {given}")
        );
        let (kms, _) = replaying(vec![data_key_answer(&plaintext, ARN)]);
        let refusal = kms.generate_data_key(&key(ARN), &context()).err().unwrap();
        assert_eq!(refusal.kind, KmsRefusalKind::WrongAnswer);
    }
}

#[test]
fn a_new_data_key_is_wrapped_under_the_arn_that_kms_returns() {
    let (kms, client) = replaying(vec![data_key_answer(&[7; 32], ARN)]);
    let alias = key("arn:aws:kms:eu-west-1:111122223333:alias/backup");
    let (data_key, wrapped) = kms.generate_data_key(&alias, &context()).unwrap();
    assert_eq!(data_key.expose(), &[7; 32]);
    assert_eq!(
        wrapped,
        WrappedKey { provider: AWS_KMS.to_owned(), key_id: ARN.to_owned(), ciphertext: b"wrapped".to_vec() }
    );
    let body = &bodies(&client)[0];
    for part in [r#""KeySpec":"AES_256""#, r#""app":"demo""#, r#""env":"prod""#, "alias/backup"] {
        assert!(body.contains(part), "{body}");
    }
}

#[test]
fn a_wrapped_key_that_could_not_be_opened_later_is_not_accepted() {
    for key_id in ["", "alias/backup", "1234abcd-12ab-34cd-56ef-1234567890ab"] {
        let (kms, _) = replaying(vec![data_key_answer(&[7; 32], key_id)]);
        assert_eq!(kms.generate_data_key(&key(ARN), &context()).err().unwrap().kind, KmsRefusalKind::WrongAnswer);
    }
}

#[test]
fn a_wrapped_key_under_another_key_than_was_asked_for_is_not_accepted() {
    let other_account = ARN.replace("1111", "9999");
    let other_id = ARN.replace("890ab", "890ac");
    let other_region = ARN.replace("eu-west-1", "eu-west-2");
    let other_partition = ARN.replace(":aws:", ":aws-cn:");
    let alias = "arn:aws:kms:eu-west-1:111122223333:alias/backup";
    let bare = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let replica_elsewhere = REPLICA.replace("eu-west-1", "us-east-1");
    let data_key = DataKey::from_slice(&[7; 32]).unwrap();
    for (asked, answered, is_accepted) in [
        (ARN, ARN, true),
        (ARN, other_id.as_str(), false),
        (ARN, &other_account, false),
        (ARN, &other_region, false),
        (ARN, &other_partition, false),
        (alias, ARN, true),
        (alias, &other_id, true),
        (alias, REPLICA, true),
        (alias, &other_account, false),
        (alias, &other_region, false),
        (alias, &other_partition, false),
        (alias, alias, false),
        // Which account and key a word means without an ARN is known to AWS only; the region is the one that was asked.
        ("alias/backup", ARN, true),
        ("alias/backup", &other_account, true),
        ("alias/backup", &other_region, false),
        (bare, ARN, true),
        (bare, &other_id, false),
        (bare, &other_region, false),
        (REPLICA, REPLICA, true),
        (REPLICA, &replica_elsewhere, false),
    ] {
        let settings = || KmsSettings { region: Some("eu-west-1".to_owned()), ..settings() };
        let answering = |answer| AwsKms::with_http_client(settings(), StaticReplayClient::new(vec![answer]), None);
        let asked_key = key(asked);
        let outcomes = [
            answering(data_key_answer(&[7; 32], answered)).generate_data_key(&asked_key, &context()).map(|made| made.1),
            answering(data_key_answer(&[], answered))
                .encrypt_all(&[&asked_key], data_key.expose(), &context())
                .map(|mut made| made.remove(0))
                .map_err(|(_, refusal)| refusal),
            answering(data_key_answer(&[], answered)).encrypt_secret(&asked_key, &[7; 33], &context()),
        ];
        for outcome in outcomes {
            match outcome {
                Ok(wrapped) => assert!(is_accepted && wrapped.key_id == answered, "{asked} {answered}"),
                Err(refusal) => {
                    assert!(!is_accepted, "{asked} {answered}: {refusal}");
                    assert_eq!(refusal.kind, KmsRefusalKind::WrongAnswer, "{asked} {answered}");
                    assert!(refusal.to_string().ends_with(answered) || answered == alias, "{refusal}");
                }
            }
        }
    }
}

#[test]
fn a_wrapped_key_that_is_missing_too_long_or_no_secret_is_not_accepted() {
    let clear = BASE64_STANDARD.encode([&[1, 2, 3][..], &[7; 32], &[4]].concat());
    let long = BASE64_STANDARD.encode([5; 6145]);
    for (blob, fault) in [
        (None, "no wrapped key"),
        (Some(""), "no wrapped key"),
        (Some(long.as_str()), "a wrapped key of 6145 bytes, where the limit is 6144"),
        (Some(&clear), "a wrapped key that contains the data key in plaintext"),
    ] {
        let blob = blob.map_or_else(String::new, |blob| format!(r#""CiphertextBlob":"{blob}","#));
        let plaintext = BASE64_STANDARD.encode([7; 32]);
        let (kms, _) = replaying(vec![answer(200, &format!(r#"{{{blob}"KeyId":"{ARN}","Plaintext":"{plaintext}"}}"#))]);
        let refusal = kms.generate_data_key(&key(ARN), &context()).err().unwrap();
        assert_eq!(
            refusal.to_string(),
            format!("https://kms.eu-west-1.amazonaws.com answered kms:GenerateDataKey with {fault}")
        );
    }
}

#[test]
fn what_a_document_gets_of_kms_is_a_data_key_or_a_share() {
    for (length, is_accepted) in [(0, false), (16, false), (31, false), (32, true), (33, true), (34, false)] {
        let (kms, _) = replaying(vec![data_key_answer(&vec![7; length], ARN)]);
        assert_eq!(
            kms.decrypt_secret(&key(ARN), b"wrapped", &context(), &Patience::new(settings().timeout)).is_ok(),
            is_accepted,
            "{length}"
        );
    }
}
