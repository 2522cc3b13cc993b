//! The folders on the way to the present file: what every walk has in common, and the one policy of what is left out.
//!
//! Only those folders are open, and of the names in one at most `SORTED` are known: a tree of any size costs the same memory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::version_control;
use crate::error::Error;
use crate::fs::atomic::is_temporary_name;
use crate::fs::folder::{EntryKind, Folder};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::{Observer, Skipped};
use crate::storage::object::ObjectFolder;

/// Names of a folder that are sorted at a time.
const SORTED: usize = 16_384;
/// Deepest nesting of folders. Each one on the way is open, and a process may not have many files open.
const DEEPEST: usize = 256;

/// The folders that are being gone through, each with what the walk keeps for it.
pub(super) struct Levels<F: ObjectFolder, B> {
    open: Vec<Level<F::Entries, B>>,
}

struct Level<E, B> {
    branch: Arc<B>,
    path: PathBuf,
    entries: E,
    sorted: std::vec::IntoIter<(OsString, EntryKind)>,
}

/// Something in a folder.
pub(super) struct LevelEntry<B> {
    /// What the walk keeps for the folder.
    pub branch: Arc<B>,
    /// Its name there.
    pub name: OsString,
    /// What is to become of it.
    pub fate: Fate,
}

/// What is to become of an entry.
pub(super) enum Fate {
    /// It is a file to be done.
    Done,
    /// It is a folder to be entered.
    Entered,
    /// It is left out.
    LeftOut(Skipped),
}

impl<F: ObjectFolder, B> Levels<F, B> {
    pub(super) fn new() -> Self {
        Self { open: Vec::new() }
    }

    /// Goes on with what is in `folder`.
    pub(super) fn enter(&mut self, folder: &F, branch: Arc<B>) -> Result<(), Failure> {
        let path = folder.path().to_owned();
        let entries = folder.entries().map_err(|source| cannot_read(&path, source))?;
        self.open.push(Level { branch, path, entries, sorted: Vec::new().into_iter() });
        Ok(())
    }

    /// The next entry of the folder that was entered last, and when there is none, of the one before.
    pub(super) fn next(&mut self) -> Option<Result<LevelEntry<B>, Failure>> {
        loop {
            let depth = self.open.len();
            let level = self.open.last_mut()?;
            match level.next() {
                Ok(Some((name, EntryKind::Folder))) if depth >= DEEPEST && !version_control::owns_folder(&name) => {
                    return Some(Err(Cause::TooDeep { path: level.path.join(name), limit: DEEPEST }.into()));
                }
                Ok(Some((name, kind))) => {
                    let fate = fate(&name, kind);
                    return Some(Ok(LevelEntry { branch: Arc::clone(&level.branch), name, fate }));
                }
                Ok(None) => drop(self.open.pop()),
                Err(source) => {
                    let failure = cannot_read(&level.path, source);
                    self.open.pop();
                    return Some(Err(failure));
                }
            }
        }
    }
}

impl<E: Iterator<Item = std::io::Result<(OsString, EntryKind)>>, B> Level<E, B> {
    fn next(&mut self) -> std::io::Result<Option<(OsString, EntryKind)>> {
        if let Some(next) = self.sorted.next() {
            return Ok(Some(next));
        }
        let mut names: Vec<_> = self.entries.by_ref().take(SORTED).collect::<Result<_, _>>()?;
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        self.sorted = names.into_iter();
        Ok(self.sorted.next())
    }
}

fn fate(name: &std::ffi::OsStr, kind: EntryKind) -> Fate {
    match kind {
        EntryKind::Folder if version_control::owns_folder(name) => Fate::LeftOut(Skipped::VersionControl),
        EntryKind::File if version_control::owns_file(name) => Fate::LeftOut(Skipped::VersionControl),
        EntryKind::File if is_temporary_name(name) => Fate::LeftOut(Skipped::Unfinished),
        EntryKind::File => Fate::Done,
        EntryKind::Folder => Fate::Entered,
        EntryKind::Link => Fate::LeftOut(Skipped::Link),
        EntryKind::Special => Fate::LeftOut(Skipped::Special),
    }
}

fn cannot_read(path: &Path, source: std::io::Error) -> Failure {
    Error::io(format!("read {}", path.display()), source).into()
}

/// The files in a folder and its subfolders, in a stable order. What cannot be read is a failure among them.
pub struct FilesIn<F: ObjectFolder> {
    levels: Levels<F, F>,
    first_failure: Option<Failure>,
    version_control: usize,
    /// Tells folders that are left out.
    is_left_out: Box<dyn Fn(&F) -> bool>,
}

impl<F: ObjectFolder> FilesIn<F> {
    /// Those in an open folder.
    #[must_use]
    pub fn new(folder: F) -> Self {
        Self::without(folder, |_| false)
    }

    /// The same without what is in some folders.
    #[must_use]
    pub fn without(folder: F, is_left_out: impl Fn(&F) -> bool + 'static) -> Self {
        let mut levels = Levels::<F, F>::new();
        let branch = Arc::new(folder);
        let first_failure = levels.enter(&branch, Arc::clone(&branch)).err();
        Self { levels, first_failure, version_control: 0, is_left_out: Box::new(is_left_out) }
    }

    /// How many files and folders of version control were left out until now.
    #[must_use]
    pub fn version_control(&self) -> usize {
        self.version_control
    }
}

impl<F: ObjectFolder> Iterator for FilesIn<F> {
    type Item = Result<PathBuf, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(failure) = self.first_failure.take() {
            return Some(Err(failure));
        }
        loop {
            let LevelEntry { branch, name, fate } = match self.levels.next()? {
                Ok(entry) => entry,
                Err(failure) => return Some(Err(failure)),
            };
            match fate {
                Fate::Done => return Some(Ok(branch.path_of(&name))),
                Fate::LeftOut(why) => self.version_control += usize::from(why == Skipped::VersionControl),
                Fate::Entered => {
                    let folder = branch.folder(&name).map(Arc::new).map_err(Failure::from);
                    if folder.as_ref().is_ok_and(|folder| (self.is_left_out)(folder)) {
                        continue;
                    }
                    if let Err(failure) = folder.and_then(|folder| self.levels.enter(&folder, Arc::clone(&folder))) {
                        return Some(Err(failure));
                    }
                }
            }
        }
    }
}

/// The files that `path` stands for: those in it if it is a folder, else itself. Adds to `version_control` what was left out.
pub fn files_of(path: &Path, version_control: &mut usize) -> Vec<Result<PathBuf, Failure>> {
    let files = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Folder::open(path).map(FilesIn::new),
        Ok(metadata) if metadata.is_file() => return vec![Ok(path.to_owned())],
        Ok(_) => return Vec::new(),
        Err(source) => return vec![Err(cannot_read(path, source))],
    };
    match files {
        Ok(mut files) => {
            let all = files.by_ref().collect();
            *version_control += files.version_control();
            all
        }
        Err(error) => vec![Err(error.into())],
    }
}

/// Says how many files and folders of version control were left out.
pub fn tell_left_out(version_control: usize, observer: &dyn Observer) {
    match version_control {
        0 => {}
        1 => observer.hint("skipped 1 version-control folder"),
        more => observer.hint(&format!("skipped {more} version-control folders")),
    }
}
