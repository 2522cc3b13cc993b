//! Decrypts fields of records, as a stream. Each value is authentic when it comes out; that nothing else was changed, moved or
//! removed is known at the end, when the seal was checked.

use std::io::{Read, Write};
use std::sync::atomic::AtomicBool;

use crate::crypto::record_key::{RecordKey, RecordMac};
use crate::error::{Error, RecordFault, Result};
use crate::formats::format::Work;
use crate::formats::payload::Payload;
use crate::formats::records::batch::{BlockOpening, BlockWork, DoneBlock, PlaceOfValues};
use crate::formats::records::blocks::{LastRecord, RecordBlock, RecordBlocks};
use crate::formats::records::gzip::{Packing, Unpacker};
use crate::formats::records::header::RecordHeader;
use crate::formats::records::layout::{RecordLayout, RecordRequest};
use crate::formats::records::notation::RecordNotation;
use crate::formats::records::ordered::in_order;
use crate::formats::records::record_match::RecordMatcher;
use crate::formats::records::seal::{CountingWriter, scanner_of};
use crate::formats::records::seal_record::{LastLineEnd, RecordCounts, RecordSeal};
use crate::formats::records::selection::{
    OpenedPacking, OpenedRecords, RecordNumbers, RecordProof, RecordSealDemand, RecordSelection,
};
use crate::limits::LONGEST_SEALED_RECORD;

/// A file of records whose data key is known.
pub(super) struct RecordsOpening<'a> {
    pub(super) header: &'a RecordHeader,
    pub(super) key: &'a RecordKey,
    pub(super) packing: Packing,
    pub(super) places: PlaceOfValues,
}

/// The records of a file, in order.
pub(super) fn unpacked<'a>(packing: Packing, payload: &'a mut Payload) -> Box<dyn Read + Send + 'a> {
    match packing {
        Packing::Plain => payload.reader(),
        Packing::Gzip => Box::new(Unpacker::new(payload.reader())),
    }
}

/// The blocks of a file, and its seal, which is none of its records.
pub(super) struct SealedBlocks<'a> {
    blocks: RecordBlocks<'a>,
    notation: RecordNotation,
    ahead: Option<RecordBlock>,
    /// What ended the records.
    pub(super) seal: Option<RecordSeal>,
    places: PlaceOfValues,
}

impl<'a> SealedBlocks<'a> {
    pub(super) fn new(
        input: &'a mut dyn Read,
        notation: RecordNotation,
        places: PlaceOfValues,
        cancelled: &'a AtomicBool,
    ) -> Self {
        let last = (LastRecord::HeldBack, LONGEST_SEALED_RECORD);
        let blocks = RecordBlocks::new(input, notation, last, cancelled);
        Self { blocks, notation, ahead: None, seal: None, places }
    }

    /// The next block as it was written: without the seal, and with a line end behind each record.
    pub(super) fn next(&mut self) -> Result<Option<RecordBlock>> {
        let block = match self.ahead.take() {
            Some(block) => Some(block),
            None => self.blocks.next()?,
        };
        let Some(mut block) = block else { return Ok(None) };
        self.ahead = self.blocks.next()?;
        // Only the last record can be the seal. The last block has it and the one before: both were held back.
        if self.ahead.is_none() && self.places == PlaceOfValues::Bound {
            self.take_seal(&mut block);
        }
        Ok((!block.text.is_empty()).then_some(block))
    }

    fn take_seal(&mut self, block: &mut RecordBlock) {
        let mark = self.notation.marks().seal.as_bytes();
        let text = &mut block.text;
        let line_end = text.strip_suffix(b"\n").unwrap_or(text);
        // A seal has no line end within it, so that it is the last line whatever the notation.
        let start = memchr::memrchr(b'\n', line_end).map_or(0, |at| at + 1);
        if text[start..].starts_with(mark)
            && let Some(seal) = RecordSeal::of_record(self.notation, &text[start..])
        {
            self.seal = Some(seal);
            text.truncate(start);
            block.count -= 1;
        } else if text.last() != Some(&b'\n') {
            // The record is cut off, or the seal is.
            text.truncate(block.whole_len);
            block.count -= 1;
        }
    }
}

/// Whether nothing is wanted from this record on, and nobody wants to know how the file ends.
fn has_passed(selection: &RecordSelection, record: u64) -> bool {
    let last = selection.numbers.and_then(|numbers| numbers.last);
    selection.seal == RecordSealDemand::Optional && last.is_some_and(|last| record > last)
}

impl RecordsOpening<'_> {
    /// Decrypts what is selected, and writes it, if somebody takes it.
    pub(super) fn open(
        &self,
        payload: &mut Payload,
        selection: &RecordSelection,
        output: Option<&mut dyn Write>,
        work: &Work<'_>,
    ) -> Result<OpenedRecords> {
        let Work { threads, progress, cancelled, workspace: _ } = *work;
        let RecordLayout { request: RecordRequest { notation, fields }, delimiter, .. } = &self.header.layout;
        let delimiter = *delimiter;
        let wanted = self.wanted(selection)?;
        let mut input = unpacked(self.packing, payload);
        let mut blocks = SealedBlocks::new(&mut *input, *notation, self.places, cancelled);
        let mut first = blocks.next()?;
        let names = first.as_ref().map_or(&[][..], |block| &block.text[..]);
        if self.places == PlaceOfValues::Free && RecordNotation::of_start(names).is_some() {
            return Err(RecordFault::NotOfRecords("these records have a header of their own").into());
        }
        if first.is_none() {
            let proof = self.proof(blocks.seal, selection, RecordCounts::default(), self.key.begin_seal())?;
            return Ok(OpenedRecords {
                bytes: 0,
                records: 0,
                values: 0,
                written: 0,
                notation: *notation,
                delimiter,
                proof,
            });
        }
        let scanner = scanner_of(&self.header.layout, names).map_err(|_| {
            let fault = "names no column for an encrypted field, or is not CSV";
            RecordFault::Damaged { record: 0, fault }
        })?;
        let matcher = self.matcher(selection, names)?;
        let names: Vec<Vec<u8>> = fields.iter().map(|field| field.to_string().into_bytes()).collect();
        let is_packed = output.is_some() && selection.packing == OpenedPacking::AsFile;
        let packing = if is_packed { self.packing } else { Packing::Plain };
        let block_work =
            BlockWork { notation: *notation, scanner: &scanner, key: self.key, fields, names: &names, packing };
        let opening = BlockOpening { selection, wanted: &wanted, places: self.places, matcher: matcher.as_ref() };
        let mut nobody = std::io::sink();
        let mut writer = CountingWriter { output: output.unwrap_or(&mut nobody), written: 0 };
        let (mut counts, mut written) = (RecordCounts::default(), 0);
        let mut mac = self.key.begin_seal();
        let next = || {
            let block = if first.is_some() { first.take() } else { blocks.next()? };
            let Some(mut block) = block.filter(|block| !has_passed(selection, block.first)) else { return Ok(None) };
            mac.update(&block.text);
            if blocks.seal.is_some_and(|seal| seal.last_line_end == LastLineEnd::Added) && blocks.ahead.is_none() {
                block.text.pop();
            }
            Ok(Some(block))
        };
        in_order(
            threads,
            next,
            |block: RecordBlock| block_work.open(&block, &opening),
            |done: DoneBlock| {
                counts = counts.plus(&done.counts);
                written += done.written;
                writer.write(done.packed.as_deref().unwrap_or(&done.text))?;
                progress(done.read);
                Ok(())
            },
        )?;
        let bytes = if packing == Packing::Plain { counts.bytes } else { writer.written };
        let RecordCounts { records, values, .. } = counts;
        let proof = self.proof(blocks.seal, selection, counts, mac)?;
        if let Some(RecordNumbers { first: record, .. }) = selection.numbers.filter(|numbers| numbers.first > records) {
            return Err(RecordFault::NoSuchRecord { record, records }.into());
        }
        Ok(OpenedRecords { bytes, records, values, written, notation: *notation, delimiter, proof })
    }

    /// What the end of the file proves.
    fn proof(
        &self,
        seal: Option<RecordSeal>,
        selection: &RecordSelection,
        RecordCounts { records, values, bytes }: RecordCounts,
        mac: RecordMac,
    ) -> Result<RecordProof, RecordFault> {
        let Some(seal) = seal else {
            return match (self.places, selection.seal) {
                (PlaceOfValues::Free, _) => Ok(RecordProof::EachValueAnywhere),
                (PlaceOfValues::Bound, RecordSealDemand::Optional) => Ok(RecordProof::EachValue),
                (PlaceOfValues::Bound, RecordSealDemand::Required) => Err(RecordFault::NoSeal { records, values }),
            };
        };
        let is_counted = seal.counts.records == records
            && seal.counts.values == values
            && (!selection.is_all() || seal.counts.bytes == bytes);
        if seal.holds(mac) && is_counted { Ok(RecordProof::Sealed) } else { Err(RecordFault::BrokenSeal { records }) }
    }

    /// What tells which records are kept.
    fn matcher<'s>(&self, selection: &'s RecordSelection, names: &[u8]) -> Result<Option<RecordMatcher<'s>>> {
        let Some(wanted) = &selection.matching else { return Ok(None) };
        let RecordLayout { request: RecordRequest { notation, .. }, delimiter, context } = &self.header.layout;
        let request = RecordRequest::new(*notation, vec![wanted.field.clone()])?;
        let layout = RecordLayout { request, delimiter: *delimiter, context: context.clone() };
        Ok(Some(RecordMatcher { notation: *notation, scanner: scanner_of(&layout, names)?, wanted }))
    }

    /// For each encrypted field whether it is decrypted.
    fn wanted(&self, selection: &RecordSelection) -> Result<Vec<bool>, Error> {
        let fields = &self.header.layout.request.fields;
        for field in &selection.fields {
            if !fields.contains(field) {
                let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
                return Err(
                    RecordFault::FieldNotEncrypted { field: field.to_string(), fields: fields.join(", ") }.into()
                );
            }
        }
        let is_wanted = |field| selection.fields.is_empty() || selection.fields.contains(field);
        Ok(fields.iter().map(is_wanted).collect())
    }
}
