//! The seal of a file of records: its last record, with a MAC over everything between the header and itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::crypto::record_key::{RECORD_SEAL_LEN, RecordMac};
use crate::formats::records::notation::RecordNotation;

/// Longest seal, in bytes.
pub(super) const LONGEST_SEAL: usize = 512;

/// What is counted while records are encrypted or decrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RecordCounts {
    /// Records, without the names of columns, the header and the seal.
    pub(super) records: u64,
    /// Encrypted values.
    pub(super) values: u64,
    /// Length of the plaintext, in bytes.
    pub(super) bytes: u64,
}

impl RecordCounts {
    /// These and those of what follows.
    pub(super) fn plus(self, next: &Self) -> Self {
        let Self { records, values, bytes } = *next;
        Self { records: self.records + records, values: self.values + values, bytes: self.bytes + bytes }
    }
}

/// Whether the last record of the plaintext has a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastLineEnd {
    Original,
    /// It was added, so that the seal begins a line.
    Added,
}

/// The seal of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordSeal {
    pub(super) counts: RecordCounts,
    pub(super) last_line_end: LastLineEnd,
    mac: [u8; RECORD_SEAL_LEN],
}

impl RecordSeal {
    /// `mac` has taken all records as they are written.
    pub(super) fn new(mut mac: RecordMac, counts: RecordCounts, last_line_end: LastLineEnd) -> Self {
        mac.update(&end_of_mac(counts, last_line_end));
        Self { counts, last_line_end, mac: mac.finish() }
    }

    /// Whether it is the seal of what `mac` has taken.
    pub(super) fn holds(&self, mut mac: RecordMac) -> bool {
        mac.update(&end_of_mac(self.counts, self.last_line_end));
        mac.is(&self.mac)
    }

    /// The record, with its line end.
    pub(super) fn to_record(self, notation: RecordNotation) -> String {
        let Self { counts: RecordCounts { records, values, bytes }, last_line_end, mac } = self;
        let added_line_end = last_line_end == LastLineEnd::Added;
        let text = SealText { records, values, bytes, added_line_end, mac: STANDARD.encode(mac) };
        let json = serde_json::to_string(&text).expect("texts and numbers can be written as JSON");
        notation.own_record(notation.marks().seal, &json)
    }

    /// Reads the record. `None` if it is none, or cut off.
    pub(super) fn of_record(notation: RecordNotation, record: &[u8]) -> Option<Self> {
        if record.len() > LONGEST_SEAL {
            return None;
        }
        let json = notation.own_json(notation.marks().seal, record)?;
        let SealText { records, values, bytes, added_line_end, mac } = serde_json::from_str(&json).ok()?;
        let last_line_end = if added_line_end { LastLineEnd::Added } else { LastLineEnd::Original };
        let mac = STANDARD.decode(mac).ok()?.try_into().ok()?;
        Some(Self { counts: RecordCounts { records, values, bytes }, last_line_end, mac })
    }
}

/// What follows the records in the MAC: of a fixed length, so that nothing else reads the same.
fn end_of_mac(RecordCounts { records, values, bytes }: RecordCounts, last_line_end: LastLineEnd) -> [u8; 25] {
    let mut end = [0; 25];
    end[..8].copy_from_slice(&records.to_be_bytes());
    end[8..16].copy_from_slice(&values.to_be_bytes());
    end[16..24].copy_from_slice(&bytes.to_be_bytes());
    end[24] = u8::from(last_line_end == LastLineEnd::Added);
    end
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealText {
    records: u64,
    values: u64,
    bytes: u64,
    added_line_end: bool,
    mac: String,
}
