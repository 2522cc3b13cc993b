//! A new message: its head, and what seals its body.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::context::EncryptionContext;
use crate::crypto::message_key::MessageKey;
use crate::crypto::message_suite::Curve;
use crate::crypto::signature::{MessageDigest, SigningKey};
use crate::crypto::{Backend, DataKey, MessageSuite, fill_random};
use crate::error::{ContextError, FormatError, Result};
use crate::formats::esdk::context::{PUBLIC_KEY_PAIR, RESERVED_PREFIX};
use crate::formats::esdk::data_key::EncryptedDataKey;
use crate::formats::esdk::header::{BodyContent, FRAME_LENGTH, MessageHeader, MessageLimits};
use crate::formats::esdk::part::FilePart;
use crate::formats::esdk::seal::{FrameSealing, HashingWriter};
use crate::formats::format::SignatureChoice;
use crate::formats::pipeline::Pipeline;
use crate::formats::transfer::write_error;
use crate::keys::WrappedKey;
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// Plaintext bytes of a frame, unless another length is chosen.
pub const DEFAULT_FRAME_LEN: u32 = 65_536;
const MESSAGE_ID_LEN: usize = 32;

/// What all messages with the same data key share.
pub struct MessageParameters {
    context: EncryptionContext,
    frame_len: u32,
    /// Signs each of them. Its public key is in the context, to which the wrapped data key is bound.
    signing_key: Option<SigningKey>,
}

/// A new message: its first bytes, and what seals the frames that follow them.
pub struct NewMessage<'a> {
    /// Header body and tag, to be written before the frames.
    pub head: Vec<u8>,
    pub(super) key: MessageKey,
    pub(super) frame_len: u32,
    signing_key: Option<&'a SigningKey>,
}

impl MessageParameters {
    /// Parameters, with a signing key of their own if messages are signed.
    ///
    /// # Errors
    /// If the context has a key that is reserved, or no message has frames of this length.
    pub fn new(context: &EncryptionContext, frame_len: u32, signing: SignatureChoice) -> Result<Self> {
        let signing_key = match signing {
            SignatureChoice::Unsigned => None,
            SignatureChoice::EcdsaP384 => Some(SigningKey::generate()),
        };
        Self::with_signing_key(context, frame_len, signing_key)
    }

    pub(super) fn with_signing_key(
        context: &EncryptionContext,
        frame_len: u32,
        signing_key: Option<SigningKey>,
    ) -> Result<Self> {
        if let Some((key, _)) = context.iter().find(|(key, _)| key.starts_with(RESERVED_PREFIX)) {
            return Err(ContextError::Reserved(key.to_owned()).into());
        }
        let limit = MessageLimits::default().frame_len;
        if frame_len == 0 || frame_len > limit {
            let (found, limit) = (frame_len.into(), limit.into());
            return Err(FormatError::LimitExceeded { field: FRAME_LENGTH, found, limit }.into());
        }
        let mut pairs = context.to_pairs();
        if let Some(key) = &signing_key {
            pairs.push((PUBLIC_KEY_PAIR.to_owned(), BASE64_STANDARD.encode(key.public_point())));
        }
        Ok(Self { context: EncryptionContext::of_message(&pairs), frame_len, signing_key })
    }

    /// The context to which the data key is bound: the chosen pairs, and the public key of signed messages.
    #[must_use]
    pub fn context(&self) -> &EncryptionContext {
        &self.context
    }

    /// Plaintext bytes of a frame.
    #[must_use]
    pub fn frame_len(&self) -> u32 {
        self.frame_len
    }

    /// The suite.
    #[must_use]
    pub fn suite(&self) -> MessageSuite {
        if self.signing_key.is_some() { MessageSuite::CommittingEcdsaP384 } else { MessageSuite::Committing }
    }
}

impl<'a> NewMessage<'a> {
    /// Begins a message under `data_key`, which `slots` hold in wrapped form. Its id, and so its key, is made here.
    ///
    /// # Errors
    /// If the slots or the context are too long for the format.
    pub fn new(
        parameters: &'a MessageParameters,
        slots: &[WrappedKey],
        data_key: &DataKey,
        backend: Backend,
    ) -> Result<Self> {
        let mut message_id = [0; MESSAGE_ID_LEN];
        fill_random(&mut message_id);
        Self::with_id(parameters, slots, data_key, backend, message_id)
    }

    pub(super) fn with_id(
        parameters: &'a MessageParameters,
        slots: &[WrappedKey],
        data_key: &DataKey,
        backend: Backend,
        message_id: [u8; MESSAGE_ID_LEN],
    ) -> Result<Self> {
        let MessageParameters { context, frame_len, signing_key } = parameters;
        let suite = parameters.suite();
        let data_keys: Vec<_> = slots.iter().cloned().map(EncryptedDataKey::of_slot).collect::<Result<_, _>>()?;
        let (key, commitment) =
            MessageKey::derive(suite, backend, data_key, &message_id).expect("a new data key has 32 bytes");
        let header = MessageHeader {
            suite,
            message_id: message_id.to_vec(),
            pairs: context.to_pairs(),
            data_keys,
            content: BodyContent::Framed { frame_len: *frame_len },
            commitment,
        };
        let mut head = header.to_bytes()?;
        let tag = key.seal_header(&head);
        head.extend_from_slice(&tag);
        Ok(Self { head, key, frame_len: *frame_len, signing_key: signing_key.as_ref() })
    }

    /// Seals everything from `input` into frames, and signs it if it is signed. The head is written before, by the caller.
    /// Returns the number of bytes written.
    ///
    /// # Errors
    /// If the input cannot be read, the output cannot be written, or the message would have too many frames.
    ///
    /// # Panics
    /// Never: a signature is shorter than its length field permits.
    pub fn seal(&self, pipeline: &Pipeline<'_>, input: PayloadInput<'_>, output: PayloadOutput<'_>) -> Result<u64> {
        let work = FrameSealing::new(&self.key, self.frame_len, pipeline.batch_bytes(&input, &output));
        let Some(signing_key) = self.signing_key else { return pipeline.run(&work, input, output) };
        let mut digest = MessageDigest::new(Curve::P384);
        digest.update(&self.head);
        let mut part;
        let mut nowhere = std::io::sink();
        let writer: &mut (dyn std::io::Write + Send) = match output {
            PayloadOutput::Stream(writer) => writer,
            PayloadOutput::File { file, start } => {
                part = FilePart::from(file, start);
                &mut part
            }
            PayloadOutput::Nowhere => &mut nowhere,
        };
        // A hash takes the bytes in their order.
        let mut writer = HashingWriter { writer, digest };
        let written = pipeline.run(&work, input, PayloadOutput::Stream(&mut writer))?;
        let HashingWriter { writer, digest } = writer;
        let signature = signing_key.sign(digest);
        let len = u16::try_from(signature.len()).expect("a signature on P-384 has at most 104 bytes");
        let footer = [&len.to_be_bytes()[..], &signature].concat();
        writer.write_all(&footer).map_err(write_error)?;
        Ok(written + footer.len() as u64)
    }
}
