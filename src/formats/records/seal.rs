//! Encrypts fields of records, as a stream: the header, the records in their order, and the seal over them.

use std::io::{Cursor, Read, Write};

use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, RecordFault, Result};
use crate::formats::format::{PreparedSeal, Work};
use crate::formats::records::batch::{BlockWork, DoneBlock};
use crate::formats::records::blocks::{LastRecord, RecordBlock, RecordBlocks};
use crate::formats::records::csv_scan::CsvScanner;
use crate::formats::records::gzip::{Packing, Unpacker};
use crate::formats::records::header::RecordHeader;
use crate::formats::records::json_scan::JsonScanner;
use crate::formats::records::layout::{DELIMITERS, RecordLayout, RecordRequest};
use crate::formats::records::notation::RecordNotation;
use crate::formats::records::ordered::in_order;
use crate::formats::records::scan::FieldScanner;
use crate::formats::records::seal_record::{LastLineEnd, RecordCounts, RecordSeal};
use crate::formats::transfer::{read_up_to, write_error};
use crate::fs::input::Input;
use crate::fs::positioned::PositionedReader;
use crate::keys::WrappedKey;
use crate::limits::LONGEST_RECORD;
use crate::storage::output::Output;
use crate::storage::payload::PayloadInput;

/// As many bytes as show that an input is encrypted already, or compressed.
const START: usize = 64;

/// What all files with the same fields, keys and context share. Each has a salt of its own, and so keys of its own.
pub(super) struct RecordsSeal {
    pub(super) request: RecordRequest,
    pub(super) context: EncryptionContext,
    pub(super) wrapped: Vec<WrappedKey>,
    pub(super) data_key: DataKey,
}

impl PreparedSeal for RecordsSeal {
    fn seal(&self, input: PayloadInput<'_>, output: &mut Output, work: Work<'_>) -> Result<u64> {
        match input {
            PayloadInput::Stream(stream) => self.seal_stream(stream, &mut *output.writer(), &work),
            PayloadInput::File { file, start, len } => {
                let mut reader = PositionedReader::new(file, start).take(len);
                self.seal_stream(&mut reader, &mut *output.writer(), &work)
            }
        }
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.wrapped
    }

    /// What records become cannot be told from their length.
    fn would_make(&self, _result: Input, _plaintext_len: u64) -> Result<bool> {
        Ok(false)
    }
}

impl RecordsSeal {
    fn seal_stream(&self, mut input: &mut (dyn Read + Send), output: &mut dyn Write, work: &Work<'_>) -> Result<u64> {
        let Work { threads, progress, cancelled, workspace: _ } = *work;
        let RecordRequest { notation, fields } = &self.request;
        let mut start = vec![0; START];
        let filled = read_up_to(&mut input, &mut start)?;
        start.truncate(filled);
        let packing = Packing::of_start(&start);
        let whole = Cursor::new(start).chain(input);
        let mut text: Box<dyn Read + Send> = match packing {
            Packing::Plain => Box::new(whole),
            Packing::Gzip => Box::new(Unpacker::new(whole)),
        };
        let last = (LastRecord::Given, LONGEST_RECORD);
        let mut blocks = RecordBlocks::new(&mut *text, *notation, last, cancelled);
        let mut first = blocks.next()?;
        let names = first.as_ref().map_or(&[][..], |block| &block.text[..]);
        if RecordNotation::of_start(names).is_some() {
            return Err(RecordFault::EncryptedAlready.into());
        }
        let delimiter = match notation {
            RecordNotation::Csv => CsvScanner::delimiter_of(names, fields)?,
            _ => DELIMITERS[0],
        };
        let layout = RecordLayout { request: self.request.clone(), delimiter, context: self.context.clone() };
        let scanner = scanner_of(&layout, names)?;
        let (header, key) = RecordHeader::new(layout, self.wrapped.clone(), &self.data_key)?;
        let names: Vec<Vec<u8>> = fields.iter().map(|field| field.to_string().into_bytes()).collect();
        let work = BlockWork { notation: *notation, scanner: &scanner, key: &key, fields, names: &names, packing };
        let mut writer = CountingWriter { output, written: 0 };
        let (mut mac, mut counts, mut ends_line) = (key.begin_seal(), RecordCounts::default(), true);
        writer.write(&packing.header(&header.to_record()))?;
        let next = || Ok(if first.is_some() { first.take() } else { blocks.next()? });
        in_order(
            threads,
            next,
            |block: RecordBlock| work.seal(&block),
            |done: DoneBlock| {
                mac.update(&done.text);
                counts = counts.plus(&done.counts);
                ends_line = done.text.last() == Some(&b'\n');
                writer.write(done.packed.as_deref().unwrap_or(&done.text))?;
                progress(done.read);
                Ok(())
            },
        )?;
        let mut end = String::new();
        let last_line_end = if ends_line { LastLineEnd::Original } else { LastLineEnd::Added };
        if last_line_end == LastLineEnd::Added {
            end.push('\n');
            mac.update(b"\n");
        }
        end.push_str(&RecordSeal::new(mac, counts, last_line_end).to_record(*notation));
        writer.write(packing.packed(end.as_bytes()).as_deref().unwrap_or(end.as_bytes()))?;
        Ok(writer.written)
    }
}

/// What finds the fields of a file, which begins with the names of its columns.
pub(super) fn scanner_of(layout: &RecordLayout, names: &[u8]) -> Result<FieldScanner> {
    let RecordLayout { request: RecordRequest { notation, fields }, delimiter, .. } = layout;
    Ok(match notation {
        RecordNotation::Csv => FieldScanner::Csv(CsvScanner::of_names(names, *delimiter, fields)?),
        RecordNotation::JsonLines | RecordNotation::DynamoDbExport => {
            FieldScanner::Json(JsonScanner::new(*notation, fields))
        }
    })
}

/// Writes in order, and counts.
pub(super) struct CountingWriter<'a> {
    pub(super) output: &'a mut dyn Write,
    pub(super) written: u64,
}

impl CountingWriter<'_> {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.output.write_all(bytes).map_err(write_error)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}
