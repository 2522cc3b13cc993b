use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::document::content::edit::{MetadataChange, NewText};
use crate::document::content::format::Format;
use crate::document::content::tree::{Leaf, PathStep, TextPlace, TreeEntry};
use crate::document::content::value::Value;
use crate::document::file::document::Document;
use crate::document::store::splice::apply;

fn parse(text: &str) -> ParsedText {
    YamlStore.parse(text).unwrap()
}

fn fault(text: &str) -> String {
    YamlStore.parse(text).err().unwrap().to_string()
}

fn spliced(text: &str, splices: Vec<Splice>) -> String {
    apply(text, splices).unwrap().to_string()
}

fn rewritten(text: &str, found: &ParsedText, edits: &[(LeafId, NewText)]) -> Result<String, DocumentError> {
    let mut splices = Vec::new();
    for (leaf, new) in edits {
        splices.extend(found.outline.change(text, &found.tokens[leaf.0], *leaf, new.borrowed())?);
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
                    TreeEntry::Comment(comment) => writeln!(out, "{path} # {}", json!(*comment.text)).unwrap(),
                    TreeEntry::Child(member) => dump_node(out, &format!("{path}/{}", json!(member.key)), &member.value),
                }
            }
        }
        Node::Sequence(entries) => {
            writeln!(out, "{path} seq").unwrap();
            let mut index = 0;
            for entry in entries {
                match entry {
                    TreeEntry::Comment(comment) => writeln!(out, "{path} # {}", json!(*comment.text)).unwrap(),
                    TreeEntry::Child(node) => {
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
        Value::Text(text) => format!("str {}", json!(text.as_str())),
        Value::Integer(number) => format!("int {number}"),
        Value::Float(number) if number.is_nan() => "float nan".to_owned(),
        Value::Float(number) => format!("float {:x}", number.to_bits()),
        Value::Bool(value) => format!("bool {value}"),
        Value::Time(text) => format!("time {text}"),
        Value::Bytes(_) => "bytes".to_owned(),
    }
}

fn document(text: &str) -> Document {
    Document::parse(Format::Yaml, text.to_owned().into()).unwrap()
}

fn path(words: &str) -> Path {
    let step = |word: &str| word.parse().map_or_else(|_| PathStep::Key(word.to_owned()), PathStep::Index);
    Path { root: 0, steps: words.split('/').map(step).collect() }
}

fn text(text: &str) -> Node {
    leaf(Value::Text(text.to_owned().into()))
}

fn leaf(value: Value) -> Node {
    Node::Leaf(Leaf { id: LeafId::NEW, value, place: TextPlace::default() })
}

fn with(before: &str, at: &str, value: &Node) -> String {
    document(before).with_value(&path(at), value).unwrap().text().to_owned()
}

fn without(before: &str, at: &str) -> String {
    document(before).without(&path(at)).unwrap().text().to_owned()
}

fn metadata() -> Map<String, Json> {
    let age = json!([{"recipient": "age1", "enc": "-----BEGIN\nabc\n"}]);
    let value = json!({"version": "3.13.2", "mac": "ENC[x]", "age": age, "lastmodified": "2024-01-01T00:00:00Z"});
    value.as_object().unwrap().clone()
}

/// The first leaf gets a new text.
fn changed(before: &str, new: NewText) -> String {
    let found = parse(before);
    let is_value = |id: &LeafId| !before[found.tokens[id.0].clone()].starts_with('#');
    let leaf = (0..found.tokens.len()).map(LeafId).find(is_value).unwrap();
    rewritten(before, &found, &[(leaf, new)]).unwrap()
}

#[test]
fn comments_stand_where_sops_sees_them() {
    let text = "\
# top

# head
a: 1 # line
# foot

b: # of b
  # head of c
  c: 1
  # foot of c
# head of d
d:
  e: 1

  # foot of e

  f: [1, 2] # within f
g: # of g
- 1 # one
# head of two
- 2
# foot of g
h: | # of h
  text
i: {a: 1, # of a
  b: 2
  # foot of b
  } # of i
j:
  - # of k
    k: 1
    # foot of k
  # of j
# end
";
    let expected = "\
0 map
0 # \" top\"
0 # \" head\"
0 # \" line\"
0/\"a\" int 1
0 # \" foot\"
0 # \" of b\"
0/\"b\" map
0/\"b\" # \" head of c\"
0/\"b\"/\"c\" int 1
0/\"b\" # \" foot of c\"
0 # \" head of d\"
0/\"d\" map
0/\"d\"/\"e\" int 1
0/\"d\" # \" foot of e\"
0/\"d\"/\"f\" seq
0/\"d\"/\"f\" # \" within f\"
0/\"d\"/\"f\"/0 int 1
0/\"d\"/\"f\"/1 int 2
0 # \" of g\"
0/\"g\" seq
0/\"g\" # \" one\"
0/\"g\"/0 int 1
0/\"g\" # \" head of two\"
0/\"g\"/1 int 2
0 # \" foot of g\"
0 # \" of h\"
0/\"h\" str \"text\\n\"
0/\"i\" map
0/\"i\" # \" of i\"
0/\"i\" # \" of a\"
0/\"i\"/\"a\" int 1
0/\"i\"/\"b\" int 2
0/\"i\" # \" foot of b\"
0/\"j\" seq
0/\"j\"/0 map
0/\"j\"/0 # \" of k\"
0/\"j\"/0/\"k\" int 1
0/\"j\"/0 # \" foot of k\"
0 # \" of j\"
0 # \" end\"
";
    assert_eq!(dump(&parse(text).tree), expected);
}

#[test]
fn an_encrypted_value_keeps_the_style_that_stands_there() {
    for (before, after) in [
        ("a: b # c\n", "a: ENC[x,y] # c\n"),
        ("a: 'it''s'\n", "a: 'ENC[x,y]'\n"),
        ("a: \"b\"\n", "a: \"ENC[x,y]\"\n"),
        ("a: [b, c]\n", "a: [\"ENC[x,y]\", c]\n"),
        ("a: &x b\n", "a: &x ENC[x,y]\n"),
        ("a: !Ref b\n", "a: !Ref ENC[x,y]\n"),
        ("a: !!str 1\n", "a: !!str ENC[x,y]\n"),
        ("a: !!int \"1\"\n", "a: ENC[x,y]\n"),
        ("a: b\n  c\nd: e\n", "a: ENC[x,y]\nd: e\n"),
        ("a: |\n  b\n   c\n\nd: e\n", "a: |\n  ENC[x,y]\n\nd: e\n"),
        ("a: >2-\n    b\n", "a: >2-\n  ENC[x,y]\n"),
        ("a:\r\n- |+\r\n b\r\n", "a:\r\n- |+\r\n ENC[x,y]\r\n"),
        ("\u{feff}a: b", "\u{feff}a: ENC[x,y]"),
    ] {
        assert_eq!(changed(before, NewText::Encrypted("ENC[x,y]".to_owned())), after);
    }
}

#[test]
fn a_tag_that_names_a_type_and_cannot_go_is_refused_with_its_place() {
    let found = parse("k: v\na: !!int &x 5\n");
    let error = rewritten("k: v\na: !!int &x 5\n", &found, &[(LeafId(1), NewText::Encrypted("ENC[x]".to_owned()))]);
    assert!(error.err().unwrap().to_string().starts_with("line 2, column 13: this value has a type tag"));
}

#[test]
fn a_value_takes_the_nearest_style_that_carries_it() {
    for (before, value, after) in [
        ("a: b\n", "yes", "a: \"yes\"\n"),
        ("a: b\n", "x: y", "a: \"x: y\"\n"),
        ("a: 'b'\n", "it's", "a: 'it''s'\n"),
        ("a: 'b'\n", "one\ntwo", "a: \"one\\ntwo\"\n"),
        ("a: \"b\"\n", "tab\t\u{1}\u{2028}", "a: \"tab\\t\\x01\\u2028\"\n"),
        ("a: b\n", "one\ntwo\n", "a: |\n  one\n  two\n"),
        ("a: b # c\n", "one\ntwo\n", "a: \"one\\ntwo\\n\" # c\n"),
        ("a: [b]\n", "x, y", "a: [\"x, y\"]\n"),
        ("a: |\n  b\nc: d\n", "one\ntwo", "a: |-\n  one\n  two\nc: d\n"),
        ("a: | # r\n  b\n", " one", "a: |2- # r\n   one\n"),
        ("a: | # r\n  b\n", "\n", "a: \"\\n\" # r\n"),
    ] {
        assert_eq!(changed(before, NewText::Plain(Value::Text(value.to_owned().into()))), after);
    }
}

#[test]
fn the_metadata_comes_and_goes_without_a_trace() {
    for before in [
        "a: b\n",
        "a: b",
        "a: b\r\nc: d\r\n",
        "a: b # no end",
        "a: |+\n  b\n\n\n",
        "  a: b\n  c: d\n",
        "---\na: b\n---\n# nothing\n---\nc: d\n...\n",
        "---",
        "{a: b}\n",
        "{a: b,}",
        "{\n}\n",
        "\u{feff}a: b\n\n\n# end\n",
    ] {
        let there = document(before).rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        let read = document(&there);
        assert_eq!(read.metadata(), Some(&metadata()), "{before:?}");
        let again = read.rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        assert_eq!(*again, *there);
        assert_eq!(*read.rewrite(&[], MetadataChange::Remove).unwrap(), before);
    }
}

#[test]
fn the_metadata_is_laid_out_as_sops_does() {
    let there = document("a: b\n").rewrite(&[], MetadataChange::Write(metadata())).unwrap();
    let expected = "\
a: b
sops:
    age:
        - enc: |
            -----BEGIN
            abc
          recipient: age1
    lastmodified: \"2024-01-01T00:00:00Z\"
    mac: ENC[x]
    version: 3.13.2
";
    assert_eq!(*there, expected);
}

#[test]
fn new_members_stand_behind_their_siblings() {
    for (before, at, after) in [
        ("a: 1\n", "b", "a: 1\nb: v\n"),
        ("a: 1", "b", "a: 1\nb: v"),
        ("a: 1\r\n", "b", "a: 1\r\nb: v\r\n"),
        ("a: 1\n# of a\n\n# end\n", "b", "a: 1\n# of a\nb: v\n\n# end\n"),
        ("a: 1\nsops:\n    mac: x\n", "b", "a: 1\nb: v\nsops:\n    mac: x\n"),
        ("a:\n  b: 1\nc: 2\n", "a/d", "a:\n  b: 1\n  d: v\nc: 2\n"),
        ("a:\n  b: 1\nc: 2\n", "d/e", "a:\n  b: 1\nc: 2\nd:\n  e: v\n"),
        ("a:\n- 1\nc: 2\n", "a/1", "a:\n- 1\n- v\nc: 2\n"),
        ("a:\n  - b: 1\n", "a/0/c", "a:\n  - b: 1\n    c: v\n"),
        ("a: [1, 2]\n", "a/2", "a: [1, 2, v]\n"),
        ("a: {b: 1}\n", "a/c", "a: {b: 1, c: v}\n"),
        ("a: {}\nb: 1\n", "a/c", "a:\n    c: v\nb: 1\n"),
        ("a: []\n", "a/0", "a: [v]\n"),
        ("{}\n", "a", "a: v\n"),
        ("---\n", "a", "---\na: v\n"),
        ("a:\n", "a", "a: v\n"),
        ("a:\n-\n", "a/0", "a:\n- v\n"),
        ("a: |+\n  x\n\n", "b", "a: |+\n  x\n\nb: v\n"),
        ("a: 1\n", "yes", "a: 1\n\"yes\": v\n"),
    ] {
        assert_eq!(with(before, at, &text("v")), after, "{at} in {before:?}");
    }
}

#[test]
fn another_kind_of_value_takes_the_place_of_the_old() {
    let list = Node::Sequence(vec![TreeEntry::Child(text("v")), TreeEntry::Child(leaf(Value::Integer(1)))]);
    for (before, at, after) in [
        ("a: 1 # c\nb: 2\n", "a", "a: # c\n    - v\n    - 1\nb: 2\n"),
        ("a:\n  b:\n    c: 1\n  d: 2\n", "a/b", "a:\n  b:\n    - v\n    - 1\n  d: 2\n"),
        ("a:\n- b: 1\n- 2", "a/0", "a:\n- - v\n  - 1\n- 2"),
        ("a: [1, {b: 2}]\n", "a/1", "a: [1, [v, 1]]\n"),
        ("a: &x\n  b: 1\nc: 2\n", "a", "a: &x\n  - v\n  - 1\nc: 2\n"),
        ("a:\nb: 1\n", "a", "a:\n    - v\n    - 1\nb: 1\n"),
    ] {
        assert_eq!(with(before, at, &list), after, "{at} in {before:?}");
    }
    assert_eq!(with("a:\n- b\nc: 2\n", "a", &text("v")), "a: v\nc: 2\n");
    assert_eq!(with("a:\n- b\nc: 2\n", "a", &text("v\nw\n")), "a: |\n    v\n    w\nc: 2\n");
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    let map = Node::Mapping(vec![TreeEntry::Child(crate::document::Member::new("n", leaf(Value::Integer(1))))]);
    for (before, at, value, after) in [
        ("m:\n  a: 1\nz: 1\n", "m", text("v"), "m: v\nz: 1\n"),
        ("m:\n  a: 1\nz: 1\n", "m", map.clone(), "m:\n  \"n\": 1\nz: 1\n"),
        ("m:\n- 1\n# c\nz: 1\n", "m", text("v"), "m: v\n# c\nz: 1\n"),
        ("x: &x 1\ny: *x\nz: 1\n", "y", text("v"), "x: &x 1\ny: v\nz: 1\n"),
        ("t: !own v\nz: 1\n", "t", map.clone(), "t:\n    \"n\": 1\nz: 1\n"),
        ("t: !own v # c\nz: 1\n", "t", leaf(Value::Integer(5)), "t: 5 # c\nz: 1\n"),
        ("t: !own\n  a: 1\nz: 1\n", "t", text("v"), "t: v\nz: 1\n"),
        ("t: !own &x v\nz: *x\n", "t", leaf(Value::Integer(5)), "t: &x 5\nz: *x\n"),
        ("t: [!own v, b]\n", "t/0", leaf(Value::Integer(5)), "t: [5, b]\n"),
        ("t: 1\n    # c\nz: 1\n", "t", text("a\nb\n"), "t: \"a\\nb\\n\"\n    # c\nz: 1\n"),
        ("t: {}\n    # c\nz: 1\n", "t", text("a\nb\n"), "t: \"a\\nb\\n\"\n    # c\nz: 1\n"),
        ("t: {}\nz: 1\n", "t", text("a\nb\n\n"), "t: \"a\\nb\\n\\n\"\nz: 1\n"),
        ("t: |+\n  x\n\nz: 1\n", "t", map.clone(), "t:\n    \"n\": 1\nz: 1\n"),
        ("p:\n  t: |\n    x\n  # c\n  z: 1\n", "p/t", map.clone(), "p:\n  t:\n    \"n\": 1\n  # c\n  z: 1\n"),
        ("t: | # c\n  x\nz: 1\n", "t", Node::Mapping(Vec::new()), "t: # c\n    {}\nz: 1\n"),
        ("- x: 1 # c\n".replace("- ", "l:\n- ").as_str(), "l/0/x", map, "l:\n- x: # c\n      \"n\": 1\n"),
    ] {
        assert_eq!(with(before, at, &value), after, "{at} in {before:?}");
    }
}

#[test]
fn a_new_item_does_not_come_between_another_and_its_comment() {
    let new = leaf(Value::Integer(7));
    assert_eq!(with("l: [\n  1, # one\n  2 # two\n  ]\n", "l/2", &new), "l: [\n  1, # one\n  2, # two\n  7\n  ]\n");
    assert_eq!(with("m: {\n  a: 1, # c\n  }\n", "m/b", &new), "m: {\n  a: 1, # c\n  b: 7\n  }\n");
}

#[test]
fn a_node_that_goes_leaves_what_stands_behind_it() {
    for (before, at, after) in [
        ("d:\n  a: |\n    l1\n    l2\n  b: x\n", "d/a", "d:\n  b: x\n"),
        ("d:\n  a: |\n    l1\n  # of b\n  b: x\n", "d/a", "d:\n  # of b\n  b: x\n"),
        ("a: |+\n  x\n\nb: 1\n\nc: 2\n", "b", "a: |+\n  x\n\nc: 2\n"),
        ("a: |\n  x\nb: 1", "b", "a: |\n  x\n"),
        ("m:\n  a: 1 # note\nz: 1\n", "m/a", "m: {}\nz: 1\n"),
        ("a: 1 # note\n", "a", "{}\n"),
        ("y:\n# c\n- 1\nz: 1\n", "y/0", "y:\n# c\n    []\nz: 1\n"),
        ("l:\n- a: 1\n  # of b\n  b: 2\n", "l/0/a", "l:\n-\n  # of b\n  b: 2\n"),
        ("l: [a, !own b, c]\n", "l/1", "l: [a, c]\n"),
        ("l: [\n  a, # of a\n  b\n]\n", "l/1", "l: [\n  a # of a\n\n]\n"),
    ] {
        assert_eq!(without(before, at), after, "{at} from {before:?}");
    }
}

#[test]
fn what_an_alias_stands_for_does_not_go() {
    for (before, at) in
        [("x: &x 1\ny: *x\n", "x"), ("x:\n  k: &x 1\ny: [*x]\n", "x"), ("a: &x 1\nb: &x 2\nc: *x\n", "b")]
    {
        let gone = document(before).without(&path(at));
        assert!(matches!(gone, Err(DocumentError::AliasOfIt { .. })), "{before:?}");
    }
    assert_eq!(without("x: [&x 1, *x]\ny: 1\n", "x"), "y: 1\n");
}

#[test]
fn what_is_removed_takes_only_its_own_lines() {
    for (before, at, after) in [
        ("a: 1 # c\nb: 2\n", "a", "b: 2\n"),
        ("a: 1\nb: 2", "b", "a: 1"),
        ("a: 1\n# of b\nb:\n  c: 2\nd: 3\n", "b", "a: 1\n# of b\nd: 3\n"),
        ("a:\n  b: 1\nc: 2\n", "a/b", "a: {}\nc: 2\n"),
        ("a:\n- 1\n- 2\n", "a/0", "a:\n- 2\n"),
        ("a:\n- 1\n", "a/0", "a: []\n"),
        ("a:\n- b: 1\n  c: 2\n", "a/0/b", "a:\n- c: 2\n"),
        ("a:\n- b: 1\n  c: 2\n", "a/0/c", "a:\n- b: 1\n"),
        ("a: [1, 2, 3]\n", "a/1", "a: [1, 3]\n"),
        ("a: [1, 2, 3]\n", "a/2", "a: [1, 2]\n"),
        ("a: {b: 1}\n", "a/b", "a: {}\n"),
        ("a: 1\n", "a", "{}\n"),
        ("? a\n: 1\nb: 2\n", "a", "b: 2\n"),
        ("a: |\n  x\n\n  y\nb: 2\n", "a", "b: 2\n"),
    ] {
        assert_eq!(without(before, at), after, "{at} from {before:?}");
    }
}

#[test]
fn what_cannot_be_kept_is_refused_with_its_place() {
    for (text, expected) in [
        ("a: 1\n1: 2\n", "line 2, column 1: a key must be text: put it in quotes"),
        ("a: 1\n? [b]\n: 2\n", "line 2, column 3: a key must be text"),
        ("a: 1\nb: 2\n'a': 3\n", "line 3, column 1: a key occurs twice in one mapping"),
        ("- a\n", "line 1, column 1: a document must be a mapping, but this one is a list"),
        ("a: 1\n---\nb\n", "line 3, column 1: a document must be a mapping, but this one is a single value"),
        ("", "line 1, column 1: the file is empty: it needs at least one document"),
        ("a: !!int b\n", "line 1, column 10: this is not a whole number, although its tag says so"),
        (
            "a: 9223372036854775808\n",
            "line 1, column 4: this whole number has more than 64 bits: put it in quotes to keep it as text",
        ),
        ("a: b\n\t# c\n  d\n", "line 2, column 2: there is a comment inside a value"),
    ] {
        assert_eq!(fault(text), expected);
    }
    assert!(fault("a: [\n").starts_with("line "));
    assert!(fault(&"[".repeat(100_000)).starts_with("line 1, column "));
}

#[test]
fn a_tree_is_written_as_sops_lays_it_out() {
    let before =
        "# top\na:\n  b: [1, x: yes]\n  # c\n  c: \"1\"\n  d: {}\n  e: >-\n    f\n---\nt: 2024-1-1\nm: |\n  1\n  2\n";
    let expected = "\
# top
a:
    b:
        - 1
        - x: \"yes\"
    # c
    c: \"1\"
    d: {}
    e: f
---
t: 2024-01-01T00:00:00Z
m: |
    1
    2
";
    assert_eq!(*Document::emit(Format::Yaml, document(before).tree()).unwrap(), expected);
}

proptest! {
    #[test]
    fn any_text_put_in_the_place_of_any_scalar_reads_as_itself(
        value in "[ \\t\\n]?([a-z:#'\"\\\\|>&*!%@`,\\[\\]{}?=~.0-9+-]{0,4}[ \\n\\t\u{1}\u{85}\u{2028}\u{feff}é]{0,2}){0,6}",
        before in prop::sample::select(vec![
            "a: b\n", "a: 'b'\n", "a: \"b\"\n", "a: |\n  b\n\n\nc: d\n", "a: >-\n    b\n", "a: [b]\n", "a: {b: c}\n",
            "a:\n- b # c\n", "a:\n  - - b\n", "a: | # c\n   b\n", "a:\r\n  - |+\r\n    b\r\n\r\n", "a: b",
        ]),
    ) {
        let meant = Value::Text(value.into());
        let after = changed(before, NewText::Plain(meant.clone()));
        let mut meant_dump = dump(&parse(before).tree);
        let old = meant_dump.lines().find(|line| line.contains(" str ")).unwrap().to_owned();
        let (place, _) = old.split_once(" str ").unwrap();
        meant_dump = meant_dump.replacen(&old, &format!("{place} {}", shown(&meant)), 1);
        prop_assert_eq!(dump(&parse(&after).tree), meant_dump, "{:?}", after);
    }

    #[test]
    fn no_text_at_all_makes_the_parser_panic(text in "([a-c:#'\"|>&*!?,\\[\\]{}-]{0,3}[ \n\t]{0,3}){0,20}") {
        let _ = YamlStore.parse(&text);
    }
}
