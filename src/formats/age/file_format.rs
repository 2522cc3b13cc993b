//! age files as one of the formats of whole files.

use std::io::{BufReader, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use age_core::format::{FileKey, Stanza};
use serde_json::json;

use crate::context::EncryptionContext;
use crate::crypto::age_file::{PAYLOAD_NONCE_LEN, StreamKey, new_file_key};
use crate::crypto::traces::StackToWipe;
use crate::crypto::{Backend, fill_random};
use crate::error::{Error, Result};
use crate::formats::age::file::{ARMOR, AgeFile, is_age};
use crate::formats::age::header::AgeHeader;
use crate::formats::age::range::open_range;
use crate::formats::age::rewrap;
use crate::formats::age::stream::{StreamCipher, plaintext_size, sealed_len};
use crate::formats::description::{Detail, HeadDescription, PayloadDescription, PlaintextSize};
use crate::formats::format::{
    ByteRange, Encoding, EncryptedFile, FileFormat, OpeningKeys, PreparedSeal, ReadPolicy, RewrappedFile, SealSettings,
    SignatureChoice, UnlockedFile, Work,
};
use crate::formats::native::armor::ArmorWriter;
use crate::formats::payload::Payload;
use crate::formats::pipeline::Pipeline;
use crate::formats::transfer::{copy, write_error};
use crate::fs::input::Input;
use crate::keys::file_key::AgeKeys;
use crate::keys::{KeySpec, Keyring, NamedKey, NobodyToAsk, Rewrapper, SuccessorKeys, WrappedKey};
use crate::storage::output::Output;
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// The format of age files: C2SP *age* v1.
#[derive(Clone, Copy, Debug)]
pub struct AgeFormat;

impl FileFormat for AgeFormat {
    fn name(&self) -> &'static str {
        "age"
    }

    fn ending(&self) -> &'static str {
        "age"
    }

    fn recognises(&self, start: &[u8]) -> bool {
        is_age(start)
    }

    fn binds_context(&self) -> bool {
        false
    }

    fn read(&self, input: Input, start: &[u8], _policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>> {
        Ok(Box::new(AgeFile::read(input, start)?))
    }

    /// The cipher of the settings is that of other formats: age has one.
    fn prepare(
        &self,
        settings: SealSettings,
        context: &EncryptionContext,
        keys: &[KeySpec],
        keyring: &Keyring<'_>,
    ) -> Result<Box<dyn PreparedSeal>> {
        let SealSettings { suite: _, encoding, frame_len, signing } = settings;
        if !context.to_pairs().is_empty() {
            return Err(Error::NoContextInAgeFile);
        }
        if signing != SignatureChoice::Unsigned || frame_len.is_some() {
            return Err(Error::NotOfFormat("age files have neither a signature nor frames"));
        }
        let named = keys.iter().map(|key| rewrap::slot_for(key, [])).collect();
        let keys = AgeKeys::new(keys, &[], keyring.passphrases)?;
        // What a key refuses is found before anything is written. The first file gets what was made here.
        let file_key = new_file_key();
        let stanzas: Vec<Stanza> = keys.wrap(&file_key, &[], keyring.passphrases)?.into_iter().flatten().collect();
        let types = types_of(&stanzas);
        Ok(Box::new(AgeSeal { keys, types, named, first: Mutex::new(Some((file_key, stanzas))), encoding }))
    }
}

impl EncryptedFile for AgeFile {
    fn describe(&self) -> HeadDescription {
        let header_len = self.header.to_bytes().len() as u64;
        let is_post_quantum =
            !self.slots.is_empty() && self.slots.iter().all(|slot| slot.key_id.starts_with("mlkem768"));
        // Of most files nobody expects it.
        let resists = if is_post_quantum { "every recipient is post-quantum" } else { "" };
        HeadDescription {
            format: AgeFormat.name(),
            title: "age file",
            version: 1,
            is_armored: self.is_armored,
            cipher: "ChaCha20-Poly1305".to_owned(),
            properties: Vec::new(),
            context: Vec::new(),
            keys: self.slots.clone(),
            len: header_len,
            details: vec![Detail { name: "post_quantum", value: json!(is_post_quantum), text: resists.to_owned() }],
            copies: None,
        }
    }

    fn describe_payload(&mut self) -> Result<PayloadDescription> {
        let sealed = match &mut self.payload {
            Payload::File { len, .. } | Payload::Object { len, .. } => *len,
            Payload::Stream(stream) => copy(stream, &mut std::io::sink(), &AtomicBool::new(false))?,
        };
        Ok(PayloadDescription {
            bytes: sealed + PAYLOAD_NONCE_LEN as u64,
            unit: "chunk",
            plaintext: plaintext_size(sealed).map(|(units, bytes)| PlaintextSize { bytes, units }),
        })
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.slots
    }

    fn context(&self) -> &EncryptionContext {
        &self.context
    }

    fn seal_settings(&self) -> SealSettings {
        let encoding = if self.is_armored { Encoding::Armored } else { Encoding::Binary };
        SealSettings { encoding, ..SealSettings::default() }
    }

    fn successor_keys(&self, rewrapper: &Rewrapper<'_>) -> Result<SuccessorKeys> {
        rewrap::successor_keys(self, rewrapper)
    }

    /// It names nobody: what stays is for identities that are here, or for keys of the command line.
    fn unvouched_keys(&self, _rewrapper: &Rewrapper<'_>) -> Result<Vec<NamedKey>> {
        Ok(Vec::new())
    }

    fn preview(&self, rewrapper: &Rewrapper<'_>) -> Result<(Vec<KeySpec>, Vec<WrappedKey>)> {
        rewrap::preview(self, rewrapper)
    }

    fn len(&self) -> Option<u64> {
        self.payload.len().map(|len| len + self.head_len())
    }

    fn plaintext_len(&self) -> Option<u64> {
        self.payload.len().and_then(plaintext_size).map(|(_, plaintext)| plaintext)
    }

    fn unlock(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<Box<dyn UnlockedFile>> {
        let _stack = StackToWipe;
        self.context.check_contains(keys.context)?;
        let Self { header, nonce, .. } = &*self;
        let accept = |file_key: &FileKey| {
            header.is_authentic(file_key).then(|| StreamKey::new(file_key, nonce, Backend::default()))
        };
        let (key, stanza) = keys.keyring.unwrap_file_key(&header.stanzas, keys.only, accept)?;
        if let Some(number) = stanza.map(|stanza| self.slot_number(stanza)) {
            keys.listener.opened_by(number, &self.slots[number]);
        }
        let cipher = StreamCipher { key, start: self.head_len() };
        Ok(Box::new(UnlockedAgeFile { payload: self.payload, cipher }))
    }

    fn rewrap(&self, rewrapper: &Rewrapper<'_>) -> Result<RewrappedFile> {
        rewrap::rewrap(self, rewrapper)
    }

    fn write_with(self: Box<Self>, head: &[u8], output: &mut Output, cancelled: &AtomicBool) -> Result<()> {
        let Self { is_armored, mut payload, .. } = *self;
        if is_armored {
            return write_armored(output, |armor| {
                armor.write_all(head).map_err(write_error)?;
                payload.copy_to(armor, cancelled)
            });
        }
        payload.write_behind(head, output, cancelled)
    }
}

impl AgeFile {
    /// What precedes the same chunks when the file has `header` instead.
    pub(super) fn head_with(&self, header: &AgeHeader) -> Vec<u8> {
        [header.to_bytes(), self.nonce.to_vec()].concat()
    }
}

/// An age file whose file key is known.
struct UnlockedAgeFile {
    payload: Payload,
    cipher: StreamCipher,
}

impl UnlockedFile for UnlockedAgeFile {
    fn open(self: Box<Self>, output: PayloadOutput<'_>, work: Work<'_>) -> Result<u64> {
        let Self { mut payload, cipher } = *self;
        let Work { threads, progress, cancelled, workspace: _ } = work;
        cipher.open(&Pipeline { threads, progress, cancelled }, payload.source(), output)
    }

    fn open_range(self: Box<Self>, range: ByteRange, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<u64> {
        let Self { payload, cipher } = *self;
        open_range(&cipher, payload, range, output, cancelled)
    }
}

/// The keys of new files. The format demands a file key of its own for each.
struct AgeSeal {
    keys: AgeKeys,
    /// The types of its stanzas.
    types: Vec<String>,
    /// Its keys by their names, which stanzas do not have.
    named: Vec<WrappedKey>,
    /// What was made for the first file.
    first: Mutex<Option<(FileKey, Vec<Stanza>)>>,
    encoding: Encoding,
}

impl AgeSeal {
    fn new_file(&self) -> Result<(Vec<u8>, StreamCipher)> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (file_key, stanzas) = if let Some(first) = first {
            first
        } else {
            let file_key = new_file_key();
            let stanzas = self.keys.wrap(&file_key, &[], &NobodyToAsk)?;
            (file_key, stanzas.into_iter().flatten().collect())
        };
        let mut nonce = [0; PAYLOAD_NONCE_LEN];
        fill_random(&mut nonce);
        let mut head = AgeHeader::new(stanzas, &file_key).to_bytes();
        head.extend_from_slice(&nonce);
        let key = StreamKey::new(&file_key, &nonce, Backend::default());
        let cipher = StreamCipher { key, start: head.len() as u64 };
        Ok((head, cipher))
    }
}

impl PreparedSeal for AgeSeal {
    fn seal(&self, input: PayloadInput<'_>, output: &mut Output, work: Work<'_>) -> Result<u64> {
        let (head, cipher) = self.new_file()?;
        let Work { threads, progress, cancelled, workspace: _ } = work;
        let pipeline = Pipeline { threads, progress, cancelled };
        let sealed = match self.encoding {
            Encoding::Binary => output.write(&head, |sink| cipher.seal(&pipeline, input, sink))?,
            Encoding::Armored => write_armored(output, |armor| {
                armor.write_all(&head).map_err(write_error)?;
                let mut armor = armor;
                cipher.seal(&pipeline, input, PayloadOutput::Stream(&mut armor))
            })?,
        };
        Ok(head.len() as u64 + sealed)
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.named
    }

    /// The recipients of a file are not named in it; their types are.
    fn would_make(&self, result: Input, plaintext_len: u64) -> Result<bool> {
        let Some(result_len) = result.len() else { return Ok(false) };
        let header = AgeHeader::read(&mut BufReader::new(result.into_reader()))?;
        let head_len = (header.to_bytes().len() + PAYLOAD_NONCE_LEN) as u64;
        Ok(types_of(&header.stanzas) == self.types && result_len == head_len + sealed_len(plaintext_len))
    }
}

fn types_of(stanzas: &[Stanza]) -> Vec<String> {
    let mut types: Vec<String> = stanzas.iter().map(|stanza| stanza.tag.clone()).collect();
    types.sort();
    types
}

/// Has `write` write through armor, and ends it.
fn write_armored<T>(output: &mut Output, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>) -> Result<T> {
    let mut armor = ArmorWriter::with_labels(output.writer(), ARMOR).map_err(write_error)?;
    let written = write(&mut armor)?;
    armor.finish().map_err(write_error)?;
    Ok(written)
}
