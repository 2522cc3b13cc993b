use std::fmt::Write as _;

use serde_json::json;

use super::*;
use crate::document::tree::Entry;
use crate::document::value::Value;

fn parse(text: &str) -> Found {
    Yaml.parse(text).unwrap()
}

fn fault(text: &str) -> String {
    Yaml.parse(text).err().unwrap().to_string()
}

fn spliced(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| (splice.place.start, splice.place.end));
    let (mut new, mut at) = (String::new(), 0);
    for Splice { place, text: replacement } in &splices {
        assert!(at <= place.start, "splices overlap");
        new.push_str(&text[at..place.start]);
        new.push_str(replacement);
        at = place.end;
    }
    new + &text[at..]
}

fn rewritten(text: &str, found: &Found, edits: &[(LeafId, NewText)]) -> Result<String, DocumentError> {
    let mut splices = Vec::new();
    for (leaf, new) in edits {
        splices.extend(Yaml.change(text, found, *leaf, new)?);
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
            .and_then(|text| Yaml.parse(&text).map_err(|e| e.to_string()))
        {
            Ok(found) => write!(out, "{}", dump(&found.tree)).unwrap(),
            Err(error) => writeln!(out, "ERROR {error}").unwrap(),
        }
    }
}

#[test]
fn corpus_probe() {
    let Ok(list) = std::env::var("KENC_PROBE") else { return };
    let mut counts = std::collections::BTreeMap::<String, Vec<String>>::new();
    for name in std::fs::read_to_string(&list).unwrap().lines() {
        let Ok(text) = std::fs::read_to_string(name) else { continue };
        let verdict = match Yaml.parse(&text) {
            Err(error) => format!("refused: {}", error.to_string().split(": ").skip(1).collect::<Vec<_>>().join(": ")),
            Ok(found) => probe(&text, &found).err().unwrap_or_else(|| "good".to_owned()),
        };
        counts.entry(verdict).or_default().push(name.to_owned());
    }
    for (verdict, names) in counts {
        eprintln!("{} {verdict} {:?}", names.len(), &names[..names.len().min(4)]);
    }
}

fn probe(text: &str, found: &Found) -> Result<(), String> {
    const TOKEN: &str = "ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:YmF6,type:str]";
    let before = leaves(&found.tree);
    let is_kept = |value: &Value| matches!(value, Value::Null) || matches!(value, Value::Text(text) if text.is_empty());
    let secret: Vec<_> = before.iter().filter(|(_, value)| !is_kept(value)).collect();
    let edits: Vec<_> = secret.iter().map(|(id, _)| (*id, NewText::Encrypted(TOKEN.to_owned()))).collect();
    let encrypted = rewritten(text, found, &edits).map_err(|error| format!("not encrypted: {error}"))?;
    let metadata = json!({"version": "3.13.2", "mac": TOKEN, "age": [{"recipient": "age1", "enc": "-----BEGIN\nabc\n"}], "lastmodified": "2024-01-01T00:00:00Z"});
    let with_metadata = spliced(
        &encrypted,
        Yaml.change_metadata(&encrypted, found, metadata.as_object()).map_err(|e| format!("metadata: {e}"))?,
    );
    let second = Yaml.parse(&with_metadata).map_err(|error| format!("encrypted text: {error}\n{with_metadata}"))?;
    if second.metadata.as_ref().map(|m| serde_json::to_value(m).unwrap()) != Some(metadata) {
        return Err("metadata differ".to_owned());
    }
    let after = leaves(&second.tree);
    if after.len() != before.len() {
        return Err("structure".to_owned());
    }
    for ((_, old), (_, new)) in before.iter().zip(&after) {
        let good = match new {
            Value::Text(text) if !is_kept(old) => text.trim_end() == TOKEN,
            other => other == old,
        };
        if !good {
            return Err(format!("an encrypted value reads as {}", shown(new)));
        }
    }
    let without = spliced(&with_metadata, Yaml.change_metadata(&with_metadata, &second, None).unwrap());
    if without != encrypted {
        return Err("metadata removed".to_owned());
    }
    let second = Yaml.parse(&encrypted).map_err(|error| format!("encrypted text: {error}"))?;
    let sources: Vec<_> = secret
        .iter()
        .map(|(id, _)| (*id, NewText::Source(text[found.tokens[id.0].clone()].to_owned().into())))
        .collect();
    let restored = rewritten(&encrypted, &second, &sources).unwrap();
    if restored != text {
        return Err(format!("restored {restored:?}"));
    }
    let plain: Vec<_> = secret.iter().map(|(id, value)| (*id, NewText::Plain(value.clone()))).collect();
    for start in [(text, found), (&encrypted, &second)] {
        let plain = rewritten(start.0, start.1, &plain).map_err(|error| format!("plain: {error}"))?;
        let third = Yaml.parse(&plain).map_err(|error| format!("plain text: {error}\n{plain}"))?;
        let (one, other) = (dump(&found.tree), dump(&third.tree));
        if one != other {
            let line = one.lines().zip(other.lines()).find(|(a, b)| a != b).unwrap();
            return Err(format!("plain differs {line:?}"));
        }
    }
    Ok(())
}
