//! Everything that keys do, through the toy provider.

use std::time::Duration;

use super::provider::Toy;
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyRefusal, KeyWordError, Result};
use crate::keys::aws_kms::KmsPurpose;
use crate::keys::provider::Provider;
use crate::keys::{
    AwsKms, Cache, GroupSlot, Identities, KeyChange, KeyCheck, KeySpec, KeyToCheck, Keyring, KmsAccess, KmsSettings,
    PassphraseSource, Rewrapper, TrustedKeys, Way, WrappingKey,
};

struct NoPassphrase;

impl PassphraseSource for NoPassphrase {
    fn passphrase(&self, _subject: &str) -> Result<::age::secrecy::SecretString> {
        self.new_passphrase()
    }

    fn new_passphrase(&self) -> Result<::age::secrecy::SecretString> {
        Err(Error::Passphrase("there is none".to_owned()))
    }

    fn must_be_typed(&self) -> bool {
        false
    }
}

fn with_keyring(test: impl FnOnce(Keyring<'_>)) {
    let timeout = Duration::from_secs(1);
    let kms = AwsKms::new(KmsSettings { profile: None, region: None, role_arn: None, timeout });
    let (identities, trusted) = (Identities::default(), TrustedKeys::all());
    test(Keyring {
        kms: &kms,
        identities: &identities,
        passphrases: &NoPassphrase,
        trusted: &trusted,
        cache: &Cache::default(),
    });
}

fn toy(name: &str) -> KeySpec {
    format!("toy:{name}").parse().unwrap()
}

#[test]
fn a_word_of_a_new_provider_is_read_and_names_its_slots() {
    assert_eq!(toy("a").to_string(), "toy:a");
    assert!(matches!("toy:".parse::<KeySpec>(), Err(KeyWordError::Invalid { .. })));
    with_keyring(|keyring| {
        let (_, slots) = keyring.wrap_new(&[toy("a")], &EncryptionContext::new()).unwrap();
        assert!(toy("a").names(&slots[0]).is_certain());
        assert!(!toy("b").names(&slots[0]).is_possible());
        let mut trusted = TrustedKeys::none();
        trusted.add("toy:a").unwrap();
        assert!(trusted.permits(&slots[0]));
    });
}

#[test]
fn a_new_provider_wraps_unwraps_and_is_asked_only_if_it_may_be() {
    with_keyring(|keyring| {
        let context = EncryptionContext::new();
        let (data_key, slots) = keyring.wrap_new(&[toy("a"), toy("b")], &context).unwrap();
        let accept = |unwrapped: &DataKey| (unwrapped.expose() == data_key.expose()).then_some(());
        assert_eq!(keyring.unwrap(&slots, &context, &[toy("b")], accept).unwrap(), ((), 1));
        let nobody = TrustedKeys::none();
        let Err(Error::NoKeyOpens { attempts }) = keyring.trusting(&nobody).unwrap(&slots, &context, &[], accept)
        else {
            panic!("a key was asked that is not trusted");
        };
        assert!(attempts.iter().all(|attempt| matches!(attempt.refusal, KeyRefusal::NotTrusted)));
    });
}

#[test]
fn a_file_moves_from_one_key_of_a_new_provider_to_another() {
    with_keyring(|keyring| {
        let context = EncryptionContext::new();
        let (data_key, slots) = keyring.wrap_new(&[toy("old")], &context).unwrap();
        let change = KeyChange { added: vec![toy("new")], removed: vec![toy("old")], ..KeyChange::default() };
        let is_data_key = |found: &DataKey| found.expose() == data_key.expose();
        let rewrapped = Rewrapper::new(&keyring, change, Vec::new()).rewrap(&slots, &context, &is_data_key).unwrap();
        assert_eq!(rewrapped.way, Way::Unwrapped);
        assert_eq!(rewrapped.slots.iter().map(|slot| &*slot.key_id).collect::<Vec<_>>(), ["new"]);
        let accept = |unwrapped: &DataKey| is_data_key(unwrapped).then_some(());
        assert!(keyring.unwrap(&rewrapped.slots, &context, &[], accept).is_ok());
    });
}

#[test]
fn a_document_has_shares_under_keys_of_a_new_provider() {
    with_keyring(|keyring| {
        let groups: Vec<Vec<WrappingKey>> = ["a", "b", "c"].map(|name| vec![toy(name).into()]).into();
        let (data_key, wrapped) = keyring.wrap_new_in_groups(&groups, 2).unwrap();
        let stored: Vec<Vec<GroupSlot>> = groups
            .iter()
            .zip(wrapped)
            .map(|(keys, wrapped)| {
                let entry = Toy.entry(&keys[0], wrapped[0].clone());
                let text = |field: &str| entry[field].as_str().unwrap().to_owned();
                assert_eq!(Toy.key_of_entry(&text("name")), Some(keys[0].key.clone()));
                let ciphertext = Toy.ciphertext_of_entry(&text("enc")).unwrap();
                assert_eq!(ciphertext, wrapped[0].ciphertext);
                vec![GroupSlot { wrapped: wrapped[0].clone(), access: KmsAccess::default() }]
            })
            .collect();
        let accept = |found: &DataKey| (found.expose() == data_key.expose()).then_some(());
        assert!(keyring.unwrap_groups(&stored, 2, &[], &[], accept).is_ok());
        let only = [toy("a")];
        assert!(matches!(keyring.unwrap_groups(&stored, 2, &only, &[], accept), Err(Error::TooFewGroups { .. })));
    });
}

#[test]
fn a_key_of_a_new_provider_is_checked() {
    with_keyring(|keyring| {
        let (key, context, cache) = (toy("a"), EncryptionContext::new(), Cache::default());
        let check = keyring.check(KeyToCheck::Named(&key), &context, KmsPurpose::Everything, &cache);
        assert!(matches!(check, KeyCheck::Works(finding) if finding.sentence == "always works"));
    });
}
