//! Repairs what sops writes and cannot read itself.

use memchr::memmem;
use zeroize::Zeroizing;

use crate::document::content::format::Format;
use crate::document::content::tree::PathStep;
use crate::document::content::value::Value;
use crate::document::content::walk::TreeItem;
use crate::document::file::document::Document;
use crate::document::sops::cipher::looks_encrypted;
use crate::error::DocumentError;

/// sops turns a comment between items of a list into an item, and then its MAC does not match. This turns the item back
/// into a comment.
pub(crate) fn restored(document: Document) -> Result<Document, DocumentError> {
    if document.format() != Format::Yaml || memmem::find(document.text().as_bytes(), COMMENT.as_bytes()).is_none() {
        return Ok(document);
    }
    let mut lines = Vec::new();
    document.tree().walk(|path, item| {
        if let (TreeItem::Leaf(leaf), Some(PathStep::Index(_))) = (item, path.steps.last())
            && matches!(&leaf.value, Value::Text(token) if looks_encrypted(token) && token.ends_with(COMMENT))
        {
            lines.push(leaf.place.line);
        }
    });
    if lines.is_empty() {
        return Ok(document);
    }
    let mut lines = lines.into_iter().peekable();
    let mut repaired = String::with_capacity(document.text().len());
    for (line, number) in document.text().split_inclusive('\n').zip(1_u64..) {
        let is_comment = lines.next_if_eq(&number).is_some() && line.trim_start().starts_with("- ENC[");
        repaired.push_str(&if is_comment { line.replacen("- ENC[", "#ENC[", 1) } else { line.to_owned() });
    }
    Document::parse(Format::Yaml, Zeroizing::new(repaired))
}

/// How an encrypted comment ends.
const COMMENT: &str = ",type:comment]";
