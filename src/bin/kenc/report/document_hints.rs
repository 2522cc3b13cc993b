//! Hints for faults of config documents.

use std::path::Path;

use kenc::error::DocumentError;

use super::hints::quoted;
use crate::failure::{Cause, CommandFault};

/// The hint for a fault of a document. `file` is the file as a shell word.
pub fn of_document(fault: &DocumentError, file: &str) -> String {
    match fault {
        DocumentError::Syntax { fault, .. } if fault.contains("CRLF") => {
            format!("convert its line ends: `sed -i 's/\\r$//' {file}`")
        }
        DocumentError::Syntax { fault, .. } if fault.contains("several lines") => {
            format!("write a line break in a value as `\\n`, or encrypt the file as a whole, which `kenc exec` reads too: `kenc encrypt --whole {file} -o {file}.kenc`")
        }
        DocumentError::Syntax { .. } => "correct the file at that place and try again".to_owned(),
        DocumentError::Refused { .. } => {
            format!("write it in another way, or encrypt the file as a whole: `kenc encrypt --whole {file} -o {file}.kenc`")
        }
        DocumentError::TooLong { .. } | DocumentError::TooMany { .. } => format!("encrypt it as a whole: `kenc encrypt --whole {file} -o {file}.kenc`"),
        DocumentError::CannotCarry { what, .. } if what.ends_with("YAML documents") => {
            format!("print one of them: `kenc get {file} . --document 1 --output-type json`")
        }
        DocumentError::CannotCarry { .. } => "choose another format with --output-type".to_owned(),
        DocumentError::Path { .. } => format!("the keys are readable in {file}; a path is written `db.password`, `list[0]` or `\"a.b\"`"),
        DocumentError::NotAsMeant(_) => "nothing was written; please report this bug in kenc".to_owned(),
        DocumentError::NotEncrypted => format!("`kenc encrypt --values -i {file}` encrypts its values"),
        DocumentError::AlreadyEncrypted => {
            format!("change it with `kenc edit {file}`, or its keys with `kenc rewrap {file}`")
        }
        DocumentError::ValueAlreadyEncrypted { .. } => {
            "it was copied from another document: replace it by the plaintext, which `kenc get` prints".to_owned()
        }
        DocumentError::ForeignSopsKey(_) => "rename that key: encrypted documents store their metadata under it".to_owned(),
        DocumentError::Metadata(_) => {
            "restore the file from version control or a backup; a merge may have damaged it".to_owned()
        }
        DocumentError::SeveralRules(_) => "remove all but one of them".to_owned(),
        DocumentError::UnusableRule { .. } => "a rule is a suffix or a regular expression in the syntax of Go (RE2)".to_owned(),
        DocumentError::NothingSelected(_) => {
            "give a rule that matches its keys: `--encrypted-regex '^(password|token)$'`; without a rule, everything is encrypted"
                .to_owned()
        }
        DocumentError::CommentMatchesRule { .. } => {
            "use a rule that does not match `ENC[…]`, or leave comments in plaintext".to_owned()
        }
        DocumentError::InTheClear { .. } => {
            format!("the file was changed outside kenc: restore it from version control and set the value with `kenc set {file} PATH`")
        }
        DocumentError::DamagedValue { .. } | DocumentError::ValueNotAuthentic { .. } => {
            "restore the value from version control or a backup; `--ignore-mac` does not help here".to_owned()
        }
        DocumentError::MissingMac | DocumentError::WrongMac | DocumentError::MacNotAuthentic => {
            format!("restore the file from version control; after a merge, `kenc git mac-repair {file}` shows what differs from the last commit and asks")
        }
        DocumentError::BrokenSeal(_) => {
            format!("compare it with the last version that you trust: `git log -p {file}`; `kenc inspect {file}` shows its rule and its recipients")
        }
        DocumentError::NoSeal => {
            format!("check its rule and its recipients with `kenc inspect {file}` and its history with `git log -p {file}`, then seal it: `kenc seal {file}`")
        }
        DocumentError::Unresolved { path, .. } => {
            format!("choose a version with `kenc edit {file}`, or set the value: `kenc set {file} {}`", shell_words::quote(path))
        }
        DocumentError::WouldExpose { .. } | DocumentError::Unmergeable(_) => {
            format!("take one side with `git checkout --ours {file}` or `--theirs`, and redo the changes of the other side with `kenc edit {file}`")
        }
        DocumentError::WouldBeInTheClear { .. } => {
            format!("a comment decides what is encrypted here: move the value and its comment with `kenc edit {file}`, or remove the value first with `kenc unset {file} PATH`")
        }
        DocumentError::AliasOfIt { .. } => format!("give the alias a value of its own first: `kenc set {file} PATH`"),
        DocumentError::SharesDoNotFit => {
            "restore the file from version control or a backup; a merge may have mixed two lists of keys".to_owned()
        }
        DocumentError::Threshold { .. } => {
            "a threshold is between 2 and the number of key groups; a single group has no threshold".to_owned()
        }
        DocumentError::CannotRewrap { list, .. } => {
            format!("replace the keys with `--to KEY`, or use sops, which supports the keys in {list}: `sops rotate -i {file}`")
        }
        DocumentError::SeveralGroups(_) => {
            format!("use `--group N`; `kenc inspect {file}` shows the groups, and --from-config changes all of them")
        }
        DocumentError::NoSuchGroup { .. } => format!("`kenc inspect {file}` shows the groups"),
        _ => String::new(),
    }
}

/// The hint for a failure of a document command outside the library.
pub fn of_command(cause: &Cause) -> String {
    match cause {
        Cause::CipherOfDocument(_) => "omit --cipher, or rotate kenc files and documents in separate runs".to_owned(),
        Cause::NoRule(_) => {
            "add a rule for it to .kenc.yaml, name a config with `--config FILE`, or name keys with `--to KEY`"
                .to_owned()
        }
        Cause::NoPlaceForMany => {
            "name a folder with `-o FOLDER/`, or replace each file with `-i`; `-n` lists the files".to_owned()
        }
        Cause::NothingMeant => {
            "check the path_regex of the rules: it is matched against paths relative to the folder of the config"
                .to_owned()
        }
        Cause::ValueOfWholeFile(path) => format!("change it with `kenc edit {}`", quoted(path)),
        Cause::NotationUnknown(_) => "use `--input-type yaml`, json, dotenv, ini, toml or hcl".to_owned(),
        Cause::SealNotConfirmed(_) => {
            "run it on a terminal, where it shows what the seal will cover and asks; or review the file and use `--yes`"
                .to_owned()
        }
        Cause::NoValue(_) => "pipe it in or use --file; `\"\" --from-argument` sets an empty text".to_owned(),
        Cause::ValueNotText => "encode it, for example with base64, or encrypt it as a file: `kenc encrypt`".to_owned(),
        Cause::ValueNotJson(_) => {
            "JSON text needs double quotes; without --json the value is taken as it is".to_owned()
        }
        Cause::ValueNotOfType(_) => {
            "choose another --type, or none: kenc then takes the value for what it looks like".to_owned()
        }
        Cause::ReplacesContainer { path, .. } => format!(
            "name one value in it, such as {}, or replace all of it with `--force`",
            shell_words::quote(&format!("{path}.KEY"))
        ),
        Cause::SealOfWholeFile(name) => format!("`kenc verify {}` authenticates it", quoted(Path::new(name))),
        Cause::NotConfirmed { .. } => "see what would change with `--dry-run`, then use `--yes`".to_owned(),
        _ => String::new(),
    }
}

/// The hint for a value that is refused.
pub fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::ValueOnCommandLine => {
            "pipe it in, use --file, or type it at the prompt; if it is not secret, use --from-argument".to_owned()
        }
        _ => String::new(),
    }
}
