//! `kenc git merge`: the merge driver.

use std::path::Path;

use kenc::document::merge::{self, Merge, MergedText, Version};
use kenc::document::{EncryptedDocument, OpenRequirements};
use kenc::error::{DocumentError, Error};
use kenc::formats::detect;
use kenc::formats::detect::Detected;
use kenc::keys::{Keyring, Vouchers};

use super::repository::ask;
use crate::args::git::GitMergeArgs;
use crate::documents;
use crate::failure::{Cause, CommandFault, Exit, Failure, GitFault, MergeConflicts};
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::formats::detect::is_native;
use kenc::ops::configs::Configs;
use kenc::ops::jobs::{hold, open_input};

pub fn run(args: &GitMergeArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = args.path.as_deref().unwrap_or(&args.ours);
    merge(args, path, configs, reporter).or_else(|failure| {
        let exit = reporter.failure(&failure);
        if is_conflict(&failure.cause) || exit == Exit::Interrupted {
            return Ok(exit);
        }
        reporter.hint(&format!(
            "nothing was merged; if git reports a conflict, take one side with `git checkout --ours {0}` or `git checkout --theirs {0}`; \
             if git stopped before that, `git -c merge.kenc.driver=false merge BRANCH` makes it a conflict",
            path.display()
        ));
        Ok(Exit::NotMerged(exit.code()))
    })
}

/// Whether somebody has to choose between the versions, each of which is as it should be. Everything else is a failure: git
/// must not take our version for what came of it.
fn is_conflict(cause: &Cause) -> bool {
    if let Some(CommandFault::Git(fault)) = cause.caller_fault() {
        return matches!(
            fault,
            GitFault::MergeConflicts(_) | GitFault::MergeOfWholeFiles(_) | GitFault::MergeOfNothing(_)
        );
    }
    match cause {
        Cause::Library(Error::Document(fault)) => {
            matches!(fault, DocumentError::Unmergeable(_) | DocumentError::WouldExpose { .. })
        }
        _ => false,
    }
}

fn merge(args: &GitMergeArgs, path: &Path, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let name = path.display().to_string();
    let about = || Failure::about(name.clone());
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &[path.to_owned()])?;
    signals::handle()?;
    let guards = session.guards(Some(path))?;
    let keyring = session.keyring_trusting(&guards.trusted);
    // git asks a merge driver, and it asks nobody: beside verified seals only what was written down vouches for keys.
    let vouchers = Vouchers::none().and_named(session.only()).and_trusted(&guards.trusted);
    let demands = sessions::demands(&session, &documents::no_demands(), guards.require_seal);

    let held = hold(&args.ours)?;
    let [base, ours, theirs] =
        [&args.base, &args.ours, &args.theirs].map(|file| Read::new(file, path).map_err(about()));
    let (base, ours, theirs) = (base?, ours?, theirs?);
    if [&base, &ours, &theirs].into_iter().any(|read| matches!(read, Read::WholeFile)) {
        return Err(GitFault::MergeOfWholeFiles(path.to_owned()).into());
    }
    if !matches!((&ours, &theirs), (Read::Sealed(_), _) | (_, Read::Sealed(_))) {
        return merge_text(args);
    }
    let is_nothing = || GitFault::MergeOfNothing(path.to_owned());
    let ours = ours.open(path, &[], &keyring, &demands)?.ok_or_else(is_nothing)?;
    let theirs = theirs.open(path, &[&ours], &keyring, &demands)?.ok_or_else(is_nothing)?;
    // What was once the rule of the config for seals says nothing about the past.
    let lenient = OpenRequirements { seal: kenc::document::SealRequirement::NotBroken, ..demands };
    let base = base.open(path, &[&ours, &theirs], &keyring, &lenient)?;

    let merged = merge::merge(base.as_ref(), &ours, &theirs, &keyring, &vouchers).map_err(about())?;
    let Merge { text, conflicts, disputes, comments_left_out, keys_added, keys_removed } = merged;
    if let MergedText::New(text) = text {
        documents::replace(held, &text).map_err(about())?;
    }
    for (keys, what) in [(keys_added, "opened"), (keys_removed, "no longer opened")] {
        if !keys.is_empty() {
            reporter.hint(&format!("{name}: after this merge it is {what} by {}", keys.join(", ")));
        }
    }
    if comments_left_out > 0 {
        reporter.hint(&format!(
            "{name}: comments of the other side left out where both sides changed the same lines: {comments_left_out}"
        ));
    }
    if conflicts.is_empty() && disputes.is_empty() {
        return Ok(Exit::Done);
    }
    let first = conflicts.first().map(|conflict| conflict.path.to_string());
    let conflicts = conflicts.iter().map(ToString::to_string);
    let conflicts = conflicts.chain(disputes.iter().map(ToString::to_string)).collect();
    Err(GitFault::MergeConflicts(Box::new(MergeConflicts { path: path.to_owned(), conflicts, first })).into())
}

/// A version as it was read.
enum Read {
    /// Nothing: there is no such version.
    Nothing,
    Sealed(Box<EncryptedDocument>),
    Clear(std::path::PathBuf),
    /// A kenc file.
    WholeFile,
}

impl Read {
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
        if is_native(&start) {
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

/// Nothing is encrypted: git merges it as it merges every other text.
fn merge_text(args: &GitMergeArgs) -> Result<Exit, Failure> {
    let mut words: Vec<std::ffi::OsString> =
        ["merge-file", "-L", "ours", "-L", "base", "-L", "theirs", "--"].map(Into::into).into();
    words.extend([&args.ours, &args.base, &args.theirs].map(Into::into));
    let answer = ask(words)?;
    match answer.code {
        Some(0) => Ok(Exit::Done),
        Some(1..=127) => Ok(Exit::Failed),
        _ => Err(GitFault::Failed(answer.message).into()),
    }
}
