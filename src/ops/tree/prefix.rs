//! The objects below a prefix, as files of a tree: where the result of each goes, and what is left out.

use std::path::{Path, PathBuf};

use super::version_control;
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Skipped;
use crate::ops::session::Session;
use crate::ops::shard::Shard;
use crate::storage::s3::{ObjectList, ObjectName};

/// How the results of objects are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrefixLayout {
    /// As they are below the prefix.
    Mirror,
    /// The same, in a folder with the last name of the prefix.
    LastName,
    /// By their whole keys.
    WholeKey,
}

/// All objects below a prefix, with the places of their results.
pub(super) struct PrefixWalk<'a> {
    list: ObjectList<'a>,
    /// Bytes of each key that are not part of the place.
    cut: usize,
    prefix: String,
    /// Others are passed over.
    shard: Option<Shard>,
}

impl<'a> PrefixWalk<'a> {
    pub(super) fn new(session: &'a Session, prefix: &ObjectName, layout: PrefixLayout, shard: Option<Shard>) -> Self {
        let folder = prefix.key.trim_end_matches('/');
        let cut = match layout {
            PrefixLayout::Mirror => prefix.key.len(),
            PrefixLayout::LastName => folder.rfind('/').map_or(0, |at| at + 1),
            PrefixLayout::WholeKey => 0,
        };
        Self { list: session.s3().list(prefix), cut, prefix: prefix.key.clone(), shard }
    }
}

impl Iterator for PrefixWalk<'_> {
    type Item = Result<(ObjectName, String), Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_ours = |object: &ObjectName| self.shard.is_none_or(|shard| shard.has_key(&self.prefix, &object.key));
        let object = loop {
            match self.list.next()? {
                Ok(object) if !is_ours(&object) => {}
                Ok(object) => break object,
                Err(error) => return Some(Err(error.into())),
            }
        };
        let place = object.key.get(self.cut..).unwrap_or_default().to_owned();
        Some(Ok((object, place)))
    }
}

/// Why an object is left out: by the same policy as files.
pub(super) fn left_out(place: &str, is_found: bool) -> Option<Skipped> {
    let mut folders = place.split('/').collect::<Vec<_>>();
    let name = folders.pop().unwrap_or_default();
    let is_owned = folders.iter().any(|folder| version_control::owns_folder(folder.as_ref()))
        || version_control::owns_file(name.as_ref());
    (is_found && is_owned).then_some(Skipped::VersionControl)
}

/// The folder of a place among objects.
pub(super) fn folder(place: &str) -> PathBuf {
    place.rsplit_once('/').map_or_else(PathBuf::new, |(folder, _)| folder.into())
}

/// The folder of a place on this machine. A key is somebody else's text: it must not lead out of the results folder, nor be
/// another name for the result of another key.
///
/// # Errors
/// If a part of it is empty, `.` or `..`, or cannot be a name here.
pub(super) fn local_folder(place: &str, object: &Path) -> Result<PathBuf, Failure> {
    let is_name = |part: &str| {
        let is_special = part.is_empty() || part == "." || part == ".." || part.contains('\0');
        let is_foreign = cfg!(windows) && part.contains(['\\', ':', '<', '>', '"', '|', '?', '*']);
        !is_special && !is_foreign
    };
    if place.split('/').all(is_name) { Ok(folder(place)) } else { Err(Cause::NotAPathHere(object.to_owned()).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_lead_out_of_the_results_folder() {
        for place in ["../a", "a/../b", "a//b", "/a", "a/./b", "", "a/", ".."] {
            assert!(local_folder(place, Path::new("s3://bucket/key")).is_err(), "{place}");
        }
        assert_eq!(local_folder("a/b/c", Path::new("")).unwrap(), Path::new("a/b"));
        assert_eq!(local_folder("c", Path::new("")).unwrap(), Path::new(""));
    }
}
