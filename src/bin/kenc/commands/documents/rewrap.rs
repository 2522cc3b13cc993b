//! `kenc rewrap` of a config document.

use kenc::Session;
use kenc::document::EncryptedDocument;
use kenc::fs::held::Held;
use kenc::ops::documents::rekeyed::rewrap;

use crate::args::RewrapArgs;
use crate::commands::changing::vouching::Vouching;
use crate::commands::changing::{Target, demanded};
use crate::failure::Failure;
use crate::report::rekeyed_document::DocumentRewrapped;

/// Changes the recipients of a document, and writes it.
pub fn run(
    sealed: EncryptedDocument,
    args: &RewrapArgs,
    (target, held): (&Target, Option<Held>),
    vouching: &Vouching<'_>,
    session: &Session,
) -> Result<DocumentRewrapped, Failure> {
    let (path, demanded) = (target.path(), demanded(&args.document));
    let new = vouching.documents.of(sealed.metadata(), path)?;
    let rekeyed = rewrap(sealed, path, new, |old| vouching.of_document(target, old), demanded, session)?;
    let is_elsewhere = matches!(target, Target::Elsewhere(_));
    if (rekeyed.is_changed || is_elsewhere) && !args.dry_run {
        target.write(&rekeyed.text, &args.files, held)?;
    }
    let (name, is_apart, is_dry) = (target.name(), target.is_standard_output(), args.dry_run);
    Ok(DocumentRewrapped { name, is_apart, is_dry, rekeyed })
}
