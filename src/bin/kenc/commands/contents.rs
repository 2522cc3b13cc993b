//! What a file says in the clear, in memory as a whole: for commands that hand it to another program.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

use kenc::crypto::DataKey;
use kenc::error::{Error, FormatError, Result};
use kenc::keys::{Keyring, WrappedKey};
use kenc::stream::armor::ArmorReader;
use kenc::stream::header::{self, MAGIC};
use kenc::stream::{Decryptor, FileHead, Parameters, read_error};
use zeroize::Zeroizing;

use crate::commands::opening::{Demands, is_kenc_file};
use crate::failure::Failure;
use crate::report::Reporter;

/// A text that was decrypted or typed.
pub type Text = Zeroizing<Vec<u8>>;

/// How files are opened.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    pub reporter: &'a Reporter,
    pub demands: &'a Demands,
    pub keyring: &'a Keyring<'a>,
}

/// A file that is encrypted as a whole.
pub struct WholeFile {
    pub parameters: Parameters,
    pub slots: Vec<WrappedKey>,
    pub data_key: DataKey,
    pub is_armored: bool,
}

impl Opener<'_> {
    /// Opens a file that is encrypted as a whole. All of it has been authenticated when its text is returned.
    pub fn whole_file(&self, bytes: &[u8]) -> Result<(Text, WholeFile)> {
        if !is_kenc_file(bytes) {
            return Err(FormatError::NotKenc(header::foreign(bytes)).into());
        }
        let is_armored = !bytes.starts_with(&MAGIC);
        let mut input: Box<dyn Read + '_> =
            if is_armored { Box::new(ArmorReader::new(bytes)) } else { Box::new(bytes) };
        let head = FileHead::read(&mut *input)?;
        let (cipher, data_key) = self.demands.unwrap(&head, self.keyring, self.reporter)?;
        // The plaintext is shorter than the ciphertext: its buffer does not grow, which would leave copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
        Decryptor::new(input, cipher).read_to_end(&mut text).map_err(read_error)?;
        let header = head.header;
        Ok((text, WholeFile { parameters: header.parameters, slots: header.table.slots, data_key, is_armored }))
    }
}

/// Reads a file as it stands there.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|source| Error::io(format!("read {}", path.display()), source).into())
}

/// The name of a file without `.kenc`: what it says in the clear is what this name promises.
pub fn plain_name(path: &Path) -> OsString {
    let name = Path::new(path.file_name().unwrap_or(OsStr::new("file")));
    match (name.extension(), name.file_stem()) {
        (Some(extension), Some(stem)) if extension == "kenc" => stem.to_owned(),
        _ => name.as_os_str().to_owned(),
    }
}
