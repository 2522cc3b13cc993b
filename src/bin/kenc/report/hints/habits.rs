//! What to do next where a command line means something else here than to another program, a file cannot be replaced, or an
//! editor failed.

use super::{quote, quoted};
use crate::failure::{Cause, CommandFault};

/// For a command line that was refused.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::NotEncrypted(path) => format!("`kenc encrypt --values -i {}` encrypts its values", quoted(path)),
        Cause::HasOtherNames { path, .. } => format!(
            "`-f` replaces it all the same; `find -samefile {}` shows the other names, which keep the old file",
            quoted(path)
        ),
        Cause::PlaintextHasOtherNames { path, .. } => format!(
            "`find . -samefile {0}` shows the names; remove the others, or let `-f` encrypt {0} alone",
            quoted(path)
        ),
        _ => String::new(),
    }
}

/// For words that mean something else here.
pub fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::NotToReplace { path, .. } => format!(
            "to name an identity, `--identity {}`; to replace files, name only those that are to be replaced",
            quoted(path)
        ),
        CommandFault::KeyAmongInputs { word, .. } => format!("to encrypt to it, `-k {}`", quote(word)),
        CommandFault::SplitKey(word) => format!("quote the whole key: `-k \"{word} AAAA…\"`"),
        CommandFault::Address(address) if address.starts_with("s3:") => {
            format!("pass it through a pipe: `aws s3 cp {} - | kenc decrypt`", quote(address))
        }
        CommandFault::Address(address) => {
            format!("pass it through a pipe: `curl -sSf {} | kenc decrypt`", quote(address))
        }
        _ => String::new(),
    }
}

/// For a file that cannot be edited.
pub fn of_editor(cause: &Cause) -> String {
    match cause {
        Cause::NoMemoryForPlaintext => {
            "mount a tmpfs and set TMPDIR to a folder in it: `mount -t tmpfs -o mode=1777 tmpfs /dev/shm`".to_owned()
        }
        Cause::TooLong { path, .. } => format!("`kenc decrypt {}` takes any length", quoted(path)),
        Cause::NotARegularFile(_) => "name a file; a pipe or a device can be read by `kenc decrypt`".to_owned(),
        Cause::ChangedMeanwhile(path) => format!("`kenc decrypt {}` shows what it is now", quoted(path)),
        Cause::NoKeysToShow(path) => format!(
            "`kenc inspect {0}` shows them where there are any, and `kenc rewrap {0}` changes them",
            quoted(path)
        ),
        _ => String::new(),
    }
}

/// For an editor that failed, or is not there.
pub fn of_editor_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::EditorNotFound(_) => "name another one: `export EDITOR=nano`".to_owned(),
        CommandFault::NoEditor => "name one: `export EDITOR=nano`".to_owned(),
        CommandFault::EditorVariable { name, .. } => format!("name a program with its arguments: `export {name}=nano`"),
        CommandFault::EditorLeftNothing => "an editor must save under the name that it was given".to_owned(),
        CommandFault::EditsUnreadable(_) => {
            "what the editor left in the place of the file is no text that can be read".to_owned()
        }
        CommandFault::EditorFailed(_) => "nothing was saved; look at what the editor said".to_owned(),
        CommandFault::EditsKept { file, recovery } => format!(
            "`kenc edit --resume {}` goes on with them, and `rm {}` discards them",
            quoted(file),
            quoted(recovery)
        ),
        CommandFault::NoEditsKept(file) => format!("`kenc edit {}` begins anew", quoted(file)),
        _ => String::new(),
    }
}
