//! What the system says of a file, by which a change of it shows.

use std::fmt;
use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::fs::input::identity;

/// What the system says of a regular file that changes when it is written to or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Device and number, where the system has them.
    identity: Option<(u64, u64)>,
    /// Length in bytes.
    pub len: u64,
    /// When it was written to.
    pub modified: Option<SystemTime>,
    /// When it, its permissions or its names changed.
    changed: Option<(i64, i64)>,
}

impl FileState {
    /// That of a file with this metadata.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        Self { identity: identity(metadata), len: metadata.len(), modified, changed: changed(metadata) }
    }
}

/// As a text that is the same only for the same state.
impl fmt::Display for FileState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { identity, len, modified, changed } = self;
        let (device, number) = identity.unwrap_or_default();
        let (seconds, nanoseconds) = changed.unwrap_or_default();
        write!(f, "device {device}, number {number}, {len} bytes, changed {seconds}.{nanoseconds:09}, modified ")?;
        let Some(modified) = modified else { return f.write_str("at an unknown time") };
        let (sign, since) = match modified.duration_since(UNIX_EPOCH) {
            Ok(since) => ("", since),
            Err(before) => ("-", before.duration()),
        };
        write!(f, "{sign}{}.{:09}", since.as_secs(), since.subsec_nanos())
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems have no such time")]
fn changed(metadata: &Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn changed(_metadata: &Metadata) -> Option<(i64, i64)> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn every_change_of_a_file_changes_the_text_of_its_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "text").unwrap();
        let state = || FileState::of(&path.metadata().unwrap()).to_string();
        let first = state();
        assert_eq!(state(), first);
        std::fs::File::options().append(true).open(&path).unwrap().write_all(b"!").unwrap();
        let longer = state();
        assert_ne!(longer, first);
        let modified = UNIX_EPOCH + std::time::Duration::new(1_700_000_000, 1);
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(modified).unwrap();
        assert!(state().ends_with("modified 1700000000.000000001") && state() != longer);
        let other = folder.path().join("other");
        std::fs::write(&other, "text!").unwrap();
        let before = state();
        std::fs::rename(&other, &path).unwrap();
        assert_ne!(state(), before);
    }
}
