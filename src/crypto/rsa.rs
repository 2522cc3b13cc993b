//! RSA encryption of data keys. AWS-LC carries it; RustCrypto's leaks through timing, so builds without AWS-LC have none.
/// How a data key is padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// OAEP with MGF1. SHA-256 encrypts; SHA-256, SHA-1, SHA-384 and SHA-512 decrypt.
    Oaep,
    /// PKCS#1 v1.5.
    Pkcs1,
}

/// Whether this build has RSA.
pub(crate) const IS_SUPPORTED: bool = cfg!(feature = "aws-lc");

#[cfg(feature = "aws-lc")]
mod backend {
    use aws_lc_rs::rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
        OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey,
        PrivateDecryptingKey, PublicEncryptingKey,
    };
    use zeroize::Zeroizing;

    use super::Padding;

    /// A key that encrypts.
    pub(crate) struct RsaPublicKey(PublicEncryptingKey);

    /// A key that decrypts. AWS-LC wipes it.
    pub(crate) struct RsaPrivateKey(PrivateDecryptingKey);

    impl RsaPublicKey {
        /// Reads a SubjectPublicKeyInfo in DER.
        pub(crate) fn from_spki(der: &[u8]) -> Option<Self> {
            PublicEncryptingKey::from_der(der).ok().map(Self)
        }

        /// Encrypts a data key. `None` if it is too long for this key.
        pub(crate) fn encrypt(self, padding: Padding, data_key: &[u8]) -> Option<Vec<u8>> {
            let mut room = vec![0; self.0.key_size_bytes()];
            let encrypted = match padding {
                Padding::Oaep => OaepPublicEncryptingKey::new(self.0).ok()?.encrypt(
                    &OAEP_SHA256_MGF1SHA256,
                    data_key,
                    &mut room,
                    None,
                ),
                Padding::Pkcs1 => Pkcs1PublicEncryptingKey::new(self.0).ok()?.encrypt(data_key, &mut room),
            };
            encrypted.ok().map(|bytes| bytes.to_vec())
        }
    }

    impl RsaPrivateKey {
        /// Reads a PKCS#8 key in DER.
        pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
            PrivateDecryptingKey::from_pkcs8(der).ok().map(Self)
        }

        pub(crate) fn public(&self) -> RsaPublicKey {
            RsaPublicKey(self.0.public_key())
        }

        /// Decrypts a data key.
        pub(crate) fn decrypt(self, padding: Padding, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
            let mut room = Zeroizing::new(vec![0; self.0.key_size_bytes()]);
            let len = match padding {
                Padding::Oaep => {
                    let key = OaepPrivateDecryptingKey::new(self.0).ok()?;
                    let hashes = [
                        &OAEP_SHA256_MGF1SHA256,
                        &OAEP_SHA1_MGF1SHA1,
                        &OAEP_SHA384_MGF1SHA384,
                        &OAEP_SHA512_MGF1SHA512,
                    ];
                    let mut decrypt = |hash| key.decrypt(hash, encrypted, &mut room, None).ok().map(|data| data.len());
                    hashes.into_iter().find_map(&mut decrypt)?
                }
                Padding::Pkcs1 => {
                    Pkcs1PrivateDecryptingKey::new(self.0).ok()?.decrypt(encrypted, &mut room).ok()?.len()
                }
            };
            Some(Zeroizing::new(room[..len].to_vec()))
        }
    }
}

#[cfg(not(feature = "aws-lc"))]
mod backend {
    use zeroize::Zeroizing;

    use super::Padding;

    /// There is none in this build.
    pub(crate) struct RsaPublicKey(());

    /// There is none in this build.
    pub(crate) struct RsaPrivateKey(());

    impl RsaPublicKey {
        pub(crate) fn from_spki(_der: &[u8]) -> Option<Self> {
            None
        }

        pub(crate) fn encrypt(self, _padding: Padding, _data_key: &[u8]) -> Option<Vec<u8>> {
            None
        }
    }

    impl RsaPrivateKey {
        pub(crate) fn from_pkcs8(_der: &[u8]) -> Option<Self> {
            None
        }

        pub(crate) fn public(&self) -> RsaPublicKey {
            RsaPublicKey(self.0)
        }

        pub(crate) fn decrypt(self, _padding: Padding, _encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
            None
        }
    }
}

pub(crate) use backend::{RsaPrivateKey, RsaPublicKey};
