//! What is told of one of many files that were inspected: a line.

use kenc::error::Result;
use kenc::formats::description::HeadDescription;
use kenc::ops::documents::summary::DocumentSummary;
use kenc::ops::inspect::{FileDescription, Inspected};
use kenc::ops::tree::inspect::InspectedFile;
use serde_json::Value;

use super::wrapped_keys::named;
use super::{Reporter, document_summary, file_description, printable};
use crate::failure::{Exit, Failure};
use crate::many::TellDone;

impl TellDone for InspectedFile {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn tell(&self, name: &str, reporter: &Reporter) -> Result<Exit, Failure> {
        let (text, mut value) = match &self.inspected {
            Inspected::File(file) => (of_file(file), file_description::json(file)),
            Inspected::Document(document) => {
                let summary = DocumentSummary::new(document);
                (of_document(&summary), document_summary::json(&summary))
            }
        };
        value["file"] = Value::from(name);
        reporter.result(&format!("{}: {text}\n", printable(name)), &value)?;
        Ok(Exit::Done)
    }
}

fn of_file(FileDescription { head, payload }: &FileDescription) -> String {
    let HeadDescription { title, keys, context, .. } = head;
    let keys: Vec<String> = keys.iter().map(|key| printable(&named(key))).collect();
    let context = context_text(context);
    let cut_off = if payload.plaintext.is_none() { "; cut off" } else { "" };
    format!("{title}; {}{context}{cut_off}", keys.join(", "))
}

fn of_document(summary: &DocumentSummary<'_>) -> String {
    let metadata = summary.metadata;
    let groups = metadata.groups.iter().map(|group| {
        let keys = group.iter().map(|key| printable(&format!("{} {}", key.list(), key.id())));
        keys.collect::<Vec<_>>().join(", ")
    });
    let groups = groups.collect::<Vec<_>>().join(" | ");
    let sealed = match (metadata.is_marked_as_sealed(), metadata.has_seal()) {
        (true, true) => "sealed",
        (true, false) => "seal missing",
        _ => "not sealed",
    };
    format!("document, {}; {groups}{}; {sealed}", summary.format.word(), context_text(&summary.context))
}

fn context_text<'p>(pairs: impl IntoIterator<Item = &'p (String, String)>) -> String {
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| printable(&format!("{name}={value}"))).collect();
    if pairs.is_empty() { String::new() } else { format!("; context {}", pairs.join(" ")) }
}
