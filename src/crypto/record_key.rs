//! The keys of a file of records: one for its values, one for its seal, and the commitment to both. See `kenc-records(5)`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::crypto::aead::{Aead, Backend, NONCE_LEN, Nonce, NotAuthentic, Suite, Tag};
use crate::crypto::kdf::hkdf_expand_sha512;
use crate::crypto::secret::{DATA_KEY_LEN, DataKey};

/// Length of the random salt of a file, in bytes.
pub(crate) const RECORD_SALT_LEN: usize = 32;
/// Length of the commitment to the keys of a file, in bytes.
pub(crate) const RECORD_COMMITMENT_LEN: usize = 32;
/// Length of the MAC of a seal, in bytes.
pub(crate) const RECORD_SEAL_LEN: usize = 32;

/// Where a value was encrypted: the nonce of that value. A file has no place twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValuePlace {
    /// Number of the record, from 1.
    pub(crate) record: u64,
    /// Number of the value among the encrypted values of the record, from 0.
    pub(crate) value: u32,
}

impl ValuePlace {
    /// Length of a place, in bytes.
    pub(crate) const LEN: usize = NONCE_LEN;

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..8].copy_from_slice(&self.record.to_be_bytes());
        bytes[8..].copy_from_slice(&self.value.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let (record, value) = bytes.split_at(8);
        Self {
            record: u64::from_be_bytes(record.try_into().expect("the first 8 of 12 bytes")),
            value: u32::from_be_bytes(value.try_into().expect("the last 4 of 12 bytes")),
        }
    }
}

/// The keys of one file. They have no `Debug`, and are wiped when they are dropped.
pub(crate) struct RecordKey {
    values: Aead,
    seal: Zeroizing<[u8; 32]>,
}

impl RecordKey {
    /// The keys of the file with this salt and layout, and the commitment to them. A new file has a new random salt, so that
    /// one data key may serve many files.
    pub(crate) fn derive(
        backend: Backend,
        data_key: &DataKey,
        salt: &[u8; RECORD_SALT_LEN],
        layout: &[u8],
    ) -> (Self, [u8; RECORD_COMMITMENT_LEN]) {
        let info = [b"kenc records v1\0", &salt[..], layout];
        let keys: Zeroizing<[u8; DATA_KEY_LEN + 32 + RECORD_COMMITMENT_LEN]> =
            hkdf_expand_sha512(data_key.expose(), &info);
        let (values, rest) = keys.split_first_chunk().expect("96 bytes begin with 32");
        let (seal, commitment) = rest.split_first_chunk().expect("64 bytes begin with 32");
        let commitment = commitment.try_into().expect("96 - 32 - 32 bytes are 32");
        (Self { values: Aead::new(Suite::Aes256Gcm, backend, values), seal: Zeroizing::new(*seal) }, commitment)
    }

    /// The same for a file that exists, if it was made with this data key, salt and layout.
    pub(crate) fn open(
        backend: Backend,
        data_key: &DataKey,
        salt: &[u8; RECORD_SALT_LEN],
        layout: &[u8],
        commitment: &[u8; RECORD_COMMITMENT_LEN],
    ) -> Option<Self> {
        let (key, expected) = Self::derive(backend, data_key, salt, layout);
        bool::from(expected.ct_eq(commitment)).then_some(key)
    }

    /// Encrypts a value in place, bound to its place and its field.
    pub(crate) fn seal_value(&self, place: ValuePlace, field: &[u8], value: &mut [u8]) -> Tag {
        self.values.seal_in_place(Nonce(place.to_bytes()), field, value)
    }

    /// Decrypts a value in place, if it was encrypted at this place for this field. If not, it must not be used.
    pub(crate) fn open_value(
        &self,
        place: ValuePlace,
        field: &[u8],
        tag: &Tag,
        value: &mut [u8],
    ) -> Result<(), NotAuthentic> {
        self.values.open_in_place(Nonce(place.to_bytes()), field, tag, value)
    }

    /// Begins the seal over all bytes of the records.
    pub(crate) fn begin_seal(&self) -> RecordMac {
        RecordMac(Hmac::new_from_slice(&self.seal[..]).expect("HMAC takes a key of any length"))
    }
}

/// HMAC-SHA-256 over the records of a file as they are written, in order.
pub(crate) struct RecordMac(Hmac<Sha256>);

impl RecordMac {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; RECORD_SEAL_LEN] {
        self.0.finalize().into_bytes().into()
    }

    /// Whether it is this one.
    pub(crate) fn is(self, mac: &[u8; RECORD_SEAL_LEN]) -> bool {
        self.finish().ct_eq(mac).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_backends_make_the_same_values_and_a_value_opens_at_its_place_and_in_its_field_only() {
        let data_key = DataKey::from_slice(&[7; 32]).unwrap();
        let place = ValuePlace { record: 3, value: 1 };
        assert_eq!(ValuePlace::from_bytes(place.to_bytes()), place);
        let mut made = Vec::new();
        for &backend in Backend::ALL {
            let (key, commitment) = RecordKey::derive(backend, &data_key, &[1; 32], b"layout");
            let mut value = b"123-45-6789".to_vec();
            let tag = key.seal_value(place, b"$.ssn", &mut value);
            let opens = |place, field: &[u8]| key.open_value(place, field, &tag, &mut value.clone()).is_ok();
            assert!(opens(place, b"$.ssn"));
            assert!(!opens(ValuePlace { record: 4, value: 1 }, b"$.ssn"));
            assert!(!opens(ValuePlace { record: 3, value: 0 }, b"$.ssn"));
            assert!(!opens(place, b"$.iban"));
            assert!(RecordKey::open(backend, &data_key, &[1; 32], b"layout", &commitment).is_some());
            assert!(RecordKey::open(backend, &data_key, &[2; 32], b"layout", &commitment).is_none());
            assert!(RecordKey::open(backend, &data_key, &[1; 32], b"another", &commitment).is_none());
            made.push((value, tag, commitment, key.begin_seal().finish()));
        }
        assert!(made.windows(2).all(|two| two[0] == two[1]));
    }
}
