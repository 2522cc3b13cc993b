//! Finds the values of fields in records, in any notation.

use memchr::memchr;

use crate::formats::records::csv_scan::CsvScanner;
use crate::formats::records::found_value::FoundValue;
use crate::formats::records::json_scan::JsonScanner;

/// Finds values record by record.
pub(super) enum FieldScanner {
    Json(JsonScanner),
    Csv(CsvScanner),
}

impl FieldScanner {
    /// Puts the values of record `number`, which begins at `start`, into `found`, and returns where the next one begins.
    /// Record 0 are the names of columns, which have none.
    ///
    /// # Errors
    /// If it is not a record, with what is wrong with it as it reads behind its number.
    pub(super) fn record(
        &self,
        text: &[u8],
        (number, start): (u64, usize),
        found: &mut Vec<FoundValue>,
    ) -> Result<usize, &'static str> {
        found.clear();
        match self {
            Self::Json(scanner) => {
                let end = memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at + 1);
                scanner.scan(&text[start..end], start, found)?;
                Ok(end)
            }
            Self::Csv(scanner) if number == 0 => Ok(scanner.names_len),
            Self::Csv(scanner) => scanner.scan(text, start, found),
        }
    }
}
