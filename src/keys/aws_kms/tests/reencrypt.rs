//! What is asked of KMS when a data key is wrapped under another key, and what becomes of the answers.

use super::*;

const WRAPPED: &[u8] = b"wrapped before";

fn re_encrypt(answer: ReplayEvent, destination: &str) -> (Result<WrappedKey, ReEncryptRefusal>, Vec<String>) {
    let (kms, client) = replaying(vec![answer]);
    let outcome = kms.re_encrypt(&key(ARN), WRAPPED, &key(destination), &context());
    (outcome, bodies(&client))
}

#[test]
fn both_keys_and_the_context_for_both_are_sent_and_the_new_wrapped_key_is_taken() {
    let answered =
        answer(200, &format!(r#"{{"CiphertextBlob":"d3JhcHBlZA==","KeyId":"{OTHER_ARN}","SourceKeyId":"{ARN}"}}"#));
    let (outcome, bodies) = re_encrypt(answered, "alias/new");
    let WrappedKey { provider, key_id, ciphertext } = outcome.unwrap();
    assert_eq!((provider.as_str(), key_id.as_str(), &ciphertext[..]), (AWS_KMS, OTHER_ARN, &b"wrapped"[..]));
    for wanted in [
        format!(r#""CiphertextBlob":"{}""#, BASE64_STANDARD.encode(WRAPPED)),
        format!(r#""SourceKeyId":"{ARN}""#),
        r#""DestinationKeyId":"alias/new""#.to_owned(),
        r#""app":"demo""#.to_owned(),
    ] {
        assert!(bodies[0].contains(&wanted), "no {wanted} in {}", bodies[0]);
    }
    assert!(bodies[0].contains("SourceEncryptionContext") && bodies[0].contains("DestinationEncryptionContext"));
    assert_eq!(bodies[0].matches(r#""env":"prod""#).count(), 2, "{}", bodies[0]);
}

#[test]
fn a_wrapped_key_of_another_key_is_a_fault_of_the_source() {
    let (outcome, _) = re_encrypt(refusing("IncorrectKeyException", ""), OTHER_ARN);
    let Err(ReEncryptRefusal::Source(refusal)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((refusal.kind, refusal.operation), (KmsRefusalKind::WrongKey, "ReEncryptFrom"));
    assert_eq!(refusal.kind.verdict(), Verdict::No);
}

#[test]
fn an_answer_that_could_not_be_unwrapped_later_is_refused() {
    for body in
        [r#"{"CiphertextBlob":"d3JhcHBlZA==","KeyId":"alias/new"}"#.to_owned(), format!(r#"{{"KeyId":"{ARN}"}}"#)]
    {
        let (outcome, _) = re_encrypt(answer(200, &body), "alias/new");
        assert!(matches!(outcome, Err(ReEncryptRefusal::Destination(_))), "{body}");
    }
}

#[test]
fn an_alias_is_resolved_to_the_arn_of_its_key_and_nothing_else_is_asked_for() {
    let described = answer(200, &format!(r#"{{"KeyMetadata":{{"KeyId":"x","Arn":"{ARN}"}}}}"#));
    let (kms, client) = replaying(vec![described]);
    let alias = format!("{}:alias/backup", ARN.rsplit_once(':').unwrap().0);
    assert_eq!(kms.resolve(&key(&alias)).unwrap(), key(ARN));
    assert_eq!(kms.resolve(&key(ARN)).unwrap(), key(ARN));
    assert_eq!(bodies(&client).len(), 1);
}
