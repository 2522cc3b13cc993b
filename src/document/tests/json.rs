//! What holds for JSON.

use super::*;

fn json(text: &str) -> Document {
    Document::parse(Format::Json, Zeroizing::new(text.to_owned())).unwrap()
}

#[test]
fn json_metadata_that_comes_and_goes_leaves_every_byte_as_it_was() {
    for text in [
        "{\"a\":1}",
        "{}",
        "{ }",
        "{\n}\n",
        "\u{feff}{\r\n  \"a\": 1,\r\n  \"b\": [1, 2] // end\r\n}\r\n",
        "{\n\t\"a\": {\n\t\t\"b\": null\n\t}\n}",
        "// first\n{ // head\n  \"a\": 1 /* c */ /* d */\n  // last\n}\n// end",
        "{\"a\": 1 // c\n}",
        "{ // c\n}",
    ] {
        let document = json(text);
        let with = document.rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        let changed = json(&with);
        assert_eq!(changed.metadata(), Some(&metadata()), "{text}");
        assert_eq!(changed.rewrite(&[], MetadataChange::Remove).unwrap().as_str(), text);
    }
}

const JSON: &str = "// one\n{\r\n  \"a\": 1, // two\n  \"b\": [true, null, -0.50, /* three */ \"\\u00e9\\ud83d\\ude00\", []],\n  \"c\": {\"d\": {}, \"e\": 1e3}\n}\n";

#[test]
fn every_json_leaf_and_comment_can_be_replaced_and_restored() {
    replaces_all_and_restores(&json(JSON));
    replaces_all_and_restores(&json("\u{feff}{\"a\":12345678901234567890}"));
}

#[test]
fn json_reads_as_typed_leaves_with_comments_before_the_child_of_their_line() {
    assert_eq!(
        shown(&json(JSON)),
        [
            ". # one",
            ". # two",
            "3:8 a Integer(1)",
            "4:9 b[0] Bool(true)",
            "4:15 b[1] Null",
            "4:21 b[2] Float(-0.5)",
            "b # three ",
            "4:40 b[3] \"é😀\"",
            "5:23 c.e Float(1000.0)",
        ]
    );
}

#[test]
fn json_that_other_readers_refuse_is_refused_with_its_place() {
    for (text, line, column) in [
        ("[1]", 1, 1),
        ("", 1, 1),
        ("{\"sops\": {\"mac\": \"x\"},\n \"sops\": {}}", 2, 2),
        ("{\"a\": 1,,}", 1, 9),
        ("{\"a\": 'b'}", 1, 7),
        ("{\"a\": \"b\tc\"}", 1, 9),
        ("{\"a\": \u{a0}1}", 1, 7),
        ("{\"a\": 1e999}", 1, 7),
        ("{\"a\": 0x1}", 1, 7),
        ("{\"a\": NaN}", 1, 7),
        ("{\"a\": 1} {}", 1, 10),
        ("{\"sops\": 1}", 1, 2),
        ("{\"a\": \"\\ud800\"}", 1, 8),
    ] {
        match Document::parse(Format::Json, Zeroizing::new(text.to_owned())).err() {
            Some(DocumentError::Syntax { at, .. } | DocumentError::Refused { at, .. }) => {
                assert_eq!((at.line, at.column), (line, column), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn json_nested_without_end_is_an_error() {
    for open in ["[", "{\"a\":"] {
        let text = format!("{{\"a\":{}", open.repeat(1_000_000));
        assert!(Document::parse(Format::Json, Zeroizing::new(text)).is_err());
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
    replaces_all_and_restores(&json(&deep));
}

#[test]
fn json_values_are_put_in_and_taken_away_where_they_belong() {
    let document = json("{\n  \"a\": 1, // one\n  \"b\": [1, 2]\n}\n");
    assert_eq!(with(&document, "a", Value::Bool(true)), "{\n  \"a\": true, // one\n  \"b\": [1, 2]\n}\n");
    assert_eq!(with(&document, "b[2]", Value::Integer(3)), "{\n  \"a\": 1, // one\n  \"b\": [1, 2, 3]\n}\n");
    assert_eq!(with(&document, "b", Value::Null), "{\n  \"a\": 1, // one\n  \"b\": null\n}\n");
    assert_eq!(
        with(&document, "c.d[0]", Value::Null),
        "{\n  \"a\": 1, // one\n  \"b\": [1, 2],\n  \"c\": {\n    \"d\": [\n      null\n    ]\n  }\n}\n"
    );
    for (path, rest) in [
        ("a", "{\n  \"b\": [1, 2]\n}\n"),
        ("b", "{\n  \"a\": 1 // one\n}\n"),
        ("b[0]", "{\n  \"a\": 1, // one\n  \"b\": [2]\n}\n"),
        ("b[1]", "{\n  \"a\": 1, // one\n  \"b\": [1]\n}\n"),
    ] {
        assert_eq!(document.without(&path.parse().unwrap()).unwrap().text(), rest, "{path}");
    }
    for path in ["a.x", "b[5]", "b.x", "sops", "sops.mac", ".", "c[1]"] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(Value::Null)).is_err(), "{path}");
    }
    assert!(document.without(&"x".parse().unwrap()).is_err());
}
