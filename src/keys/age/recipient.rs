//! Recipients of age: the words for them, and new ones.

use std::fmt;

use ::age::secrecy::SecretString;

use super::slot::AGE;
use crate::error::{KeyWordError, Result};
use crate::keys::spec::KeySpec;

/// A recipient of age: an X25519 or ssh public key, in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeRecipient(String);

impl AgeRecipient {
    /// Reads a recipient. `None` if the word has the form of none.
    ///
    /// # Errors
    /// If it has the form of a recipient, but is wrong or of a kind that is not supported.
    pub fn from_word(word: &str) -> Result<Option<Self>, KeyWordError> {
        let invalid = |fault: String| KeyWordError::Invalid { word: word.to_owned(), fault };
        if word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-") {
            use ::age::ssh::ParseRecipientKeyError as Fault;
            let recipient: ::age::ssh::Recipient = word.parse().map_err(|fault| {
                invalid(match fault {
                    Fault::RsaModulusTooLarge => "the RSA key has more than 4096 bits".to_owned(),
                    Fault::RsaModulusTooSmall => "the RSA key has less than 2048 bits".to_owned(),
                    Fault::Unsupported(kind) => format!("ssh keys of type {kind} cannot encrypt"),
                    _ => "it is not a complete ssh public key".to_owned(),
                })
            })?;
            return Ok(Some(Self(recipient.to_string())));
        }
        if !word.starts_with("age1") {
            return Ok(None);
        }
        match word.parse::<::age::x25519::Recipient>() {
            Ok(recipient) => Ok(Some(Self(recipient.to_string()))),
            Err(_) if word["age1".len()..].contains('1') => {
                Err(invalid("recipients of age plugins are not supported, only age1… of X25519".to_owned()))
            }
            Err(_) => Err(invalid("it is mistyped or incomplete".to_owned())),
        }
    }

    /// The recipient that a word of this provider names; a passphrase is none.
    #[must_use]
    pub fn of(key: &KeySpec) -> Option<Self> {
        (key.provider() == AGE && !key.is_passphrase()).then(|| Self(key.as_str().to_owned()))
    }

    /// The spelling.
    pub(in crate::keys) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn to_age(&self) -> Box<dyn ::age::Recipient> {
        const CHECKED: &str = "the spelling was made by the parser that now reads it";
        if self.0.starts_with("ssh-") {
            Box::new(self.0.parse::<::age::ssh::Recipient>().expect(CHECKED))
        } else {
            Box::new(self.0.parse::<::age::x25519::Recipient>().expect(CHECKED))
        }
    }
}

impl fmt::Display for AgeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A new local key: an X25519 identity.
pub struct NewIdentity {
    /// The recipient, for everybody to know.
    pub recipient: AgeRecipient,
    /// The identity, to be kept.
    pub secret: SecretString,
}

impl NewIdentity {
    /// Makes a key.
    #[must_use]
    pub fn generate() -> Self {
        let identity = ::age::x25519::Identity::generate();
        Self { recipient: AgeRecipient(identity.to_public().to_string()), secret: identity.to_string() }
    }
}

impl From<AgeRecipient> for KeySpec {
    fn from(AgeRecipient(spelling): AgeRecipient) -> Self {
        Self::new(AGE, spelling)
    }
}

impl From<::age::x25519::Recipient> for AgeRecipient {
    fn from(recipient: ::age::x25519::Recipient) -> Self {
        Self(recipient.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_has_one_spelling() {
        const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
        let recipient = AgeRecipient::from_word(&format!("{KEY} somebody@somewhere")).unwrap().unwrap();
        assert_eq!(recipient.to_string(), KEY);
        assert_eq!(AgeRecipient::from_word("alias/x"), Ok(None));
        let age = NewIdentity::generate().recipient.to_string();
        assert_eq!(AgeRecipient::from_word(&age).unwrap().unwrap().to_string(), age);
        // Another last letter than the right one: the checksum of Bech32 finds every single one.
        let last = if age.ends_with('q') { 'p' } else { 'q' };
        let mistyped = format!("{}{last}", &age[..age.len() - 1]);
        for word in [&age[..20], &mistyped, "age1yubikey1qqqqqq", "ssh-ed25519", "ssh-dss AAAAB3NzaC1kc3MAAACBAP"] {
            assert!(AgeRecipient::from_word(word).is_err(), "{word}");
        }
    }
}
