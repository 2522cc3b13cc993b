//! Who else can write a config. Whoever can decides which keys files are encrypted under, so such a config is not used unless
//! the user says so: as git does it with repositories that belong to somebody else.

use std::path::Path;

use crate::error::ConfigFault;

/// Whether a config may be used that nobody named.
///
/// # Errors
/// [`ConfigFault::Planted`] for the file of another user in a folder where everybody may make files, and
/// [`ConfigFault::WritableByOthers`] for everything else that somebody else can write.
#[cfg(unix)]
pub(super) fn check(path: &Path) -> Result<(), ConfigFault> {
    let folder = path.parent().unwrap_or(path);
    check_place(folder, path)?;
    // Where the name is a link, the file that it leads to can be written in its own place.
    match path.canonicalize() {
        Ok(target) if target != path => check_place(target.parent().unwrap_or(&target), &target),
        _ => Ok(()),
    }
}

/// Whether somebody else can write or replace a file: another user, everybody, or a group with other members.
#[must_use]
pub fn is_writable_by_others(path: &Path) -> bool {
    check(path).is_err()
}

#[cfg(not(unix))]
pub(super) fn check(_path: &Path) -> Result<(), ConfigFault> {
    Ok(())
}

#[cfg(unix)]
const GROUP: u32 = 0o020;
#[cfg(unix)]
const OTHERS: u32 = 0o002;
#[cfg(unix)]
const STICKY: u32 = 0o1000;

#[cfg(unix)]
fn check_place(folder: &Path, path: &Path) -> Result<(), ConfigFault> {
    use std::os::unix::fs::MetadataExt;
    // What is not there is told of by whoever reads it.
    let (Ok(folder), Ok(file)) = (folder.metadata(), path.symlink_metadata()) else { return Ok(()) };
    let is_public = folder.mode() & OTHERS != 0;
    if is_public && !is_ours(file.uid()) {
        return Err(ConfigFault::Planted);
    }
    let is_writable = |mode: u32, gid: u32| mode & OTHERS != 0 || (mode & GROUP != 0 && !is_private_group(gid));
    // Where the sticky bit is set, nobody else can take our file away or put another in its place.
    let is_exposed = folder.mode() & STICKY == 0 && is_writable(folder.mode(), folder.gid());
    let others = if !is_ours(folder.uid()) {
        "its folder belongs to another user"
    } else if is_exposed {
        "others can write to its folder"
    } else if !is_ours(file.uid()) {
        "it belongs to another user"
    } else if !file.is_symlink() && is_writable(file.mode(), file.gid()) {
        "others can write it"
    } else {
        return Ok(());
    };
    Err(ConfigFault::WritableByOthers(others))
}

/// Whether a user is the one for whom we run, or the one who may do everything anyway.
#[cfg(unix)]
fn is_ours(uid: u32) -> bool {
    let own = rustix::process::geteuid().as_raw();
    // Under sudo, the files of whoever called it are theirs as much as before.
    let caller = || std::env::var("SUDO_UID").ok()?.parse::<u32>().ok();
    uid == own || uid == 0 || (own == 0 && caller() == Some(uid))
}

/// Whether a group is the user's own, with nobody else in it, as many systems make one for each user. What cannot be known
/// is taken for a group of several.
#[cfg(unix)]
fn is_private_group(gid: u32) -> bool {
    let own = rustix::process::geteuid().as_raw();
    let (Some(users), Some(groups)) = (accounts("/etc/passwd"), accounts("/etc/group")) else { return false };
    is_group_of_one(&users, &groups, own, gid)
}

/// What passwd(5) and group(5) say of a group: that no other user has it, as their first or as another.
#[cfg(unix)]
fn is_group_of_one(users: &str, groups: &str, uid: u32, gid: u32) -> bool {
    let lines = |text| str::lines(text).map(|line: &str| line.split(':').collect::<Vec<_>>());
    let number = |fields: &[&str], at: usize| fields.get(at).and_then(|field| field.parse::<u32>().ok());
    let of_group: Vec<_> = lines(users).filter(|user| number(user, 3) == Some(gid)).collect();
    let [user] = &of_group[..] else { return false };
    let mut named = lines(groups).filter(|group| number(group, 2) == Some(gid)).peekable();
    number(user, 2) == Some(uid)
        && named.peek().is_some()
        && named.all(|group| {
            let members = group.get(3).copied().unwrap_or_default();
            members.split(',').all(|member| member.is_empty() || Some(&member) == user.first())
        })
}

#[cfg(unix)]
fn accounts(path: &str) -> Option<String> {
    use std::io::Read;

    use crate::limits::LONGEST_ACCOUNTS;

    let mut text = String::new();
    std::fs::File::open(path).ok()?.take(LONGEST_ACCOUNTS).read_to_string(&mut text).ok()?;
    (text.len() as u64 != LONGEST_ACCOUNTS).then_some(text)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, chown};

    use super::*;

    #[test]
    fn a_group_is_private_if_nobody_else_is_in_it() {
        let users =
            "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n";
        let groups = "root:x:0:\nann:x:1000:\nbob:x:1001:ann\nteam:x:2000:ann,bob\n";
        let is_private = |uid, gid| is_group_of_one(users, groups, uid, gid);
        assert!(is_private(1000, 1000) && is_private(0, 0));
        // Another's group, one with another member, one that is nobody's own, and one that is not known.
        assert!(
            !is_private(1000, 1001) && !is_private(1001, 1001) && !is_private(1000, 2000) && !is_private(1000, 3000)
        );
        let shared = "ann:x:1000:100::/:\nbob:x:1001:100::/:\n";
        assert!(!is_group_of_one(shared, "users:x:100:\n", 1000, 100));
    }

    #[test]
    fn what_somebody_else_can_write_is_refused_with_the_reason() {
        const OTHER: u32 = 12345;
        if !rustix::process::geteuid().is_root() {
            // Nobody else can give a file away.
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".kenc.yaml");
        std::fs::write(&path, "").unwrap();
        let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        let refused = |words: &'static str| assert_eq!(check(&path), Err(ConfigFault::WritableByOthers(words)));
        assert_eq!(check(&path), Ok(()));
        mode(&path, 0o646);
        refused("others can write it");
        mode(&path, 0o664);
        chown(&path, None, Some(OTHER)).unwrap();
        refused("others can write it");
        mode(&path, 0o644);
        assert_eq!(check(&path), Ok(()));
        chown(&path, Some(OTHER), None).unwrap();
        refused("it belongs to another user");
        chown(&path, Some(0), None).unwrap();
        chown(folder.path(), None, Some(OTHER)).unwrap();
        mode(folder.path(), 0o775);
        refused("others can write to its folder");
        mode(folder.path(), 0o755);
        chown(folder.path(), Some(OTHER), None).unwrap();
        refused("its folder belongs to another user");
        chown(folder.path(), Some(0), None).unwrap();
        // A folder such as /tmp: what is ours there stays ours.
        mode(folder.path(), 0o1777);
        assert_eq!(check(&path), Ok(()));
        mode(folder.path(), 0o777);
        refused("others can write to its folder");
        chown(&path, Some(OTHER), None).unwrap();
        assert_eq!(check(&path), Err(ConfigFault::Planted));
    }

    #[test]
    fn a_link_into_a_folder_of_others_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let shared = folder.path().join("shared");
        std::fs::create_dir(&shared).unwrap();
        std::fs::write(shared.join("c"), "").unwrap();
        let path = folder.path().join(".kenc.yaml");
        std::os::unix::fs::symlink(shared.join("c"), &path).unwrap();
        assert_eq!(check(&path), Ok(()));
        std::fs::set_permissions(&shared, PermissionsExt::from_mode(0o777)).unwrap();
        assert_eq!(check(&path), Err(ConfigFault::WritableByOthers("others can write to its folder")));
    }
}
