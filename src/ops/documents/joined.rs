//! Several documents in one stream, as YAML has them: with `---` between.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::document::{Document, Format};
use crate::formats::detect::{self, Detected};
use crate::fs::input::Input;
use crate::limits::LONGEST_IN_MEMORY;
use crate::ops::documents::open::StatedRequirements;
use crate::ops::failure::{Cause, Failure};
use crate::ops::file_text::Plaintext;
use crate::ops::jobs::open_input;
use crate::ops::open::document;
use crate::ops::session::Session;
use crate::ops::tree::levels::{files_of, tell_left_out};
use crate::ops::values::part::content;

/// What is joined.
pub struct Joining<'a> {
    /// Files, and folders.
    pub inputs: &'a [PathBuf],
    /// The notation of documents, where the caller says it.
    pub notation: Option<Format>,
    /// The notation of the stream, where it is not that of the documents.
    pub format: Option<Format>,
    /// What is demanded of each.
    pub demanded: StatedRequirements,
}

impl Joining<'_> {
    /// The plaintext of all documents: those in folders in the order of their names, without what is not encrypted. Nothing
    /// is returned unless each was opened.
    ///
    /// # Errors
    /// If one cannot be opened, is not YAML and does not become it, or all are too long to be held in memory.
    pub fn plaintext(&self, session: &Session) -> Result<Plaintext, Failure> {
        let mut joined = Zeroizing::new(Vec::new());
        let mut left_out = 0;
        for input in self.inputs {
            for path in files_of(input, &mut left_out) {
                let path = path?;
                let is_found = path != *input;
                if let Some(text) = self.text_of(&path, is_found, session)? {
                    join(&mut joined, &text);
                }
                if joined.len() as u64 > LONGEST_IN_MEMORY {
                    return Err(Cause::TooLong { path, bytes: joined.len() as u64 }.into());
                }
            }
        }
        tell_left_out(left_out, session.observer());
        Ok(joined)
    }

    /// The text of one document. `None` for a file in a folder that is not encrypted.
    fn text_of(&self, path: &Path, is_found: bool, session: &Session) -> Result<Option<Plaintext>, Failure> {
        let about = || Failure::about(path.display().to_string());
        session.check_cancelled()?;
        // Beside encrypted files, folders hold others, some of which no parser takes.
        let is_encrypted = || Input::open(path).and_then(|input| detect::is_encrypted(input, path));
        if is_found && !is_encrypted().map_err(about())? {
            return Ok(None);
        }
        let sealed = match Detected::new(open_input(Some(path))?, Some(path), self.notation).map_err(about())? {
            Detected::Document(sealed) => sealed,
            Detected::Foreign(..) => return Err(Cause::NotEncrypted(path.to_owned()).into()),
            Detected::File(_) => return Err(Cause::CannotJoin(path.to_owned()).into()),
        };
        let format = self.format.unwrap_or(sealed.document().format());
        if format != Format::Yaml {
            return Err(Cause::CannotJoin(path.to_owned()).into());
        }
        let guards = session.guards(Some(path))?;
        let plaintext = document(session, *sealed, &path.display().to_string(), self.demanded, &guards)?;
        let mut text = content(&plaintext, None, self.format).map_err(about())?;
        // With a line end more, some texts without one would have another value.
        if !text.ends_with(b"\n") {
            let mut ended = Zeroizing::new(Vec::with_capacity(text.len() + 1));
            ended.extend_from_slice(&text);
            ended.push(b'\n');
            if values_of(&text).is_none_or(|values| Some(values) != values_of(&ended)) {
                return Err(Cause::CannotJoin(path.to_owned()).into());
            }
            text = ended;
        }
        Ok(Some(text))
    }
}

/// What a YAML text says, written in one way. `None` if it cannot be read.
fn values_of(text: &[u8]) -> Option<Zeroizing<String>> {
    let text = Zeroizing::new(std::str::from_utf8(text).ok()?.to_owned());
    Document::emit(Format::Yaml, Document::parse(Format::Yaml, text).ok()?.tree()).ok()
}

/// Appends a YAML text to others, so that each stays a document of its own.
fn join(joined: &mut Plaintext, text: &[u8]) {
    let mut grown = Zeroizing::new(Vec::with_capacity(joined.len() + text.len() + 8));
    grown.extend_from_slice(joined);
    if !joined.is_empty() {
        let is_content = |line: &&[u8]| !line.trim_ascii().is_empty() && !line.starts_with(b"#");
        match text.split(|byte| *byte == b'\n').find(is_content) {
            Some(line) if line.starts_with(b"---") => {}
            // A directive stands only where a document has ended.
            Some(line) if line.starts_with(b"%") => grown.extend_from_slice(b"...\n"),
            _ => grown.extend_from_slice(b"---\n"),
        }
    }
    grown.extend_from_slice(text);
    *joined = grown;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stays_a_document_of_its_own() {
        for (texts, joined) in [
            (&["a: 1\n", "b: 2\n"][..], "a: 1\n---\nb: 2\n"),
            (&["---\na: 1\n", "---\nb: 2\n"], "---\na: 1\n---\nb: 2\n"),
            (&["a: 1\n", "# c\n---\nb: 2\n"], "a: 1\n# c\n---\nb: 2\n"),
            (&["a: 1\n", "# c\n\nb: 2\n"], "a: 1\n---\n# c\n\nb: 2\n"),
            (&["a: 1\n", "%YAML 1.2\n---\nb: 2\n"], "a: 1\n...\n%YAML 1.2\n---\nb: 2\n"),
            (&["a: 1\n"], "a: 1\n"),
        ] {
            let mut all = Zeroizing::new(Vec::new());
            for text in texts {
                join(&mut all, text.as_bytes());
            }
            assert_eq!(std::str::from_utf8(&all).unwrap(), joined);
        }
    }
}
