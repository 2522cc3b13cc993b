//! What is told of the events in logs of CloudTrail.

use std::fmt::Write as _;

use kenc::error::Result;
use kenc::ops::audit::audited_files::AuditedFiles;
use kenc::ops::audit::event::{EventError, EventOutcome};
use kenc::ops::audit::level::AuditLevel;
use kenc::ops::audit::principal::EventPrincipal;
use kenc::ops::audit::rows::AuditRow;
use kenc::ops::audit::search::AuditSummary;
use kenc::ops::file_id::FILE_ID;
use serde_json::{Map, Value, json};

use super::{Reporter, counted, printable};
use crate::failure::Failure;

/// Files that JSON names for one event. The others are counted.
const MOST_FILES: usize = 100;

/// Warns of a line of kenc's own log that is none. A crash can leave one, and the others count.
pub fn warn_of_log(failure: &Failure, reporter: &Reporter) {
    let name = failure.subject.as_deref().unwrap_or_default();
    reporter.warn_once(&format!("{name}: {}; the other lines were read", failure.cause), &json!({ "file": name }));
}

/// Prints events: a line of columns for each, and a second one that says who it was.
pub fn rows(rows: &[AuditRow], files: &AuditedFiles, reporter: &Reporter) -> Result<()> {
    if reporter.is_json() {
        return rows.iter().try_for_each(|row| reporter.result("", &row_json(row, files)));
    }
    let width = |cell: fn(&AuditRow) -> String| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0);
    let (name_width, result_width, level_width) = (width(name), width(result), width(level));
    let mut text = String::new();
    for row in rows {
        let result = format!("{:result_width$}", result(row));
        let result = match row.event.outcome {
            EventOutcome::Denied(_) => reporter.painted_result("31", &result),
            EventOutcome::Failed(_) => reporter.painted_result("33", &result),
            _ => result,
        };
        let (name, level, time) = (name(row), level(row), printable(&row.event.time));
        let about = printable(&about(row, files));
        let _ = writeln!(text, "{time}  {name:name_width$}  {result}  {level:level_width$}  {about}");
        let _ = writeln!(text, "    {}", printable(&caller(row)));
        if let Some(reason) = row.event.outcome.reason() {
            let _ = writeln!(text, "    {}", printable(reason));
        }
    }
    reporter.result(&text, &Value::Null)
}

fn name(row: &AuditRow) -> String {
    printable(&row.event.name)
}

fn result(row: &AuditRow) -> String {
    match row.event.outcome {
        EventOutcome::Denied(_) => "denied",
        EventOutcome::Failed(_) => "failed",
        EventOutcome::DryRun => "dry run",
        EventOutcome::Done => "done",
    }
    .to_owned()
}

fn level(row: &AuditRow) -> String {
    let unknown = if row.is_unknown { ", no file here" } else { "" };
    let is_of_id = |pairs: &Vec<(String, String)>| pairs.iter().any(|(name, _)| name == FILE_ID);
    let id =
        if row.level == AuditLevel::Context && row.context.as_ref().is_some_and(is_of_id) { " (kenc-id)" } else { "" };
    format!("{}{id}{unknown}", row.level.words())
}

/// The files, or at the level of the key: the key, and the context if it is known.
fn about(row: &AuditRow, files: &AuditedFiles) -> String {
    if let Some(first) = row.files.first() {
        let more = row.files.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        return format!("{}{more}", files.name(*first));
    }
    let pairs = row.context.iter().flatten().map(|(name, value)| format!(" {name}={value}"));
    let logged = row.logged_files.first().map(|file| format!(" (kenc noted {file})")).unwrap_or_default();
    format!("{}{}{logged}", row.key, pairs.collect::<String>())
}

fn caller(row: &AuditRow) -> String {
    let EventPrincipal { service, arn, role, .. } = &row.event.principal;
    let mut text = format!("by {}", row.event.principal.name());
    if let Some(role) = role {
        let _ = write!(text, ", role {role}");
    }
    if let Some(service) = service.as_ref().filter(|_| arn.is_some()) {
        let _ = write!(text, ", through {service}");
    }
    for (word, value) in [("from", &row.event.source), ("with", &row.event.user_agent)] {
        if !value.is_empty() {
            let _ = write!(text, ", {word} {value}");
        }
    }
    text
}

fn row_json(row: &AuditRow, files: &AuditedFiles) -> Value {
    let AuditRow { event, level, files: about, key, context, is_unknown, logged_files, log, record_len: _ } = row;
    let EventPrincipal { kind, arn, role, account, service, id } = &event.principal;
    let error = match &event.outcome {
        EventOutcome::Denied(error) | EventOutcome::Failed(error) => Some(error),
        _ => None,
    };
    let level = match level {
        AuditLevel::File => "file",
        AuditLevel::Context => "context",
        AuditLevel::Key => "key",
    };
    let pairs = |pairs: &Vec<(String, String)>| {
        pairs.iter().map(|(k, v)| (k.clone(), v.as_str().into())).collect::<Map<_, _>>()
    };
    json!({ "event": {
        "time": event.time,
        "name": event.name,
        "result": result(row),
        "error_code": error.map(|EventError { code, .. }| code),
        "error_message": error.map(|EventError { message, .. }| message),
        "level": level,
        "files": about.iter().take(MOST_FILES).map(|file| files.name(*file)).collect::<Vec<_>>(),
        "file_count": about.len(),
        "unknown": is_unknown,
        "key": key,
        "context": context.as_ref().map(pairs),
        "principal": {
            "type": kind, "arn": arn, "role": role, "account": account, "service": service, "id": id,
        },
        "source": event.source,
        "user_agent": event.user_agent,
        "region": event.region,
        "request_id": event.request_id,
        "event_id": event.event_id,
        "logged_files": logged_files,
        "log": &**log,
    } })
}

/// The sum, for persons.
pub fn text(found: &AuditSummary, files: &AuditedFiles) -> String {
    let count = |number: u64, what| counted(usize::try_from(number).unwrap_or(usize::MAX), what);
    let AuditSummary { logs, records, of_file, of_context, of_key, denied, unknown, by_alias, failed, .. } = found;
    let mut text = count(of_file + of_context + of_key, "event");
    let levels = [
        (of_file, AuditLevel::File.words()),
        (of_context, AuditLevel::Context.words()),
        (of_key, AuditLevel::Key.words()),
    ];
    let levels = levels.iter().filter(|(number, _)| **number > 0).map(|(number, words)| format!("{number} {words}"));
    let levels = levels.collect::<Vec<_>>().join(", ");
    if !levels.is_empty() {
        let _ = write!(text, ": {levels}");
    }
    for (number, words) in [(denied, "denied"), (unknown, "of no file here")] {
        if *number > 0 {
            let _ = write!(text, "; {number} {words}");
        }
    }
    let (files_with, keys) = (counted(files.len(), "file"), counted(files.key_count(), "key"));
    let _ = writeln!(text, "\n{} in {}, for {keys} of {files_with}", count(*records, "record"), count(*logs, "log"));
    if *by_alias > 0 {
        let _ = writeln!(
            text,
            "{} more {} only an alias, which may mean one of these keys",
            count(*by_alias, "event"),
            if *by_alias == 1 { "names" } else { "name" }
        );
    }
    if *failed > 0 {
        let _ = writeln!(text, "{} could not be read to the end", count(*failed, "log"));
    }
    text
}

/// The sum, for programs.
pub fn json(found: &AuditSummary, files: &AuditedFiles) -> Value {
    let AuditSummary {
        logs,
        older_logs,
        other_files,
        failed,
        records,
        of_file,
        of_context,
        of_key,
        denied,
        unknown,
        by_alias,
    } = found;
    json!({ "summary": {
        "events": { "file": of_file, "context": of_context, "key": of_key },
        "denied": denied,
        "unknown": unknown,
        "by_alias": by_alias,
        "logs": logs,
        "older_logs": older_logs,
        "other_files": other_files,
        "records": records,
        "failed": failed + files.failed(),
        "files": files.len(),
        "without_kms": files.without_kms(),
        "keys": files.key_count(),
    } })
}
