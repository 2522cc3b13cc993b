//! Fields of records, as they are named: `$.ssn`, `$.address.street`, `$.cards[*].number`, `$['a.b']`.

use std::fmt;
use std::str::FromStr;

use crate::error::RecordFieldFault;

/// Most steps of a path: a longer one is a mistake.
const MOST_STEPS: usize = 32;

/// The path of a field, from the record down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordField {
    pub(super) steps: Vec<FieldStep>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FieldStep {
    /// A member of an object, or a column.
    Name(String),
    /// An item of a list, from 0.
    Item(u32),
    /// Every item of a list.
    EachItem,
}

impl RecordField {
    /// The name of the column, if it can be one.
    pub(super) fn column(&self) -> Option<&str> {
        match &self.steps[..] {
            [FieldStep::Name(name)] => Some(name),
            _ => None,
        }
    }
}

impl FromStr for RecordField {
    type Err = RecordFieldFault;

    /// Reads a path. The `$` and the first dot may be missing.
    fn from_str(text: &str) -> Result<Self, RecordFieldFault> {
        let fault = |reason| RecordFieldFault { field: text.to_owned(), reason };
        let has_root = text == "$" || text.starts_with("$.") || text.starts_with("$[");
        let mut rest = if has_root { &text[1..] } else { text };
        if !has_root && rest.is_empty() {
            return Err(fault("is empty"));
        }
        let mut steps = Vec::new();
        let mut is_first = !has_root;
        while !rest.is_empty() {
            if steps.len() == MOST_STEPS {
                return Err(fault("has more than 32 steps"));
            }
            let (step, after) = if let Some(inner) = rest.strip_prefix('[') {
                bracketed(inner).map_err(fault)?
            } else {
                let name = if is_first { rest } else { rest.strip_prefix('.').ok_or_else(|| fault("needs a dot"))? };
                let end = name.find(['.', '[']).unwrap_or(name.len());
                if end == 0 {
                    return Err(fault("has an empty name"));
                }
                (FieldStep::Name(name[..end].to_owned()), &name[end..])
            };
            steps.push(step);
            rest = after;
            is_first = false;
        }
        Ok(Self { steps })
    }
}

/// A step behind `[`, and what follows its `]`.
fn bracketed(inner: &str) -> Result<(FieldStep, &str), &'static str> {
    if let Some(quote @ ('\'' | '"')) = inner.chars().next() {
        let mut name = String::new();
        let mut letters = inner[1..].char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => name.push(letters.next().ok_or("ends within a name")?.1),
                _ if letter == quote => {
                    let after = inner[1 + at + 1..].strip_prefix(']').ok_or("needs a `]` behind the quote")?;
                    return Ok((FieldStep::Name(name), after));
                }
                _ => name.push(letter),
            }
        }
        return Err("ends within a name");
    }
    let (index, after) = inner.split_once(']').ok_or("has no `]`")?;
    let step = if index == "*" {
        FieldStep::EachItem
    } else {
        let is_number = !index.is_empty() && index.bytes().all(|digit| digit.is_ascii_digit());
        let number = index.parse().ok().filter(|_| is_number);
        FieldStep::Item(number.ok_or("has brackets with neither a number, `*` nor a quoted name")?)
    };
    Ok((step, after))
}

/// The one way to write it, which is bound to its values.
impl fmt::Display for RecordField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.steps {
            match step {
                FieldStep::Name(name) if is_plain(name) => write!(f, ".{name}")?,
                FieldStep::Name(name) => write!(f, "['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))?,
                FieldStep::Item(number) => write!(f, "[{number}]")?,
                FieldStep::EachItem => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_it_is_written_and_has_one_way_to_be_written() {
        for (text, written) in [
            ("$", "$"),
            ("ssn", "$.ssn"),
            ("$.ssn", "$.ssn"),
            ("$['ssn']", "$.ssn"),
            ("a.b[0].c", "$.a.b[0].c"),
            ("$.cards[*].number", "$.cards[*].number"),
            ("$[\"a.b\"]", "$['a.b']"),
            ("$['it\\'s \\\\']", "$['it\\'s \\\\']"),
            ("$['']", "$['']"),
            ("$[007]", "$[7]"),
            ("Straße", "$.Straße"),
            ("first name", "$['first name']"),
        ] {
            let field: RecordField = text.parse().unwrap();
            assert_eq!(field.to_string(), written, "{text}");
            assert_eq!(written.parse::<RecordField>().unwrap(), field, "{text}");
        }
        let deep = "a.".repeat(40) + "b";
        for text in
            ["", "$.", "$.a.", "$..a", "a..b", "$.a[", "$.a[]", "$.a[x]", "$.a[-1]", "$['a", "$['a'", "$[*]b", &deep]
        {
            assert!(text.parse::<RecordField>().is_err(), "{text}");
        }
    }
}
