//! What the user is told at the top of the text, as comments that are taken away again.

use kenc::error::{DocumentError, Error};
use zeroize::Zeroizing;

use crate::commands::contents::Text;
use crate::failure::{Cause, Failure};
use crate::report;

/// What follows the sign of a comment in a line of ours.
const MARK: &str = "kenc> ";

/// Why the text could not be saved. Lines are counted with the notes.
pub fn of_failure(failure: &Failure) -> Vec<String> {
    let lines = |failure: &Failure| report::lines_of(failure);
    let count = lines(failure).len() as u64;
    let Cause::Library(Error::Document(fault)) = &failure.cause else { return lines(failure) };
    let mut fault = fault.clone();
    if let DocumentError::Syntax { at, .. }
    | DocumentError::Refused { at, .. }
    | DocumentError::ValueAlreadyEncrypted { at, .. }
    | DocumentError::CommentMatchesRule { at, .. } = &mut fault
    {
        at.line += count;
    }
    lines(&Failure { subject: failure.subject.clone(), ..Error::from(fault).into() })
}

/// The text with notes before it, where `comment` begins a comment.
pub fn put_before(text: &[u8], comment: Option<&str>, notes: &[String]) -> Text {
    let Some(comment) = comment.filter(|comment| !begins_with_note(text, comment) && !begins_with_mark(text)) else {
        return Zeroizing::new(text.to_vec());
    };
    let notes: String = notes.iter().map(|note| format!("{comment}{MARK}{note}\n")).collect();
    Zeroizing::new([notes.as_bytes(), text].concat())
}

/// The text without the notes before it.
pub fn strip(text: &[u8], comment: Option<&str>) -> Text {
    let mut rest = text;
    if let Some(comment) = comment {
        while begins_with_note(rest, comment) {
            rest = rest.split_once_at_line_end();
        }
    }
    Zeroizing::new(rest.to_vec())
}

trait Lines {
    /// What follows the first line.
    fn split_once_at_line_end(&self) -> &[u8];
}

impl Lines for [u8] {
    fn split_once_at_line_end(&self) -> &[u8] {
        let end = self.iter().position(|&byte| byte == b'\n').map_or(self.len(), |end| end + 1);
        &self[end..]
    }
}

fn begins_with_note(text: &[u8], comment: &str) -> bool {
    text.strip_prefix(comment.as_bytes()).is_some_and(|rest| rest.starts_with(MARK.trim_end().as_bytes()))
}

/// A byte order mark counts only at the very beginning.
fn begins_with_mark(text: &[u8]) -> bool {
    text.starts_with("\u{feff}".as_bytes())
}

#[cfg(test)]
mod tests {
    use kenc::error::At;

    use super::*;

    #[test]
    fn notes_are_taken_away_again_and_nothing_else() {
        let notes = ["one".to_owned(), "two".to_owned()];
        for text in ["", "a: 1\n", "# mine\na: 1", "\u{feff}a: 1\n", "\n"] {
            let shown = put_before(text.as_bytes(), Some("#"), &notes);
            assert_eq!(*strip(&shown, Some("#")), text.as_bytes());
            assert_eq!(*put_before(text.as_bytes(), None, &notes), text.as_bytes());
        }
        assert_eq!(*put_before(b"a: 1\n", Some("#"), &notes), b"#kenc> one\n#kenc> two\na: 1\n");
        // An editor that removes spaces at the end of lines changes empty notes.
        assert_eq!(*strip(b"#kenc>\n#kenc> x\na: 1\n", Some("#")), b"a: 1\n");
    }

    #[test]
    fn a_text_that_begins_like_our_notes_gets_none() {
        let text = b"#kenc> is somebody's own\na: 1\n";
        assert_eq!(*put_before(text, Some("#"), &["one".to_owned()]), text);
    }

    #[test]
    fn the_line_of_a_fault_is_the_one_that_the_editor_shows() {
        let at = At { line: 3, column: 5 };
        let fault = DocumentError::Syntax { at, fault: "here is no value".to_owned() };
        let notes = of_failure(&Failure { subject: Some("x.yaml".to_owned()), ..Error::from(fault).into() });
        let expected = format!("line {}, column 5: here is no value", 3 + notes.len());
        assert!(notes[0].contains(&expected), "{notes:?}");
    }
}
