//! What a plain YAML scalar means, and how to write a value so that it reads back the same.
//!
//! The rules are those of go-yaml v3, because sops reads through it: of the YAML 1.1 booleans only true and false
//! remain, a leading 0 makes an octal number, and dates have a type of their own.

mod time;

use crate::document::content::value::Value;

pub(crate) use time::canonical_time;

/// A plain scalar whose meaning cannot be preserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BeyondIntegers;

/// The value of a plain scalar.
///
/// # Errors
/// If it is an integer of more than 64 bits (including the sign): sops would round it.
pub(crate) fn resolve(text: &str) -> Result<Value, BeyondIntegers> {
    if let Some(value) = word(text) {
        return Ok(value);
    }
    match text.as_bytes().first() {
        Some(b'.') => Ok(decimal(text).map_or_else(|| as_text(text), Value::Float)),
        Some(b'0'..=b'9' | b'+' | b'-') => number_or_time(text),
        _ => Ok(as_text(text)),
    }
}

/// Whether a plain scalar is text by its first letter, as most are. If not, [`resolve`] tells.
pub(crate) fn is_surely_text(text: &str) -> bool {
    !matches!(text.as_bytes().first(), Some(b'.' | b'0'..=b'9' | b'+' | b'-')) && word(text).is_none()
}

/// The plain text of a value other than text, which resolves to the same value.
pub(crate) fn plain_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) if value.is_nan() => ".nan".to_owned(),
        Value::Float(value) if value.is_infinite() => if *value > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        // Always with a point or an exponent, so that it stays a float.
        Value::Float(value) => format!("{value:?}"),
        Value::Time(value) => value.clone(),
        Value::Text(_) | Value::Bytes(_) => return None,
    })
}

/// Whether a text, written plain, is read as text by go-yaml and by YAML 1.1 readers.
pub(crate) fn reads_as_text(text: &str) -> bool {
    let is_text = match text.as_bytes().first() {
        Some(b'.') => decimal(text).is_none(),
        Some(b'0'..=b'9' | b'+' | b'-') => matches!(number_or_time(text), Ok(Value::Text(_))),
        _ => true,
    };
    is_text && word(text).is_none() && !is_old_word(text) && !is_sexagesimal(text)
}

fn as_text(text: &str) -> Value {
    Value::Text(text.into())
}

fn word(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn number_or_time(text: &str) -> Result<Value, BeyondIntegers> {
    if let Some(time) = canonical_time(text) {
        return Ok(Value::Time(time));
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return i64::try_from(number).map(Value::Integer).map_err(|_| BeyondIntegers);
    }
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if digits.len() > 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BeyondIntegers);
    }
    Ok(decimal(&plain).map_or_else(|| as_text(text), Value::Float))
}

/// An integer, if it fits into 64 bits.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => radix(&digits[2..], 16),
        [b'0', b'b' | b'B', ..] => radix(&digits[2..], 2),
        [b'0', b'o' | b'O', ..] => radix(&digits[2..], 8),
        [b'0', _, ..] => radix(&digits[1..], 8),
        _ => radix(digits, 10),
    };
    match magnitude {
        Some(magnitude) if negative => Some(-i128::from(magnitude)).filter(|number| *number >= i128::from(i64::MIN)),
        Some(magnitude) => Some(i128::from(magnitude)),
        None => sign_within(text),
    }
}

fn radix(digits: &str, radix: u32) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| u64::from_str_radix(digits, radix).ok())?
}

/// go-yaml accepts a sign after the `0b` and `0o` of a positive number.
fn sign_within(text: &str) -> Option<i128> {
    let (radix, digits) =
        text.strip_prefix("0b").map(|rest| (2, rest)).or_else(|| text.strip_prefix("0o").map(|rest| (8, rest)))?;
    i64::from_str_radix(digits, radix).ok().map(i128::from)
}

/// A decimal fraction with an optional exponent, if it is within the range of floats.
fn decimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |part: &'_ str| part.strip_prefix(['+', '-']).map_or(part.len(), str::len);
    let mantissa = &mantissa[mantissa.len() - unsigned(mantissa)..];
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let mantissa_is_good =
        all_digits(whole) && all_digits(fraction) && if whole.is_empty() { !fraction.is_empty() } else { true };
    let exponent_is_good = exponent.is_none_or(|part| {
        let digits = &part[part.len() - unsigned(part)..];
        !digits.is_empty() && all_digits(digits)
    });
    let is_number = mantissa_is_good && exponent_is_good && !mantissa.is_empty();
    is_number.then(|| text.parse().ok())?.filter(|number: &f64| number.is_finite())
}

/// The words that YAML 1.1 reads as booleans, and its default-value sign.
fn is_old_word(text: &str) -> bool {
    ["y", "yes", "on", "n", "no", "off", "=", "<<"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A YAML 1.1 base-60 number: `1:30`, `-12:30:45.5`.
fn is_sexagesimal(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return false;
    }
    let mut parts = text.split(':');
    let is_first = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let is_later = |part: &str| {
        let whole = part.split_once('.').map_or(part, |(whole, _)| whole);
        let is_below_sixty = whole.len() == 1 || (whole.len() == 2 && whole.as_bytes()[0] < b'6');
        is_below_sixty && whole.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.contains(':') && parts.next().is_some_and(is_first) && parts.all(is_later)
}

#[cfg(test)]
mod tests;
