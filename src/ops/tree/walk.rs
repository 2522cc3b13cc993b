//! The walk through the given names and the folders among them, one file at a time.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;
use crate::fs::atomic::Access;
use crate::fs::attributes::Attributes;
use crate::fs::folder::{Folder, Made};

use super::file::{Branch, FileToDo, TreeFolder};
use super::levels::{Fate, LevelEntry, Levels};
use super::list::InputNames;
use super::prefix::{self, PrefixLayout, PrefixWalk};
use super::request::{Results, TreePlan};
use crate::ops::failure::{Cause, Failure};
use crate::ops::object_name::object_of;
use crate::ops::observer::Skipped;
use crate::ops::session::Session;
use crate::storage::s3::ObjectName;

/// The next item.
pub(super) enum TreeStep {
    File(FileToDo),
    LeftOut(Skipped, PathBuf),
    Failed(Failure),
}

/// How an object came to the walk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HowNamed {
    /// The user named it.
    Named,
    /// It is below a prefix.
    Found,
}

pub(super) struct Walk<'a> {
    session: &'a Session,
    pub(super) plan: &'a TreePlan,
    names: InputNames<'a>,
    levels: Levels<Folder, Branch>,
    /// The folder that is being gone through, as it was named.
    root: PathBuf,
    /// The objects that are being gone through.
    objects: Option<PrefixWalk<'a>>,
    /// The branch of the last named file, because the next one is often its neighbour.
    last: Option<(PathBuf, PathBuf, Arc<Branch>)>,
}

impl Iterator for Walk<'_> {
    type Item = TreeStep;

    fn next(&mut self) -> Option<TreeStep> {
        loop {
            let step = if let Some(entry) = self.levels.next() {
                entry.and_then(|entry| self.found(entry))
            } else if let Some(object) = self.objects.as_mut().and_then(Iterator::next) {
                object.and_then(|(object, place)| self.object(&object, &place, HowNamed::Found))
            } else {
                self.names.next()?.and_then(|path| self.named(&path))
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
    pub(super) fn new(session: &'a Session, plan: &'a TreePlan, names: InputNames<'a>) -> Self {
        Self { session, plan, names, levels: Levels::new(), root: PathBuf::new(), objects: None, last: None }
    }

    /// Something in a folder.
    fn found(&mut self, entry: LevelEntry<Branch>) -> Result<Option<TreeStep>, Failure> {
        let LevelEntry { branch, name, fate } = entry;
        let path = || branch.source.path_of(&name);
        let is_of_other_shard = || self.plan.shard.is_some() && !self.plan.has_file(&self.root, &path());
        match fate {
            Fate::LeftOut(_) | Fate::Done if is_of_other_shard() => Ok(None),
            Fate::LeftOut(why) => Ok(Some(TreeStep::LeftOut(why, path()))),
            Fate::Done => {
                let result_name = self.plan.result_name.of(&name);
                Ok(Some(TreeStep::File(FileToDo { branch, name, result_name, is_found: true })))
            }
            Fate::Entered => {
                let folder = branch.source.local().expect("only folders of this machine have levels");
                let source = folder.child(&name)?;
                if self.is_results(&source) {
                    return Ok(Some(TreeStep::LeftOut(Skipped::Results, path())));
                }
                let (results, restored) = match &branch.results {
                    None => (None, None),
                    Some(results) => self.results_for(results, &name, &source)?,
                };
                self.enter(Branch { source: TreeFolder::Local(source), results, restored, _above: Some(branch) })?;
                Ok(None)
            }
        }
    }

    fn enter(&mut self, branch: Branch) -> Result<(), Failure> {
        let branch = Arc::new(branch);
        let folder = branch.source.local().expect("only folders of this machine have levels");
        self.levels.enter(folder, Arc::clone(&branch))
    }

    fn is_results(&self, source: &Folder) -> bool {
        match &self.plan.results {
            Results::Below { root: TreeFolder::Local(root), .. } => {
                source.identity().is_some_and(|identity| root.identity() == Some(identity))
            }
            Results::Below { .. } | Results::InPlace | Results::Nowhere => false,
        }
    }

    /// The results folder for a folder, below that of the folder above it.
    fn results_for(
        &self,
        above: &TreeFolder,
        name: &OsStr,
        source: &Folder,
    ) -> Result<(Option<TreeFolder>, Option<Attributes>), Failure> {
        match above {
            TreeFolder::Local(above) => {
                let (results, made) = above.make_child(name, Access::Owner)?;
                let restored = self.attributes_for(&results, source, made);
                Ok((Some(TreeFolder::Local(results)), restored))
            }
            TreeFolder::Prefix(_) => Ok((Some(child_prefix(above, name)?), None)),
        }
    }

    /// Times and permissions that a results folder gets in the end: an existing one is left alone, unless a run is
    /// resumed or another shard may have made it.
    fn attributes_for(&self, results: &Folder, source: &Folder, made: Made) -> Option<Attributes> {
        if made == Made::Before {
            if !self.plan.shares_results() {
                return None;
            }
            // An earlier run may have made it read-only.
            make_writable(results);
        }
        let attributes = source.metadata().ok().map(|metadata| Attributes::of(&metadata, source.handle().ok()))?;
        // Another shard may still write to it. The last one to write sets the time again.
        Some(if self.plan.shard.is_some() { attributes.writable() } else { attributes })
    }

    /// Something that the user named.
    fn named(&mut self, path: &Path) -> Result<Option<TreeStep>, Failure> {
        if let Some(object) = object_of(path)? {
            return if object.is_prefix() || self.plan.has_file(path, path) {
                self.named_object(&object)
            } else {
                Ok(None)
            };
        }
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let metadata = std::fs::metadata(path);
        if metadata.as_ref().is_ok_and(std::fs::Metadata::is_dir) {
            return self.named_folder(path);
        }
        if !self.plan.has_file(path, path) {
            return Ok(None);
        }
        let metadata = metadata.map_err(failed)?;
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
                let source = TreeFolder::Local(Folder::open(folder)?);
                let results = self.results_below(below)?;
                let branch = Arc::new(Branch { source, results, restored: None, _above: None });
                self.last = Some((folder.to_owned(), below.to_owned(), Arc::clone(&branch)));
                branch
            }
        };
        let result_name = self.plan.result_name.of(given);
        Ok(Some(TreeStep::File(FileToDo { branch, name: name.to_owned(), result_name, is_found: false })))
    }

    /// An object that the user named, or the prefix of many.
    fn named_object(&mut self, object: &ObjectName) -> Result<Option<TreeStep>, Failure> {
        let is_mirror = matches!(self.plan.results, Results::Below { is_mirror: true, .. });
        let layout = match () {
            () if is_mirror => PrefixLayout::Mirror,
            () if self.plan.keeps_paths => PrefixLayout::WholeKey,
            () => PrefixLayout::LastName,
        };
        if !object.is_prefix() {
            let place = match layout {
                PrefixLayout::WholeKey => object.key.clone(),
                _ => object.key.rsplit('/').next().unwrap_or_default().to_owned(),
            };
            return self.object(object, &place, HowNamed::Named);
        }
        if !self.plan.recursive {
            return Err(Cause::InputIsPrefix(object.to_path()).into());
        }
        if let Results::Below { root: TreeFolder::Prefix(root), .. } = &self.plan.results
            && root.bucket == object.bucket
            && root.key.starts_with(&object.key)
        {
            // What is written there would be listed as well.
            return Err(Cause::OutputIsInput(root.to_path()).into());
        }
        self.objects = Some(PrefixWalk::new(self.session, object, layout, self.plan.shard));
        Ok(None)
    }

    /// An object, whose result has `place` below the results folder.
    fn object(&mut self, object: &ObjectName, place: &str, origin: HowNamed) -> Result<Option<TreeStep>, Failure> {
        let path = object.to_path();
        if let Some(why) = prefix::left_out(place, origin == HowNamed::Found) {
            return Ok(Some(TreeStep::LeftOut(why, path)));
        }
        let (folder, name) = object.key.rsplit_once('/').map_or(("", &*object.key), |(folder, name)| (folder, name));
        if name.is_empty() {
            // The marker of a folder, which some programs make.
            return Ok(None);
        }
        let source = ObjectName {
            bucket: object.bucket.clone(),
            key: object.key[..object.key.len() - name.len()].to_owned(),
            version: object.version.clone(),
        };
        let is_found = origin == HowNamed::Found;
        let below = match &self.plan.results {
            Results::Below { root: TreeFolder::Local(_), .. } => prefix::local_folder(place, &path)?,
            Results::Below { .. } => prefix::folder(place),
            Results::InPlace => return Err(Cause::ObjectInPlace(path).into()),
            Results::Nowhere => PathBuf::new(),
        };
        let last_folder = PathBuf::from(format!("{}/{folder}", object.bucket));
        let branch = match &self.last {
            Some((last, last_below, branch))
                if *last == last_folder && *last_below == below && source.version.is_none() =>
            {
                Arc::clone(branch)
            }
            _ => {
                let results = match &self.plan.results {
                    Results::Below { root: TreeFolder::Prefix(root), .. } => {
                        // A key may have any text between its slashes, which stays as it is.
                        let kept = &place[..place.len() - name.len().min(place.len())];
                        Some(TreeFolder::Prefix(root.below(kept)))
                    }
                    _ => self.results_below(&below)?,
                };
                let source = TreeFolder::Prefix(source);
                let branch = Arc::new(Branch { source, results, restored: None, _above: None });
                self.last = Some((last_folder, below, Arc::clone(&branch)));
                branch
            }
        };
        let name = OsStr::new(name).to_owned();
        let result_name = self.plan.result_name.of(&name);
        Ok(Some(TreeStep::File(FileToDo { branch, name, result_name, is_found })))
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
            Results::Below { root: TreeFolder::Local(root), is_mirror: true, made } => {
                (Some(TreeFolder::Local(root.clone())), self.attributes_for(root, &source, *made))
            }
            Results::Below { root, is_mirror: true, .. } => (Some(root.clone()), None),
            Results::Below { .. } => {
                let place = self.place_below(path)?;
                let above = self.results_below(place.parent().unwrap_or(Path::new("")))?;
                match (above, place.file_name()) {
                    (Some(above), Some(name)) => self.results_for(&above, name, &source)?,
                    (above, _) => (above, None),
                }
            }
            Results::InPlace | Results::Nowhere => (None, None),
        };
        path.clone_into(&mut self.root);
        self.enter(Branch { source: TreeFolder::Local(source), results, restored, _above: None })?;
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

    fn results_below(&self, place: &Path) -> Result<Option<TreeFolder>, Failure> {
        let Results::Below { root, .. } = &self.plan.results else { return Ok(None) };
        let mut folder = root.clone();
        for component in place.components() {
            folder = match &folder {
                TreeFolder::Local(above) => {
                    TreeFolder::Local(above.make_child(component.as_os_str(), Access::Umask)?.0)
                }
                TreeFolder::Prefix(_) => child_prefix(&folder, component.as_os_str())?,
            };
        }
        Ok(Some(folder))
    }
}

/// The prefix of a folder below another prefix.
fn child_prefix(above: &TreeFolder, name: &OsStr) -> Result<TreeFolder, Failure> {
    let object = above.object(name)?.expect("what is below a prefix is an object");
    Ok(TreeFolder::Prefix(ObjectName { key: format!("{}/", object.key), ..object }))
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
