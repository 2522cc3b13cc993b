//! What kenc notes of a file in the metadata of its object.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::fs::input::InputNotes;

/// When the file was modified, as a number of seconds since 1970 with nine decimals.
const MODIFIED: &str = "kenc-mtime";

/// Notes of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectNotes {
    /// When the file was modified that it was made of; of an object without notes, when it was written.
    pub modified: Option<SystemTime>,
    /// The entity tag of the object.
    pub tag: Option<String>,
    /// All of its metadata.
    pub metadata: InputNotes,
}

/// What becomes of the version of an object that is replaced, in a bucket that keeps versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OldVersion {
    /// It stays.
    #[default]
    Kept,
    /// It is deleted as soon as its successor is in its place.
    Deleted,
}

/// An object whose head was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadReplaced {
    /// The version that was replaced, if the bucket still keeps it.
    pub old_version: Option<String>,
}

impl ObjectNotes {
    /// As metadata.
    #[must_use]
    pub fn to_metadata(&self) -> Vec<(&'static str, String)> {
        let since = self.modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        since.map(|since| (MODIFIED, format!("{}.{:09}", since.as_secs(), since.subsec_nanos()))).into_iter().collect()
    }

    /// From metadata, and the time at which the object was written.
    #[must_use]
    pub fn from_metadata(metadata: Option<&HashMap<String, String>>, written: Option<SystemTime>) -> Self {
        let noted = metadata.and_then(|metadata| time_of(metadata.get(MODIFIED)?));
        let all = metadata.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
        Self { modified: noted.or(written), tag: None, metadata: InputNotes::new(all) }
    }
}

fn time_of(text: &str) -> Option<SystemTime> {
    let (seconds, nanoseconds) = text.split_once('.')?;
    let nanoseconds = (nanoseconds.len() == 9).then(|| nanoseconds.parse().ok()).flatten()?;
    UNIX_EPOCH.checked_add(Duration::new(seconds.parse().ok()?, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_to_the_nanosecond_and_a_wrong_one_does_not_count() {
        let modified = UNIX_EPOCH + Duration::new(1_700_000_000, 7);
        let notes = ObjectNotes { modified: Some(modified), ..ObjectNotes::default() };
        let metadata = notes.to_metadata().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(ObjectNotes::from_metadata(Some(&metadata), None).modified, notes.modified);
        for wrong in ["", "1", "1.5", "a.000000000", "99999999999999999999.000000000", "-1.000000000", "1.99999999x"] {
            let metadata = HashMap::from([(MODIFIED.to_owned(), wrong.to_owned())]);
            assert_eq!(ObjectNotes::from_metadata(Some(&metadata), None).modified, None, "{wrong}");
        }
    }
}
