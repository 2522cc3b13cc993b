//! What holds for dotenv files.

use super::*;

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
    for (text, line) in [("A=1\nB", 2), ("A=1\r\n\r\nB=2", 2), ("sops_a__list_1=x", 1)] {
        match Document::parse(Format::Dotenv, Zeroizing::new(text.to_owned())).err() {
            Some(DocumentError::Syntax { at, .. } | DocumentError::Refused { at, .. }) => assert_eq!(at.line, line),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn dotenv_with_a_key_twice_reads_and_is_not_written() {
    let document = dotenv("A=1\nB=2\nA=3\n");
    assert_eq!(shown(&document), ["1:3 A \"1\"", "2:3 B \"2\"", "3:3 A \"3\""]);
    let written = document.rewrite(&[], MetadataChange::Write(metadata()));
    assert!(matches!(written, Err(DocumentError::Refused { at, .. }) if at.line == 3));
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
    assert_eq!(document.without(&"A".parse().unwrap()).unwrap().text(), "# c\nsops_mac=x\n");
    for path in ["A.x", "B[0]", "sops_x", "\"=\"", "\"#\""] {
        assert!(document.with_value(&path.parse().unwrap(), &Node::leaf(Value::Null)).is_err(), "{path}");
    }
    assert!(document.with_value(&"A".parse().unwrap(), &Node::leaf(text("C:\\new"))).is_err());
    assert_eq!(with(&dotenv(""), "A", text("x")), "A=x\n");
}

#[test]
fn dotenv_metadata_with_carriage_returns_says_that_all_line_ends_were_converted() {
    for text in ["#x\nA=1\n\nB=2\nsops_mac=x\nsops_version=3\n", "A=1\nsops_mac=x", "A=1\nsops_mac=x\nsops_version=3"] {
        assert_eq!(dotenv(&text.replace('\n', "\r\n")).text(), text);
    }
    // If kenc or sops wrote the metadata after that, a carriage return is part of its value, as always.
    for text in ["A=1\r\nsops_mac=x\n", "A=1\r\nsops_mac=x\r\nsops_version=3\n", "A=1\r\nB=2\r\n"] {
        let document = dotenv(text);
        assert_eq!(document.text(), text);
        assert!(shown(&document)[0].ends_with("\"1\\r\""), "{:?}", shown(&document));
    }
}
