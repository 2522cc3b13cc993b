//! What holds for TOML.

use super::*;

fn toml(text: &str) -> Document {
    Document::parse(Format::Toml, Zeroizing::new(text.to_owned())).unwrap()
}

const TOML: &str = "\u{feff}# one\na = 1 # two\n\"b.c\" = 'x'\nd.e = 1.0\nd.\"f\" = \"\"\"\nl1\n\"l2\\\\\"\"\"\ng = [1, # three\n  [2], # four\n  # five\n]\nh = { i = true, j.k = 1979-05-27 07:32:00Z } # six\n\n# seven\n[t.u] # eight\nv = '''\n'w'\n'''\n# nine\n[[p]]\nq = 07:32:00\n[[p.r]]\n[[p]]\n[p.r]\ns = -inf\n[t]\nx = 0x_ff # ten\n# eleven\n";

#[test]
fn toml_reads_as_typed_leaves_with_comments_before_the_child_of_their_line() {
    let text = TOML.replace("0x_ff", "0xff");
    assert_eq!(
        shown(&toml(&text)),
        [
            ". # one",
            ". # two",
            "2:5 a Integer(1)",
            "3:9 \"b.c\" \"x\"",
            "4:7 d.e Float(1.0)",
            "5:9 d.f \"l1\\n\\\"l2\\\\\"",
            "g # three",
            "8:6 g[0] Integer(1)",
            "g # four",
            "9:4 g[1][0] Integer(2)",
            "g # five",
            ". # six",
            "12:11 h.i Bool(true)",
            "12:23 h.j.k Time(\"1979-05-27T07:32:00Z\")",
            "t # seven",
            "t.u # eight",
            "16:5 t.u.v \"'w'\\n\"",
            "t # ten",
            "27:5 t.x Integer(255)",
            ". # nine",
            "21:5 p[0].q Time(\"07:32:00\")",
            "25:5 p[1].r.s Float(-inf)",
            ". # eleven",
        ]
    );
}

#[test]
fn toml_leaves_comments_and_metadata_come_and_go() {
    let text = TOML.replace("0x_ff", "0xff");
    for text in [text.clone(), text.replace('\n', "\r\n"), text.trim_end().to_owned()] {
        replaces_all_and_restores(&toml(&text));
    }
    for text in ["a = 1", "[a]", "# c", "a = 1\n\n\n", "[a]\nb = 1 # c\n# d\n"] {
        replaces_all_and_restores(&toml(text));
    }
    for text in ["", "\n", "\u{feff}"] {
        let with = toml(text).rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        assert_eq!(toml(&with).rewrite(&[], MetadataChange::Write(metadata())).unwrap(), with);
        assert_eq!(toml(&with).rewrite(&[], MetadataChange::Remove).unwrap().as_str(), text);
    }
    let with = toml("a = 1\n").rewrite(&[], MetadataChange::Write(metadata())).unwrap();
    let table =
        "[sops]\nmac = \"ENC[]\"\nshamir_threshold = 2\n\n[[sops.kms]]\narn = \"a\"\nenc = \"\"\"\nx\ny\"\"\"\n";
    assert_eq!(*with, format!("a = 1\n\n{table}"));
}

#[test]
fn toml_strings_come_back_in_the_style_that_they_had() {
    for token in
        ["\"a\"", "'a\\b'", "\"\"\"\na \"b\" \\\\ c\n\"\"\"", "\"\"\"a\"\"\"", "'''\n'a'\n'''", "\"\\u0007\\t\""]
    {
        let text = format!("k = {token}\n");
        let document = toml(&text);
        let mut values = Vec::new();
        document.tree().walk(|_, item| {
            if let TreeItem::Leaf(leaf) = item {
                values.push(leaf.value.clone());
            }
        });
        let edit = |text| [Edit { leaf: LeafId(0), text }];
        let encrypted = document.rewrite(&edit(NewText::Encrypted("ENC[x]".to_owned())), MetadataChange::Keep).unwrap();
        let plain = edit(NewText::Plain(values.remove(0)));
        assert_eq!(toml(&encrypted).rewrite(&plain, MetadataChange::Keep).unwrap().as_str(), text);
    }
}

#[test]
fn toml_text_with_carriage_returns_reads_as_itself_for_every_reader() {
    // They were once written unescaped, and other readers took them for line ends.
    for before in ["t = \"x\"\n", "t = \"\"\"\nx\"\"\"\n", "t = '''x'''\n", "t = 'x'\r\n", "t = \"\"\"\r\nx\"\"\"\r\n"]
    {
        let written = with(&toml(before), "t", text("a\r\nb\rc\r\n"));
        assert!(written.contains("a\\r\\nb\\rc\\r\\n"), "{before:?}: {written:?}");
    }
}

#[test]
fn toml_lists_with_comments_take_one_value_more_and_give_one_away() {
    let lists = [
        ("[1, # one\n  2 # two\n]", "[1, # one\n  2, # two\n  7\n]", "[1, # one\n]"),
        (
            "[\n  1, # one\n  2, # two\n  # end\n]",
            "[\n  1, # one\n  2, # two\n  # end\n  7,\n]",
            "[\n  1, # one\n  # end\n]",
        ),
        ("[\n  1,\n  2\n]", "[\n  1,\n  2,\n  7\n]", "[\n  1,\n]"),
        ("[\"a#b\", 2]", "[\"a#b\", 2, 7]", "[\"a#b\"]"),
        ("[[1, 2], 3, ]", "[[1, 2], 3, 7 ]", "[[1, 2], ]"),
    ];
    for (before, more, less) in lists {
        let document = toml(&format!("l = {before} # c\n"));
        assert_eq!(with(&document, "l[2]", Value::Integer(7)), format!("l = {more} # c\n"));
        assert_eq!(document.without(&"l[1]".parse().unwrap()).unwrap().text(), format!("l = {less} # c\n"));
    }
    let emptied = toml("a = 1\n[[p]]\nx = 1\n").without(&"p[0]".parse().unwrap()).unwrap();
    assert_eq!(emptied.text(), "a = 1\np = []\n");
}

#[test]
fn toml_values_and_tables_are_put_in_and_taken_away_where_they_belong() {
    let rest = "\n[sops]\nmac = \"x\"\n";
    let text = "a = 1 # c\nd.e = [1, 2]\n\n[t]\nx = {y = 1}\n# z\n[v.w]\nq = 1\n[[p]]\nr = 1\n";
    let document = toml(&format!("{text}{rest}"));
    let value = || Value::Integer(7);
    for (path, old, new) in [
        ("a", "a = 1", "a = 7"),
        ("n", "[1, 2]\n", "[1, 2]\nn = 7\n"),
        ("d.f", "[1, 2]\n", "[1, 2]\nd.f = 7\n"),
        ("d.e[2]", "[1, 2]", "[1, 2, 7]"),
        ("d.e", "[1, 2]", "7"),
        ("t.\"n n\"", "{y = 1}\n", "{y = 1}\n\"n n\" = 7\n"),
        ("t.x.z", "{y = 1}", "{y = 1, z = 7}"),
        ("t.x.y", "{y = 1}", "{y = 7}"),
        ("t.n.m", "{y = 1}\n", "{y = 1}\nn = { m = 7 }\n"),
        ("p[0].s", "r = 1\n", "r = 1\ns = 7\n"),
        ("p[1].s", "r = 1\n", "r = 1\n\n[[p]]\ns = 7\n"),
        ("new.n", "r = 1\n", "r = 1\n\n[new]\nn = 7\n"),
        ("v.n", "r = 1\n", "r = 1\n\n[v]\nn = 7\n"),
    ] {
        let text = text.replace(old, new);
        assert_eq!(with(&document, path, value()), format!("{text}{rest}"), "{path}");
    }
    for (path, old) in [
        ("a", "a = 1 # c\n"),
        ("d", "d.e = [1, 2]\n"),
        ("d.e", "d.e = [1, 2]\n"),
        ("d.e[0]", "1, "),
        ("d.e[1]", ", 2"),
        ("t.x.y", "y = 1"),
        ("t", "[t]\nx = {y = 1}\n"),
        ("v", "[v.w]\nq = 1\n"),
        ("v.w.q", "q = 1\n"),
    ] {
        let text = text.replacen(old, "", 1);
        assert_eq!(document.without(&path.parse().unwrap()).unwrap().text(), format!("{text}{rest}"), "{path}");
    }
    for path in ["sops.x", "a.b", "d.e[3]", "d.x[1]", "."] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(value())).is_err(), "{path}");
    }
    assert_eq!(with(&toml("[t]\n"), "a", value()), "a = 7\n\n[t]\n");
}

#[test]
fn toml_that_cannot_be_kept_is_refused() {
    let dots = "a.".repeat(100_000);
    for text in [
        "sops = 1",
        "sops.mac = \"x\"",
        "[sops]\nmac = \"x\" # c",
        "[sops]\n# c\nmac = \"x\"",
        "a = 1\na = 2",
        "a = 9223372036854775808",
        &format!("a = {}", "[".repeat(100_000)),
        &format!("{dots}a = 1"),
        &format!("[{dots}a]"),
        &format!("a = {{{dots}a = 1}}"),
    ] {
        assert!(Document::parse(Format::Toml, Zeroizing::new(text.to_owned())).is_err());
    }
}
