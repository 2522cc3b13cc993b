//! Objects of the Amazon S3 Encryption Client as one of the formats of whole files.
//!
//! An object is one message of AES-GCM, and its metadata says how it is encrypted. Nothing of it is released before its tag was
//! compared, which is at its end.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use zeroize::Zeroizing;

use super::kept::{KeptPlaintext, KeptWriter};
use super::metadata::{ContentMetadata, is_meant};
use crate::context::EncryptionContext;
use crate::crypto::gcm_stream::GcmOpener;
use crate::crypto::s3_message::S3Cipher;
use crate::crypto::{DataKey, TAG_LEN, Tag};
use crate::error::{AuthenticationError, Error, Result, S3ClientFault};
use crate::formats::description::{Detail, HeadDescription, PayloadDescription, PlaintextSize};
use crate::formats::format::{
    ByteRange, Commitment, EncryptedFile, FileFormat, OpeningKeys, PreparedSeal, ReadPolicy, RewrappedFile,
    SealSettings, UnlockedFile, Work,
};
use crate::formats::transfer::{copy, read_up_to};
use crate::fs::input::{Input, InputNotes};
use crate::fs::positioned::PositionedWriter;
use crate::keys::{AWS_KMS, KeySpec, Keyring, KmsKey, NamedKey, Rewrapper, SuccessorKeys, WrappedKey};
use crate::storage::output::Output;
use crate::storage::payload::PayloadOutput;

/// The name of a key that an object does not name.
const UNNAMED: &str = "not named in the object";
/// Bytes that are read and decrypted at a time: whole blocks of the cipher.
const PIECE: usize = 256 << 10;
/// Pairs of the context that the client adds itself.
const OWN_PAIRS: [&str; 2] = ["aws:x-amz-cek-alg", "kms_cmk_id"];

/// The format of objects of the Amazon S3 Encryption Client.
#[derive(Clone, Copy, Debug)]
pub struct S3ClientFormat;

impl FileFormat for S3ClientFormat {
    fn name(&self) -> &'static str {
        "s3-encryption-client"
    }

    fn ending(&self) -> &'static str {
        "s3ec"
    }

    /// Only the metadata tells.
    fn recognises(&self, _start: &[u8]) -> bool {
        false
    }

    fn recognises_notes(&self, notes: &InputNotes) -> bool {
        is_meant(notes)
    }

    fn keeps_data_key(&self) -> bool {
        false
    }

    fn read(&self, input: Input, _start: &[u8], policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>> {
        let metadata = ContentMetadata::read(input.notes())?;
        let key = WrappedKey {
            provider: AWS_KMS.to_owned(),
            key_id: UNNAMED.to_owned(),
            ciphertext: metadata.wrapped.clone(),
        };
        Ok(Box::new(S3ClientObject {
            keys: vec![key],
            len: input.len(),
            input: input.into_reader(),
            metadata,
            commitment: policy.commitment,
        }))
    }

    fn prepare(
        &self,
        _settings: SealSettings,
        _context: &EncryptionContext,
        _keys: &[KeySpec],
        _keyring: &Keyring<'_>,
    ) -> Result<Box<dyn PreparedSeal>> {
        Err(S3ClientFault::OnlyRead.into())
    }
}

/// An object whose metadata was read.
struct S3ClientObject {
    metadata: ContentMetadata,
    /// Its only wrapped key, without a name.
    keys: Vec<WrappedKey>,
    len: Option<u64>,
    input: Box<dyn Read + Send>,
    commitment: Commitment,
}

impl S3ClientObject {
    /// The wrapped key, once for each key that the user named.
    fn named_keys(&self, keys: &OpeningKeys<'_>) -> Result<Vec<WrappedKey>> {
        let named = keys.only.iter().filter(|key| KmsKey::of(key).is_some());
        let slot = |key: &KeySpec| {
            let key_id = keys.keyring.resolved(keys.cache, key)?.to_string();
            // A bare key id does not say in which account and region it is.
            KmsKey::from_slot(&key_id).ok_or(S3ClientFault::KeyNotNamed)?;
            Ok(WrappedKey { key_id, ..self.keys[0].clone() })
        };
        let slots: Vec<WrappedKey> = named.map(slot).collect::<Result<_>>()?;
        if slots.is_empty() { Err(S3ClientFault::KeyNotNamed.into()) } else { Ok(slots) }
    }
}

impl EncryptedFile for S3ClientObject {
    fn describe(&self) -> HeadDescription {
        let ContentMetadata { version, cipher, context, wrapped: _ } = &self.metadata;
        let properties = match cipher {
            S3Cipher::Plain { .. } => Vec::new(),
            S3Cipher::Committing { .. } => vec!["key-committing"],
        };
        HeadDescription {
            format: S3ClientFormat.name(),
            title: "object of the Amazon S3 Encryption Client",
            version: *version,
            is_armored: false,
            cipher: "AES-256-GCM".to_owned(),
            properties,
            context: context.to_pairs(),
            keys: self.keys.clone(),
            len: 0,
            details: vec![Detail {
                name: "in",
                value: json!("metadata"),
                text: "in the metadata of the object".to_owned(),
            }],
            copies: None,
        }
    }

    fn describe_payload(&mut self) -> Result<PayloadDescription> {
        let bytes = match self.len {
            Some(len) => len,
            None => copy(&mut self.input, &mut std::io::sink(), &AtomicBool::new(false))?,
        };
        let plaintext = bytes.checked_sub(TAG_LEN as u64).map(|bytes| PlaintextSize { bytes, units: 1 });
        Ok(PayloadDescription { bytes, unit: "message", plaintext })
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.keys
    }

    fn context(&self) -> &EncryptionContext {
        &self.metadata.context
    }

    fn seal_settings(&self) -> SealSettings {
        SealSettings::default()
    }

    /// Without what the client adds itself.
    fn chosen_context(&self) -> EncryptionContext {
        let mut chosen = EncryptionContext::new();
        for (name, value) in self.context().iter().filter(|(name, _)| !OWN_PAIRS.contains(name)) {
            chosen.insert(name, value).expect("it was in a context before");
        }
        chosen
    }

    fn successor_keys(&self, rewrapper: &Rewrapper<'_>) -> Result<SuccessorKeys> {
        if rewrapper.replaces_all() { rewrapper.successor(&[]) } else { Err(S3ClientFault::NewKeysNotNamed.into()) }
    }

    /// It names none.
    fn unvouched_keys(&self, _rewrapper: &Rewrapper<'_>) -> Result<Vec<NamedKey>> {
        Ok(Vec::new())
    }

    fn preview(&self, _rewrapper: &Rewrapper<'_>) -> Result<(Vec<KeySpec>, Vec<WrappedKey>)> {
        Err(S3ClientFault::OnlyRead.into())
    }

    fn len(&self) -> Option<u64> {
        self.len
    }

    fn plaintext_len(&self) -> Option<u64> {
        self.len?.checked_sub(TAG_LEN as u64)
    }

    fn unlock(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<Box<dyn UnlockedFile>> {
        let ContentMetadata { cipher, context, .. } = &self.metadata;
        if matches!(cipher, S3Cipher::Plain { .. }) && self.commitment == Commitment::Required {
            return Err(Error::Uncommitted("AES/GCM/NoPadding"));
        }
        context.check_contains(keys.context)?;
        let slots = self.named_keys(keys)?;
        let named: Vec<KeySpec> = slots.iter().filter_map(KmsKey::of_slot).map(KeySpec::from).collect();
        let accept = |data_key: &DataKey| cipher.opener(data_key);
        let (opener, slot) = keys.keyring.unwrap_with(keys.cache, &slots, context, &named, accept)?;
        keys.listener.opened_by(slot, &slots[slot]);
        let Self { len, input, .. } = *self;
        Ok(Box::new(UnlockedS3ClientObject { opener, len, input }))
    }

    fn rewrap(&self, _rewrapper: &Rewrapper<'_>) -> Result<RewrappedFile> {
        Err(S3ClientFault::OnlyRead.into())
    }

    fn write_with(self: Box<Self>, _head: &[u8], _output: &mut Output, _cancelled: &AtomicBool) -> Result<()> {
        Err(S3ClientFault::OnlyRead.into())
    }
}

/// An object whose data key is known.
struct UnlockedS3ClientObject {
    opener: GcmOpener,
    len: Option<u64>,
    input: Box<dyn Read + Send>,
}

impl UnlockedS3ClientObject {
    /// Decrypts all of it, each piece into `take`, and compares the tag. Nothing that `take` got is authentic if this fails.
    fn authenticate(
        self,
        progress: &dyn Fn(u64),
        cancelled: &AtomicBool,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<u64> {
        let Self { mut opener, mut input, .. } = self;
        // A piece, and behind it what may be the tag.
        let mut buffer = Zeroizing::new(vec![0; PIECE + TAG_LEN]);
        let (mut ahead, mut written) = (0, 0);
        loop {
            if cancelled.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let filled = ahead + read_up_to(&mut input, &mut buffer[ahead..])?;
            progress((filled - ahead) as u64);
            let is_last = filled < buffer.len();
            let Some(piece) = filled.checked_sub(TAG_LEN) else {
                return Err(AuthenticationError::CutOff { offset: written + filled as u64, authentic: 0 }.into());
            };
            let (plaintext, rest) = buffer.split_at_mut(piece);
            opener.update(plaintext);
            take(plaintext)?;
            written += piece as u64;
            if is_last {
                let tag: Tag = rest[..TAG_LEN].try_into().expect("a tag is behind the piece");
                let whole = AuthenticationError::Body {
                    fault: "its tag does not match: it was changed, or cut off",
                    offset: 0,
                    authentic: 0,
                };
                opener.finish(&tag).map_err(|_| whole)?;
                return Ok(written);
            }
            rest[..TAG_LEN].swap_with_slice(&mut plaintext[..TAG_LEN]);
            ahead = TAG_LEN;
        }
    }

    /// The plaintext, which is authentic.
    fn plaintext(self, progress: &dyn Fn(u64), cancelled: &AtomicBool) -> Result<KeptPlaintext> {
        // Without a length it goes to the scratch space.
        let mut kept = KeptWriter::new(self.len.unwrap_or(u64::MAX))?;
        self.authenticate(progress, cancelled, |piece| kept.add(piece))?;
        kept.finish()
    }
}

impl UnlockedFile for UnlockedS3ClientObject {
    fn open(self: Box<Self>, output: PayloadOutput<'_>, work: Work<'_>) -> Result<u64> {
        let Work { progress, cancelled, .. } = work;
        match output {
            PayloadOutput::Nowhere => self.authenticate(progress, cancelled, |_| Ok(())),
            PayloadOutput::Stream(output) => {
                let plaintext = self.plaintext(progress, cancelled)?;
                plaintext.write(0, plaintext.len(), output)?;
                Ok(plaintext.len())
            }
            PayloadOutput::File { file, start } => {
                let plaintext = self.plaintext(progress, cancelled)?;
                plaintext.write(0, plaintext.len(), &mut PositionedWriter::new(file, start))?;
                Ok(plaintext.len())
            }
        }
    }

    fn open_range(self: Box<Self>, range: ByteRange, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<u64> {
        let ByteRange { start, end } = range;
        let plaintext = self.plaintext(&|_| (), cancelled)?;
        let available = plaintext.len();
        if start > available || end.is_some_and(|end| end > available) {
            return Err(Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available });
        }
        let end = end.unwrap_or(available).max(start);
        plaintext.write(start, end, output)?;
        Ok(end - start)
    }
}
