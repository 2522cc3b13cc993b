//! The header body: everything that is said in the clear and authenticated by the header tag.

use std::io::Read;

use crate::codec::FieldWriter;
use crate::context::EncryptionContext;
use crate::crypto::MessageSuite;
use crate::error::{FormatError, Result};
use crate::formats::esdk::context;
use crate::formats::esdk::data_key::EncryptedDataKey;
use crate::formats::transfer::read_part;
use crate::keys::WrappedKey;

/// Length of a commitment, in bytes.
pub(super) const COMMITMENT_LEN: usize = 32;
/// Longest frame that the format permits, in bytes.
const MAX_FRAME_LEN: u32 = i32::MAX as u32;
/// The type of a version 1 message: customer authenticated encrypted data.
const TYPE: u8 = 0x80;
const NONCE_LEN: u8 = 12;

/// Limits of what is read on the word of a header that nobody has authenticated yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageLimits {
    /// Most encrypted data keys.
    pub data_keys: usize,
    /// Longest frame, in bytes: as much plaintext is held in memory before it is authentic.
    pub frame_len: u32,
}

impl Default for MessageLimits {
    fn default() -> Self {
        Self { data_keys: 32, frame_len: 64 << 20 }
    }
}

/// The version of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageVersion {
    /// Without key commitment.
    V1,
    /// With key commitment.
    V2,
}

impl MessageVersion {
    /// The version of messages of a suite.
    #[must_use]
    pub fn of(suite: MessageSuite) -> Self {
        if suite.commits() { Self::V2 } else { Self::V1 }
    }

    fn message_id_len(self) -> usize {
        match self {
            Self::V1 => 16,
            Self::V2 => 32,
        }
    }
}

/// How the body of a message is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyContent {
    /// Into frames that hold this many bytes of plaintext, and a last one that may hold fewer.
    Framed {
        /// Length of the plaintext of a frame, in bytes.
        frame_len: u32,
    },
    /// Not at all. Such messages are only read.
    Single,
}

/// The header body of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageHeader {
    /// The algorithm suite, which decides the version too.
    pub suite: MessageSuite,
    /// 16 bytes in version 1, 32 in version 2.
    pub message_id: Vec<u8>,
    /// The stored pairs of the encryption context, in their order.
    pub pairs: Vec<(String, String)>,
    /// The data key under each wrapping key.
    pub data_keys: Vec<EncryptedDataKey>,
    /// How the body is divided.
    pub content: BodyContent,
    /// The commitment to the key, in version 2.
    pub(super) commitment: Option<[u8; COMMITMENT_LEN]>,
}

/// Whether an input begins like a message: a version 1 message with a known suite, or a version 2 message with a committing
/// one.
#[must_use]
pub fn is_message(start: &[u8]) -> bool {
    let suite = |bytes: [u8; 2]| MessageSuite::from_number(u16::from_be_bytes(bytes));
    match *start {
        [1, TYPE, high, low, ..] => suite([high, low]).is_some_and(|suite| !suite.commits()),
        [2, high, low, ..] => suite([high, low]).is_some_and(MessageSuite::commits),
        _ => false,
    }
}

impl MessageHeader {
    /// The version of the message.
    #[must_use]
    pub fn version(&self) -> MessageVersion {
        MessageVersion::of(self.suite)
    }

    /// The stored pairs as a context.
    #[must_use]
    pub fn context(&self) -> EncryptionContext {
        EncryptionContext::of_message(&self.pairs)
    }

    /// What a keyring unwraps.
    #[must_use]
    pub fn slots(&self) -> Vec<WrappedKey> {
        self.data_keys.iter().map(EncryptedDataKey::to_slot).collect()
    }

    /// The bytes of the header body.
    ///
    /// # Errors
    /// If the context, or the list of data keys, is too long for the format.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FormatError> {
        let Self { suite, message_id, pairs, data_keys, content, commitment } = self;
        let mut writer = FieldWriter::new();
        match self.version() {
            MessageVersion::V1 => writer.bytes(&[1, TYPE]),
            MessageVersion::V2 => writer.u8(2),
        }
        writer.u16(suite.number().into());
        writer.bytes(message_id);
        writer.u16_prefixed(&context::encode(pairs)?);
        if data_keys.len() > usize::from(u16::MAX) {
            return Err(too_many_data_keys(data_keys.len(), u16::MAX.into()));
        }
        writer.u16(data_keys.len());
        for data_key in data_keys {
            data_key.encode(&mut writer);
        }
        let (kind, frame_len) = match content {
            BodyContent::Single => (1, 0),
            BodyContent::Framed { frame_len } => (2, *frame_len),
        };
        writer.u8(kind);
        if self.version() == MessageVersion::V1 {
            writer.u32(0);
            writer.u8(NONCE_LEN.into());
        }
        writer.u32(frame_len);
        writer.bytes(commitment.as_ref().map_or(&[], |commitment| &commitment[..]));
        Ok(writer.into_bytes())
    }

    /// Reads a header body and nothing after it. Returns it with its bytes.
    ///
    /// # Errors
    /// [`FormatError`] if it is not exactly what the format prescribes, or beyond the limits;
    /// [`crate::error::Error::Read`] if the input cannot be read.
    pub(super) fn read(input: &mut dyn Read, limits: MessageLimits) -> Result<(Self, Vec<u8>)> {
        let mut fields = HeaderFields { input, bytes: Vec::new() };
        let version = match fields.u8("version")? {
            1 => MessageVersion::V1,
            2 => MessageVersion::V2,
            version => return Err(FormatError::UnknownMessageVersion(version).into()),
        };
        if version == MessageVersion::V1 && fields.u8("message type")? != TYPE {
            return Err(FormatError::NotCanonical("message type is not 0x80").into());
        }
        let number = fields.u16("suite")?;
        let suite = MessageSuite::from_number(number).filter(|&suite| MessageVersion::of(suite) == version);
        let suite = suite.ok_or(FormatError::UnknownSuite(number))?;
        let message_id = fields.bytes(version.message_id_len(), "message id")?.to_vec();
        let pairs = context::decode(fields.prefixed("encryption context")?)?;
        let data_keys = fields.data_keys(limits)?;
        let kind = fields.u8("content type")?;
        if version == MessageVersion::V1 {
            if fields.bytes(4, "reserved bytes")? != [0; 4] {
                return Err(FormatError::NotCanonical("reserved bytes of the header are not zero").into());
            }
            if fields.u8("length of a nonce")? != NONCE_LEN {
                return Err(FormatError::NotCanonical("length of a nonce is not 12").into());
            }
        }
        let content = content(kind, fields.u32("frame length")?, limits)?;
        let commitment = match version {
            MessageVersion::V1 => None,
            MessageVersion::V2 => Some(fields.array("commitment")?),
        };
        let header = Self { suite, message_id, pairs, data_keys, content, commitment };
        Ok((header, fields.bytes))
    }
}

fn content(kind: u8, frame_len: u32, limits: MessageLimits) -> Result<BodyContent, FormatError> {
    match (kind, frame_len) {
        (1, 0) => Ok(BodyContent::Single),
        (1, _) => Err(FormatError::NotCanonical("frame length of a message without frames is not zero")),
        (2, 0) => Err(FormatError::NotCanonical("frame length is zero")),
        (2, frame_len) => {
            let limit = limits.frame_len.min(MAX_FRAME_LEN);
            if frame_len <= limit {
                Ok(BodyContent::Framed { frame_len })
            } else {
                Err(too_long_frame(frame_len, limit))
            }
        }
        _ => Err(FormatError::NotCanonical("content type is neither framed nor non-framed")),
    }
}

fn too_long_frame(frame_len: u32, limit: u32) -> FormatError {
    FormatError::LimitExceeded { field: FRAME_LENGTH, found: frame_len.into(), limit: limit.into() }
}

fn too_many_data_keys(found: usize, limit: usize) -> FormatError {
    FormatError::LimitExceeded { field: NUMBER_OF_DATA_KEYS, found: found as u64, limit: limit as u64 }
}

/// The name of a limit that `--max-frame-length` raises.
pub(crate) const FRAME_LENGTH: &str = "frame length";
/// The name of a limit that `--max-encrypted-data-keys` raises.
pub(crate) const NUMBER_OF_DATA_KEYS: &str = "number of encrypted data keys";

/// Fields that are read one by one from a stream, never more than the next one.
struct HeaderFields<'a> {
    input: &'a mut dyn Read,
    /// Everything that was read.
    bytes: Vec<u8>,
}

impl HeaderFields<'_> {
    fn bytes(&mut self, len: usize, part: &'static str) -> Result<&[u8]> {
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        read_part(self.input, &mut self.bytes[start..], part)?;
        Ok(&self.bytes[start..])
    }

    fn array<const N: usize>(&mut self, part: &'static str) -> Result<[u8; N]> {
        Ok(self.bytes(N, part)?.try_into().expect("as many bytes were read"))
    }

    fn u8(&mut self, part: &'static str) -> Result<u8> {
        Ok(u8::from_be_bytes(self.array(part)?))
    }

    fn u16(&mut self, part: &'static str) -> Result<u16> {
        Ok(u16::from_be_bytes(self.array(part)?))
    }

    fn u32(&mut self, part: &'static str) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array(part)?))
    }

    fn prefixed(&mut self, part: &'static str) -> Result<&[u8]> {
        let len = self.u16(part)?;
        self.bytes(len.into(), part)
    }

    fn data_keys(&mut self, limits: MessageLimits) -> Result<Vec<EncryptedDataKey>> {
        let count = usize::from(self.u16("number of encrypted data keys")?);
        if count == 0 {
            return Err(FormatError::NotCanonical("message has no encrypted data key").into());
        }
        if count > limits.data_keys {
            return Err(too_many_data_keys(count, limits.data_keys).into());
        }
        let mut data_keys = Vec::with_capacity(count);
        for _ in 0..count {
            let provider = std::str::from_utf8(self.prefixed("provider of a data key")?)
                .map_err(|_| FormatError::NotCanonical("provider of a data key is not UTF-8"))?
                .to_owned();
            let info = self.prefixed("key of a data key")?.to_vec();
            let ciphertext = self.prefixed("encrypted data key")?.to_vec();
            data_keys.push(EncryptedDataKey { provider, info, ciphertext });
        }
        Ok(data_keys)
    }
}
