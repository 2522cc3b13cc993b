//! Version control folders, which every walk skips.
//!
//! Their content belongs to another program: encrypted, it would be lost to it, and a whole repository with it.

use std::cell::Cell;
use std::ffi::OsStr;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::ops::observer::Observer;

/// Their names, which some file systems match regardless of case.
const NAMES: [&str; 8] = [".git", ".hg", ".svn", ".jj", ".bzr", ".sl", ".pijul", "_darcs"];
/// One that is a common word when written otherwise.
const CVS: &str = "CVS";

/// Whether a folder with this name belongs to version control.
#[must_use]
pub fn owns_folder(name: &OsStr) -> bool {
    name == CVS || NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a file with this name does: in linked working trees and submodules of git `.git` is one.
#[must_use]
pub fn owns_file(name: &OsStr) -> bool {
    name.eq_ignore_ascii_case(NAMES[0])
}

/// Whether a path leads through such a folder.
#[must_use]
pub fn owns_part_of(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.iter().any(owns_folder))
}

/// All entries of a folder, in a stable order. Those of version control are left out and counted, unless it is the
/// folder itself.
pub fn walk(folder: &Path, left_out: &Cell<usize>) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| {
        let owns = if entry.file_type().is_dir() { owns_folder } else { owns_file };
        let is_left_out = entry.depth() > 0 && owns(entry.file_name());
        left_out.set(left_out.get() + usize::from(is_left_out));
        !is_left_out
    })
}

/// Returns how many were left out.
pub fn tell(left_out: usize, observer: &dyn Observer) {
    match left_out {
        0 => {}
        1 => observer.hint("skipped 1 version-control folder"),
        more => observer.hint(&format!("skipped {more} version-control folders")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_version_control_are_known_by_their_names_and_no_others() {
        for name in [".git", ".GIT", ".hg", ".svn", ".jj", ".bzr", "CVS"] {
            assert!(owns_folder(OsStr::new(name)), "{name}");
        }
        for name in [".github", ".gitignore", ".gitattributes", "git", "CVs", "a.git"] {
            assert!(!owns_folder(OsStr::new(name)), "{name}");
        }
        assert!(owns_file(OsStr::new(".git")) && !owns_file(OsStr::new("CVS")));
        assert!(owns_part_of(Path::new("a/.git/config")) && !owns_part_of(Path::new("a/.github/x")));
    }
}
