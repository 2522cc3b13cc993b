//! Every YAML file of a corpus is encrypted completely and decrypted again: no byte may differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kenc::document::{Document, Edit, Format, LeafId, MetadataChange, NewText, Node, Tree, TreeEntry, Value};
use serde::Deserialize as _;
use serde_json::{Map, Value as Json, json};
use zeroize::Zeroizing;

use crate::support::OutsideData;

const TOKEN: &str = "ENC[AES256_GCM,data:c2VjcmV0,iv:aXY=,tag:dGFn,type:str]";

#[test]
fn real_files_come_back_byte_for_byte() {
    let files = need!(corpus(OutsideData::RealYaml));
    let outcome = over(&files);
    println!("{outcome}");
    // One is empty, five have a key twice, and seven are templates that are no YAML before they are filled in.
    assert!(outcome.good >= files.len() - 13, "{outcome}");
    assert_eq!(outcome.faults, [] as [String; 0], "{outcome}");
}

#[test]
fn another_parser_reads_real_files_the_same_once_they_are_encrypted() {
    for path in need!(corpus(OutsideData::RealYaml)) {
        let Some(document) = std::fs::read_to_string(&path).ok().and_then(|text| parse(&text).ok()) else { continue };
        let encrypted = encrypted(&document, &Said::of(document.tree())).unwrap();
        another_parser_reads_the_same(&encrypted).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    }
}

#[test]
fn the_test_suite_comes_back_byte_for_byte_or_is_refused_with_its_place() {
    let files = need!(corpus(OutsideData::YamlTestSuite));
    let outcome = over(&files);
    println!("{outcome}");
    assert!(outcome.good > files.len() / 4, "{outcome}");
    assert_eq!(outcome.faults, [] as [String; 0], "{outcome}");
}

/// The YAML files of a corpus that is not part of the repository.
fn corpus(data: OutsideData) -> Result<Vec<PathBuf>, String> {
    let root = data.path()?;
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(&root)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
        .filter(|path| !path.ends_with("out.yaml") && !path.ends_with("emit.yaml"))
        .collect();
    files.sort();
    if files.is_empty() { Err(format!("there are no YAML files in {}", root.display())) } else { Ok(files) }
}

#[derive(Default)]
struct Outcome {
    good: usize,
    /// The sentences without their places, with the files.
    refused: BTreeMap<String, Vec<String>>,
    faults: Vec<String>,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} files came back byte for byte", self.good)?;
        for (reason, files) in &self.refused {
            writeln!(f, "{} refused: {reason} ({})", files.len(), files[0])?;
        }
        self.faults.iter().try_for_each(|fault| writeln!(f, "fault: {fault}"))
    }
}

fn over(files: &[PathBuf]) -> Outcome {
    let mut outcome = Outcome::default();
    for path in files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        match parse(&text) {
            Err(error) => {
                let sentence = error.to_string();
                let Some((_, reason)) = sentence.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) else {
                    outcome.faults.push(format!("{}: a refusal without a place: {sentence}", path.display()));
                    continue;
                };
                outcome.refused.entry(reason.to_owned()).or_default().push(shown(path));
            }
            Ok(document) => match there_and_back(&document) {
                Ok(()) => outcome.good += 1,
                Err(fault) => outcome.faults.push(format!("{}: {fault}", path.display())),
            },
        }
    }
    outcome
}

fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join("/")
}

fn parse(text: &str) -> Result<Document, kenc::error::DocumentError> {
    Document::parse(Format::Yaml, Zeroizing::new(text.to_owned()))
}

/// Encrypts everything, restores the source texts, and compares the values of both texts.
fn there_and_back(document: &Document) -> Result<(), String> {
    let before = Said::of(document.tree());
    let encrypted = encrypted(document, &before)?;
    if encrypted.metadata() != Some(&metadata()) {
        return Err("the metadata came back as others".to_owned());
    }
    let sources = |(id, _): (LeafId, &Value)| edit(id, NewText::Source(document.source(id).to_owned().into()));
    let mut edits: Vec<_> = before.secrets().map(sources).collect();
    edits.extend(before.comments.iter().map(|(id, text)| edit(*id, NewText::Comment(text.clone().into()))));
    let restored = encrypted.rewrite(&edits, MetadataChange::Remove).map_err(|e| format!("restoring: {e}"))?;
    if *restored != document.text() {
        return Err("the restored text differs".to_owned());
    }

    let plain = |(id, value): (LeafId, &Value)| edit(id, NewText::Plain(value.clone()));
    for (from, whence) in [(document, "the original"), (&encrypted, "the encrypted text")] {
        let edits: Vec<_> = before.secrets().map(plain).collect();
        let text = from.rewrite(&edits, MetadataChange::Keep).map_err(|e| format!("values into {whence}: {e}"))?;
        let after = Said::of(parse(&text).map_err(|error| format!("reading {whence} with values: {error}"))?.tree());
        if format!("{:?}", before.values) != format!("{:?}", after.values) || before.shape != after.shape {
            return Err(format!("the values in {whence} read differently"));
        }
    }
    Ok(())
}

fn encrypted(document: &Document, said: &Said) -> Result<Document, String> {
    let mut edits: Vec<_> = said.secrets().map(|(id, _)| edit(id, NewText::Encrypted(TOKEN.to_owned()))).collect();
    edits.extend(said.comments.iter().map(|(id, _)| edit(*id, NewText::Encrypted(TOKEN.to_owned()))));
    let text = document.rewrite(&edits, MetadataChange::Write(metadata())).map_err(|e| format!("encrypting: {e}"))?;
    parse(&text).map_err(|error| format!("reading what was encrypted: {error}"))
}

/// An independent parser reads the same from the encrypted file. It is not used where it refuses what go-yaml
/// accepts, or resolves what ours keeps: custom tags and aliases.
fn another_parser_reads_the_same(encrypted: &Document) -> Result<(), String> {
    for (theirs, ours) in serde_yaml::Deserializer::from_str(encrypted.text()).zip(&encrypted.tree().roots) {
        let Ok(theirs) = serde_yaml::Value::deserialize(theirs) else { return Ok(()) };
        let (Ok(mut theirs), Ok(ours)) = (serde_json::to_value(theirs), serde_json::to_value(ours)) else {
            return Ok(());
        };
        if let Some(members) = theirs.as_object_mut() {
            members.remove("sops");
        }
        if !says_the_same(&theirs, &ours) {
            return Err("another parser reads what was encrypted differently".to_owned());
        }
    }
    Ok(())
}

fn says_the_same(theirs: &Json, ours: &Json) -> bool {
    match (theirs, ours) {
        (Json::Object(theirs), Json::Object(ours)) => {
            theirs.len() == ours.len()
                && ours.iter().all(|(key, ours)| theirs.get(key).is_some_and(|theirs| says_the_same(theirs, ours)))
        }
        (Json::Array(theirs), Json::Array(ours)) => {
            theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(theirs, ours)| says_the_same(theirs, ours))
        }
        // Behind the token in a block scalar the line ends.
        (Json::String(theirs), Json::String(ours)) => theirs.trim_end() == ours,
        // An alias, which ours does not resolve.
        (_, Json::Null) => true,
        _ => theirs == ours,
    }
}

fn edit(leaf: LeafId, text: NewText) -> Edit {
    Edit { leaf, text }
}

fn metadata() -> Map<String, Json> {
    let value = json!({
        "age": [{"enc": "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n", "recipient": "age1"}],
        "lastmodified": "2026-01-01T00:00:00Z",
        "mac": TOKEN,
        "mac_only_encrypted": true,
        "shamir_threshold": 2,
        "version": "3.13.2",
    });
    value.as_object().expect("an object was written").clone()
}

/// What a tree says, flat.
#[derive(Default)]
struct Said {
    values: Vec<(LeafId, Value)>,
    comments: Vec<(LeafId, String)>,
    /// Keys, brackets and aliases.
    shape: String,
}

impl Said {
    fn of(tree: &Tree) -> Self {
        let mut said = Self::default();
        for root in &tree.roots {
            said.node(root);
            said.shape.push_str("---\n");
        }
        said
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Mapping(entries) => {
                self.shape.push('{');
                for entry in entries {
                    match entry {
                        TreeEntry::Comment(comment) => self.comments.push((comment.id, comment.text.to_string())),
                        TreeEntry::Child(member) => {
                            write!(self.shape, "{:?}: ", member.key).expect("a string can be written to");
                            self.node(&member.value);
                        }
                    }
                }
                self.shape.push('}');
            }
            Node::Sequence(entries) => {
                self.shape.push('[');
                for entry in entries {
                    match entry {
                        TreeEntry::Comment(comment) => self.comments.push((comment.id, comment.text.to_string())),
                        TreeEntry::Child(node) => self.node(node),
                    }
                }
                self.shape.push(']');
            }
            Node::Leaf(leaf) => {
                self.shape.push('.');
                self.values.push((leaf.id, leaf.value.clone()));
            }
            Node::Alias(_) => self.shape.push('*'),
        }
    }

    /// The leaves that are encrypted: neither nothing nor empty.
    fn secrets(&self) -> impl Iterator<Item = (LeafId, &Value)> {
        self.values
            .iter()
            .filter(|(_, value)| {
                !matches!(value, Value::Null) && !matches!(value, Value::Text(text) if text.is_empty())
            })
            .map(|(id, value)| (*id, value))
    }
}
