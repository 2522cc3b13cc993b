//! Placeholders in the arguments of a command, replaced by the paths of files.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::command;
use crate::ops::failure::Cause;

/// One placeholder for each file: `{}` for a single one, else `{1}`, `{2}` and so on.
pub struct Placeholders {
    marks: Vec<String>,
}

impl Placeholders {
    /// The placeholders for `count` files with `names`, if any are given.
    ///
    /// # Errors
    /// If the command would not get a file, the number of names differs, or a name is not a plain file name.
    pub fn of_command(command: &[OsString], count: usize, names: &[OsString]) -> Result<Self, Cause> {
        if !names.is_empty() && names.len() != count {
            return Err(Cause::FileNames { files: count, names: names.len() });
        }
        if let Some(name) = names.iter().find(|name| Path::new(name).file_name() != Some(name.as_os_str())) {
            return Err(Cause::NotAFileName(name.clone()));
        }
        let marks: Vec<String> = if count == 1 {
            vec!["{}".to_owned()]
        } else {
            (1..=count).map(|number| format!("{{{number}}}")).collect()
        };
        let has = |mark: &str| command.iter().any(|word| find(word.as_encoded_bytes(), mark.as_bytes()).is_some());
        match marks.iter().find(|mark| !has(mark)) {
            Some(mark) => Err(Cause::NoPlaceForFile(mark.clone())),
            None => Ok(Self { marks }),
        }
    }

    /// An argument with placeholders replaced by paths.
    #[must_use]
    pub fn fill(&self, word: &OsStr, paths: &[OsString]) -> OsString {
        let mut filled = Vec::new();
        let mut rest = word.as_encoded_bytes();
        let next = |rest: &[u8]| {
            let found = self
                .marks
                .iter()
                .zip(paths)
                .filter_map(|(mark, path)| find(rest, mark.as_bytes()).map(|start| (start, mark.len(), path)));
            found.min_by_key(|(start, ..)| *start)
        };
        while let Some((start, len, path)) = next(rest) {
            filled.extend_from_slice(&rest[..start]);
            filled.extend_from_slice(path.as_encoded_bytes());
            rest = &rest[start + len..];
        }
        filled.extend_from_slice(rest);
        // A word that is no Unicode on a system that wants it is passed on as it is.
        command::word(&filled).unwrap_or_else(|| word.to_owned())
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
