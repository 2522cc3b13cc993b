//! Tests of files that appear whole or not at all.

use std::io::Write;

use super::*;

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Both ways of holding the bytes until they get their name.
fn in_both_ways(folder: &Path, target: &str, old: Option<&str>, test: impl Fn(AtomicFile)) {
    let target = folder.join(target);
    for named in [false, true] {
        if let Some(old) = old {
            std::fs::write(&target, old).unwrap();
        }
        let mut file = AtomicFile::create(&target, Existing::Replace, Access::Owner, Sync::WhenReplacing).unwrap();
        if named {
            (file.file, file.place) = create_named(&Base::WorkingFolder, folder, 0o600).unwrap();
        }
        test(file);
    }
}

#[test]
fn a_file_that_is_not_committed_leaves_what_was_there_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    in_both_ways(folder.path(), "x", Some("old"), |file| {
        file.file().write_all(b"new").unwrap();
        drop(file);
        assert_eq!(names_in(folder.path()), ["x"]);
        assert_eq!(std::fs::read(folder.path().join("x")).unwrap(), b"old");
    });
}

#[test]
fn a_file_that_is_committed_replaces_what_was_there_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    in_both_ways(folder.path(), "x", Some("old"), |file| {
        file.file().write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(names_in(folder.path()), ["x"]);
        assert_eq!(std::fs::read(folder.path().join("x")).unwrap(), b"new");
    });
}

#[test]
fn a_file_that_another_program_made_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x");
    in_both_ways(folder.path(), "x", None, |file| {
        std::fs::write(&target, "other").unwrap();
        assert!(matches!(file.commit(), Err(Error::WouldOverwrite(_))));
        assert_eq!(std::fs::read(&target).unwrap(), b"other");
        assert_eq!(names_in(folder.path()), ["x"]);
        std::fs::remove_file(&target).unwrap();
    });
}

#[cfg(unix)]
#[test]
fn a_new_file_for_its_owner_is_readable_by_nobody_else_and_a_replaced_one_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x");
    let mode = || std::fs::metadata(&target).unwrap().permissions().mode() & 0o777;
    let write = || {
        let file = AtomicFile::create(&target, Existing::Replace, Access::Owner, Sync::Always).unwrap();
        file.commit().unwrap();
    };
    write();
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).unwrap();
    write();
    assert_eq!(mode(), 0o640);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_stays_and_the_file_that_it_names_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("x"), folder.path().join("link"));
    std::fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink("x", &link).unwrap();
    let file = AtomicFile::create(&link, Existing::Replace, Access::Owner, Sync::WhenReplacing).unwrap();
    file.file().write_all(b"new").unwrap();
    file.commit().unwrap();
    assert_eq!(std::fs::read_link(&link).unwrap(), Path::new("x"));
    assert_eq!(std::fs::read(&target).unwrap(), b"new");
}

#[test]
fn discarding_removes_every_temporary_name() {
    let folder = tempfile::tempdir().unwrap();
    let (_file, _place) = create_named(&Base::WorkingFolder, folder.path(), 0o600).unwrap();
    assert_eq!(names_in(folder.path()).len(), 1);
    discard_unfinished();
    assert_eq!(names_in(folder.path()).len(), 0);
}
