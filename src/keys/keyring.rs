//! Everything with which keys are wrapped and unwrapped, and the one check of which keys may be asked.

use zeroize::Zeroizing;

use super::access::KmsAccess;
use super::age::identities::Identities;
use super::aws_kms::service::AwsKms;
use super::cache::Cache;
use super::cost::Cost;
use super::credentials::Credentials;
use super::passphrase::PassphraseSource;
use super::provider::{Holder, Provider, Unwrapping};
use super::race::Patience;
use super::registry::{self, OTHER_KEY_SERVICES};
use super::spec::KeySpec;
use super::trust::TrustedKeys;
use super::wrapped::WrappedKey;
use crate::context::EncryptionContext;
use crate::error::{KeyRefusal, Result};

/// Everything with which keys are wrapped and unwrapped. Making one touches neither files nor the network.
#[derive(Clone, Copy)]
pub struct Keyring<'a> {
    /// The key service.
    pub kms: &'a AwsKms,
    /// Where age identities are found.
    pub identities: &'a Identities,
    /// Who is asked for passphrases.
    pub passphrases: &'a dyn PassphraseSource,
    /// Which keys may be asked because a header names them.
    pub trusted: &'a TrustedKeys,
    /// What was unwrapped in this run. Documents with the same wrapped key ask for it once.
    pub cache: &'a Cache,
}

impl<'a> Keyring<'a> {
    /// The same for a file whose configs trust other keys.
    #[must_use]
    pub fn trusting<'b>(&self, trusted: &'b TrustedKeys) -> Keyring<'b>
    where
        'a: 'b,
    {
        Keyring { trusted, ..*self }
    }

    /// The same with somebody else to ask for passphrases.
    #[must_use]
    pub fn asking<'b>(&self, passphrases: &'b dyn PassphraseSource) -> Keyring<'b>
    where
        'a: 'b,
    {
        Keyring { passphrases, ..*self }
    }

    /// What providers get of it.
    pub(in crate::keys) fn credentials(&self) -> Credentials<'a> {
        let Self { kms, identities, passphrases, trusted: _, cache: _ } = *self;
        Credentials { kms, identities, passphrases }
    }

    /// What it costs to try a slot.
    /// The key that a word stands for, if that is another word: the key behind an alias of AWS KMS, which is asked once.
    ///
    /// # Errors
    /// [`Error::CannotFindKey`](crate::error::Error::CannotFindKey) if that cannot be known.
    pub fn resolved(&self, cache: &Cache, key: &KeySpec) -> Result<KeySpec> {
        cache.resolved(key, || registry::of(key).resolve(self.credentials(), key))
    }

    pub(in crate::keys) fn cost(&self, slot: &WrappedKey) -> Cost {
        registry::by_name(&slot.provider).map_or(Cost::Other, |provider| provider.cost(slot, self.credentials()))
    }

    /// Why a key must not be asked although somebody else's file names it. This is the only place where trust is checked
    /// before a key is asked.
    pub(in crate::keys) fn distrust(
        &self,
        slot: &WrappedKey,
        access: &KmsAccess,
        only: &[KeySpec],
    ) -> Option<KeyRefusal> {
        if !self.trusted.permits(slot) && !only.iter().any(|key| key.names(slot).is_certain()) {
            return Some(KeyRefusal::NotTrusted);
        }
        (!self.trusted.permits_access(slot, access)).then_some(KeyRefusal::NotNamed)
    }

    /// A slot whose key may be asked, with the provider that asks it and the key that it names.
    pub(in crate::keys) fn askable<'s>(
        &self,
        slot: &'s WrappedKey,
        access: &'s KmsAccess,
        holder: Holder,
        only: &[KeySpec],
    ) -> Result<AskableKey<'s>, KeyRefusal> {
        if let Some(refusal) = self.distrust(slot, access, only) {
            return Err(refusal);
        }
        let Some(provider) = registry::by_name(&slot.provider) else {
            return Err(unknown(&slot.provider, holder));
        };
        let key = provider.key_to_ask(self.credentials(), slot, holder, only)?;
        Ok(AskableKey { provider, key, slot, access, holder })
    }

    /// Unwraps a slot.
    pub(in crate::keys) fn ask(
        &self,
        key: &AskableKey<'_>,
        patience: &Patience,
        cache: Option<&Cache>,
    ) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
        let AskableKey { provider, key, slot, access, holder } = key;
        let credentials = self.credentials();
        let key = key.as_ref();
        provider.unwrap(&Unwrapping { credentials, slot, access, holder: *holder, key, patience, cache })
    }
}

/// A slot whose key may be asked.
pub(in crate::keys) struct AskableKey<'s> {
    provider: &'static dyn Provider,
    pub(in crate::keys) key: Option<KeySpec>,
    slot: &'s WrappedKey,
    access: &'s KmsAccess,
    holder: Holder,
}

/// The access of the slots of a file.
pub(in crate::keys) fn access_of_file(context: &EncryptionContext) -> KmsAccess {
    KmsAccess { context: context.clone(), ..KmsAccess::default() }
}

fn unknown(provider: &str, holder: Holder) -> KeyRefusal {
    let other = OTHER_KEY_SERVICES.iter().find(|service| holder == Holder::Document && service.list == provider);
    other.map_or_else(
        || KeyRefusal::UnknownProvider(provider.to_owned()),
        |service| KeyRefusal::OtherService(service.title),
    )
}
