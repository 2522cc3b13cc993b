//! The work on a block of records: its values are encrypted or decrypted, and every other byte stays.

use zeroize::Zeroizing;

use crate::crypto::record_key::{RecordKey, ValuePlace};
use crate::error::{Error, RecordFault, Result};
use crate::formats::records::blocks::RecordBlock;
use crate::formats::records::field::RecordField;
use crate::formats::records::gzip::Packing;
use crate::formats::records::notation::RecordNotation;
use crate::formats::records::record_match::RecordMatcher;
use crate::formats::records::scan::FieldScanner;
use crate::formats::records::seal_record::RecordCounts;
use crate::formats::records::selection::RecordSelection;
use crate::formats::records::value::{RecordValueCipher, RecordValueFault};

/// What is needed to work on the blocks of one file.
pub(super) struct BlockWork<'a> {
    pub(super) notation: RecordNotation,
    pub(super) scanner: &'a FieldScanner,
    pub(super) key: &'a RecordKey,
    /// The encrypted fields.
    pub(super) fields: &'a [RecordField],
    /// Their paths as bytes.
    pub(super) names: &'a [Vec<u8>],
    pub(super) packing: Packing,
}

/// What became of a block.
pub(super) struct DoneBlock {
    pub(super) text: Zeroizing<Vec<u8>>,
    /// The same as it is written, where it is compressed.
    pub(super) packed: Option<Vec<u8>>,
    pub(super) counts: RecordCounts,
    /// Records of the text.
    pub(super) written: u64,
    /// Bytes of the block as it was read.
    pub(super) read: u64,
}

/// Whether values must be where they were encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceOfValues {
    Bound,
    /// They may be in any record: other programs have written these.
    Free,
}

/// How blocks are decrypted.
pub(super) struct BlockOpening<'a> {
    pub(super) selection: &'a RecordSelection,
    /// For each encrypted field whether it is decrypted.
    pub(super) wanted: &'a [bool],
    pub(super) places: PlaceOfValues,
    /// Which records are kept.
    pub(super) matcher: Option<&'a RecordMatcher<'a>>,
}

impl BlockWork<'_> {
    /// Encrypts the values of a block.
    pub(super) fn seal(&self, block: &RecordBlock) -> Result<DoneBlock> {
        let text = &block.text[..];
        let mut cipher = RecordValueCipher::new(self.notation, self.key, self.names);
        // What is not encrypted is no secret, so that it may grow.
        let mut output = Zeroizing::new(Vec::with_capacity(text.len() + text.len() / 2));
        let mut counts = RecordCounts { bytes: text.len() as u64, ..RecordCounts::default() };
        let (mut found, mut copied) = (Vec::new(), 0);
        each_record(block, |number, start| {
            let end = self.scanner.record(text, (number, start), &mut found).map_err(|fault| syntax(number, fault))?;
            for (value, order) in found.iter().zip(0u32..) {
                output.extend_from_slice(&text[copied..value.start]);
                let place = ValuePlace { record: number, value: order };
                cipher.seal(place, value.field, &text[value.start..value.end], &mut output);
                copied = value.end;
            }
            counts.values += found.len() as u64;
            Ok(end)
        })?;
        output.extend_from_slice(&text[copied..]);
        counts.records = block.count - u64::from(block.first == 0);
        let packed = self.packing.packed(&output);
        Ok(DoneBlock { text: output, packed, counts, written: counts.records, read: text.len() as u64 })
    }

    /// Decrypts the wanted values of a block. Nothing of it comes out before every one of them is authentic.
    pub(super) fn open(&self, block: &RecordBlock, opening: &BlockOpening<'_>) -> Result<DoneBlock> {
        let BlockOpening { selection, wanted, places, matcher } = *opening;
        let text = &block.text[..];
        let mut cipher = RecordValueCipher::new(self.notation, self.key, self.names);
        // A plaintext is shorter than what it was encrypted to: this does not grow.
        let mut output = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut counts = RecordCounts::default();
        let (mut found, mut written) = (Vec::new(), 0);
        each_record(block, |number, start| {
            let end = self.scanner.record(text, (number, start), &mut found).map_err(|fault| damaged(number, fault))?;
            counts.values += found.len() as u64;
            if !selection.wants(number) {
                return Ok(end);
            }
            let (mut copied, begun) = (start, output.len());
            for (value, order) in found.iter().zip(0u32..) {
                let sealed = &text[value.start..value.end];
                output.extend_from_slice(&text[copied..value.start]);
                copied = value.end;
                if !wanted[usize::from(value.field)] {
                    output.extend_from_slice(sealed);
                    continue;
                }
                let field = || self.fields[usize::from(value.field)].to_string();
                let place = cipher.open(value.field, sealed, &mut output).map_err(|fault| match fault {
                    RecordValueFault::NotEncrypted => RecordFault::NotEncrypted { record: number, field: field() },
                    RecordValueFault::NotAuthentic => RecordFault::NotAuthentic { record: number, field: field() },
                })?;
                let expected = ValuePlace { record: number, value: order };
                if places == PlaceOfValues::Bound && place != expected {
                    let (record, field) = (number, field());
                    return Err(match place.record {
                        from if from == number => RecordFault::NotAuthentic { record, field },
                        from => RecordFault::Moved { record, field, from },
                    }
                    .into());
                }
            }
            output.extend_from_slice(&text[copied..end]);
            match matcher {
                Some(matcher) if !matcher.takes(&output[begun..], number)? => output.truncate(begun),
                _ => written += u64::from(number > 0),
            }
            Ok(end)
        })?;
        counts.records = block.count - u64::from(block.first == 0);
        counts.bytes = output.len() as u64;
        let packed = self.packing.packed(&output);
        Ok(DoneBlock { text: output, packed, counts, written, read: text.len() as u64 })
    }
}

/// Calls `work` with the number and the beginning of each record. It returns where the next one begins.
fn each_record(block: &RecordBlock, mut work: impl FnMut(u64, usize) -> Result<usize>) -> Result<()> {
    let (mut number, mut at) = (block.first, 0);
    while at < block.text.len() {
        at = work(number, at)?;
        number += 1;
    }
    // Blocks are cut, and their records counted, by line ends and quotes; both must have found the same records.
    if number != block.first + block.count {
        return Err(syntax(number, "has quotes that do not match"));
    }
    Ok(())
}

fn damaged(record: u64, fault: &'static str) -> Error {
    RecordFault::Damaged { record, fault }.into()
}

fn syntax(record: u64, fault: &'static str) -> Error {
    RecordFault::Syntax { record, fault }.into()
}
