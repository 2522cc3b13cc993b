//! The walk through the given names and the folders among them, one file at a time.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;
use crate::fs::atomic::Access;
use crate::fs::attributes::Attributes;
use crate::fs::folder::{Folder, Made};

use super::file::{Branch, FileToDo};
use super::levels::{Fate, LevelEntry, Levels};
use super::list::InputNames;
use super::request::{Results, TreePlan};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Skipped;

/// The next item.
pub(super) enum TreeStep {
    File(FileToDo),
    LeftOut(Skipped, PathBuf),
    Failed(Failure),
}

pub(super) struct Walk<'a> {
    plan: &'a TreePlan,
    names: InputNames<'a>,
    levels: Levels<Folder, Branch>,
    /// The branch of the last named file, because the next one is often its neighbour.
    last: Option<(PathBuf, PathBuf, Arc<Branch>)>,
}

impl Iterator for Walk<'_> {
    type Item = TreeStep;

    fn next(&mut self) -> Option<TreeStep> {
        loop {
            let step = match self.levels.next() {
                Some(entry) => entry.and_then(|entry| self.found(entry)),
                None => self.names.next()?.and_then(|path| self.named(&path)),
            };
            match step {
                Ok(None) => {}
                Ok(Some(step)) => return Some(step),
                Err(failure) => return Some(TreeStep::Failed(failure)),
            }
        }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(plan: &'a TreePlan, names: InputNames<'a>) -> Self {
        Self { plan, names, levels: Levels::new(), last: None }
    }

    /// Something in a folder.
    fn found(&mut self, entry: LevelEntry<Branch>) -> Result<Option<TreeStep>, Failure> {
        let LevelEntry { branch, name, fate } = entry;
        let path = || branch.source.path_of(&name);
        match fate {
            Fate::LeftOut(why) => Ok(Some(TreeStep::LeftOut(why, path()))),
            Fate::Done => {
                let result_name = self.plan.result_name.of(&name);
                Ok(Some(TreeStep::File(FileToDo { branch, name, result_name, is_found: true })))
            }
            Fate::Entered => {
                let source = branch.source.child(&name)?;
                if self.is_results(&source) {
                    return Ok(Some(TreeStep::LeftOut(Skipped::Results, path())));
                }
                let (results, restored) = match &branch.results {
                    None => (None, None),
                    Some(results) => {
                        let (results, made) = results.make_child(&name, Access::Owner)?;
                        let restored = self.attributes_for(&results, &source, made);
                        (Some(results), restored)
                    }
                };
                self.enter(Branch { source, results, restored, _above: Some(branch) })?;
                Ok(None)
            }
        }
    }

    fn enter(&mut self, branch: Branch) -> Result<(), Failure> {
        let branch = Arc::new(branch);
        self.levels.enter(&branch.source, Arc::clone(&branch))
    }

    fn is_results(&self, source: &Folder) -> bool {
        match &self.plan.results {
            Results::Below { root, .. } => source.identity().is_some_and(|identity| root.identity() == Some(identity)),
            Results::InPlace | Results::Nowhere => false,
        }
    }

    /// Times and permissions that a results folder gets in the end: an existing one is left alone, unless a run is
    /// resumed.
    fn attributes_for(&self, results: &Folder, source: &Folder, made: Made) -> Option<Attributes> {
        if made == Made::Before {
            if !self.plan.resume {
                return None;
            }
            // An earlier run may have made it read-only.
            make_writable(results);
        }
        source.metadata().ok().map(|metadata| Attributes::of(&metadata, source.handle().ok()))
    }

    /// Something that the user named.
    fn named(&mut self, path: &Path) -> Result<Option<TreeStep>, Failure> {
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let metadata = std::fs::metadata(path).map_err(failed)?;
        if metadata.is_dir() {
            return self.named_folder(path);
        }
        if !metadata.is_file() {
            return Ok(Some(TreeStep::LeftOut(Skipped::Special, path.to_owned())));
        }
        let given = path.file_name().ok_or_else(|| Cause::NotAFile(path.to_owned()))?;
        let below = self.place_below(path)?;
        let below = below.parent().unwrap_or(Path::new(""));
        let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        let real = if is_link { std::fs::canonicalize(path).map_err(failed)? } else { path.to_owned() };
        let folder = real.parent().unwrap_or(Path::new(""));
        let name = real.file_name().ok_or_else(|| Cause::NotAFile(path.to_owned()))?;
        let branch = match &self.last {
            Some((last_folder, last_below, branch)) if last_folder == folder && last_below == below => {
                Arc::clone(branch)
            }
            _ => {
                let source = Folder::open(folder)?;
                let results = self.results_below(below)?;
                let branch = Arc::new(Branch { source, results, restored: None, _above: None });
                self.last = Some((folder.to_owned(), below.to_owned(), Arc::clone(&branch)));
                branch
            }
        };
        let result_name = self.plan.result_name.of(given);
        Ok(Some(TreeStep::File(FileToDo { branch, name: name.to_owned(), result_name, is_found: false })))
    }

    fn named_folder(&mut self, path: &Path) -> Result<Option<TreeStep>, Failure> {
        if !self.plan.recursive {
            return Err(Cause::InputIsDirectory(path.to_owned()).into());
        }
        let source = Folder::open(path)?;
        if self.is_results(&source) {
            return Err(Cause::OutputIsInput(path.to_owned()).into());
        }
        let (results, restored) = match &self.plan.results {
            Results::Below { root, is_mirror: true, made } => {
                (Some(root.clone()), self.attributes_for(root, &source, *made))
            }
            Results::Below { .. } => {
                let place = self.place_below(path)?;
                let above = self.results_below(place.parent().unwrap_or(Path::new("")))?;
                match (above, place.file_name()) {
                    (Some(above), Some(name)) => {
                        let (results, made) = above.make_child(name, Access::Owner)?;
                        let restored = self.attributes_for(&results, &source, made);
                        (Some(results), restored)
                    }
                    (above, _) => (above, None),
                }
            }
            Results::InPlace | Results::Nowhere => (None, None),
        };
        self.enter(Branch { source, results, restored, _above: None })?;
        Ok(None)
    }

    /// The path of the result of a named input, below the results folder.
    fn place_below(&self, path: &Path) -> Result<PathBuf, Failure> {
        if !matches!(self.plan.results, Results::Below { .. }) {
            return Ok(PathBuf::new());
        }
        if !self.plan.keeps_paths {
            let real = || std::fs::canonicalize(path).ok()?.file_name().map(OsStr::to_owned);
            let name = path.file_name().map(OsStr::to_owned).or_else(real);
            return Ok(name.map(PathBuf::from).unwrap_or_default());
        }
        let mut place = PathBuf::new();
        for component in path.components() {
            match component {
                Component::Normal(name) => place.push(name),
                Component::ParentDir => return Err(Cause::LeadsOut(path.to_owned()).into()),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        Ok(place)
    }

    fn results_below(&self, place: &Path) -> Result<Option<Folder>, Failure> {
        let Results::Below { root, .. } = &self.plan.results else { return Ok(None) };
        let mut folder = root.clone();
        for component in place.components() {
            (folder, _) = folder.make_child(component.as_os_str(), Access::Umask)?;
        }
        Ok(Some(folder))
    }
}

#[cfg(unix)]
fn make_writable(folder: &Folder) {
    use std::os::unix::fs::PermissionsExt;
    const OURS: u32 = 0o700;
    if let (Ok(metadata), Ok(handle)) = (folder.metadata(), folder.handle()) {
        let mode = metadata.permissions().mode();
        if mode & OURS != OURS {
            // If it is not ours to change, writing to it will fail with a message.
            let _ = handle.set_permissions(std::fs::Permissions::from_mode(mode & 0o7777 | OURS));
        }
    }
}

#[cfg(not(unix))]
fn make_writable(_folder: &Folder) {}
