//! What is told of the keys of many files.

use std::fmt::Write as _;
use std::path::Path;

use kenc::error::Result;
use kenc::ops::keys::usage::{KeyUsage, UsageEvent, UsageOfKey, UsedKey};
use serde_json::json;

use super::wrapped_keys::shown_key;
use super::{Reporter, counted, printable};
use crate::failure::Exit;

/// Which files are named.
#[derive(Clone, Copy)]
pub struct Told {
    /// Those that one key alone opens.
    pub alone: bool,
    /// Those with a key that the config does not name.
    pub drift: bool,
}

/// Names a file, or reports its failure, of which this returns the exit code.
pub fn event(event: UsageEvent<'_>, told: Told, reporter: &Reporter) -> Result<Option<Exit>> {
    let (path, key, finding, words) = match event {
        UsageEvent::Failed(failure) => return Ok(Some(reporter.failure(&failure))),
        UsageEvent::OneKeyOnly(path, key) if told.alone => (path, key, "alone", "only this key opens it"),
        UsageEvent::NotInConfig(path, key) if told.drift => (path, key, "drift", "the config does not name this key"),
        UsageEvent::Unwanted(path, key) => (path, key, "unwanted", "it still has this key"),
        UsageEvent::OneKeyOnly(..) | UsageEvent::NotInConfig(..) => return Ok(None),
    };
    let name = |path: &Path| path.display().to_string();
    let UsedKey { provider, id } = key;
    let text = format!("{}: {words}: {} {}\n", printable(&name(path)), printable(provider), printable(&shown_key(id)));
    let value = json!({ "file": name(path), "finding": finding, "provider": provider, "id": id });
    reporter.result(&text, &value).map(|()| None)
}

/// For persons.
pub fn text(usage: &KeyUsage) -> String {
    let KeyUsage { files, documents, not_encrypted, keys, .. } = usage;
    let count = |number: u64, what| counted(usize::try_from(number).unwrap_or(usize::MAX), what);
    let mut text = format!("{} under {}", count(*files, "encrypted file"), count(keys.len() as u64, "key"));
    if *documents > 0 {
        let _ = write!(text, ", {} among them", count(*documents, "document"));
    }
    if *not_encrypted > 0 {
        let _ = write!(text, "; {} not encrypted", count(*not_encrypted, "other file"));
    }
    text.push('\n');
    if !keys.is_empty() {
        let _ = writeln!(text, "{:>9} {:>9}  key", "opens", "alone");
    }
    for (UsedKey { provider, id }, UsageOfKey { names, files, alone, not_in_config, .. }) in keys {
        let names = names.iter().fold(String::new(), |all, name| all + "@" + &printable(name) + " ");
        let id = printable(&shown_key(id));
        let key = if names.is_empty() { id } else { format!("{names}({id})") };
        let drift = match not_in_config {
            0 => String::new(),
            some if some == files => ", which the config does not name".to_owned(),
            some => format!(", which the config of {} does not name", count(*some, "file")),
        };
        let _ = writeln!(text, "{files:>9} {alone:>9}  {} {key}{drift}", printable(provider));
    }
    text
}

/// For programs.
pub fn json(usage: &KeyUsage) -> serde_json::Value {
    let KeyUsage { files, documents, not_encrypted, failed, has_config, keys } = usage;
    let key = |(key, usage): (&UsedKey, &UsageOfKey)| {
        json!({
            "provider": key.provider,
            "id": key.id,
            "names": usage.names,
            "files": usage.files,
            "alone": usage.alone,
            "not_in_config": has_config.then_some(usage.not_in_config),
        })
    };
    json!({ "summary": {
        "files": files,
        "documents": documents,
        "not_encrypted": not_encrypted,
        "failed": failed,
        "keys": keys.iter().map(key).collect::<Vec<_>>(),
    } })
}
