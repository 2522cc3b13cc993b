//! The metadata of an encrypted document: who can open it, which values are encrypted, and what authenticates them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::document::sops::fields::is_empty;
use crate::document::sops::mac::MacScope;
use crate::document::sops::selection::EncryptionRule;
use crate::document::sops::stored_key::{LISTS, StoredKey};
use crate::document::sops::timestamp::{SEALED_OFFSET, SealIntent, now_with, whole_seconds};
use crate::error::DocumentError;
use crate::keys::{NamedKey, WrappedKey};

/// The version of sops that documents are compatible with.
const VERSION: &str = "3.13.2";
/// Maximum number of wrapped keys in a document.
const MAX_KEYS: usize = 256;

pub(crate) const KEY_GROUPS: &str = "key_groups";
const LAST_MODIFIED: &str = "lastmodified";
const MAC: &str = "mac";
const MAC_ONLY_ENCRYPTED: &str = "mac_only_encrypted";
pub(crate) const THRESHOLD: &str = "shamir_threshold";
const VERSION_FIELD: &str = "version";
pub(crate) const SEAL: &str = "kenc_seal";
const FORMS: &str = "kenc_forms";
/// The metadata of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// The key groups: one, any key of which opens, or several, each with a share of the data key.
    pub groups: Vec<Vec<StoredKey>>,
    /// The stated threshold of groups; 0 if there is none.
    pub threshold: usize,
    /// Which values are encrypted.
    pub rule: EncryptionRule,
    /// Which values the MAC covers.
    pub mac_scope: MacScope,
    /// When the document was last encrypted: RFC 3339, in seconds. The offset says whether it was sealed then.
    pub last_modified: String,
    /// The version of sops that wrote it or that it is compatible with.
    pub version: String,
    pub(crate) mac: Option<String>,
    pub(crate) seal: Option<String>,
    pub(crate) forms: Option<String>,
    /// Unknown fields, which are kept.
    pub(crate) unknown: BTreeMap<String, Json>,
}

impl Metadata {
    /// New metadata, which encryption completes.
    pub(crate) fn new(
        rule: EncryptionRule,
        mac_scope: MacScope,
        groups: Vec<Vec<StoredKey>>,
        threshold: usize,
    ) -> Self {
        Self {
            groups,
            threshold,
            rule,
            mac_scope,
            last_modified: now_with(SealIntent::Sealed),
            version: VERSION.to_owned(),
            mac: None,
            seal: None,
            forms: None,
            unknown: BTreeMap::new(),
        }
    }

    /// Reads metadata.
    ///
    /// # Errors
    /// [`DocumentError::ForeignSopsKey`] if it is something else, [`DocumentError::SeveralRules`], or
    /// [`DocumentError::Metadata`] with the fault.
    pub(crate) fn from_json(fields: &Map<String, Json>) -> Result<Self, DocumentError> {
        let mut fields: BTreeMap<String, Json> = fields
            .iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !is_metadata(&fields) {
            return Err(DocumentError::ForeignSopsKey("it has neither `mac` nor `lastmodified`".to_owned()));
        }
        let rule = rule(&mut fields)?;
        let last_modified = text(&mut fields, LAST_MODIFIED)?.ok_or_else(|| damaged("it has no `lastmodified`"))?;
        let last_modified =
            whole_seconds(&last_modified).ok_or_else(|| damaged("`lastmodified` is not an RFC 3339 time"))?;
        let (mac, version) = (text(&mut fields, MAC)?, text(&mut fields, VERSION_FIELD)?.unwrap_or_default());
        let (seal, forms) = (text(&mut fields, SEAL)?, text(&mut fields, FORMS)?);
        let mac_scope = match fields.remove(MAC_ONLY_ENCRYPTED) {
            None | Some(Json::Bool(false)) => MacScope::All,
            Some(Json::Bool(true)) => MacScope::OnlyEncrypted,
            // In notations without types it is text.
            Some(Json::String(text)) => match text.as_str() {
                "false" | "False" | "0" => MacScope::All,
                "true" | "True" | "1" => MacScope::OnlyEncrypted,
                _ => return Err(damaged("`mac_only_encrypted` is neither true nor false")),
            },
            Some(_) => return Err(damaged("`mac_only_encrypted` is neither true nor false")),
        };
        let threshold = threshold(&mut fields)?;
        let groups = groups(&mut fields)?;
        if groups.len() > 1 && !(threshold == 0 || (2..=groups.len()).contains(&threshold)) {
            return Err(damaged("`shamir_threshold` is impossible with its groups"));
        }
        if groups.iter().flatten().count() > MAX_KEYS {
            return Err(DocumentError::Metadata(format!("it has more than {MAX_KEYS} keys")));
        }
        Ok(Self { groups, threshold, rule, mac_scope, last_modified, version, mac, seal, forms, unknown: fields })
    }

    /// Writes metadata as sops does: sorted, and without empty fields.
    pub(crate) fn to_json(&self) -> Map<String, Json> {
        let Self { groups, threshold, rule, mac_scope, last_modified, version, mac, seal, forms, unknown } = self;
        let mut fields = unknown.clone();
        let mut put = |name: &str, value: Json| {
            fields.insert(name.to_owned(), value);
        };
        match groups.as_slice() {
            [group] => lists(group).into_iter().for_each(|(name, list)| put(&name, list)),
            groups => {
                let groups = groups.iter().map(|group| Json::Object(lists(group).into_iter().collect()));
                put(KEY_GROUPS, groups.collect());
            }
        }
        if *threshold > 0 {
            put(THRESHOLD, (*threshold).into());
        }
        if *mac_scope == MacScope::OnlyEncrypted {
            put(MAC_ONLY_ENCRYPTED, true.into());
        }
        put(rule.name(), rule.text().into());
        put(LAST_MODIFIED, last_modified.as_str().into());
        put(VERSION_FIELD, version.as_str().into());
        for (name, text) in [(MAC, mac), (SEAL, seal), (FORMS, forms)] {
            if let Some(text) = text {
                put(name, text.as_str().into());
            }
        }
        fields.into_iter().collect()
    }

    /// Whether it has a MAC.
    #[must_use]
    pub fn has_mac(&self) -> bool {
        self.mac.is_some()
    }

    /// Whether it has a seal of kenc, valid or not.
    #[must_use]
    pub fn has_seal(&self) -> bool {
        self.seal.is_some()
    }

    /// The threshold of groups.
    #[must_use]
    pub fn needed_groups(&self) -> usize {
        match (self.groups.len(), self.threshold) {
            (0 | 1, _) => 1,
            (all, 0) => all,
            (_, threshold) => threshold,
        }
    }

    /// Whether both have the same seal.
    #[must_use]
    pub fn has_same_seal(&self, other: &Self) -> bool {
        self.seal == other.seal
    }

    /// Whether it says that the document was sealed when it was last encrypted; the MAC authenticates this.
    #[must_use]
    pub fn is_marked_as_sealed(&self) -> bool {
        self.last_modified.ends_with(SEALED_OFFSET)
    }

    /// Records that the document is written now, and whether it gets a seal.
    pub(crate) fn touch(&mut self, sealing: SealIntent) {
        self.last_modified = now_with(sealing);
        VERSION.clone_into(&mut self.version);
    }
}

impl Metadata {
    /// Its wrapped keys, leaving out invalid ones.
    #[must_use]
    pub fn wrapped_keys(&self) -> Vec<WrappedKey> {
        self.groups.iter().flatten().filter_map(|key| Some(key.slot().ok()?.wrapped)).collect()
    }

    /// Its recipients.
    pub fn named_keys(&self) -> impl Iterator<Item = NamedKey> {
        self.groups.iter().flatten().map(StoredKey::named_key)
    }
}

/// The threshold that `stated` means for this number of groups.
pub(crate) fn checked_threshold(stated: usize, groups: usize) -> Result<usize, DocumentError> {
    match (groups, stated) {
        (0 | 1, 0 | 1) => Ok(1),
        (2..=255, 0) => Ok(groups),
        (2..=255, 2..) if stated <= groups => Ok(stated),
        _ => Err(DocumentError::Threshold { threshold: stated, groups }),
    }
}

/// Whether the fields include some that only sops metadata has.
fn is_metadata(fields: &BTreeMap<String, Json>) -> bool {
    fields.contains_key(LAST_MODIFIED) || fields.contains_key(MAC)
}

fn rule(fields: &mut BTreeMap<String, Json>) -> Result<EncryptionRule, DocumentError> {
    let mut stated = Vec::new();
    for name in EncryptionRule::NAMES {
        if let Some(text) = text(fields, name)? {
            stated.push(EncryptionRule::from_name(name, &text).expect("every one of the names is that of a rule"));
        }
    }
    match stated.len() {
        0 => Ok(EncryptionRule::default()),
        1 => Ok(stated.remove(0)),
        _ => Err(DocumentError::SeveralRules(stated.iter().map(EncryptionRule::name).collect())),
    }
}

/// Takes a text field. An empty one counts as absent, as in sops.
fn text(fields: &mut BTreeMap<String, Json>, name: &str) -> Result<Option<String>, DocumentError> {
    match fields.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(DocumentError::Metadata(format!("`{name}` is not text"))),
    }
}

/// Takes the threshold of groups.
pub(crate) fn threshold(fields: &mut BTreeMap<String, Json>) -> Result<usize, DocumentError> {
    let threshold = match fields.remove(THRESHOLD) {
        None => Some(0),
        Some(Json::Number(number)) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        Some(Json::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    threshold.ok_or_else(|| damaged("`shamir_threshold` is not a number of groups"))
}

/// Takes the keys. Those at the top level are one group, and take precedence over `key_groups`, as in sops.
pub(crate) fn groups(fields: &mut BTreeMap<String, Json>) -> Result<Vec<Vec<StoredKey>>, DocumentError> {
    let group = take_lists(fields)?;
    if !group.is_empty() {
        return Ok(vec![group]);
    }
    let groups = match fields.remove(KEY_GROUPS) {
        None => Vec::new(),
        Some(Json::Array(groups)) => groups,
        Some(_) => return Err(damaged("`key_groups` is not a list")),
    };
    if groups.is_empty() {
        return Err(damaged("it has no keys"));
    }
    let read = |group| match group {
        Json::Object(lists) => {
            let mut lists: BTreeMap<_, _> = lists.into_iter().filter(|(_, list)| !is_empty(list)).collect();
            let keys = take_lists(&mut lists)?;
            if lists.is_empty() { Ok(keys) } else { Err(damaged("a key group has a field that is not a list of keys")) }
        }
        _ => Err(damaged("a key group is not a mapping")),
    };
    groups.into_iter().map(read).collect()
}

/// Takes the lists of keys: the known ones, and any other whose entries hold a wrapped key.
fn take_lists(fields: &mut BTreeMap<String, Json>) -> Result<Vec<StoredKey>, DocumentError> {
    let is_list = |name: &str, value: &Json| {
        let holds_keys = |list: &Vec<Json>| list.iter().all(|key| key.get("enc").is_some());
        LISTS.contains(&name) || name != KEY_GROUPS && value.as_array().is_some_and(holds_keys)
    };
    let mut names: Vec<String> =
        fields.iter().filter(|(name, value)| is_list(name, value)).map(|(name, _)| name.clone()).collect();
    // The order of sops, with unknown lists last.
    names.sort_by_key(|name| LISTS.iter().position(|known| known == name).unwrap_or(LISTS.len()));
    let mut keys = Vec::new();
    for name in names {
        let Some(Json::Array(list)) = fields.remove(&name) else {
            return Err(DocumentError::Metadata(format!("`{name}` is not a list of keys")));
        };
        for key in list {
            let Json::Object(key) = key else {
                return Err(DocumentError::Metadata(format!("an entry of `{name}` is not a mapping")));
            };
            keys.push(StoredKey::new(&name, key));
        }
    }
    Ok(keys)
}

pub(crate) fn lists(group: &[StoredKey]) -> BTreeMap<String, Json> {
    let mut lists: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for key in group {
        lists.entry(key.list().to_owned()).or_default().push(Json::Object(key.to_json()));
    }
    lists.into_iter().map(|(name, list)| (name, Json::Array(list))).collect()
}

fn damaged(fault: &str) -> DocumentError {
    DocumentError::Metadata(fault.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Json) -> Result<Metadata, DocumentError> {
        Metadata::from_json(value.as_object().unwrap())
    }

    fn minimal() -> Json {
        json!({
            "age": [{ "recipient": "age1x", "enc": "armor" }],
            "lastmodified": "2026-11-25T15:00:00Z",
            "mac": "ENC[…]",
            "unencrypted_suffix": "_unencrypted",
            "version": "3.13.2",
        })
    }

    #[test]
    fn what_sops_writes_comes_back_as_it_was() {
        let several_groups = json!({
            "key_groups": [
                { "kms": [{ "arn": "arn:1", "created_at": "2026-11-25T15:00:00Z", "enc": "x", "aws_profile": "",
                            "context": { "app": "demo" }, "role": "r" }],
                  "pgp": [{ "fp": "FBC7", "created_at": "2026-11-25T15:00:00Z", "enc": "y" }] },
                { "age": [{ "recipient": "age1x", "enc": "z" }] },
            ],
            "shamir_threshold": 2, "mac_only_encrypted": true, "encrypted_regex": "^data$",
            "lastmodified": "2026-11-25T15:00:00Z", "mac": "ENC[…]", "version": "3.13.2",
        });
        for value in [minimal(), several_groups] {
            assert_eq!(Json::Object(read(&value).unwrap().to_json()), value);
        }
    }

    #[test]
    fn unknown_fields_and_unknown_lists_of_keys_are_kept() {
        let mut value = minimal();
        value["future"] = json!({ "a": [1, 2] });
        value["new_kms"] = json!([{ "id": "k", "enc": "w", "more": true }]);
        value["gcp_kms"] = json!([{ "resource_id": "g", "created_at": "t", "enc": "v" }]);
        let metadata = read(&value).unwrap();
        let names: Vec<_> = metadata.groups[0].iter().map(|key| (key.list(), key.id())).collect();
        let wanted = [("gcp_kms", "g"), ("age", "age1x"), ("new_kms", "k")];
        assert_eq!(names, wanted.map(|(list, id)| (list, id.to_owned())));
        assert_eq!(Json::Object(metadata.to_json()), value);
    }

    #[test]
    fn nothing_is_as_good_as_absent() {
        let mut value = minimal();
        for (name, nothing) in [("kms", Json::Null), ("pgp", json!([])), ("key_groups", json!([])), ("x", json!(""))] {
            value[name] = nothing;
        }
        value["encrypted_regex"] = json!("");
        assert_eq!(Json::Object(read(&value).unwrap().to_json()), minimal());
    }

    #[test]
    fn formats_without_types_have_text_for_numbers_and_booleans() {
        let mut value = minimal();
        (value["shamir_threshold"], value["mac_only_encrypted"]) = (json!("1"), json!("true"));
        let metadata = read(&value).unwrap();
        assert_eq!((metadata.threshold, metadata.mac_scope), (1, MacScope::OnlyEncrypted));
    }

    #[test]
    fn a_document_without_a_rule_has_the_usual_one_and_several_are_refused() {
        let mut value = minimal();
        value.as_object_mut().unwrap().remove("unencrypted_suffix");
        assert_eq!(read(&value).unwrap().rule, EncryptionRule::default());
        (value["encrypted_regex"], value["encrypted_suffix"]) = (json!("a"), json!("b"));
        let several = DocumentError::SeveralRules(vec!["encrypted_suffix", "encrypted_regex"]);
        assert_eq!(read(&value), Err(several));
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        assert!(matches!(read(&json!({ "enabled": true })), Err(DocumentError::ForeignSopsKey(_))));
        let faulty = |name: &str, fault: Json| {
            let mut value = minimal();
            value[name] = fault;
            read(&value)
        };
        for (name, fault) in [
            ("lastmodified", json!("yesterday")),
            ("mac", json!(1)),
            ("age", json!([])),
            ("age", json!("age1x")),
            ("age", json!(["age1x"])),
            ("shamir_threshold", json!("two")),
            ("mac_only_encrypted", json!("perhaps")),
            ("age", json!(vec![json!({ "recipient": "age1x", "enc": "a" }); 257])),
        ] {
            assert!(matches!(faulty(name, fault.clone()), Err(DocumentError::Metadata(_))), "{name} {fault}");
        }
    }

    #[test]
    fn the_time_of_the_last_change_is_one_in_whole_seconds() {
        let (sealed, unsealed) = (now_with(SealIntent::Sealed), now_with(SealIntent::Unsealed));
        assert!(sealed.ends_with("+00:01") && unsealed.ends_with('Z'), "{sealed} {unsealed}");
        assert_eq!([whole_seconds(&sealed), whole_seconds(&unsealed)], [Some(sealed), Some(unsealed)]);
        assert_eq!(whole_seconds("2026-11-25T15:00:00.123Z").as_deref(), Some("2026-11-25T15:00:00Z"));
    }
}
