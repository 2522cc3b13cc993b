//! The keys of documents: `updatekeys` and `groups`.

use std::ffi::OsString;
use std::io::BufRead;
use std::path::Path;

use kenc::document::{ChangeOutcome, DataKeyChange, NewKey, NewKeys, StoredKey};
use kenc::fs::atomic::Access;
use kenc::keys::{Vouchers, WrappingKey};

use super::exit::{SopsStop, code};
use super::keys::{named, refuse_others};
use super::session::{SopsRun, name_of};
use super::transform::encrypted_of;
use super::vouching::vouchers;
use crate::failure::Failure;
use kenc::ops::jobs::hold;
use kenc::storage::standard;

/// Gives files the keys of the rules for them.
pub fn update_keys(session: SopsRun<'_>, words: &[OsString]) -> Result<u8, SopsStop> {
    match words {
        [] => Err(SopsStop::new(code::NO_FILE, "no file given")),
        [file] => update(session, Path::new(file)),
        files => {
            let mut failed = 0;
            for file in files {
                if let Err(stop) = update(session, Path::new(file)) {
                    stop.report(session.reporter);
                    failed += 1;
                }
            }
            if failed == 0 {
                return Ok(0);
            }
            Err(SopsStop::new(code::FAILED, format!("{failed} of {} files failed", files.len())))
        }
    }
}

fn update(session: SopsRun<'_>, path: &Path) -> Result<u8, SopsStop> {
    let found = session.configs.of(Some(path))?;
    let none = |sentence: &str| SopsStop::new(code::FAILED, sentence).with_hint("add a rule to .sops.yaml");
    let config = found.config.as_ref().ok_or_else(|| none("config file not found"))?;
    let held = hold(path, session.session)?;
    let sealed = session.sealed(Some(path))?;
    let rule = config.rule_for(Some(path))?.ok_or_else(|| none("the config file has no creation rules"))?;
    let groups = rule.wrapping_keys()?;
    let old = sealed.metadata();
    let stated = session.args.shamir_secret_sharing_threshold.or(rule.threshold.map(usize::from)).unwrap_or(0);
    let threshold = if groups.len() > 1 { stated } else { 0 };
    let differences = differences(&old.groups, &groups);
    let needed = |threshold: usize, groups: usize| if groups > 1 && threshold == 0 { groups } else { threshold };
    let is_same_threshold = needed(old.threshold, old.groups.len()) == needed(threshold, groups.len());
    if differences.iter().all(|line| line.starts_with(' ')) && old.groups.len() == groups.len() && is_same_threshold {
        session.reporter.tell(&format!("File {} already up to date", path.display()));
        return Ok(0);
    }
    let changes = format!("The following changes will be made to the file's groups:\n{}\n", differences.join("\n"));
    standard::print(changes.as_bytes())?;
    if !session.args.yes && !is_confirmed()? {
        session.reporter.tell(&format!("File {} left unchanged", path.display()));
        return Ok(0);
    }
    let opened = session.open(Some(path))?;
    let groups: Vec<Vec<NewKey>> =
        groups.into_iter().map(|group| group.into_iter().map(NewKey::Wrapping).collect()).collect();
    let outcome = session.with_new_keys(|keyring| opened.with_keys(&groups, threshold, keyring, &Vouchers::none()));
    if let ChangeOutcome::Changed(encrypted) = outcome.map_err(Failure::about(name_of(Some(path))))? {
        session.replace(held, &encrypted.text)?;
    }
    session.reporter.tell(&format!("File {} synced with new keys", path.display()));
    Ok(0)
}

/// The keys of each group, with a sign before added and removed ones.
fn differences(old: &[Vec<StoredKey>], new: &[Vec<WrappingKey>]) -> Vec<String> {
    let mut lines = Vec::new();
    for at in 0..old.len().max(new.len()) {
        let old = old.get(at).map_or(&[][..], Vec::as_slice);
        let new = new.get(at).map_or(&[][..], Vec::as_slice);
        lines.push(format!(" Group {}", at + 1));
        for key in old {
            let stays = new.iter().any(|new| key.is_of(new));
            lines.push(format!("{} {}", if stays { ' ' } else { '-' }, crate::report::printable(&key.id())));
        }
        for key in new.iter().filter(|key| !old.iter().any(|old| old.is_of(key))) {
            lines.push(format!("+ {}", key.key));
        }
    }
    lines
}

fn is_confirmed() -> Result<bool, SopsStop> {
    let mut answers = std::io::BufReader::new(standard::input()?);
    loop {
        standard::print(b"Is this okay? (y/n):")?;
        let mut answer = String::new();
        let read = answers.read_line(&mut answer);
        match (read, answer.trim()) {
            (Ok(0) | Err(_), _) => {
                return Err(SopsStop::new(code::FAILED, "no answer; use `-y` to continue without a question"));
            }
            (_, "y") => return Ok(true),
            (_, "n") => return Ok(false),
            _ => {}
        }
    }
}

/// `groups add` and `groups delete`.
pub fn run(session: SopsRun<'_>, words: &[OsString]) -> Result<u8, SopsStop> {
    let args = session.args;
    let path = args.file.as_deref().ok_or_else(|| SopsStop::new(code::NO_FILE, "`--file` must name the file"))?;
    let words: Vec<&str> = words.iter().map(|word| word.to_str().unwrap_or_default()).collect();
    refuse_others(&args.refused_keys)?;
    let held = session.hold(Some(path))?;
    let opened = session.open(Some(path))?;
    let layout = session.layout_of_opened(&opened, Some(path))?;
    let opened = layout.of_opened(opened, Some(path))?;
    let old = opened.metadata();
    let mut groups: Vec<Vec<NewKey>> =
        old.groups.iter().map(|group| group.iter().cloned().map(NewKey::Kept).collect()).collect();
    match words.as_slice() {
        ["add"] => {
            let keys = named(args, &args.kms, &args.pgp, &args.age)?;
            if keys.is_empty() {
                return Err(SopsStop::new(code::FAILED, "the new group needs a key: --kms, --age or --pgp"));
            }
            groups.push(keys.into_iter().map(NewKey::Wrapping).collect());
        }
        ["delete", number] => {
            let number = number.parse::<usize>().ok().filter(|number| *number < groups.len());
            let number =
                number.ok_or_else(|| SopsStop::new(code::FAILED, "no group has this number; the first is 0"))?;
            groups.remove(number);
        }
        ["delete"] => {
            return Err(SopsStop::new(code::FAILED, "`groups delete` takes the number of a group; the first is 0"));
        }
        _ => return Err(SopsStop::new(code::FAILED, "`groups` takes `add` or `delete`")),
    }
    let stated = args.shamir_secret_sharing_threshold.unwrap_or(old.threshold);
    let threshold = if groups.len() > 1 { stated.min(groups.len()) } else { 0 };
    let keys = NewKeys { groups, threshold, absent: Vec::new() };
    let vouchers = vouchers(session, path, &opened, &keys, DataKeyChange::Kept)?;
    let outcome = session.with_new_keys(|keyring| opened.with_keys(&keys.groups, threshold, keyring, &vouchers));
    let encrypted = encrypted_of(outcome.map_err(Failure::about(name_of(Some(path))))?, opened.document().text());
    let text = layout.text_of(encrypted)?;
    session.write(Some(path), text.as_bytes(), Access::Umask, held)
}
