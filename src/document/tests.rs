use super::*;

fn json(text: &str) -> Document {
    Document::parse(Format::Json, Zeroizing::new(text.to_owned())).unwrap()
}

fn metadata() -> Map<String, Json> {
    serde_json::from_str(r#"{"kms": [{"arn": "a", "enc": "x\ny"}], "mac": "ENC[]", "shamir_threshold": 2}"#).unwrap()
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

/// Every leaf and comment gets another text, and its old text back.
fn replaces_all_and_restores(document: &Document) {
    let mut ids = Vec::new();
    document.tree().walk(|_, item| match item {
        Item::Leaf(leaf) => ids.push((leaf.id, false)),
        Item::Comment(comment) => ids.push((comment.id, true)),
        _ => {}
    });
    let token = |id: &LeafId| format!("ENC[AES256_GCM,data:{}+/==,iv:aa=,tag:bb=,type:str]", id.0);
    let edits: Vec<Edit> =
        ids.iter().map(|(leaf, _)| Edit { leaf: *leaf, text: NewText::Encrypted(token(leaf)) }).collect();
    let encrypted = document.rewrite(&edits, MetadataChange::Write(metadata())).unwrap();
    let encrypted = Document::parse(document.format(), encrypted).unwrap();
    let edits: Vec<Edit> = ids
        .iter()
        .map(|(leaf, _)| Edit { leaf: *leaf, text: NewText::Source(Zeroizing::new(document.source(*leaf).to_owned())) })
        .collect();
    let restored = encrypted.rewrite(&edits, MetadataChange::Remove).unwrap();
    assert_eq!(restored.as_str(), document.text());
}

const JSON: &str = "// one\n{\r\n  \"a\": 1, // two\n  \"b\": [true, null, -0.50, /* three */ \"\\u00e9\\ud83d\\ude00\", []],\n  \"c\": {\"d\": {}, \"e\": 1e3}\n}\n";

#[test]
fn every_json_leaf_and_comment_can_be_replaced_and_restored() {
    replaces_all_and_restores(&json(JSON));
    replaces_all_and_restores(&json("\u{feff}{\"a\":12345678901234567890}"));
}

fn value(leaf: &Leaf) -> String {
    match &leaf.value {
        Value::Text(text) => format!("{:?}", text.as_str()),
        value => format!("{value:?}"),
    }
}

fn shown(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    document.tree().walk(|path, item| match item {
        Item::Leaf(leaf) => lines.push(format!("{}:{} {path} {}", leaf.place.line, leaf.place.column, value(leaf))),
        Item::Comment(comment) => lines.push(format!("{path} #{}", *comment.text)),
        _ => {}
    });
    lines
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
        ("{\"a\": 1,\n \"a\": 2}", 2, 2),
        ("{\"a\": 1,}", 1, 8),
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

fn with(document: &Document, path: &str, value: Value) -> String {
    document.with_value(&path.parse().unwrap(), &Node::leaf(value)).unwrap().to_string()
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
        assert_eq!(document.without(&path.parse().unwrap()).unwrap().as_str(), rest, "{path}");
    }
    for path in ["a.x", "b[5]", "b.x", "sops", "sops.mac", ".", "c[1]"] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(Value::Null)).is_err(), "{path}");
    }
    assert!(document.without(&"x".parse().unwrap()).is_err());
}

fn dotenv(text: &str) -> Document {
    Document::parse(Format::Dotenv, Zeroizing::new(text.to_owned())).unwrap()
}

#[test]
fn dotenv_reads_as_sops_reads_it() {
    let document = dotenv("# one\nA=1\r\n\nexport B=\"x\\ny\"#z\nC=\n =d=e\n#\nF=\\\\n");
    assert_eq!(
        shown(&document),
        [
            ". # one",
            "2:3 A \"1\\r\"",
            "4:10 \"export B\" \"\\\"x\\ny\\\"#z\"",
            "5:3 C \"\"",
            "6:3 \" \" \"d=e\"",
            ". #",
            "8:3 F \"\\\\\\n\"",
        ]
    );
    for (text, line) in [("A=1\nA=2", 2), ("A=1\nB", 2), ("A=1\r\n\r\nB=2", 2), ("sops_a__list_1=x", 1)] {
        match Document::parse(Format::Dotenv, Zeroizing::new(text.to_owned())).err() {
            Some(DocumentError::Syntax { at, .. } | DocumentError::Refused { at, .. }) => assert_eq!(at.line, line),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn dotenv_leaves_comments_and_metadata_come_and_go() {
    for text in ["A=1\nB=\\n#x\n# c\n", "A=1\r\n#x", "#x\n\n\nA=1", "A=1\n\n", "\u{feff}A=1\n"] {
        replaces_all_and_restores(&dotenv(text));
    }
    for text in ["", "\n", "\n\n", "A=1"] {
        let with = dotenv(text).rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        assert!(with.contains("sops_kms__list_0__map_enc=x\\ny\n"), "{}", *with);
        let again = dotenv(&with).rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        assert_eq!(again, with);
        assert_eq!(dotenv(&with).rewrite(&[], MetadataChange::Remove).unwrap().as_str(), text);
    }
    let scattered = dotenv("sops_mac=1\nA=1\nsops_version=2\nB=2");
    assert_eq!(scattered.rewrite(&[], MetadataChange::Remove).unwrap().as_str(), "A=1\nB=2");
}

#[test]
fn dotenv_values_are_put_in_and_taken_away_before_the_metadata() {
    let document = dotenv("A=1\n# c\nsops_mac=x\n");
    assert_eq!(with(&document, "A", Value::Bool(true)), "A=true\n# c\nsops_mac=x\n");
    assert_eq!(with(&document, "B", text("x\ny")), "A=1\n# c\nB=x\\ny\nsops_mac=x\n");
    assert_eq!(document.without(&"A".parse().unwrap()).unwrap().as_str(), "# c\nsops_mac=x\n");
    for path in ["A.x", "B[0]", "sops_x", "\"=\"", "\"#\""] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(Value::Null)).is_err(), "{path}");
    }
    assert!(document.with_value(&"A".parse().unwrap(), &Node::leaf(text("C:\\new"))).is_err());
    assert_eq!(with(&dotenv(""), "A", text("x")), "A=x\n");
}

fn text(text: &str) -> Value {
    Value::Text(Zeroizing::new(text.to_owned()))
}

fn ini(text: &str) -> Document {
    Document::parse(Format::Ini, Zeroizing::new(text.to_owned())).unwrap()
}

const INI: &str = "\u{feff}; one\n# two\nkey = value ; three\nempty =\n- : first\n-: second\n# four\n[a]\n  \"quo=ted\" = \"x # y\"\n`k` = ` a\n b ` ; five\nlong = x \\\r\n  y\\\n\nlast='l'\r\n[a]\nraw = \"\"\"\"q\" `\"\"\"\n\n; six\n; seven\n[b]\n; end";

#[test]
fn ini_reads_as_sops_reads_it() {
    assert_eq!(
        shown(&ini(INI)),
        [
            "DEFAULT # one",
            "DEFAULT # two",
            "DEFAULT # three",
            "3:7 DEFAULT.key \"value\"",
            "4:8 DEFAULT.empty \"\"",
            "5:5 DEFAULT.#1 \"first\"",
            "6:4 DEFAULT.#2 \"second\"",
            "a # four",
            "9:15 a.quo=ted \"x # y\"",
            "a # five",
            "10:7 a.k \" a\\n b \"",
            "12:8 a.long \"x y\"",
            "15:6 a.last \"l\"",
            "17:7 a.raw \"\\\"q\\\" `\"",
            "b # six",
            "b # seven",
            "b # end",
        ]
    );
}

#[test]
fn ini_leaves_comments_and_metadata_come_and_go() {
    for text in
        [INI, "a=1\n", "a=1", "a=1\r\n[b]\r\nc=2", "[b]\n", "[b]", "; c\n[b]\na = \"1\"\n; d\n", "a = x\\", "; c"]
    {
        replaces_all_and_restores(&ini(text));
    }
    for text in ["", "\n", "\n\n", "\u{feff}", "a=1\n\n\n"] {
        let with = ini(text).rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        assert_eq!(ini(&with).rewrite(&[], MetadataChange::Write(metadata())).unwrap(), with);
        assert_eq!(ini(&with).rewrite(&[], MetadataChange::Remove).unwrap().as_str(), text);
    }
    let beside = ini("[a] ; c\nb=1\n");
    let edit = |text: &str| [Edit { leaf: LeafId(0), text: NewText::Comment(Zeroizing::new(text.to_owned())) }];
    assert_eq!(beside.rewrite(&edit(" d"), MetadataChange::Keep).unwrap().as_str(), "[a] ; d\nb=1\n");
    let bracket = beside.rewrite(&edit("ENC[]"), MetadataChange::Keep);
    assert!(matches!(bracket, Err(DocumentError::CannotCarry { .. })), "the name would reach to the last bracket");
    let between = ini("[a]\nb=1\n\n[sops]\nmac = x\n\n[c]\nd=1\n");
    assert_eq!(between.rewrite(&[], MetadataChange::Remove).unwrap().as_str(), "[a]\nb=1\n\n[c]\nd=1\n");
}

#[test]
fn ini_that_would_be_cut_off_or_read_otherwise_is_refused_with_its_place() {
    for (text, line, column) in [
        ("a = b#c", 1, 6),
        ("a = b;c", 1, 6),
        ("a = #c", 1, 5),
        ("a = \"b\"c;d", 1, 9),
        ("[a] b\n", 1, 5),
        ("\n[a", 2, 1),
        ("[]", 1, 1),
        ("[a\n", 1, 1),
        ("a", 1, 1),
        ("= b", 1, 1),
        ("\"a\" b = c", 1, 1),
        ("a = `b\n", 1, 5),
        ("a = `b` c\n", 1, 9),
        ("a=1\na=2", 2, 1),
        ("[sops]\nmac = x\n[sops]\n", 3, 1),
        ("[sops]\n; c\nmac = x\n", 2, 1),
    ] {
        match Document::parse(Format::Ini, Zeroizing::new(text.to_owned())).err() {
            Some(DocumentError::Syntax { at, .. } | DocumentError::Refused { at, .. }) => {
                assert_eq!((at.line, at.column), (line, column), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn ini_values_are_written_in_quotes_that_carry_them() {
    let document = ini("[s]\na = 1\n");
    for (value, written) in [
        ("x", "x"),
        ("x y", "x y"),
        (" x", "` x`"),
        ("x#y", "`x#y`"),
        ("x\ny", "`x\ny`"),
        ("a`b\nc", "\"\"\"a`b\nc\"\"\""),
        ("\"x\"", "`\"x\"`"),
        ("x\\", "`x\\`"),
        ("", ""),
        ("a`b ", "`a`b `"),
    ] {
        assert_eq!(with(&document, "s.a", text(value)), format!("[s]\na = {written}\n"), "{value}");
    }
    assert_eq!(with(&ini("[s]\na = \"1\"\n"), "s.a", text("x;y")), "[s]\na = \"x;y\"\n");
    let carried = document.with_value(&"s.a".parse().unwrap(), &Node::leaf(text("`;\"\"\"\n")));
    assert!(matches!(carried, Err(DocumentError::CannotCarry { .. })));
}

#[test]
fn ini_keys_and_sections_are_put_in_and_taken_away_where_they_belong() {
    let document = ini("top: 0\n[s]\n\ta = 1 ; c\n; d\n[t]\nb=1\n\n[sops]\nmac = x\n");
    let rest = "\n[sops]\nmac = x\n";
    for (path, expected) in [
        ("DEFAULT.x", "top: 0\nx: v\n[s]\n\ta = 1 ; c\n; d\n[t]\nb=1\n"),
        ("s.x", "top: 0\n[s]\n\ta = 1 ; c\n\tx = v\n; d\n[t]\nb=1\n"),
        ("t.\"x=y\"", "top: 0\n[s]\n\ta = 1 ; c\n; d\n[t]\nb=1\n`x=y`=v\n"),
        ("u.x", "top: 0\n[s]\n\ta = 1 ; c\n; d\n[t]\nb=1\n\n[u]\nx = v\n"),
    ] {
        assert_eq!(with(&document, path, text("v")), format!("{expected}{rest}"), "{path}");
    }
    for (path, expected) in [
        ("DEFAULT", "[s]\n\ta = 1 ; c\n; d\n[t]\nb=1\n"),
        ("s.a", "top: 0\n[s]\n; d\n[t]\nb=1\n"),
        ("s", "top: 0\n; d\n[t]\nb=1\n"),
        ("t", "top: 0\n[s]\n\ta = 1 ; c\n; d\n"),
    ] {
        assert_eq!(*document.without(&path.parse().unwrap()).unwrap(), format!("{expected}{rest}"), "{path}");
    }
    for path in ["x", "s.a.b", "sops.x", "s[0]", "\"x]\".a", "s.\"#\"", "s.-"] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(text("v"))).is_err(), "{path}");
    }
    assert_eq!(with(&ini("[s]\na=1"), "DEFAULT.x", text("v")), "x = v\n[s]\na=1");
}
