//! Who vouches for the recipients that a file names.
//!
//! The header of a kenc file and the metadata of a document are somebody else's text: whoever can write the file can put a
//! recipient there, without having any key. So no data key, and no share of one, is wrapped for a recipient on the word of a
//! file alone. Everything that wraps for recipients that a file names goes through [`Vouchers::check`].

use std::collections::BTreeSet;
use std::fmt;

use super::access::KmsAccess;
use super::groups::key::WrappingKey;
use super::registry;
use super::spec::KeySpec;
use super::trust::TrustedKeys;
use super::wrapped::WrappedKey;
use crate::error::{Error, Result};

/// A recipient as a file names it, with everything that decides who is given what is wrapped for it.
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// Without a ciphertext.
    slot: WrappedKey,
    access: KmsAccess,
    /// What tells it from every other.
    identity: String,
}

/// Everything that may vouch for the recipients of one file. The default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Vouchers {
    named: Vec<KeySpec>,
    trusted: Option<TrustedKeys>,
    approved: BTreeSet<NamedKey>,
    extent: Extent,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Extent {
    /// What was named, trusted or approved.
    #[default]
    Listed,
    /// A person said yes to whatever the file names.
    Everything,
}

impl Vouchers {
    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A person who has said yes to every recipient of the file, as `--yes` does.
    #[must_use]
    pub fn person() -> Self {
        Self { extent: Extent::Everything, ..Self::default() }
    }

    /// And the command line, which names these keys.
    #[must_use]
    pub fn and_named(mut self, keys: &[KeySpec]) -> Self {
        self.named.extend_from_slice(keys);
        self
    }

    /// And `trusted_keys`, for what it permits. No list at all vouches for nothing.
    #[must_use]
    pub fn and_trusted(mut self, trusted: &TrustedKeys) -> Self {
        self.trusted = trusted.is_list().then(|| trusted.clone());
        self
    }

    /// And whatever has approved of these: a seal that was verified, a rule of the config that names exactly them, or a
    /// person who was shown them.
    #[must_use]
    pub fn and_approved(mut self, keys: impl IntoIterator<Item = NamedKey>) -> Self {
        self.approved.extend(keys);
        self
    }

    /// Whether anything vouches for a recipient.
    #[must_use]
    pub fn vouch_for(&self, key: &NamedKey) -> bool {
        let Self { named, trusted, approved, extent } = self;
        *extent == Extent::Everything
            || approved.contains(key)
            || named.iter().any(|named| named.names(&key.slot).is_certain())
            || trusted.as_ref().is_some_and(|trusted| trusted.permits(&key.slot))
    }

    /// Checks that something vouches for every one of `keys`. Nothing may be wrapped for them before.
    ///
    /// # Errors
    /// [`Error::NotVouchedFor`] with those for which nothing does.
    pub fn check<'a>(&self, keys: impl IntoIterator<Item = &'a NamedKey>) -> Result<()> {
        let mut unknown: Vec<String> = Vec::new();
        for key in keys {
            let name = key.to_string();
            if !self.vouch_for(key) && !unknown.contains(&name) {
                unknown.push(name);
            }
        }
        if unknown.is_empty() { Ok(()) } else { Err(Error::NotVouchedFor { keys: unknown }) }
    }
}

impl NamedKey {
    /// The recipient of a slot of a header.
    #[must_use]
    pub fn of_slot(slot: &WrappedKey) -> Self {
        let WrappedKey { provider, key_id, ciphertext: _ } = slot;
        Self::new(provider, key_id, KmsAccess::default(), format!("{provider} {key_id}"))
    }

    /// The recipient that a key of a rule is.
    #[must_use]
    pub fn of_wrapping_key(WrappingKey { key, access }: &WrappingKey) -> Self {
        let (provider, key_id) = (key.provider(), registry::of(key).slot_id(key));
        Self::new(provider, &key_id, access.clone(), format!("{provider} {key_id}"))
    }

    /// The recipient of a wrapped key of a document. `identity` says all of it.
    pub(crate) fn new(provider: &str, key_id: &str, access: KmsAccess, identity: String) -> Self {
        let slot = WrappedKey { provider: provider.to_owned(), key_id: key_id.to_owned(), ciphertext: Vec::new() };
        Self { slot, access, identity }
    }
}

/// The key as messages name it, with the role and profile that the file names for it.
impl fmt::Display for NamedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slot: WrappedKey { provider, key_id, .. }, access: KmsAccess { role, profile, .. }, .. } = self;
        write!(f, "{provider} {key_id}")?;
        for (what, name) in [("role", role), ("profile", profile)] {
            if let Some(name) = name {
                write!(f, " ({what} {name})")?;
            }
        }
        Ok(())
    }
}

impl PartialEq for NamedKey {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for NamedKey {}

impl PartialOrd for NamedKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NamedKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.identity.cmp(&other.identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{AGE, AWS_KMS};

    const OURS: &str = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";
    const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn named(provider: &str, key_id: &str) -> NamedKey {
        NamedKey::of_slot(&WrappedKey { provider: provider.to_owned(), key_id: key_id.to_owned(), ciphertext: vec![1] })
    }

    #[test]
    fn nothing_vouches_for_a_key_that_only_a_file_names() {
        let key = named(AGE, OURS);
        for nobody in [Vouchers::none(), Vouchers::none().and_trusted(&TrustedKeys::all())] {
            let Err(Error::NotVouchedFor { keys }) = nobody.check([&key]) else { panic!("it was vouched for") };
            assert_eq!(keys, [format!("age {OURS}")]);
        }
        assert!(Vouchers::none().and_approved([named(AGE, ARN)]).check([&key]).is_err());
        assert!(Vouchers::none().check([]).is_ok());
    }

    #[test]
    fn each_voucher_vouches_for_what_it_names_and_no_more() {
        let mut trusted = TrustedKeys::none();
        trusted.add("111122223333").unwrap();
        let (age, kms) = (named(AGE, OURS), named(AWS_KMS, ARN));
        for (vouchers, for_age, for_kms) in [
            (Vouchers::person(), true, true),
            (Vouchers::none().and_named(&[OURS.parse().unwrap()]), true, false),
            (Vouchers::none().and_named(&[ARN.parse().unwrap()]), false, true),
            // An alias may mean any key.
            (Vouchers::none().and_named(&["alias/x".parse().unwrap()]), false, false),
            (Vouchers::none().and_trusted(&trusted), false, true),
            (Vouchers::none().and_trusted(&TrustedKeys::none()), false, false),
            (Vouchers::none().and_approved([age.clone()]), true, false),
        ] {
            assert_eq!((vouchers.vouch_for(&age), vouchers.vouch_for(&kms)), (for_age, for_kms), "{vouchers:?}");
        }
    }
}
