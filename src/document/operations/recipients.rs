//! Changing the recipients or the data key of a document.

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::document::content::edit::MetadataChange;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::new_keys::{NewKey, NewKeys};
use crate::document::operations::requirements::OpenRequirements;
use crate::document::operations::writer::{ChangeOutcome, EncryptedText, is_same_file, survey};
use crate::document::sops::cipher::ValueCipher;
use crate::document::sops::data_key;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::mac::MacScope;
use crate::document::sops::metadata::checked_threshold;
use crate::document::sops::old_ciphertexts::Reusable;
use crate::document::sops::seal::{self, SealStatus};
use crate::document::sops::selection::{CompiledRule, EncryptionRule};
use crate::document::sops::stored_key::StoredKey;
use crate::error::{DocumentError, Result};
use crate::keys::{Keyring, NamedKey, Vouchers, WrappingKey};

/// What else changes when a document gets a new data key. By default nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataKeyRotation {
    /// The new recipients.
    pub keys: Option<NewKeys>,
    /// Which values are encrypted.
    pub rule: Option<EncryptionRule>,
    /// Which values the MAC covers.
    pub mac_scope: Option<MacScope>,
    /// The context of every AWS KMS key.
    pub context: Option<EncryptionContext>,
}

impl OpenedDocument {
    /// Gives the document other recipients, with the same data key: values, MAC and the time of the last change stay.
    ///
    /// With one group, recipients that stay keep their wrapped key, and are not asked. With several, every key wraps a
    /// new share, unless the lists and the threshold are unchanged.
    ///
    /// A removed recipient may have opened the document before and kept the data key: [`Self::rotate`] makes a new one.
    ///
    /// # Errors
    /// If there is no key, the threshold is impossible, or a key cannot wrap;
    /// [`NotVouchedFor`](crate::error::Error::NotVouchedFor) if a key that only the document names would have to wrap,
    /// and neither the seal nor one of `vouchers` vouches for it.
    ///
    /// # Panics
    /// Never: each missing key is wrapped.
    pub fn with_keys(
        &self,
        groups: &[Vec<NewKey>],
        threshold: usize,
        keyring: &Keyring<'_>,
        vouchers: &Vouchers,
    ) -> Result<ChangeOutcome> {
        let needed = checked_threshold(threshold, groups.len())?;
        let old = self.metadata();
        let kept: Vec<Vec<Option<StoredKey>>> =
            groups.iter().zip(0..).map(|(group, at)| group.iter().map(|key| self.kept(key, at)).collect()).collect();
        let is_same_list = kept.len() == old.groups.len()
            && kept.iter().zip(&old.groups).all(|(new, old)| {
                new.len() == old.len() && new.iter().all(|key| key.as_ref().is_some_and(|key| old.contains(key)))
            });
        if is_same_list && needed == old.needed_groups() {
            return Ok(ChangeOutcome::Unchanged);
        }
        let mut metadata = old.clone();
        metadata.threshold = if groups.len() > 1 { needed } else { 0 };
        metadata.groups = if groups.len() == 1 && old.groups.len() == 1 {
            let missing = groups[0].iter().zip(&kept[0]).filter(|(_, kept)| kept.is_none());
            let missing = [missing.map(|(key, _)| key.clone()).collect()];
            let missing = self.wrapping(&missing, vouchers)?.remove(0);
            let wrapped = if missing.is_empty() {
                Vec::new()
            } else {
                keyring.wrap_in_groups(&self.data_key, std::slice::from_ref(&missing), needed)?.remove(0)
            };
            let mut new = missing.iter().zip(wrapped).map(|(key, wrapped)| StoredKey::from_wrapped(key, wrapped));
            let mut keys: Vec<StoredKey> = Vec::new();
            for key in kept.into_iter().flatten() {
                let key = key.unwrap_or_else(|| {
                    let new = new.next().expect("each missing key was wrapped");
                    // Only now is the alias resolved: it may be a key that stays.
                    old.groups[0].iter().find(|old| old.identity() == new.identity()).cloned().unwrap_or(new)
                });
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            if keys == old.groups[0] {
                return Ok(ChangeOutcome::Unchanged);
            }
            vec![keys]
        } else {
            let keys = self.wrapping(groups, vouchers)?;
            stored(&keys, keyring.wrap_in_groups(&self.data_key, &keys, needed)?)
        };
        metadata.seal = None;
        match self.report().seal {
            SealStatus::Verified => metadata.seal = Some(seal::placeholder()),
            SealStatus::Absent => {}
            // The time of the last change stays; it records that there is a seal.
            SealStatus::Broken(fault) => return Err(DocumentError::BrokenSeal(fault).into()),
        }
        let written = self.document().rewritten(&[], &MetadataChange::Write(metadata.to_json()))?;
        let mut written = EncryptedDocument::new(written)?;
        if metadata.seal.is_some() {
            written = seal::put(written, &self.data_key, &ValueCipher::new(&self.data_key), &self.values)?;
        }
        Ok(ChangeOutcome::Changed(EncryptedText { text: self.checked(written)?, aliases: Vec::new() }))
    }

    /// Encrypts every value anew under a new data key, wrapped for the same recipients.
    ///
    /// # Errors
    /// If a key cannot wrap, kenc does not support it ([`DocumentError::CannotRewrap`]), or neither the seal of the
    /// document nor one of `vouchers` vouches for it ([`NotVouchedFor`](crate::error::Error::NotVouchedFor)).
    pub fn rotate(&self, keyring: &Keyring<'_>, vouchers: &Vouchers) -> Result<EncryptedText> {
        self.rotate_with(&DataKeyRotation::default(), keyring, vouchers)
    }

    /// As [`Self::rotate`], with other recipients or another rule as well.
    ///
    /// # Errors
    /// As [`Self::rotate`], and if a rule cannot be used or selects nothing.
    pub fn rotate_with(
        &self,
        rotation: &DataKeyRotation,
        keyring: &Keyring<'_>,
        vouchers: &Vouchers,
    ) -> Result<EncryptedText> {
        let DataKeyRotation { keys, rule, mac_scope, context } = rotation;
        let mut metadata = self.metadata().clone();
        let new_selection = rule.as_ref().filter(|rule| **rule != metadata.rule).map(CompiledRule::new).transpose()?;
        if let (Some(selection), Some(rule)) = (&new_selection, rule) {
            if survey(&self.plaintext, selection)? == 0 {
                return Err(DocumentError::NothingSelected(format!("{} {}", rule.name(), rule.text())).into());
            }
            metadata.rule = rule.clone();
        }
        metadata.mac_scope = mac_scope.unwrap_or(metadata.mac_scope);
        let mut needed = metadata.needed_groups();
        let mut keys = match keys {
            Some(new) => {
                needed = checked_threshold(new.threshold, new.groups.len())?;
                metadata.threshold = if new.groups.len() > 1 { needed } else { 0 };
                self.wrapping(&new.groups, vouchers)?
            }
            None => self.wrapping(&kept_groups(&metadata.groups), vouchers)?,
        };
        if let Some(context) = context {
            let of_kms = keys.iter_mut().flatten().filter(|key| key.key.takes_context());
            of_kms.for_each(|key| key.access.context = context.clone());
        }
        let (data_key, wrapped) = keyring.wrap_new_in_groups(&keys, needed)?;
        metadata.groups = stored(&keys, wrapped);
        metadata.touch(self.sealing());
        let mut writer = self.writer(&self.plaintext, &data_key);
        if let Some(selection) = &new_selection {
            writer.selection = selection;
        }
        writer.write(metadata, self.reuse(Reusable::Types), None)
    }

    /// The stored key of the group at this place.
    fn kept(&self, key: &NewKey, group: usize) -> Option<StoredKey> {
        let group = self.metadata().groups.get(group)?;
        let is_it = |stored: &&StoredKey| match key {
            NewKey::Kept(key) | NewKey::Listed(key) => *stored == key,
            NewKey::Wrapping(key) => stored.is_of(key),
        };
        group.iter().find(is_it).cloned()
    }

    /// The keys that wrap, if something vouches for those that only the document names.
    fn wrapping(&self, groups: &[Vec<NewKey>], vouchers: &Vouchers) -> Result<Vec<Vec<WrappingKey>>> {
        wrapping(groups, &vouchers.clone().and_approved(self.sealed_keys()))
    }

    /// The keys that the seal vouches for: all of them, if it was verified.
    pub(crate) fn sealed_keys(&self) -> Vec<NamedKey> {
        let is_verified = self.report().seal == SealStatus::Verified;
        if is_verified { self.metadata().named_keys().collect() } else { Vec::new() }
    }

    /// The written text, once it opens and has the same content.
    pub(crate) fn checked(&self, written: EncryptedDocument) -> Result<Zeroizing<String>> {
        let text = Zeroizing::new(written.document().text().to_owned());
        match written.open_to_compare(data_key::copy(&self.data_key), &OpenRequirements::default()) {
            Ok(opened) if is_same_file(&opened.plaintext, &self.plaintext) => Ok(text),
            Ok(_) => Err(DocumentError::NotAsMeant("other plaintext".to_owned()).into()),
            Err(error) => Err(DocumentError::NotAsMeant(error.to_string()).into()),
        }
    }
}

/// Wraps another data key, or shares of it, with keys that a document names. Without a key nothing is asked.
pub(crate) fn wrap(
    data_key: &DataKey,
    groups: &[Vec<&StoredKey>],
    threshold: usize,
    keyring: &Keyring<'_>,
    vouchers: &Vouchers,
) -> Result<Vec<Vec<StoredKey>>> {
    if groups.iter().all(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let keys = wrapping(&kept(groups), vouchers)?;
    Ok(stored(&keys, keyring.wrap_in_groups(data_key, &keys, threshold)?))
}

/// Wraps a new data key, or shares of it, with keys that a document names.
pub(crate) fn wrap_new(
    groups: &[Vec<&StoredKey>],
    threshold: usize,
    keyring: &Keyring<'_>,
    vouchers: &Vouchers,
) -> Result<(DataKey, Vec<Vec<StoredKey>>)> {
    let keys = wrapping(&kept(groups), vouchers)?;
    let (data_key, wrapped) = keyring.wrap_new_in_groups(&keys, threshold)?;
    Ok((data_key, stored(&keys, wrapped)))
}

fn stored(keys: &[Vec<WrappingKey>], wrapped: Vec<Vec<crate::keys::WrappedKey>>) -> Vec<Vec<StoredKey>> {
    let group = |(keys, wrapped): (&Vec<WrappingKey>, Vec<_>)| {
        keys.iter().zip(wrapped).map(|(key, wrapped)| StoredKey::from_wrapped(key, wrapped)).collect()
    };
    keys.iter().zip(wrapped).map(group).collect()
}

/// The only way from a key that a document names to one that wraps.
fn wrapping(groups: &[Vec<NewKey>], vouchers: &Vouchers) -> Result<Vec<Vec<WrappingKey>>> {
    let wrapping = |key: &NewKey| match key {
        NewKey::Kept(key) | NewKey::Listed(key) => {
            let fault = || DocumentError::CannotRewrap { key: key.id(), list: key.list().to_owned() };
            Ok(key.wrapping_key().ok_or_else(fault)?)
        }
        NewKey::Wrapping(key) => Ok(key.clone()),
    };
    let keys = groups.iter().map(|group| group.iter().map(wrapping).collect()).collect::<Result<_>>()?;
    let named: Vec<NamedKey> = groups.iter().flatten().filter_map(NewKey::named_by_document).collect();
    vouchers.check(&named)?;
    Ok(keys)
}

fn kept_groups(groups: &[Vec<StoredKey>]) -> Vec<Vec<NewKey>> {
    groups.iter().map(|group| group.iter().cloned().map(NewKey::Kept).collect()).collect()
}

fn kept(groups: &[Vec<&StoredKey>]) -> Vec<Vec<NewKey>> {
    groups.iter().map(|group| group.iter().map(|key| NewKey::Kept((*key).clone())).collect()).collect()
}
