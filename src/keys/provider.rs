//! What a provider of wrapping keys does. Each has a folder of its own, and a line in the registry.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::access::KmsAccess;
use super::cache::Cache;
use super::cost::Cost;
use super::credentials::Credentials;
use super::finding::{KeyCheck, KeyToCheck};
use super::groups::key::WrappingKey;
use super::key_match::KeyMatch;
use super::race::Patience;
use super::spec::KeySpec;
use super::wrapped::WrappedKey;
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyAttempt, KeyRefusal, KeyWordError, Result};
use crate::keys::aws_kms::check::KmsPurpose;

/// What holds a wrapped key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The header of a file. Wrapped keys are bytes.
    File,
    /// The header of a message of the AWS Encryption SDK. Wrapped keys are bytes.
    Message,
    /// The metadata of a document. Wrapped keys are text, and some are shares of a data key.
    Document,
}

/// A secret that is to be wrapped under a key.
#[derive(Clone, Copy)]
pub(crate) struct Wrapping<'a> {
    pub key: &'a WrappingKey,
    /// A data key, or a share of one.
    pub secret: &'a [u8],
}

/// A wrapped key that is to be unwrapped. The keyring has found that its key may be asked.
#[derive(Clone, Copy)]
pub(crate) struct Unwrapping<'a> {
    pub credentials: Credentials<'a>,
    pub slot: &'a WrappedKey,
    /// How the document has the key asked; for a file, its context.
    pub access: &'a KmsAccess,
    pub holder: Holder,
    /// The key to ask, if [`Provider::key_to_ask`] found one.
    pub key: Option<&'a KeySpec>,
    pub patience: &'a Patience,
    /// What is known from other files of this run.
    pub cache: Option<&'a Cache>,
}

/// Wrapped keys that are to be made of others without the data key reaching us.
pub(crate) struct Rewrapping<'a> {
    pub credentials: Credentials<'a>,
    pub wrapped: &'a [WrappedKey],
    pub context: &'a EncryptionContext,
    /// The keys under which it is to be wrapped, all of this provider.
    pub wanted: &'a [&'a KeySpec],
    /// The key to ask for a slot, if it may be asked.
    pub key_to_ask: &'a dyn Fn(&WrappedKey) -> Result<Option<KeySpec>, KeyRefusal>,
    pub cache: &'a Cache,
}

/// A key that is to be checked.
pub(crate) struct Checking<'a> {
    pub credentials: Credentials<'a>,
    pub key: KeyToCheck<'a>,
    pub context: &'a EncryptionContext,
    pub purpose: KmsPurpose,
    pub cache: &'a Cache,
}

/// A provider of wrapping keys. What most do alike has a default.
pub(crate) trait Provider: Sync {
    /// Its name in slots and in results.
    fn name(&self) -> &'static str;

    /// Its name in sentences.
    fn title(&self) -> &'static str;

    /// Reads a word. `None` if it has not the form of a key of this provider.
    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError>;

    /// The name that slots have for a key.
    fn slot_id(&self, key: &KeySpec) -> String {
        key.to_string()
    }

    /// The key of a slot, as a word names it.
    fn key_of(&self, slot: &WrappedKey) -> Result<KeySpec, KeyRefusal>;

    /// Whether a key, which is of this provider, is the one of a slot of this provider.
    fn names(&self, key: &KeySpec, slot: &WrappedKey) -> KeyMatch;

    /// The key that a word stands for, if that is another word: the key behind an alias.
    fn resolve(&self, _credentials: Credentials<'_>, key: &KeySpec) -> Result<KeySpec, KeyRefusal> {
        Ok(key.clone())
    }

    /// Whether an encryption context is bound to what its keys wrap in documents.
    fn takes_context(&self) -> bool {
        false
    }

    /// Whether a key can wrap the data keys of files, or of documents.
    fn serves(&self, _slot_id: &str, _holder: Holder) -> bool {
        true
    }

    /// Whether a word of `trusted_keys` stands for several keys of this provider.
    fn is_pattern(&self, _word: &str) -> bool {
        false
    }

    /// Whether such a word stands for the key of a slot of this provider.
    fn pattern_matches(&self, _pattern: &str, _slot: &WrappedKey) -> bool {
        false
    }

    /// Whether a key can stand in `trusted_keys`: it must be the same key for everybody.
    fn may_be_trusted(&self, _key: &KeySpec) -> bool {
        true
    }

    /// What it costs to try a slot.
    fn cost(&self, slot: &WrappedKey, credentials: Credentials<'_>) -> Cost;

    /// How many slots with this id are tried of one file, if that is limited.
    fn most_tried(&self, _slot_id: &str) -> Option<usize> {
        None
    }

    /// Makes a data key and wraps it, if this provider has its keys do so.
    fn wrap_new(
        &self,
        _credentials: Credentials<'_>,
        _key: &WrappingKey,
        _holder: Holder,
    ) -> Option<Result<(DataKey, WrappedKey), KeyRefusal>> {
        None
    }

    /// Wraps each secret under its key, at the same time where it is a service that is asked.
    fn wrap(&self, credentials: Credentials<'_>, wrappings: &[Wrapping<'_>], holder: Holder)
    -> Result<Vec<WrappedKey>>;

    /// The key that is asked to unwrap a slot, where the provider must name one. With `only`, it is one of these.
    fn key_to_ask(
        &self,
        _credentials: Credentials<'_>,
        slot: &WrappedKey,
        _holder: Holder,
        only: &[KeySpec],
    ) -> Result<Option<KeySpec>, KeyRefusal> {
        if only.is_empty() || only.iter().any(|key| key.names(slot).is_possible()) {
            Ok(None)
        } else {
            Err(KeyRefusal::NotAmongGiven)
        }
    }

    /// Unwraps a data key or a share of one. Whether it is one is the caller's to see.
    fn unwrap(&self, unwrapping: &Unwrapping<'_>) -> Result<Zeroizing<Vec<u8>>, KeyRefusal>;

    /// Makes wrapped keys of another without the data key reaching us. `None` if this provider cannot. The wrapped keys that
    /// were refused are added to `attempts`.
    fn rewrap(&self, _rewrapping: &Rewrapping<'_>, _attempts: &mut Vec<KeyAttempt>) -> Result<Option<Vec<WrappedKey>>> {
        Ok(None)
    }

    /// Finds out whether a key works.
    fn check(&self, checking: &Checking<'_>) -> KeyCheck;

    /// The list of a document's metadata in which its keys are.
    fn list(&self) -> &'static str {
        self.name()
    }

    /// The fields of such an entry that name the key, which together are the id of the slot.
    fn id_fields(&self) -> &'static [&'static str];

    /// The fields of an entry, without the time.
    fn entry(&self, key: &WrappingKey, wrapped: WrappedKey) -> Map<String, Json>;

    /// Whether an entry says when it was wrapped.
    fn is_dated(&self) -> bool {
        true
    }

    /// The key that an entry names by its id, or `None` if kenc cannot have it wrap anew.
    fn key_of_entry(&self, id: &str) -> Option<KeySpec>;

    /// The wrapped key in the text of an entry.
    fn ciphertext_of_entry(&self, text: &str) -> Result<Vec<u8>, &'static str> {
        Ok(text.as_bytes().to_vec())
    }

    /// How an entry has its key asked. `field` gives a field by its name.
    fn access_of_entry(&self, _field: &dyn Fn(&str) -> Option<Json>) -> Result<KmsAccess, String> {
        Ok(KmsAccess::default())
    }

    /// What results for programs say of a key beside its provider and id.
    fn json_fields(&self, _slot_id: &str) -> Map<String, Json> {
        Map::new()
    }
}

/// The error of a key that refused to wrap.
pub(crate) fn cannot_wrap(key: &KeySpec, refusal: impl Into<KeyRefusal>) -> Error {
    Error::CannotWrap { key: key.to_string(), refusal: Box::new(refusal.into()) }
}
