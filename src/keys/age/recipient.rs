//! Recipients of age: the words for them, and new ones.

use std::fmt;

use ::age::secrecy::SecretString;

use super::plugin::PluginRecipient;
use super::post_quantum::{self, HybridIdentity, HybridRecipient};
use super::slot::AGE;
use crate::error::{KeyWordError, Result};
use crate::keys::passphrase::PassphraseSource;
use crate::keys::spec::KeySpec;

/// A recipient of age: an X25519, post-quantum or ssh public key, or the recipient of a plugin, in its one spelling.
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
        let spelling = match RecipientKind::of(word) {
            RecipientKind::PostQuantum => word.parse().ok().map(|it: HybridRecipient| it.to_string()),
            RecipientKind::Tag => word.parse().ok().map(|it: ::age::tag::Recipient| it.to_string()),
            RecipientKind::TagPostQuantum => word.parse().ok().map(|it: ::age::tagpq::Recipient| it.to_string()),
            RecipientKind::Plugin => word.parse().ok().map(|it: ::age::plugin::Recipient| it.to_string()),
            RecipientKind::X25519 | RecipientKind::Ssh => {
                word.parse().ok().map(|it: ::age::x25519::Recipient| it.to_string())
            }
        };
        spelling.map(|spelling| Some(Self(spelling))).ok_or_else(|| invalid("it is mistyped or incomplete".to_owned()))
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

    /// The recipient as the `age` crate takes it. `asked` answers what a plugin asks.
    pub(super) fn to_age<'a>(&self, asked: &'a dyn PassphraseSource) -> Box<dyn ::age::Recipient + 'a> {
        const CHECKED: &str = "the spelling was made by the parser that now reads it";
        let word = &self.0;
        match RecipientKind::of(word) {
            RecipientKind::Ssh => Box::new(word.parse::<::age::ssh::Recipient>().expect(CHECKED)),
            RecipientKind::X25519 => Box::new(word.parse::<::age::x25519::Recipient>().expect(CHECKED)),
            RecipientKind::PostQuantum => Box::new(word.parse::<HybridRecipient>().expect(CHECKED)),
            RecipientKind::Tag => Box::new(word.parse::<::age::tag::Recipient>().expect(CHECKED)),
            RecipientKind::TagPostQuantum => Box::new(word.parse::<::age::tagpq::Recipient>().expect(CHECKED)),
            RecipientKind::Plugin => Box::new(PluginRecipient { recipient: word.parse().expect(CHECKED), asked }),
        }
    }
}

/// Which kinds of recipients there are. How a word begins tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RecipientKind {
    X25519,
    PostQuantum,
    /// Of a key in hardware, which a plugin unwraps and everybody can wrap for.
    Tag,
    TagPostQuantum,
    Plugin,
    Ssh,
}

impl RecipientKind {
    fn of(word: &str) -> Self {
        let is = |prefix: &str| word.starts_with(prefix);
        if is("ssh-") {
            Self::Ssh
        } else if is(post_quantum::RECIPIENT_PREFIX) {
            Self::PostQuantum
        } else if is("age1tag1") {
            Self::Tag
        } else if is("age1tagpq1") {
            Self::TagPostQuantum
        } else if word.get("age1".len()..).is_some_and(|rest| rest.contains('1')) {
            Self::Plugin
        } else {
            Self::X25519
        }
    }
}

impl fmt::Display for AgeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a new local key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityKind {
    /// A key of X25519, which every age reads.
    X25519,
    /// A key of ML-KEM-768 together with one of X25519, which resists quantum computers: age 1.3 and later, sops 3.12 and later.
    PostQuantum,
}

/// A new local key.
#[non_exhaustive]
pub struct NewIdentity {
    /// The recipient, for everybody to know.
    pub recipient: AgeRecipient,
    /// The identity, to be kept.
    pub secret: SecretString,
}

impl NewIdentity {
    /// Makes an X25519 key.
    #[must_use]
    pub fn generate() -> Self {
        let identity = ::age::x25519::Identity::generate();
        Self { recipient: AgeRecipient(identity.to_public().to_string()), secret: identity.to_string() }
    }

    /// Makes a key of this kind.
    #[must_use]
    pub fn of_kind(kind: IdentityKind) -> Self {
        match kind {
            IdentityKind::X25519 => Self::generate(),
            IdentityKind::PostQuantum => {
                let identity = HybridIdentity::generate();
                Self { recipient: identity.to_public().into(), secret: identity.to_secret() }
            }
        }
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

impl From<HybridRecipient> for AgeRecipient {
    fn from(recipient: HybridRecipient) -> Self {
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
