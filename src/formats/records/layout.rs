//! Which fields of which records are encrypted: what was asked for, and what a file says.

use crate::codec::FieldWriter;
use crate::context::EncryptionContext;
use crate::error::RecordFault;
use crate::formats::records::field::{FieldStep, RecordField};
use crate::formats::records::notation::RecordNotation;

/// Most fields of a file.
pub(super) const MOST_FIELDS: usize = 1000;
/// What may stand between the cells of a CSV file; the first one in which every field is a column is taken.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Which fields are to be encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRequest {
    pub(super) notation: RecordNotation,
    pub(super) fields: Vec<RecordField>,
}

impl RecordRequest {
    /// These fields of records in this notation.
    ///
    /// # Errors
    /// If there is no field, one is or contains another, or one cannot be a field in this notation.
    pub fn new(notation: RecordNotation, fields: Vec<RecordField>) -> Result<Self, RecordFault> {
        if fields.is_empty() {
            return Err(RecordFault::NoField);
        }
        if fields.len() > MOST_FIELDS {
            return Err(RecordFault::NotOfRecords("a file can have at most 1000 encrypted fields"));
        }
        for (number, first) in fields.iter().enumerate() {
            for second in &fields[number + 1..] {
                if overlap(&first.steps, &second.steps) {
                    return Err(RecordFault::Overlap { first: first.to_string(), second: second.to_string() });
                }
            }
            match notation {
                RecordNotation::Csv if first.column().is_none() => {
                    return Err(RecordFault::NotOfRecords("a field of CSV is the name of a column: `--field ssn`"));
                }
                RecordNotation::DynamoDbExport if !matches!(first.steps.first(), Some(FieldStep::Name(_))) => {
                    return Err(RecordFault::NotOfRecords(
                        "a field of an item begins with the name of an attribute: `--field ssn`",
                    ));
                }
                _ => {}
            }
        }
        Ok(Self { notation, fields })
    }
}

/// Whether one path is, or contains, the other, or both say differently which items of a list they mean.
fn overlap(first: &[FieldStep], second: &[FieldStep]) -> bool {
    for (one, other) in first.iter().zip(second) {
        match (one, other) {
            _ if one == other => {}
            (FieldStep::EachItem, FieldStep::Item(_)) | (FieldStep::Item(_), FieldStep::EachItem) => return true,
            _ => return false,
        }
    }
    true
}

/// Which fields of a file are encrypted. It never changes during the life of the file, and is bound to its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordLayout {
    pub(super) request: RecordRequest,
    /// What stands between the cells of CSV.
    pub(super) delimiter: u8,
    /// The encryption context.
    pub(super) context: EncryptionContext,
}

impl RecordLayout {
    /// The bytes that are bound to the keys of the file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let Self { request: RecordRequest { notation, fields }, delimiter, context } = self;
        let mut writer = FieldWriter::new();
        writer.u8_prefixed(notation.word().as_bytes());
        writer.u8(usize::from(*delimiter));
        context.encode(&mut writer);
        writer.u16(fields.len());
        for field in fields {
            let name = field.to_string();
            writer.u32(u32::try_from(name.len()).expect("a header has at most 256 KiB"));
            writer.bytes(name.as_bytes());
        }
        writer.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_or_contain_each_other_are_refused() {
        let request = |fields: &[&str]| {
            RecordRequest::new(RecordNotation::JsonLines, fields.iter().map(|it| it.parse().unwrap()).collect())
        };
        for fields in [
            &["$.a", "$.a"][..],
            &["$.a", "$.a.b"],
            &["$.a.b", "$.a"],
            &["$", "$.x"],
            &["$.l[*]", "$.l[0]"],
            &["$.l[*].x", "$.l[1].y"],
        ] {
            assert!(matches!(request(fields), Err(RecordFault::Overlap { .. })), "{fields:?}");
        }
        for fields in [&["$.a", "$.b"][..], &["$.a.x", "$.a.y"], &["$.l[0]", "$.l[1]"], &["$.l[*].x", "$.l[*].y"]] {
            assert!(request(fields).is_ok(), "{fields:?}");
        }
        assert_eq!(request(&[]), Err(RecordFault::NoField));
    }
}
