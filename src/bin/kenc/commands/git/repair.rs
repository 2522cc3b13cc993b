//! `kenc git mac-repair`.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal};

use kenc::document::MacStatus;
use kenc::ops::configs::Configs;
use kenc::ops::git::fault::GitFault;
use kenc::ops::git::repair::{Difference, DifferenceKind, Repair};
use serde_json::json;

use crate::args::git::GitMacRepairArgs;
use crate::failure::{Exit, Failure};
use crate::report::document_keys::recipients_and_rule;
use crate::report::{Reporter, printable};
use crate::terminal::{self, Terminal};
use crate::{sessions, signals};

pub fn run(args: &GitMacRepairArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let GitMacRepairArgs { file, yes, open, passphrase, aws } = args;
    let name = file.display().to_string();
    let passphrases = sessions::passphrases(passphrase, reporter);
    let session = sessions::to_open(open, passphrases, aws, configs, std::slice::from_ref(file))?;
    signals::handle(&session)?;
    let Some(repair) = Repair::open(&session, file)? else {
        reporter.confirmation(&format!("{name}: nothing to repair\n"), &json!({ "file": name, "repaired": false }))?;
        return Ok(Exit::Done);
    };
    // The decision is shown where it is asked for.
    let is_asked = !yes && reporter.may_ask() && std::io::stderr().is_terminal();
    if is_asked || !reporter.is_json() {
        reporter.ask_about(&shown(&name, &repair));
    }
    let is_agreed = *yes || (is_asked && confirmed(reporter)?);
    if !is_agreed {
        return Err(GitFault::NotConfirmed(file.clone()).into());
    }
    repair.write()?;
    let text = format!("{name}: new MAC; the document is not sealed\n");
    reporter.confirmation(&text, &json!({ "file": name, "repaired": true, "seal": "absent" }))?;
    Ok(Exit::Done)
}

/// What the user decides about. The MAC covers neither recipients nor the rule, and a new one accepts the document as
/// it is.
fn shown(name: &str, repair: &Repair) -> String {
    let what = match repair.opened.report().mac {
        MacStatus::Verified | MacStatus::Wrong => "MAC mismatch",
        MacStatus::Missing => "the MAC is missing",
    };
    let mut shown = format!("{name}: {what}, but every value is authentic at its path\n");
    match repair.differences.as_deref() {
        Some([]) => shown.push_str("  no value differs from the last commit, but their order may\n"),
        Some(differences) => differences.iter().for_each(|difference| {
            let Difference { kind, path } = difference;
            let what = match kind {
                DifferenceKind::Added => "added  ",
                DifferenceKind::Changed => "changed",
                DifferenceKind::Removed => "removed",
            };
            writeln!(shown, "  {what} {}", printable(path)).expect("writing to a string does not fail");
        }),
        None => shown.push_str("  there is no last commit to compare with\n"),
    }
    shown.push_str(&recipients_and_rule(repair.opened.metadata()));
    shown
}

/// Asks on the terminal.
fn confirmed(reporter: &Reporter) -> Result<bool, Failure> {
    let Ok(Terminal { mut typed, shown: _ }) = terminal::open() else { return Ok(false) };
    reporter.ask_about("Write a new MAC for these values? [y/N] ");
    let mut answer = String::new();
    let read = typed.read_line(&mut answer);
    read.map_err(kenc::error::Error::Read)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
