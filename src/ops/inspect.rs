//! What is known of an encrypted file without a key.

use std::path::Path;

use crate::document::{EncryptedDocument, Format};
use crate::error::Result;
use crate::formats::description::{HeadDescription, PayloadDescription};
use crate::formats::detect::Detected;
use crate::formats::format::ReadPolicy;
use crate::fs::input::Input;
use crate::ops::failure::Failure;
use crate::ops::input_name::name_of;

/// What was found out about a file.
pub enum Inspected {
    /// It is encrypted as a whole.
    File(Box<FileDescription>),
    /// It is a document.
    Document(Box<EncryptedDocument>),
}

/// All that is known without a key of a file that is encrypted as a whole.
pub struct FileDescription {
    /// What its head says.
    pub head: HeadDescription,
    /// What its length tells.
    pub payload: PayloadDescription,
}

/// Looks at an input; `None` is the standard input.
///
/// # Errors
/// If it is not encrypted, or its head is not well formed; errors of the input.
pub fn inspect(
    input: Input,
    path: Option<&Path>,
    notation: Option<Format>,
    policy: &ReadPolicy,
) -> Result<Inspected, Failure> {
    let about = || Failure::about(name_of(path));
    match Detected::new(input, path, notation).map_err(about())? {
        Detected::Document(sealed) => Ok(Inspected::Document(sealed)),
        other => Ok(Inspected::File(Box::new(describe(other, policy).map_err(about())?))),
    }
}

/// The same for an input that was recognised already as no document.
///
/// # Errors
/// If it is not encrypted, or its head is not well formed; errors of the input.
pub fn describe(detected: Detected, policy: &ReadPolicy) -> Result<FileDescription> {
    let mut file = detected.file(policy)?;
    let payload = file.describe_payload()?;
    Ok(FileDescription { head: file.describe(), payload })
}
