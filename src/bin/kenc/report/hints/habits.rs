//! What to do next where a command line means something else here than to another program, or an editor failed.

use super::{quote, quoted};
use crate::failure::Cause;

/// For a command line that was refused.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::NotEncrypted(path) => format!("`kenc encrypt --values -i {}` encrypts its values", quoted(path)),
        Cause::NotToReplace { path, .. } => format!(
            "to name an identity, `--identity {}`; to replace files, name only those that are to be replaced",
            quoted(path)
        ),
        Cause::KeyAmongInputs { word, .. } => format!("to encrypt to it, `-k {}`", quote(word)),
        Cause::SplitKey(word) => format!("quote the whole key: `-k \"{word} AAAA…\"`"),
        Cause::Address(address) if address.starts_with("s3:") => {
            format!("pass it through a pipe: `aws s3 cp {} - | kenc decrypt`", quote(address))
        }
        Cause::Address(address) => format!("pass it through a pipe: `curl -sSf {} | kenc decrypt`", quote(address)),
        _ => String::new(),
    }
}

/// For an editor that failed, or is not there.
pub fn of_editor(cause: &Cause) -> String {
    match cause {
        Cause::EditorNotFound(_) => "name another one: `export EDITOR=nano`".to_owned(),
        Cause::NoEditor => "name one: `export EDITOR=nano`".to_owned(),
        Cause::EditorVariable { name, .. } => format!("name a program with its arguments: `export {name}=nano`"),
        Cause::EditorLeftNothing => "an editor must save under the name that it was given".to_owned(),
        Cause::EditsUnreadable(_) => {
            "what the editor left in the place of the file is no text that can be read".to_owned()
        }
        Cause::EditorFailed(_) => "nothing was saved; look at what the editor said".to_owned(),
        Cause::NoMemoryForPlaintext => {
            "mount a tmpfs and set TMPDIR to a folder in it: `mount -t tmpfs -o mode=1777 tmpfs /dev/shm`".to_owned()
        }
        Cause::EditsKept { file, recovery } => format!(
            "`kenc edit --resume {}` goes on with them, and `rm {}` discards them",
            quoted(file),
            quoted(recovery)
        ),
        Cause::NoEditsKept(file) => format!("`kenc edit {}` begins anew", quoted(file)),
        _ => String::new(),
    }
}
