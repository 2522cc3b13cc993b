//! What can stand for an argument.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};
use kenc::ops::complete::{aws_profiles, key_names, recipients, value_paths};

/// Most files among the typed words that are looked at.
const MOST_FILES: usize = 8;

/// Names of the config.
pub fn named_keys(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = key_names(files().first().map(PathBuf::as_path));
    matching(current, names.into_iter().map(|(name, key)| CompletionCandidate::new(name).help(Some(key.into()))))
}

/// Keys that the files on the command line name, and names of the config.
pub fn keys_of_files(current: &OsStr) -> Vec<CompletionCandidate> {
    let keys: BTreeSet<String> = files().iter().flat_map(|file| recipients(file)).collect();
    let mut found = matching(current, keys.into_iter().map(CompletionCandidate::new));
    found.extend(named_keys(current));
    found
}

/// Names of the config, and the word for keys that it does not name.
pub fn keys_or_drift(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = matching(current, std::iter::once(CompletionCandidate::new("drift")));
    found.extend(named_keys(current));
    found
}

pub fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    matching(current, aws_profiles().into_iter().map(CompletionCandidate::new))
}

/// Paths in the first file on the command line.
pub fn paths(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(start), Some(file)) = (current.to_str(), files().into_iter().next()) else { return Vec::new() };
    value_paths(&file, start).into_iter().map(CompletionCandidate::new).collect()
}

/// Files before `--`; behind it a program, and files again.
pub fn files_or_command(current: &OsStr) -> Vec<CompletionCandidate> {
    let words = words();
    let index = std::env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
    let index = index.unwrap_or(words.len().saturating_sub(1));
    let dashes = words.iter().position(|word| word == "--");
    if dashes.is_none_or(|dashes| dashes + 1 != index) || current.as_encoded_bytes().contains(&b'/') {
        return PathCompleter::any().complete(current);
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let entries = std::env::split_paths(&folders).filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let names: BTreeSet<OsString> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    matching(current, names.into_iter().map(CompletionCandidate::new))
}

/// The words of the command line that is typed, with `kenc` first.
fn words() -> Vec<OsString> {
    std::env::args_os().skip_while(|word| word != "--").skip(1).collect()
}

/// The files among them.
fn files() -> Vec<PathBuf> {
    let words = words().into_iter().skip(1).take_while(|word| word != "--");
    words.map(PathBuf::from).filter(|path: &PathBuf| Path::is_file(path)).take(MOST_FILES).collect()
}

fn matching(current: &OsStr, all: impl Iterator<Item = CompletionCandidate>) -> Vec<CompletionCandidate> {
    let starts = |value: &OsStr| value.as_encoded_bytes().starts_with(current.as_encoded_bytes());
    all.filter(|candidate| starts(candidate.get_value())).collect()
}
