//! `kenc inspect`.

use std::fmt::Write as _;
use std::io::Read;

use kenc::error::{Error, Result};
use kenc::formats::detect::Detected;
use kenc::formats::native::chunk::{CHUNK_LEN, plaintext_len};
use kenc::formats::native::{FileHead, Header, Parameters, TableCopies, read_error};
use kenc::keys::WrappedKey;
use serde_json::{Value, json};

use crate::args::InspectArgs;
use crate::failure::{Exit, Failure};
use crate::report::{Reporter, document_summary, printable};
use kenc::formats::native::file::{NativeFile, Payload};
use kenc::ops::documents::summary::DocumentSummary;
use kenc::ops::jobs::{STANDARD_INPUT, open_input};

pub fn run(args: &InspectArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = args.input.as_deref().filter(|path| path.as_os_str() != "-");
    let name = path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string());
    let input = open_input(path)?;
    let file = match Detected::new(input, path, args.input_type.input_type).map_err(Failure::about(name.as_str()))? {
        Detected::Document(sealed) => {
            let summary = DocumentSummary::new(&sealed);
            reporter.result(&document_summary::text(&summary), &document_summary::json(&summary))?;
            return Ok(Exit::Done);
        }
        other => other.native().map_err(Failure::about(name.as_str()))?,
    };
    let inspected = Inspected::new(file).map_err(Failure::about(name))?;
    reporter.result(&inspected.text(), &inspected.json())?;
    Ok(Exit::Done)
}

/// All that is known without a key of a kenc file, as text.
pub fn text(input: kenc::fs::input::Input) -> Result<String> {
    Ok(Inspected::new(NativeFile::read(input)?)?.text())
}

/// All that is known without a key.
struct Inspected {
    head: FileHead,
    is_armored: bool,
    /// Length of the chunks, in bytes.
    sealed_len: u64,
}

impl Inspected {
    fn new(file: NativeFile) -> Result<Self> {
        let NativeFile { head, is_armored, payload } = file;
        let sealed_len = match payload {
            Payload::File { len, .. } => len,
            Payload::Stream(mut stream) => count(&mut stream)?,
        };
        Ok(Self { head, is_armored, sealed_len })
    }

    fn text(&self) -> String {
        let Header { parameters: Parameters { suite, context }, table, copies, .. } = &self.head.header;
        let mut text = String::new();
        let mut line = |label: &str, value: &str| {
            writeln!(text, "  {label:<9} {value}").expect("writing to a string does not fail");
        };
        let payload = match plaintext_len(self.sealed_len) {
            Some(len) => format!("{} in {} {}", in_units(len), grouped(chunks(len)), chunk_word(chunks(len))),
            None => "truncated: no payload has this length".to_owned(),
        };
        line("payload", &format!("{payload}, {}, key-committing", suite.name()));
        let mut label = "context";
        for (key, value) in context.iter() {
            line(label, &format!("{} = {}", printable(key), printable(value)));
            label = "";
        }
        let mut label = "keys";
        for (number, slot) in (1..).zip(&table.slots) {
            line(label, &format!("{number}  {:<8} {}", printable(&slot.provider), printable(&slot.key_id)));
            label = "";
        }
        let header_len = grouped(self.head.header.len());
        line("header", &format!("{header_len} bytes, generation {}, {}", table.generation, describe_copies(*copies)));
        let armored = if self.is_armored { ", armored" } else { "" };
        format!("kenc file, version 1{armored}\n{text}")
    }

    fn json(&self) -> Value {
        let Header { parameters: Parameters { suite, context }, table, copies, .. } = &self.head.header;
        let context: serde_json::Map<String, Value> =
            context.iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
        let keys: Value = table.slots.iter().map(WrappedKey::json_fields).collect();
        let plaintext = plaintext_len(self.sealed_len);
        json!({
            "format": "kenc",
            "version": 1,
            "armored": self.is_armored,
            "suite": suite.name(),
            "context": context,
            "keys": keys,
            "header": {
                "bytes": self.head.header.len(),
                "generation": table.generation,
                "copies": describe_copies(*copies),
            },
            "payload": {
                "bytes": self.sealed_len + self.head.len() - self.head.header.len(),
                "chunks": plaintext.map(chunks),
                "plaintext_bytes": plaintext,
            },
        })
    }
}

/// How the copies of the slot table were found, as it reads after "but".
pub fn describe_copies(copies: TableCopies) -> &'static str {
    match copies {
        TableCopies::Whole => "both copies whole",
        TableCopies::FirstDamaged => "the first copy of the slot table is damaged",
        TableCopies::SecondDamaged => "the second copy of the slot table is damaged",
        TableCopies::Differing => "the copies of the slot table differ, as an interrupted change of keys leaves them",
    }
}

fn chunks(plaintext_len: u64) -> u64 {
    plaintext_len / CHUNK_LEN as u64 + 1
}

fn chunk_word(count: u64) -> &'static str {
    if count == 1 { "chunk" } else { "chunks" }
}

fn count(stream: &mut dyn Read) -> Result<u64, Error> {
    let mut buffer = vec![0; 64 << 10];
    let mut count = 0;
    loop {
        match stream.read(&mut buffer).map_err(read_error)? {
            0 => return Ok(count),
            filled => count += filled as u64,
        }
    }
}

/// A length in the unit that suits it.
fn in_units(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    indicatif::BinaryBytes(bytes).to_string()
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits are ASCII")).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (5_518_131, "5 518 131")] {
            assert_eq!(grouped(number), text);
        }
    }
}
