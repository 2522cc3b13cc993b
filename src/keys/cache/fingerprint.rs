//! Questions, as the cache tells them apart: hashes of all that decides the answer.

use crate::codec::FieldWriter;
use crate::context::EncryptionContext;
use crate::crypto::sha256;
use crate::keys::access::KmsAccess;
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::groups::key::GroupSlot;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// A hash of all that decides an answer.
pub(super) type Fingerprint = [u8; 32];

/// Whether a slot may be tried depends on the keys that were given, if any were. One run is given the same for all files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Restriction {
    None,
    ToGivenKeys,
}

impl Restriction {
    pub(super) fn of(only: &[KeySpec]) -> Self {
        if only.is_empty() { Self::None } else { Self::ToGivenKeys }
    }
}

pub(super) fn of_unwrapping(key: &WrappedKey, context: &EncryptionContext, restriction: Restriction) -> Fingerprint {
    hash(|writer| {
        push_key(writer, key);
        writer.u8(usize::from(restriction == Restriction::ToGivenKeys));
        context.encode(writer);
    })
}

/// Of a wrapped key in a document, which says how it is asked.
pub(super) fn of_secret(GroupSlot { wrapped, access }: &GroupSlot, restriction: Restriction) -> Fingerprint {
    let KmsAccess { context, role, profile } = access;
    hash(|writer| {
        push_key(writer, wrapped);
        writer.u8(usize::from(restriction == Restriction::ToGivenKeys));
        for stated in [role, profile] {
            writer.u8(usize::from(stated.is_some()));
            push(writer, stated.as_deref().unwrap_or_default().as_bytes());
        }
        context.encode(writer);
    })
}

pub(super) fn of_re_encryption(key: &WrappedKey, context: &EncryptionContext, destination: &KmsKey) -> Fingerprint {
    hash(|writer| {
        push_key(writer, key);
        push(writer, destination.to_string().as_bytes());
        context.encode(writer);
    })
}

pub(super) fn of_renewal(keys: &[KeySpec], keeps_passphrase: bool, context: &EncryptionContext) -> Fingerprint {
    hash(|writer| {
        writer.u8(usize::from(keeps_passphrase));
        for key in keys {
            push(writer, key.as_str().as_bytes());
        }
        push(writer, b"");
        context.encode(writer);
    })
}

pub(super) fn of_context(context: &EncryptionContext) -> Fingerprint {
    hash(|writer| context.encode(writer))
}

fn push_key(writer: &mut FieldWriter, WrappedKey { provider, key_id, ciphertext }: &WrappedKey) {
    for part in [provider.as_bytes(), key_id.as_bytes(), ciphertext] {
        push(writer, part);
    }
}

/// A header keeps every part far below the greatest length.
fn push(writer: &mut FieldWriter, part: &[u8]) {
    writer.u32(u32::try_from(part.len()).unwrap_or(u32::MAX));
    writer.bytes(part);
}

fn hash(write: impl FnOnce(&mut FieldWriter)) -> Fingerprint {
    let mut writer = FieldWriter::new();
    write(&mut writer);
    sha256(&writer.into_bytes())
}
