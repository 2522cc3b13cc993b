//! The plaintext of a whole file in memory, for commands that pass it to another program.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use kenc::Session;
use kenc::config::Config;
use kenc::crypto::DataKey;
use kenc::document::{MacRequirement, OpenedDocument, SealRequirement};
use kenc::error::{Error, Result};
use kenc::formats::detect;
use kenc::formats::native::armor::ArmorReader;
use kenc::formats::native::header::MAGIC;
use kenc::formats::native::{Decryptor, FileHead, Parameters, read_error};
use kenc::fs::scratch::PrivateFolder;
use kenc::keys::{TrustedKeys, WrappedKey};
use zeroize::Zeroizing;

use crate::failure::{Cause, Failure};
use crate::question::{Choice, ask};
use crate::report::Reporter;
use kenc::formats::detect::is_native;
use kenc::ops::configs::Configs;

/// A text that was decrypted or typed.
pub type Text = Zeroizing<Vec<u8>>;

/// How files are opened.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    pub reporter: &'a Reporter,
    pub configs: &'a Configs,
    pub session: &'a Session,
    pub mac: MacRequirement,
}

/// A file that was opened.
pub enum Contents {
    Whole(WholeFile),
    Document(Box<OpenedDocument>),
}

/// A file that is encrypted as a whole.
pub struct WholeFile {
    pub parameters: Parameters,
    pub slots: Vec<WrappedKey>,
    pub data_key: DataKey,
    pub is_armored: bool,
}

impl<'a> Opener<'a> {
    /// Opens a file, a whole one or a document. All of it has been authenticated when its text is returned.
    pub fn open(&self, bytes: &[u8], path: &Path) -> Result<(Text, Contents), Failure> {
        let about = || Failure::about(path.display().to_string());
        let trusted = self.configs.trusted(Some(path))?;
        if is_native(bytes) {
            let (text, file) = self.whole_file(bytes, &trusted).map_err(about())?;
            return Ok((text, Contents::Whole(file)));
        }
        let sealed = detect::sealed_in(bytes, path).map_err(about())?;
        let keyring = self.session.keyring_trusting(&trusted);
        let opened = sealed.open(&keyring, &self.demands_of_document(path)?).map_err(about())?;
        let text = opened.plaintext().plaintext(&[]).map_err(Error::from).map_err(about())?;
        self.session.warn_unless_sealed(&path.display().to_string(), opened.report());
        Ok((text, Contents::Document(Box::new(opened))))
    }

    fn whole_file(&self, bytes: &[u8], trusted: &TrustedKeys) -> Result<(Text, WholeFile)> {
        let is_armored = !bytes.starts_with(&MAGIC);
        let mut input: Box<dyn Read + '_> =
            if is_armored { Box::new(ArmorReader::new(bytes)) } else { Box::new(bytes) };
        let head = FileHead::read(&mut *input)?;
        let (cipher, data_key) = self.session.unwrap(&head, trusted)?;
        // The plaintext is shorter than the ciphertext: its buffer does not grow, which would leave copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
        Decryptor::new(input, cipher).read_to_end(&mut text).map_err(read_error)?;
        let header = head.header;
        Ok((text, WholeFile { parameters: header.parameters, slots: header.table.slots, data_key, is_armored }))
    }

    fn demands_of_document(&self, path: &Path) -> Result<kenc::document::OpenRequirements, Failure> {
        let found = self.configs.of(Some(path))?;
        let rule = found.config.as_ref().map(|config| config.settings_for(Some(path))).transpose()?.flatten();
        let by_config = found.config.as_ref().is_some_and(Config::require_seal);
        let requires_seal = rule.map_or(by_config, |rule| rule.require_seal);
        let seal = if requires_seal { SealRequirement::Verified } else { SealRequirement::NotBroken };
        Ok(self.session.document_demands(self.mac, seal))
    }
}

/// Reads a file as it stands there, if it is not too long to be kept in memory, more than once at that.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| Error::io(format!("read {}", path.display()), source);
    let mut file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes > detect::LONGEST_IN_MEMORY {
        return Err(Cause::TooLong { path: path.to_owned(), bytes }.into());
    }
    let mut content = Vec::new();
    file.by_ref().take(detect::LONGEST_IN_MEMORY).read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

/// A private folder for plaintext: in memory, or where the user permits it.
pub fn private_folder(reporter: &Reporter) -> Result<PrivateFolder, Failure> {
    if let Some(folder) = PrivateFolder::in_memory() {
        return Ok(folder);
    }
    let place = std::env::temp_dir();
    let question = format!(
        "This machine has no in-memory file system (tmpfs): the plaintext would be written to {}, which may be on a disk.",
        place.display()
    );
    let choices = [
        Choice { word: "no", meaning: "change nothing", value: false },
        Choice { word: "yes", meaning: "edit it there", value: true },
    ];
    if reporter.may_ask() && ask(&question, &choices, || ()) == Some(true) {
        return Ok(PrivateFolder::on_disk()?);
    }
    Err(Cause::NoMemoryForPlaintext.into())
}

/// The name of a file without `.kenc`: what it says in the clear is what this name promises.
pub fn plain_name(path: &Path) -> OsString {
    let name = Path::new(path.file_name().unwrap_or(OsStr::new("file")));
    match (name.extension(), name.file_stem()) {
        (Some(extension), Some(stem)) if extension == "kenc" => stem.to_owned(),
        _ => name.as_os_str().to_owned(),
    }
}
