//! Permissions and modification times of files and folders.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use crate::error::{Error, Result};

/// Permissions and time of a file or a folder.
#[derive(Clone, Debug)]
pub struct Attributes {
    permissions: Permissions,
    modified: Option<SystemTime>,
    owner: Option<(u32, u32)>,
    /// Whether they are the recorded permissions of a plaintext.
    are_carried: bool,
}

impl Attributes {
    /// Takes them from an open file or folder, if it can be opened, and from what the system says of it. Where it has an
    /// access-control list, its group counts with what the list lets it do.
    #[must_use]
    pub fn of(metadata: &Metadata, file: Option<&File>) -> Self {
        let permissions = permissions_of(metadata, file);
        Self { permissions, modified: metadata.modified().ok(), owner: owner(metadata), are_carried: false }
    }

    /// Those for the plaintext of an encrypted file: only its owner may read it, unless the encrypted file carries what
    /// the plaintext once had ([`Attributes::record`]).
    #[must_use]
    pub fn of_plaintext(metadata: &Metadata, file: &File) -> Self {
        let own = Self::of(metadata, Some(file));
        match carried(metadata, file, &own.permissions) {
            Some((permissions, owner)) => Self { permissions, owner: Some(owner), are_carried: true, ..own },
            None => Self { permissions: of_owner_alone(&own.permissions), ..own },
        }
    }

    /// The same, so that the owner may change what is in a folder.
    #[must_use]
    pub fn writable(self) -> Self {
        Self { permissions: writable(&self.permissions), ..self }
    }

    /// Modification time, if the system has one.
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// Applies them to another file or folder, except for the owner.
    ///
    /// The bits that make a program run as its owner are given only if the owner is the same: somebody else's program
    /// must not become one that runs as us. A group that is another one gets no more than everybody has.
    ///
    /// # Errors
    /// Errors of the system.
    pub fn restore(&self, file: &File) -> io::Result<()> {
        restore_permissions(file, &self.permissions, self.owner)?;
        self.restore_time(file)
    }

    /// Applies only the time to another file.
    ///
    /// # Errors
    /// Errors of the system.
    pub fn restore_time(&self, file: &File) -> io::Result<()> {
        match self.modified {
            Some(modified) => file.set_modified(modified),
            None => Ok(()),
        }
    }

    /// Takes from a file, which has the permissions of an encrypted one, those that its plaintext does not have.
    ///
    /// # Errors
    /// Errors of the system.
    pub fn narrow(&self, file: &File) -> io::Result<()> {
        // A list that was kept on the way to the encrypted file and back is what the plaintext had.
        if self.are_carried && has_access_list(file)? {
            return Ok(());
        }
        narrow_permissions(file, &self.permissions)
    }

    /// Notes them in an encrypted file, for its plaintext. It is no error if the file system has no place for this: then
    /// the plaintext is for its owner only.
    pub fn record(&self, encrypted: &File) {
        #[cfg(target_os = "linux")]
        record::write(encrypted, &self.permissions, self.owner);
        #[cfg(not(target_os = "linux"))]
        let _ = encrypted;
    }
}

/// Gives a new file what an old one has that it replaces: owner and permissions, and on Linux its access-control list,
/// its security label and its other extended attributes.
///
/// Only root may give a file away: another user's new file belongs to who wrote it, as with `cp`.
pub(super) fn take_over(new: &File, old: &File, named: &Path) -> Result<()> {
    let failed = |source| Error::io(format!("write {}", named.display()), source);
    let metadata = old.metadata().map_err(failed)?;
    give_owner(new, &metadata);
    let of_new = new.metadata().map_err(failed)?;
    let is_same_group = owner(&of_new).map(|(_, group)| group) == owner(&metadata).map(|(_, group)| group);
    #[cfg(target_os = "linux")]
    super::xattr::take_over(new, old, is_same_group).map_err(|super::xattr::NotKept { attribute, source }| {
        Error::CannotKeep { path: named.to_owned(), attribute, source }
    })?;
    set_permissions(new, &metadata, is_same_group, owner(&of_new) == owner(&metadata)).map_err(failed)
}

/// Forgets what an encrypted file carried, in the plaintext that took its place.
pub(super) fn forget_record(plaintext: &File) {
    #[cfg(target_os = "linux")]
    let _ = super::xattr::remove(plaintext, record::NAME);
    #[cfg(not(target_os = "linux"))]
    let _ = plaintext;
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

/// Bits that make a program run as its owner, and the like.
#[cfg(unix)]
const SPECIAL: u32 = 0o7000;
#[cfg(unix)]
const GROUP: u32 = 0o070;

#[cfg(unix)]
fn permissions_of(metadata: &Metadata, file: Option<&File>) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    #[cfg(target_os = "linux")]
    if let Some(file) = file {
        // An access-control list that cannot be read grants nothing.
        let group = super::xattr::group_by_access_list(file).unwrap_or(Some(0));
        return Permissions::from_mode(group.map_or(mode, |group| mode & !GROUP | group << 3));
    }
    let _ = file;
    Permissions::from_mode(mode)
}

#[cfg(not(unix))]
fn permissions_of(metadata: &Metadata, _file: Option<&File>) -> Permissions {
    metadata.permissions()
}

/// A mode for a file of another group, which gets no more permissions than other users.
#[cfg(unix)]
fn limited_group(mode: u32) -> u32 {
    mode & !GROUP | mode & GROUP & (mode & 0o7) << 3
}

#[cfg(unix)]
fn restore_permissions(file: &File, permissions: &Permissions, of: Option<(u32, u32)>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut mode = permissions.mode() & 0o7777;
    let metadata = file.metadata()?;
    let owner = owner(&metadata);
    if owner != of {
        mode &= !SPECIAL;
    }
    if owner.map(|(_, group)| group) != of.map(|(_, group)| group) {
        mode = limited_group(mode);
    }
    // With a list that it got from its folder, the group's part of the mode would let in whom the list names.
    #[cfg(target_os = "linux")]
    super::xattr::remove_access_list(file)?;
    if metadata.permissions().mode() & 0o7777 == mode {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// A file that only may be read here could not be written to again, so this system's one bit stays behind.
#[cfg(not(unix))]
fn restore_permissions(_file: &File, _permissions: &Permissions, _of: Option<(u32, u32)>) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn narrow_permissions(file: &File, permissions: &Permissions) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode() & 0o7777;
    file.set_permissions(Permissions::from_mode(mode & permissions.mode()))
}

#[cfg(not(unix))]
fn narrow_permissions(_file: &File, _permissions: &Permissions) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn give_owner(new: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(new, Some(old.uid()), Some(old.gid())).or_else(|_| fchown(new, None, Some(old.gid())));
}

#[cfg(not(unix))]
fn give_owner(_new: &File, _old: &Metadata) {}

#[cfg(unix)]
fn set_permissions(new: &File, old: &Metadata, is_same_group: bool, is_same_owner: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut mode = old.permissions().mode() & 0o7777;
    if !is_same_owner {
        mode &= !SPECIAL;
    }
    // With a list, the group's part of the mode is the mask, and the list has been limited.
    if !is_same_group && !has_access_list(new)? {
        mode = limited_group(mode);
    }
    new.set_permissions(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_permissions(_new: &File, _old: &Metadata, _is_same_group: bool, _is_same_owner: bool) -> io::Result<()> {
    Ok(())
}

/// What an encrypted file carries for its plaintext, within what the file itself permits: whoever may write to a file may
/// note something in it, but only its owner may let others read it.
#[cfg(target_os = "linux")]
fn carried(metadata: &Metadata, file: &File, own: &Permissions) -> Option<(Permissions, (u32, u32))> {
    use std::os::unix::fs::PermissionsExt;
    let (mode, owner) = record::read(metadata, file)?;
    Some((Permissions::from_mode(mode & own.mode()), owner))
}

#[cfg(not(target_os = "linux"))]
fn carried(_metadata: &Metadata, _file: &File, _own: &Permissions) -> Option<(Permissions, (u32, u32))> {
    None
}

#[cfg(unix)]
fn writable(permissions: &Permissions) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(permissions.mode() | 0o700)
}

#[cfg(not(unix))]
fn writable(permissions: &Permissions) -> Permissions {
    permissions.clone()
}

#[cfg(unix)]
fn of_owner_alone(permissions: &Permissions) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(permissions.mode() & 0o700)
}

#[cfg(not(unix))]
fn of_owner_alone(permissions: &Permissions) -> Permissions {
    permissions.clone()
}

#[cfg(target_os = "linux")]
fn has_access_list(file: &File) -> io::Result<bool> {
    Ok(super::xattr::group_by_access_list(file)?.is_some())
}

#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "Linux has such lists")]
fn has_access_list(_file: &File) -> io::Result<bool> {
    Ok(false)
}

/// Permissions of a plaintext, in an attribute of the encrypted file: `640 1000:1000`.
#[cfg(target_os = "linux")]
mod record {
    use std::ffi::CStr;
    use std::fs::{File, Metadata, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use crate::fs::xattr;

    pub(super) const NAME: &CStr = c"user.kenc.plaintext_mode";

    pub(super) fn write(encrypted: &File, permissions: &Permissions, owner: Option<(u32, u32)>) {
        if let Some((user, group)) = owner {
            let mode = permissions.mode() & 0o7777;
            let _ = xattr::set(encrypted, NAME, format!("{mode:o} {user}:{group}").as_bytes());
        }
    }

    /// What is noted, if the file is ours or root's: anybody else could have noted that all may read it.
    pub(super) fn read(metadata: &Metadata, encrypted: &File) -> Option<(u32, (u32, u32))> {
        if metadata.uid() != rustix::process::geteuid().as_raw() && metadata.uid() != 0 {
            return None;
        }
        let text = String::from_utf8(xattr::get(encrypted, NAME).ok()??).ok()?;
        let (mode, owner) = text.split_once(' ')?;
        let (user, group) = owner.split_once(':')?;
        Some((u32::from_str_radix(mode, 8).ok()?, (user.parse().ok()?, group.parse().ok()?)))
    }
}
