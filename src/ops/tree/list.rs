//! The names of many files: arguments, or a list in which a NUL byte ends each name.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::formats::native::read_error;
use crate::limits::LONGEST_NAME;
use crate::ops::failure::{Cause, Failure};
use crate::storage::standard;

/// Names, read one after the other. A list is never held as a whole.
pub(super) enum InputNames<'a> {
    Words(std::slice::Iter<'a, PathBuf>),
    List(BufReader<Box<dyn Read + Send>>),
    Ended,
}

impl<'a> InputNames<'a> {
    pub fn of_words(words: &'a [PathBuf]) -> Self {
        Self::Words(words.iter())
    }

    pub fn of_list(path: &Path) -> Result<Self, Failure> {
        let list: Box<dyn Read + Send> = if path.as_os_str() == "-" {
            Box::new(standard::input()?)
        } else {
            let file = File::open(path).map_err(|source| Error::io(format!("read {}", path.display()), source))?;
            Box::new(file)
        };
        Ok(Self::List(BufReader::new(list)))
    }

    fn read_name(list: &mut BufReader<Box<dyn Read + Send>>) -> Option<Result<PathBuf, Failure>> {
        loop {
            let mut name = Vec::new();
            match list.by_ref().take(LONGEST_NAME + 1).read_until(0, &mut name) {
                Ok(0) => return None,
                Ok(_) if name == [0] => continue,
                Ok(_) if name.len() as u64 > LONGEST_NAME => return Some(Err(Cause::NameTooLong(LONGEST_NAME).into())),
                Ok(_) => {}
                Err(error) => return Some(Err(Failure::about("the list of names")(read_error(error)))),
            }
            if name.last() == Some(&0) {
                name.pop();
            }
            return Some(path(name));
        }
    }
}

/// All names of a list.
///
/// # Errors
/// If it cannot be read.
pub fn listed(list: &Path) -> Result<Vec<PathBuf>, Failure> {
    InputNames::of_list(list)?.collect()
}

impl Iterator for InputNames<'_> {
    type Item = Result<PathBuf, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let name = match self {
            Self::Words(words) => return words.next().map(|word| Ok(word.clone())),
            Self::List(list) => Self::read_name(list),
            Self::Ended => None,
        };
        if !matches!(name, Some(Ok(_))) {
            *self = Self::Ended;
        }
        name
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems cannot take every name")]
fn path(name: Vec<u8>) -> Result<PathBuf, Failure> {
    use std::os::unix::ffi::OsStringExt;
    Ok(std::ffi::OsString::from_vec(name).into())
}

#[cfg(not(unix))]
fn path(name: Vec<u8>) -> Result<PathBuf, Failure> {
    let name = String::from_utf8(name).map_err(|_| {
        Failure::from(Error::io("use a name in the list", std::io::Error::from(std::io::ErrorKind::InvalidData)))
    })?;
    Ok(name.into())
}
