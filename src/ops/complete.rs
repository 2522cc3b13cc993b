//! What a shell can offer while a command is typed: only what files say without a key and without a network.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::document::{StoredKey, TreeItem};
use crate::formats::format::ReadPolicy;
use crate::fs::input::Input;
use crate::limits::LONGEST_LOOKED_AT;
use crate::ops::configs::{ConfigSource, Configs};
use crate::ops::inspect::{Inspected, inspect};
use crate::ops::observer::Unobserved;
use crate::ops::places::variable;

/// Most paths of a document that are offered.
const MOST_PATHS: usize = 1000;

/// The names for keys in the config for a file, or for the working folder, with what each stands for.
#[must_use]
pub fn key_names(file: Option<&Path>) -> Vec<(String, String)> {
    let configs = Configs::new(ConfigSource::NearInput, std::sync::Arc::new(Unobserved));
    let Ok(found) = configs.of(file) else { return Vec::new() };
    let names = found.config.iter().flat_map(Config::names);
    names.map(|(name, word)| (format!("@{name}"), word.to_owned())).collect()
}

/// The keys that a file names: recipients, ARNs and fingerprints.
#[must_use]
pub fn recipients(file: &Path) -> Vec<String> {
    match inspected(file) {
        Some(Inspected::Document(sealed)) => sealed.metadata().groups.iter().flatten().map(StoredKey::id).collect(),
        Some(Inspected::File(file)) => file.head.keys.iter().map(|key| key.key_id.clone()).collect(),
        None => Vec::new(),
    }
}

/// The paths of the mappings, lists and values of an encrypted document that begin with `start`, which are readable in it.
#[must_use]
pub fn value_paths(file: &Path, start: &str) -> Vec<String> {
    let Some(Inspected::Document(sealed)) = inspected(file) else { return Vec::new() };
    let dot = if start.starts_with('.') { "." } else { "" };
    let mut paths = Vec::new();
    sealed.document().tree().walk(|path, item| {
        if matches!(item, TreeItem::Leaf(_) | TreeItem::Enter(_) | TreeItem::Alias(_)) && !path.steps.is_empty() {
            let path = format!("{dot}{path}");
            if paths.len() < MOST_PATHS && path.starts_with(start) && !paths.contains(&path) {
                paths.push(path);
            }
        }
    });
    paths
}

/// The names of the profiles in the files of the AWS CLI.
#[must_use]
pub fn aws_profiles() -> Vec<String> {
    let place =
        |named: &str, usual: &str| variable(named).or_else(|| Some(std::env::home_dir()?.join(".aws").join(usual)));
    let files =
        [place("AWS_CONFIG_FILE", "config"), place("AWS_SHARED_CREDENTIALS_FILE", "credentials")].into_iter().flatten();
    let mut names: Vec<String> = files.filter_map(text).flat_map(|text| profiles_in(&text)).collect();
    names.sort();
    names.dedup();
    names
}

fn profiles_in(text: &str) -> Vec<String> {
    let section = |line: &str| Some(line.trim().strip_prefix('[')?.split(']').next()?.trim().to_owned());
    let sections = text.lines().filter_map(section);
    let name = |section: String| match section.split_once(char::is_whitespace) {
        None => Some(section),
        Some(("profile", name)) => Some(name.trim().to_owned()),
        // Sessions of SSO and services.
        Some(_) => None,
    };
    sections.filter_map(name).filter(|name| !name.is_empty()).collect()
}

fn inspected(file: &Path) -> Option<Inspected> {
    if !is_short(file) {
        return None;
    }
    inspect(Input::open(file).ok()?, Some(file), None, &ReadPolicy::default()).ok()
}

fn text(file: PathBuf) -> Option<String> {
    if !is_short(&file) {
        return None;
    }
    let mut text = String::new();
    File::open(file).ok()?.take(LONGEST_LOOKED_AT).read_to_string(&mut text).ok()?;
    Some(text)
}

/// Whether a file can be read at once: named pipes and devices would wait.
fn is_short(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LONGEST_LOOKED_AT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_found_in_both_kinds_of_files() {
        let text =
            "[default]\nregion = x\n[profile one two]\n [profile dev]\n[sso-session s]\n[ci]\n# [no]\n[]\n[open\n";
        assert_eq!(profiles_in(text), ["default", "one two", "dev", "ci", "open"]);
    }
}
