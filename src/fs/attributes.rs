//! What a copy of a file keeps beside its content: who may do what with it, and when it was last written to.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::time::SystemTime;

/// Permissions and time of a file or a folder.
#[derive(Clone, Debug)]
pub struct Attributes {
    permissions: Permissions,
    modified: Option<SystemTime>,
    owner: Option<(u32, u32)>,
}

impl Attributes {
    /// Takes them from what the system says of a file.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        Self { permissions: metadata.permissions(), modified: metadata.modified().ok(), owner: owner(metadata) }
    }

    /// When the file was last written to, where the system knows.
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// Gives them to another file or folder. The owner is not among them.
    ///
    /// The bits that make a program run as its owner are given only if the owner is the same: somebody else's program
    /// must not become one that runs as us.
    ///
    /// # Errors
    /// As the system gives them.
    pub fn restore(&self, file: &File) -> io::Result<()> {
        let Self { permissions, modified, owner } = self;
        restore_permissions(file, permissions, *owner)?;
        match modified {
            Some(modified) => file.set_modified(*modified),
            None => Ok(()),
        }
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems have no owners")]
fn owner(metadata: &Metadata) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.uid(), metadata.gid()))
}

#[cfg(not(unix))]
fn owner(_metadata: &Metadata) -> Option<(u32, u32)> {
    None
}

#[cfg(unix)]
fn restore_permissions(file: &File, permissions: &Permissions, of: Option<(u32, u32)>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    const SPECIAL: u32 = 0o7000;
    let mut mode = permissions.mode() & 0o7777;
    if mode & SPECIAL != 0 && owner(&file.metadata()?) != of {
        mode &= !SPECIAL;
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// A file that only may be read here could not be written to again, so this system's one bit stays behind.
#[cfg(not(unix))]
fn restore_permissions(_file: &File, _permissions: &Permissions, _of: Option<(u32, u32)>) -> io::Result<()> {
    Ok(())
}
