//! What is asked of KMS when a data key is wrapped under another key, and what becomes of the answers.

use super::*;
use crate::keys::aws_kms::ReEncryptRefusal;

const WRAPPED: &[u8] = b"wrapped before";

fn re_encrypt(answer: ReplayEvent, destination: &str) -> (Result<WrappedKey, ReEncryptRefusal>, Vec<String>) {
    let (kms, client) = replaying(vec![answer]);
    let outcome = kms.re_encrypt(&key(ARN), WRAPPED, &key(destination), &context());
    (outcome, bodies(&client))
}

#[test]
fn both_keys_and_the_context_for_both_are_sent_and_the_new_wrapped_key_is_taken() {
    let beside = beside();
    let answered =
        answer(200, &format!(r#"{{"CiphertextBlob":"d3JhcHBlZA==","KeyId":"{beside}","SourceKeyId":"{ARN}"}}"#));
    let (outcome, bodies) = re_encrypt(answered, "alias/new");
    let WrappedKey { provider, key_id, ciphertext } = outcome.unwrap();
    assert_eq!((provider.as_str(), key_id.as_str(), &ciphertext[..]), (AWS_KMS, &beside[..], &b"wrapped"[..]));
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

/// Another key in the same region.
fn beside() -> String {
    ARN.replace("890ab", "890ac")
}

#[test]
fn an_answer_about_other_keys_than_were_asked_for_is_refused_and_says_which() {
    let (beside, third) = (beside(), ARN.replace("890ab", "890ad"));
    let blob = BASE64_STANDARD.encode(b"wrapped");
    let same = BASE64_STANDARD.encode(WRAPPED);
    for (destination, answered, source, blob, fault) in [
        (beside.as_str(), beside.as_str(), Some(ARN), &blob, None),
        ("alias/new", &beside, Some(ARN), &blob, None),
        (&beside, &beside, None, &blob, None),
        (&beside, &third, Some(ARN), &blob, Some(("another key: ", third.as_str()))),
        (&beside, ARN, Some(ARN), &blob, Some(("another key: ", ARN))),
        (&beside, &beside, Some(&third), &blob, Some(("another key: ", &third))),
        // Inside one region: what an alias means elsewhere cannot be meant.
        ("alias/new", OTHER_ARN, Some(ARN), &blob, Some(("another key: ", OTHER_ARN))),
        (&beside, &beside, Some(ARN), &same, Some(("the wrapped key that it was given", ""))),
    ] {
        let source = source.map_or_else(String::new, |source| format!(r#","SourceKeyId":"{source}""#));
        let body = format!(r#"{{"CiphertextBlob":"{blob}","KeyId":"{answered}"{source}}}"#);
        let (outcome, _) = re_encrypt(answer(200, &body), destination);
        match (outcome, fault) {
            (Ok(wrapped), None) => assert_eq!(wrapped.key_id, answered),
            (Err(refusal), Some((words, which))) => assert_eq!(
                refusal.to_string(),
                format!("https://kms.eu-west-1.amazonaws.com answered kms:ReEncrypt with {words}{which}")
            ),
            (outcome, _) => panic!("{destination} {answered}: {outcome:?}"),
        }
    }
}

#[test]
fn an_alias_is_not_taken_for_a_key_where_it_cannot_lead() {
    for elsewhere in [OTHER_ARN.to_owned(), ARN.replace("1111", "9999"), String::new()] {
        let (kms, _) =
            replaying(vec![answer(200, &format!(r#"{{"KeyMetadata":{{"KeyId":"x","Arn":"{elsewhere}"}}}}"#))]);
        let alias = format!("{}:alias/backup", ARN.rsplit_once(':').unwrap().0);
        assert_eq!(kms.resolve(&key(&alias)).unwrap_err().kind, KmsRefusalKind::WrongAnswer, "{elsewhere}");
    }
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
