//! Kenc files as one of the formats of whole files.

use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::context::EncryptionContext;
use crate::crypto::traces::StackToWipe;
use crate::crypto::{Backend, DataKey};
use crate::error::{Error, Result};
use crate::formats::description::{CopiesFound, Detail, HeadDescription, PayloadDescription, PlaintextSize};
use crate::formats::format::{
    ByteRange, Encoding, EncryptedFile, FileFormat, FileToReplace, NewHead, OpeningKeys, PreparedSeal, ReadPolicy,
    RewrappedFile, SealSettings, SignatureChoice, UnlockedFile, Work,
};
use crate::formats::native::armor::ArmorWriter;
use crate::formats::native::chunk::{CHUNK_LEN, ChunkCipher, SEALED_CHUNK_LEN, plaintext_len, sealed_len};
use crate::formats::native::file::{NativeFile, is_native};
use crate::formats::native::header::{Header, Parameters, TableCopies};
use crate::formats::native::pipeline::Pipeline;
use crate::formats::native::seek::SeekingDecryptor;
use crate::formats::native::slot_table_write::{mended_table, new_tables};
use crate::formats::native::small::Room;
use crate::formats::native::{Decryptor, FileHead, NewFile};
use crate::formats::payload::Payload;
use crate::formats::transfer::{copy, copy_range, read_error, write_error};
use crate::fs::input::Input;
use crate::fs::positioned::PositionedReader;
use crate::keys::{KeySpec, Keyring, Rewrapper, WrappedKey};
use crate::storage::output::Output;
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// The format of kenc files: `kenc-format(5)`.
#[derive(Clone, Copy, Debug)]
pub struct NativeFormat;

impl FileFormat for NativeFormat {
    fn name(&self) -> &'static str {
        "kenc"
    }

    fn ending(&self) -> &'static str {
        "kenc"
    }

    fn recognises(&self, start: &[u8]) -> bool {
        is_native(start)
    }

    fn read(&self, input: Input, start: &[u8], _policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>> {
        Ok(Box::new(NativeFile::read_from(input, start)?))
    }

    fn prepare(
        &self,
        settings: SealSettings,
        context: &EncryptionContext,
        keys: &[KeySpec],
        keyring: &Keyring<'_>,
    ) -> Result<Box<dyn PreparedSeal>> {
        let SealSettings { suite, encoding, frame_len, signing } = settings;
        if signing != SignatureChoice::Unsigned {
            return Err(Error::NotOfFormat("kenc files have no signature"));
        }
        if frame_len.is_some() {
            return Err(Error::NotOfFormat("kenc files have chunks of 16384 bytes, and no frames"));
        }
        let (data_key, wrapped) = keyring.wrap_new(keys, context)?;
        let parameters = Parameters { suite, context: context.clone() };
        Ok(Box::new(NativeSeal { parameters, wrapped, data_key, encoding }))
    }
}

impl EncryptedFile for NativeFile {
    fn describe(&self) -> HeadDescription {
        let Header { parameters: Parameters { suite, context }, table, copies, .. } = &self.head.header;
        let copies = CopiesFound { are_whole: *copies == TableCopies::Whole, text: copies.description() };
        let generation = table.generation;
        HeadDescription {
            format: NativeFormat.name(),
            title: "kenc file",
            version: 1,
            is_armored: self.is_armored,
            cipher: suite.name().to_owned(),
            properties: vec!["key-committing"],
            context: context.to_pairs(),
            keys: table.slots.clone(),
            len: self.head.header.len(),
            details: vec![
                Detail { name: "generation", value: json!(generation), text: format!("generation {generation}") },
                Detail { name: "copies", value: json!(copies.text), text: copies.text.to_owned() },
            ],
            copies: Some(copies),
        }
    }

    fn describe_payload(&mut self) -> Result<PayloadDescription> {
        let sealed = match &mut self.payload {
            Payload::File { len, .. } | Payload::Object { len, .. } => *len,
            Payload::Stream(stream) => copy(stream, &mut std::io::sink(), &AtomicBool::new(false))?,
        };
        let size = |bytes| PlaintextSize { bytes, units: bytes / CHUNK_LEN as u64 + 1 };
        Ok(PayloadDescription {
            bytes: sealed + self.head.len() - self.head.header.len(),
            unit: "chunk",
            plaintext: plaintext_len(sealed).map(size),
        })
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.head.header.table.slots
    }

    fn context(&self) -> &EncryptionContext {
        &self.head.header.parameters.context
    }

    fn seal_settings(&self) -> SealSettings {
        let encoding = if self.is_armored { Encoding::Armored } else { Encoding::Binary };
        SealSettings { suite: self.head.header.parameters.suite, encoding, ..SealSettings::default() }
    }

    fn len(&self) -> Option<u64> {
        self.payload.len().map(|len| len + self.head.len())
    }

    fn plaintext_len(&self) -> Option<u64> {
        self.payload.len().and_then(plaintext_len)
    }

    fn payload_start(&self) -> Option<u64> {
        (!self.is_armored).then(|| self.head.len())
    }

    fn unlock(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<Box<dyn UnlockedFile>> {
        let _stack = StackToWipe;
        let cipher = keys
            .unwrap(self.wrapped_keys(), self.context(), |data_key| self.head.cipher(data_key, Backend::default()))?;
        Ok(Box::new(UnlockedNativeFile { file: *self, cipher }))
    }

    fn unlock_to_replace(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<FileToReplace> {
        let (cipher, data_key) = keys.unwrap(self.wrapped_keys(), self.context(), |data_key| {
            let cipher = self.head.cipher(data_key, Backend::default())?;
            Some((cipher, DataKey::from_slice(data_key.expose())?))
        })?;
        let Header { parameters, table, .. } = &self.head.header;
        let encoding = if self.is_armored { Encoding::Armored } else { Encoding::Binary };
        let seal = NativeSeal { parameters: parameters.clone(), wrapped: table.slots.clone(), data_key, encoding };
        let unlocked = Box::new(UnlockedNativeFile { file: *self, cipher });
        Ok(FileToReplace { unlocked, seal: Some(Box::new(seal)) })
    }

    fn rewrap(&self, rewrapper: &Rewrapper<'_>) -> Result<RewrappedFile> {
        let Self { head, is_armored, payload } = self;
        let Header { parameters, table, .. } = &head.header;
        let is_data_key = |data_key: &_| head.cipher(data_key, Backend::default()).is_some();
        let outcome = rewrapper.rewrap(&table.slots, &parameters.context, &is_data_key)?;
        let is_changed = outcome.slots != table.slots;
        let new = if is_changed { head.header.with_slots(outcome.slots.clone())? } else { head.header.clone() };
        let has_places = !is_armored && matches!(payload, Payload::File { .. });
        let in_place = match (is_changed, has_places) {
            (false, true) => Some(mended_table(&head.header)),
            (false, false) => (head.header.copies == TableCopies::Whole).then(Vec::new),
            (true, _) => (has_places && new.fits_in_place_of(&head.header)).then(|| new_tables(&head.header, &new)),
        };
        Ok(RewrappedFile { rewrapped: outcome, head: NewHead { bytes: head.bytes_with(&new), in_place } })
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

/// A kenc file whose data key is known.
struct UnlockedNativeFile {
    file: NativeFile,
    cipher: ChunkCipher,
}

impl UnlockedFile for UnlockedNativeFile {
    fn open(self: Box<Self>, output: PayloadOutput<'_>, work: Work<'_>) -> Result<u64> {
        let Self { file: NativeFile { head, mut payload, .. }, cipher } = *self;
        let Work { threads, progress, cancelled, workspace } = work;
        if let Some(workspace) = workspace {
            let room = workspace.kept(Room::of_len);
            let opened = room.open(&cipher, &mut *payload.reader(), output)?;
            progress(head.len() + sealed_len(opened));
            return Ok(opened);
        }
        Pipeline { threads, progress, cancelled }.open(&cipher, payload.source(), output)
    }

    fn open_range(self: Box<Self>, range: ByteRange, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<u64> {
        let Self { file: NativeFile { head, mut payload, .. }, cipher } = *self;
        match payload {
            Payload::File { file, start, .. } if start == head.len() => {
                write_part(range, SeekingDecryptor::new(file, cipher)?, output, cancelled)
            }
            Payload::Object { object, .. } => {
                object.expect(sealed_range(range, cipher.offset(0), object.len()));
                let mut plaintext = SeekingDecryptor::of_claimed_len(object, cipher)?;
                // The last chunk would be one more request, and says nothing of the bytes of a range that ends before it.
                if range.end.is_none_or(|end| end > plaintext.plaintext_len()) {
                    plaintext.authenticate_len()?;
                }
                write_part(range, plaintext, output, cancelled)
            }
            _ => copy_range(range, Decryptor::new(payload.reader(), cipher), output, cancelled),
        }
    }
}

/// The chunks with the bytes of a range, in a file of `len` bytes whose chunks begin at `first`.
fn sealed_range(ByteRange { start, end }: ByteRange, first: u64, len: u64) -> Range<u64> {
    let place = |chunk: u64| first.saturating_add(chunk.saturating_mul(SEALED_CHUNK_LEN as u64)).min(len);
    let end = end.map_or(len, |end| place(end.div_ceil(CHUNK_LEN as u64)));
    place(start / CHUNK_LEN as u64)..end
}

/// Writes a part of what is read at its places.
fn write_part<R: Read + Seek>(
    ByteRange { start, end }: ByteRange,
    mut plaintext: SeekingDecryptor<R>,
    output: &mut dyn Write,
    cancelled: &AtomicBool,
) -> Result<u64> {
    let available = plaintext.plaintext_len();
    if end.is_some_and(|end| end > available) || start > available {
        return Err(Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available });
    }
    let end = end.unwrap_or(available);
    plaintext.seek(SeekFrom::Start(start)).map_err(read_error)?;
    copy(&mut plaintext.take(end - start), output, cancelled)
}

/// What all files with the same keys and encryption context share. Each has a salt of its own, so a key and nonces of its own.
struct NativeSeal {
    parameters: Parameters,
    wrapped: Vec<WrappedKey>,
    data_key: DataKey,
    encoding: Encoding,
}

impl PreparedSeal for NativeSeal {
    fn seal(&self, input: PayloadInput<'_>, output: &mut Output, work: Work<'_>) -> Result<u64> {
        let Self { parameters, wrapped, data_key, encoding } = self;
        let NewFile { head, cipher } = NewFile::new(parameters.clone(), wrapped.clone(), data_key, Backend::default())?;
        let Work { threads, progress, cancelled, workspace } = work;
        let pipeline = Pipeline { threads, progress, cancelled };
        let sealed = match (encoding, workspace, input) {
            (Encoding::Binary, Some(workspace), PayloadInput::File { file, start, .. }) => {
                let room = workspace.kept(Room::of_len);
                let mut plaintext = PositionedReader::new(file, start);
                let sealed = room.seal(&cipher, &mut plaintext, &head, &mut output.writer())?;
                let found = sealed.ok_or(Error::InputWrittenTo)?;
                progress(found);
                sealed_len(found)
            }
            (Encoding::Binary, _, input) => output.write(&head, |sink| pipeline.seal(&cipher, input, sink))?,
            (Encoding::Armored, _, input) => write_armored(output, |armor| {
                armor.write_all(&head).map_err(write_error)?;
                let mut armor = armor;
                pipeline.seal(&cipher, input, PayloadOutput::Stream(&mut armor))
            })?,
        };
        Ok(head.len() as u64 + sealed)
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.wrapped
    }

    fn would_make(&self, result: Input, plaintext_len: u64) -> Result<bool> {
        let Some(result_len) = result.len() else { return Ok(false) };
        let head = FileHead::read(&mut result.into_reader())?;
        let names = |keys: &[WrappedKey]| {
            let mut names: Vec<_> = keys.iter().map(|key| (key.provider.clone(), key.key_id.clone())).collect();
            names.sort();
            names
        };
        Ok(head.header.copies == TableCopies::Whole
            && head.header.parameters == self.parameters
            && names(&head.header.table.slots) == names(&self.wrapped)
            && result_len == head.len() + sealed_len(plaintext_len))
    }
}

/// Has `write` write through armor, and ends it.
pub(crate) fn write_armored<T>(
    output: &mut Output,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>,
) -> Result<T> {
    let mut armor = ArmorWriter::new(output.writer()).map_err(write_error)?;
    let written = write(&mut armor)?;
    armor.finish().map_err(write_error)?;
    Ok(written)
}
