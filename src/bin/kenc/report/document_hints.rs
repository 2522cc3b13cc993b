//! What to do next when a config document is at fault.

use std::path::Path;

use kenc::error::DocumentError;

use super::hints::quoted;
use crate::failure::{Cause, CommandFault};

/// The hint for a fault of a document. `file` is the file in a command line.
pub fn of_document(fault: &DocumentError, file: &str) -> String {
    match fault {
        DocumentError::Syntax { .. } => "mend the file at that place, and try again".to_owned(),
        DocumentError::Refused { .. } => {
            format!("write it in another way; or encrypt the file whole: `kenc encrypt {file} -o {file}.kenc`")
        }
        DocumentError::TooLong { .. } | DocumentError::TooMany { .. } => format!("encrypt it whole: `kenc encrypt --whole {file} -o {file}.kenc`"),
        DocumentError::CannotCarry { .. } => "choose another notation with --output-type".to_owned(),
        DocumentError::Path { .. } => format!("its keys are readable in {file} itself; a path is `db.password`, `list[0]` or `\"a.b\"`"),
        DocumentError::NotAsMeant(_) => "nothing was written; please report this as a bug of kenc".to_owned(),
        DocumentError::NotEncrypted => format!("`kenc encrypt --values -i {file}` encrypts its values"),
        DocumentError::AlreadyEncrypted => {
            format!("`kenc edit {file}` changes it, and `kenc rewrap {file}` gives it other keys")
        }
        DocumentError::ValueAlreadyEncrypted { .. } => {
            "it was copied from another document: put the plaintext there, as `kenc get` shows it".to_owned()
        }
        DocumentError::ForeignSopsKey(_) => "rename that key: encrypted documents keep their metadata under it".to_owned(),
        DocumentError::Metadata(_) => {
            "take the file from version control or a backup; a merge may have damaged it".to_owned()
        }
        DocumentError::SeveralRules(_) => "leave one of them".to_owned(),
        DocumentError::UnusableRule { .. } => "rules are suffixes, or regular expressions as Go and RE2 have them".to_owned(),
        DocumentError::NothingSelected(_) => {
            "give a rule that matches its keys: `--encrypted-regex '^(password|token)$'`; without one, everything is encrypted"
                .to_owned()
        }
        DocumentError::CommentMatchesRule { .. } => {
            "give a rule that matches no text of the form `ENC[…]`, or leave comments in the clear".to_owned()
        }
        DocumentError::InTheClear { .. } => {
            format!("somebody changed the file: take it from version control, and give the value with `kenc set {file} PATH`")
        }
        DocumentError::DamagedValue { .. } | DocumentError::ValueNotAuthentic { .. } => {
            "take the value from version control or a backup; `--ignore-mac` does not help here".to_owned()
        }
        DocumentError::MissingMac | DocumentError::WrongMac => {
            format!("take it from version control; if a merge did this, `kenc git mac-repair {file}` shows what differs from the last commit, and asks")
        }
        DocumentError::BrokenSeal(_) => {
            format!("compare it with the last version that you trust, `git log -p {file}`; `kenc inspect {file}` shows its rule and its recipients")
        }
        DocumentError::NoSeal => {
            format!("`kenc inspect {file}` shows its rule and its recipients; compare it with the last version that you trust, `git log -p {file}`")
        }
        DocumentError::Unresolved { path, .. } => {
            format!("choose: `kenc edit {file}`, or `kenc set {file} {}` with the value that it is to have", shell_words::quote(path))
        }
        DocumentError::WouldExpose { .. } | DocumentError::Unmergeable(_) => {
            format!("take one side with `git checkout --ours {file}` or `--theirs`, and repeat the changes of the other with `kenc edit {file}`")
        }
        DocumentError::WouldBeInTheClear { .. } => {
            format!("a comment decides what is encrypted here: move the value and its comment with `kenc edit {file}`, or remove the value first with `kenc unset {file} PATH`")
        }
        DocumentError::AliasOfIt { .. } => format!("give the alias a value of its own first: `kenc set {file} PATH`"),
        DocumentError::SharesDoNotFit => {
            "take the file from version control or a backup; a merge may have mixed two lists of keys".to_owned()
        }
        DocumentError::Threshold { .. } => {
            "a threshold is between 2 and the number of key groups; one group has none".to_owned()
        }
        DocumentError::CannotRewrap { list, .. } => {
            format!("`--to KEY` leaves it out; or let sops do it: `sops rotate -i {file}` asks the keys in {list}")
        }
        DocumentError::SeveralGroups(_) => {
            format!("name it with `--group N`; `kenc inspect {file}` shows the groups, and --from-config changes all of them")
        }
        DocumentError::NoSuchGroup { .. } => format!("`kenc inspect {file}` shows the groups"),
    }
}

/// The hint where a command about documents went wrong before or beside the library.
pub fn of_command(cause: &Cause) -> String {
    match cause {
        Cause::CipherOfDocument(_) => {
            "leave out --cipher; or rotate kenc files and documents one after the other".to_owned()
        }
        Cause::NoRule(_) => {
            "give it one in .kenc.yaml, name the config with `--config FILE`, or name keys with `--to KEY`".to_owned()
        }
        Cause::NoPlaceForMany => {
            "name a folder for them with `-o FOLDER/`, or replace each file with `-i`; `-n` shows which".to_owned()
        }
        Cause::NothingMeant => {
            "look at the path_regex of the rules: it is for paths from the folder of the config".to_owned()
        }
        Cause::ValueOfWholeFile(path) => format!("`kenc edit {}` changes it", quoted(path)),
        Cause::NotationUnknown(_) => "name it with `--input-type yaml`, json, dotenv, ini or toml".to_owned(),
        Cause::SealNotConfirmed(_) => "run it at a terminal: it shows what would be sealed, and asks".to_owned(),
        Cause::SealOfWholeFile(name) => format!("`kenc verify {}` authenticates it", quoted(Path::new(name))),
        Cause::NotConfirmed { .. } => {
            "`--dry-run` shows what would change, and `--yes` does it without asking".to_owned()
        }
        _ => String::new(),
    }
}

/// The hint for a value that cannot be taken.
pub fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::ValueOnCommandLine => {
            "pipe it in, or name a --file, or be asked for it; where it is no secret, --from-argument takes it"
                .to_owned()
        }
        CommandFault::NoValue(_) => "pipe it in, or name a --file; `\"\" --from-argument` is an empty text".to_owned(),
        CommandFault::ValueNotText => {
            "encode it, with base64 for instance; or encrypt it as a file: `kenc encrypt`".to_owned()
        }
        CommandFault::ValueNotJson(_) => {
            "text stands in double quotes there; without --json, what is given is taken as it is".to_owned()
        }
        _ => String::new(),
    }
}
