//! Other hard links of a file that was replaced.

use std::path::Path;

use super::{Reporter, quoted};

/// Notes that a replaced file had `names` hard links: the others keep the old content.
pub fn tell_other_names(reporter: &Reporter, path: &Path, names: u64) {
    if names > 1 {
        reporter.hint(&format!(
            "{} had {} the old content; `find . -samefile` on one of them lists all",
            quoted(path),
            if names == 2 {
                "1 other hard link, which keeps".to_owned()
            } else {
                format!("{} other hard links, which keep", names - 1)
            },
        ));
    }
}
