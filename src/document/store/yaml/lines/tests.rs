//! The reader of lines agrees with the parser on everything that it takes.

use proptest::prelude::*;

use super::super::outline::YamlOutline;
use super::super::usual_outline::UsualOutline;
use super::super::{parser, parts, usual};
use super::*;

/// Whether the text is read line by line. If it is, the parser gives the same layout.
fn is_taken(text: &str) -> bool {
    let Some(read) = layout(text) else { return false };
    let parsed = match parser::layout(text) {
        Ok(parsed) => parsed,
        Err(error) => panic!("the parser does not take it: {error}\n{text}"),
    };
    assert_eq!(read.outline, parsed.outline, "{text}");
    assert_eq!(read.remark_places, parsed.remark_places, "{text}");
    assert_eq!(read.contents.len(), parsed.contents.len(), "{text}");
    for (read, parsed) in read.contents.iter().zip(&parsed.contents) {
        assert_eq!((read.place, &read.text), (parsed.place, &parsed.text), "{text}");
        assert!(read.tag.is_none() && parsed.tag.is_none(), "{text}");
    }
    true
}

/// Whether the tree is built without the parts of the text. If it is, the parts give the same.
fn is_built(text: &str) -> bool {
    let Some(read) = usual::parse(text) else { return false };
    let parsed = match parts::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => panic!("the parts are not taken: {error}\n{text}"),
    };
    assert_eq!(read.tokens, parsed.tokens, "{text}");
    assert_eq!(read.metadata, parsed.metadata, "{text}");
    let YamlOutline { settings, metadata_places, .. } = parsed.outline;
    assert_eq!(format!("{:?}", read.outline), format!("{:?}", UsualOutline { settings, metadata_places }), "{text}");
    assert!(parsed.aliases.is_empty(), "{text}");
    assert_eq!(read.tree.dump(), parsed.tree.dump(), "{text}");
    true
}

#[test]
fn the_tree_of_usual_files_is_built_without_their_parts() {
    for text in [
        "a: 1\n",
        "a: 1",
        "---\na: 1\n",
        "a:\n- x\n- k: v\n- \"q\"\nb:\n\nc:\nd: ~\n",
        "a:\n  - x\n  - k: v\n    l: w\n  -   m: 1\n      n: 2\nb: 2\n",
        "a: |\n  one\n   two\n\n  three\n\n\nb: |-\n    x\nc: |+\n  y\n\nd: |\n\n  z\n",
        "  a: 1\n  b:\n    c: 2\n",
        "\"a b\": 'it''s'\nb: \"\"\nc: []\nd:\n  e: {}\n",
        "a: ENC[x]\nsops:\n    age:\n        - recipient: age1\n          enc: |\n            -----BEGIN-----\n            x+/=\n            -----END-----\n    mac: ENC[x]\n    version: 3.13.2\n",
        "sops:\n  mac: x\na: 1\n",
        "a: 1\nsops:\n  mac: x",
    ] {
        assert!(is_built(text), "{text}");
    }
    for text in
        ["# c\na: 1\n", "a: 1\n---\nb: 1\n", "a: 1\na: 2\n", "1: a\n", "sops: 1\n", "sops:\n  - a\n", "- a\n", ""]
    {
        assert!(usual::parse(text).is_none(), "{text}");
    }
}

#[test]
fn usual_files_are_read_line_by_line() {
    for text in [
        "a: 1\n",
        "a: 1",
        "# top\na: 1 # one\n\n# two\nb:\n  c: x y\n  d: 'it''s'\n# end\n",
        "a:\n  - x\n  - k: v\n    l: w\n  -   m: 1\n      n: 2\nb: 2\n",
        "a:\n- x\n- k: v\n- \"q\" # c\nb:\n\nc: # none\nd: ~\n",
        "---\na: 1\n---\nb: 2\n",
        "# c\n---\n# d\na: 1\n# e\n---\nb:\n",
        "a: |\n  one\n   two\n\n  three\n\n\nb: |-\n    x\nc: |+\n  y\n\nd: |\n\n  z\n",
        "a: \"x\\ty\" # c\n'b': []\n\"c d\": {} # e\ne:\n- []\n",
        "  a: 1\n  b:\n    c: 2\n",
        "é: ü # ö\nk: \"ä\" # ö\nl:\n  - ß # c\n",
        "a: ENC[AES256_GCM,data:aGk=,iv:aa+/=,tag:bb==,type:str]\nurl: http://x/#y\n",
        "a:\n  b:\n    c:\n      - d:\n        - e: 1\n          f: 2\n        g: 3\n  h: 4\ni: 5\n",
        "sops:\n    age:\n        - recipient: age1\n          enc: |\n            -----BEGIN-----\n            x+/=\n            -----END-----\n    mac: ENC[x]\n    version: 3.13.2\n",
    ] {
        assert!(is_taken(text), "{text}");
    }
}

#[test]
fn what_is_unusual_is_left_to_the_parser() {
    for text in [
        "",
        "# c\n",
        "---\n",
        "a: &x 1\n",
        "a: *x\n",
        "a: !t 1\n",
        "a: [1]\n",
        "a: {b: 1}\n",
        "a: >\n  x\n",
        "a: x\n  y\n",
        "a: \"x\n  y\"\n",
        "? a\n: b\n",
        "a:\tb\n",
        "a: b\r\n",
        "\u{feff}a: b\n",
        "a: |2\n   x\n",
        "a: | # c\n  x\n",
        "a: |\n  x",
        "- a\n",
        "a\n",
        "a: b: c\n",
        "a:\n   b: 1\n  c: 2\n",
        "a: 1\n  b: 2\n",
        "...\n",
        "a: 1\n...\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: @b\n",
    ] {
        assert!(layout(text).is_none(), "{text}");
    }
}

/// Lines, most of them usual.
fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => "[a-d]: [a-z0-9]{1,3}",
        3 => "[a-d]:( )?",
        3 => "- [a-d]: [a-z]{1,2}",
        2 => "- [a-d]:",
        2 => "-  ?[a-z]{1,3}",
        1 => "#[ a-z]{0,3}",
        1 => "sops:( [a-z])?",
        1 => "",
        2 => "[a-d]: [|>][-+]?",
        1 => "[a-d]: [\"'][a-z#: ]{0,3}[\"']( # c)?",
        1 => "[a-d]: [-+.~!&*|>%@`{}\\[\\]?:,a \"'#\\\\]{1,4}",
        1 => "[-+.~!&*|>%@`{}\\[\\]?:,a \"'#\\\\é\u{85}\u{feff}]{1,5}",
        1 => "(---|\\.\\.\\.|- - a|-|- # c|[a-d]: # c|\"a b\": c|[a-d]: (\\[\\]|\\{\\})|- (\\[\\]|\\{\\}|\"x\": y))( )?",
        1 => "text( [a-z#:])?",
    ];
    let line = (prop_oneof![4 => 0_usize..3, 1 => 3_usize..7], line);
    proptest::collection::vec(line, 1..9).prop_map(|lines| {
        let lines: Vec<String> = lines.iter().map(|(indent, line)| format!("{}{line}", " ".repeat(*indent))).collect();
        lines.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_parser_gives_the_same_layout(lines in lines(), has_end in any::<bool>()) {
        let text = if has_end { lines + "\n" } else { lines };
        is_taken(&text);
        is_built(&text);
    }
}
