//! What holds for HCL files of variables.

use super::*;

fn hcl(text: &str) -> Document {
    Document::parse(Format::Hcl, Zeroizing::new(text.to_owned())).unwrap()
}

const HCL: &str = "\u{feff}# one\na = 1 # two\nb-c /* three */ = \"x\\n\\\"$${y}\\u00e9\" // four\nd = -0.50\n\n/* five\n   six */\nlist = [1, # seven\n  [true, null], /* eight */\n  # nine\n  <<-EOT\n    l1\n      l2 %%{\n\n    EOT\n]\no = { p = 1, \"q r\" : {}, s = [] }\nt = {\n  u = \"v\" # ten\n  w = <<END\n  raw\nEND\n  # eleven\n}\n# twelve\nz = 1e3";

#[test]
fn hcl_reads_as_typed_leaves_with_comments_before_the_child_of_their_line() {
    assert_eq!(
        shown(&hcl(HCL)),
        [
            ". # one",
            ". # two",
            "2:5 a Integer(1)",
            ". # three ",
            ". # four",
            "3:19 b-c \"x\\n\\\"${y}é\"",
            "4:5 d Float(-0.5)",
            ". #five\n   six ".replace("#five", "# five").as_str(),
            "list # seven",
            "8:9 list[0] Integer(1)",
            "list # eight ",
            "9:4 list[1][0] Bool(true)",
            "9:10 list[1][1] Null",
            "list # nine",
            "11:3 list[2] \"l1\\n  l2 %{\\n\\n\"",
            "17:11 o.p Integer(1)",
            "t # ten",
            "19:7 t.u \"v\"",
            "20:7 t.w \"  raw\\n\"",
            "t # eleven",
            ". # twelve",
            "26:5 z Float(1000.0)",
        ]
    );
}

#[test]
fn hcl_leaves_comments_and_metadata_come_and_go() {
    let text = HCL.to_owned();
    for text in [text.clone(), text.replace('\n', "\r\n"), text + "\n"] {
        replaces_all_and_restores(&hcl(&text));
    }
    for text in ["a = 1", "# c", "a = 1\n\n\n", "a = {\n  b = 1 # c\n  # d\n}\n", "a = <<E\nx\nE\n", "a = [<<E\nE\n]\n"]
    {
        replaces_all_and_restores(&hcl(text));
    }
    for text in ["", "\n", "\u{feff}"] {
        let with = hcl(text).rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        assert_eq!(hcl(&with).rewrite(&[], MetadataChange::Write(metadata())).unwrap(), with);
        assert_eq!(hcl(&with).rewrite(&[], MetadataChange::Remove).unwrap().as_str(), text);
    }
    let with = hcl("a = 1\n").rewrite(&[], MetadataChange::Write(metadata())).unwrap();
    let object = "sops = {\n  kms = [\n    {\n      arn = \"a\"\n      enc = \"x\\ny\"\n    },\n  ]\n  mac = \"ENC[]\"\n  shamir_threshold = 2\n}\n";
    assert_eq!(*with, format!("a = 1\n\n{object}"));
    // What is written behind the metadata by hand stays there.
    let behind = hcl(&format!("a = 1\n\n{object}b = 2\n"));
    assert_eq!(behind.rewrite(&[], MetadataChange::Remove).unwrap().as_str(), "a = 1\nb = 2\n");
    assert_eq!(with_text(&behind, "c", "x"), format!("a = 1\n\n{object}b = 2\nc = \"x\"\n"));
}

fn with_text(document: &Document, path: &str, value: &str) -> String {
    with(document, path, text(value))
}

#[test]
fn hcl_strings_come_back_in_the_style_that_they_had() {
    let token = "ENC[AES256_GCM,data:Yg==,iv:aa=,tag:bb=,type:str]";
    for (source, encrypted) in [
        ("\"a\\\\b\\t\"", format!("\"{token}\"")),
        ("<<EOT\na\n  b\nEOT", format!("<<EOT\n{token}\nEOT")),
        ("<<EOT\r\na\r\nEOT", format!("<<EOT\r\n{token}\r\nEOT")),
        ("<<-EOT\n    a\n\n      b\n  EOT", format!("<<-EOT\n    {token}\n  EOT")),
        ("<<EOT\n$${a} %%{b}\nEOT", format!("<<EOT\n{token}\nEOT")),
    ] {
        let before = format!("k = {source}\n");
        let document = hcl(&before);
        let mut values = Vec::new();
        document.tree().walk(|_, item| {
            if let TreeItem::Leaf(leaf) = item {
                values.push(leaf.value.clone());
            }
        });
        let edit = |text| [Edit { leaf: LeafId(0), text }];
        let written = document.rewrite(&edit(NewText::Encrypted(token.to_owned())), MetadataChange::Keep).unwrap();
        assert_eq!(*written, format!("k = {encrypted}\n"));
        assert!(shown(&hcl(&written))[0].ends_with(&format!("{token:?}")));
        let plain = edit(NewText::Plain(values.remove(0)));
        assert_eq!(hcl(&written).rewrite(&plain, MetadataChange::Keep).unwrap().as_str(), before);
    }
}

#[test]
fn hcl_heredocs_become_strings_where_they_cannot_hold_a_text() {
    let raw = hcl("k = <<EOT\nx\nEOT\n");
    let flush = hcl("k = <<-EOT\n  x\n  EOT\n");
    for (value, in_raw, in_flush) in [
        ("a\nb\n", "<<EOT\na\nb\nEOT", "<<-EOT\n  a\n  b\n  EOT"),
        ("  a\n", "<<EOT\n  a\nEOT", "\"  a\\n\""),
        ("a", "\"a\"", "\"a\""),
        ("EOT\n", "\"EOT\\n\"", "\"EOT\\n\""),
        (" EOT,\n", "\" EOT,\\n\"", "\" EOT,\\n\""),
        ("a\r\n", "\"a\\r\\n\"", "\"a\\r\\n\""),
        ("a\u{7}\n", "\"a\\u0007\\n\"", "\"a\\u0007\\n\""),
        ("${a}\n", "<<EOT\n$${a}\nEOT", "<<-EOT\n  $${a}\n  EOT"),
        ("$${a}\n", "\"\\u0024$${a}\\n\"", "\"\\u0024$${a}\\n\""),
    ] {
        assert_eq!(with_text(&raw, "k", value), format!("k = {in_raw}\n"));
        assert_eq!(with_text(&flush, "k", value), format!("k = {in_flush}\n"));
    }
}

#[test]
fn hcl_values_are_put_in_and_taken_away_where_they_belong() {
    let rest = "\nsops = {\n  mac = \"x\"\n}\n";
    let text =
        "a = 1 # c\nl = [1, 2]\no = { p = 1 }\nm = [\n  1, # one\n  <<E\nx\nE\n]\nt = {\n  u = 1 # u\n  v : {}\n}\n";
    let document = hcl(&format!("{text}{rest}"));
    let value = || Value::Integer(7);
    for (path, old, new) in [
        ("a", "a = 1", "a = 7"),
        ("n", "  v : {}\n}\n", "  v : {}\n}\nn = 7\n"),
        ("l[1]", "[1, 2]", "[1, 7]"),
        ("l[2]", "[1, 2]", "[1, 2, 7]"),
        ("l", "[1, 2]", "7"),
        ("o.q", "{ p = 1 }", "{ p = 1, q = 7 }"),
        ("o.\"q r\"", "{ p = 1 }", "{ p = 1, \"q r\" = 7 }"),
        ("m[2]", "E\n]", "E\n  ,\n  7\n]"),
        ("m[0]", "  1, # one", "  7, # one"),
        ("t.n", "  v : {}\n", "  v : {}\n  n = 7\n"),
        ("t.v.n", "v : {}", "v : { n = 7 }"),
        ("t.w.x[0]", "  v : {}\n", "  v : {}\n  w = {\n    x = [\n      7,\n    ]\n  }\n"),
        ("n.m", "  v : {}\n}\n", "  v : {}\n}\nn = {\n  m = 7\n}\n"),
    ] {
        let text = text.replace(old, new);
        assert_eq!(with(&document, path, value()), format!("{text}{rest}"), "{path}");
    }
    for (path, old, new) in [
        ("a", "a = 1 # c\n", ""),
        ("l[0]", "1, 2", "2"),
        ("l[1]", "1, 2", "1"),
        ("o.p", " p = 1 ", " "),
        ("m[0]", "  1, # one\n", ""),
        ("m[1]", "  <<E\nx\nE\n", ""),
        ("t.u", "  u = 1 # u\n", ""),
        ("t.v", "  v : {}\n", ""),
        ("m", "m = [\n  1, # one\n  <<E\nx\nE\n]\n", ""),
    ] {
        let text = text.replacen(old, new, 1);
        assert_eq!(document.without(&path.parse().unwrap()).unwrap().text(), format!("{text}{rest}"), "{path}");
    }
    for path in ["sops.x", "a.b", "l[3]", "x[1]", ".", "\"no name\"", "\"1a\""] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(value())).is_err(), "{path}");
    }
    assert_eq!(with(&hcl("# c\n"), "a", value()), "a = 7\n\n# c\n");
    assert_eq!(with(&hcl("l = [\n  # c\n]\n"), "l[0]", value()), "l = [\n  # c\n  7\n]\n");
    assert_eq!(with(&hcl("o = { # c\n}\n"), "o.a", value()), "o = { # c\n  a = 7\n}\n");
    assert_eq!(with(&hcl("o = { a = 1 # c\n}\n"), "o.b", value()), "o = { a = 1 # c\n  b = 7\n}\n");
    assert_eq!(hcl("l = [1,]\n").without(&"l[0]".parse().unwrap()).unwrap().text(), "l = []\n");
}

#[test]
fn hcl_with_something_to_evaluate_is_refused_with_its_place() {
    for (text, line, column) in [
        ("a = b", 1, 5),
        ("a = 1 + 2", 1, 7),
        ("a = (1)", 1, 5),
        ("a = f(1)", 1, 5),
        ("a = true ? 1 : 2", 1, 10),
        ("a = \"x${b}\"", 1, 7),
        ("a = \"$$${b}\"", 1, 8),
        ("a = \"%{if true}x%{endif}\"", 1, 6),
        ("a = <<E\nx\n${b}\nE\n", 3, 1),
        ("a = [for x in y : x]", 1, 6),
        ("a = [1][0]", 1, 8),
        ("a = - 5", 1, 5),
        ("a {\n}\n", 1, 3),
        ("a \"b\" {\n}\n", 1, 3),
        ("a = { (b) = 1 }", 1, 7),
        ("a = { 1 = 1 }", 1, 7),
        ("a = 1 b = 2", 1, 7),
        ("a = 1\na = 2", 2, 1),
        ("a = {\n  b = 1\n  \"b\" = 2\n}\n", 3, 3),
        ("a = \"b\nc\"", 1, 5),
        ("a = \"\\x41\"", 1, 6),
        ("a = 1e999", 1, 5),
        ("a = 1.", 1, 5),
        ("a = <<E\nx\nE,\nE\n", 1, 5),
        ("a = <<E\nx\n", 1, 5),
        ("a = <<E\nx\nE", 1, 5),
        ("a = /* x", 1, 5),
        ("sops = 1", 1, 1),
        ("sops = {\n  mac = 1 # c\n}", 2, 11),
        ("sops = {\n} # c", 1, 1),
        ("\"a\" = 1", 1, 1),
    ] {
        match Document::parse(Format::Hcl, Zeroizing::new(text.to_owned())).err() {
            Some(DocumentError::Syntax { at, .. } | DocumentError::Refused { at, .. }) => {
                assert_eq!((at.line, at.column), (line, column), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn hcl_nested_without_end_is_an_error() {
    for open in ["[", "{a=", "{\"a\":", "[{a=["] {
        let text = format!("a = {}", open.repeat(1_000_000));
        assert!(Document::parse(Format::Hcl, Zeroizing::new(text)).is_err(), "{open}");
    }
    for open in ["(", "!", "-", "\"${", "f(", "a?", "a[", "a."] {
        let text = format!("a = {}", open.repeat(1_000_000));
        assert!(Document::parse(Format::Hcl, Zeroizing::new(text)).is_err(), "{open}");
    }
    let deep = format!("a = {}{}\n", "[".repeat(64), "]".repeat(64));
    replaces_all_and_restores(&hcl(&deep));
    let objects = format!("a = {}1{}\n", "{ b = ".repeat(64), " }".repeat(64));
    replaces_all_and_restores(&hcl(&objects));
    assert!(
        Document::parse(Format::Hcl, Zeroizing::new(format!("a = {}{}\n", "[".repeat(65), "]".repeat(65)))).is_err()
    );
}
