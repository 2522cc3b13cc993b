//! Files that are encrypted as a whole: as they were, with a payload of its own each time.

use std::io::Write;

use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, Suite};
use kenc::error::Result;
use kenc::formats::native::armor::ArmorWriter;
use kenc::formats::native::{Encryptor, NewFile, Parameters, write_error};
use kenc::keys::Keyring;

use super::subject::{Recipe, Successor};
use crate::args::EditArgs;
use crate::commands::contents::{Opener, WholeFile};
use crate::failure::Failure;

/// Begins a new file.
pub fn begin(args: &EditArgs, context: &EncryptionContext, opener: Opener<'_>) -> Result<WholeFile, Failure> {
    let choice = opener.configs.choose(&args.open.keys, context, Some(&args.file))?;
    let (data_key, slots) = opener.session.wrap_new(&choice)?;
    let parameters = Parameters { suite: Suite::default(), context: choice.context };
    Ok(WholeFile { parameters, slots, data_key, is_armored: false })
}

impl Recipe for WholeFile {
    fn seal(&self, text: &[u8], _keyring: &Keyring<'_>) -> Result<Successor> {
        Ok(Successor { bytes: self.keep(text)?, aliases: Vec::new() })
    }

    fn keep(&self, text: &[u8]) -> Result<Vec<u8>> {
        let Self { parameters, slots, data_key, is_armored } = self;
        // Its own random salt gives every payload a key and nonces of its own, under the same data key.
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
