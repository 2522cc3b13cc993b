//! Config files as the disk has them: their names, their paths, and their text within limits.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use crate::error::{ConfigError, ConfigFault, Result};
use crate::limits::LONGEST_CONFIG;

/// The name of kenc's own config.
pub const KENC_CONFIG: &str = ".kenc.yaml";
/// The name of the config of sops. Beside one of kenc it is not read.
pub const SOPS_CONFIG: &str = ".sops.yaml";
/// What these are often called by mistake.
pub(super) const MISNAMED: [&str; 2] = [".kenc.yml", ".sops.yml"];

/// Most folders that are looked into on the way up.
pub(super) const MAX_FOLDERS: usize = 100;

/// The text of a config.
pub(super) fn read_text(path: &Path) -> Result<String> {
    let fault = |fault| ConfigError::new(path, None, fault);
    let unreadable = |error: std::io::Error| {
        fault(ConfigFault::Unreadable(
            match error.kind() {
                ErrorKind::NotFound => "it does not exist",
                ErrorKind::PermissionDenied => "permission denied",
                ErrorKind::IsADirectory => "it is a directory",
                ErrorKind::InvalidData => "it is not UTF-8",
                _ => "the system reported an error",
            }
            .to_owned(),
        ))
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut content = Vec::new();
    file.take(LONGEST_CONFIG + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > LONGEST_CONFIG {
        return Err(fault(ConfigFault::TooLong(LONGEST_CONFIG)).into());
    }
    let text = String::from_utf8(content).map_err(|_| fault(ConfigFault::Unreadable("it is not UTF-8".to_owned())))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The folders whose configs hold for a file: its own and those above it, and the working folder and those above that.
pub(super) fn folders_for(path: Option<&Path>) -> BTreeSet<PathBuf> {
    let working = absolute(Path::new("."));
    let start = path.and_then(|path| absolute(path).parent().map(Path::to_path_buf));
    let folders = start.iter().chain([&working]).flat_map(|start| start.ancestors().take(MAX_FOLDERS));
    folders.map(Path::to_path_buf).collect()
}

/// Whether a config exists. A dangling link counts, and so does a file that cannot be examined: ignoring it would mean
/// using another config than the one meant. Reading it reports what is wrong.
pub(super) fn may_be_there(path: &Path) -> bool {
    use std::io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
    match path.symlink_metadata() {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), NotFound | NotADirectory | PermissionDenied | InvalidFilename),
    }
}

/// A path as messages name it: relative where it is in the working folder.
pub(super) fn shown(path: &Path, working: &Path) -> PathBuf {
    path.strip_prefix(working).unwrap_or(path).to_owned()
}

/// A path from the root, without `.` and `..`. As in sops, links are not followed: a rule is for the path that was typed.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}
