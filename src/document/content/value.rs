//! Single values: their types, and the plaintext bytes of each.

use std::ops::Deref;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use crate::document::content::secret_text::SecretText;

/// A plaintext value, of one of the types that sops knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Null: never encrypted.
    Null,
    /// Text.
    Text(SecretText),
    /// An integer of 64 bits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A timestamp, as its canonical RFC 3339 text.
    Time(String),
    /// Bytes: a type of old files, which is read but never written.
    Bytes(Zeroizing<Vec<u8>>),
}

/// The type of an encrypted value, as its token names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Text,
    Integer,
    Float,
    Bool,
    Time,
    /// Of old files: read, but never written.
    Bytes,
    Comment,
}

impl ValueKind {
    const ALL: [Self; 7] = [Self::Text, Self::Integer, Self::Float, Self::Bool, Self::Time, Self::Bytes, Self::Comment];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "str",
            Self::Integer => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Bytes => "bytes",
            Self::Comment => "comment",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Value {
    /// The type, or `None` for null, which has no plaintext and is never encrypted.
    pub(crate) fn kind(&self) -> Option<ValueKind> {
        match self {
            Self::Null => None,
            // Bytes that are not UTF-8 are text to sops all the same; its type for bytes is only read.
            Self::Text(_) | Self::Bytes(_) => Some(ValueKind::Text),
            Self::Integer(_) => Some(ValueKind::Integer),
            Self::Float(_) => Some(ValueKind::Float),
            Self::Bool(_) => Some(ValueKind::Bool),
            Self::Time(_) => Some(ValueKind::Time),
        }
    }

    /// Whether it is never encrypted: null and the empty text.
    pub(crate) fn stays(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Integer(_) | Self::Float(_) | Self::Bool(_) | Self::Time(_) => false,
        }
    }

    /// The value as a program that asks for one value expects it: text without quotes.
    #[must_use]
    pub fn bare(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Null => Zeroizing::new(b"null".to_vec()),
            Self::Bool(truth) => Zeroizing::new(truth.to_string().into_bytes()),
            value => value.plaintext(),
        }
    }

    /// The same as [`Self::plaintext`], without a copy where the value is text.
    pub(crate) fn plaintext_bytes(&self) -> PlaintextBytes<'_> {
        match self {
            Self::Text(text) => PlaintextBytes::Borrowed(text.as_bytes()),
            Self::Bytes(bytes) => PlaintextBytes::Borrowed(bytes),
            other => PlaintextBytes::Own(other.plaintext()),
        }
    }

    /// The plaintext bytes that are encrypted and that the MAC covers. None for null.
    pub(crate) fn plaintext(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Null => Vec::new(),
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Integer(number) => number.to_string().into_bytes(),
            Self::Float(number) => float_text(*number).into_bytes(),
            Self::Bool(true) => b"True".to_vec(),
            Self::Bool(false) => b"False".to_vec(),
            Self::Time(text) => text.clone().into_bytes(),
            Self::Bytes(bytes) => bytes.to_vec(),
        })
    }

    /// The value whose plaintext is `bytes`, or `None` if no value of this type has that plaintext.
    pub(crate) fn from_plaintext(kind: ValueKind, mut bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return matches!(kind, ValueKind::Text | ValueKind::Bytes).then_some(Self::Bytes(bytes));
        };
        Some(match kind {
            ValueKind::Text => {
                let text = String::from_utf8(std::mem::take(&mut *bytes)).expect("it is UTF-8");
                Self::Text(text.into())
            }
            ValueKind::Integer => Self::Integer(text.parse().ok()?),
            ValueKind::Float => Self::Float(text.parse().ok()?),
            ValueKind::Bool => Self::Bool(match text {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
                "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
                _ => return None,
            }),
            ValueKind::Time => Self::Time(canonical_time(text)?),
            ValueKind::Bytes => Self::Bytes(bytes),
            ValueKind::Comment => return None,
        })
    }
}

/// The plaintext of a value.
pub(crate) enum PlaintextBytes<'a> {
    Borrowed(&'a [u8]),
    Own(Zeroizing<Vec<u8>>),
}

impl Deref for PlaintextBytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }
}

/// The shortest decimal that reads back as the same number, without an exponent.
fn float_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        number.to_string()
    }
}

/// RFC 3339 as sops writes it: fractional seconds without trailing zeros, and `Z` for offset zero. TOML dates and times
/// without a zone are unchanged.
fn canonical_time(text: &str) -> Option<String> {
    let canonical = OffsetDateTime::parse(text, &Rfc3339).ok().and_then(|time| time.format(&Rfc3339).ok());
    let is_local = || {
        text.starts_with(|first: char| first.is_ascii_digit()) && text.chars().all(|c| "0123456789-:.T ".contains(c))
    };
    canonical.or_else(|| is_local().then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plaintext(value: &Value) -> String {
        String::from_utf8(value.plaintext().to_vec()).unwrap()
    }

    fn read(kind: ValueKind, text: &str) -> Option<Value> {
        Value::from_plaintext(kind, Zeroizing::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn the_plaintext_of_each_type_is_that_of_sops() {
        for (value, wanted) in [
            (Value::Integer(-7), "-7"),
            (Value::Float(1.0), "1"),
            (Value::Float(-0.0), "-0"),
            (Value::Float(0.1), "0.1"),
            (Value::Float(1e21), "1000000000000000000000"),
            (Value::Float(1.5e-7), "0.00000015"),
            (Value::Float(f64::INFINITY), "+Inf"),
            (Value::Float(f64::NEG_INFINITY), "-Inf"),
            (Value::Float(f64::NAN), "NaN"),
            (Value::Bool(true), "True"),
            (Value::Bool(false), "False"),
            (Value::Null, ""),
        ] {
            assert_eq!(plaintext(&value), wanted);
        }
    }

    #[test]
    fn what_other_writers_may_have_written_reads_as_the_same_value() {
        assert_eq!(read(ValueKind::Integer, "+042"), Some(Value::Integer(42)));
        assert_eq!(read(ValueKind::Float, "2.50"), Some(Value::Float(2.5)));
        assert_eq!(read(ValueKind::Float, "+Inf"), Some(Value::Float(f64::INFINITY)));
        for text in ["true", "TRUE", "True", "t", "T", "1"] {
            assert_eq!(read(ValueKind::Bool, text), Some(Value::Bool(true)), "{text}");
        }
        let time = |text| read(ValueKind::Time, text).map(|value| plaintext(&value));
        assert_eq!(time("2024-01-01T00:00:00.120Z").as_deref(), Some("2024-01-01T00:00:00.12Z"));
        assert_eq!(time("2024-01-01T10:00:00+02:00").as_deref(), Some("2024-01-01T10:00:00+02:00"));
    }

    #[test]
    fn what_is_no_value_of_its_type_is_refused() {
        for (kind, text) in [
            (ValueKind::Integer, "9223372036854775808"),
            (ValueKind::Integer, ""),
            (ValueKind::Integer, "1.0"),
            (ValueKind::Float, "one"),
            (ValueKind::Bool, "yes"),
            (ValueKind::Time, "yesterday"),
            (ValueKind::Time, ""),
            (ValueKind::Comment, "text"),
        ] {
            assert_eq!(read(kind, text), None, "{kind:?} {text}");
        }
        assert_eq!(Value::from_plaintext(ValueKind::Integer, Zeroizing::new(vec![0xff])), None);
    }

    proptest! {
        #[test]
        fn a_value_reads_back_from_its_plaintext(text in ".*", integer in any::<i64>(), float in any::<f64>()) {
            let values = [Value::Text(text.into()), Value::Integer(integer), Value::Float(float)];
            for value in values {
                let kind = value.kind().unwrap();
                let again = Value::from_plaintext(kind, value.plaintext()).unwrap();
                prop_assert_eq!(again.plaintext(), value.plaintext());
            }
        }
    }
}
