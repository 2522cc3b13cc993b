//! Signatures of messages of the AWS Encryption SDK: ECDSA with a key that lives as long as one message.

use p256::ecdsa as p256_ecdsa;
use p384::ecdsa as p384_ecdsa;
use p384::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sha2::{Digest, Sha256, Sha384};
use zeroize::Zeroizing;

use crate::crypto::aead::NotAuthentic;
use crate::crypto::message_suite::Curve;

/// The hash of a message, piece by piece.
#[derive(Clone, Debug)]
pub(crate) enum MessageDigest {
    Sha256(Sha256),
    Sha384(Sha384),
}

impl MessageDigest {
    /// The hash that goes with a curve.
    pub(crate) fn new(curve: Curve) -> Self {
        match curve {
            Curve::P256 => Self::Sha256(Sha256::new()),
            Curve::P384 => Self::Sha384(Sha384::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha384(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hash) => hash.finalize().to_vec(),
            Self::Sha384(hash) => hash.finalize().to_vec(),
        }
    }
}

/// A key that verifies the signature of one message.
#[derive(Clone, Debug)]
pub(crate) enum VerifyingKey {
    P256(p256_ecdsa::VerifyingKey),
    P384(p384_ecdsa::VerifyingKey),
}

impl VerifyingKey {
    /// Reads a point of a curve, compressed. `None` if it is none.
    pub(crate) fn from_point(curve: Curve, point: &[u8]) -> Option<Self> {
        match curve {
            Curve::P256 => p256_ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(Self::P256),
            Curve::P384 => p384_ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(Self::P384),
        }
    }

    /// Checks a signature in DER over what was hashed.
    pub(crate) fn verify(&self, digest: MessageDigest, signature: &[u8]) -> Result<(), NotAuthentic> {
        let digest = digest.finish();
        match self {
            Self::P256(key) => {
                let signature = p256_ecdsa::Signature::from_der(signature).map_err(|_| NotAuthentic)?;
                key.verify_prehash(&digest, &signature).map_err(|_| NotAuthentic)
            }
            Self::P384(key) => {
                let signature = p384_ecdsa::Signature::from_der(signature).map_err(|_| NotAuthentic)?;
                key.verify_prehash(&digest, &signature).map_err(|_| NotAuthentic)
            }
        }
    }
}

/// A key that signs one message, on P-384. It is wiped when it is dropped, and has no `Debug`.
pub(crate) struct SigningKey(p384_ecdsa::SigningKey);

impl SigningKey {
    const LEN: usize = 48;

    /// A new random key.
    pub(crate) fn generate() -> Self {
        let mut scalar = Zeroizing::new([0; Self::LEN]);
        loop {
            super::fill_random(&mut scalar[..]);
            // All but a few of 2^384 numbers are scalars of the curve.
            if let Some(key) = Self::from_scalar(&scalar) {
                return key;
            }
        }
    }

    /// The key with this scalar, if it is one.
    pub(crate) fn from_scalar(scalar: &[u8; Self::LEN]) -> Option<Self> {
        p384_ecdsa::SigningKey::from_slice(scalar).ok().map(Self)
    }

    /// The point of the public key, compressed.
    pub(crate) fn public_point(&self) -> Vec<u8> {
        self.0.verifying_key().to_encoded_point(true).as_bytes().to_vec()
    }

    /// Signs what was hashed, in DER. The nonce follows from key and hash (RFC 6979), so no randomness can betray the key.
    pub(crate) fn sign(&self, digest: MessageDigest) -> Vec<u8> {
        let signature: p384_ecdsa::Signature =
            self.0.sign_prehash(&digest.finish()).expect("a hash of SHA-384 is long enough for P-384");
        signature.to_der().as_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(curve: Curve, text: &[u8]) -> MessageDigest {
        let mut digest = MessageDigest::new(curve);
        digest.update(text);
        digest
    }

    #[test]
    fn a_signature_holds_for_its_own_text_and_key_only() {
        let key = SigningKey::generate();
        let signature = key.sign(digest(Curve::P384, b"text"));
        let public = VerifyingKey::from_point(Curve::P384, &key.public_point()).unwrap();
        assert_eq!(public.verify(digest(Curve::P384, b"text"), &signature), Ok(()));
        assert_eq!(public.verify(digest(Curve::P384, b"texT"), &signature), Err(NotAuthentic));
        let other = VerifyingKey::from_point(Curve::P384, &SigningKey::generate().public_point()).unwrap();
        assert_eq!(other.verify(digest(Curve::P384, b"text"), &signature), Err(NotAuthentic));
        for at in 0..signature.len() {
            let mut flipped = signature.clone();
            flipped[at] ^= 1;
            assert_eq!(public.verify(digest(Curve::P384, b"text"), &flipped), Err(NotAuthentic), "byte {at}");
        }
        assert!(VerifyingKey::from_point(Curve::P256, &key.public_point()).is_none());
    }

    #[test]
    fn the_signatures_of_rfc_6979_hold() {
        // RFC 6979, appendix A.2.6: P-384 with SHA-384.
        let scalar: [u8; 48] = hex::decode(
            "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
        )
        .unwrap()
        .try_into()
        .unwrap();
        let key = SigningKey::from_scalar(&scalar).unwrap();
        let signature = key.sign(digest(Curve::P384, b"sample"));
        let r = "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46";
        let s = "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8";
        assert_eq!(hex::encode(signature), format!("306602310{}{r}02310{}{s}", 0, 0));
    }
}
