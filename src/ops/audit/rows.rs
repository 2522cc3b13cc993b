//! The events that were found, each with what it tells.

use std::collections::HashSet;
use std::sync::Arc;

use super::audited_files::AuditedFiles;
use super::event::{EventKey, EventUse, TrailEvent};
use super::level::AuditLevel;
use super::use_log::UseLog;

/// Most rows that are sorted at a time: more are given in several portions, so that any number takes the same memory.
const MOST_SORTED: usize = 20_000;
/// Most bytes of records whose rows are sorted at a time, for rows that are longer than any of CloudTrail.
const MOST_BYTES: usize = 64 << 20;

/// An event that is about a key of the files.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// The event.
    pub event: TrailEvent,
    /// How much it tells.
    pub level: AuditLevel,
    /// The files that it is, or may be, about, by their numbers. Empty at the level of the key.
    pub files: Arc<Vec<u32>>,
    /// The ARN of the key.
    pub key: String,
    /// The context of the call, if CloudTrail recorded one.
    pub context: Option<Vec<(String, String)>>,
    /// Whether something was unwrapped that matches none of the files.
    pub is_unknown: bool,
    /// The names of the files that kenc noted for the call.
    pub logged_files: Vec<String>,
    /// The log that it stands in.
    pub log: Arc<str>,
    /// Length of its record, which limits that of the row, in bytes.
    pub record_len: usize,
}

/// What an event tells of the files. `None` if it is about none of their keys.
#[must_use]
pub fn place(
    (event, record_len): (TrailEvent, usize),
    files: &AuditedFiles,
    uses: &UseLog,
    log: &Arc<str>,
) -> Option<AuditRow> {
    let mut best: Option<(AuditLevel, Arc<Vec<u32>>, usize, usize)> = None;
    let mut unwraps = false;
    let logged = uses.of(&event.request_id, &event.name);
    for (number, EventKey { words, usage, context }) in event.uses.iter().enumerate() {
        for key in words.iter().flat_map(|word| files.keys_named(word)) {
            unwraps |= *usage == EventUse::Unwraps;
            let by_context = context.as_ref().filter(|_| *usage != EventUse::Other);
            let with_context = by_context.and_then(|context| files.with_context(key, context));
            let (level, about) = match with_context {
                Some(about) => (AuditLevel::Context, Arc::clone(about)),
                None => (AuditLevel::Key, Arc::default()),
            };
            if best.as_ref().is_none_or(|(found, ..)| level > *found) {
                best = Some((level, about, key, number));
            }
        }
    }
    let (mut level, mut about, key, number) = best?;
    let mut by_id: Vec<u32> = Vec::new();
    for digest in logged.iter().flat_map(|logged| &logged.wrapped_keys) {
        by_id.extend(files.with_wrapped_key(digest));
    }
    if !by_id.is_empty() {
        by_id.sort_unstable();
        by_id.dedup();
        (level, about) = (AuditLevel::File, Arc::new(by_id));
    }
    Some(AuditRow {
        level,
        files: about,
        key: files.key_id(key).to_owned(),
        context: event.uses[number].context.clone(),
        is_unknown: level == AuditLevel::Key && unwraps,
        logged_files: logged.map(|logged| logged.files.clone()).unwrap_or_default(),
        log: Arc::clone(log),
        record_len,
        event,
    })
}

/// Sorts rows by time, and leaves out what stands in several logs.
#[derive(Default)]
pub struct RowBuffer {
    rows: Vec<AuditRow>,
    bytes: usize,
}

impl RowBuffer {
    /// Takes a row, and gives a portion of rows if many are there.
    pub fn push(&mut self, row: AuditRow) -> Option<Vec<AuditRow>> {
        self.bytes += row.record_len;
        self.rows.push(row);
        (self.rows.len() >= MOST_SORTED || self.bytes >= MOST_BYTES).then(|| self.take())
    }

    /// Gives what is there.
    pub fn take(&mut self) -> Vec<AuditRow> {
        let Self { mut rows, bytes: _ } = std::mem::take(self);
        // Of the two logs of a call between accounts, that of the caller names him.
        let order = |AuditRow { event, log, .. }: &AuditRow| {
            (event.time.clone(), event.principal.arn.is_none(), event.event_id.clone(), Arc::clone(log))
        };
        rows.sort_by_cached_key(order);
        let mut seen = HashSet::new();
        rows.retain(|AuditRow { event, .. }| {
            let id = if event.shared_event_id.is_empty() { &event.event_id } else { &event.shared_event_id };
            id.is_empty() || seen.insert(id.clone())
        });
        rows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::audited_files::tests::{KEY, OneKeyFile, REPLICA, files};
    use super::*;
    use crate::keys::WrappedKeyDigest;

    /// A file under each of two keys, with a context and a wrapped key of its own.
    const FILES: [(&str, &str, &str, &[u8]); 3] =
        [("a", KEY, "shop", b"wrapped a"), ("b", KEY, "blog", b"wrapped b"), ("c", REPLICA, "shop", b"wrapped c")];

    fn all() -> AuditedFiles {
        let contexts = FILES.map(|(_, _, app, _)| [("app", app)]);
        let given: Vec<OneKeyFile<'_>> = FILES
            .iter()
            .zip(&contexts)
            .map(|((name, key, _, wrapped), pairs)| (*name, *key, &pairs[..], *wrapped))
            .collect();
        files(&given)
    }

    fn row(event: &serde_json::Value, uses: &UseLog) -> Option<AuditRow> {
        let event = TrailEvent::read(event.to_string().as_bytes()).unwrap().unwrap();
        place((event, 0), &all(), uses, &"log".into())
    }

    #[test]
    fn both_sides_of_a_re_encryption_are_looked_at() {
        let event = json!({ "eventSource": "kms.amazonaws.com", "eventName": "ReEncrypt",
            "requestParameters": { "sourceEncryptionContext": { "app": "none" }, "destinationEncryptionContext": { "app": "shop" } },
            "resources": [{ "ARN": KEY }, { "ARN": REPLICA }] });
        let found = row(&event, &UseLog::default()).unwrap();
        assert_eq!((found.level, &*found.key, &found.files[..]), (AuditLevel::Context, REPLICA, &[2][..]));
    }

    #[test]
    fn long_records_are_given_on_before_they_fill_the_memory_and_the_same_event_once() {
        let event = json!({ "eventSource": "kms.amazonaws.com", "eventName": "DisableKey", "eventID": "e", "resources": [{ "ARN": KEY }] });
        let long = || AuditRow { record_len: MOST_BYTES / 2, ..row(&event, &UseLog::default()).unwrap() };
        let mut buffer = RowBuffer::default();
        assert!(buffer.push(long()).is_none());
        assert_eq!(buffer.push(long()).unwrap().len(), 1);
        assert!(buffer.push(long()).is_none(), "it begins anew");
    }

    proptest! {
        /// The property of the levels: what stands above the key has its key and its context, and what stands at a file also has a
        /// request id that was noted for this operation and for a wrapped key of exactly these files.
        #[test]
        fn no_event_is_placed_higher_than_what_is_known_of_it(
            operation in prop::sample::select(vec!["Decrypt", "Encrypt", "GenerateDataKey", "DisableKey"]),
            request in 0..4_u8,
            key in prop::sample::select(vec![KEY, REPLICA, "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000"]),
            app in prop::sample::select(vec![Some("shop"), Some("blog"), Some("none"), None]),
            noted in prop::collection::vec((0..4_u8, prop::sample::select(vec!["Decrypt", "Encrypt"]), 0..4_usize), 0..6),
        ) {
            let mut log = Vec::new();
            for (id, of, file) in &noted {
                let wrapped = FILES.get(*file).map_or(&b"elsewhere"[..], |(.., wrapped)| wrapped);
                let digest = WrappedKeyDigest::of(wrapped).to_hex();
                log.push(json!({ "operation": of, "request_id": format!("r-{id}"), "wrapped_keys": [digest] }).to_string());
            }
            let mut uses = UseLog::default();
            uses.add(log.join("\n").as_bytes(), &mut |fault| panic!("{fault}")).unwrap();
            let parameters = app.map_or(json!(null), |app| json!({ "keyId": key, "encryptionContext": { "app": app } }));
            let event = json!({ "eventSource": "kms.amazonaws.com", "eventName": operation, "requestID": format!("r-{request}"),
                "requestParameters": parameters, "resources": [{ "ARN": key }] });
            let found = row(&event, &uses);
            // The last note of an id counts.
            let last = noted.iter().rev().find(|(id, ..)| *id == request);
            let of_file = last.filter(|(_, of, file)| *of == operation && *file < FILES.len()).map(|(.., file)| *file);
            let is_ours = FILES.iter().any(|(_, known, ..)| *known == key);
            prop_assert_eq!(found.is_some(), is_ours);
            if let Some(found) = found {
                match found.level {
                    AuditLevel::File => {
                        prop_assert_eq!(&found.files[..], &[u32::try_from(of_file.expect("an id was noted")).unwrap()][..]);
                    }
                    AuditLevel::Context => {
                        prop_assert!(of_file.is_none() && operation != "DisableKey");
                        for file in found.files.iter() {
                            let (_, known, context, _) = FILES[*file as usize];
                            prop_assert_eq!((known, Some(context)), (key, app));
                        }
                        prop_assert!(!found.files.is_empty());
                    }
                    AuditLevel::Key => prop_assert!(of_file.is_none() && found.files.is_empty()),
                }
                prop_assert_eq!(found.is_unknown, found.level == AuditLevel::Key && operation == "Decrypt");
            }
        }
    }
}
