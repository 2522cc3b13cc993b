//! Files of records as one of the formats of whole files.

use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::crypto::record_key::RecordKey;
use crate::error::{Error, RecordFault, Result};
use crate::formats::description::{Detail, HeadDescription, PayloadDescription, PlaintextSize};
use crate::formats::format::{
    ByteRange, EncryptedFile, FileFormat, NewHead, OpeningKeys, PreparedSeal, ReadPolicy, RewrappedFile, SealSettings,
    UnlockedFile, Work,
};
use crate::formats::payload::Payload;
use crate::formats::records::batch::PlaceOfValues;
use crate::formats::records::gzip::{Packing, begins_with_header, unpack_first};
use crate::formats::records::header::{LONGEST_HEADER, RecordHeader};
use crate::formats::records::layout::RecordRequest;
use crate::formats::records::notation::RecordNotation;
use crate::formats::records::open::{RecordsOpening, SealedBlocks, unpacked};
use crate::formats::records::seal::RecordsSeal;
use crate::formats::records::seal_record::{LONGEST_SEAL, RecordCounts, RecordSeal};
use crate::formats::records::selection::{OpenedRecords, RecordSelection};
use crate::formats::transfer::read_error;
use crate::fs::input::{Input, InputKind};
use crate::fs::positioned::{PositionedReader, PositionedWriter};
use crate::keys::{KeySpec, Keyring, Rewrapper, WrappedKey};
use crate::storage::output::Output;
use crate::storage::payload::PayloadOutput;

/// The format of records with encrypted fields: `kenc-records(5)`.
#[derive(Clone, Copy, Debug)]
pub struct RecordsFormat;

/// Makes a data key, and wraps it: the only calls of a key service for all files that are sealed with the result.
///
/// # Errors
/// If a key refuses, or there is none.
pub fn prepare(
    request: &RecordRequest,
    context: &EncryptionContext,
    keys: &[KeySpec],
    keyring: &Keyring<'_>,
) -> Result<Box<dyn PreparedSeal>> {
    let (data_key, wrapped) = keyring.wrap_new(keys, context)?;
    Ok(Box::new(RecordsSeal { request: request.clone(), context: context.clone(), wrapped, data_key }))
}

impl FileFormat for RecordsFormat {
    fn name(&self) -> &'static str {
        "records"
    }

    fn ending(&self) -> &'static str {
        "jsonl"
    }

    fn recognises(&self, start: &[u8]) -> bool {
        RecordNotation::of_start(start).is_some() || begins_with_header(start)
    }

    fn read(&self, input: Input, start: &[u8], _policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>> {
        Ok(Box::new(RecordsFile::read(input, start)?))
    }

    /// The fields are not among the settings: see [`prepare`].
    fn prepare(
        &self,
        _settings: SealSettings,
        _context: &EncryptionContext,
        _keys: &[KeySpec],
        _keyring: &Keyring<'_>,
    ) -> Result<Box<dyn PreparedSeal>> {
        Err(RecordFault::NotOfRecords("records get a new data key only when they are decrypted and encrypted again")
            .into())
    }
}

/// A file of records that is read: its header, and where the records are.
pub(super) struct RecordsFile {
    pub(super) header: RecordHeader,
    /// Length of the header in the file, in bytes.
    head_len: u64,
    pub(super) packing: Packing,
    pub(super) payload: Payload,
    pub(super) places: PlaceOfValues,
}

impl RecordsFile {
    /// Reads the header, and nothing behind it that would be missing.
    pub(super) fn read(input: Input, start: &[u8]) -> Result<Self> {
        let packing = Packing::of_start(start);
        let (header, head_len, payload) = match input.kind {
            InputKind::File { file, start: first, len } => {
                let head = CountedReader::new(PositionedReader::new(&file, first));
                let (header, head_len) = read_header(packing, &mut BufReader::new(head))?;
                let payload = Payload::File { file, start: first + head_len, len: len.saturating_sub(head_len) };
                (header, head_len, payload)
            }
            InputKind::Object(mut object) => {
                object.seek(SeekFrom::Start(start.len() as u64)).map_err(Error::Read)?;
                let head = start.chain(&mut object);
                let (header, head_len) = read_header(packing, &mut BufReader::new(CountedReader::new(head)))?;
                object.seek(SeekFrom::Start(head_len)).map_err(Error::Read)?;
                let len = object.len().saturating_sub(head_len);
                (header, head_len, Payload::Object { object, len })
            }
            InputKind::Stream(stream) => {
                let mut stream = BufReader::new(CountedReader::new(stream));
                let (header, head_len) = read_header(packing, &mut stream)?;
                (header, head_len, Payload::Stream(Box::new(stream)))
            }
        };
        Ok(Self { header, head_len, packing, payload, places: PlaceOfValues::Bound })
    }

    /// The seal and what it says, without a key: of a plain file only its end is read.
    fn claimed(&mut self) -> Result<(u64, Option<RecordCounts>)> {
        let notation = self.header.layout.request.notation;
        if let (Packing::Plain, Payload::File { file, start, len }) = (self.packing, &self.payload) {
            let tail = (*len).min(LONGEST_SEAL as u64);
            let mut end = Vec::new();
            let mut reader = PositionedReader::new(file, start + len - tail).take(tail);
            reader.read_to_end(&mut end).map_err(Error::Read)?;
            let line = end.strip_suffix(b"\n").unwrap_or(&end);
            let last = memchr::memrchr(b'\n', line).map_or(0, |at| at + 1);
            return Ok((*len, RecordSeal::of_record(notation, &end[last..]).map(|seal| seal.counts)));
        }
        let cancelled = AtomicBool::new(false);
        let mut text = unpacked(self.packing, &mut self.payload);
        let mut counted = CountedReader::new(&mut *text);
        let mut blocks = SealedBlocks::new(&mut counted, notation, PlaceOfValues::Bound, &cancelled);
        while blocks.next()?.is_some() {}
        let counts = blocks.seal.map(|seal| seal.counts);
        Ok((counted.count, counts))
    }
}

/// Reads the header, and returns its length in the file.
fn read_header(packing: Packing, input: &mut BufReader<CountedReader<impl Read>>) -> Result<(RecordHeader, u64)> {
    let record = match packing {
        Packing::Gzip => unpack_first(input, LONGEST_HEADER).map_err(read_error)?,
        Packing::Plain => {
            let mut record = Vec::new();
            input.take(LONGEST_HEADER as u64).read_until(b'\n', &mut record).map_err(read_error)?;
            record
        }
    };
    let head_len = input.get_ref().count - input.buffer().len() as u64;
    let notation = RecordNotation::of_start(&record).ok_or(RecordFault::Header("it is cut off"))?;
    if record.last() != Some(&b'\n') {
        return Err(RecordFault::Header("it is cut off").into());
    }
    Ok((RecordHeader::of_record(notation, &record)?, head_len))
}

impl EncryptedFile for RecordsFile {
    fn describe(&self) -> HeadDescription {
        let RecordRequest { notation, fields } = &self.header.layout.request;
        let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
        let detail = |name, value, text: String| Detail { name, value, text };
        HeadDescription {
            format: RecordsFormat.name(),
            title: "records with encrypted fields",
            version: 1,
            is_armored: false,
            cipher: "AES-256-GCM".to_owned(),
            properties: vec!["key-committing"],
            context: self.header.layout.context.to_pairs(),
            keys: self.header.keys.clone(),
            len: self.head_len,
            details: vec![
                detail("records", json!(notation.word()), notation.word().to_owned()),
                detail("fields", json!(fields), format!("fields {}", fields.join(" "))),
                detail("gzip", json!(self.packing == Packing::Gzip), String::new()),
            ],
            copies: None,
        }
    }

    fn describe_payload(&mut self) -> Result<PayloadDescription> {
        let (bytes, counts) = self.claimed()?;
        let plaintext = counts.map(|RecordCounts { records, bytes, .. }| PlaintextSize { bytes, units: records });
        Ok(PayloadDescription { bytes, unit: "record", plaintext })
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.header.keys
    }

    fn context(&self) -> &EncryptionContext {
        &self.header.layout.context
    }

    fn seal_settings(&self) -> SealSettings {
        SealSettings::default()
    }

    fn len(&self) -> Option<u64> {
        self.payload.len().map(|len| len + self.head_len)
    }

    fn plaintext_len(&self) -> Option<u64> {
        None
    }

    fn payload_start(&self) -> Option<u64> {
        Some(self.head_len)
    }

    fn with_records_of(self: Box<Self>, input: Input) -> Result<Box<dyn EncryptedFile>> {
        let (start, input) = input.peek()?;
        let payload = match input.kind {
            InputKind::File { file, start, len } => Payload::File { file, start, len },
            InputKind::Object(object) => Payload::Object { len: object.len(), object },
            InputKind::Stream(stream) => Payload::Stream(stream),
        };
        let packing = Packing::of_start(&start);
        Ok(Box::new(Self { head_len: 0, packing, payload, places: PlaceOfValues::Free, ..*self }))
    }

    fn unlock(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<Box<dyn UnlockedFile>> {
        let key = keys.unwrap(&self.header.keys, self.context(), |data_key| self.header.key(data_key))?;
        Ok(Box::new(UnlockedRecordsFile { file: *self, key }))
    }

    fn rewrap(&self, rewrapper: &Rewrapper<'_>) -> Result<RewrappedFile> {
        let Self { header, packing, .. } = self;
        let is_data_key = |data_key: &DataKey| header.key(data_key).is_some();
        let outcome = rewrapper.rewrap(&header.keys, &header.layout.context, &is_data_key)?;
        let is_changed = outcome.slots != header.keys;
        let new = header.with_keys(outcome.slots.clone())?;
        let bytes = packing.header(&new.to_record());
        Ok(RewrappedFile { rewrapped: outcome, head: NewHead { bytes, in_place: (!is_changed).then(Vec::new) } })
    }

    fn write_with(self: Box<Self>, head: &[u8], output: &mut Output, cancelled: &AtomicBool) -> Result<()> {
        let Self { mut payload, .. } = *self;
        payload.write_behind(head, output, cancelled)
    }
}

/// A file of records whose data key is known.
struct UnlockedRecordsFile {
    file: RecordsFile,
    key: RecordKey,
}

impl UnlockedFile for UnlockedRecordsFile {
    fn open(self: Box<Self>, output: PayloadOutput<'_>, work: Work<'_>) -> Result<u64> {
        self.open_records(&RecordSelection::default(), output, work).map(|opened| opened.bytes)
    }

    fn open_range(self: Box<Self>, _: ByteRange, _: &mut dyn Write, _: &AtomicBool) -> Result<u64> {
        Err(RecordFault::NotOfRecords("--range counts bytes, and these are records").into())
    }

    fn open_records(
        self: Box<Self>,
        selection: &RecordSelection,
        output: PayloadOutput<'_>,
        work: Work<'_>,
    ) -> Result<OpenedRecords> {
        let Self { file: RecordsFile { header, packing, mut payload, places, .. }, key } = *self;
        let opening = RecordsOpening { header: &header, key: &key, packing, places };
        match output {
            PayloadOutput::Nowhere => opening.open(&mut payload, selection, None, &work),
            PayloadOutput::Stream(writer) => opening.open(&mut payload, selection, Some(writer), &work),
            PayloadOutput::File { file, start } => {
                let mut writer = PositionedWriter::new(file, start);
                opening.open(&mut payload, selection, Some(&mut writer), &work)
            }
        }
    }
}

/// Counts what is read.
struct CountedReader<R> {
    input: R,
    count: u64,
}

impl<R: Read> CountedReader<R> {
    fn new(input: R) -> Self {
        Self { input, count: 0 }
    }
}

impl<R: Read> Read for CountedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}
