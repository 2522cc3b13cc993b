//! Hints for command lines that mean something else to other programs, and for files that cannot be replaced.

use super::{quote, quoted};
use crate::failure::{Cause, CommandFault};

/// For a command line that was refused.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::NotEncrypted(path) => format!("`kenc encrypt --values -i {}` encrypts its values", quoted(path)),
        Cause::HasOtherNames { path, .. } => format!(
            "use `-f` to replace it anyway; `find -samefile {}` lists the other names, which keep the old content",
            quoted(path)
        ),
        Cause::PlaintextHasOtherNames { path, .. } => format!(
            "`find . -samefile {0}` lists the names; remove the others, or use `-f` to encrypt only {0}",
            quoted(path)
        ),
        _ => String::new(),
    }
}

/// For words that mean something else here.
pub fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::NotToReplace { path, .. } => {
            format!("to name an identity use `--identity {}`; with -i, name only files to replace", quoted(path))
        }
        CommandFault::KeyAmongInputs { word, .. } => format!("to encrypt to this key use `-k {}`", quote(word)),
        CommandFault::SplitKey(word) => format!("quote the whole key: `-k \"{word} AAAA…\"`"),
        CommandFault::AliasOffline(alias) => {
            format!("name the key by its ARN, which `kenc keys check {}` prints", quote(alias))
        }
        _ => String::new(),
    }
}
