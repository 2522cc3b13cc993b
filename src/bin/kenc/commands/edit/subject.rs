//! A file in the clear, and how a changed text of it becomes ciphertext again.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use kenc::error::{Error, Result};
use kenc::keys::Keyring;
use zeroize::Zeroizing;

use super::{Text, whole};
use crate::args::EditArgs;
use crate::commands::opening::{Demands, is_kenc_file};
use crate::failure::Failure;
use crate::report::Reporter;

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

/// Opens files as the user asked for it.
pub struct Opener<'a> {
    pub args: &'a EditArgs,
    pub reporter: &'a Reporter,
    pub demands: &'a Demands,
    pub keyring: &'a Keyring<'a>,
}

impl Opener<'_> {
    /// Opens the file, or begins a new one if there is none. Its data key is made now: what stands in its way is found
    /// before anything is typed.
    pub fn open(&self) -> Result<Subject, Failure> {
        let path = &self.args.file;
        match std::fs::read(path) {
            Ok(bytes) => self.open_bytes(bytes, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.begin(),
            Err(error) => Err(Error::io(format!("read {}", path.display()), error).into()),
        }
    }

    /// What a file says.
    pub fn plaintext_of(&self, path: &Path) -> Result<Text, Failure> {
        let bytes = std::fs::read(path).map_err(|error| Error::io(format!("read {}", path.display()), error))?;
        Ok(self.open_bytes(bytes, path)?.plaintext)
    }

    fn open_bytes(&self, bytes: Vec<u8>, path: &Path) -> Result<Subject, Failure> {
        let about = || Failure::about(path.display().to_string());
        let (plaintext, recipe) = whole::open(&bytes, self).map_err(about())?;
        Ok(Subject { sealed: Some(bytes), plaintext, comment: None, recipe: Arc::new(recipe) })
    }

    fn begin(&self) -> Result<Subject, Failure> {
        let recipe = whole::begin(self)?;
        Ok(Subject { sealed: None, plaintext: Zeroizing::default(), comment: None, recipe: Arc::new(recipe) })
    }
}

/// The name under which the plaintext of a file is edited: without `.kenc`, so that an editor knows what it is.
pub fn plain_name(path: &Path) -> OsString {
    let name = path.file_name().unwrap_or(OsStr::new("file"));
    let name = Path::new(name);
    match (name.extension(), name.file_stem()) {
        (Some(extension), Some(stem)) if extension == "kenc" => stem.to_owned(),
        _ => name.as_os_str().to_owned(),
    }
}
