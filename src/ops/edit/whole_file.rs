//! Files that are encrypted as a whole: unchanged, with a new payload each time.

use std::io::Write;

use super::recipe::{EditRecipe, Successor};
use crate::crypto::Backend;
use crate::error::Result;
use crate::formats::native::armor::ArmorWriter;
use crate::formats::native::{Encryptor, NewFile, write_error};
use crate::keys::Keyring;
use crate::ops::contents::WholeFile;

impl EditRecipe for WholeFile {
    fn seal(&self, text: &[u8], _keyring: &Keyring<'_>) -> Result<Successor> {
        Ok(Successor { bytes: self.keep(text)?, aliases: Vec::new() })
    }

    fn keep(&self, text: &[u8]) -> Result<Vec<u8>> {
        let Self { parameters, slots, data_key, is_armored } = self;
        // Its random salt gives every payload a key and nonces of its own, under the same data key.
        let file = NewFile::new(parameters.clone(), slots.clone(), data_key, Backend::default())?;
        if *is_armored {
            let armor = ArmorWriter::new(Vec::new()).map_err(write_error)?;
            encrypt(armor, file, text)?.finish().map_err(write_error)
        } else {
            encrypt(Vec::new(), file, text)
        }
    }
}

fn encrypt<W: Write>(writer: W, file: NewFile, text: &[u8]) -> Result<W> {
    let mut encryptor = Encryptor::new(writer, file).map_err(write_error)?;
    encryptor.write_all(text).map_err(write_error)?;
    encryptor.finish().map_err(write_error)
}
