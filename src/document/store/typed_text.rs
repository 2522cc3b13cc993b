//! The value that a text typed by a user stands for in a notation.

use crate::document::content::format::Format;
use crate::document::content::inference::ValueType;
use crate::document::content::value::Value;
use crate::document::store::registry::store_of;

impl Value {
    /// A text as a value of a type, or `None` if it is none. Numbers and booleans are written as in YAML, dates as in the
    /// notation.
    #[must_use]
    pub fn of_type(format: Format, kind: ValueType, text: &str) -> Option<Self> {
        store_of(format).of_type(kind, text)
    }

    /// Turns a text into a value: a number, a boolean or null if the notation has such values and would write this one
    /// with exactly these characters; otherwise text. So nothing typed is lost: `0123` and `1.50` are text, because
    /// they would be written back differently.
    #[must_use]
    pub fn inferred(format: Format, text: &str) -> Self {
        store_of(format).inferred(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_a_type_only_where_its_letters_come_back() {
        let text = |text: &str| Value::Text(text.into());
        for (typed, value) in [
            ("5432", Value::Integer(5432)),
            ("-1", Value::Integer(-1)),
            ("0.5", Value::Float(0.5)),
            ("true", Value::Bool(true)),
            ("null", Value::Null),
            ("", text("")),
            ("0123", text("0123")),
            ("1.50", text("1.50")),
            ("1e3", text("1e3")),
            ("yes", text("yes")),
            ("12345678901234567890", text("12345678901234567890")),
            ("2024-01-01", text("2024-01-01")),
            ("[1]", text("[1]")),
            ("a: b", text("a: b")),
            ("NaN", text("NaN")),
        ] {
            assert_eq!(Value::inferred(Format::Yaml, typed), value, "{typed}");
        }
    }

    #[test]
    fn a_text_of_a_type_is_one_or_nothing() {
        let of = |kind, text: &str| Value::of_type(Format::Yaml, kind, text);
        assert_eq!(of(ValueType::String, "1"), Some(Value::Text("1".to_owned().into())));
        assert_eq!(of(ValueType::Integer, "0x10"), Some(Value::Integer(16)));
        assert_eq!(of(ValueType::Float, "2"), Some(Value::Float(2.0)));
        assert_eq!(of(ValueType::Boolean, "True"), Some(Value::Bool(true)));
        assert_eq!(of(ValueType::Date, "2024-01-02"), Some(Value::Time("2024-01-02T00:00:00Z".to_owned())));
        let local = Value::of_type(Format::Toml, ValueType::Date, "2024-01-02");
        assert_eq!(local, Some(Value::Time("2024-01-02".to_owned())));
        assert_eq!(of(ValueType::Null, "~"), Some(Value::Null));
        for (kind, text) in [
            (ValueType::Integer, "1.5"),
            (ValueType::Integer, "9223372036854775808"),
            (ValueType::Float, "9007199254740993"),
            (ValueType::Boolean, "yes"),
            (ValueType::Date, "yesterday"),
            (ValueType::Date, "2024-02-30"),
            (ValueType::Null, "x"),
        ] {
            assert_eq!(of(kind, text), None, "{text}");
        }
    }

    #[test]
    fn a_notation_has_only_the_types_that_it_knows() {
        assert_eq!(Value::inferred(Format::Dotenv, "1"), Value::Text("1".to_owned().into()));
        assert_eq!(Value::inferred(Format::Toml, "null"), Value::Text("null".to_owned().into()));
        assert_eq!(Value::inferred(Format::Json, "null"), Value::Null);
    }
}
