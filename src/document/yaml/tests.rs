use std::fmt::Write as _;

use serde_json::json;

use super::*;
use crate::document::store::apply;
use crate::document::tree::Entry;
use crate::document::value::Value;

fn parse(text: &str) -> Found {
    YamlStore.parse(text).unwrap()
}

fn fault(text: &str) -> String {
    YamlStore.parse(text).err().unwrap().to_string()
}

fn spliced(text: &str, splices: Vec<Splice>) -> String {
    apply(text, splices).unwrap().to_string()
}

fn rewritten(text: &str, found: &Found, edits: &[(LeafId, NewText)]) -> Result<String, DocumentError> {
    let mut splices = Vec::new();
    for (leaf, new) in edits {
        splices.extend(YamlStore.change(text, found, *leaf, new)?);
    }
    Ok(spliced(text, splices))
}

/// One line for every node and comment, with its path.
fn dump(tree: &Tree) -> String {
    let mut out = String::new();
    for (number, root) in tree.roots.iter().enumerate() {
        dump_node(&mut out, &number.to_string(), root);
    }
    out
}

fn dump_node(out: &mut String, path: &str, node: &Node) {
    match node {
        Node::Mapping(entries) => {
            writeln!(out, "{path} map").unwrap();
            for entry in entries {
                match entry {
                    Entry::Comment(comment) => writeln!(out, "{path} # {}", json!(*comment.text)).unwrap(),
                    Entry::Child(member) => dump_node(out, &format!("{path}/{}", json!(member.key)), &member.value),
                }
            }
        }
        Node::Sequence(entries) => {
            writeln!(out, "{path} seq").unwrap();
            let mut index = 0;
            for entry in entries {
                match entry {
                    Entry::Comment(comment) => writeln!(out, "{path} # {}", json!(*comment.text)).unwrap(),
                    Entry::Child(node) => {
                        dump_node(out, &format!("{path}/{index}"), node);
                        index += 1;
                    }
                }
            }
        }
        Node::Leaf(leaf) => writeln!(out, "{path} {}", shown(&leaf.value)).unwrap(),
        Node::Alias(_) => writeln!(out, "{path} alias").unwrap(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => format!("str {}", json!(**text)),
        Value::Integer(number) => format!("int {number}"),
        Value::Float(number) if number.is_nan() => "float nan".to_owned(),
        Value::Float(number) => format!("float {:x}", number.to_bits()),
        Value::Bool(value) => format!("bool {value}"),
        Value::Time(text) => format!("time {text}"),
        Value::Bytes(_) => "bytes".to_owned(),
    }
}

/// Every leaf of a tree, in order.
fn leaves(tree: &Tree) -> Vec<(LeafId, Value)> {
    fn collect(node: &Node, leaves: &mut Vec<(LeafId, Value)>) {
        match node {
            Node::Mapping(entries) => entries.iter().for_each(|entry| {
                if let Entry::Child(member) = entry {
                    collect(&member.value, leaves);
                }
            }),
            Node::Sequence(entries) => entries.iter().for_each(|entry| {
                if let Entry::Child(node) = entry {
                    collect(node, leaves);
                }
            }),
            Node::Leaf(leaf) => leaves.push((leaf.id, leaf.value.clone())),
            Node::Alias(_) => {}
        }
    }
    let mut found = Vec::new();
    tree.roots.iter().for_each(|root| collect(root, &mut found));
    found
}

#[test]
fn dump_files() {
    use std::io::{Read, Write as _};
    let Ok(list) = std::env::var("KENC_DUMP") else { return };
    let mut out = std::io::BufWriter::new(std::fs::File::create(format!("{list}.out")).unwrap());
    for name in std::fs::read_to_string(&list).unwrap().lines() {
        let mut bytes = Vec::new();
        std::fs::File::open(name).unwrap().read_to_end(&mut bytes).unwrap();
        writeln!(out, "=== {name}").unwrap();
        match String::from_utf8(bytes)
            .map_err(|e| e.to_string())
            .and_then(|text| YamlStore.parse(&text).map_err(|e| e.to_string()))
        {
            Ok(found) => write!(out, "{}", dump(&found.tree)).unwrap(),
            Err(error) => writeln!(out, "ERROR {error}").unwrap(),
        }
    }
}
