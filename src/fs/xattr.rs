//! Extended attributes: access-control lists, security labels, and what users keep beside a file.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
use rustix::io::Errno;

/// The access-control list of a file, in the layout of Linux: a version, then an entry for each who may do something.
const ACCESS_LIST: &CStr = c"system.posix_acl_access";
const VERSION: [u8; 4] = 2_u32.to_le_bytes();
const ENTRY_LEN: usize = 8;
/// Kind of the entry for the group of the file.
const GROUP: u16 = 0x04;
/// Kind of the entry that limits all others but those of the owner and of everybody else.
const MASK: u16 = 0x10;
/// Kind of the entry for everybody else.
const OTHER: u16 = 0x20;

/// Attributes that belong to the bytes of a file. The system drops or makes them anew when a file is written to.
const OF_CONTENT: [&[u8]; 3] = [b"security.capability", b"security.ima", b"security.evm"];
/// Attributes that may decide who reads a file, or that a user has set: they must not be lost.
const KEPT: [&[u8]; 3] = [b"user.", b"security.", b"system."];

/// Most bytes of a value or of a list of names that Linux has.
const LONGEST: usize = 64 << 10;
/// Bytes that are enough for most values.
const SHORT: usize = 256;

/// Why an attribute could not be kept.
pub(super) struct NotKept {
    pub(super) attribute: String,
    pub(super) source: io::Error,
}

/// The value of an attribute, if the file has it and its file system knows attributes.
pub(super) fn get(file: &File, name: &CStr) -> io::Result<Option<Vec<u8>>> {
    // Nearly all are short, or not there.
    let mut short = [0; SHORT];
    let mut long = Vec::new();
    let read = fgetxattr(file, name, &mut short[..]).or_else(|error| {
        if error != Errno::RANGE {
            return Err(error);
        }
        long = vec![0; LONGEST];
        fgetxattr(file, name, &mut long[..])
    });
    match read {
        Ok(len) if long.is_empty() => Ok(Some(short[..len].to_vec())),
        Ok(len) => {
            long.truncate(len);
            Ok(Some(long))
        }
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn set(file: &File, name: &CStr, value: &[u8]) -> io::Result<()> {
    Ok(fsetxattr(file, name, value, XattrFlags::empty())?)
}

/// Removes an attribute, if it is there.
pub(super) fn remove(file: &File, name: &CStr) -> io::Result<()> {
    match fremovexattr(file, name) {
        Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Takes away the access-control list that a new file got from its folder. Most get none, and to ask costs less than to write.
pub(super) fn remove_access_list(file: &File) -> io::Result<()> {
    if get(file, ACCESS_LIST).is_ok_and(|list| list.is_none()) {
        return Ok(());
    }
    remove(file, ACCESS_LIST)
}

/// Gives a new file all attributes of an old one. If it belongs to another group, that one gets no more than everybody has.
pub(super) fn take_over(new: &File, old: &File, is_same_group: bool) -> Result<(), NotKept> {
    let mut has_list = false;
    for name in names(old).map_err(|source| NotKept { attribute: "the attributes".to_owned(), source })? {
        let bytes = name.to_bytes();
        if OF_CONTENT.contains(&bytes) {
            continue;
        }
        let is_list = name.as_c_str() == ACCESS_LIST;
        let kept = get(old, &name).and_then(|value| {
            let Some(mut value) = value else { return Ok(()) };
            if is_list && !is_same_group {
                limit_group(&mut value);
            }
            has_list |= is_list;
            if get(new, &name).is_ok_and(|there| there.as_ref() == Some(&value)) {
                return Ok(());
            }
            set(new, &name, &value)
        });
        if let Err(source) = kept
            && KEPT.iter().any(|prefix| bytes.starts_with(prefix))
        {
            let attribute = if is_list {
                "the access-control list".to_owned()
            } else {
                format!("the attribute {}", name.to_string_lossy())
            };
            return Err(NotKept { attribute, source });
        }
    }
    if !has_list {
        let failed = |source| NotKept { attribute: "the permissions".to_owned(), source };
        remove_access_list(new).map_err(failed)?;
    }
    Ok(())
}

/// What the group of a file may do, if it has an access-control list: the group's part of the mode is the mask then.
pub(super) fn group_by_access_list(file: &File) -> io::Result<Option<u32>> {
    let Some(list) = get(file, ACCESS_LIST)? else { return Ok(None) };
    let of = |kind| entries(&list).find(|(found, _)| *found == kind).map(|(_, permissions)| u32::from(permissions));
    Ok(of(GROUP).map(|group| group & of(MASK).unwrap_or(0o7)))
}

fn entries(list: &[u8]) -> impl Iterator<Item = (u16, u16)> {
    let entries = list.strip_prefix(&VERSION).unwrap_or_default();
    entries
        .chunks_exact(ENTRY_LEN)
        .map(|entry| (u16::from_le_bytes([entry[0], entry[1]]), u16::from_le_bytes([entry[2], entry[3]])))
}

/// Lets the group do no more than everybody.
fn limit_group(list: &mut [u8]) {
    let everybody = entries(list).find(|(kind, _)| *kind == OTHER).map_or(0, |(_, permissions)| permissions);
    for entry in list[VERSION.len()..].chunks_exact_mut(ENTRY_LEN) {
        if u16::from_le_bytes([entry[0], entry[1]]) == GROUP {
            let group = u16::from_le_bytes([entry[2], entry[3]]) & everybody;
            entry[2..4].copy_from_slice(&group.to_le_bytes());
        }
    }
}

fn names(file: &File) -> io::Result<Vec<CString>> {
    let mut list = vec![0; LONGEST];
    let len = match flistxattr(file, &mut list[..]) {
        Ok(len) => len,
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => 0,
        Err(error) => return Err(error.into()),
    };
    let names = list[..len].split(|&byte| byte == 0).filter(|name| !name.is_empty());
    Ok(names.filter_map(|name| CString::new(name).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_access_list_the_entry_of_the_group_counts_and_not_the_mask() {
        let entry = |kind: u16, permissions: u16| {
            [kind.to_le_bytes(), permissions.to_le_bytes(), [0xff; 2], [0xff; 2]].concat()
        };
        let mut list = [VERSION.to_vec(), entry(1, 6), entry(GROUP, 6), entry(MASK, 4), entry(OTHER, 4)].concat();
        assert_eq!(entries(&list).find(|(kind, _)| *kind == GROUP), Some((GROUP, 6)));
        limit_group(&mut list);
        assert_eq!(entries(&list).find(|(kind, _)| *kind == GROUP), Some((GROUP, 4)));
        // What is no list at all limits nobody, and is no reason to end.
        assert_eq!(entries(b"x").count(), 0);
        limit_group(&mut [2, 0, 0, 0, 4]);
    }
}
