//! A document: its text, and the tree parsed from it.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::edit::{Edit, EditRef, MetadataChange};
use crate::document::content::format::Format;
use crate::document::content::secret_text::SecretText;
use crate::document::content::tree::{LeafId, Node, Tree, children_mut};
use crate::document::content::value::Value;
use crate::document::file::comparison::{Meant, check_metadata};
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::registry::{parse, store_of};
use crate::document::store::shift::Shift;
use crate::document::store::splice::{Splice, apply};
use crate::error::DocumentError;

/// A document: its text, and the tree parsed from it.
pub struct Document {
    pub(crate) format: Format,
    pub(crate) text: SecretText,
    pub(crate) found: ParsedText,
    pub(crate) origin: Origin,
}

/// Where the tree comes from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// It was parsed.
    Read,
    /// It was derived from another text and the changes made to it. The outline is that of the last text that was parsed;
    /// if this one came about from that directly, this is where everything went.
    Predicted(Option<Shift>),
}

impl Document {
    /// Parses a file.
    ///
    /// # Errors
    /// If it is not well formed, or has content that cannot be preserved; with the line.
    pub fn parse(format: Format, text: Zeroizing<String>) -> Result<Self, DocumentError> {
        let text = store_of(format).as_written(text);
        let found = parse(format, &text)?;
        Ok(Self { format, text: text.into(), found, origin: Origin::Read })
    }

    /// The notation.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The content, without the metadata.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.found.tree
    }

    /// The metadata, unflattened if the notation stores it flat. Every single value is text if the notation has no
    /// types.
    #[must_use]
    pub fn metadata(&self) -> Option<&Map<String, Json>> {
        self.found.metadata.as_ref()
    }

    /// The source text of a leaf or comment, including quotes. Empty for one that is not in a file.
    #[must_use]
    pub fn source(&self, leaf: LeafId) -> &str {
        self.found.tokens.get(leaf.0).map_or("", |place| &self.text[place.clone()])
    }

    /// Writes a whole tree as a new text, to convert between notations.
    ///
    /// # Errors
    /// If the notation cannot express the tree.
    pub fn emit(format: Format, tree: &Tree) -> Result<Zeroizing<String>, DocumentError> {
        Self::emit_indented(format, tree, None)
    }

    /// An encrypted document from its tree, with the metadata in it as an ordinary mapping: for resources that come as values,
    /// without the text of their file. It is not compared with the tree, which has no metadata when it is read; the MAC tells
    /// whether its values are as they were.
    ///
    /// # Errors
    /// If the notation cannot express the tree.
    pub fn from_values(format: Format, tree: &Tree) -> Result<Self, DocumentError> {
        Self::parse(format, Zeroizing::new(store_of(format).emit(tree, None)?))
    }

    /// The same with this many spaces for each level, if the notation has levels. `None` is the indentation of sops:
    /// four spaces in YAML, tabs in JSON.
    ///
    /// # Errors
    /// If the notation cannot express the tree.
    pub fn emit_indented(format: Format, tree: &Tree, indent: Option<u8>) -> Result<Zeroizing<String>, DocumentError> {
        let store = store_of(format);
        let text = Zeroizing::new(store.emit(tree, indent)?);
        Meant::another_tree(format).check(&tree.roots, &parse(format, &text)?, &text)?;
        Ok(text)
    }

    /// The text with its own metadata written anew, with this many spaces for each level.
    ///
    /// # Errors
    /// If the text does not read back as intended.
    pub fn with_indented_metadata(&self, indent: u8) -> Result<Zeroizing<String>, DocumentError> {
        let text = apply(&self.text, self.found.outline.indent_metadata(&self.text, self.metadata(), indent)?)?;
        let read = parse(self.format, &text).map_err(|error| unreadable(&error))?;
        Meant::another_tree(self.format).check(&self.found.tree.roots, &read, &text)?;
        check_metadata(self.format, self.found.metadata.as_ref(), read.metadata.as_ref())?;
        Ok(text)
    }

    /// The text with some leaves and the metadata changed. It is parsed again and compared.
    ///
    /// # Errors
    /// If the text does not read back as intended.
    // Metadata is made for one call.
    #[allow(clippy::needless_pass_by_value)]
    pub fn rewrite(&self, edits: &[Edit], metadata: MetadataChange) -> Result<Zeroizing<String>, DocumentError> {
        let edits: Vec<_> = edits.iter().map(Edit::borrowed).collect();
        self.rewritten(&edits, &metadata).map(|document| document.text.into_zeroizing())
    }

    /// Whether the tree was not parsed from this text.
    pub(crate) fn is_predicted(&self) -> bool {
        matches!(self.origin, Origin::Predicted(_))
    }

    /// The outline of the text. If it is not certain, the text is parsed.
    pub(crate) fn outline(&self) -> Result<Arc<dyn Outline>, DocumentError> {
        let shifted = match &self.origin {
            Origin::Read => Some(self.found.outline.clone()),
            Origin::Predicted(shift) => shift.as_ref().and_then(|shift| self.found.outline.shifted(shift, &self.text)),
        };
        shifted.map_or_else(|| Ok(parse(self.format, &self.text)?.outline), Ok)
    }

    /// Refuses a document with two keys of the same name in one mapping: readers do not agree which of them counts.
    pub(crate) fn refuse_duplicates(&self) -> Result<(), DocumentError> {
        let Some(place) = self.found.duplicate else { return Ok(()) };
        let fault = "the key occurs twice, and programs do not agree which one counts".to_owned();
        Err(DocumentError::Refused { at: place.into(), fault })
    }

    /// The document with some leaves and the metadata changed, parsed again.
    pub(crate) fn rewritten(&self, edits: &[EditRef<'_>], metadata: &MetadataChange) -> Result<Self, DocumentError> {
        if matches!(metadata, MetadataChange::Write(_)) {
            self.refuse_duplicates()?;
        }
        // The position of new metadata is not predicted.
        let read =
            self.is_predicted().then(|| Self::parse(self.format, self.text.clone().into_zeroizing())).transpose()?;
        let Self { format, text, found, origin: _ } = read.as_ref().unwrap_or(self);
        let meant = Meant::with_edits(*format, found, edits)?;
        let changed = apply(text, splices_for(text, found, edits, metadata)?)?;
        let read = parse(*format, &changed).map_err(|error| unreadable(&error))?;
        meant.check(&found.tree.roots, &read, &changed)?;
        let expected = match metadata {
            MetadataChange::Keep => found.metadata.as_ref(),
            MetadataChange::Remove => None,
            MetadataChange::Write(fields) => Some(fields),
        };
        check_metadata(*format, expected, read.metadata.as_ref())?;
        Ok(Self { format: *format, text: changed.into(), found: read, origin: Origin::Read })
    }
}

impl Document {
    /// The document with some leaves changed and without metadata, parsed again. What was before is forgotten as soon as
    /// possible: the text of a document may be very long.
    pub(crate) fn into_rewritten(self, edits: &[EditRef<'_>]) -> Result<Self, DocumentError> {
        if self.is_predicted() {
            return self.rewritten(edits, &MetadataChange::Remove);
        }
        let Self { format, text, mut found, origin: _ } = self;
        let meant = Meant::with_edits(format, &found, edits)?;
        found.tree.roots.iter_mut().for_each(|root| forget_changed(root, &meant));
        let changed = apply(&text, splices_for(&text, &found, edits, &MetadataChange::Remove)?)?;
        drop(text);
        let ParsedText { tree, .. } = found;
        let read = parse(format, &changed).map_err(|error| unreadable(&error))?;
        meant.check(&tree.roots, &read, &changed)?;
        check_metadata(format, None, read.metadata.as_ref())?;
        Ok(Self { format, text: changed.into(), found: read, origin: Origin::Read })
    }
}

/// The splices that change some leaves and the metadata of a parsed document.
pub(crate) fn splices_for(
    text: &str,
    found: &ParsedText,
    edits: &[EditRef<'_>],
    metadata: &MetadataChange,
) -> Result<Vec<Splice>, DocumentError> {
    let missing = || DocumentError::NotAsMeant("a change of a value that does not exist".to_owned());
    let mut splices: Vec<Splice> = Vec::with_capacity(edits.len() + 1);
    for edit in edits {
        let token = found.tokens.get(edit.leaf.0).ok_or_else(missing)?;
        splices.extend(found.outline.change(text, token, edit.leaf, edit.text)?);
    }
    match metadata {
        MetadataChange::Keep => {}
        MetadataChange::Remove => splices.extend(found.outline.change_metadata(text, None)?),
        MetadataChange::Write(fields) => splices.extend(found.outline.change_metadata(text, Some(fields))?),
    }
    Ok(splices)
}

/// Forgets the values of leaves that are changed: they are compared with what they become.
// The recursion is bounded by the nesting limit of the parsers.
fn forget_changed(node: &mut Node, meant: &Meant<'_>) {
    match node {
        Node::Leaf(leaf) if meant.changes(leaf.id) => leaf.value = Value::Null,
        Node::Leaf(_) | Node::Alias(_) => {}
        Node::Mapping(entries) => children_mut(entries).for_each(|member| forget_changed(&mut member.value, meant)),
        Node::Sequence(entries) => children_mut(entries).for_each(|item| forget_changed(item, meant)),
    }
}

pub(crate) fn unreadable(error: &DocumentError) -> DocumentError {
    DocumentError::NotAsMeant(error.to_string())
}
