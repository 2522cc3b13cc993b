//! What can be wrong with records whose fields are encrypted.

use crate::error::class::Class;

/// A word that should be the path of a field is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the field `{field}` {reason}")]
pub struct RecordFieldFault {
    /// As it was given.
    pub field: String,
    /// Why it is none, as it reads behind it.
    pub reason: &'static str,
}

/// Records cannot be encrypted, or are not authentic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordFault {
    /// A path is not one of a field.
    #[error(transparent)]
    Field(#[from] RecordFieldFault),
    /// No field was named.
    #[error("no field was named")]
    NoField,
    /// One field is, or contains, another.
    #[error("the fields {first} and {second} overlap")]
    Overlap {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// A CSV file has no column of this name.
    #[error("there is no column {column}; the columns are {columns}")]
    NoColumn {
        /// The one that was named.
        column: String,
        /// Those that there are.
        columns: String,
    },
    /// A file has no encrypted field of this name.
    #[error("the field {field} is not encrypted in this file; the encrypted ones are {fields}")]
    FieldNotEncrypted {
        /// The one that was named.
        field: String,
        /// Those that there are.
        fields: String,
    },
    /// The input has encrypted fields already.
    #[error("the fields of these records are already encrypted")]
    EncryptedAlready,
    /// A record cannot be read.
    #[error("record {record} {fault}")]
    Syntax {
        /// Its number, from 1; 0 for the names of the columns.
        record: u64,
        /// What is wrong with it, as it reads behind it.
        fault: &'static str,
    },
    /// A record is longer than the limit.
    #[error("record {record} is longer than {limit} bytes")]
    TooLong {
        /// Its number, from 1.
        record: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The header is not well formed.
    #[error("the header of the records is damaged: {0}")]
    Header(&'static str),
    /// A record of an encrypted file cannot be read.
    #[error("record {record} was changed: it {fault}")]
    Damaged {
        /// Its number, from 1; 0 for the names of the columns.
        record: u64,
        /// What is wrong with it, as it reads behind it.
        fault: &'static str,
    },
    /// A compressed file cannot be unpacked.
    #[error("the gzip data of the records is damaged or cut off")]
    Packing,
    /// A field that should be encrypted is in the clear.
    #[error("record {record}: {field} is not encrypted")]
    NotEncrypted {
        /// Number of the record, from 1.
        record: u64,
        /// The path of the field.
        field: String,
    },
    /// A value was changed, or belongs to another field or another file.
    #[error("record {record}: {field} is not authentic")]
    NotAuthentic {
        /// Number of the record, from 1.
        record: u64,
        /// The path of the field.
        field: String,
    },
    /// A value is authentic, but at another place.
    #[error("record {record}: {field} was encrypted in record {from}: records were moved, removed or added")]
    Moved {
        /// Number of the record, from 1.
        record: u64,
        /// The path of the field.
        field: String,
        /// Number of the record where it was encrypted.
        from: u64,
    },
    /// The file ends without a seal.
    #[error(
        "the records are cut off: the seal at their end is missing; in the first {records} records, {values} values are \
         authentic, and nothing else is proven"
    )]
    NoSeal {
        /// Whole records that were read.
        records: u64,
        /// Encrypted values in them, each authentic and in its record.
        values: u64,
    },
    /// The seal does not hold.
    #[error(
        "the seal does not match the {records} records: something that is not encrypted was changed, added or removed"
    )]
    BrokenSeal {
        /// Records that were read.
        records: u64,
    },
    /// Records were asked for that the file does not have.
    #[error("there is no record {record}: the file has {records}")]
    NoSuchRecord {
        /// The one that was asked for.
        record: u64,
        /// How many there are.
        records: u64,
    },
    /// No record is the one that was asked for.
    #[error("no record matches")]
    NoneMatches,
    /// More than one record is.
    #[error("{0} records match")]
    SeveralMatch(u64),
    /// There are more values in a record than can be numbered.
    #[error("record {0} has too many encrypted values")]
    TooManyValues(u64),
    /// Files of records do not do this.
    #[error("{0}")]
    NotOfRecords(&'static str),
    /// Something of records was asked of another file.
    #[error("this file has no encrypted fields of records")]
    NotRecords,
}

impl RecordFault {
    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Field(_)
            | Self::NoField
            | Self::Overlap { .. }
            | Self::NoColumn { .. }
            | Self::FieldNotEncrypted { .. }
            | Self::EncryptedAlready
            | Self::NoSuchRecord { .. }
            | Self::SeveralMatch(_)
            | Self::NotOfRecords(_)
            | Self::NotRecords => Class::Usage,
            Self::NoneMatches | Self::Syntax { .. } | Self::TooLong { .. } | Self::TooManyValues(_) => Class::Failed,
            Self::Header(_)
            | Self::Damaged { .. }
            | Self::Packing
            | Self::NotEncrypted { .. }
            | Self::NotAuthentic { .. }
            | Self::Moved { .. }
            | Self::NoSeal { .. }
            | Self::BrokenSeal { .. } => Class::NotAuthentic,
        }
    }
}
