//! The result of `kenc keys check`: as a table for people, and as JSON for programs.

use std::fmt::Write as _;

use kenc::error::Verdict;
use kenc::keys::aws_kms::{
    AwsCaller, KmsKeyCheck, KmsKeyDescription, KmsPermission, KmsPurpose, KmsRotation, MultiRegion,
};
use kenc::keys::{AgeKeyCheck, KeyCheck, KeyFinding, KeyRefusal, KmsRefusalKind};
use kenc::ops::keys::check::{CheckedKey, KeysReport};
use serde_json::{Map, Value, json};

use super::hints::keys::{ENABLED, of_age_check, of_kms_check};
use super::hints::{of_kms, of_refusal};
use super::{Reporter, counted, printable};
use crate::failure::Exit;

/// The results for keys, in words.
pub struct KeysTable(pub KeysReport);

/// One line of the table.
struct TableLine {
    label: String,
    text: String,
    tone: Tone,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    Plain,
    Good,
    /// A problem of the key.
    Bad,
    /// Not known, for a reason that is not a problem of the key.
    Unsure,
    /// Unknown, because the service could not be reached.
    Unasked,
}

impl KeysTable {
    /// 5 if something could not be asked, because trying again may help; else 7 if a key has a problem.
    pub fn exit(&self) -> Exit {
        let lines: Vec<TableLine> = self.0.keys.iter().flat_map(|key| lines_of(key, &self.0)).collect();
        let any = |tone| lines.iter().any(|line| line.tone == tone);
        if any(Tone::Unasked) {
            Exit::KeyService
        } else if any(Tone::Bad) {
            Exit::Problems
        } else {
            Exit::Done
        }
    }

    pub fn text(&self, reporter: &Reporter) -> String {
        let caller = match &self.0.caller {
            Some(Ok(AwsCaller { account, arn, .. })) => {
                format!("caller: {} of account {}\n\n", printable(arn), printable(account))
            }
            Some(Err(reason)) => format!("caller unknown: {}\n\n", printable(reason)),
            None => String::new(),
        };
        let keys: Vec<String> = self.0.keys.iter().map(|key| text_of(key, reporter, &self.0)).collect();
        caller + &keys.join("\n")
    }

    pub fn json(&self) -> Value {
        let caller = self.0.caller.as_ref().map(|caller| match caller {
            Ok(AwsCaller { account, arn, .. }) => json!({ "account": account, "arn": arn }),
            Err(reason) => json!({ "error": reason }),
        });
        let keys: Vec<Value> = self.0.keys.iter().map(|key| json_of(key, &self.0)).collect();
        json!({ "caller": caller, "keys": keys, "exit": self.exit().code() })
    }

    /// What to do, each once.
    pub fn hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        for hint in self.0.keys.iter().flat_map(|key| hints_of(key, &self.0)) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }
}

fn text_of(key: &CheckedKey, reporter: &Reporter, report: &KeysReport) -> String {
    let lines = lines_of(key, report);
    let width = lines.iter().map(|line| line.label.len()).max().unwrap_or(0);
    let mut text = format!("{}\n", reporter.painted_result("1", &printable(&reporter.with_key_names(&key.name))));
    for TableLine { label, text: said, tone } in &lines {
        let said = printable(said);
        let said = match tone {
            Tone::Plain => said,
            Tone::Good => reporter.painted_result("32", &said),
            Tone::Bad => reporter.painted_result("31", &said),
            Tone::Unsure | Tone::Unasked => reporter.painted_result("33", &said),
        };
        writeln!(text, "  {label:<width$}  {said}").expect("writing to a string does not fail");
    }
    if let Some(grant) = key.grant() {
        text += "  this policy of the caller grants the missing permissions:\n";
        for line in grant.to_text().lines() {
            writeln!(text, "    {}", printable(line)).expect("writing to a string does not fail");
        }
    }
    text
}

fn json_of(key: &CheckedKey, report: &KeysReport) -> Value {
    let is_fine = lines_of(key, report).iter().all(|line| matches!(line.tone, Tone::Plain | Tone::Good | Tone::Unsure));
    let mut value = json!({ "key": key.name, "ok": is_fine });
    if report.is_of_others(key) {
        value["yours"] = json!(false);
    }
    if !key.files.is_empty() {
        value["files"] = json!(key.files);
    }
    match &key.check {
        KeyCheck::AwsKms(Ok(check)) => json_of_kms(&mut value, check),
        KeyCheck::AwsKms(Err(refusal)) => {
            value["provider"] = json!("aws-kms");
            value["error"] = json!(refusal.to_string());
        }
        KeyCheck::Age(AgeKeyCheck { opened, open_to_others, .. }) => {
            value["provider"] = json!("age");
            value["identity"] = json!(opened.is_ok());
            value["reason"] = json!(opened.as_ref().err().map(ToString::to_string));
            value["open_to_others"] = json!(open_to_others);
        }
        KeyCheck::Works(finding) | KeyCheck::Unchecked(finding) => value["provider"] = json!(finding.provider),
        KeyCheck::Unusable(refusal) => value["error"] = json!(refusal.to_string()),
        _ => {}
    }
    value["grant"] = json!(key.grant().map(|grant| grant.to_json()));
    value["hints"] = json!(hints_of(key, report));
    value
}

fn lines_of(key: &CheckedKey, report: &KeysReport) -> Vec<TableLine> {
    let mut lines = match &key.check {
        KeyCheck::Age(_) if report.is_of_others(key) => {
            vec![TableLine::new(
                "identity",
                Tone::Plain,
                if key.files.is_empty() {
                    "none here: the key is not yours"
                } else {
                    "none here: the key is not yours; another one opens the file"
                },
            )]
        }
        KeyCheck::AwsKms(Ok(check)) => lines_of_kms(check, &key.name),
        KeyCheck::AwsKms(Err(refusal)) => {
            vec![TableLine::new("KMS", Tone::Unasked, format!("not checked: {refusal}"))]
        }
        KeyCheck::Age(check) => lines_of_age(check, report.purpose),
        KeyCheck::Works(KeyFinding { label, sentence, .. }) => vec![TableLine::new(*label, Tone::Good, *sentence)],
        KeyCheck::Unchecked(KeyFinding { label, sentence, .. }) => vec![TableLine::new(*label, Tone::Plain, *sentence)],
        KeyCheck::Unusable(refusal) => vec![TableLine::new("slot", Tone::Bad, refusal.to_string())],
        _ => Vec::new(),
    };
    if !key.files.is_empty() {
        let (last, others) = (&key.files[key.files.len() - 1], key.files.len() - 1);
        let more = if others == 0 { String::new() } else { format!(" and {}", counted(others, "other")) };
        lines.insert(0, TableLine::new("file", Tone::Plain, format!("{last}{more}")));
    }
    lines
}

fn hints_of(key: &CheckedKey, report: &KeysReport) -> Vec<String> {
    match &key.check {
        _ if report.is_of_others(key) => Vec::new(),
        KeyCheck::AwsKms(Ok(check)) => of_kms_check(check, &key.context, &key.key_arn(check), report.known_caller()),
        KeyCheck::AwsKms(Err(refusal)) => vec![of_kms(refusal)],
        KeyCheck::Age(check) => of_age_check(check, report.purpose),
        KeyCheck::Unusable(refusal) => vec![of_refusal(refusal)],
        _ => Vec::new(),
    }
}

impl TableLine {
    fn new(label: impl Into<String>, tone: Tone, text: impl Into<String>) -> Self {
        Self { label: label.into(), text: text.into(), tone }
    }
}

fn lines_of_kms(check: &KmsKeyCheck, name: &str) -> Vec<TableLine> {
    let KmsKeyCheck { description, rotation, permissions, .. } = check;
    let mut lines = Vec::new();
    if let Ok(description) = description {
        lines.extend(lines_of_description(description, name));
        lines.push(match rotation {
            Ok(KmsRotation { every_days: Some(days), .. }) => {
                TableLine::new("rotation", Tone::Plain, format!("automatic, every {days} days"))
            }
            Ok(KmsRotation { every_days: None, .. }) => TableLine::new("rotation", Tone::Plain, "not automatic"),
            Err(refusal) => TableLine::new("rotation", Tone::Unsure, format!("unknown: {refusal}")),
        });
    }
    lines.extend(permissions.iter().map(|(operation, permission)| {
        let label = format!("kms:{}", operation.name());
        match permission {
            KmsPermission::Allowed => TableLine::new(label, Tone::Good, "allowed"),
            KmsPermission::Refused(refusal) if refusal.kind.verdict() == Verdict::Unavailable => {
                TableLine::new(label, Tone::Unasked, format!("not checked: {refusal}"))
            }
            KmsPermission::Refused(refusal) if refusal.kind == KmsRefusalKind::Denied => {
                TableLine::new(label, Tone::Bad, format!("denied: {refusal}"))
            }
            KmsPermission::Refused(refusal) => TableLine::new(label, Tone::Bad, format!("refused: {refusal}")),
            KmsPermission::NotKnown(reason) => TableLine::new(label, Tone::Unsure, format!("unknown: {reason}")),
        }
    }));
    lines
}

fn lines_of_description(description: &KmsKeyDescription, name: &str) -> Vec<TableLine> {
    let KmsKeyDescription { arn, state, deletion, spec, usage, origin, manager, multi_region, .. } = description;
    let mut lines = Vec::new();
    if arn != name {
        lines.push(TableLine::new("key", Tone::Plain, arn));
    }
    let deletion = deletion.as_ref().map_or_else(String::new, |date| format!(", deletion on {date}"));
    let tone = if state == ENABLED { Tone::Good } else { Tone::Bad };
    lines.push(TableLine::new("state", tone, format!("{state}{deletion}")));
    let is_other = |said: &Option<String>, wanted| said.as_ref().is_some_and(|said| said != wanted);
    let tone =
        if is_other(spec, "SYMMETRIC_DEFAULT") || is_other(usage, "ENCRYPT_DECRYPT") { Tone::Bad } else { Tone::Plain };
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let (spec, usage) = (said(spec), said(usage));
    let manager = if manager == "AWS" { ", managed by AWS" } else { "" };
    lines.push(TableLine::new("kind", tone, format!("{spec}, usage {usage}, origin {origin}{manager}")));
    let regions = match multi_region {
        None => "single-Region".to_owned(),
        Some(MultiRegion { is_primary, others, .. }) => {
            let rank = if *is_primary { "primary key" } else { "replica" };
            let others = if others.is_empty() { String::new() } else { format!("; others in {}", others.join(", ")) };
            format!("multi-Region, this is the {rank}{others}")
        }
    };
    lines.push(TableLine::new("regions", Tone::Plain, regions));
    lines
}

fn lines_of_age(check: &AgeKeyCheck, purpose: KmsPurpose) -> Vec<TableLine> {
    let AgeKeyCheck { opened, open_to_others, .. } = check;
    let mut lines = vec![match opened {
        Ok(()) => TableLine::new("identity", Tone::Good, "found"),
        Err(KeyRefusal::NoIdentity { searched }) if purpose == KmsPurpose::EncryptOnly => {
            TableLine::new("identity", Tone::Plain, format!("none in {}", searched.join(", ")))
        }
        Err(refusal) => TableLine::new("identity", Tone::Bad, refusal.to_string()),
    }];
    lines.extend(open_to_others.iter().map(|path| {
        TableLine::new("key file", Tone::Bad, format!("other users can read or change {}", path.display()))
    }));
    lines
}

fn json_of_kms(value: &mut Value, check: &KmsKeyCheck) {
    let KmsKeyCheck { description, rotation, permissions, .. } = check;
    value["provider"] = json!("aws-kms");
    if let Ok(description) = description {
        let KmsKeyDescription { arn, state, deletion, spec, usage, origin, manager, multi_region, .. } = description;
        value["arn"] = json!(arn);
        value["state"] = json!(state);
        value["deletion"] = json!(deletion);
        value["spec"] = json!(spec);
        value["usage"] = json!(usage);
        value["origin"] = json!(origin);
        value["manager"] = json!(manager);
        value["multi_region"] = json!(
            multi_region
                .as_ref()
                .map(|MultiRegion { is_primary, others, .. }| { json!({ "primary": is_primary, "others": others }) })
        );
    }
    value["rotation"] = match rotation {
        Ok(KmsRotation { every_days, .. }) => json!({ "every_days": every_days }),
        Err(refusal) => json!({ "error": refusal.to_string() }),
    };
    let operations: Map<String, Value> = permissions
        .iter()
        .map(|(operation, permission)| {
            let answer = match permission {
                KmsPermission::Allowed => json!({ "allowed": true }),
                KmsPermission::Refused(refusal) if refusal.kind.verdict() == Verdict::Unavailable => {
                    json!({ "allowed": null, "reason": refusal.to_string(), "code": refusal.code })
                }
                KmsPermission::Refused(refusal) => {
                    json!({ "allowed": false, "reason": refusal.to_string(), "code": refusal.code })
                }
                KmsPermission::NotKnown(reason) => json!({ "allowed": null, "reason": reason }),
            };
            (format!("kms:{}", operation.name()), answer)
        })
        .collect();
    value["operations"] = Value::Object(operations);
}
