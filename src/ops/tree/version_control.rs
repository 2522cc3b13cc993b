//! Version control folders, which every walk skips.
//!
//! Their content belongs to another program: encrypted, it would be lost to it, and a whole repository with it.

use std::ffi::OsStr;
use std::path::Path;

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
