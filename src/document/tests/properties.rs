//! What holds for every document that can be made.

use crate::document::store::parsed::METADATA_KEY;
use proptest::prelude::*;

use super::*;

/// A value that every notation with types has.
fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Bool),
        proptest::num::f64::NORMAL.prop_map(Value::Float),
        texts().prop_map(|value| text(&value)),
    ]
}

/// Text with all characters that are special in one of the notations.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[a\"'`#;=\\\\\\[\\]{}:,|> \\t\n-]{0,10}",
        "(true|null|1e3|0x1|~|2020-01-01|ENC\\[|//|/\\*|\\*/|\"\"\"|''')[a ]{0,2}",
        "\\PC{0,6}",
    ]
}

fn keys() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,4}", "[a-zA-Z.=: \"'`#-]{1,6}", "\\PC{1,4}"]
}

fn members(value: impl Strategy<Value = Node>) -> impl Strategy<Value = Node> {
    proptest::collection::hash_map(keys(), value, 1..5).prop_map(|members| {
        let members = members.into_iter().filter(|(key, _)| !key.starts_with(METADATA_KEY));
        Node::Mapping(members.map(|(key, value)| TreeEntry::Child(Member::new(key, value))).collect())
    })
}

fn trees() -> impl Strategy<Value = Tree> {
    let nodes = values().prop_map(Node::leaf).prop_recursive(3, 24, 4, |inner| {
        let items = proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            items.prop_map(|items| Node::Sequence(items.into_iter().map(TreeEntry::Child).collect())),
            members(inner),
        ]
    });
    members(nodes).prop_map(|root| Tree { roots: vec![root] })
}

fn flat_trees(depth: usize) -> impl Strategy<Value = Tree> {
    let leaves = || values().prop_map(Node::leaf);
    let root = if depth == 1 { members(leaves()).boxed() } else { members(members(leaves())).boxed() };
    root.prop_map(|root| Tree { roots: vec![root] })
}

/// A file with the content `tree`, if the notation can express it. Refusing is allowed; writing something else is not.
fn emitted(format: Format, tree: &Tree) -> Option<Document> {
    match Document::emit(format, tree) {
        Ok(text) => Some(Document::parse(format, text).unwrap()),
        Err(DocumentError::CannotCarry { .. }) => None,
        Err(error) => panic!("{}: {error}", format.word()),
    }
}

/// Encrypting and decrypting everything gives the same content, with the same types.
fn survives(document: &Document) {
    replaces_all_and_restores(document);
    let mut leaves = Vec::new();
    document.tree().walk(|_, item| {
        if let TreeItem::Leaf(leaf) = item {
            leaves.push((leaf.id, leaf.value.clone()));
        }
    });
    let edit = |text: &dyn Fn(&Value) -> NewText| -> Vec<Edit> {
        leaves.iter().map(|(leaf, value)| Edit { leaf: *leaf, text: text(value) }).collect()
    };
    let encrypted = edit(&|_| NewText::Encrypted("ENC[AES256_GCM,data:Yg==,iv:aa=,tag:bb=,type:str]".to_owned()));
    let encrypted = document.rewrite(&encrypted, MetadataChange::Write(metadata())).unwrap();
    let encrypted = Document::parse(document.format(), encrypted).unwrap();
    // What is read from a file can be written to it again: the check of the tree is inside.
    let plain = edit(&|value| NewText::Plain(value.clone()));
    reads_as_predicted(&encrypted, &plain, &[]);
    let decrypted = encrypted.rewrite(&plain, MetadataChange::Remove);
    assert_eq!(decrypted.err(), None, "{} {:?}", document.format().word(), document.text());
}

fn put_in_and_taken_away(document: &Document, key: &str, value: &Node) {
    let mut path = Path::new(vec![PathStep::Key(key.to_owned())]);
    if document.format() == Format::Ini {
        path.steps.insert(0, PathStep::Key("s".to_owned()));
    }
    if document.tree().node(&path).is_some() {
        return;
    }
    let Ok(with) = document.with_value(&path, value) else { return };
    let without = with.without(&path).unwrap();
    assert_eq!(shown(&without).len(), shown(document).len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn notations_with_nesting_carry_every_tree(tree in trees(), key in keys(), value in values()) {
        for format in [Format::Yaml, Format::Json, Format::Toml, Format::Hcl] {
            if let Some(document) = emitted(format, &tree) {
                survives(&document);
                put_in_and_taken_away(&document, &key, &Node::leaf(value.clone()));
            }
        }
    }

    #[test]
    fn dotenv_and_ini_carry_every_tree_that_is_flat(one in flat_trees(1), two in flat_trees(2), key in keys()) {
        for (format, tree) in [(Format::Dotenv, &one), (Format::Ini, &two)] {
            if let Some(document) = emitted(format, tree) {
                survives(&document);
                put_in_and_taken_away(&document, &key, &Node::leaf(text("v")));
            }
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic_or_lose_a_byte(
        text in "[\\[\\]{}\"'`#;=:,./*\\\\ \\t\r\nab1\u{feff}é-]{0,40}",
    ) {
        for format in Format::ALL {
            let Ok(document) = Document::parse(format, Zeroizing::new(text.clone())) else { continue };
            let Ok(with) = document.rewrite(&[], MetadataChange::Write(metadata())) else { continue };
            let with = Document::parse(format, with).unwrap();
            assert_eq!(with.metadata().map(Map::len), Some(metadata().len()));
            let without = with.rewrite(&[], MetadataChange::Remove).unwrap();
            assert_eq!(without.as_str(), text, "{}", format.word());
        }
    }
}

#[test]
fn blanks_at_the_end_of_a_block_are_encrypted_with_it() {
    // They once stayed in plaintext, and were there twice after decryption.
    let document =
        Document::parse(Format::Yaml, Zeroizing::new("a: |-\n  x\n  y \t\nb: |\n  z  \n".to_owned())).unwrap();
    survives(&document);
    let token = "ENC[AES256_GCM,data:Yg==,iv:aa=,tag:bb=,type:str]";
    let edits: Vec<_> =
        (0..2).map(|leaf| Edit { leaf: LeafId(leaf), text: NewText::Encrypted(token.to_owned()) }).collect();
    let encrypted = document.rewrite(&edits, MetadataChange::Keep).unwrap();
    assert_eq!(*encrypted, format!("a: |-\n  {token}\nb: |\n  {token}\n"));
}
