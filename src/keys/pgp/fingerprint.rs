//! Fingerprints of PGP keys, and the words for them.

use std::fmt;

use crate::error::KeyWordError;
use crate::keys::key_match::KeyMatch;
use crate::keys::spec::KeySpec;

/// Provider name of PGP keys, which wrap the data keys of documents only.
pub const PGP: &str = "pgp";

/// What a word for a PGP key begins with.
const PREFIX: &str = "pgp:";

/// The fingerprint of a PGP key, or the end of one, in capitals. A `!` at its end means this subkey and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgpFingerprint(String);

impl PgpFingerprint {
    /// Reads a word, `pgp:FINGERPRINT`. `None` if it has not this form.
    ///
    /// # Errors
    /// If what follows `pgp:` is no fingerprint.
    pub fn from_word(word: &str) -> Result<Option<Self>, KeyWordError> {
        let Some(fingerprint) = word.strip_prefix(PREFIX) else { return Ok(None) };
        let invalid = || KeyWordError::Invalid {
            word: word.to_owned(),
            fault: "a fingerprint has 40 hexadecimal digits".to_owned(),
        };
        Self::from_fingerprint(fingerprint).ok_or_else(invalid).map(Some)
    }

    /// Reads a fingerprint as documents and their config hold it: digits, with spaces between them or without.
    #[must_use]
    pub fn from_fingerprint(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|letter| *letter != ' ').collect::<String>().to_ascii_uppercase();
        let digits = text.strip_suffix('!').unwrap_or(&text);
        // What goes to the program is nothing that it could take for an option or for a part of a name.
        let is_fingerprint = matches!(digits.len(), 16 | 32 | 40 | 64) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_fingerprint.then_some(Self(text))
    }

    /// The fingerprint that a word of this provider names.
    #[must_use]
    pub fn of(key: &KeySpec) -> Option<Self> {
        let fingerprint = (key.provider() == PGP).then(|| key.as_str().strip_prefix(PREFIX));
        fingerprint.flatten().and_then(Self::from_fingerprint)
    }

    /// Whether this is the fingerprint, or the end of the one, that a document has as `stored`. A subkey is named alike by its
    /// fingerprint with `!` and without.
    pub(super) fn matches(&self, stored: &str) -> KeyMatch {
        let digits = |Self(text): &Self| text.trim_end_matches('!').to_owned();
        match Self::from_fingerprint(stored) {
            Some(stored) if stored == *self => KeyMatch::Exactly,
            Some(stored) if digits(&stored).ends_with(&digits(self)) => KeyMatch::Alike,
            _ => KeyMatch::No,
        }
    }

    /// The fingerprint without `pgp:`, as documents hold it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PgpFingerprint> for KeySpec {
    fn from(fingerprint: PgpFingerprint) -> Self {
        Self::new(PGP, fingerprint.to_string())
    }
}

/// The word.
impl fmt::Display for PgpFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";

    #[test]
    fn a_fingerprint_is_read_in_every_form_that_sops_takes() {
        let spaced = "fbc7 b9e2 a4f9 289a c0c1  d484 3d16 cee4 a273 81b4";
        for text in [FINGERPRINT, &FINGERPRINT.to_lowercase(), spaced] {
            assert_eq!(PgpFingerprint::from_fingerprint(text).unwrap().as_str(), FINGERPRINT, "{text}");
        }
        let subkey = format!("{FINGERPRINT}!");
        assert_eq!(PgpFingerprint::from_fingerprint(&subkey).unwrap().as_str(), subkey);
        let word = PgpFingerprint::from_word(&format!("pgp:{FINGERPRINT}")).unwrap().unwrap();
        assert_eq!(word.to_string(), format!("pgp:{FINGERPRINT}"));
    }

    #[test]
    fn what_could_be_an_option_or_a_name_is_no_fingerprint() {
        for text in ["", "!", "--export", "alice@example.com", "FBC7", "0xFBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4"] {
            assert_eq!(PgpFingerprint::from_fingerprint(text), None, "{text}");
            assert!(PgpFingerprint::from_word(&format!("pgp:{text}")).is_err());
        }
        assert_eq!(PgpFingerprint::from_word(FINGERPRINT), Ok(None));
    }
}
