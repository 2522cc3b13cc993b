//! How the text of a file that is edited becomes ciphertext again.

use std::sync::Arc;

use crate::document::Document;
use crate::error::{At, DocumentError, Result};
use crate::keys::Keyring;

/// How a text of a file is encrypted.
pub(super) trait EditRecipe: Send + Sync {
    /// Makes the successor of the file.
    fn seal(&self, text: &[u8], keyring: &Keyring<'_>) -> Result<Successor>;

    /// Makes a file of any text, under the same data key. No key is asked.
    fn keep(&self, text: &[u8]) -> Result<Vec<u8>>;
}

/// What is to take the place of a file.
pub(super) struct Successor {
    pub(super) bytes: Vec<u8>,
    /// Aliases of YAML, which sops does not open where they stand for encrypted values.
    pub(super) aliases: Vec<At>,
}

/// What is encrypted of a document that was edited: that document, or another that says the same.
pub type BeforeSealing = Arc<dyn Fn(Document) -> Result<Document, DocumentError> + Send + Sync>;

/// The document as it was edited.
#[must_use]
pub fn as_edited() -> BeforeSealing {
    Arc::new(Ok)
}
