//! From a data key to what opens an object of the Amazon S3 Encryption Client.

use sha2::Sha512;
use subtle::ConstantTimeEq as _;

use super::aead::NONCE_LEN;
use super::gcm_stream::GcmOpener;
use super::message_key::{expand_one, extract};
use super::secret::DataKey;

/// Length of a message id and of a commitment, in bytes.
pub(crate) const S3_ID_LEN: usize = 28;
/// The number of the suite with a commitment: ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY.
pub(crate) const S3_COMMITTING: u16 = 0x0073;

/// How the bytes of an object are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum S3Cipher {
    /// AES-256-GCM under the data key itself.
    Plain {
        /// The nonce.
        nonce: [u8; NONCE_LEN],
    },
    /// The same under a key that is derived from it, with a commitment.
    Committing {
        /// The salt of the derivation.
        message_id: [u8; S3_ID_LEN],
        /// What the data key must give.
        commitment: [u8; S3_ID_LEN],
    },
}

impl S3Cipher {
    /// What opens the object. `None` if the data key is not the one that it commits to.
    pub(crate) fn opener(&self, data_key: &DataKey) -> Option<GcmOpener> {
        match self {
            Self::Plain { nonce } => Some(GcmOpener::new(data_key.expose(), *nonce, &[])),
            Self::Committing { message_id, commitment } => {
                let suite = S3_COMMITTING.to_be_bytes();
                let pseudorandom_key = extract::<Sha512>(message_id, data_key.expose());
                let expected = expand_one::<Sha512>(&pseudorandom_key, &[&suite, b"COMMITKEY"]);
                if !bool::from(expected[..S3_ID_LEN].ct_eq(commitment)) {
                    return None;
                }
                let key = expand_one::<Sha512>(&pseudorandom_key, &[&suite, b"DERIVEKEY"]);
                // Every key serves one message, so its nonce is fixed.
                Some(GcmOpener::new(&key, [1; NONCE_LEN], &suite))
            }
        }
    }
}
