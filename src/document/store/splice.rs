//! Changes of a text: ranges with their replacements.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::document::content::secret_text::wipe;
use crate::error::DocumentError;

/// A range of a text with its replacement. The replacement may be a secret, and is wiped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) place: Range<usize>,
    pub(crate) text: String,
}

impl Drop for Splice {
    fn drop(&mut self) {
        wipe(&mut self.text);
    }
}

/// The text with all splices applied. Several at the same position keep their order.
pub(crate) fn apply(text: &str, mut splices: Vec<Splice>) -> Result<Zeroizing<String>, DocumentError> {
    splices.sort_by_key(|splice| (splice.place.start, splice.place.end));
    let grown: usize = splices.iter().map(|splice| splice.text.len()).sum();
    // Room for everything at once: a buffer that grows leaves copies of secrets behind.
    let mut changed = Zeroizing::new(String::with_capacity(text.len() + grown));
    let mut done = 0;
    for splice in &splices {
        let between = text.get(done..splice.place.start);
        let between = between.ok_or_else(|| DocumentError::NotAsMeant("two changes overlap".to_owned()))?;
        changed.push_str(between);
        changed.push_str(&splice.text);
        done = splice.place.end;
    }
    let rest = text.get(done..).ok_or_else(|| DocumentError::NotAsMeant("a change lies beyond the end".to_owned()))?;
    changed.push_str(rest);
    Ok(changed)
}

/// Whether a text with all splices applied is `meant`, which is not built for that.
pub(crate) fn gives(text: &str, mut splices: Vec<Splice>, meant: &str) -> bool {
    splices.sort_by_key(|splice| (splice.place.start, splice.place.end));
    let (mut rest, mut done) = (meant, 0);
    for splice in &splices {
        let behind = text.get(done..splice.place.start).and_then(|between| rest.strip_prefix(between));
        let Some(behind) = behind.and_then(|behind| behind.strip_prefix(splice.text.as_str())) else { return false };
        (rest, done) = (behind, splice.place.end);
    }
    text.get(done..) == Some(rest)
}

/// Replaces, appends or removes metadata at the end of a file, as far as it is there and is written.
pub(crate) fn change_at_end(
    text: &str,
    found: Option<Range<usize>>,
    written: Option<String>,
    newline: &str,
) -> Vec<Splice> {
    let splice = match (found, written) {
        (None, None) => return Vec::new(),
        (Some(place), Some(text)) => Splice { place, text },
        (Some(place), None) => Splice { place: with_blank_line(text, place), text: String::new() },
        (None, Some(metadata)) => {
            let is_empty = text.trim_start_matches('\u{feff}').is_empty();
            // A file without a last newline has its metadata without one, so that removal gives back the same bytes.
            let metadata = match (is_empty, text.ends_with('\n')) {
                (true, _) => metadata + newline,
                (false, true) => format!("{newline}{metadata}{newline}"),
                (false, false) => format!("{newline}{newline}{metadata}"),
            };
            Splice { place: text.len()..text.len(), text: metadata }
        }
    };
    vec![splice]
}

/// The range of metadata at the end of a file with the blank line before it and the newline after it; if the file ends
/// without one, with the newline before instead.
fn with_blank_line(text: &str, place: Range<usize>) -> Range<usize> {
    // A carriage return is part of the newline only if the lines of the metadata have one.
    let newline = if text[place.clone()].contains("\r\n") { "\r\n" } else { "\n" };
    let Range { mut start, mut end } = place;
    if let Some(before) = text[..start].strip_suffix(newline)
        && (before.ends_with('\n') || before.trim_start_matches('\u{feff}').is_empty())
    {
        start = before.len();
    }
    if text[end..].starts_with('\n') {
        end += 1;
    } else if text[end..].starts_with(newline) {
        end += newline.len();
    } else if let Some(before) = text[..start].strip_suffix(newline) {
        start = before.len();
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_by_its_splices_as_by_applying_them() {
        let splices = || {
            vec![
                Splice { place: 3..4, text: "xyz".to_owned() },
                Splice { place: 0..1, text: String::new() },
                Splice { place: 6..6, text: "!".to_owned() },
            ]
        };
        let meant = apply("abcdef", splices()).unwrap();
        assert_eq!(*meant, "bcxyzef!");
        assert!(gives("abcdef", splices(), &meant));
        for other in ["", "bcxyzef", "bcxyzef!!", "bcxyze!", "abcxyzef!", "bcxyzEf!"] {
            assert!(!gives("abcdef", splices(), other), "{other}");
        }
        let overlap = vec![Splice { place: 0..2, text: String::new() }, Splice { place: 1..3, text: String::new() }];
        assert!(!gives("abc", overlap, "c"));
    }
}
