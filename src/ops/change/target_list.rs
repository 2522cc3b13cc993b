//! The targets of a run. What is below a prefix is listed when it is reached, a page at a time, so that any number of objects
//! takes the same memory.

use std::path::Path;

use super::object::{ObjectOrigin, ObjectTarget};
use super::targets::Target;
use crate::ops::failure::{Cause, Failure};
use crate::ops::object_name::object_of;
use crate::ops::observer::TreeSize;
use crate::ops::report::DoneFiles;
use crate::ops::session::Session;
use crate::ops::shard::Shard;
use crate::storage::s3::{ObjectList, ObjectName};

/// The targets of a run, in their order.
pub struct TargetList<'a> {
    entries: Vec<TargetEntry>,
    selection: ObjectSelection<'a>,
}

enum TargetEntry {
    /// One target, or why there is none. The failure is told when it is reached.
    One(Box<Result<Target, Failure>>),
    /// All objects below a prefix.
    Below(ObjectName),
}

/// Which of the objects below a prefix are meant.
#[derive(Clone, Copy)]
struct ObjectSelection<'a> {
    session: &'a Session,
    shard: Option<Shard>,
    done: &'a DoneFiles,
}

impl<'a> TargetList<'a> {
    /// Puts objects in the place of the paths that name them. Of what is below prefixes, only the objects of `shard` belong to it,
    /// and not those that an earlier run has done.
    pub(super) fn new(
        session: &'a Session,
        targets: Vec<Result<Target, Failure>>,
        shard: Option<Shard>,
        done: &'a DoneFiles,
    ) -> Self {
        let one = |target: Result<Target, Failure>| Some(TargetEntry::One(Box::new(target)));
        let entry = |target: Result<Target, Failure>| match target {
            Ok(Target::Itself(path)) if ObjectName::is_meant(&path) => match object_of(&path) {
                Ok(Some(prefix)) if prefix.is_prefix() => Some(TargetEntry::Below(prefix)),
                Ok(Some(name)) if name.is_url() => one(Err(Cause::UrlOnlyRead(path).into())),
                Ok(Some(name)) => one(Ok(Target::Object(ObjectTarget::new(session, name, ObjectOrigin::Named)))),
                Ok(None) => None,
                Err(failure) => one(Err(failure)),
            },
            other => one(other),
        };
        let entries = targets.into_iter().filter_map(entry).collect();
        Self { entries, selection: ObjectSelection { session, shard, done } }
    }

    /// How many there are, if that is known before all of them were listed.
    #[must_use]
    pub fn known_len(&self) -> Option<usize> {
        let is_one = |entry: &TargetEntry| matches!(entry, TargetEntry::One(_));
        self.entries.iter().all(is_one).then_some(self.entries.len())
    }

    /// What there is to do, if that is known before all of them were listed.
    #[must_use]
    pub fn known_size(&self) -> Option<TreeSize> {
        let files = self.known_len()? as u64;
        let len = |target: &Target| target.path()?.metadata().ok().map(|metadata| metadata.len());
        let targets = self.entries.iter().filter_map(|entry| match entry {
            TargetEntry::One(target) => target.as_ref().as_ref().ok(),
            TargetEntry::Below(_) => None,
        });
        Some(TreeSize { files, bytes: targets.filter_map(len).sum() })
    }

    /// Looks at every target before the run. What cannot be listed is told in its turn.
    ///
    /// # Errors
    /// Those of `look`.
    pub(super) fn visit(&self, mut look: impl FnMut(&Target) -> Result<(), Failure>) -> Result<(), Failure> {
        for entry in &self.entries {
            match entry {
                TargetEntry::One(target) => target.as_ref().as_ref().map_or(Ok(()), &mut look)?,
                TargetEntry::Below(prefix) => {
                    self.selection.below(prefix).flatten().try_for_each(|object| {
                        let is_done = self.selection.done.has(object.path());
                        if is_done { Ok(()) } else { look(&Target::Object(object)) }
                    })?;
                }
            }
        }
        Ok(())
    }

    /// The paths of all of them.
    pub(super) fn visit_paths(&self, mut look: impl FnMut(&Path)) {
        let looked = self.visit(|target| {
            target.path().into_iter().for_each(&mut look);
            Ok(())
        });
        debug_assert!(looked.is_ok(), "nothing can fail here");
    }
}

impl<'a> ObjectSelection<'a> {
    /// The objects below a prefix that belong to the shard.
    fn below(self, prefix: &ObjectName) -> ObjectsBelow<'a> {
        ObjectsBelow { selection: self, list: self.session.s3().list(prefix), prefix: prefix.key.clone() }
    }
}

/// The objects below a prefix that belong to a shard.
struct ObjectsBelow<'a> {
    selection: ObjectSelection<'a>,
    list: ObjectList<'a>,
    /// The prefix of their keys.
    prefix: String,
}

impl Iterator for ObjectsBelow<'_> {
    type Item = Result<ObjectTarget, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self { selection: ObjectSelection { session, shard, .. }, list, prefix } = self;
        let is_ours =
            |object: &ObjectName| !object.is_prefix() && shard.is_none_or(|shard| shard.has_key(prefix, &object.key));
        loop {
            match list.next()? {
                Ok(object) if !is_ours(&object) => {}
                Ok(object) => return Some(Ok(ObjectTarget::new(session, object, ObjectOrigin::Found))),
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

impl<'a> IntoIterator for TargetList<'a> {
    type Item = Result<Target, Failure>;
    type IntoIter = TargetWalk<'a>;

    fn into_iter(self) -> TargetWalk<'a> {
        TargetWalk {
            known_len: self.known_len(),
            entries: self.entries.into_iter(),
            selection: self.selection,
            below: None,
        }
    }
}

/// The targets of a run, one after the other.
pub struct TargetWalk<'a> {
    entries: std::vec::IntoIter<TargetEntry>,
    selection: ObjectSelection<'a>,
    below: Option<ObjectsBelow<'a>>,
    known_len: Option<usize>,
}

impl Iterator for TargetWalk<'_> {
    type Item = Result<Target, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(below) = &mut self.below {
                match below.next() {
                    Some(Ok(object)) if self.selection.done.skips(object.path()) => continue,
                    Some(object) => return Some(object.map(Target::Object)),
                    None => self.below = None,
                }
            }
            match self.entries.next()? {
                TargetEntry::One(target) => return Some(*target),
                TargetEntry::Below(prefix) => self.below = Some(self.selection.below(&prefix)),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.known_len)
    }
}
