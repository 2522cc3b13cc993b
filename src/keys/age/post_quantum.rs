//! Post-quantum recipients and identities of age: the `mlkem768x25519` stanza of C2SP *age*.

mod kem;

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use ::age::secrecy::{ExposeSecret, SecretString};
use ::age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{bech32_decode, bech32_encode, hpke_open, hpke_seal};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bech32::Hrp;
use hpke::rand_core::{CryptoRng, Error as RandomError, RngCore};
use hpke::{Deserializable, Kem, Serializable};
use zeroize::Zeroizing;

use self::kem::{MlKem768X25519, PrivateKey, PublicKey, SEED_LEN};
use crate::crypto::{TAG_LEN, fill_random};

/// How recipients begin.
pub(super) const RECIPIENT_PREFIX: &str = "age1pq1";
/// How identities begin.
pub(super) const IDENTITY_PREFIX: &str = "AGE-SECRET-KEY-PQ-1";

/// The type of the stanza.
const STANZA: &str = "mlkem768x25519";
/// What HPKE binds a file key to.
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
/// The label that keeps age files for these recipients free of others, which a quantum computer could open.
pub(super) const LABEL: &str = "postquantum";
const RECIPIENT_HRP: Hrp = Hrp::parse_unchecked("age1pq");
const IDENTITY_HRP: Hrp = Hrp::parse_unchecked("age-secret-key-pq-");

/// A post-quantum recipient.
pub(super) struct HybridRecipient(PublicKey);

/// A post-quantum identity. It has no `Debug`, and is wiped when it is dropped.
pub(super) struct HybridIdentity(PrivateKey);

/// The word is no key of this kind, or is mistyped.
#[derive(Debug)]
pub(super) struct NotHybrid;

impl HybridIdentity {
    /// A new identity.
    pub(super) fn generate() -> Self {
        let mut seed = Zeroizing::new([0; SEED_LEN]);
        fill_random(&mut seed[..]);
        Self(PrivateKey::of_seed(&seed))
    }

    /// Its recipient.
    pub(super) fn to_public(&self) -> HybridRecipient {
        HybridRecipient(MlKem768X25519::sk_to_pk(&self.0))
    }

    /// The word for it, to be kept.
    pub(super) fn to_secret(&self) -> SecretString {
        let mut seed = Zeroizing::new([0; SEED_LEN]);
        self.0.write_exact(&mut seed[..]);
        let word = Zeroizing::new(bech32_encode(IDENTITY_HRP, &seed[..]));
        SecretString::from(word.to_ascii_uppercase())
    }
}

impl FromStr for HybridIdentity {
    type Err = NotHybrid;

    fn from_str(word: &str) -> Result<Self, NotHybrid> {
        let bytes = decode(word, IDENTITY_HRP).ok_or(NotHybrid)?;
        PrivateKey::from_bytes(&bytes).map(Self).map_err(|_| NotHybrid)
    }
}

impl FromStr for HybridRecipient {
    type Err = NotHybrid;

    fn from_str(word: &str) -> Result<Self, NotHybrid> {
        let bytes = decode(word, RECIPIENT_HRP).ok_or(NotHybrid)?;
        PublicKey::from_bytes(&bytes).map(Self).map_err(|_| NotHybrid)
    }
}

impl fmt::Display for HybridRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bech32_encode(RECIPIENT_HRP, &self.0.to_bytes()))
    }
}

fn decode(word: &str, expected: Hrp) -> Option<Zeroizing<Vec<u8>>> {
    bech32_decode(
        word,
        |_| None,
        |hrp| if hrp == expected { Ok(()) } else { Err(None) },
        |_, bytes| Ok(Zeroizing::new(bytes.collect::<Vec<u8>>())),
    )
    .map_err(|nothing: Option<()>| nothing)
    .ok()
}

impl ::age::Recipient for HybridRecipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (encapsulated, body) =
            hpke_seal::<MlKem768X25519, _>(&self.0, INFO, file_key.expose_secret(), &mut SystemRandom);
        let args = vec![STANDARD_NO_PAD.encode(encapsulated.to_bytes())];
        Ok((vec![Stanza { tag: STANZA.to_owned(), args, body }], HashSet::from([LABEL.to_owned()])))
    }
}

impl ::age::Identity for HybridIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let Stanza { tag, args, body } = stanza;
        if tag != STANZA {
            return None;
        }
        let [argument] = &args[..] else { return Some(Err(DecryptError::InvalidHeader)) };
        let encapsulated = STANDARD_NO_PAD.decode(argument).ok();
        let encapsulated = encapsulated.and_then(|bytes| <MlKem768X25519 as Kem>::EncappedKey::from_bytes(&bytes).ok());
        let Some(encapsulated) = encapsulated else { return Some(Err(DecryptError::InvalidHeader)) };
        // Checked before it is decrypted: a longer one could be made to open under several keys.
        if body.len() != FILE_KEY_BYTES + TAG_LEN {
            return Some(Err(DecryptError::InvalidHeader));
        }
        match hpke_open::<MlKem768X25519>(&encapsulated, &self.0, INFO, body).map(Zeroizing::new) {
            Ok(bytes) => Some(Ok(FileKey::init_with_mut(|file_key| file_key.copy_from_slice(&bytes)))),
            Err(hpke::HpkeError::OpenError) => None,
            Err(_) => Some(Err(DecryptError::InvalidHeader)),
        }
    }
}

/// The system's random source, as HPKE takes it.
struct SystemRandom;

impl CryptoRng for SystemRandom {}

impl RngCore for SystemRandom {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        fill_random(&mut bytes);
        u32::from_ne_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        fill_random(&mut bytes);
        u64::from_ne_bytes(bytes)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        fill_random(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), RandomError> {
        fill_random(buffer);
        Ok(())
    }
}
