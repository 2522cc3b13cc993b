//! Files that are encrypted as a whole.

use std::io::{Read, Write};

use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, DataKey, Suite};
use kenc::error::{Error, FormatError, Result};
use kenc::keys::{Keyring, WrappedKey};
use kenc::stream::armor::{ArmorReader, ArmorWriter};
use kenc::stream::header::{self, MAGIC};
use kenc::stream::{Decryptor, Encryptor, FileHead, NewFile, Parameters, read_error, write_error};
use zeroize::Zeroizing;

use super::Text;
use super::subject::{Opener, Recipe};
use crate::commands::opening::is_kenc_file;
use crate::environment::encryption_keys;
use crate::failure::Failure;

/// How a whole file is encrypted: as it was, with a payload of its own each time.
pub struct WholeFile {
    parameters: Parameters,
    slots: Vec<WrappedKey>,
    data_key: DataKey,
    is_armored: bool,
}

/// Opens a file.
pub fn open(bytes: &[u8], opener: &Opener<'_>) -> Result<(Text, WholeFile)> {
    if !is_kenc_file(bytes) {
        return Err(FormatError::NotKenc(header::foreign(bytes)).into());
    }
    let is_armored = !bytes.starts_with(&MAGIC);
    let mut input: Box<dyn Read + '_> = if is_armored { Box::new(ArmorReader::new(bytes)) } else { Box::new(bytes) };
    let head = FileHead::read(&mut *input)?;
    let (cipher, data_key) = opener.demands.unwrap(&head, opener.keyring, opener.reporter)?;
    // As long as the ciphertext is enough for the plaintext: it does not move, which would leave copies behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(bytes.len()));
    Decryptor::new(input, cipher).read_to_end(&mut plaintext).map_err(read_error)?;
    let FileHead { header, .. } = head;
    Ok((plaintext, WholeFile { parameters: header.parameters, slots: header.table.slots, data_key, is_armored }))
}

/// Begins a new file.
pub fn begin(opener: &Opener<'_>) -> Result<WholeFile, Failure> {
    let context = EncryptionContext::from_words(&opener.args.open.context).map_err(Error::from)?;
    let keys = encryption_keys(&opener.args.open.keys)?;
    let (data_key, slots) = opener.keyring.wrap_new(&keys, &context)?;
    Ok(WholeFile { parameters: Parameters { suite: Suite::default(), context }, slots, data_key, is_armored: false })
}

impl WholeFile {
    fn encrypt(&self, text: &[u8]) -> Result<Vec<u8>> {
        let Self { parameters, slots, data_key, is_armored } = self;
        // Its own random salt gives every payload a key and nonces of its own, under the same data key.
        let file = NewFile::new(parameters.clone(), slots.clone(), data_key, Backend::default())?;
        if *is_armored {
            let armor = ArmorWriter::new(Vec::new()).map_err(write_error)?;
            seal_into(armor, file, text)?.finish().map_err(write_error)
        } else {
            seal_into(Vec::new(), file, text)
        }
    }
}

fn seal_into<W: Write>(writer: W, file: NewFile, text: &[u8]) -> Result<W> {
    let mut encryptor = Encryptor::new(writer, file).map_err(write_error)?;
    encryptor.write_all(text).map_err(write_error)?;
    encryptor.finish().map_err(write_error)
}

impl Recipe for WholeFile {
    fn seal(&self, text: &[u8], _keyring: &Keyring<'_>) -> Result<Vec<u8>> {
        self.encrypt(text)
    }

    fn keep(&self, text: &[u8]) -> Result<Vec<u8>> {
        self.encrypt(text)
    }
}
