//! Which keys may be asked because a file's header names them. A header is somebody else's text.

use super::access::KmsAccess;
use super::aws_kms::key::{AWS_KMS, KmsKey};
use super::registry::{self, PROVIDERS};
use super::spec::KeySpec;
use super::wrapped::WrappedKey;

/// The keys that may be asked when a header names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedKeys {
    /// Every list that has a say; each must let a key pass.
    lists: Vec<Vec<Trusted>>,
    /// Without a list, and where nobody asked for a file to be opened: what is known of KMS.
    known: Option<KnownAccess>,
}

/// Accounts, roles and profiles of AWS that a config or the user has named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownAccess {
    /// Accounts whose keys may be asked.
    pub accounts: Vec<String>,
    /// Roles that may be assumed because a document names them.
    pub roles: Vec<String>,
    /// Profiles that may be used because a document names them.
    pub profiles: Vec<String>,
}

impl KnownAccess {
    /// Whether a wrapped key is of KMS, in one of the accounts.
    #[must_use]
    pub fn is_account_of(&self, slot: &WrappedKey) -> bool {
        let key = KmsKey::from_slot(&slot.key_id).or_else(|| KmsKey::from_document(&slot.key_id));
        let account = key.as_ref().and_then(KmsKey::account);
        account.is_some_and(|account| self.accounts.iter().any(|known| known == account))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Trusted {
    /// A word that stands for several keys of a provider: an account of AWS, or an ARN with `*` in it.
    Pattern { provider: &'static str, pattern: String },
    /// A recipient of age, a PGP key, or `passphrase:`.
    Key(KeySpec),
}

impl TrustedKeys {
    /// Every key.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// No key, until some are added.
    #[must_use]
    pub fn none() -> Self {
        Self { lists: vec![Vec::new()], known: None }
    }

    /// Adds the ARN of a KMS key with `*` in it or without, an account, a recipient of age, or `passphrase:`.
    ///
    /// # Errors
    /// If the word is none of these.
    #[allow(clippy::result_unit_err, reason = "there is nothing to say but that it is none of these")]
    pub fn add(&mut self, word: &str) -> Result<(), ()> {
        let word = word.trim();
        let by_pattern = PROVIDERS.iter().find(|provider| provider.is_pattern(word));
        let trusted = match by_pattern {
            Some(provider) => Trusted::Pattern { provider: provider.name(), pattern: word.to_owned() },
            None => match word.parse::<KeySpec>() {
                Ok(key) if registry::of(&key).may_be_trusted(&key) => Trusted::Key(key),
                _ => return Err(()),
            },
        };
        match self.lists.last_mut() {
            Some(list) => list.push(trusted),
            None => self.lists.push(vec![trusted]),
        }
        Ok(())
    }

    /// Whether there is any list. Without one every key may be asked, and nobody has said so of any.
    #[must_use]
    pub fn is_list(&self) -> bool {
        !self.lists.is_empty()
    }

    /// The keys that both let pass.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.lists.extend(other.lists);
        self.known = self.known.or(other.known);
        self
    }

    /// Without a list, only the keys of KMS that are known, asked in a way that is known.
    #[must_use]
    pub fn only_known(mut self, known: KnownAccess) -> Self {
        self.known = Some(known);
        self
    }

    /// Whether a key may be asked in the way that a document names. A list of trusted keys leaves that to the document.
    #[must_use]
    pub fn permits_access(&self, slot: &WrappedKey, access: &KmsAccess) -> bool {
        let Some(known) = self.known.as_ref().filter(|_| slot.provider == AWS_KMS && self.lists.is_empty()) else {
            return true;
        };
        let is_among =
            |named: &Option<String>, known: &[String]| named.as_ref().is_none_or(|name| known.contains(name));
        is_among(&access.role, &known.roles) && is_among(&access.profile, &known.profiles) && known.is_account_of(slot)
    }

    /// Whether the key of a slot may be asked.
    #[must_use]
    pub fn permits(&self, slot: &WrappedKey) -> bool {
        self.lists.iter().all(|list| list.iter().any(|trusted| trusted.permits(slot)))
    }
}

impl Trusted {
    fn permits(&self, slot: &WrappedKey) -> bool {
        match self {
            Self::Pattern { provider, pattern } => {
                *provider == slot.provider
                    && registry::by_name(provider).is_some_and(|provider| provider.pattern_matches(pattern, slot))
            }
            Self::Key(key) => key.names(slot).is_certain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::AGE;

    const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";

    fn slot(provider: &str, key_id: &str) -> WrappedKey {
        WrappedKey { provider: provider.to_owned(), key_id: key_id.to_owned(), ciphertext: vec![1] }
    }

    fn trusting(words: &[&str]) -> TrustedKeys {
        let mut trusted = TrustedKeys::none();
        for word in words {
            trusted.add(word).unwrap();
        }
        trusted
    }

    #[test]
    fn a_kms_key_is_trusted_by_its_arn_by_a_pattern_or_by_its_account() {
        for (word, permitted) in [
            (ARN, true),
            ("arn:aws:kms:eu-west-1:111122223333:key/*", true),
            ("arn:aws:kms:*:111122223333:*", true),
            ("arn:*:*:*:*:*", true),
            ("111122223333", true),
            ("arn:aws:kms:eu-west-2:111122223333:key/*", false),
            ("arn:aws:kms:*:444455556666:key/*", false),
            ("444455556666", false),
            (&ARN[..ARN.len() - 1], false),
            ("passphrase:", false),
            (SSH, false),
        ] {
            assert_eq!(trusting(&[word]).permits(&slot(AWS_KMS, ARN)), permitted, "{word}");
        }
    }

    #[test]
    fn a_recipient_and_a_passphrase_are_trusted_by_name_only() {
        assert!(trusting(&[ARN, SSH]).permits(&slot(AGE, SSH)));
        assert!(!trusting(&[ARN]).permits(&slot(AGE, SSH)));
        assert!(trusting(&["passphrase:"]).permits(&slot(AGE, "scrypt")));
        assert!(!trusting(&[SSH]).permits(&slot(AGE, "scrypt")));
    }

    #[test]
    fn without_a_list_every_key_is_trusted_and_with_an_empty_one_none() {
        assert!(TrustedKeys::all().permits(&slot(AWS_KMS, ARN)));
        assert!(TrustedKeys::all().permits(&slot("another", "x")));
        assert!(!TrustedKeys::none().permits(&slot(AWS_KMS, ARN)));
        assert!(!trusting(&["arn:*:*:*:*:*", "passphrase:"]).permits(&slot("another", ARN)));
    }

    #[test]
    fn of_two_lists_both_must_let_a_key_pass() {
        let both = trusting(&["111122223333"]).and(trusting(&["arn:aws:kms:eu-west-1:*:key/*"]));
        assert!(both.permits(&slot(AWS_KMS, ARN)));
        assert!(!both.permits(&slot(AWS_KMS, &ARN.replace("eu-west-1", "eu-west-2"))));
        assert!(!both.permits(&slot(AWS_KMS, &ARN.replace("1111", "9999"))));
        assert!(!both.clone().and(TrustedKeys::none()).permits(&slot(AWS_KMS, ARN)));
        assert!(both.and(TrustedKeys::all()).permits(&slot(AWS_KMS, ARN)));
    }

    #[test]
    fn words_that_name_no_key_for_certain_are_refused() {
        for word in ["", "*", "alias/backup", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms", "12345", "@name"] {
            assert_eq!(TrustedKeys::none().add(word), Err(()), "{word}");
        }
    }
}
