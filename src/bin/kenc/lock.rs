//! Waits for a file that another program has locked: reports it after a second; a signal ends the wait.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use kenc::error::{Error, Result};
use kenc::fs::held::{self, Held, Wait};

use crate::report::{Reporter, quoted};
use crate::signals;

static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// Turns on these messages, as the user wants them.
pub fn tell_waits(reporter: &Reporter) {
    IS_SILENT.store(!reporter.says(), Ordering::Relaxed);
    held::set_waiter(wait);
}

fn wait(path: &Path, moment: Wait) -> Result<()> {
    if signals::is_cancelled() {
        return Err(Error::Interrupted);
    }
    if moment == Wait::IsLong && !IS_SILENT.load(Ordering::Relaxed) {
        Reporter::say_now(&format!("waiting for {}: another program is changing it", path.display()));
    }
    Ok(())
}

/// Notes that a replaced file has other hard links, which keep the old content.
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

/// The number of hard links of a locked file.
pub fn names(held: Option<&Held>) -> u64 {
    held.map_or(1, Held::names)
}
