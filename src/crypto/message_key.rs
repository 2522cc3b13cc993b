//! From a data key to the key and the commitment of one message of the AWS Encryption SDK.

use hmac::digest::block_api::EagerHash;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::crypto::aead::{Aead, Backend, NONCE_LEN, Nonce, NotAuthentic, Tag};
use crate::crypto::message_suite::{MessageKdf, MessageSuite};
use crate::crypto::secret::{DATA_KEY_LEN, DataKey};

/// Length of a commitment, in bytes.
pub(crate) const COMMITMENT_LEN: usize = 32;

/// A part of the body of a message: what its bytes are bound to, besides their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyPart {
    /// A frame that others follow.
    Frame,
    /// The last frame.
    FinalFrame,
    /// The whole of a body without frames.
    SingleBlock,
}

impl BodyPart {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Frame => b"AWSKMSEncryptionClient Frame",
            Self::FinalFrame => b"AWSKMSEncryptionClient Final Frame",
            Self::SingleBlock => b"AWSKMSEncryptionClient Single Block",
        }
    }
}

/// The key of one message.
///
/// Sealing makes its nonces here: that of the header is zero, and that of a frame is its number, which is never zero. A
/// message key seals one header and each frame number once, since every message has a random id, from which its key follows.
pub(crate) struct MessageKey {
    aead: Aead,
    message_id: Vec<u8>,
}

impl MessageKey {
    /// The key of a message, and its commitment if the suite has one. `None` if the data key has another length than the
    /// suite says.
    pub(crate) fn derive(
        suite: MessageSuite,
        backend: Backend,
        data_key: &DataKey,
        message_id: &[u8],
    ) -> Option<(Self, Option<[u8; COMMITMENT_LEN]>)> {
        let len = suite.data_key_len();
        let data_key = data_key.of_len(len)?;
        let number = suite.number().to_be_bytes();
        let info = [&number[..], message_id];
        let mut commitment = None;
        let key: Zeroizing<[u8; DATA_KEY_LEN]> = match suite.kdf() {
            MessageKdf::Identity => {
                let mut key = Zeroizing::new([0; DATA_KEY_LEN]);
                key[..len].copy_from_slice(data_key);
                key
            }
            MessageKdf::Sha256 => expand_one::<Sha256>(&extract::<Sha256>(&[], data_key), &info),
            MessageKdf::Sha384 => expand_one::<Sha384>(&extract::<Sha384>(&[], data_key), &info),
            MessageKdf::Sha512Committing => {
                let pseudorandom_key = extract::<Sha512>(message_id, data_key);
                commitment = Some(*expand_one::<Sha512>(&pseudorandom_key, &[b"COMMITKEY"]));
                expand_one::<Sha512>(&pseudorandom_key, &[&number, b"DERIVEKEY"])
            }
        };
        let aead = Aead::aes_gcm(backend, &key[..len]).expect("the key of each suite is one of AES");
        Some((Self { aead, message_id: message_id.to_owned() }, commitment))
    }

    /// The key of a message that exists. `None` if the data key is not the one that it commits to, or has another length.
    pub(crate) fn open(
        suite: MessageSuite,
        backend: Backend,
        data_key: &DataKey,
        message_id: &[u8],
        commitment: Option<&[u8; COMMITMENT_LEN]>,
    ) -> Option<Self> {
        let (key, expected) = Self::derive(suite, backend, data_key, message_id)?;
        match (expected, commitment) {
            (None, None) => Some(key),
            (Some(expected), Some(commitment)) if bool::from(expected.ct_eq(commitment)) => Some(key),
            _ => None,
        }
    }

    /// The tag of a header. Its nonce is zero.
    pub(crate) fn seal_header(&self, header: &[u8]) -> Tag {
        self.aead.seal_in_place(Nonce([0; NONCE_LEN]), header, &mut [])
    }

    /// Checks the tag of a header.
    pub(crate) fn open_header(&self, nonce: [u8; NONCE_LEN], header: &[u8], tag: &Tag) -> Result<(), NotAuthentic> {
        self.aead.open_in_place(Nonce(nonce), header, tag, &mut [])
    }

    /// Encrypts a frame in place, and returns its nonce and its tag. Frames are numbered from 1.
    pub(crate) fn seal_frame(&self, part: BodyPart, number: u32, data: &mut [u8]) -> ([u8; NONCE_LEN], Tag) {
        assert!(number > 0, "the nonce 0 is that of the header");
        let mut nonce = [0; NONCE_LEN];
        nonce[NONCE_LEN - 4..].copy_from_slice(&number.to_be_bytes());
        (nonce, self.aead.seal_in_place(Nonce(nonce), &self.aad(part, number, data.len()), data))
    }

    /// Decrypts a frame, or a whole body, in place, if its tag is valid. If it is not, `data` must not be used.
    pub(crate) fn open_part(
        &self,
        part: BodyPart,
        number: u32,
        nonce: [u8; NONCE_LEN],
        tag: &Tag,
        data: &mut [u8],
    ) -> Result<(), NotAuthentic> {
        self.aead.open_in_place(Nonce(nonce), &self.aad(part, number, data.len()), tag, data)
    }

    fn aad(&self, part: BodyPart, number: u32, len: usize) -> Vec<u8> {
        [&self.message_id, part.label(), &number.to_be_bytes(), &(len as u64).to_be_bytes()].concat()
    }
}

/// HKDF-Extract of RFC 5869. No salt is as good as one of zeros.
pub(super) fn extract<H: EagerHash>(salt: &[u8], key: &[u8]) -> Zeroizing<Vec<u8>> {
    let mac = Hmac::<H>::new_from_slice(salt).expect("HMAC takes a key of any length");
    Zeroizing::new(mac.chain_update(key).finalize().into_bytes().to_vec())
}

/// The first 32 bytes of HKDF-Expand of RFC 5869, which are in its first block. The info is the concatenation of `info`.
pub(super) fn expand_one<H: EagerHash>(pseudorandom_key: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; DATA_KEY_LEN]> {
    let mut mac = Hmac::<H>::new_from_slice(pseudorandom_key).expect("HMAC takes a key of any length");
    for part in info {
        mac.update(part);
    }
    mac.update(&[1]);
    let block = Zeroizing::new(mac.finalize().into_bytes().to_vec());
    let mut output = Zeroizing::new([0; DATA_KEY_LEN]);
    output.copy_from_slice(&block[..DATA_KEY_LEN]);
    output
}

/// Length of the nonce of a wrapped data key, in bytes.
pub(crate) const WRAP_NONCE_LEN: usize = NONCE_LEN;

/// A raw AES key that wraps data keys. Each gets a random nonce, of which there are enough for 2^32 data keys.
pub(crate) struct WrappingCipher(Aead);

impl WrappingCipher {
    /// A cipher with a key of 16, 24 or 32 bytes. `None` for one of another length.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Aead::aes_gcm(Backend::default(), key).map(Self)
    }

    /// The nonce, the wrapped data key and the tag.
    pub(crate) fn wrap(&self, data_key: &[u8], aad: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        super::fill_random(&mut nonce);
        let mut data = Zeroizing::new(data_key.to_vec());
        let tag = self.0.seal_in_place(Nonce(nonce), aad, &mut data);
        [&nonce[..], &data, &tag].concat()
    }

    /// The data key, if wrapped key and AAD are authentic.
    pub(crate) fn unwrap(&self, nonce: [u8; NONCE_LEN], sealed: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (data, tag) = sealed.split_last_chunk()?;
        let mut data = Zeroizing::new(data.to_vec());
        self.0.open_in_place(Nonce(nonce), aad, tag, &mut data).ok()?;
        Some(data)
    }
}
