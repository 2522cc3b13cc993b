//! `kenc decrypt` of a config document.

use kenc::document::{Document, Format, Leaf, Node, OpenedDocument, Path};
use kenc::error::{DocumentError, Result};
use zeroize::Zeroizing;

use crate::args::documents::DocumentDecryptArgs;

/// What is written of an opened document: all of it or one value, in its own notation or in another.
pub fn result(opened: OpenedDocument, args: &DocumentDecryptArgs) -> Result<Zeroizing<Vec<u8>>> {
    let document = opened.into_plaintext();
    let format = args.output_type.map_or(document.format(), Format::from);
    match &args.extract {
        Some(path) => extract(&document, path, format),
        None if format == document.format() => Ok(document.plaintext(&[])?),
        None => Ok(bytes(Document::emit(format, document.tree())?)),
    }
}

/// One value: a single one as it is, without an end of line; a mapping or a list as a document of its own.
fn extract(document: &Document, path: &Path, format: Format) -> Result<Zeroizing<Vec<u8>>> {
    let no_such_path = || DocumentError::Path { path: path.to_string(), fault: "no such value".to_owned() };
    let node = document.tree().node(path).ok_or_else(no_such_path)?;
    match node {
        Node::Leaf(Leaf { value, .. }) => Ok(value.bare()),
        Node::Alias(_) => Err(no_such_path().into()),
        Node::Mapping(_) | Node::Sequence(_) => {
            let format = if format == Format::Binary { Format::Json } else { format };
            Ok(bytes(Document::emit_part(format, node, None)?))
        }
    }
}

fn bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}
