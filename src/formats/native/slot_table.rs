//! The slot tables, which hold the wrapped keys: the only part of a file that may change during its life.

use crate::codec::{FieldReader, FieldWriter};
use crate::crypto::sha256;
use crate::error::FormatError;
use crate::keys::WrappedKey;

/// Maximum number of slots of a table.
pub const MAX_SLOTS: usize = 32;
/// The length of a table is a multiple of this, in bytes: one sector, so that a torn write tears only its own table.
pub(crate) const TABLE_UNIT: usize = 512;
/// Maximum length of a table, in bytes.
pub(crate) const MAX_TABLE_LEN: usize = 65_536;

const CHECKSUM_LEN: usize = 32;
const GENERATION_AND_COUNT_LEN: usize = 6;
/// Room that a new table has beyond its slots: for one more key of AWS KMS, so that one can be added in place.
const SPARE: usize = 320;

/// One slot table, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotTable {
    /// Counts the changes: of two intact tables, the one with the higher generation is valid.
    pub generation: u32,
    /// The wrapped keys, any one of which opens the file.
    pub slots: Vec<WrappedKey>,
}

impl SlotTable {
    /// The length that a table of a new file gets, in bytes.
    ///
    /// # Errors
    /// If there are too many slots, or they are too long together.
    pub(crate) fn new_len(&self) -> Result<usize, FormatError> {
        let limit = |field, found: usize, limit: usize| {
            Err(FormatError::LimitExceeded { field, found: found as u64, limit: limit as u64 })
        };
        if self.slots.len() > MAX_SLOTS {
            return limit("number of keys", self.slots.len(), MAX_SLOTS);
        }
        let least = self.encoded_len();
        if least > MAX_TABLE_LEN {
            return limit("length of the wrapped keys", least, MAX_TABLE_LEN);
        }
        Ok((least + SPARE).next_multiple_of(TABLE_UNIT).min(MAX_TABLE_LEN))
    }

    /// The table in exactly `table_len` bytes, or `None` if it does not fit.
    pub(crate) fn encode(&self, table_len: usize) -> Option<Vec<u8>> {
        let Self { generation, slots } = self;
        if self.encoded_len() > table_len {
            return None;
        }
        let mut writer = FieldWriter::new();
        writer.u32(*generation);
        writer.u16(slots.len());
        for WrappedKey { provider, key_id, ciphertext } in slots {
            writer.u8_prefixed(provider.as_bytes());
            writer.u16_prefixed(key_id.as_bytes());
            writer.u16_prefixed(ciphertext);
        }
        writer.pad_to(table_len - CHECKSUM_LEN);
        let mut bytes = writer.into_bytes();
        let checksum = sha256(&bytes);
        bytes.extend_from_slice(&checksum);
        Some(bytes)
    }

    /// Reads a table, or `None` if it is not whole: torn, damaged, or not in the one encoding.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_LEN>()?;
        if sha256(content) != *checksum {
            return None;
        }
        Self::decode_content(content).ok().flatten()
    }

    fn decode_content(content: &[u8]) -> Result<Option<Self>, FormatError> {
        let mut reader = FieldReader::new(content, "slot table");
        let generation = reader.u32()?;
        let count = usize::from(reader.u16()?);
        if count == 0 || count > MAX_SLOTS {
            return Ok(None);
        }
        let mut slots = Vec::with_capacity(count);
        for _ in 0..count {
            let provider = text(reader.u8_prefixed()?);
            let key_id = text(reader.u16_prefixed()?);
            let ciphertext = reader.u16_prefixed()?.to_vec();
            let (Some(provider), Some(key_id)) = (provider, key_id) else { return Ok(None) };
            slots.push(WrappedKey { provider, key_id, ciphertext });
        }
        let is_zero = reader.rest().iter().all(|&byte| byte == 0);
        Ok(is_zero.then_some(Self { generation, slots }))
    }

    fn encoded_len(&self) -> usize {
        let slot_len = |slot: &WrappedKey| 1 + slot.provider.len() + 2 + slot.key_id.len() + 2 + slot.ciphertext.len();
        GENERATION_AND_COUNT_LEN + self.slots.iter().map(slot_len).sum::<usize>() + CHECKSUM_LEN
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_table() -> impl Strategy<Value = SlotTable> {
        let slot = ("[a-z-]{1,12}", ".{1,60}", prop::collection::vec(any::<u8>(), 0..300))
            .prop_map(|(provider, key_id, ciphertext)| WrappedKey { provider, key_id, ciphertext });
        (any::<u32>(), prop::collection::vec(slot, 1..=MAX_SLOTS))
            .prop_map(|(generation, slots)| SlotTable { generation, slots })
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes_to_the_same(table in any_table()) {
            let length = table.new_len().unwrap();
            let bytes = table.encode(length).unwrap();
            prop_assert_eq!(bytes.len(), length);
            prop_assert_eq!(length % TABLE_UNIT, 0);
            prop_assert_eq!(SlotTable::decode(&bytes).unwrap(), table);
        }

        #[test]
        fn content_that_decodes_encodes_to_the_same_bytes(mut content in prop::collection::vec(0u8..3, 40..80)) {
            content.resize(TABLE_UNIT - CHECKSUM_LEN, 0);
            content.extend_from_slice(&sha256(&content));
            if let Some(table) = SlotTable::decode(&content) {
                prop_assert_eq!(table.encode(TABLE_UNIT).unwrap(), content);
            }
        }
    }

    fn one_slot() -> SlotTable {
        let slot = WrappedKey { provider: "age".to_owned(), key_id: "age1x".to_owned(), ciphertext: vec![1, 2, 3] };
        SlotTable { generation: 7, slots: vec![slot] }
    }

    #[test]
    fn a_flip_of_any_bit_makes_a_table_not_whole() {
        let bytes = one_slot().encode(TABLE_UNIT).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(SlotTable::decode(&damaged), None, "bit {bit}");
        }
    }

    #[test]
    fn a_table_torn_at_any_byte_is_not_whole() {
        let old = one_slot().encode(TABLE_UNIT).unwrap();
        let new = SlotTable { generation: 8, ..one_slot() }.encode(TABLE_UNIT).unwrap();
        // From the first byte that differs to the last, a write that stopped in between shows.
        let first = (0..TABLE_UNIT).find(|&at| old[at] != new[at]).unwrap();
        let last = (0..TABLE_UNIT).rfind(|&at| old[at] != new[at]).unwrap();
        for written in first + 1..=last {
            let torn = [&new[..written], &old[written..]].concat();
            assert_eq!(SlotTable::decode(&torn), None, "{written} bytes written");
        }
    }

    #[test]
    fn a_table_that_does_not_fit_is_not_encoded() {
        let mut table = one_slot();
        table.slots[0].ciphertext = vec![0; TABLE_UNIT];
        assert_eq!(table.encode(TABLE_UNIT), None);
        table.slots[0].ciphertext = vec![0; 65_535];
        assert!(matches!(table.new_len(), Err(FormatError::LimitExceeded { .. })));
        table.slots = vec![one_slot().slots[0].clone(); MAX_SLOTS + 1];
        assert!(matches!(table.new_len(), Err(FormatError::LimitExceeded { .. })));
    }
}
