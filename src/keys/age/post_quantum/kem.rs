//! MLKEM768-X25519, also known as X-Wing, as a KEM of HPKE (draft-ietf-hpke-pq).
//!
//! The `age` crate knows MLKEM768-P256 only. This is its shape with another curve, to go once the crate has it.

use hpke::generic_array::GenericArray;
use hpke::generic_array::typenum::{Sum, U32, U96, U192, U1024};
use hpke::kem::SharedSecret;
use hpke::rand_core::{CryptoRng, RngCore};
use hpke::{Deserializable, HpkeError, Serializable};
use ml_kem::kem::Decapsulate;
use ml_kem::{EncapsulateDeterministic, EncodedSizeUser, KemCore, MlKem768};
use sha3::digest::{ExtendableOutput, FixedOutput, Update, XofReader};
use sha3::{Sha3_256, Shake256};
use zeroize::Zeroizing;

/// Length of the seed that is the private key, in bytes.
pub(super) const SEED_LEN: usize = 32;
/// Length of a public key, in bytes: that of ML-KEM-768, then that of X25519.
pub(super) const PUBLIC_KEY_LEN: usize = MLKEM_PUBLIC_KEY_LEN + X25519_LEN;

const MLKEM_PUBLIC_KEY_LEN: usize = 1184;
const MLKEM_CIPHERTEXT_LEN: usize = 1088;
const ENCAPSULATED_LEN: usize = MLKEM_CIPHERTEXT_LEN + X25519_LEN;
const X25519_LEN: usize = 32;
/// What separates this combination from others, as its specification has it.
const LABEL: &[u8] = br"\.//^\";

/// The KEM.
pub(super) struct MlKem768X25519;

/// A public key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PublicKey {
    mlkem: <MlKem768 as KemCore>::EncapsulationKey,
    x25519: x25519_dalek::PublicKey,
}

/// A private key. It has no `Debug`, and its parts are wiped when it is dropped.
#[derive(Clone)]
pub(super) struct PrivateKey {
    seed: Zeroizing<[u8; SEED_LEN]>,
    mlkem: <MlKem768 as KemCore>::DecapsulationKey,
    x25519: x25519_dalek::StaticSecret,
}

/// What the sender of a secret tells its recipient.
#[derive(Clone)]
pub(super) struct Encapsulated([u8; ENCAPSULATED_LEN]);

impl PrivateKey {
    /// The key that a seed stands for.
    pub(super) fn of_seed(seed: &[u8; SEED_LEN]) -> Self {
        let mut expanded = Zeroizing::new([0; 96]);
        Shake256::default().chain(seed).finalize_xof().read(&mut expanded[..]);
        let part = |at: usize| Zeroizing::new(<[u8; 32]>::try_from(&expanded[at..at + 32]).expect("32 of 96 bytes"));
        let (mlkem, _) = MlKem768::generate_deterministic(&(*part(0)).into(), &(*part(32)).into());
        Self { seed: Zeroizing::new(*seed), mlkem, x25519: x25519_dalek::StaticSecret::from(*part(64)) }
    }
}

impl hpke::Kem for MlKem768X25519 {
    type PublicKey = PublicKey;
    type PrivateKey = PrivateKey;
    type EncappedKey = Encapsulated;
    type NSecret = U32;

    const KEM_ID: u16 = 0x647a;

    fn sk_to_pk(private: &PrivateKey) -> PublicKey {
        let PrivateKey { seed: _, mlkem, x25519 } = private;
        PublicKey { mlkem: mlkem.encapsulation_key().clone(), x25519: x25519.into() }
    }

    /// Nothing of age derives a key so: an identity is made from random bytes.
    fn derive_keypair(seed: &[u8]) -> (PrivateKey, PublicKey) {
        let private = PrivateKey::from_bytes(seed).expect("a seed of 32 bytes");
        let public = Self::sk_to_pk(&private);
        (private, public)
    }

    fn decap(
        private: &PrivateKey,
        sender: Option<&PublicKey>,
        encapsulated: &Encapsulated,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::DecapError);
        }
        let (mlkem, x25519) = encapsulated.0.split_first_chunk::<MLKEM_CIPHERTEXT_LEN>().expect("1088 of 1120 bytes");
        let x25519 = x25519_dalek::PublicKey::from(<[u8; X25519_LEN]>::try_from(x25519).expect("1120 - 1088 bytes"));
        let from_mlkem = private.mlkem.decapsulate(&(*mlkem).into()).map_err(|()| HpkeError::DecapError)?;
        let from_x25519 = private.x25519.diffie_hellman(&x25519);
        // The secret of a point of low order is known to everybody.
        if !from_x25519.was_contributory() {
            return Err(HpkeError::DecapError);
        }
        Ok(combine(&from_mlkem, from_x25519.as_bytes(), &x25519, &(&private.x25519).into()))
    }

    fn encap<R: CryptoRng + RngCore>(
        public: &PublicKey,
        sender: Option<(&PrivateKey, &PublicKey)>,
        random: &mut R,
    ) -> Result<(SharedSecret<Self>, Encapsulated), HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::EncapError);
        }
        let mut seeds = [Zeroizing::new([0; 32]), Zeroizing::new([0; 32])];
        for seed in &mut seeds {
            random.fill_bytes(&mut seed[..]);
        }
        let [for_mlkem, for_x25519] = seeds;
        let (mlkem, from_mlkem) =
            public.mlkem.encapsulate_deterministic(&(*for_mlkem).into()).map_err(|()| HpkeError::EncapError)?;
        let ephemeral = x25519_dalek::StaticSecret::from(*for_x25519);
        let from_x25519 = ephemeral.diffie_hellman(&public.x25519);
        if !from_x25519.was_contributory() {
            return Err(HpkeError::EncapError);
        }
        let ephemeral = x25519_dalek::PublicKey::from(&ephemeral);
        let mut encapsulated = [0; ENCAPSULATED_LEN];
        encapsulated[..MLKEM_CIPHERTEXT_LEN].copy_from_slice(&mlkem);
        encapsulated[MLKEM_CIPHERTEXT_LEN..].copy_from_slice(ephemeral.as_bytes());
        let secret = combine(&from_mlkem, from_x25519.as_bytes(), &ephemeral, &public.x25519);
        Ok((secret, Encapsulated(encapsulated)))
    }
}

fn combine(
    from_mlkem: &[u8],
    from_x25519: &[u8],
    ephemeral: &x25519_dalek::PublicKey,
    recipient: &x25519_dalek::PublicKey,
) -> SharedSecret<MlKem768X25519> {
    let mut hash = Sha3_256::default();
    for part in [from_mlkem, from_x25519, ephemeral.as_bytes(), recipient.as_bytes(), LABEL] {
        hash.update(part);
    }
    SharedSecret(GenericArray::from(<[u8; 32]>::from(hash.finalize_fixed())))
}

impl PartialEq for PrivateKey {
    fn eq(&self, other: &Self) -> bool {
        crate::crypto::digest::are_equal(&*self.seed, &*other.seed)
    }
}

impl Eq for PrivateKey {}

impl Serializable for PrivateKey {
    type OutputSize = U32;

    fn write_exact(&self, buffer: &mut [u8]) {
        buffer.copy_from_slice(&self.seed[..]);
    }
}

impl Deserializable for PrivateKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        bytes.try_into().map(Self::of_seed).map_err(|_| HpkeError::IncorrectInputLength(SEED_LEN, bytes.len()))
    }
}

impl Eq for PublicKey {}

impl Serializable for PublicKey {
    type OutputSize = Sum<U1024, U192>;

    fn write_exact(&self, buffer: &mut [u8]) {
        buffer[..MLKEM_PUBLIC_KEY_LEN].copy_from_slice(&self.mlkem.as_bytes());
        buffer[MLKEM_PUBLIC_KEY_LEN..].copy_from_slice(self.x25519.as_bytes());
    }
}

impl Deserializable for PublicKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let encoded: &[u8; PUBLIC_KEY_LEN] =
            bytes.try_into().map_err(|_| HpkeError::IncorrectInputLength(PUBLIC_KEY_LEN, bytes.len()))?;
        let (mlkem, x25519) = encoded.split_first_chunk::<MLKEM_PUBLIC_KEY_LEN>().expect("1184 of 1216 bytes");
        let x25519: [u8; X25519_LEN] = x25519.try_into().expect("1216 - 1184 bytes");
        let key = <MlKem768 as KemCore>::EncapsulationKey::from_bytes(&(*mlkem).into());
        // FIPS 203, 7.2: a coefficient beyond the modulus has been reduced, and is written otherwise.
        if key.as_bytes()[..] != mlkem[..] {
            return Err(HpkeError::ValidationError);
        }
        Ok(Self { mlkem: key, x25519: x25519.into() })
    }
}

impl Serializable for Encapsulated {
    type OutputSize = Sum<U1024, U96>;

    fn write_exact(&self, buffer: &mut [u8]) {
        buffer.copy_from_slice(&self.0);
    }
}

impl Deserializable for Encapsulated {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        bytes.try_into().map(Self).map_err(|_| HpkeError::IncorrectInputLength(ENCAPSULATED_LEN, bytes.len()))
    }
}
