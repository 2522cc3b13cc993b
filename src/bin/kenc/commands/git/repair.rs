//! `kenc git mac-repair`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, IsTerminal};

use kenc::document::merge::unresolved;
use kenc::document::{Document, MacRequirement, MacStatus, SealRequirement, SealStatus, TreeItem, Value};
use kenc::error::DocumentError;
use kenc::formats::detect::Detected;
use serde_json::json;

use super::repository::last_commit;
use crate::args::git::GitMacRepairArgs;
use crate::documents;
use crate::failure::{Exit, Failure, GitFault};
use crate::report::document_keys::recipients_and_rule;
use crate::report::{Reporter, printable};
use crate::sessions;
use crate::signals;
use kenc::ops::configs::Configs;
use kenc::ops::jobs::hold;

pub fn run(args: &GitMacRepairArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = args.file.as_path();
    let name = path.display().to_string();
    let about = || Failure::about(name.clone());
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, std::slice::from_ref(&args.file))?;
    signals::handle()?;
    let guards = session.guards(Some(path))?;
    let held = hold(path)?;
    let sealed =
        Detected::new(held.input().map_err(about())?, Some(path), None).and_then(Detected::document).map_err(about())?;
    if let Some((at, path)) = unresolved(sealed.document()).into_iter().next() {
        return Err(about()(DocumentError::Unresolved { at, path: path.to_string() }.into()));
    }
    let demands = session.document_demands(MacRequirement::Nothing, SealRequirement::NotBroken);
    let opened = sealed.open(&session.keyring_trusting(&guards.trusted), &demands).map_err(about())?;
    let report = opened.report();
    if report.mac == MacStatus::Verified {
        // A right MAC says nothing about what only the seal covers.
        if let SealStatus::Broken(fault) = report.seal {
            return Err(about()(DocumentError::BrokenSeal(fault).into()));
        }
        reporter.confirmation(&format!("{name}: nothing to repair\n"), &json!({ "file": name, "repaired": false }))?;
        return Ok(Exit::Done);
    }
    let what = match report.mac {
        MacStatus::Verified | MacStatus::Wrong => "MAC mismatch",
        MacStatus::Missing => "the MAC is missing",
    };
    let mut shown = format!("{name}: {what}, but every value is authentic at its path\n");
    match last_commit(path) {
        Some(old) => shown.push_str(&differences(&old, opened.document())),
        None => shown.push_str("  there is no last commit to compare with\n"),
    }
    // The MAC covers neither of these, and the new one goes with the document as it stands.
    shown.push_str(&recipients_and_rule(opened.metadata()));
    // What is to be decided about is shown where it is asked.
    let is_asked = !args.yes && can_ask(reporter);
    if is_asked || !reporter.is_json() {
        reporter.ask_about(&shown);
    }
    let is_agreed = args.yes || (is_asked && confirmed(reporter)?);
    if !is_agreed {
        return Err(GitFault::NotConfirmed(path.to_owned()).into());
    }
    let mended = opened.mended().map_err(about())?;
    documents::replace(held, &mended.text).map_err(about())?;
    let text = format!("{name}: new MAC; the document is not sealed\n");
    reporter.confirmation(&text, &json!({ "file": name, "repaired": true, "seal": "absent" }))?;
    Ok(Exit::Done)
}

/// Which values came, went, or are others. Values themselves are not shown: those that are encrypted differ by that.
fn differences(old: &Document, new: &Document) -> String {
    let values = |document: &Document| {
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        document.tree().walk(|path, item| {
            if let TreeItem::Leaf(leaf) = item {
                values.insert(path.to_string(), leaf.value.clone());
            }
        });
        values
    };
    let (old, new) = (values(old), values(new));
    let mut lines = String::new();
    let mut line = |what: &str, path: &str| {
        writeln!(lines, "  {what} {}", printable(path)).expect("writing to a string does not fail");
    };
    for (path, value) in &new {
        match old.get(path) {
            None => line("added  ", path),
            Some(old) if old != value => line("changed", path),
            Some(_) => {}
        }
    }
    old.keys().filter(|path| !new.contains_key(*path)).for_each(|path| line("removed", path));
    if lines.is_empty() { "  no value differs from the last commit, but their order may\n".to_owned() } else { lines }
}

/// Whether there is a terminal to ask on.
fn can_ask(reporter: &Reporter) -> bool {
    reporter.may_ask() && std::io::stderr().is_terminal()
}

/// Asks on the terminal.
fn confirmed(reporter: &Reporter) -> Result<bool, Failure> {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else { return Ok(false) };
    reporter.ask_about("Write a new MAC for these values? [y/N] ");
    let mut answer = String::new();
    let read = BufReader::new(terminal).read_line(&mut answer);
    read.map_err(kenc::error::Error::Read)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
