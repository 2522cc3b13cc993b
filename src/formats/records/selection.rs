//! What is decrypted of a file of records.

use crate::formats::records::field::RecordField;
use crate::formats::records::notation::RecordNotation;
use crate::formats::records::record_match::RecordMatch;

/// What is decrypted of a file of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordSelection {
    /// The fields; all encrypted ones, if there are none. The others stay encrypted.
    pub fields: Vec<RecordField>,
    /// The records; all, if `None`.
    pub numbers: Option<RecordNumbers>,
    /// The value that a field of the records must have.
    pub matching: Option<RecordMatch>,
    /// How a compressed file is written.
    pub packing: OpenedPacking,
    /// Whether the file must end with its seal.
    pub seal: RecordSealDemand,
}

/// Some records, from `first` to `last`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordNumbers {
    /// The first one.
    pub first: u64,
    /// The last one; `None` for that of the file.
    pub last: Option<u64>,
}

/// How the plaintext of a compressed file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenedPacking {
    /// Compressed, as the file is.
    #[default]
    AsFile,
    /// As it is.
    Plain,
}

/// Whether a file must end with its seal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordSealDemand {
    /// It must: a file that is cut off is an error.
    #[default]
    Required,
    /// The beginning of a file is accepted as well. A seal that is there must hold.
    Optional,
}

/// What came of a file of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenedRecords {
    /// Bytes that were written.
    pub bytes: u64,
    /// Records that were read.
    pub records: u64,
    /// Encrypted values that were found in them.
    pub values: u64,
    /// Records that were written.
    pub written: u64,
    /// How they are written.
    pub notation: RecordNotation,
    /// What stands between the cells of CSV.
    pub delimiter: u8,
    /// What is proven.
    pub proof: RecordProof,
}

/// What is proven of records that were decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordProof {
    /// Everything: the seal holds.
    Sealed,
    /// That each decrypted value is authentic and in its record. Not what is not encrypted, nor that nothing is missing.
    EachValue,
    /// That each decrypted value is authentic and of its field: the header came from another file.
    EachValueAnywhere,
}

impl RecordSelection {
    /// Whether the number of a record is among the wanted ones. The names of columns always are.
    pub(super) fn wants(&self, record: u64) -> bool {
        record == 0
            || self
                .numbers
                .is_none_or(|RecordNumbers { first, last }| record >= first && last.is_none_or(|last| record <= last))
    }

    /// Whether everything is decrypted.
    pub(super) fn is_all(&self) -> bool {
        self.fields.is_empty() && self.numbers.is_none() && self.matching.is_none()
    }
}
