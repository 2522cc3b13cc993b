//! `KeySpec::names` against the answers that stood in nine places before it.
//!
//! Where it answers otherwise, that is a decision, and has a test of its own.

use proptest::prelude::*;

use super::{AGE, AWS_KMS, AgeRecipient, KeyMatch, KeySpec, KmsKey, PGP, PgpFingerprint, WrappedKey};

const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const MULTI_REGION: &str = "mrk-1234abcd12ab34cd56ef1234567890ab";
const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
const RECIPIENTS: [&str; 3] = [
    "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z",
    "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
    SSH,
];
const FINGERPRINTS: [&str; 4] = [
    "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4",
    "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4!",
    "0BC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4",
    "3D16CEE4A27381B4",
];

fn arns() -> impl Strategy<Value = String> {
    let partition = prop::sample::select(vec!["aws", "aws-cn"]);
    let region = prop::sample::select(vec!["eu-west-1", "us-east-1"]);
    let account = prop::sample::select(vec!["111122223333", "444455556666"]);
    (partition, region, account)
        .prop_map(|(partition, region, account)| format!("arn:{partition}:kms:{region}:{account}:"))
}

fn names() -> impl Strategy<Value = String> {
    let other = ID.replace("90ab", "90ac");
    prop::sample::select(vec![format!("key/{ID}"), format!("key/{other}"), format!("key/{MULTI_REGION}")])
}

fn aliases() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["alias/a".to_owned(), "alias/b".to_owned()])
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (arns(), prop_oneof![names(), aliases()]).prop_map(|(arn, name)| arn + &name),
        2 => names().prop_map(|name| name.replace("key/", "")),
        2 => aliases(),
        2 => prop::sample::select(RECIPIENTS.to_vec()).prop_map(str::to_owned),
        1 => Just("passphrase:".to_owned()),
        2 => prop::sample::select(FINGERPRINTS.to_vec()).prop_map(|fingerprint| format!("pgp:{fingerprint}")),
    ]
}

fn slots() -> impl Strategy<Value = WrappedKey> {
    let slot = |provider: &'static str| {
        move |key_id: String| WrappedKey { provider: provider.to_owned(), key_id, ciphertext: vec![1] }
    };
    prop_oneof![
        4 => (arns(), prop_oneof![names(), aliases()]).prop_map(|(arn, name)| arn + &name).prop_map(slot(AWS_KMS)),
        2 => prop::sample::select(RECIPIENTS.to_vec()).prop_map(str::to_owned).prop_map(slot(AGE)),
        1 => Just("scrypt".to_owned()).prop_map(slot(AGE)),
        2 => prop::sample::select(FINGERPRINTS.to_vec()).prop_map(str::to_owned).prop_map(slot(PGP)),
    ]
}

/// What trust and vouching asked.
fn is_whole_name_of(key: &KeySpec, slot: &WrappedKey) -> bool {
    if let Some(key) = KmsKey::of(key) {
        return slot.provider == AWS_KMS && KmsKey::from_slot(&slot.key_id).as_ref() == Some(&key);
    }
    if let Some(key) = PgpFingerprint::of(key) {
        return slot.provider == PGP && is_same_fingerprint(&key, &slot.key_id);
    }
    if key.is_passphrase() { is_passphrase(slot) } else { slot.provider == AGE && key.as_str() == slot.key_id }
}

fn is_passphrase(slot: &WrappedKey) -> bool {
    slot.provider == AGE && slot.key_id == "scrypt"
}

/// What the groups of documents asked of PGP keys.
fn is_same_fingerprint(given: &PgpFingerprint, stored: &str) -> bool {
    PgpFingerprint::from_fingerprint(stored)
        .is_some_and(|stored| stored.as_str().trim_end_matches('!').ends_with(given.as_str().trim_end_matches('!')))
}

/// What asked KMS: the key to ask for a slot. Of the text of both, as a second opinion.
fn for_slot(given: &str, slot: &str) -> Option<String> {
    let (slot_place, slot_id) = slot.split_once(":key/")?;
    match given.rsplit_once(':') {
        None if given.starts_with("alias/") => Some(format!("{slot_place}:{given}")),
        None => (given == slot_id).then(|| slot.to_owned()),
        Some((place, name)) if name.starts_with("alias/") => (place == slot_place).then(|| given.to_owned()),
        Some((place, name)) => {
            let part = |text: &str, at: usize| text.split(':').nth(at).map(str::to_owned);
            let is_same = |at| part(place, at) == part(slot_place, at);
            let is_same_key = name == format!("key/{slot_id}") && is_same(1) && is_same(4);
            (is_same_key && (is_same(3) || slot_id.starts_with("mrk-"))).then(|| given.to_owned())
        }
    }
}

/// What the plan of a rewrap asked of keys that go.
fn goes(key: &KeySpec, slot: &WrappedKey) -> bool {
    match KmsKey::of(key) {
        Some(_) => slot.provider == AWS_KMS && for_slot(key.as_str(), &slot.key_id).is_some(),
        None => is_whole_name_of(key, slot),
    }
}

/// What the plan of a rewrap asked of keys that come.
fn is_exactly(key: &KeySpec, slot: &WrappedKey) -> bool {
    match KmsKey::of(key) {
        Some(key) if key.is_alias() => false,
        Some(given) if given.region().is_some() => slot.provider == AWS_KMS && slot.key_id == key.as_str(),
        Some(_) => goes(key, slot),
        None => key.provider() == AGE && !key.is_passphrase() && is_whole_name_of(key, slot),
    }
}

/// What the lists of keys of documents asked.
fn means(key: &KeySpec, stored: &WrappedKey) -> bool {
    let own = match stored.provider.as_str() {
        AWS_KMS => KmsKey::from_document(&stored.key_id).map(KeySpec::from),
        AGE => AgeRecipient::from_word(&stored.key_id).ok().flatten().map(KeySpec::from),
        _ => PgpFingerprint::from_fingerprint(&stored.key_id).map(KeySpec::from),
    };
    let Some(own) = own else { return false };
    match (KmsKey::of(key), KmsKey::of(&own)) {
        (Some(alias), Some(_)) if alias.is_alias() => *key == own || own.as_str().ends_with(&format!(":{alias}")),
        (Some(_), Some(_)) => *key == own || for_slot(key.as_str(), own.as_str()).is_some(),
        _ => *key == own,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_one_answer_is_the_one_that_nine_places_gave(word in words(), slot in slots()) {
        let key: KeySpec = word.parse().unwrap();
        let found = key.names(&slot);
        prop_assert_eq!(found.is_certain(), is_whole_name_of(&key, &slot), "trust and vouching: {:?}", found);
        prop_assert_eq!(found.is_same_key(), means(&key, &slot), "lists of documents: {:?}", found);
        // Headers have neither aliases nor PGP keys.
        let is_of_header = slot.provider != PGP && !slot.key_id.contains("alias/");
        if is_of_header {
            prop_assert_eq!(found.is_possible(), goes(&key, &slot), "keys that go, and keys given: {:?}", found);
            prop_assert_eq!(found.is_same_slot(), is_exactly(&key, &slot), "keys that come: {:?}", found);
        }
        if let (Some(given), Some(stored)) = (KmsKey::of(&key), KmsKey::of_slot(&slot)) {
            let asked = given.for_slot(&stored).map(|key| key.to_string());
            prop_assert_eq!(asked, for_slot(&word, &slot.key_id));
        }
    }
}

#[test]
fn an_ssh_key_with_a_comment_behind_it_is_the_same_recipient() {
    let slot = WrappedKey { provider: AGE.to_owned(), key_id: format!("{SSH} me@host"), ciphertext: vec![1] };
    let key: KeySpec = SSH.parse().unwrap();
    assert_eq!(key.names(&slot), KeyMatch::Exactly);
    assert!(!is_whole_name_of(&key, &slot), "the old answer compared texts");
}

#[test]
fn an_alias_opens_the_document_that_names_the_same_alias() {
    let key_id = "arn:aws:kms:eu-west-1:111122223333:alias/a".to_owned();
    let slot = WrappedKey { provider: AWS_KMS.to_owned(), key_id, ciphertext: vec![1] };
    let key: KeySpec = "alias/a".parse().unwrap();
    assert_eq!(key.names(&slot), KeyMatch::SameAlias);
    assert_eq!(for_slot("alias/a", &slot.key_id), None, "the old answer knew it in lists of keys only");
}
