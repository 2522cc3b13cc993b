//! A part of a document as a text of its own.

use zeroize::Zeroizing;

use crate::document::content::format::Format;
use crate::document::content::tree::{Member, Node, Tree, TreeEntry};
use crate::document::file::document::Document;
use crate::document::store::notation::Frame;
use crate::document::store::registry::store_of;
use crate::error::DocumentError;

/// A temporary key for a list, removed again afterwards: a file cannot be a list.
const KEY: &str = "x";

impl Document {
    /// Writes a mapping or a list as a new text, with the indentation that [`Document::emit_indented`] uses.
    ///
    /// # Errors
    /// If the notation cannot express it.
    pub fn emit_part(format: Format, node: &Node, indent: Option<u8>) -> Result<Zeroizing<String>, DocumentError> {
        let store = store_of(format);
        let frame = store.is_framed(node).then(|| store.frame(KEY, indent)).flatten();
        let Some(Frame { start, end, indent: line_start }) = frame else {
            return Self::emit_indented(format, &Tree { roots: vec![node.clone()] }, indent);
        };
        let root = Node::Mapping(vec![TreeEntry::Child(Member::new(KEY, node.clone()))]);
        let whole = Self::emit_indented(format, &Tree { roots: vec![root] }, indent)?;
        let unexpected = || DocumentError::NotAsMeant("a list was not written as it should be".to_owned());
        let inside =
            whole.strip_prefix(start.as_str()).and_then(|text| text.strip_suffix(end)).ok_or_else(unexpected)?;
        let inside = inside.trim_start_matches([' ', '\n']);
        // The prefix of the first item is removed from every line; the lines of a block are indented further.
        let of_first_line = whole.len() - end.len() - inside.len() - start.len();
        let line_start = line_start.unwrap_or_else(|| " ".repeat(of_first_line.saturating_sub(1)));
        let mut text = Zeroizing::new(String::with_capacity(inside.len() + 1));
        for line in inside.lines() {
            text.push_str(line.strip_prefix(line_start.as_str()).unwrap_or(line));
            text.push('\n');
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(format: Format, json: &str) -> String {
        let node: Node = serde_json::from_str(json).unwrap();
        Document::emit_part(format, &node, None).unwrap().to_string()
    }

    #[test]
    fn a_list_is_written_without_the_file_around_it() {
        assert_eq!(
            part(Format::Yaml, r#"["a",{"b":[1,2],"c":"x\n\ny\n"}]"#),
            "- a\n- b:\n    - 1\n    - 2\n  c: |\n    x\n\n    y\n"
        );
        assert_eq!(part(Format::Yaml, "[]"), "[]\n");
        assert_eq!(part(Format::Json, r#"["a",{"b":1}]"#), "[\n\t\"a\",\n\t{\n\t\t\"b\": 1\n\t}\n]\n");
        assert_eq!(part(Format::Json, "[]"), "[]\n");
    }

    #[test]
    fn a_mapping_is_a_document_of_its_own() {
        assert_eq!(part(Format::Yaml, r#"{"a":1}"#), "a: 1\n");
        assert_eq!(part(Format::Hcl, r#"["a",{"b":1}]"#), "[\n  \"a\",\n  {\n    b = 1\n  },\n]\n");
        assert_eq!(part(Format::Dotenv, r#"{"A":"1"}"#), "A=1\n");
        assert_eq!(part(Format::Hcl, r#"{"a":{"b c":1}}"#), "a = {\n  \"b c\" = 1\n}\n");
        assert_eq!(part(Format::Hcl, r#"{"b c":1,"d":[{}]}"#), "{\n  \"b c\" = 1\n  d = [\n    {},\n  ]\n}\n");
    }
}
