//! The words that name a KMS key, and which of them may mean the key of a slot.

use std::fmt;

use crate::error::{KeyWordError, KmsRefusal};
use crate::keys::key_match::KeyMatch;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Provider name of AWS KMS.
pub const AWS_KMS: &str = "aws-kms";

/// A KMS key as a word names it: the ARN of a key or of an alias, `alias/NAME`, a key id, or `mrk-…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmsKey {
    place: Option<KmsPlace>,
    name: Name,
}

impl KmsKey {
    /// Reads a word. Returns `None` if it has not the form of a KMS key at all.
    ///
    /// # Errors
    /// [`KeyWordError::Invalid`] if it is meant as a KMS key, but KMS cannot have such a key.
    pub fn from_word(word: &str) -> Result<Option<Self>, KeyWordError> {
        let parsed = if word.starts_with("arn:") {
            Self::from_arn(word).map(Some)
        } else if let Some(alias) = word.strip_prefix(ALIAS_PREFIX) {
            check_alias(alias).map(|()| Some(Self { place: None, name: Name::Alias(alias.to_owned()) }))
        } else if looks_like_key_id(word) {
            check_key_id(word).map(|()| Some(Self { place: None, name: Name::Id(word.to_owned()) }))
        } else {
            Ok(None)
        };
        parsed.map_err(|fault| KeyWordError::Invalid { word: word.to_owned(), fault })
    }

    /// Reads the key id of a slot. Only the ARN of a key will do: a header is somebody else's text, and what it names
    /// becomes part of a host name.
    #[must_use]
    pub fn from_slot(key_id: &str) -> Option<Self> {
        Self::from_arn(key_id).ok().filter(|key| matches!(key.name, Name::Id(_)))
    }

    /// The key of a slot, if it is one of AWS KMS.
    #[must_use]
    pub fn of_slot(slot: &WrappedKey) -> Option<Self> {
        if slot.provider == AWS_KMS { Self::from_slot(&slot.key_id) } else { None }
    }

    /// Reads the key of a document: the ARN of a key or of an alias, since documents may name either.
    #[must_use]
    pub fn from_document(arn: &str) -> Option<Self> {
        Self::from_arn(arn).ok()
    }

    /// The key that AWS names in its denial. An alias leads to it, even for those who may not ask where it leads.
    #[must_use]
    pub fn of_denial(refusal: &KmsRefusal) -> Option<Self> {
        refusal.denied_resource().and_then(Self::from_slot)
    }

    /// The region that the word itself names.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.region.as_str())
    }

    /// The account that the word itself names.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.account.as_str())
    }

    /// Whether it names an alias, of which only KMS knows the key.
    #[must_use]
    pub fn is_alias(&self) -> bool {
        matches!(self.name, Name::Alias(_))
    }

    /// The key that a word of this provider names.
    ///
    /// # Panics
    /// Never: such a word exists only if the same parser took it.
    #[must_use]
    pub fn of(key: &KeySpec) -> Option<Self> {
        let parsed = (key.provider() == AWS_KMS).then(|| Self::from_word(key.as_str()));
        parsed.map(|parsed| parsed.ok().flatten().expect("the word was written by this parser"))
    }

    /// Whether this is the key of a wrapped key, which has `stored` as its ARN.
    ///
    /// What an alias leads to is not looked up, because that needs a permission of its own (`kms:DescribeKey`). It cannot lead
    /// out of its account and region.
    pub(in crate::keys) fn matches(&self, stored: &Self) -> KeyMatch {
        let Some(stored_place) = &stored.place else { return KeyMatch::No };
        match (&self.name, &stored.name, &self.place) {
            (Name::Id(id), Name::Id(stored_id), None) if id == stored_id => KeyMatch::ById,
            (Name::Id(id), Name::Id(stored_id), Some(place)) if id == stored_id => {
                let is_same_account =
                    place.partition == stored_place.partition && place.account == stored_place.account;
                match is_same_account {
                    true if place.region == stored_place.region => KeyMatch::Exactly,
                    true if is_multi_region(id) => KeyMatch::Replica,
                    _ => KeyMatch::No,
                }
            }
            (Name::Alias(_), _, Some(place)) if place != stored_place => KeyMatch::No,
            (Name::Alias(alias), Name::Alias(stored_alias), _) if alias == stored_alias => KeyMatch::SameAlias,
            (Name::Alias(_), Name::Id(_), _) => KeyMatch::Perhaps,
            _ => KeyMatch::No,
        }
    }

    /// The key to ask for the slot whose key ARN is `slot`, if this key may mean that one: an alias and a bare key id are
    /// asked in the account and region of the slot.
    #[must_use]
    pub fn for_slot(&self, slot: &Self) -> Option<Self> {
        match self.matches(slot) {
            KeyMatch::No => None,
            KeyMatch::ById | KeyMatch::SameAlias => Some(slot.clone()),
            KeyMatch::Perhaps => Some(self.at(slot.place.clone()?)),
            KeyMatch::Replica | KeyMatch::Alike | KeyMatch::Exactly => Some(self.clone()),
        }
    }

    /// Whether `answered` can be the key that KMS found when it was asked in `region` for this one. An alias may lead to any
    /// key in its account and region, and a word without an ARN to one in the region that was asked.
    #[cfg(feature = "aws")]
    pub(super) fn may_be(&self, answered: &Self, region: Option<&str>) -> bool {
        let (Some(place), Name::Id(id)) = (&answered.place, &answered.name) else { return false };
        let is_same_place = match &self.place {
            Some(own) => own == place,
            None => region == Some(place.region.as_str()),
        };
        let is_same_key = match &self.name {
            Name::Id(own) => own.eq_ignore_ascii_case(id),
            Name::Alias(_) => true,
        };
        is_same_place && is_same_key
    }

    /// The same key in `region`, if it is a multi-Region key: its replicas have the same id. Otherwise the key itself.
    pub(super) fn in_region(self, region: &str) -> Self {
        match &self {
            Self { place: Some(place), name: Name::Id(id) } if is_multi_region(id) => {
                let place = KmsPlace { region: region.to_owned(), ..place.clone() };
                self.at(place)
            }
            _ => self,
        }
    }

    fn at(&self, place: KmsPlace) -> Self {
        Self { place: Some(place), name: self.name.clone() }
    }

    fn from_arn(arn: &str) -> Result<Self, String> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let &[prefix, partition, service, region, account, resource] = parts.as_slice() else {
            return Err("the ARN of a key is `arn:aws:kms:REGION:ACCOUNT:key/ID`".to_owned());
        };
        if prefix != "arn" {
            return Err("an ARN starts with `arn:`".to_owned());
        }
        if service != "kms" {
            return Err(format!("it is an ARN of `{}`, not of `kms`", printable(service)));
        }
        if !(partition == "aws" || partition.starts_with("aws-")) || !is_label(partition) {
            return Err(format!("`{}` is not an AWS partition", printable(partition)));
        }
        if !is_region(region) {
            return Err(if region.is_empty() {
                "the region is missing".to_owned()
            } else {
                format!("`{}` is not an AWS region", printable(region))
            });
        }
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("an account has 12 digits".to_owned());
        }
        let place =
            KmsPlace { partition: partition.to_owned(), region: region.to_owned(), account: account.to_owned() };
        let name = if let Some(id) = resource.strip_prefix(KEY_PREFIX) {
            check_key_id(id)?;
            Name::Id(id.to_owned())
        } else if let Some(alias) = resource.strip_prefix(ALIAS_PREFIX) {
            check_alias(alias)?;
            Name::Alias(alias.to_owned())
        } else {
            return Err("the last part of the ARN is neither `key/ID` nor `alias/NAME`".to_owned());
        };
        Ok(Self { place: Some(place), name })
    }
}

/// The key that a word names, which is one of this provider.
pub(super) fn kms_key(key: &KeySpec) -> KmsKey {
    KmsKey::of(key).expect("it is a key of this provider")
}

impl From<KmsKey> for KeySpec {
    fn from(key: KmsKey) -> Self {
        Self::new(AWS_KMS, key.to_string())
    }
}

/// The word as it was typed.
impl fmt::Display for KmsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(KmsPlace { partition, region, account }) = &self.place {
            write!(f, "arn:{partition}:kms:{region}:{account}:")?;
        }
        match (&self.name, &self.place) {
            (Name::Id(id), None) => f.write_str(id),
            (Name::Id(id), Some(_)) => write!(f, "{KEY_PREFIX}{id}"),
            (Name::Alias(alias), _) => write!(f, "{ALIAS_PREFIX}{alias}"),
        }
    }
}

/// Whether a text can be a region, which becomes part of a host name.
pub(super) fn is_region(text: &str) -> bool {
    is_label(text)
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct KmsPlace {
    partition: String,
    region: String,
    account: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    /// A UUID, or `mrk-` and 32 hexadecimal digits.
    Id(String),
    /// What follows `alias/`.
    Alias(String),
}

const KEY_PREFIX: &str = "key/";
const ALIAS_PREFIX: &str = "alias/";
const MULTI_REGION_PREFIX: &str = "mrk-";
const MULTI_REGION_DIGITS: usize = 32;
/// Lengths of the five groups of a UUID, in hexadecimal digits.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
/// Longest name of an alias, `alias/` included.
const MAX_ALIAS_LEN: usize = 256;
/// Longest label of a host name, which a region becomes.
const MAX_LABEL_LEN: usize = 63;

fn is_multi_region(id: &str) -> bool {
    id.starts_with(MULTI_REGION_PREFIX)
}

/// Whether a word without `arn:` or `alias/` is meant as a key id, be it right or mistyped: a word such as
/// `mrk-notes.txt` or `my-database-dump` is not.
fn looks_like_key_id(word: &str) -> bool {
    let near = |length: usize, wanted: usize| length.abs_diff(wanted) <= 2;
    if let Some(digits) = word.strip_prefix(MULTI_REGION_PREFIX) {
        return is_hexadecimal(digits) && digits.len() > 8
            || digits.len() == MULTI_REGION_DIGITS && digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    }
    let groups: Vec<&str> = word.split('-').collect();
    groups.len() == UUID_GROUPS.len()
        && groups
            .iter()
            .zip(UUID_GROUPS)
            .all(|(group, wanted)| near(group.len(), wanted) && group.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn check_key_id(id: &str) -> Result<(), String> {
    if let Some(digits) = id.strip_prefix(MULTI_REGION_PREFIX) {
        return if digits.len() == MULTI_REGION_DIGITS && is_hexadecimal(digits) {
            Ok(())
        } else {
            Err("the id of a multi-Region key is `mrk-` and 32 hexadecimal digits".to_owned())
        };
    }
    let groups: Vec<&str> = id.split('-').collect();
    let is_uuid = groups.len() == UUID_GROUPS.len()
        && groups.iter().zip(UUID_GROUPS).all(|(group, length)| group.len() == length && is_hexadecimal(group));
    if is_uuid { Ok(()) } else { Err("a key id has 8-4-4-4-12 hexadecimal digits".to_owned()) }
}

fn check_alias(alias: &str) -> Result<(), String> {
    if alias.is_empty() {
        return Err("the name of the alias is missing".to_owned());
    }
    if ALIAS_PREFIX.len() + alias.len() > MAX_ALIAS_LEN {
        return Err(format!("the name of an alias has at most {MAX_ALIAS_LEN} characters"));
    }
    match alias.chars().find(|letter| !(letter.is_ascii_alphanumeric() || "/_-".contains(*letter))) {
        Some(letter) => Err(format!("the name of an alias cannot contain `{}`", letter.escape_default())),
        None => Ok(()),
    }
}

fn is_label(text: &str) -> bool {
    (1..=MAX_LABEL_LEN).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn printable(text: &str) -> String {
    text.escape_default().take(MAX_LABEL_LEN).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const REPLICA: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

    fn key(word: &str) -> KmsKey {
        KmsKey::from_word(word).unwrap().unwrap()
    }

    fn fault(word: &str) -> String {
        match KmsKey::from_word(word) {
            Err(KeyWordError::Invalid { fault, .. }) => fault,
            other => panic!("{word}: {other:?}"),
        }
    }

    fn asked(given: &str, slot: &str) -> Option<String> {
        key(given).for_slot(&KmsKey::from_slot(slot).unwrap()).map(|key| key.to_string())
    }

    #[test]
    fn a_key_is_written_as_it_was_typed() {
        for word in [
            ARN,
            REPLICA,
            ID,
            "mrk-1234abcd12ab34cd56ef1234567890ab",
            "alias/backup",
            "alias/team/data_base-2",
            "arn:aws:kms:us-east-1:111122223333:alias/backup",
            "arn:aws-cn:kms:cn-north-1:111122223333:alias/backup",
            "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        ] {
            assert_eq!(key(word).to_string(), word);
        }
    }

    #[test]
    fn words_that_are_not_meant_as_kms_keys_are_left_to_others() {
        for word in [
            "",
            "age1abc",
            "passphrase:",
            "@backup",
            "notes.txt",
            "mrk-notes.txt",
            "mrk-",
            "mrk-fade",
            "a-b-c-d-e",
            "key",
        ] {
            assert_eq!(KmsKey::from_word(word), Ok(None), "{word}");
        }
    }

    #[test]
    fn a_word_that_is_almost_a_kms_key_says_what_is_wrong_with_it() {
        for (word, wanted) in [
            ("arn:aws:s3:::bucket", "it is an ARN of `s3`, not of `kms`"),
            ("arn:aws:kms:eu-west-1", "the ARN of a key is `arn:aws:kms:REGION:ACCOUNT:key/ID`"),
            ("arn:aws:kms::111122223333:alias/a", "the region is missing"),
            ("arn:aws:kms:evil.com/:111122223333:alias/a", "`evil.com/` is not an AWS region"),
            ("arn:AWS:kms:eu-west-1:111122223333:alias/a", "`AWS` is not an AWS partition"),
            ("arn:aws:kms:eu-west-1:1111:alias/a", "an account has 12 digits"),
            (
                "arn:aws:kms:eu-west-1:111122223333:grant/a",
                "the last part of the ARN is neither `key/ID` nor `alias/NAME`",
            ),
            ("arn:aws:kms:eu-west-1:111122223333:key/1234", "a key id has 8-4-4-4-12 hexadecimal digits"),
            ("alias/", "the name of the alias is missing"),
            ("alias/my backup", "the name of an alias cannot contain ` `"),
            ("alias/a\u{1b}", "the name of an alias cannot contain `\\u{1b}`"),
            ("1234abcd-12ab-34cd-56ef-1234567890a", "a key id has 8-4-4-4-12 hexadecimal digits"),
            ("1234abcg-12ab-34cd-56ef-1234567890ab", "a key id has 8-4-4-4-12 hexadecimal digits"),
            ("mrk-1234abcd12ab34cd56ef1234567890a", "the id of a multi-Region key is `mrk-` and 32 hexadecimal digits"),
            (
                "mrk-1234abcd12ab34cd56ef1234567890ax",
                "the id of a multi-Region key is `mrk-` and 32 hexadecimal digits",
            ),
        ] {
            assert_eq!(fault(word), wanted, "{word}");
        }
        assert_eq!(fault(&format!("alias/{}", "a".repeat(251))), "the name of an alias has at most 256 characters");
        assert!(KmsKey::from_word(&format!("alias/{}", "a".repeat(250))).unwrap().is_some());
    }

    #[test]
    fn a_slot_holds_the_arn_of_a_key_and_nothing_else() {
        assert_eq!(KmsKey::from_slot(ARN), Some(key(ARN)));
        for word in [ID, "alias/backup", "arn:aws:kms:us-east-1:111122223333:alias/backup", "", "arn:aws:kms:x:1:key/y"]
        {
            assert_eq!(KmsKey::from_slot(word), None, "{word}");
        }
        assert_eq!(KmsKey::from_slot(&format!("{ARN}\n")), None);
        assert_eq!(KmsKey::from_slot(&ARN.replace("eu-west-1", "a.evil.example#")), None);
    }

    #[test]
    fn the_same_arn_and_the_same_id_mean_the_slot() {
        assert_eq!(asked(ARN, ARN).as_deref(), Some(ARN));
        assert_eq!(asked(ID, ARN).as_deref(), Some(ARN));
        assert_eq!(asked("mrk-1234abcd12ab34cd56ef1234567890ab", REPLICA).as_deref(), Some(REPLICA));
    }

    #[test]
    fn another_id_account_region_or_partition_does_not_mean_the_slot() {
        for given in [
            "1234abcd-12ab-34cd-56ef-1234567890ac".to_owned(),
            ARN.replace("890ab", "890ac"),
            ARN.replace("1111", "2222"),
            ARN.replace("eu-west-1", "eu-west-2"),
            ARN.replace(":aws:", ":aws-cn:"),
        ] {
            assert_eq!(asked(&given, ARN), None, "{given}");
        }
        assert_eq!(asked(&REPLICA.replace("1111", "2222"), REPLICA), None);
    }

    #[test]
    fn a_replica_in_another_region_is_asked_there() {
        let elsewhere = REPLICA.replace("eu-west-1", "us-east-1");
        assert_eq!(asked(&elsewhere, REPLICA), Some(elsewhere));
    }

    #[test]
    fn an_alias_is_asked_in_the_account_and_region_of_the_slot() {
        let there = "arn:aws:kms:eu-west-1:111122223333:alias/backup";
        assert_eq!(asked("alias/backup", ARN).as_deref(), Some(there));
        assert_eq!(asked(there, ARN).as_deref(), Some(there));
    }

    #[test]
    fn an_alias_arn_of_another_account_does_not_mean_the_slot() {
        assert_eq!(asked("arn:aws:kms:eu-west-1:444455556666:alias/backup", ARN), None);
        assert_eq!(asked("arn:aws:kms:us-east-1:111122223333:alias/backup", ARN), None);
    }

    #[test]
    fn only_a_multi_region_key_moves_to_another_region() {
        assert_eq!(key(REPLICA).in_region("us-east-1").region(), Some("us-east-1"));
        assert_eq!(key(ARN).in_region("us-east-1").region(), Some("eu-west-1"));
    }

    proptest! {
        #[test]
        fn any_word_is_read_without_a_panic_and_written_back_unchanged(word in "(arn:aws:kms:)?[a-z0-9:/é-]{0,60}") {
            if let Ok(Some(key)) = KmsKey::from_word(&word) {
                prop_assert_eq!(key.to_string(), word);
            }
        }
    }
}
