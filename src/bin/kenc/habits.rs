//! Command lines that mean something else to other programs: they are refused before anything is written.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use kenc::fs::input::Input;
use kenc::keys::KeySpec;
use kenc::storage::s3::ObjectName;

use crate::failure::{CommandFault, Failure};
use kenc::document::Format;
use kenc::formats::detect::Detected;
use kenc::formats::detect::is_whole_file;

/// Lines that identify a secret key of age or ssh.
const SECRET_KEYS: [&str; 3] = ["AGE-SECRET-KEY-", "AGE-PLUGIN-", "-----BEGIN "];
const END_OF_SSH_KEY: &str = "PRIVATE KEY-----";

/// What `-i` would replace files by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Their ciphertext.
    Encrypted,
    /// The plaintext of encrypted files, or the same under other keys.
    OfEncrypted(Option<Format>),
}

/// Refuses a whole run with `-i` whose inputs show that an identity was meant, as with `age -i`. Folders are left to
/// the walk.
pub fn check_in_place(inputs: &[PathBuf], replacement: Replacement) -> Result<(), Failure> {
    for path in inputs.iter().filter(|path| path.as_os_str() != "-" && !ObjectName::is_meant(path)) {
        let refused =
            |fault: &str| Failure::from(CommandFault::NotToReplace { path: path.clone(), fault: fault.to_owned() });
        let Ok(metadata) = std::fs::metadata(path) else { return Err(refused("cannot be found")) };
        if !metadata.is_file() {
            continue;
        }
        let (start, input) = Input::open(path)?.peek()?;
        if is_whole_file(&start) {
            continue;
        }
        let is_identity = holds_identity(&start);
        match replacement {
            Replacement::Encrypted if is_identity => return Err(refused("holds an identity")),
            Replacement::Encrypted => {}
            Replacement::OfEncrypted(notation) => match Detected::new(input, Some(path), notation) {
                Ok(Detected::File(_) | Detected::Foreign(..)) if is_identity => {
                    return Err(refused("holds an identity"));
                }
                // A damaged one is reported separately, among the others.
                Ok(Detected::Document(_)) | Err(_) => {}
                Ok(_) => return Err(refused("is not encrypted by kenc or sops")),
            },
        }
    }
    Ok(())
}

fn holds_identity(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    text.lines().any(|line| {
        let line = line.trim_start();
        SECRET_KEYS.iter().any(|begin| line.starts_with(begin))
            && (line.starts_with("AGE-") || line.contains(END_OF_SSH_KEY))
    })
}

/// Refuses inputs that are not files but keys, as after `age -r`, or URLs.
pub fn check_inputs(inputs: &[PathBuf], is_recursive: bool) -> Result<(), Failure> {
    let missing = inputs.iter().filter(|path| path.as_os_str() != "-" && std::fs::symlink_metadata(path).is_err());
    for word in missing.filter_map(|path| path.to_str()) {
        let is_key =
            ["age1", "arn:aws", "alias/", "ssh-ed25519 ", "ssh-rsa "].iter().any(|begin| word.starts_with(begin));
        if is_key && word.parse::<KeySpec>().is_ok() {
            return Err(CommandFault::KeyAmongInputs { word: word.to_owned(), is_after_recursive: is_recursive }.into());
        }
    }
    Ok(())
}

/// Refuses the first half of a key of ssh.
pub fn check_keys(words: &[String]) -> Result<(), Failure> {
    match words.iter().find(|word| matches!(word.trim(), "ssh-ed25519" | "ssh-rsa")) {
        Some(word) => Err(CommandFault::SplitKey(word.clone()).into()),
        None => Ok(()),
    }
}

/// Text that looks like several pairs of an encryption context in one word, as sops accepts them.
pub fn several_pairs(words: &[String]) -> Option<String> {
    let word = words.iter().find(|word| {
        word.split_once('=')
            .is_some_and(|(_, value)| value.split_once(',').is_some_and(|(_, rest)| rest.contains(['=', ':'])))
    })?;
    let (_, value) = word.split_once('=')?;
    Some(format!("-c takes one pair, and its value here is `{value}`; repeat -c for several pairs"))
}

/// The hint for a command that was not separated from the files before it.
pub fn hint_for_missing_command<'a>(mut words: impl Iterator<Item = &'a OsStr>) -> Option<&'static str> {
    words.any(|word| word == "exec").then_some("put `--` before the command: `kenc exec FILE -- COMMAND`")
}

/// Whether a word for a key may be meant as the name of a file.
pub fn looks_like_a_file(word: &str) -> bool {
    word.contains('/') && !word.starts_with("alias/") && !word.starts_with("arn:")
        || Path::new(word).extension().is_some_and(|ending| ending == "pub" || ending == "txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_told_by_the_beginnings_of_their_lines() {
        assert!(holds_identity(b"# comment\nAGE-SECRET-KEY-1QQ\n"));
        assert!(holds_identity(b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n"));
        assert!(!holds_identity(b"key: AGE-SECRET-KEY-1QQ\n-----BEGIN CERTIFICATE-----\n"));
    }

    #[test]
    fn two_pairs_in_one_word_are_told_from_a_value_with_a_comma() {
        let words = |word: &str| several_pairs(&[word.to_owned()]);
        assert!(words("db=a,env=b").is_some() && words("db=a,b").is_none() && words("db=a").is_none());
    }
}
