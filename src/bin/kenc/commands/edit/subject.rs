//! A file in the clear, and how a changed text of it becomes ciphertext again.

use std::sync::Arc;

use kenc::error::{Error, Result};
use kenc::keys::Keyring;
use zeroize::Zeroizing;

use super::whole;
use crate::args::EditArgs;
use crate::commands::contents::{Opener, Text};
use crate::failure::Failure;

/// A file that is edited.
pub struct Subject {
    /// Its bytes as they were read. `None` if it is still to be made.
    pub sealed: Option<Vec<u8>>,
    /// What it says in the clear.
    pub plaintext: Text,
    /// What begins a comment in it, if it has any.
    pub comment: Option<&'static str>,
    pub recipe: Arc<dyn Recipe>,
}

/// How a text of a file is encrypted.
pub trait Recipe: Send + Sync {
    /// Makes the successor of the file.
    fn seal(&self, text: &[u8], keyring: &Keyring<'_>) -> Result<Vec<u8>>;

    /// Makes a file of any text, under the same data key. No key is asked.
    fn keep(&self, text: &[u8]) -> Result<Vec<u8>>;
}

impl Subject {
    /// Opens the file, or begins a new one if there is none. Its data key is made now: what stands in its way is found
    /// before anything is typed.
    pub fn open(args: &EditArgs, opener: Opener<'_>) -> Result<Self, Failure> {
        let path = &args.file;
        let about = || Failure::about(path.display().to_string());
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::begin(args, opener),
            Err(error) => return Err(Error::io(format!("read {}", path.display()), error).into()),
        };
        let (plaintext, recipe) = opener.whole_file(&bytes).map_err(about())?;
        Ok(Self { sealed: Some(bytes), plaintext, comment: None, recipe: Arc::new(recipe) })
    }

    fn begin(args: &EditArgs, opener: Opener<'_>) -> Result<Self, Failure> {
        let recipe = whole::begin(args, opener.keyring)?;
        Ok(Self { sealed: None, plaintext: Zeroizing::default(), comment: None, recipe: Arc::new(recipe) })
    }
}
