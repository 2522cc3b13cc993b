//! Messages of the AWS Encryption SDK as one of the formats of whole files.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::context::EncryptionContext;
use crate::crypto::traces::StackToWipe;
use crate::crypto::{Backend, DataKey, Suite};
use crate::error::{Class, ContextError, Error, Result};
use crate::formats::description::{Detail, HeadDescription, PayloadDescription};
use crate::formats::esdk::base64::{Base64Reader, Base64Writer, is_base64_message};
use crate::formats::esdk::cipher::MessageCipher;
use crate::formats::esdk::context::PUBLIC_KEY_PAIR;
use crate::formats::esdk::frame::{frames_in, sealed_body_len};
use crate::formats::esdk::head::MessageHead;
use crate::formats::esdk::header::{BodyContent, MessageHeader, MessageLimits, MessageVersion, is_message};
use crate::formats::esdk::new::{DEFAULT_FRAME_LEN, MessageParameters, NewMessage};
use crate::formats::esdk::seek::FrameSeeker;
use crate::formats::esdk::walk;
use crate::formats::format::{
    ByteRange, Commitment, Encoding, EncryptedFile, FileFormat, OpeningKeys, PreparedSeal, ReadPolicy, RewrappedFile,
    SealSettings, SignatureChoice, UnlockedFile, Work,
};
use crate::formats::payload::Payload;
use crate::formats::pipeline::Pipeline;
use crate::formats::transfer::{copy_range, write_error};
use crate::fs::input::{Input, InputKind};
use crate::keys::{KeySpec, Keyring, Rewrapper, WrappedKey};
use crate::storage::output::Output;
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// The format of messages of the AWS Encryption SDK: `kenc-esdk(5)`.
#[derive(Clone, Copy, Debug)]
pub struct MessageFormat;

impl FileFormat for MessageFormat {
    fn name(&self) -> &'static str {
        "aws-esdk"
    }

    fn ending(&self) -> &'static str {
        "esdk"
    }

    fn recognises(&self, start: &[u8]) -> bool {
        is_message(start) || is_base64_message(start)
    }

    /// The header tag is made with the key that frames are sealed with, and its nonce is always zero: a new header under the
    /// same data key and message id would use that nonce twice, which gives away the authentication key.
    fn keeps_data_key(&self) -> bool {
        false
    }

    fn read(&self, input: Input, start: &[u8], policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>> {
        let limits = MessageLimits { data_keys: policy.most_keys, frame_len: policy.longest_frame };
        let is_base64 = !is_message(start);
        let (head, payload) = match input.kind {
            InputKind::File { mut file, start, len } if !is_base64 => {
                let head = MessageHead::read(&mut file, limits)?;
                let len = len.saturating_sub(head.len());
                let start = start + head.len();
                (head, Payload::File { file, start, len })
            }
            kind => {
                let stream: Box<dyn Read + Send> = match kind {
                    InputKind::File { file, .. } => Box::new(file),
                    InputKind::Object(object) => Box::new(object),
                    InputKind::Stream(stream) => stream,
                };
                let mut stream = if is_base64 { Box::new(Base64Reader::new(stream)) } else { stream };
                (MessageHead::read(&mut stream, limits)?, Payload::Stream(stream))
            }
        };
        let (slots, context) = (head.header.slots(), head.header.context());
        Ok(Box::new(MessageFile { head, slots, context, is_base64, payload, commitment: policy.commitment }))
    }

    fn prepare(
        &self,
        settings: SealSettings,
        context: &EncryptionContext,
        keys: &[KeySpec],
        keyring: &Keyring<'_>,
    ) -> Result<Box<dyn PreparedSeal>> {
        let SealSettings { suite, encoding, frame_len, signing } = settings;
        if suite != Suite::Aes256Gcm {
            return Err(Error::NotOfFormat("AWS Encryption SDK messages have no cipher but AES-GCM"));
        }
        let parameters = MessageParameters::new(context, frame_len.unwrap_or(DEFAULT_FRAME_LEN), signing)?;
        let (data_key, wrapped) = keyring.wrap_new_for_messages(keys, parameters.context())?;
        Ok(Box::new(MessageSeal { parameters, wrapped, data_key, encoding }))
    }
}

/// Whoever does not ask [`FileFormat::keeps_data_key`] is told.
const NO_OTHER_HEAD: Error = Error::NotOfFormat("a message that gets other keys must be encrypted again");

/// A message whose head was read.
struct MessageFile {
    head: MessageHead,
    slots: Vec<WrappedKey>,
    /// The stored pairs.
    context: EncryptionContext,
    is_base64: bool,
    payload: Payload,
    commitment: Commitment,
}

impl MessageFile {
    /// The cipher for the body, and the data key.
    fn cipher(&self, keys: &OpeningKeys<'_>) -> Result<Arc<MessageCipher>> {
        let suite = self.head.header.suite;
        if !suite.commits() && self.commitment == Commitment::Required {
            return Err(Error::Uncommitted(suite.name()));
        }
        let supplied = self.head.supplied_pairs(keys.context)?;
        let whole = self.head.whole_context(&supplied);
        let accept = |data_key: &DataKey| self.head.cipher(data_key, &supplied, Backend::default()).transpose();
        let unwrapped = keys.keyring.unwrap_of_message(keys.cache, &self.slots, &whole, keys.only, accept);
        let opened = unwrapped.and_then(|(cipher, slot)| {
            let cipher = cipher?;
            keys.listener.opened_by(slot, &self.slots[slot]);
            Ok(cipher)
        });
        // With a pair too many nothing opens, and nobody can say so but by that.
        match (opened, supplied.iter().next()) {
            (Err(error), Some((key, value))) if error.class() == Class::NotAuthentic => {
                Err(ContextError::Missing { key: key.to_owned(), demanded: value.to_owned() }.into())
            }
            (opened, _) => opened,
        }
    }
}

impl EncryptedFile for MessageFile {
    fn describe(&self) -> HeadDescription {
        let header = &self.head.header;
        let mut properties = Vec::new();
        if header.suite.commits() {
            properties.push("key-committing");
        }
        if header.suite.is_signed() {
            properties.push("signed");
        }
        let id = header.message_id.iter().fold(String::new(), |mut id, byte| {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            id.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
            id
        });
        let frames = match header.content {
            BodyContent::Framed { frame_len } => {
                Detail { name: "frame_length", value: json!(frame_len), text: format!("frames of {frame_len} bytes") }
            }
            BodyContent::Single => Detail { name: "frame_length", value: json!(null), text: "no frames".to_owned() },
        };
        HeadDescription {
            format: MessageFormat.name(),
            title: "AWS Encryption SDK message",
            version: match header.version() {
                MessageVersion::V1 => 1,
                MessageVersion::V2 => 2,
            },
            is_armored: self.is_base64,
            cipher: header.suite.name().to_owned(),
            properties,
            context: header.pairs.clone(),
            keys: self.slots.clone(),
            len: self.head.len(),
            details: vec![frames, Detail { name: "message_id", value: json!(id), text: format!("message id {id}") }],
            copies: None,
        }
    }

    fn describe_payload(&mut self) -> Result<PayloadDescription> {
        walk::describe(&self.head.header, &mut self.payload)
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.slots
    }

    fn context(&self) -> &EncryptionContext {
        &self.context
    }

    fn seal_settings(&self) -> SealSettings {
        let MessageHeader { suite, content, .. } = &self.head.header;
        // Longer frames than kenc writes, and none at all, become frames of the usual length.
        let frame_len = match content {
            BodyContent::Framed { frame_len } => Some(*frame_len),
            BodyContent::Single => None,
        };
        SealSettings {
            suite: Suite::Aes256Gcm,
            encoding: if self.is_base64 { Encoding::Armored } else { Encoding::Binary },
            frame_len: frame_len.filter(|len| *len <= MessageLimits::default().frame_len),
            signing: if suite.is_signed() { SignatureChoice::EcdsaP384 } else { SignatureChoice::Unsigned },
        }
    }

    /// The public key of a signed message is of that message alone.
    fn chosen_context(&self) -> EncryptionContext {
        let pairs = self.context.to_pairs().into_iter().filter(|(key, _)| key != PUBLIC_KEY_PAIR);
        EncryptionContext::of_message(&pairs.collect::<Vec<_>>())
    }

    fn len(&self) -> Option<u64> {
        self.payload.len().map(|len| len + self.head.len())
    }

    fn plaintext_len(&self) -> Option<u64> {
        let BodyContent::Framed { frame_len } = self.head.header.content else { return None };
        let len = self.payload.len().filter(|_| !self.head.header.suite.is_signed())?;
        frames_in(len, frame_len).map(|(frames, last)| frames * u64::from(frame_len) + last)
    }

    fn unlock(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<Box<dyn UnlockedFile>> {
        let _stack = StackToWipe;
        let cipher = self.cipher(keys)?;
        let Self { head, payload, .. } = *self;
        Ok(Box::new(UnlockedMessage { content: head.header.content, payload, cipher }))
    }

    fn rewrap(&self, _rewrapper: &Rewrapper<'_>) -> Result<RewrappedFile> {
        Err(NO_OTHER_HEAD)
    }

    fn write_with(self: Box<Self>, _head: &[u8], _output: &mut Output, _cancelled: &AtomicBool) -> Result<()> {
        Err(NO_OTHER_HEAD)
    }
}

/// A message whose data key is known.
struct UnlockedMessage {
    content: BodyContent,
    payload: Payload,
    cipher: Arc<MessageCipher>,
}

impl UnlockedFile for UnlockedMessage {
    fn open(mut self: Box<Self>, output: PayloadOutput<'_>, work: Work<'_>) -> Result<u64> {
        let Work { threads, progress, cancelled, workspace: _ } = work;
        self.cipher.open(&Pipeline { threads, progress, cancelled }, self.payload.source(), output)
    }

    fn open_range(self: Box<Self>, range: ByteRange, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<u64> {
        let Self { content, payload, cipher } = *self;
        match (content, payload) {
            (BodyContent::Framed { frame_len }, Payload::File { file, start, len }) if !cipher.is_signed() => {
                FrameSeeker { cipher: &cipher, file: &file, start, len, frame_len }.write(range, output, cancelled)
            }
            (_, mut payload) => copy_range(range, cipher.reader(payload.reader())?, output, cancelled),
        }
    }
}

/// What all messages of a run with the same keys and context share. Each has an id of its own, so a key of its own.
struct MessageSeal {
    parameters: MessageParameters,
    wrapped: Vec<WrappedKey>,
    data_key: DataKey,
    encoding: Encoding,
}

impl PreparedSeal for MessageSeal {
    fn seal(&self, input: PayloadInput<'_>, output: &mut Output, work: Work<'_>) -> Result<u64> {
        let Self { parameters, wrapped, data_key, encoding } = self;
        let Work { threads, progress, cancelled, workspace: _ } = work;
        let pipeline = Pipeline { threads, progress, cancelled };
        let message = NewMessage::new(parameters, wrapped, data_key, Backend::default())?;
        let sealed = match encoding {
            Encoding::Binary => output.write(&message.head, |sink| message.seal(&pipeline, input, sink))?,
            Encoding::Armored => {
                let mut text = Base64Writer::new(output.writer());
                text.write_all(&message.head).map_err(write_error)?;
                let sealed = message.seal(&pipeline, input, PayloadOutput::Stream(&mut text))?;
                text.finish().map_err(write_error)?;
                sealed
            }
        };
        Ok(message.head.len() as u64 + sealed)
    }

    fn wrapped_keys(&self) -> &[WrappedKey] {
        &self.wrapped
    }

    fn would_make(&self, result: Input, plaintext_len: u64) -> Result<bool> {
        let Some(result_len) = result.len() else { return Ok(false) };
        let head = MessageHead::read(&mut result.into_reader(), MessageLimits::default())?;
        let names = |keys: &[WrappedKey]| {
            let mut names: Vec<_> = keys.iter().map(|key| (key.provider.clone(), key.key_id.clone())).collect();
            names.sort();
            names
        };
        let chosen = |pairs: &EncryptionContext| {
            pairs.to_pairs().into_iter().filter(|(key, _)| !key.starts_with("aws-crypto-")).collect::<Vec<_>>()
        };
        let frame_len = self.parameters.frame_len();
        let body_len = result_len.saturating_sub(head.len());
        let sealed_len = sealed_body_len(plaintext_len, frame_len);
        // A signature has one of a few lengths.
        let fits = if self.parameters.suite().is_signed() {
            (sealed_len + 2..=sealed_len + 2 + 104).contains(&body_len)
        } else {
            body_len == sealed_len
        };
        Ok(head.header.suite == self.parameters.suite()
            && head.header.content == BodyContent::Framed { frame_len }
            && chosen(&head.header.context()) == chosen(self.parameters.context())
            && names(&head.header.slots()) == names(&self.wrapped)
            && fits)
    }
}
