//! What precedes the body of a message: the header body and its tag.

use std::io::Read;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::context::EncryptionContext;
use crate::crypto::message_key::MessageKey;
use crate::crypto::message_suite::Curve;
use crate::crypto::signature::{MessageDigest, VerifyingKey};
use crate::crypto::{Backend, DataKey, TAG_LEN, Tag};
use crate::error::{AuthenticationError, FormatError, Result};
use crate::formats::esdk::cipher::{MessageCipher, SignatureCheck};
use crate::formats::esdk::context::{PUBLIC_KEY_PAIR, encode_context};
use crate::formats::esdk::frame::NONCE_LEN;
use crate::formats::esdk::header::{MessageHeader, MessageLimits, MessageVersion};
use crate::formats::transfer::read_part;

/// What precedes the body of a message that exists.
#[derive(Clone, Debug)]
pub struct MessageHead {
    /// The header body.
    pub header: MessageHeader,
    /// Its bytes.
    bytes: Vec<u8>,
    nonce: [u8; NONCE_LEN],
    tag: Tag,
    limits: MessageLimits,
}

impl MessageHead {
    /// Reads the header body and its tag, and nothing after them.
    ///
    /// # Errors
    /// [`FormatError`] if it is not exactly what the format prescribes, or beyond the limits;
    /// [`crate::error::Error::Read`] if the input cannot be read.
    pub fn read(input: &mut dyn Read, limits: MessageLimits) -> Result<Self> {
        let (header, bytes) = MessageHeader::read(input, limits)?;
        verifying_key(&header)?;
        let mut nonce = [0; NONCE_LEN];
        if header.version() == MessageVersion::V1 {
            read_part(input, &mut nonce, "nonce of the header")?;
        }
        let mut tag = [0; TAG_LEN];
        read_part(input, &mut tag, "tag of the header")?;
        Ok(Self { header, bytes, nonce, tag, limits })
    }

    /// Where the body begins, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.to_bytes().len() as u64
    }

    /// The bytes that were read.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let nonce = match self.header.version() {
            MessageVersion::V1 => &self.nonce[..],
            MessageVersion::V2 => &[],
        };
        [&self.bytes, nonce, &self.tag].concat()
    }

    /// The pairs of `demanded` that the message does not store. A message can be bound to pairs that the reader supplies: the
    /// header tag tells whether these are they.
    ///
    /// # Errors
    /// If a pair is stored with another value.
    pub fn supplied_pairs(&self, demanded: &EncryptionContext) -> Result<EncryptionContext> {
        let stored = self.header.context();
        let is_stored = |key: &str| stored.iter().any(|(stored, _)| stored == key);
        let pairs = |stored: bool| {
            let some = demanded.to_pairs().into_iter().filter(|(key, _)| is_stored(key) == stored);
            EncryptionContext::of_message(&some.collect::<Vec<_>>())
        };
        stored.check_contains(&pairs(true))?;
        Ok(pairs(false))
    }

    /// The whole context: the stored pairs and the supplied ones. It is what the data keys are bound to.
    #[must_use]
    pub fn whole_context(&self, supplied: &EncryptionContext) -> EncryptionContext {
        let pairs = [self.header.pairs.clone(), supplied.to_pairs()].concat();
        EncryptionContext::of_message(&pairs)
    }

    /// The cipher for the body, if `data_key` is the one of this message.
    ///
    /// `None` if it is another data key, as far as that shows.
    ///
    /// # Errors
    /// [`AuthenticationError::Header`] if it is this data key, and the header was changed, or the supplied pairs are not the
    /// ones that it is bound to.
    pub fn cipher(
        &self,
        data_key: &DataKey,
        supplied: &EncryptionContext,
        backend: Backend,
    ) -> Result<Option<Arc<MessageCipher>>> {
        let Self { header, bytes, nonce, tag, limits } = self;
        let MessageHeader { suite, message_id, commitment, content, .. } = header;
        let Some(key) = MessageKey::open(*suite, backend, data_key, message_id, commitment.as_ref()) else {
            return Ok(None);
        };
        let authenticated = [&bytes[..], &encode_context(supplied)?].concat();
        if key.open_header(*nonce, &authenticated, tag).is_err() {
            // Without a commitment nobody can tell another data key from a header that was changed.
            return if suite.commits() { Err(AuthenticationError::Header.into()) } else { Ok(None) };
        }
        let head = self.to_bytes();
        let signature = verifying_key(header)?.map(|(curve, key)| {
            let mut digest = MessageDigest::new(curve);
            digest.update(&head);
            SignatureCheck::new(key, digest)
        });
        Ok(Some(Arc::new(MessageCipher::new(key, *content, head.len() as u64, signature, *limits))))
    }
}

/// The key that verifies the signature, if the message is signed.
fn verifying_key(header: &MessageHeader) -> Result<Option<(Curve, VerifyingKey)>, FormatError> {
    let stored = header.pairs.iter().find(|(key, _)| key == PUBLIC_KEY_PAIR);
    match (header.suite.curve(), stored) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(FormatError::NotCanonical("message is not signed, and its context has a public key")),
        (Some(_), None) => Err(FormatError::NotCanonical("message is signed, and its context has no public key")),
        (Some(curve), Some((_, text))) => {
            let point = BASE64_STANDARD.decode(text).ok();
            let key = point.and_then(|point| VerifyingKey::from_point(curve, &point));
            let key = key.ok_or(FormatError::NotCanonical("public key of the message is not a point of its curve"))?;
            Ok(Some((curve, key)))
        }
    }
}
