//! `kenc git merge`: the merge driver.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::fault::{GitFault, MergeConflicts};
use super::program::ask;
use crate::document::merge::{self, Merge, MergedText, Version};
use crate::document::{EncryptedDocument, MacRequirement, OpenRequirements, SealRequirement};
use crate::error::{DocumentError, Error};
use crate::formats::detect::{self, Detected, is_whole_file};
use crate::keys::{Keyring, Vouchers};
use crate::ops::documents::written::replace;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::{hold, open_input};
use crate::ops::session::Session;

/// The files that git passes to a merge driver.
pub struct MergeSides {
    /// The common base.
    pub base: PathBuf,
    /// Our version, which becomes the result.
    pub ours: PathBuf,
    /// Their version.
    pub theirs: PathBuf,
}

/// The result of a successful merge.
#[derive(Debug)]
pub enum MergeOutcome {
    /// An encrypted document.
    Merged,
    /// Plaintext, merged as git does it.
    Text,
    /// The same, with conflict markers.
    TextWithConflicts,
}

/// Facts to report about a merged document.
#[derive(Debug)]
pub struct MergeNews {
    /// Keys that now open it.
    pub keys_added: Vec<String>,
    /// Keys that no longer do.
    pub keys_removed: Vec<String>,
    /// The number of comments of the other side that are left out.
    pub comments_left_out: usize,
}

/// Whether somebody has to choose between the versions, which are both intact. Everything else is a failure: git must
/// not take our version for the result.
#[must_use]
pub fn is_conflict(cause: &Cause) -> bool {
    match cause {
        Cause::Git(fault) => {
            matches!(fault, GitFault::MergeConflicts(_) | GitFault::MergeOfWholeFiles(_) | GitFault::MergeOfNothing(_))
        }
        Cause::Library(Error::Document(fault)) => {
            matches!(fault, DocumentError::Unmergeable(_) | DocumentError::WouldExpose { .. })
        }
        _ => false,
    }
}

/// Merges two versions of the file at `path` into ours. `news` is told what was merged, even if conflicts are left.
///
/// # Errors
/// If a version cannot be opened, or somebody has to choose between them: see [`is_conflict`].
pub fn merge(
    session: &Session,
    sides: &MergeSides,
    path: &Path,
    news: impl FnOnce(&MergeNews),
) -> Result<MergeOutcome, Failure> {
    let about = || Failure::about(path.display().to_string());
    let guards = session.guards(Some(path))?;
    let keyring = session.keyring_trusting(&guards.trusted);
    // A merge driver cannot ask anybody: besides verified seals, only configs vouch for keys.
    let vouchers = Vouchers::none().and_named(session.only()).and_trusted(&guards.trusted);
    let seal = if guards.require_seal { SealRequirement::Verified } else { SealRequirement::NotBroken };
    let demands = session.document_demands(MacRequirement::Right, seal);

    let held = hold(&sides.ours, session)?;
    let [base, ours, theirs] =
        [&sides.base, &sides.ours, &sides.theirs].map(|file| SideRead::new(file, path).map_err(about()));
    let (base, ours, theirs) = (base?, ours?, theirs?);
    if [&base, &ours, &theirs].into_iter().any(|read| matches!(read, SideRead::WholeFile)) {
        return Err(GitFault::MergeOfWholeFiles(path.to_owned()).into());
    }
    if !matches!((&ours, &theirs), (SideRead::Sealed(_), _) | (_, SideRead::Sealed(_))) {
        return merge_text(sides);
    }
    let is_nothing = || GitFault::MergeOfNothing(path.to_owned());
    let ours = ours.open(path, &[], &keyring, &demands)?.ok_or_else(is_nothing)?;
    let theirs = theirs.open(path, &[&ours], &keyring, &demands)?.ok_or_else(is_nothing)?;
    // An earlier config's rule about seals says nothing about the past.
    let lenient = OpenRequirements { seal: SealRequirement::NotBroken, ..demands };
    let base = base.open(path, &[&ours, &theirs], &keyring, &lenient)?;

    let merged = merge::merge(base.as_ref(), &ours, &theirs, &keyring, &vouchers).map_err(about())?;
    let Merge { text, conflicts, disputes, comments_left_out, keys_added, keys_removed } = merged;
    if let MergedText::New(text) = text {
        replace(held, &text).map_err(about())?;
    }
    let told = MergeNews { keys_added, keys_removed, comments_left_out };
    news(&told);
    if conflicts.is_empty() && disputes.is_empty() {
        return Ok(MergeOutcome::Merged);
    }
    let first = conflicts.first().map(|conflict| conflict.path.to_string());
    let conflicts = conflicts.iter().map(ToString::to_string);
    let conflicts = conflicts.chain(disputes.iter().map(ToString::to_string)).collect();
    Err(GitFault::MergeConflicts(Box::new(MergeConflicts { path: path.to_owned(), conflicts, first })).into())
}

/// A version as it was read.
enum SideRead {
    /// There is no such version.
    Nothing,
    Sealed(Box<EncryptedDocument>),
    Clear(PathBuf),
    /// It is encrypted as a whole.
    WholeFile,
}

impl SideRead {
    fn new(file: &Path, path: &Path) -> Result<Self, Error> {
        let open = || {
            open_input(Some(file)).map_err(|failure| match failure.cause {
                Cause::Library(error) => error,
                _ => Error::io(format!("read {}", file.display()), std::io::ErrorKind::IsADirectory.into()),
            })
        };
        let (start, input) = open()?.peek()?;
        if start.is_empty() {
            return Ok(Self::Nothing);
        }
        if is_whole_file(&start) {
            return Ok(Self::WholeFile);
        }
        Ok(match Detected::new(input, Some(path), None)? {
            Detected::Document(sealed) => Self::Sealed(sealed),
            _ => Self::Clear(file.to_owned()),
        })
    }

    fn open(
        self,
        path: &Path,
        others: &[&Version],
        keyring: &Keyring<'_>,
        demands: &OpenRequirements,
    ) -> Result<Option<Version>, Failure> {
        let about = || Failure::about(path.display().to_string());
        Ok(match self {
            Self::Nothing | Self::WholeFile => None,
            Self::Sealed(sealed) => {
                let opened = sealed.open_beside(others, keyring, demands).map_err(about())?;
                Some(Version::Opened(Box::new(opened)))
            }
            Self::Clear(file) => {
                let document = detect::read_plaintext(open_input(Some(&file))?, Some(path), None);
                Some(Version::Clear(Box::new(document.map_err(about())?)))
            }
        })
    }
}

/// Nothing is encrypted: git merges it as any other text.
fn merge_text(sides: &MergeSides) -> Result<MergeOutcome, Failure> {
    let mut words: Vec<OsString> =
        ["merge-file", "-L", "ours", "-L", "base", "-L", "theirs", "--"].map(Into::into).into();
    words.extend([&sides.ours, &sides.base, &sides.theirs].map(Into::into));
    let answer = ask(words)?;
    match answer.code {
        Some(0) => Ok(MergeOutcome::Text),
        Some(1..=127) => Ok(MergeOutcome::TextWithConflicts),
        _ => Err(GitFault::Failed(answer.message).into()),
    }
}
