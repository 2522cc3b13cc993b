//! In which notation and with which indentation a document is written.
//!
//! The text of a file is kept, unless an option changes it: aliases replaced by copies, another notation, or an
//! indentation.

use std::path::Path;

use zeroize::Zeroizing;

use crate::document::{Document, EncryptedText, Format, Leaf, Member, Node, OpenedDocument, Tree, TreeEntry, Value};
use crate::error::{DocumentError, Error};
use crate::ops::failure::{Cause, Failure};
use crate::ops::input_name::name_of;

/// The section that every INI file has for sops, even if it is empty.
const DEFAULT_SECTION: &str = "DEFAULT";

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLayout {
    /// The notation.
    pub format: Format,
    /// Spaces for each level, if requested.
    pub indent: Option<u8>,
}

impl TextLayout {
    /// A plaintext document in the form in which it is encrypted.
    ///
    /// # Errors
    /// If the format cannot hold its content.
    pub fn of_plaintext(self, document: Document) -> Result<Document, DocumentError> {
        let Self { format, indent } = self;
        let is_as_asked = document.format() == format && indent.is_none() && !document.has_aliases();
        if is_as_asked || says_nothing(document.tree()) {
            return Ok(document);
        }
        if (document.format(), format) == (Format::Binary, Format::Binary) {
            return Document::enveloped(document.plaintext(&[])?, indent);
        }
        // A tree under the name of a binary file is written as the JSON that would be wrapped.
        let format = if format == Format::Binary { Format::Json } else { format };
        Document::parse(format, Document::emit_indented(format, &tree_of(&document)?, indent)?)
    }

    /// The bytes of a document that was opened.
    ///
    /// # Errors
    /// If the format cannot hold its content.
    pub fn bytes_of(self, document: &Document) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let Self { format, indent } = self;
        let is_binary = document.format() == Format::Binary;
        if format == Format::Binary {
            let data =
                if is_binary { document.plaintext(&[]).map_err(Error::from)? } else { data_of(document.tree())? };
            return Ok(data);
        }
        if document.format() == format && (indent.is_none() || says_nothing(document.tree())) {
            return Ok(document.plaintext(&[]).map_err(Error::from)?);
        }
        let tree = tree_of(document).map_err(Error::from)?;
        Ok(bytes(Document::emit_indented(format, &tree, indent).map_err(Error::from)?))
    }

    /// The encrypted document `opened`, with its text in this layout.
    ///
    /// # Errors
    /// If the format cannot hold its content.
    pub fn of_opened(self, opened: OpenedDocument, path: Option<&Path>) -> Result<OpenedDocument, Failure> {
        let about = || Failure::about(name_of(path));
        // Everything else stays, including aliases: another program left them here.
        if opened.document().format() == self.format && self.indent.is_none() {
            return Ok(opened);
        }
        let plaintext = self.of_opened_plaintext(&opened).map_err(|error| about()(error.into()))?;
        match plaintext {
            Some(plaintext) => opened.written_as(&plaintext).map_err(about()),
            None => Ok(opened),
        }
    }

    fn of_opened_plaintext(self, opened: &OpenedDocument) -> Result<Option<Document>, DocumentError> {
        let plaintext = opened.plaintext();
        if says_nothing(plaintext.tree()) {
            return Ok(None);
        }
        let copy = match plaintext.format() {
            Format::Binary => Document::enveloped(plaintext.plaintext(&[])?, None)?,
            format => Document::parse(format, Zeroizing::new(plaintext.text().to_owned()))?,
        };
        self.of_plaintext(copy).map(Some)
    }

    /// The text of an encrypted document, with its metadata indented as the rest.
    ///
    /// # Errors
    /// If it does not read back as intended.
    pub fn text_of(self, encrypted: EncryptedText) -> Result<Zeroizing<String>, DocumentError> {
        match self {
            Self { format: Format::Yaml, indent: Some(indent) } => {
                Document::parse(Format::Yaml, encrypted.text)?.with_indented_metadata(indent)
            }
            _ => Ok(encrypted.text),
        }
    }
}

/// The content of a document as sops sees it.
///
/// # Errors
/// If its aliases expand beyond the limit.
pub fn tree_of(document: &Document) -> Result<Tree, DocumentError> {
    let mut tree = document.tree_with_copies()?;
    if document.format() == Format::Ini
        && let Some(Node::Mapping(sections)) = tree.roots.first_mut()
        && !sections.iter().any(|entry| matches!(entry, TreeEntry::Child(section) if section.key == DEFAULT_SECTION))
    {
        let section = Member::new(DEFAULT_SECTION, Node::Mapping(Vec::new()));
        sections.insert(0, TreeEntry::Child(section));
    }
    Ok(tree)
}

/// The text `data` of a tree, which is the content of a binary file.
///
/// # Errors
/// If there is no such text.
pub fn data_of(tree: &Tree) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let data = match (tree.roots.as_slice(), "data".parse()) {
        ([_], Ok(path)) => tree.node(&path),
        _ => None,
    };
    if let Some(Node::Leaf(Leaf { value: value @ (Value::Text(_) | Value::Bytes(_)), .. })) = data {
        return Ok(value.bare());
    }
    Err(Cause::NoDataInTree.into())
}

/// Whether a tree is that of an empty file, which keeps its text: its comments, if it has any.
fn says_nothing(tree: &Tree) -> bool {
    !tree.roots.iter().any(Node::is_container)
}

fn bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}
