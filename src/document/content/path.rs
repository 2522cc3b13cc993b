//! Paths as people write them: `db.password`, `list[0]`, `"key.with.dots"`, and sops's `["a"]["b"][0]`.

use std::fmt;
use std::str::FromStr;

use crate::document::content::tree::{Path, PathStep};

/// A text that is not a valid path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a path: {fault}")]
pub struct PathError {
    text: String,
    fault: &'static str,
}

impl Path {
    /// The path from the root of the first document.
    #[must_use]
    pub fn new(steps: Vec<PathStep>) -> Self {
        Self { root: 0, steps }
    }

    /// The mapping keys of the path; list positions are left out.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            PathStep::Key(key) => Some(key.as_str()),
            PathStep::Index(_) => None,
        })
    }

    /// The parent path and the last step. `None` at a root.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, &PathStep)> {
        let (last, parents) = self.steps.split_last()?;
        Some((Self { root: self.root, steps: parents.to_vec() }, last))
    }

    /// This path with one more step.
    #[must_use]
    pub fn join(&self, step: PathStep) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { root: self.root, steps }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str(".");
        }
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    if is_bare(key) {
                        f.write_str(key)?;
                    } else {
                        let quoted = serde_json::to_string(key).map_err(|_| fmt::Error)?;
                        f.write_str(&quoted)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether the key contains no character that is special in a path.
fn is_bare(key: &str) -> bool {
    !key.is_empty()
        && !key.chars().any(|letter| matches!(letter, '.' | '[' | ']' | '"' | '\'') || letter.is_whitespace())
        && !key.chars().any(char::is_control)
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let error = |fault| PathError { text: text.to_owned(), fault };
        if text == "." {
            return Ok(Self::default());
        }
        let mut steps = Vec::new();
        // As jq and yq write paths.
        let mut rest = text.strip_prefix('.').unwrap_or(text);
        let mut expects_key = true;
        while !rest.is_empty() || expects_key {
            if let Some(inside) = rest.strip_prefix('[') {
                let (step, after) = bracketed(inside).map_err(error)?;
                steps.push(step);
                rest = after;
            } else if expects_key {
                let (key, after) = key(rest).map_err(error)?;
                steps.push(PathStep::Key(key));
                rest = after;
            } else {
                return Err(error("a dot or a bracket is missing behind a quote or bracket"));
            }
            expects_key = false;
            if let Some(after) = rest.strip_prefix('.') {
                expects_key = true;
                rest = after;
            }
        }
        Ok(Self::new(steps))
    }
}

/// A key at the start of `text`, and the rest.
fn key(text: &str) -> Result<(String, &str), &'static str> {
    if text.starts_with(['"', '\'']) {
        return quoted(text);
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    if end == 0 {
        return Err("a key is empty; write an empty key as \"\"");
    }
    Ok((text[..end].to_owned(), &text[end..]))
}

/// The content of a bracket, and the rest after it.
fn bracketed(text: &str) -> Result<(PathStep, &str), &'static str> {
    if text.starts_with(['"', '\'']) {
        let (key, rest) = quoted(text)?;
        let rest = rest.strip_prefix(']').ok_or("a bracket is not closed")?;
        return Ok((PathStep::Key(key), rest));
    }
    let (index, rest) = text.split_once(']').ok_or("a bracket is not closed")?;
    let is_number = !index.is_empty() && index.bytes().all(|digit| digit.is_ascii_digit());
    let index =
        index.parse().ok().filter(|_| is_number).ok_or("a bracket holds neither a position nor a quoted key")?;
    Ok((PathStep::Index(index), rest))
}

/// A quoted key: with the escapes of JSON in double quotes, without escapes in single quotes.
fn quoted(text: &str) -> Result<(String, &str), &'static str> {
    const UNCLOSED: &str = "a quote is not closed";
    if let Some(inside) = text.strip_prefix('\'') {
        let (key, rest) = inside.split_once('\'').ok_or(UNCLOSED)?;
        return Ok((key.to_owned(), rest));
    }
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if letter == '"' && !is_escaped {
            let key =
                serde_json::from_str(&text[..=at]).map_err(|_| "a quoted key has an escape that JSON does not have")?;
            return Ok((key, &text[at + 1..]));
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    Err(UNCLOSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<PathStep> {
        text.parse::<Path>().unwrap().steps
    }

    fn key(text: &str) -> PathStep {
        PathStep::Key(text.to_owned())
    }

    #[test]
    fn paths_read_in_every_notation_that_people_use() {
        assert_eq!(steps("db.password"), [key("db"), key("password")]);
        assert_eq!(steps("list[0]"), [key("list"), PathStep::Index(0)]);
        assert_eq!(steps("list[0].name"), [key("list"), PathStep::Index(0), key("name")]);
        assert_eq!(steps("\"key.with.dots\".x"), [key("key.with.dots"), key("x")]);
        assert_eq!(steps("'it\"s'.x"), [key("it\"s"), key("x")]);
        assert_eq!(steps("[\"a\"][\"b\"][0]"), [key("a"), key("b"), PathStep::Index(0)]);
        assert_eq!(steps("['a']['b'][12]"), [key("a"), key("b"), PathStep::Index(12)]);
        assert_eq!(steps("a.\"\""), [key("a"), key("")]);
        assert_eq!(steps("."), []);
        assert_eq!(steps(".db.password"), [key("db"), key("password")]);
        assert_eq!(steps(".[0]"), [PathStep::Index(0)]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            "a.",
            "..a",
            "a..b",
            "a[",
            "a[b]",
            "a[0",
            "a[-1]",
            "a[+1]",
            "[\"a\"",
            "\"a",
            "\"a\"b",
            "a[0]b",
            "a[99999999999999999999999]",
        ] {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_that_is_shown_reads_as_the_same_path() {
        for keys in [
            vec!["a", "b"],
            vec!["with.dot", ""],
            vec!["quo\"te", "back\\slash"],
            vec!["new\nline", "[0]"],
            vec!["é", "a b"],
        ] {
            let mut path = Path::new(keys.into_iter().map(key).collect());
            path.steps.push(PathStep::Index(3));
            path.steps.push(key("end"));
            assert_eq!(path.to_string().parse::<Path>().unwrap(), path, "{path}");
        }
        assert_eq!(Path::default().to_string(), ".");
        assert_eq!(".".parse::<Path>().unwrap(), Path::default());
    }
}
