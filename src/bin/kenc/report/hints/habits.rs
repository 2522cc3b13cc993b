//! What to do next where a command line means something else here than to another program, a file cannot be replaced, or an
//! editor failed.

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
        CommandFault::Address(address) if address.starts_with("s3:") => {
            format!("use a pipe: `aws s3 cp {} - | kenc decrypt`", quote(address))
        }
        CommandFault::Address(address) => {
            format!("use a pipe: `curl -sSf {} | kenc decrypt`", quote(address))
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
        Cause::TooLong { path, .. } => format!("use `kenc decrypt {}`, which has no such limit", quoted(path)),
        Cause::NotARegularFile(_) => "name a regular file; to read a pipe or a device use `kenc decrypt`".to_owned(),
        Cause::ChangedMeanwhile(path) => format!("see the current content with `kenc decrypt {}`", quoted(path)),
        Cause::NoKeysToShow(path) => format!(
            "see the keys of a file with `kenc inspect {0}`, and change them with `kenc rewrap {0}`",
            quoted(path)
        ),
        _ => String::new(),
    }
}

/// For an editor that failed, or is not there.
pub fn of_editor_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::EditorNotFound(_) => "set EDITOR: `export EDITOR=nano`".to_owned(),
        CommandFault::NoEditor => "set EDITOR: `export EDITOR=nano`".to_owned(),
        CommandFault::EditorVariable { name, .. } => {
            format!("set it to a program with its arguments: `export {name}=nano`")
        }
        CommandFault::EditorLeftNothing => "the editor must save under the name it was given".to_owned(),
        CommandFault::EditsUnreadable(_) => "the editor left something other than a readable text file".to_owned(),
        CommandFault::EditorFailed(_) => "nothing was saved; check the message of the editor".to_owned(),
        CommandFault::EditsKept { file, recovery } => format!(
            "continue with `kenc edit --resume {}`, or discard them with `rm {}`",
            quoted(file),
            quoted(recovery)
        ),
        CommandFault::NoEditsKept(file) => format!("edit the file with `kenc edit {}`", quoted(file)),
        _ => String::new(),
    }
}
