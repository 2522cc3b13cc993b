//! The recipients of a document, shown in its text for editing.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::edit::MetadataChange;
use crate::document::content::format::Format;
use crate::document::file::document::Document;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::new_keys::NewKey;
use crate::document::operations::requirements::OpenRequirements;
use crate::document::operations::writer::{ChangeOutcome, EncryptedText};
use crate::document::sops::data_key;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::fields::is_empty;
use crate::document::sops::metadata::{self, Metadata, THRESHOLD};
use crate::document::sops::stored_key::{LISTS, StoredKey};
use crate::error::{DocumentError, Result};
use crate::keys::{Keyring, Vouchers};

impl OpenedDocument {
    /// The plaintext, with metadata reduced to the recipients and the threshold.
    ///
    /// # Errors
    /// If it is a binary file, which has no place for them.
    pub fn text_with_keys(&self) -> Result<Zeroizing<String>, DocumentError> {
        if self.document().format() == Format::Binary {
            let what = "the plaintext names of its keys".to_owned();
            return Err(DocumentError::CannotCarry { notation: "a binary file", what });
        }
        self.plaintext().rewrite(&[], MetadataChange::Write(shown(self.metadata())))
    }

    /// Encrypts the document again after a text with recipients was edited: unchanged values keep their ciphertext, and
    /// unchanged recipients their wrapped key.
    ///
    /// # Errors
    /// If the edited document cannot be encrypted, has no recipients or changes of them that are not supported, or a
    /// key cannot wrap.
    ///
    /// # Panics
    /// Never: the length of a data key is fixed.
    pub fn encrypt_again_with_keys(&self, edited: &Document, keyring: &Keyring<'_>) -> Result<ChangeOutcome> {
        let (groups, threshold) = self.keys_in(edited.metadata())?;
        let format = edited.format();
        let plaintext = Document::parse(format, edited.rewrite(&[], MetadataChange::Remove)?)?;
        let ChangeOutcome::Changed(changed) = self.encrypt_again(&plaintext)? else {
            return self.with_keys(&groups, threshold, keyring, &Vouchers::none());
        };
        let EncryptedText { text, aliases } = changed;
        let data_key = data_key::copy(&self.data_key);
        let written = EncryptedDocument::new(Document::parse(format, text.clone())?)?
            .open_with(data_key, &OpenRequirements::default())?;
        match written.with_keys(&groups, threshold, keyring, &Vouchers::none())? {
            ChangeOutcome::Unchanged => Ok(ChangeOutcome::Changed(EncryptedText { text, aliases })),
            ChangeOutcome::Changed(rekeyed) => {
                Ok(ChangeOutcome::Changed(EncryptedText { text: rekeyed.text, aliases }))
            }
        }
    }

    fn keys_in(&self, shown: Option<&Map<String, Json>>) -> Result<(Vec<Vec<NewKey>>, usize), DocumentError> {
        let Some(shown) = shown else { return Err(DocumentError::Metadata("it names no keys".to_owned())) };
        let mut fields = shown.clone().into_iter().filter(|(_, value)| !is_empty(value)).collect();
        let threshold = metadata::threshold(&mut fields)?;
        let groups = metadata::groups(&mut fields)?;
        if let Some(name) = fields.keys().next() {
            return Err(DocumentError::Metadata(format!("`{name}` cannot be changed here")));
        }
        let new = groups.into_iter().enumerate().map(|(number, group)| {
            let old = self.metadata().groups.get(number).map_or(&[][..], Vec::as_slice);
            group.iter().map(|key| new_key(key, old)).collect()
        });
        Ok((new.collect::<Result<_, _>>()?, threshold))
    }
}

fn shown(of: &Metadata) -> Map<String, Json> {
    let shown_group = |group: &Vec<StoredKey>| -> Map<String, Json> {
        metadata::lists(group)
            .into_iter()
            .map(|(name, list)| (name.clone(), without_wrapped_keys(&name, list)))
            .collect()
    };
    let mut fields = match of.groups.as_slice() {
        [group] => shown_group(group),
        groups => {
            let groups = groups.iter().map(|group| Json::Object(shown_group(group))).collect();
            Map::from_iter([(metadata::KEY_GROUPS.to_owned(), Json::Array(groups))])
        }
    };
    if of.threshold > 0 {
        fields.insert(THRESHOLD.to_owned(), of.threshold.into());
    }
    fields
}

/// Removes what only a key service can make. A list that is not known is recognised by it, and keeps it.
fn without_wrapped_keys(name: &str, mut list: Json) -> Json {
    if let (true, Json::Array(keys)) = (LISTS.contains(&name), &mut list) {
        for key in keys.iter_mut().filter_map(Json::as_object_mut) {
            key.remove("enc");
            key.remove("created_at");
        }
    }
    list
}

fn new_key(named: &StoredKey, old: &[StoredKey]) -> Result<NewKey, DocumentError> {
    if let Some(kept) = old.iter().find(|old| old.identity() == named.identity()) {
        // The person at the editor was shown it and left it there.
        return Ok(NewKey::Listed(kept.clone()));
    }
    let fault = || DocumentError::CannotRewrap { key: named.id(), list: named.list().to_owned() };
    Ok(NewKey::Wrapping(named.wrapping_key().ok_or_else(fault)?))
}
