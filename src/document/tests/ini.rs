//! What holds for INI files.

use super::*;

fn ini(text: &str) -> Document {
    Document::parse(Format::Ini, Zeroizing::new(text.to_owned())).unwrap()
}

const INI: &str = "\u{feff}; one\n# two\nkey = value ; three\nempty =\n- : first\n-: second\n# four\n[a]\n  \"quo=ted\" = \"x # y\"\n`k` = ` a\n b ` ; five\nlong = x \\\r\n  y\\\n\nlast='l'\r\n[a]\nraw = \"\"\"\"q\" `\"\"\"\n\n; six\n; seven\n[b]\n; end";

#[test]
fn ini_reads_as_sops_reads_it() {
    assert_eq!(
        shown(&ini(INI)),
        [
            "DEFAULT # one\n# two",
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
            "b # six\n; seven",
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
        assert_eq!(document.without(&path.parse().unwrap()).unwrap().text(), format!("{expected}{rest}"), "{path}");
    }
    for path in ["x", "s.a.b", "sops.x", "s[0]", "\"x]\".a", "s.-"] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(text("v"))).is_err(), "{path}");
    }
    assert_eq!(with(&ini("[s]\na=1"), "DEFAULT.x", text("v")), "x = v\n[s]\na=1");
}
