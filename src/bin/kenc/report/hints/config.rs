//! Hints for a config that cannot be used, or has no rule for an input.

use std::path::Path;

use kenc::error::{ConfigError, ConfigFault, WholeFileFault};

use super::{key_words, quoted};
use kenc::ops::places::own_config_file;

/// The hint for what is wrong with a config.
pub fn of(error: &ConfigError) -> String {
    let ConfigError { path, line, fault } = error;
    let look = || line.map_or_else(|| format!("check {}", quoted(path)), |line| see(path, line));
    match fault {
        ConfigFault::Unreadable(_) | ConfigFault::TooLong(_) => {
            format!("check it with `ls -lL {}`, or use another with `--config FILE`", quoted(path))
        }
        ConfigFault::Planted | ConfigFault::WritableByOthers(_) => not_ours(path),
        ConfigFault::Syntax(_) => {
            format!("{}; quote a string that begins with @ or *", look())
        }
        ConfigFault::TooMuch => format!("every use of an alias counts; {}", look()),
        ConfigFault::UnknownField { similar: Some(similar), .. } => format!("did you mean `{similar}`?"),
        ConfigFault::UnknownField { similar: None, .. } => {
            "remove it; kenc accepts unknown fields only in a `.sops.yaml`".to_owned()
        }
        ConfigFault::Pattern { .. } => {
            "use the regular expression syntax of Go: `\\.yaml$` matches all files that end in .yaml".to_owned()
        }
        ConfigFault::TwoSelections { .. } => "keep one of them, or write two rules with a `path_regex` each".to_owned(),
        ConfigFault::GroupsAndKeys(field) => format!("move `{field}` into one of the groups"),
        ConfigFault::WrongKind { .. }
        | ConfigFault::NotFields(_)
        | ConfigFault::NameOfName(_)
        | ConfigFault::ContextConflict { giver: "the rule has", .. } => look(),
        ConfigFault::EmptyRule | ConfigFault::NoKeyInRule | ConfigFault::EmptyGroup => {
            "add keys to it, `kms:` with ARNs or `age:` with recipients, or name a key with -k".to_owned()
        }
        ConfigFault::Threshold { .. } => {
            "it must be from 2 to the number of groups; without it, all groups are needed".to_owned()
        }
        ConfigFault::KeyWord(fault) => key_words::of(fault),
        ConfigFault::KeyOfAnotherKind { .. } => {
            "`kms` takes ARNs, `age` takes recipients and `pgp` takes fingerprints; `keys` in .kenc.yaml takes ARNs and recipients"
                .to_owned()
        }
        ConfigFault::NotAFingerprint(_) => {
            "use the fingerprint of 40 digits, which `gpg --list-keys` shows".to_owned()
        }
        ConfigFault::KeyOfOtherService { .. } => {
            "name other keys with -k, or encrypt this file with sops: kenc can open it with any of its other keys"
                .to_owned()
        }
        ConfigFault::UnknownName(name) => format!("define it: `keys: {{{name}: alias/NAME}}`"),
        ConfigFault::Context(_) => "write the context as `context: {app: NAME}`, each key once".to_owned(),
        ConfigFault::ContextConflict { key, .. } => {
            format!("omit `-c {key}=…`, or change the config")
        }
        ConfigFault::TrustedKey(_) => {
            "list ARNs (with * as a wildcard), accounts of 12 digits, or age and ssh recipients".to_owned()
        }
        ConfigFault::NoRule(_) => {
            "add a rule for it, or one without `path_regex` for all other files, or name a key with -k".to_owned()
        }
        ConfigFault::NotForWholeFile { reason, .. } => match reason {
            WholeFileFault::Format("values") => "encrypt its values with `--values`, or name a key with -k".to_owned(),
            WholeFileFault::Format(_) => "name a key with -k to encrypt it in the kenc format".to_owned(),
            WholeFileFault::KeyContext(_) => {
                "move it to the `context` of a rule in .kenc.yaml, or name a key with -k".to_owned()
            }
            WholeFileFault::Groups | WholeFileFault::Kind { .. } => {
                "name a key for the whole file with -k, or encrypt its values with `--values`".to_owned()
            }
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// The ways to allow a config that others can write.
fn not_ours(path: &Path) -> String {
    let own = own_config_file();
    let folder = std::path::absolute(path).ok().and_then(|path| Some(path.parent()?.to_owned()));
    match (own, folder) {
        (Some(own), _) if own == path => {
            format!("make it private: `chmod go-w {0} {1}`", quoted(path), quoted(path.parent().unwrap_or(path)))
        }
        (Some(own), Some(folder)) => format!(
            "if you trust everyone who can write it, use `--config {}`, or allow its folder in {}: `safe_folders: [{}]`",
            quoted(path),
            own.display(),
            folder.display()
        ),
        _ => format!("if you trust everyone who can write it, use `--config {}`", quoted(path)),
    }
}

fn see(path: &Path, line: u64) -> String {
    format!("see the line with `sed -n {line}p {}`", quoted(path))
}
