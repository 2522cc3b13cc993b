//! Lists of keys in files, as `age -R` and `authorized_keys` have them: `file:PATH` in place of a key.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;

use crate::error::{Error, KeyWordError, Result};
use crate::keys::KeySpec;
use crate::limits::LONGEST_KEY_LIST;

/// What stands before the path of a list.
const PREFIX: &str = "file:";

/// The words, with those of the lists in place of each `file:PATH`. In a list every line is a key, a comment that begins with
/// `#`, or empty.
///
/// # Errors
/// If a list cannot be read, has no key, or has a line that is none.
pub fn expand_lists(words: &[String]) -> Result<Cow<'_, [String]>> {
    if !words.iter().any(|word| word.trim().starts_with(PREFIX)) {
        return Ok(Cow::Borrowed(words));
    }
    let mut expanded = Vec::new();
    for word in words {
        match word.trim().strip_prefix(PREFIX) {
            Some(path) => expanded.extend(read(path)?),
            None => expanded.push(word.clone()),
        }
    }
    Ok(Cow::Owned(expanded))
}

fn read(path: &str) -> Result<Vec<String>> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST_KEY_LIST + 1).read_to_string(&mut text))
        .map_err(|source| Error::io(format!("read the list of keys {path}"), source))?;
    if text.len() as u64 > LONGEST_KEY_LIST {
        return Err(KeyWordError::LongList(path.to_owned()).into());
    }
    let mut words = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let (false, Err(fault)) = (line.starts_with('@'), line.parse::<KeySpec>()) {
            let (path, line) = (path.to_owned(), number + 1);
            return Err(KeyWordError::InList { path, line, fault: Box::new(fault) }.into());
        }
        words.push(line.to_owned());
    }
    // Whoever names a list means no other keys.
    if words.is_empty() { Err(KeyWordError::EmptyList(path.to_owned()).into()) } else { Ok(words) }
}
