//! Wrapping the data key of a document, or shares of it, under the keys of all groups.

use super::key::WrappingKey;
use crate::crypto::{DataKey, shamir};
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::provider::{Holder, Wrapping};
use crate::keys::registry;
use crate::keys::wrap::each_with;
use crate::keys::wrapped::WrappedKey;

impl Keyring<'_> {
    /// Makes a new data key, and wraps it under every key of `groups`: whole if there is one group, else in shares.
    ///
    /// With one group, the first KMS key in it makes the data key (`GenerateDataKey`), as far as it may. KMS keys are asked
    /// at the same time. The result has the shape of `groups`; age and PGP give armor.
    ///
    /// # Errors
    /// [`Error::NoKeyGiven`] if there is no key, [`Error::NotForDocuments`] for a passphrase, [`Error::CannotWrap`] for a
    /// key that refuses.
    pub fn wrap_new_in_groups(
        &self,
        groups: &[Vec<WrappingKey>],
        threshold: usize,
    ) -> Result<(DataKey, Vec<Vec<WrappedKey>>)> {
        if let [group] = groups {
            check_keys(groups)?;
            let (data_key, wrapped) = self.generate(group, Holder::Document)?;
            return Ok((data_key, vec![wrapped]));
        }
        let data_key = DataKey::generate();
        let wrapped = self.wrap_in_groups(&data_key, groups, threshold)?;
        Ok((data_key, wrapped))
    }

    /// Wraps a data key under every key of `groups`: whole if there is one group, else in shares.
    ///
    /// # Errors
    /// As [`Self::wrap_new_in_groups`].
    ///
    /// # Panics
    /// If there are several groups, and `threshold` is not between 2 and their number, which is at most 255.
    pub fn wrap_in_groups(
        &self,
        data_key: &DataKey,
        groups: &[Vec<WrappingKey>],
        threshold: usize,
    ) -> Result<Vec<Vec<WrappedKey>>> {
        check_keys(groups)?;
        if let [group] = groups {
            return Ok(vec![self.wrap_each(&each_with(group, data_key.expose()), Holder::Document)?]);
        }
        let shares = shamir::split(data_key, groups.len(), threshold).expect("the caller checked the threshold");
        let wrappings: Vec<Wrapping<'_>> =
            groups.iter().zip(&shares).flat_map(|(group, share)| each_with(group, share.expose())).collect();
        let mut wrapped = self.wrap_each(&wrappings, Holder::Document)?.into_iter();
        Ok(groups.iter().map(|group| wrapped.by_ref().take(group.len()).collect()).collect())
    }
}

fn check_keys(groups: &[Vec<WrappingKey>]) -> Result<()> {
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return Err(Error::NoKeyGiven);
    }
    let serves_documents = |WrappingKey { key, .. }: &WrappingKey| {
        let provider = registry::of(key);
        provider.serves(&provider.slot_id(key), Holder::Document)
    };
    match groups.iter().flatten().find(|key| !serves_documents(key)) {
        Some(key) => Err(Error::NotForDocuments(key.key.to_string())),
        None => Ok(()),
    }
}
