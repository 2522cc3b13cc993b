//! What to do next when a config cannot be used, or says nothing for an input.

use std::path::Path;

use kenc::error::{ConfigError, ConfigFault, WholeFileFault};

use super::{of_key_word, quoted};
use kenc::ops::places::own_config_file;

/// The hint for what is wrong with a config.
pub fn of(error: &ConfigError) -> String {
    let ConfigError { path, line, fault } = error;
    let look = || line.map_or_else(|| format!("look at {}", quoted(path)), |line| see(path, line));
    match fault {
        ConfigFault::Unreadable(_) | ConfigFault::TooLong(_) => {
            format!("look at it with `ls -lL {}`; `--config FILE` takes another", quoted(path))
        }
        ConfigFault::Planted | ConfigFault::WritableByOthers(_) => not_ours(path),
        ConfigFault::Syntax(_) => {
            format!("{}; a text that begins with @ or * needs quotes", look())
        }
        ConfigFault::TooMuch => format!("write out what is meant; {}", look()),
        ConfigFault::UnknownField { similar: Some(similar), .. } => format!("did you mean `{similar}`?"),
        ConfigFault::UnknownField { similar: None, .. } => {
            "take it out; a `.sops.yaml` may hold other fields".to_owned()
        }
        ConfigFault::Pattern { .. } => {
            "it is a regular expression as Go has them: `\\.yaml$` for all files that end in .yaml".to_owned()
        }
        ConfigFault::TwoSelections { .. } => "keep one of them, or make two rules with a `path_regex` each".to_owned(),
        ConfigFault::GroupsAndKeys(field) => format!("put `{field}` into one of the groups"),
        ConfigFault::WrongKind { .. } | ConfigFault::NotFields(_) | ConfigFault::NameOfName(_) => look(),
        ConfigFault::EmptyRule | ConfigFault::NoKeyInRule | ConfigFault::EmptyGroup => {
            "give it keys: `kms:` with ARNs, `age:` with recipients; or name a key with -k".to_owned()
        }
        ConfigFault::Threshold { .. } => {
            "it is at least 2 and at most the number of groups; left out, it is all of them".to_owned()
        }
        ConfigFault::KeyWord(fault) => of_key_word(fault),
        ConfigFault::KeyOfAnotherKind { .. } => {
            "`kms` takes ARNs, `age` recipients, `pgp` fingerprints; `keys` in .kenc.yaml takes any but the last"
                .to_owned()
        }
        ConfigFault::NotAFingerprint(_) => {
            "`gpg --list-keys` shows fingerprints; the 40 digits are what belongs there".to_owned()
        }
        ConfigFault::KeyOfOtherService { .. } => {
            "name other keys with -k, or let sops encrypt this file: kenc opens it with any other of its keys"
                .to_owned()
        }
        ConfigFault::UnknownName(name) => format!("add it: `keys: {{{name}: alias/NAME}}`"),
        ConfigFault::Context(_) => "a context is written `context: {app: NAME}`, each key once".to_owned(),
        ConfigFault::ContextConflict { key, .. } => {
            format!("a key has one value: leave out `-c {key}=…`, or change the config")
        }
        ConfigFault::TrustedKey(_) => {
            "give ARNs with * where any text may stand, accounts of 12 digits, or age and ssh recipients".to_owned()
        }
        ConfigFault::NoRule(_) => {
            "add a rule for it, or one without `path_regex` for all other files; or name a key with -k".to_owned()
        }
        ConfigFault::NotForWholeFile { reason, .. } => match reason {
            WholeFileFault::Format("values") => "`--values` encrypts its values; or name a key with -k".to_owned(),
            WholeFileFault::Format(format) => format!("`--format {format}` writes that; or name a key with -k"),
            WholeFileFault::KeyContext(_) => {
                "put it into the `context` of a rule in .kenc.yaml; or name a key with -k".to_owned()
            }
            WholeFileFault::Settings => "name the keys with -k, and one role with `--aws-role-arn`".to_owned(),
            WholeFileFault::Groups | WholeFileFault::Kind { .. } => {
                "name a key for the whole file with -k; `--values` encrypts values under any rule".to_owned()
            }
        },
    }
}

/// The ways to allow a config that others can write.
fn not_ours(path: &Path) -> String {
    let own = own_config_file();
    let folder = std::path::absolute(path).ok().and_then(|path| Some(path.parent()?.to_owned()));
    match (own, folder) {
        (Some(own), _) if own == path => {
            format!("keep it to yourself: `chmod go-w {0} {1}`", quoted(path), quoted(path.parent().unwrap_or(path)))
        }
        (Some(own), Some(folder)) => format!(
            "if you trust whoever can write it, name it with `--config {}`, or allow its folder in {}: `safe_folders: [{}]`",
            quoted(path),
            own.display(),
            folder.display()
        ),
        _ => format!("if you trust whoever can write it, name it: `--config {}`", quoted(path)),
    }
}

fn see(path: &Path, line: u64) -> String {
    format!("`sed -n {line}p {}` shows the line", quoted(path))
}
