//! Config documents in commands: recognising them, choosing their keys, writing their text.

use std::io::Write;
use std::path::Path;

use kenc::config::DocumentOptions;
use kenc::document::{CommentHandling, EncryptionRule, MacScope};
use kenc::error::{Error, Result};
use kenc::fs::atomic::{Access, Sync};

use crate::args::documents::{SelectionArgs, ValuesArgs};
use crate::failure::Failure;
use crate::output::PlaintextOutput;
use kenc::ops::documents::data_keys::{DocumentDataKeys, SharedDataKeys};
use kenc::ops::documents::recipe::EncryptionExtent;
pub use kenc::ops::documents::written::{replace, write};
use kenc::storage::output::{Destination, Output};

/// What is encrypted of the inputs, if the command line says so.
pub fn asked_extent(args: &ValuesArgs) -> Option<EncryptionExtent> {
    match () {
        () if args.whole => Some(EncryptionExtent::Whole),
        () if args.values || selection(&args.selection).is_some() => Some(EncryptionExtent::Values),
        () => None,
    }
}

/// Options for encrypting documents, from the command line.
pub fn options(args: &ValuesArgs) -> DocumentOptions {
    DocumentOptions {
        rule: selection(&args.selection),
        threshold: args.shamir_threshold,
        mac_scope: args.mac_only_encrypted.then_some(MacScope::OnlyEncrypted),
        comments: if args.encrypt_comments { CommentHandling::Encrypted } else { CommentHandling::InTheClear },
    }
}

/// Whether documents share a data key.
pub fn data_keys(args: &ValuesArgs) -> DocumentDataKeys {
    if args.shared_data_key { DocumentDataKeys::Shared(SharedDataKeys::default()) } else { DocumentDataKeys::OneEach }
}

/// The rule from the command line.
pub fn selection(args: &SelectionArgs) -> Option<EncryptionRule> {
    let SelectionArgs {
        unencrypted_suffix,
        encrypted_suffix,
        unencrypted_regex,
        encrypted_regex,
        unencrypted_comment_regex,
        encrypted_comment_regex,
    } = args.clone();
    None.or(unencrypted_suffix.map(EncryptionRule::UnencryptedSuffix))
        .or(encrypted_suffix.map(EncryptionRule::EncryptedSuffix))
        .or(unencrypted_regex.map(EncryptionRule::UnencryptedRegex))
        .or(encrypted_regex.map(EncryptionRule::EncryptedRegex))
        .or(unencrypted_comment_regex.map(EncryptionRule::UnencryptedCommentRegex))
        .or(encrypted_comment_regex.map(EncryptionRule::EncryptedCommentRegex))
}

/// Prints plaintext to standard output. A terminal gets text only.
pub fn print(bytes: &[u8], input: Option<&Path>) -> Result<(), Failure> {
    let place = Destination::StandardOutput { forced: false };
    let output = Output::open(&place, Access::Owner, Sync::WhenReplacing, None)?;
    let (mut output, terminal) = PlaintextOutput::new(output, &place);
    let written = output.writer().write_all(bytes).map_err(Error::Write);
    terminal.explain(written.and_then(|()| output.commit()).map_err(Failure::from), input)
}
