//! Where edits are kept that could not be saved: beside the file, in the state folder, or in memory.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::kept_edits::KeptEdits;
use crate::crypto::sha256;
use crate::error::{Error, Result};
use crate::fs::atomic::{Access, AtomicFile, Existing, Sync};
use crate::fs::scratch;
use crate::ops::places::state_folder;

/// Maximum number of files with edits of one file.
const MOST_KEPT: u32 = 100;
/// Their file name suffix.
const ENDING: &str = ".kenc-edit";

impl KeptEdits {
    /// Where a resumed run looks for them first, if they are in another file of that folder.
    #[must_use]
    pub fn place_to_move_to(&self) -> Option<PathBuf> {
        let Self::Encrypted { file, recovery } = self else { return None };
        let usual = places(file).into_iter().find(|place| recovery.parent() == place.parent());
        usual.filter(|usual| usual != recovery)
    }

    /// Whether a restart of the machine clears them.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        match self {
            Self::Encrypted { recovery, .. } => {
                scratch::places_in_memory().iter().any(|place| recovery.parent() == Some(place))
            }
            Self::InTheClear { .. } => true,
        }
    }
}

/// Edits of a file that an earlier run kept.
pub(super) fn kept_before(file: &Path) -> Option<PathBuf> {
    let beside = beside(file);
    places(file).into_iter().find(|place| if *place == beside { place.exists() } else { is_ours(place) })
}

/// Keeps encrypted edits, and returns where. Those of somebody else who edits the same file are left alone; `earlier`,
/// which these continue, is replaced.
pub(super) fn keep(file: &Path, sealed: &[u8], earlier: Option<&Path>) -> Result<PathBuf> {
    let mut outcome = Err(Error::WouldOverwrite(beside(file)));
    for place in places(file) {
        let written = write(&place, sealed, earlier);
        match (&outcome, &written) {
            // The error of the first place is the one that the user can fix.
            (_, Ok(_)) | (Err(Error::WouldOverwrite(_)), _) => outcome = written,
            _ => {}
        }
        if let Ok(path) = &outcome {
            if let Some(earlier) = earlier.filter(|earlier| earlier != path) {
                let _ = std::fs::remove_file(earlier);
            }
            break;
        }
    }
    outcome
}

/// The places, in this order.
fn places(file: &Path) -> Vec<PathBuf> {
    let elsewhere = name_elsewhere(file);
    let state = state_folder().map(|folder| folder.join(&elsewhere));
    let memory = scratch::places_in_memory().into_iter().map(|folder| folder.join(&elsewhere));
    std::iter::once(beside(file)).chain(state).chain(memory).collect()
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

/// Files from different folders share this place, so the name has a digest of the whole path, which does not reveal it.
fn name_elsewhere(file: &Path) -> OsString {
    const LONGEST: usize = 64;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default();
    let whole = std::fs::canonicalize(folder).map(|folder| folder.join(name));
    let whole = whole.or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.to_owned());
    let digest = sha256(whole.as_os_str().as_encoded_bytes());
    let digits = digest.iter().take(8).fold(0_u64, |digits, byte| digits << 8 | u64::from(*byte));
    let shown: String = name.to_string_lossy().chars().filter(char::is_ascii_graphic).take(LONGEST).collect();
    format!("kenc-edit-{shown}-{digits:016x}{ENDING}").into()
}

fn write(usual: &Path, sealed: &[u8], earlier: Option<&Path>) -> Result<PathBuf> {
    let is_elsewhere = state_folder().is_some_and(|folder| usual.parent() == Some(&folder));
    if is_elsewhere && let Some(folder) = usual.parent() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|source| Error::io(format!("make the folder {}", folder.display()), source))?;
    }
    let numbered = |number: u32| {
        let mut name = usual.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    for path in std::iter::once(usual.to_owned()).chain((1..MOST_KEPT).map(numbered)) {
        let existing = if earlier == Some(&path) { Existing::Replace } else { Existing::Refuse };
        let written = AtomicFile::create(&path, existing, Access::Owner, Sync::Always).and_then(|output| {
            output.file().write_all(sealed).map_err(Error::Write)?;
            output.commit()
        });
        match written {
            Err(Error::WouldOverwrite(_)) => {}
            written => return written.map(|()| path),
        }
    }
    Err(Error::WouldOverwrite(usual.to_owned()))
}

/// Anybody can put a file into a shared folder.
#[cfg(unix)]
fn is_ours(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let us = rustix::process::geteuid().as_raw();
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.uid() == us)
}

#[cfg(not(unix))]
fn is_ours(path: &Path) -> bool {
    path.is_file()
}
