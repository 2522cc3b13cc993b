//! Messages shown to the user as comments in the edited text, removed on save.

use zeroize::Zeroizing;

use crate::ops::file_text::Plaintext;

/// What follows the comment sign in a line of ours.
const MARK: &str = "kenc> ";

/// Where notes are inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotesPlace {
    /// Before the text.
    Top,
    /// After the text: on the first line, an editor would continue a comment.
    Bottom,
}

/// The comment sign of a text, if notes can be inserted.
pub(super) fn comment_for(text: &[u8], comment: Option<&'static str>) -> Option<&'static str> {
    comment.filter(|comment| strip(text, Some(comment)).len() == text.len() && !begins_with_mark(text))
}

/// The text with notes, one per line, after the comment sign `comment`.
pub(super) fn put(text: &[u8], comment: Option<&str>, notes: &[String], place: NotesPlace) -> Plaintext {
    let Some(comment) = comment else { return Zeroizing::new(text.to_vec()) };
    let notes: Vec<String> = notes.iter().map(|note| format!("{comment}{MARK}{note}\n")).collect();
    let notes = notes.concat();
    Zeroizing::new(match place {
        NotesPlace::Top => [notes.as_bytes(), text].concat(),
        NotesPlace::Bottom => [text, notes.as_bytes()].concat(),
    })
}

/// The text without the notes at its start and end.
pub(super) fn strip(text: &[u8], comment: Option<&str>) -> Plaintext {
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
    use super::*;

    #[test]
    fn notes_are_taken_away_again_and_nothing_else() {
        let notes = ["one".to_owned(), "two".to_owned()];
        for text in ["", "a: 1\n", "# mine\na: 1\n", "\n"] {
            for place in [NotesPlace::Top, NotesPlace::Bottom] {
                let shown = put(text.as_bytes(), Some("#"), &notes, place);
                assert_ne!(*shown, text.as_bytes());
                assert_eq!(*strip(&shown, Some("#")), text.as_bytes());
                assert_eq!(*put(text.as_bytes(), None, &notes, place), text.as_bytes());
            }
        }
        assert_eq!(*put(b"a: 1\n", Some("#"), &notes, NotesPlace::Top), b"#kenc> one\n#kenc> two\na: 1\n");
        // An editor that strips trailing spaces changes empty notes.
        assert_eq!(*strip(b"#kenc>\n#kenc> x\na: 1\n", Some("#")), b"a: 1\n");
    }

    #[test]
    fn a_text_that_begins_or_ends_like_our_notes_gets_none() {
        for text in ["#kenc> is somebody's own\na: 1\n", "a: 1\n#kenc> too", "\u{feff}a: 1\n"] {
            assert_eq!(comment_for(text.as_bytes(), Some("#")), None);
        }
        assert_eq!(comment_for(b"a: 1\n# kenc> is not ours\n", Some("#")), Some("#"));
    }
}
