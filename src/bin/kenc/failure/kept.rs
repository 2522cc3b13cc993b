//! Edits that could not be saved, and were kept.

use std::path::PathBuf;

/// Edits that were kept.
#[derive(Clone, Debug)]
pub enum Kept {
    /// Encrypted, in a file of its own.
    Encrypted { file: PathBuf, recovery: PathBuf },
    /// In the clear, in the private folder where they were edited, which is not removed.
    InTheClear { folder: PathBuf, why: String },
}
