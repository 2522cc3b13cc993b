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

/// Where notes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the text.
    Top,
    /// Behind it: where somebody begins to type, an editor would go on with a comment.
    Bottom,
}

/// What begins a comment in a text, if notes can be put into it.
pub fn comment_for(text: &[u8], comment: Option<&'static str>) -> Option<&'static str> {
    comment.filter(|comment| strip(text, Some(comment)).len() == text.len() && !begins_with_mark(text))
}

/// The text with notes, where `comment` begins a comment.
pub fn put(text: &[u8], comment: Option<&str>, notes: &[String], place: Place) -> Text {
    let Some(comment) = comment else { return Zeroizing::new(text.to_vec()) };
    let notes: Vec<String> = notes.iter().map(|note| format!("{comment}{MARK}{}\n", report::printable(note))).collect();
    let notes = notes.concat();
    Zeroizing::new(match place {
        Place::Top => [notes.as_bytes(), text].concat(),
        Place::Bottom => [text, notes.as_bytes()].concat(),
    })
}

/// The text without the notes before and behind it.
pub fn strip(text: &[u8], comment: Option<&str>) -> Text {
    let Some(comment) = comment else { return Zeroizing::new(text.to_vec()) };
    let is_note = |line: &[u8]| {
        line.strip_prefix(comment.as_bytes()).is_some_and(|rest| rest.starts_with(MARK.trim_end().as_bytes()))
    };
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let start = lines.iter().take_while(|line| is_note(line)).count();
    let behind = lines[start..].iter().rev().take_while(|line| is_note(line)).count();
    Zeroizing::new(lines[start..lines.len() - behind].concat())
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
        for text in ["", "a: 1\n", "# mine\na: 1\n", "\n"] {
            for place in [Place::Top, Place::Bottom] {
                let shown = put(text.as_bytes(), Some("#"), &notes, place);
                assert_ne!(*shown, text.as_bytes());
                assert_eq!(*strip(&shown, Some("#")), text.as_bytes());
                assert_eq!(*put(text.as_bytes(), None, &notes, place), text.as_bytes());
            }
        }
        assert_eq!(*put(b"a: 1\n", Some("#"), &notes, Place::Top), b"#kenc> one\n#kenc> two\na: 1\n");
        // An editor that removes spaces at the end of lines changes empty notes.
        assert_eq!(*strip(b"#kenc>\n#kenc> x\na: 1\n", Some("#")), b"a: 1\n");
    }

    #[test]
    fn a_text_that_begins_or_ends_like_our_notes_gets_none() {
        for text in ["#kenc> is somebody's own\na: 1\n", "a: 1\n#kenc> too", "\u{feff}a: 1\n"] {
            assert_eq!(comment_for(text.as_bytes(), Some("#")), None);
        }
        assert_eq!(comment_for(b"a: 1\n# kenc> is not ours\n", Some("#")), Some("#"));
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
