//! From the file key of an age file to the MAC of its header and the chunks of its payload: C2SP *age*, with STREAM.

use age_core::format::FileKey;
use age_core::secrecy::ExposeSecret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::crypto::aead::{Aead, Backend, NONCE_LEN, Nonce, NotAuthentic, Suite, Tag};
use crate::crypto::secret::DATA_KEY_LEN;

/// Length of the MAC of a header, in bytes.
pub(crate) const HEADER_MAC_LEN: usize = 32;
/// Length of the random nonce at the start of a payload, in bytes.
pub(crate) const PAYLOAD_NONCE_LEN: usize = 16;

/// A new random file key.
pub(crate) fn new_file_key() -> FileKey {
    FileKey::init_with_mut(|file_key| super::fill_random(file_key))
}

/// The MAC of a header, over its text up to and including the three dashes.
pub(crate) fn header_mac(file_key: &FileKey, text: &[u8]) -> [u8; HEADER_MAC_LEN] {
    keyed_header(file_key, text).finalize().into_bytes().into()
}

/// Checks the MAC of a header, in constant time.
///
/// # Errors
/// If it was made with another file key, or over another text.
pub(crate) fn check_header_mac(
    file_key: &FileKey,
    text: &[u8],
    mac: &[u8; HEADER_MAC_LEN],
) -> Result<(), NotAuthentic> {
    keyed_header(file_key, text).verify_slice(mac).map_err(|_| NotAuthentic)
}

fn keyed_header(file_key: &FileKey, text: &[u8]) -> Hmac<Sha256> {
    let key = hkdf_sha256(file_key.expose_secret(), &[], b"header");
    let mut mac = new_hmac(&key[..]);
    mac.update(text);
    mac
}

/// Which chunk of a payload one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChunkPlace {
    /// Another chunk follows.
    Inner,
    /// None does.
    Last,
}

/// The key of one payload: seals and opens chunks by their numbers.
///
/// The nonce of a chunk is made here, from its number and whether it is the last, so that nobody can choose one; and the
/// payload has a key of its own, from its random nonce.
pub(crate) struct StreamKey(Aead);

impl StreamKey {
    /// The key of the payload that begins with `nonce`.
    pub(crate) fn new(file_key: &FileKey, nonce: &[u8; PAYLOAD_NONCE_LEN], backend: Backend) -> Self {
        let key = hkdf_sha256(file_key.expose_secret(), nonce, b"payload");
        Self(Aead::new(Suite::ChaCha20Poly1305, backend, &key))
    }

    pub(crate) fn seal_chunk(&self, number: u64, place: ChunkPlace, chunk: &mut [u8]) -> Tag {
        self.0.seal_in_place(nonce(number, place), &[], chunk)
    }

    /// Decrypts a chunk into `plaintext`, which is as long, if it is authentic. If it is not, `plaintext` must not be used.
    pub(crate) fn open_chunk(
        &self,
        number: u64,
        place: ChunkPlace,
        tag: &Tag,
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), NotAuthentic> {
        self.0.open_apart(nonce(number, place), &[], tag, sealed, plaintext)
    }
}

/// Eleven bytes of the number, and one that marks the last chunk.
fn nonce(number: u64, place: ChunkPlace) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - 9..NONCE_LEN - 1].copy_from_slice(&number.to_be_bytes());
    nonce[NONCE_LEN - 1] = u8::from(place == ChunkPlace::Last);
    Nonce(nonce)
}

/// HKDF of RFC 5869 with SHA-256, for a key that is as long as one hash.
fn hkdf_sha256(secret: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; DATA_KEY_LEN]> {
    let finish = |mac: Hmac<Sha256>| Zeroizing::new(<[u8; DATA_KEY_LEN]>::from(mac.finalize().into_bytes()));
    let mut extract = new_hmac(salt);
    extract.update(secret);
    let mut expand = new_hmac(&finish(extract)[..]);
    expand.update(info);
    expand.update(&[1]);
    finish(expand)
}

fn new_hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
