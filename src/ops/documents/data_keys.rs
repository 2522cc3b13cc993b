//! The data keys of the documents that one run encrypts.

use std::sync::{Arc, Mutex, PoisonError};

use crate::document::{Document, EncryptedText, EncryptionRecipe, PreparedEncryption};
use crate::error::Result;
use crate::keys::Keyring;

/// Documents under one data key. Every value has a random IV of 32 bytes, so that many more would do no harm.
const DOCUMENTS_PER_DATA_KEY: u32 = 1 << 16;

/// The data keys of the documents that one run encrypts.
#[derive(Default)]
pub enum DocumentDataKeys {
    /// Each document gets its own, from a call of its keys.
    #[default]
    OneEach,
    /// Documents with the same keys and options share one.
    Shared(SharedDataKeys),
}

/// Wrapped data keys, by what they are for.
#[derive(Default)]
pub struct SharedDataKeys(Mutex<Vec<SharedDataKey>>);

struct SharedDataKey {
    recipe: EncryptionRecipe,
    prepared: Arc<PreparedEncryption>,
    documents: u32,
}

impl DocumentDataKeys {
    /// Encrypts the values of a document.
    ///
    /// # Errors
    /// As [`Document::encrypt`].
    pub fn encrypt(
        &self,
        document: &Document,
        recipe: EncryptionRecipe,
        keyring: &Keyring<'_>,
    ) -> Result<EncryptedText> {
        match self {
            Self::OneEach => document.encrypt(&recipe, keyring),
            Self::Shared(shared) => {
                // All faults of a document are found before a key is asked.
                document.check_for_encryption(&recipe)?;
                shared.next(recipe, keyring)?.write(document)
            }
        }
    }
}

impl SharedDataKeys {
    /// What encrypts one more document.
    fn next(&self, recipe: EncryptionRecipe, keyring: &Keyring<'_>) -> Result<Arc<PreparedEncryption>> {
        // Held while a key service is asked: documents with the same keys wait for the same data key.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().position(|known| known.recipe == recipe);
        if let Some(known) = known.map(|at| &mut all[at]).filter(|known| known.documents < DOCUMENTS_PER_DATA_KEY) {
            known.documents += 1;
            return Ok(Arc::clone(&known.prepared));
        }
        let prepared = Arc::new(recipe.prepare(keyring)?);
        let new = SharedDataKey { recipe, prepared: Arc::clone(&prepared), documents: 1 };
        match known {
            Some(at) => all[at] = new,
            None => all.push(new),
        }
        Ok(prepared)
    }
}
