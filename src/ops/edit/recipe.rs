//! How the edited text of a file is encrypted again.

use std::sync::Arc;

use crate::document::Document;
use crate::error::{At, DocumentError, Result};
use crate::keys::Keyring;

/// How a text of a file is encrypted.
pub(super) trait EditRecipe: Send + Sync {
    /// Makes the successor of the file.
    fn seal(&self, text: &[u8], keyring: &Keyring<'_>) -> Result<Successor>;

    /// Encrypts any text under the same data key. No key is asked.
    fn keep(&self, text: &[u8]) -> Result<Vec<u8>>;
}

/// The new content of a file.
pub(super) struct Successor {
    pub(super) bytes: Vec<u8>,
    /// YAML aliases that sops cannot open, because their target is encrypted.
    pub(super) aliases: Vec<At>,
}

/// The document to encrypt: the edited one, or an equivalent one.
pub type BeforeSealing = Arc<dyn Fn(Document) -> Result<Document, DocumentError> + Send + Sync>;

/// The edited document.
#[must_use]
pub fn as_edited() -> BeforeSealing {
    Arc::new(Ok)
}
