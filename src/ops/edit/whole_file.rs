//! Files that are encrypted as a whole: unchanged, with a new payload each time.

use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use super::recipe::{EditRecipe, Successor};
use crate::error::Result;
use crate::formats::format::{PreparedSeal, Work};
use crate::keys::Keyring;
use crate::storage::output::Output;
use crate::storage::payload::PayloadInput;

/// The keys and the form of the file. Every payload gets a key and nonces of its own by the construction of its format.
pub(super) struct EditedWholeFile(pub(super) Box<dyn PreparedSeal>);

impl EditRecipe for EditedWholeFile {
    fn seal(&self, text: &[u8], _keyring: &Keyring<'_>) -> Result<Successor> {
        Ok(Successor { bytes: self.keep(text)?, aliases: Vec::new() })
    }

    fn keep(&self, text: &[u8]) -> Result<Vec<u8>> {
        let sealed = Collected::default();
        let mut output = Output::Stream(Box::new(sealed.clone()));
        let (mut text, never) = (text, AtomicBool::new(false));
        let work = Work { threads: 1, progress: &|_| (), cancelled: &never, workspace: None };
        self.0.seal(PayloadInput::Stream(&mut text), &mut output, work)?;
        drop(output);
        Ok(std::mem::take(&mut *sealed.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Ciphertext in memory.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
