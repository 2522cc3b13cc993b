//! Records with encrypted fields: JSON lines, CSV and exports of DynamoDB. See `kenc-records(5)`.
//!
//! Only the chosen values change. The first record of a file holds its wrapped keys, and the last one its seal.

pub mod as_json;
mod batch;
mod blocks;
mod csv_scan;
mod field;
mod file_format;
mod found_value;
mod gzip;
mod header;
mod json_scan;
mod layout;
mod notation;
mod open;
mod ordered;
pub mod record_match;
mod scan;
mod seal;
mod seal_record;
pub mod selection;
#[cfg(test)]
mod tests;
mod value;

pub use field::RecordField;
pub use file_format::{RecordsFormat, prepare};
pub use layout::RecordRequest;
pub use notation::RecordNotation;
