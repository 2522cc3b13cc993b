//! Finds records by the value of a field, as it is after decryption.

use crate::error::{RecordFault, RecordFieldFault};
use crate::formats::records::csv_scan::content;
use crate::formats::records::field::RecordField;
use crate::formats::records::notation::RecordNotation;
use crate::formats::records::scan::FieldScanner;

/// A field, and the value that it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordMatch {
    pub(super) field: RecordField,
    value: String,
}

impl std::str::FromStr for RecordMatch {
    type Err = RecordFieldFault;

    /// Reads `FIELD=VALUE`. The field ends at the first `=`.
    fn from_str(text: &str) -> Result<Self, RecordFieldFault> {
        let (field, value) = text
            .split_once('=')
            .ok_or_else(|| RecordFieldFault { field: text.to_owned(), reason: "has no value: write FIELD=VALUE" })?;
        Ok(Self { field: field.parse()?, value: value.to_owned() })
    }
}

/// Tells which records match.
pub(super) struct RecordMatcher<'a> {
    pub(super) notation: RecordNotation,
    /// Finds the field.
    pub(super) scanner: FieldScanner,
    pub(super) wanted: &'a RecordMatch,
}

impl RecordMatcher<'_> {
    /// Whether this record has the value. The names of columns always count.
    pub(super) fn takes(&self, record: &[u8], number: u64) -> Result<bool, RecordFault> {
        let mut found = Vec::new();
        let damaged = |fault| RecordFault::Damaged { record: number, fault };
        self.scanner.record(record, (number, 0), &mut found).map_err(damaged)?;
        Ok(number == 0 || found.iter().any(|value| self.is_wanted(&record[value.start..value.end])))
    }

    fn is_wanted(&self, text: &[u8]) -> bool {
        let wanted = &self.wanted.value;
        match self.notation {
            RecordNotation::Csv => content(text) == wanted.as_bytes(),
            RecordNotation::JsonLines => is_json(text, wanted),
            RecordNotation::DynamoDbExport => {
                let typed: Option<std::collections::BTreeMap<String, &serde_json::value::RawValue>> =
                    serde_json::from_slice(text).ok();
                typed.is_some_and(|typed| typed.values().any(|value| is_json(value.get().as_bytes(), wanted)))
            }
        }
    }
}

/// Whether a JSON text is this text, or is written like it.
fn is_json(text: &[u8], wanted: &str) -> bool {
    if text.first() == Some(&b'"') {
        return serde_json::from_slice::<String>(text).is_ok_and(|text| text == wanted);
    }
    text == wanted.as_bytes()
}
