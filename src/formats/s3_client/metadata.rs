//! What the metadata of an object says of its encryption: format versions 2 and 3 of the *content metadata* of the S3 Encryption
//! Client.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;

use crate::context::EncryptionContext;
use crate::crypto::s3_message::{S3_COMMITTING, S3Cipher};
use crate::error::{Error, Result, S3ClientFault};
use crate::fs::input::InputNotes;

/// Longest wrapped data key, in bytes. AWS KMS makes none that is longer.
const LONGEST_KEY: usize = 6144;

/// The encryption of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContentMetadata {
    /// The format version of the metadata.
    pub(super) version: u8,
    pub(super) cipher: S3Cipher,
    /// The data key as AWS KMS wrapped it.
    pub(super) wrapped: Vec<u8>,
    /// What is sent to KMS.
    pub(super) context: EncryptionContext,
}

/// Whether an object says that the S3 Encryption Client made it.
pub(super) fn is_meant(notes: &InputNotes) -> bool {
    ["x-amz-key", "x-amz-key-v2", "x-amz-3", "x-amz-c"].iter().any(|name| notes.get(name).is_some())
}

impl ContentMetadata {
    pub(super) fn read(notes: &InputNotes) -> Result<Self> {
        let fault = |fault| Err(Error::S3Client(fault));
        let of_versions = [&["x-amz-key"][..], &["x-amz-key-v2"], &["x-amz-3", "x-amz-c"]];
        let versions = of_versions.iter().filter(|names| names.iter().any(|name| notes.get(name).is_some())).count();
        if versions > 1 {
            return fault(S3ClientFault::Metadata("x-amz-key-v2", "belongs to another version of the format"));
        }
        if notes.get("x-amz-key").is_some() {
            return fault(S3ClientFault::NotAuthenticated("AES/CBC/PKCS5Padding".to_owned()));
        }
        let is_third = notes.get("x-amz-c").is_some() || notes.get("x-amz-3").is_some();
        if is_third { Self::read_third(notes) } else { Self::read_second(notes) }
    }

    fn read_second(notes: &InputNotes) -> Result<Self> {
        let cipher = text(notes, "x-amz-cek-alg")?;
        if cipher != "AES/GCM/NoPadding" {
            return Err(Error::S3Client(S3ClientFault::NotAuthenticated(shown(cipher))));
        }
        check_wrapping(text(notes, "x-amz-wrap-alg")?, "kms+context")?;
        if notes.get("x-amz-tag-len").is_some_and(|len| len != "128") {
            return Err(malformed("x-amz-tag-len", "is not 128"));
        }
        Ok(Self {
            version: 2,
            cipher: S3Cipher::Plain { nonce: bytes(notes, "x-amz-iv")? },
            wrapped: wrapped(notes, "x-amz-key-v2")?,
            context: context(notes, "x-amz-matdesc")?,
        })
    }

    fn read_third(notes: &InputNotes) -> Result<Self> {
        let cipher = text(notes, "x-amz-c")?;
        if cipher != S3_COMMITTING.to_string() {
            return Err(Error::S3Client(S3ClientFault::NotAuthenticated(shown(cipher))));
        }
        if notes.get("x-amz-3").is_none() {
            return Err(Error::S3Client(S3ClientFault::InInstructionFile));
        }
        check_wrapping(text(notes, "x-amz-w")?, "12")?;
        let cipher =
            S3Cipher::Committing { message_id: bytes(notes, "x-amz-i")?, commitment: bytes(notes, "x-amz-d")? };
        Ok(Self { version: 3, cipher, wrapped: wrapped(notes, "x-amz-3")?, context: context(notes, "x-amz-t")? })
    }
}

fn text<'n>(notes: &'n InputNotes, name: &'static str) -> Result<&'n str> {
    notes.get(name).ok_or_else(|| malformed(name, "is missing"))
}

fn malformed(name: &'static str, fault: &'static str) -> Error {
    Error::S3Client(S3ClientFault::Metadata(name, fault))
}

fn check_wrapping(found: &str, expected: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let name = match found {
        "02" => "AES/GCM",
        "22" => "RSA-OAEP-SHA1",
        other => other,
    };
    Err(Error::S3Client(S3ClientFault::OtherWrapping(shown(name))))
}

/// Somebody else's word, fit for a sentence.
fn shown(word: &str) -> String {
    word.chars().filter(|letter| !letter.is_control()).take(64).collect()
}

fn bytes<const N: usize>(notes: &InputNotes, name: &'static str) -> Result<[u8; N]> {
    let decoded = BASE64_STANDARD.decode(text(notes, name)?).map_err(|_| malformed(name, "is not base64"))?;
    decoded.try_into().map_err(|_| malformed(name, "has not the length that it must have"))
}

fn wrapped(notes: &InputNotes, name: &'static str) -> Result<Vec<u8>> {
    let text = text(notes, name)?;
    if text.len() > LONGEST_KEY * 4 / 3 + 4 {
        return Err(malformed(name, "is too long"));
    }
    BASE64_STANDARD.decode(text).map_err(|_| malformed(name, "is not base64"))
}

/// The pairs that were bound to the data key: an object of JSON with texts.
fn context(notes: &InputNotes, name: &'static str) -> Result<EncryptionContext> {
    let mut context = EncryptionContext::new();
    let Some(text) = notes.get(name) else { return Ok(context) };
    let not_pairs = || malformed(name, "is not a JSON object with texts");
    let Ok(Json::Object(pairs)) = serde_json::from_str(text) else { return Err(not_pairs()) };
    for (name, value) in &pairs {
        context.insert(name, value.as_str().ok_or_else(not_pairs)?)?;
    }
    Ok(context)
}
