//! The value that a text typed by a user stands for in a notation.

use zeroize::Zeroizing;

use crate::document::content::format::Format;
use crate::document::content::scalar;
use crate::document::content::value::Value;

impl Value {
    /// Turns a text into a value: a number, a boolean or null if the notation has such values and would write this one
    /// with exactly these characters; otherwise text. So nothing typed is lost: `0123` and `1.50` are text, because
    /// they would be written back differently.
    #[must_use]
    pub fn inferred(format: Format, text: &str) -> Self {
        let as_text = || Self::Text(Zeroizing::new(text.to_owned()));
        if !format.has_types() || format == Format::Binary || text.is_empty() {
            return as_text();
        }
        // The other notations write these values as YAML does, or do not have them.
        match scalar::resolve(text) {
            Ok(Self::Null) if format == Format::Toml => as_text(),
            Ok(value @ (Self::Null | Self::Integer(_) | Self::Bool(_)))
                if value.bare().as_slice() == text.as_bytes() =>
            {
                value
            }
            Ok(value @ Self::Float(_)) if text.contains('.') && value.bare().as_slice() == text.as_bytes() => value,
            _ => as_text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_a_type_only_where_its_letters_come_back() {
        let text = |text: &str| Value::Text(Zeroizing::new(text.to_owned()));
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
    fn a_notation_has_only_the_types_that_it_knows() {
        assert_eq!(Value::inferred(Format::Dotenv, "1"), Value::Text("1".to_owned().into()));
        assert_eq!(Value::inferred(Format::Toml, "null"), Value::Text("null".to_owned().into()));
        assert_eq!(Value::inferred(Format::Json, "null"), Value::Null);
    }
}
