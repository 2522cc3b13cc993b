//! The value that a text typed by a user stands for, as YAML reads it.

use crate::document::content::scalar;
use crate::document::content::value::Value;

/// A type that a value of a document can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Text.
    String,
    /// A whole number of 64 bits.
    Integer,
    /// A number.
    Float,
    /// True or false.
    Boolean,
    /// A date, or a date with a time.
    Date,
    /// Nothing.
    Null,
}

/// A text as a value of a type, or `None` if it is none. All are written as in YAML.
pub(crate) fn of_type_as_in_yaml(kind: ValueType, text: &str) -> Option<Value> {
    if kind == ValueType::String {
        return Some(as_text(text));
    }
    match (kind, scalar::resolve(text).ok()?) {
        (ValueType::Integer, value @ Value::Integer(_))
        | (ValueType::Float, value @ Value::Float(_))
        | (ValueType::Boolean, value @ Value::Bool(_))
        | (ValueType::Null, value @ Value::Null)
        | (ValueType::Date, value @ Value::Time(_)) => Some(value),
        // Up to here every whole number is a float of its own.
        #[allow(clippy::cast_precision_loss)]
        (ValueType::Float, Value::Integer(number)) if number.unsigned_abs() <= 1 << 53 => {
            Some(Value::Float(number as f64))
        }
        _ => None,
    }
}

/// A number, a boolean or null if YAML would write it with exactly these characters; otherwise text.
pub(crate) fn as_in_yaml(text: &str) -> Value {
    let is_written_so = |value: &Value| value.bare().as_slice() == text.as_bytes();
    match scalar::resolve(text) {
        _ if text.is_empty() => as_text(text),
        Ok(value @ (Value::Null | Value::Integer(_) | Value::Bool(_))) if is_written_so(&value) => value,
        Ok(value @ Value::Float(_)) if text.contains('.') && is_written_so(&value) => value,
        _ => as_text(text),
    }
}

/// The text itself.
pub(crate) fn as_text(text: &str) -> Value {
    Value::Text(text.into())
}
