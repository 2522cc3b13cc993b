//! Values as text, and how a notation converts a value whose type it does not have.

use zeroize::{Zeroize, Zeroizing};

use crate::document::content::format::Format;
use crate::document::content::scalar::canonical_time;
use crate::document::content::value::Value;

/// A value as text without quotes, as sops writes it in notations without types. `None` for bytes that are not UTF-8.
pub(crate) fn plain_text(value: &Value) -> Option<Zeroizing<String>> {
    let text = match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number_text(*number),
        Value::Bool(truth) => truth.to_string(),
        Value::Time(time) => time.clone(),
        Value::Bytes(bytes) => return text_of_bytes(bytes),
    };
    Some(Zeroizing::new(text))
}

/// The shortest decimal that reads back as the same number, without an exponent: an integral number has no point.
pub(crate) fn number_text(number: f64) -> String {
    number.to_string()
}

/// Bytes as text, if they are UTF-8.
pub(crate) fn text_of_bytes(bytes: &Zeroizing<Vec<u8>>) -> Option<Zeroizing<String>> {
    match String::from_utf8(bytes.to_vec()) {
        Ok(text) => Some(Zeroizing::new(text)),
        Err(error) => {
            error.into_bytes().zeroize();
            None
        }
    }
}

/// Whether `read` is what this notation reads for `meant`.
// Numbers are equal only if every digit is.
#[allow(clippy::float_cmp)]
pub(crate) fn reads_as(format: Format, meant: &Value, read: &Value) -> bool {
    if !format.has_types() {
        let (Some(meant), Some(read)) = (plain_text(meant), plain_text(read)) else { return false };
        return meant == read;
    }
    match (meant, read) {
        (Value::Float(meant), Value::Float(read)) => meant == read || (meant.is_nan() && read.is_nan()),
        // The notations write an integral number without a point, and read it as an integer.
        #[allow(clippy::cast_precision_loss)]
        (Value::Float(meant), Value::Integer(read)) => *meant == *read as f64,
        (Value::Time(meant), Value::Text(read)) => *meant == **read,
        (Value::Time(meant), Value::Time(read)) => meant == read || is_spelling_of(format, meant, read),
        (Value::Bytes(meant), Value::Text(read)) => meant.as_slice() == read.as_bytes(),
        (meant, read) => meant == read,
    }
}

/// Whether a date that was written as `spelling` reads as `date`.
fn is_spelling_of(format: Format, spelling: &str, date: &str) -> bool {
    match format {
        Format::Yaml => canonical_time(spelling).is_some_and(|canonical| canonical == date),
        // A blank may stand for the T, and both letters may be small.
        _ => spelling.to_ascii_uppercase().replace(' ', "T") == date,
    }
}
