//! Edits that could not be saved, and were kept.

use std::path::PathBuf;

/// Edits that were kept.
#[derive(Clone, Debug)]
pub enum KeptEdits {
    /// Encrypted, in a file of its own.
    Encrypted {
        /// The file that was edited.
        file: PathBuf,
        /// The file with the edits.
        recovery: PathBuf,
    },
    /// In plaintext, in the private folder where they were edited, which is not removed.
    InTheClear {
        /// The folder.
        folder: PathBuf,
        /// Why they could not be encrypted.
        why: String,
    },
}
