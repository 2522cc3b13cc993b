//! The encryption context: pairs of text that are bound to a payload and not secret.
//!
//! AWS KMS knows it under the same name: IAM conditions and CloudTrail see the pairs. See `kenc-format(5)`.

use std::collections::BTreeMap;

use crate::codec::{FieldReader, FieldWriter};
use crate::error::{ContextError, FormatError};

/// Maximum number of pairs of a context.
pub const MAX_PAIRS: usize = 64;
/// Maximum length of all keys and values together, in bytes.
pub const MAX_BYTES: usize = 8192;

/// Pairs of a key and a value, in ascending order of the keys' bytes, without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncryptionContext(BTreeMap<String, String>);

impl EncryptionContext {
    /// A context without pairs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads words of the form `key=value`. The key ends at the first `=`.
    ///
    /// # Errors
    /// If a word has no `=` or an empty key, a key comes twice, or the whole is beyond the limits.
    pub fn from_words<W: AsRef<str>>(words: &[W]) -> Result<Self, ContextError> {
        let mut context = Self::new();
        for word in words {
            let word = word.as_ref();
            let (key, value) = word.split_once('=').ok_or_else(|| ContextError::NoEqualsSign(word.to_owned()))?;
            context.insert(key, value)?;
        }
        Ok(context)
    }

    /// Adds a pair.
    ///
    /// # Errors
    /// If the key is empty or there already, or the whole would be beyond the limits.
    pub fn insert(&mut self, key: &str, value: &str) -> Result<(), ContextError> {
        if key.is_empty() {
            return Err(ContextError::EmptyKey(format!("{key}={value}")));
        }
        if self.0.contains_key(key) {
            return Err(ContextError::Duplicate(key.to_owned()));
        }
        if self.0.len() == MAX_PAIRS {
            return Err(ContextError::TooManyPairs(MAX_PAIRS + 1));
        }
        let bytes = self.0.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() + key.len() + value.len();
        if bytes > MAX_BYTES {
            return Err(ContextError::TooLong(bytes));
        }
        self.0.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    /// The context of a message of the AWS Encryption SDK, whose format has limits of its own. Of pairs with the same key the
    /// first one stays.
    pub(crate) fn of_message(pairs: &[(String, String)]) -> Self {
        let mut context = Self::new();
        for (key, value) in pairs {
            context.0.entry(key.clone()).or_insert_with(|| value.clone());
        }
        context
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs, in ascending order of the keys' bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The pairs for themselves, in ascending order of the keys' bytes.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Checks that every pair of `demanded` is present; other pairs may be present too.
    ///
    /// # Errors
    /// Names the first pair that is missing or has another value.
    pub fn check_contains(&self, demanded: &Self) -> Result<(), ContextError> {
        for (key, value) in demanded.iter() {
            match self.0.get(key) {
                Some(found) if found == value => {}
                Some(found) => {
                    return Err(ContextError::Different {
                        key: key.to_owned(),
                        demanded: value.to_owned(),
                        found: found.clone(),
                    });
                }
                None => return Err(ContextError::Missing { key: key.to_owned(), demanded: value.to_owned() }),
            }
        }
        Ok(())
    }

    /// Writes the canonical encoding: a count, then each key and value behind its length.
    pub(crate) fn encode(&self, writer: &mut FieldWriter) {
        writer.u16(self.0.len());
        for (key, value) in &self.0 {
            writer.u16_prefixed(key.as_bytes());
            writer.u16_prefixed(value.as_bytes());
        }
    }

    /// Reads the canonical encoding, and nothing that differs from it.
    pub(crate) fn decode(reader: &mut FieldReader<'_>) -> Result<Self, FormatError> {
        let count = usize::from(reader.u16()?);
        if count > MAX_PAIRS {
            return Err(FormatError::LimitExceeded {
                field: "number of context pairs",
                found: count as u64,
                limit: MAX_PAIRS as u64,
            });
        }
        let mut context = Self::new();
        for _ in 0..count {
            let key = utf8(reader.u16_prefixed()?)?;
            let value = utf8(reader.u16_prefixed()?)?;
            if context.0.last_key_value().is_some_and(|(last, _)| last.as_str() >= key) {
                return Err(FormatError::NotCanonical("context pairs are not in ascending order without duplicates"));
            }
            context.insert(key, value).map_err(|error| match error {
                ContextError::TooLong(found) => FormatError::LimitExceeded {
                    field: "length of the context",
                    found: found as u64,
                    limit: MAX_BYTES as u64,
                },
                _ => FormatError::NotCanonical("context has an empty key"),
            })?;
        }
        Ok(context)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, FormatError> {
    std::str::from_utf8(bytes).map_err(|_| FormatError::NotCanonical("context is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(context: &EncryptionContext) -> Vec<u8> {
        let mut writer = FieldWriter::new();
        context.encode(&mut writer);
        writer.into_bytes()
    }

    fn decoded(bytes: &[u8]) -> Result<EncryptionContext, FormatError> {
        let mut reader = FieldReader::new(bytes, "context");
        let context = EncryptionContext::decode(&mut reader)?;
        reader.finish()?;
        Ok(context)
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes_to_the_same(pairs in prop::collection::btree_map(".{1,20}", ".{0,40}", 0..20)) {
            let mut context = EncryptionContext::new();
            for (key, value) in &pairs {
                context.insert(key, value).unwrap();
            }
            prop_assert_eq!(decoded(&encoded(&context)).unwrap(), context);
        }

        #[test]
        fn what_decodes_encodes_to_the_same_bytes(bytes in prop::collection::vec(0u8..6, 0..24)) {
            if let Ok(context) = decoded(&bytes) {
                prop_assert_eq!(encoded(&context), bytes);
            }
        }
    }

    #[test]
    fn the_limit_of_8192_bytes_is_exact() {
        let mut context = EncryptionContext::new();
        context.insert("k", &"v".repeat(MAX_BYTES - 1)).unwrap();
        assert_eq!(decoded(&encoded(&context)).unwrap(), context);
        assert_eq!(context.insert("l", ""), Err(ContextError::TooLong(MAX_BYTES + 1)));
    }

    #[test]
    fn the_limit_of_64_pairs_is_exact() {
        let words: Vec<String> = (0..65).map(|n| format!("k{n}=v")).collect();
        assert!(EncryptionContext::from_words(&words[..64]).is_ok());
        assert_eq!(EncryptionContext::from_words(&words), Err(ContextError::TooManyPairs(65)));
    }

    #[test]
    fn a_value_may_hold_an_equals_sign_and_be_empty() {
        let context = EncryptionContext::from_words(&["a=b=c", "d="]).unwrap();
        assert_eq!(context.iter().collect::<Vec<_>>(), [("a", "b=c"), ("d", "")]);
    }

    #[test]
    fn a_demand_is_met_by_a_context_with_more_pairs_and_names_the_pair_that_is_not_met() {
        let context = EncryptionContext::from_words(&["app=demo", "env=prod"]).unwrap();
        let demand = |word| context.check_contains(&EncryptionContext::from_words(&[word]).unwrap());
        assert_eq!(demand("env=prod"), Ok(()));
        assert!(matches!(demand("env=test"), Err(ContextError::Different { found, .. }) if found == "prod"));
        assert!(matches!(demand("db=x"), Err(ContextError::Missing { key, .. }) if key == "db"));
    }
}
