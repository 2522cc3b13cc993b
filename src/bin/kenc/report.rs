//! Prints results to the standard output, and errors and hints to the standard error.

pub mod audited_events;
pub mod checked_keys;
mod document_hints;
pub mod document_keys;
pub mod document_summary;
pub mod error_line;
pub mod file_description;
pub mod hints;
pub mod inspected_file;
pub mod key_names;
pub mod key_usage;
pub mod opened_records;
pub mod other_names;
pub mod panics;
pub mod questions;
mod rekeyed_document;
mod rekeyed_file;
pub mod rewrapped;
pub mod run_sum;
mod seal;
pub mod unfinished_uploads;
pub mod usage;
pub mod verified_document;
pub mod verified_file;
pub mod wrapped_keys;

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use kenc::document::SealStatus;
use kenc::error::{Error, Result};
use kenc::keys::KeyAttempt;
use kenc::keys::aws_kms::KmsCall;
use kenc::ops::observer::Warning;
use serde_json::{Value, json};

use crate::args::{ColorWhen, GlobalArgs};
use crate::failure::{Cause, CommandFault, Exit, Failure, HasExit};
use kenc::storage::standard;

pub use crate::printable::printable;
use crate::printable::{json_line, printable_lines, printable_result};
use crate::progress::above_bar;
use error_line::print_error_line;
pub use hints::quoted;
pub use key_names::ShownKeyNames;
pub use seal::seal_word;

/// Files that are named if many fail for one cause.
const FAILURES_NAMED: usize = 3;
/// What a missing seal means.
const NOT_SEALED: &str =
    "not sealed: anyone who can write the file could have changed its comments, its rule and its recipients";

/// Prints according to the user's options.
pub struct Reporter {
    json: bool,
    quiet: bool,
    verbose: bool,
    colored: bool,
    colored_results: bool,
    no_input: bool,
    /// Hints that were given without a failure.
    hinted: Mutex<BTreeSet<String>>,
    /// During a run over many files: each warning that concerns single files, with these.
    gathered: Mutex<Option<BTreeMap<String, Vec<String>>>>,
    /// During such a run: how many files failed for each cause that says nothing of a single file.
    failed: Mutex<BTreeMap<String, usize>>,
    /// For commands whose results are about keys.
    key_names: OnceLock<ShownKeyNames>,
}

impl Reporter {
    pub fn new(args: &GlobalArgs) -> Self {
        let GlobalArgs { json, quiet, verbose, color, no_input, config: _ } = *args;
        let colored = match color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                std::io::stderr().is_terminal() && !forbidden
            }
        };
        let colored_results = colored && (color == ColorWhen::Always || std::io::stdout().is_terminal());
        Self {
            json,
            quiet,
            verbose,
            colored,
            colored_results,
            no_input,
            hinted: Mutex::default(),
            gathered: Mutex::default(),
            failed: Mutex::default(),
            key_names: OnceLock::new(),
        }
    }

    /// Shows the names of keys in results from now on.
    pub fn name_keys(&self, names: ShownKeyNames) {
        let _ = self.key_names.set(names);
    }

    /// A text with the names of keys.
    pub fn with_key_names(&self, text: &str) -> String {
        self.key_names.get().map_or_else(|| text.to_owned(), |names| names.add_to(text))
    }

    /// Colors a part of a result.
    pub fn painted_result(&self, color: &str, text: &str) -> String {
        if self.colored_results { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Whether kenc may prompt.
    pub fn may_ask(&self) -> bool {
        !self.no_input
    }

    /// Whether to show progress bars and suggestions.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && !self.json && std::io::stderr().is_terminal()
    }

    /// Prints a result that only confirms success, unless only errors are wanted.
    pub fn confirmation(&self, text: &str, value: &Value) -> Result<()> {
        if self.quiet && !self.json { Ok(()) } else { self.result(text, value) }
    }

    /// Shows lines that lead to a question, beside the results.
    pub fn show(&self, lines: &str) {
        if !self.json {
            print_error_line(&printable_lines(&self.with_key_names(lines)));
        }
    }

    /// Shows what a question is about, and the question, even if only errors are wanted.
    #[allow(clippy::unused_self, reason = "everything that is said is said by the reporter")]
    pub fn ask_about(&self, text: &str) {
        print_error_line(&printable_lines(text));
    }

    /// Whether results are printed as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints a result.
    pub fn result(&self, text: &str, value: &Value) -> Result<()> {
        let text = match (self.json, self.key_names.get()) {
            (true, Some(names)) => json_line(&names.add_to_json(value)),
            (true, None) => json_line(value),
            (false, _) => printable_result(&self.with_key_names(text)),
        };
        above_bar(|| standard::print(text.as_bytes()))
    }

    /// Prints a note with -v.
    pub fn note(&self, text: &str) {
        if self.verbose && !self.json {
            print_error_line(&format!("kenc: {}\n", printable(&self.with_key_names(text))));
        }
    }

    /// Whether notes are printed.
    pub fn is_verbose(&self) -> bool {
        self.verbose && !self.json
    }

    /// Sums up a run over many files: always as JSON, and for people on a terminal.
    pub fn summary(&self, text: &str, value: &Value) -> Result<()> {
        if self.json {
            return self.result("", value);
        }
        if !self.quiet && (self.verbose || std::io::stderr().is_terminal()) {
            print_error_line(&format!("kenc: {}\n", printable(text)));
        }
        Ok(())
    }

    /// Prints what was done, if that is not a result that a program reads.
    pub fn say(&self, text: &str) {
        if !self.quiet && !self.json {
            print_error_line(&format!("kenc: {}\n", printable(text)));
        }
    }

    /// Prints a line in the format of another program.
    #[allow(clippy::unused_self, reason = "everything that is said is said by the reporter")]
    pub fn tell(&self, text: &str) {
        print_error_line(&format!("{}\n", printable(text)));
    }

    /// Prints what to do next.
    pub fn hint(&self, text: &str) {
        if !self.quiet && !self.json {
            print_error_line(&format!("kenc: {} {}\n", self.painted("36", "hint:"), printable(text)));
        }
    }

    /// Prints a warning once, for people and programs.
    pub fn warn_once(&self, text: &str, value: &Value) {
        let is_new = lock(&self.hinted).insert(text.to_owned());
        if !is_new || self.quiet {
            return;
        }
        if self.json {
            let mut warning = value.clone();
            warning["message"] = text.into();
            print_error_line(&json_line(&json!({ "warning": warning })));
        } else {
            print_error_line(&format!("kenc: {} {}\n", self.painted("33", "warning:"), printable(text)));
        }
    }

    /// Prints a tip once, for people only.
    pub fn hint_once(&self, text: &str) {
        let is_new = lock(&self.hinted).insert(text.to_owned());
        if is_new && self.shows_progress() {
            self.hint(text);
        }
    }

    /// Begins a run over many files: a warning that holds for several is printed once, by [`Self::tell_gathered`], and so
    /// is each hint. With -v and in JSON each file is named.
    pub fn gather(&self) {
        *lock(&self.gathered) = Some(BTreeMap::new());
    }

    /// Prints the gathered warnings and failures, with the number of files.
    pub fn tell_gathered(&self) {
        for (cause, count) in std::mem::take(&mut *lock(&self.failed)) {
            if let Some(more) = count.checked_sub(FAILURES_NAMED).filter(|more| *more > 0) {
                let text =
                    self.with_key_names(&format!("{more} more {}: {cause}", if more == 1 { "file" } else { "files" }));
                print_error_line(&format!("kenc: {} {}\n", self.painted("1;31", "error:"), printable(&text)));
                self.hint("`-v` names them");
            }
        }
        for (what, names) in lock(&self.gathered).take().unwrap_or_default() {
            match &names[..] {
                [name] => self.warn_once(&format!("{name}: {what}"), &json!({ "file": name })),
                names => {
                    let text = format!("{}: {what}", counted(names.len(), "file"));
                    self.warn_once(&text, &json!({ "files": names.len() }));
                    self.hint("`-v` names them");
                }
            }
        }
    }

    fn has_gathered(&self, what: &str, name: &str) -> bool {
        let mut gathered = lock(&self.gathered);
        let Some(gathered) = gathered.as_mut().filter(|_| !self.verbose && !self.json) else { return false };
        gathered.entry(what.to_owned()).or_default().push(name.to_owned());
        true
    }

    /// Goes through the outcomes of several inputs, reports each failure, and continues. The failure of a single input
    /// is left to the caller.
    pub fn all(&self, count: usize, outcomes: impl Iterator<Item = Result<Exit, Failure>>) -> Result<Exit, Failure> {
        self.all_found(Some(count), outcomes)
    }

    /// The same where the number of files may be known only when all were found.
    pub fn all_found(
        &self,
        count: Option<usize>,
        outcomes: impl Iterator<Item = Result<Exit, Failure>>,
    ) -> Result<Exit, Failure> {
        if count != Some(1) {
            self.gather();
        }
        let outcome = self.each(count, outcomes);
        // After Ctrl-C nothing is said but what was left behind.
        if !outcome.as_ref().is_err_and(|failure| failure.exit() == Exit::Interrupted) {
            self.tell_gathered();
        }
        outcome
    }

    fn each(
        &self,
        count: Option<usize>,
        outcomes: impl Iterator<Item = Result<Exit, Failure>>,
    ) -> Result<Exit, Failure> {
        let (mut worst, mut failed, mut found) = (Exit::Done, 0, 0);
        for outcome in outcomes {
            found += 1;
            match outcome {
                Ok(exit) if worst == Exit::Done => worst = exit,
                Ok(_) => {}
                Err(failure) if count == Some(1) || failure.ends_run() => return Err(failure),
                Err(failure) => {
                    let exit = self.failure(&failure);
                    failed += 1;
                    if failed == 1 {
                        worst = exit;
                    }
                }
            }
        }
        if failed == 0 {
            Ok(worst)
        } else {
            Err(CommandFault::SomeFailed { failed, all: count.unwrap_or(found), exit: worst }.into())
        }
    }

    /// Reports a failure: one sentence, the keys that were tried, and what to do next.
    pub fn failure(&self, failure: &Failure) -> Exit {
        self.failure_with(failure, hints::of(failure))
    }

    /// Whether so many files failed for this cause that the others are only counted. With -v and in JSON each is told.
    fn is_told_often_enough(&self, failure: &Failure) -> bool {
        if self.verbose || self.json || failure.subject.is_none() || lock(&self.gathered).is_none() {
            return false;
        }
        let mut failed = lock(&self.failed);
        let count = failed.entry(failure.cause.to_string()).or_default();
        *count += 1;
        *count > FAILURES_NAMED
    }

    /// The same with other hints than the usual ones.
    pub fn failure_with(&self, failure: &Failure, hints: Vec<String>) -> Exit {
        let exit = failure.exit();
        // As for any program in a pipe whose reader has what it wants.
        if exit == Exit::BrokenPipe {
            return exit;
        }
        if self.is_told_often_enough(failure) {
            return exit;
        }
        let sentence = self.with_key_names(&sentence(failure));
        let attempts = attempts_of(failure);
        if self.json {
            print_error_line(&json_line(&json!({ "error": error_with(&sentence, exit, &hints, &attempts) })));
            return exit;
        }
        let tried = attempts.iter().flat_map(|KeyAttempt { slot, provider, key_id, refusal }| {
            let (provider, key_id) = (printable(provider), printable(key_id));
            [format!("  {} {provider} {key_id}\n", slot + 1), format!("      {}\n", printable(&refusal.to_string()))]
        });
        let tried = self.with_key_names(&tried.collect::<String>());
        let text = format!("kenc: {} {}\n{tried}", self.painted("1;31", "error:"), printable(&sentence));
        print_error_line(&text);
        let is_one_of_many = lock(&self.gathered).is_some();
        for hint in hints {
            if !is_one_of_many || lock(&self.hinted).insert(hint.clone()) {
                self.hint(&hint);
            }
        }
        exit
    }

    /// Prints a warning once, for people and programs.
    pub fn warn(&self, warning: &Warning) {
        match warning {
            Warning::NotSealed { name, seal } => {
                let what = match seal {
                    SealStatus::Broken(fault) => fault.to_string(),
                    _ => NOT_SEALED.to_owned(),
                };
                if !self.has_gathered(&what, name) {
                    self.warn_once(&format!("{name}: {what}"), &json!({ "file": name, "seal": seal_word(*seal) }));
                }
            }
            Warning::EmptyInput { name } => self.warn_once(
                &format!("{name} was empty: the encrypted file has no content; `--min-size 1` makes that an error"),
                &json!({ "file": name }),
            ),
            Warning::IdentityOpenToAll(path) => self.warn_once(
                &format!(
                    "every user of this machine can read or change the identity {}; make it private: `chmod 600 {}`",
                    path.display(),
                    quoted(path)
                ),
                &json!({ "file": path.display().to_string() }),
            ),
            Warning::IdentityOpenToOthers(path) => self.warn_once(
                &format!(
                    "others can replace the identity {}, so its recipient is not taken for yours; `chmod go-w {}`, and its folder",
                    path.display(),
                    quoted(path)
                ),
                &json!({ "file": path.display().to_string() }),
            ),
            Warning::UnfinishedUpload(upload) => {
                let begun = unfinished_uploads::begun(upload.begun).unwrap_or_else(|| "earlier".to_owned());
                self.warn_once(
                    &format!(
                        "{0}: S3 still keeps the parts of an upload that began {begun}; if none is under way, `kenc s3 cleanup {1}` removes them",
                        upload.object,
                        quoted(&upload.object.to_path())
                    ),
                    &json!({ "file": upload.object.to_string(), "upload": upload.id }),
                );
            }
            Warning::ConfigIgnored { path, reason } => {
                self.warn_once(
                    &format!("{}: {reason}", path.display()),
                    &json!({ "file": path.display().to_string() }),
                );
            }
            _ => {}
        }
    }

    /// Prints under which id AWS has logged a call, for those who want to know, and for programs.
    pub fn kms_call_line(&self, call: &KmsCall) {
        let KmsCall { operation, key, request_id, status, .. } = call;
        if self.json {
            let call = json!({ "operation": operation, "key": key, "request_id": request_id, "status": status });
            print_error_line(&json_line(&json!({ "kms_call": call })));
        } else if self.verbose {
            let key = key.as_deref().map_or_else(String::new, |key| format!(" {key}"));
            let id = request_id.as_deref().unwrap_or("without an id");
            let failed = if *status == 200 { String::new() } else { format!(", HTTP {status}") };
            self.note(&format!("kms:{operation}{key}: request {id}{failed}"));
        }
    }

    fn painted(&self, color: &str, text: &str) -> String {
        if self.colored { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A failure and its hints, for a place other than the terminal.
pub fn lines_of(failure: &Failure) -> Vec<String> {
    std::iter::once(sentence(failure)).chain(hints::of(failure)).map(|line| printable(&line)).collect()
}

/// A failure as an error of kenc-json(5), for a place other than the standard error.
pub fn error_json(failure: &Failure) -> Value {
    error_with(&sentence(failure), failure.exit(), &hints::of(failure), &attempts_of(failure))
}

fn error_with(message: &str, exit: Exit, hints: &[String], attempts: &[&KeyAttempt]) -> Value {
    let key = |attempt: &&KeyAttempt| {
        json!({
            "slot": attempt.slot + 1,
            "provider": attempt.provider,
            "id": attempt.key_id,
            "reason": attempt.refusal.to_string(),
        })
    };
    let keys: Vec<Value> = attempts.iter().map(key).collect();
    json!({ "message": message, "exit": exit.code(), "hints": hints, "keys": keys })
}

/// What became of the keys, if they are the reason.
fn attempts_of(failure: &Failure) -> Vec<&KeyAttempt> {
    match &failure.cause {
        Cause::Library(Error::NoKeyOpens { attempts }) => attempts.iter().collect(),
        Cause::Library(Error::TooFewGroups { groups, .. }) => {
            groups.iter().filter(|group| !group.is_open).flat_map(|group| &group.attempts).collect()
        }
        _ => Vec::new(),
    }
}

fn sentence(failure: &Failure) -> String {
    match &failure.subject {
        Some(subject) => format!("{subject}: {}", failure.cause),
        None => failure.cause.to_string(),
    }
}

/// A number of things, in the singular or the plural.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
