//! `kenc rotate` of a config document.

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::document::{EncryptedDocument, MacScope};
use kenc::fs::held::Held;
use kenc::ops::documents::rekeyed::{RotationOptions, rotate};

use crate::args::RotateArgs;
use crate::commands::changing::vouching::Vouching;
use crate::commands::changing::{Target, demanded};
use crate::documents::selection;
use crate::failure::{Cause, Failure};
use crate::report::rekeyed_document::DocumentRotated;

/// Rotates the data key of a document, and writes it.
pub fn run(
    sealed: EncryptedDocument,
    args: &RotateArgs,
    (target, held): (&Target, Option<Held>),
    context: Option<&EncryptionContext>,
    vouching: &Vouching<'_>,
    session: &Session,
) -> Result<DocumentRotated, Failure> {
    if args.cipher.is_some() {
        return Err(Cause::CipherOfDocument(target.name()).into());
    }
    let options = RotationOptions {
        rule: selection(&args.selection),
        mac_scope: args.mac_only_encrypted.then_some(MacScope::OnlyEncrypted),
        context: context.cloned(),
    };
    let (path, keys, demanded) = (target.path(), vouching.documents, demanded(&args.document));
    let rotated = rotate(sealed, path, keys, options, |old| vouching.of_document(target, old), demanded, session)?;
    target.write(&rotated.text, &args.files, held)?;
    Ok(DocumentRotated { name: target.name(), is_apart: target.is_standard_output(), rotated })
}
