//! A second reader and writer of headers, for files that kenc would not make. See `kenc-format(5)`.

use sha2::{Digest, Sha256};

const FIXED_LEN: usize = 16;
const CHECKSUM_LEN: usize = 32;
const TABLE_UNIT: usize = 512;

/// A file taken apart.
#[derive(Clone, Debug)]
pub struct RawFile {
    /// Magic and version.
    pub start: Vec<u8>,
    pub suite: [u8; 2],
    pub context: Vec<(String, String)>,
    pub generation: u32,
    /// What both tables hold.
    pub slots: Vec<RawSlot>,
    pub payload: Vec<u8>,
}

/// One slot of a table.
#[derive(Clone, Debug)]
pub struct RawSlot {
    pub provider: String,
    pub key_id: String,
    pub wrapped: Vec<u8>,
}

impl RawFile {
    /// Takes a whole file apart, of which the first table counts.
    pub fn parse(file: &[u8]) -> Self {
        let parameters_len = number(&file[8..12]);
        let table_len = number(&file[12..16]);
        let (parameters, rest) = file[FIXED_LEN..].split_at(parameters_len);
        let (table, payload) = (&rest[..table_len], &rest[2 * table_len..]);
        let mut at = 4;
        let pairs = (0..number(&parameters[2..4]))
            .map(|_| (text(prefixed(parameters, &mut at, 2)), text(prefixed(parameters, &mut at, 2))));
        let context = pairs.collect();
        let mut at = 6;
        let slots = (0..number(&table[4..6])).map(|_| RawSlot {
            provider: text(prefixed(table, &mut at, 1)),
            key_id: text(prefixed(table, &mut at, 2)),
            wrapped: prefixed(table, &mut at, 2).to_vec(),
        });
        Self {
            start: file[..8].to_vec(),
            suite: [parameters[0], parameters[1]],
            context,
            generation: u32::try_from(number(&table[..4])).expect("it has four bytes"),
            slots: slots.collect(),
            payload: payload.to_vec(),
        }
    }

    /// Puts a file together, with correct lengths and checksums, and two equal tables.
    pub fn build(&self) -> Vec<u8> {
        let Self { start, suite, context, generation, slots, payload } = self;
        let mut parameters = suite.to_vec();
        parameters.extend(bytes(context.len(), 2));
        for (key, value) in context {
            parameters.extend([bytes(key.len(), 2), key.as_bytes().to_vec()].concat());
            parameters.extend([bytes(value.len(), 2), value.as_bytes().to_vec()].concat());
        }
        let mut table = generation.to_be_bytes().to_vec();
        table.extend(bytes(slots.len(), 2));
        for RawSlot { provider, key_id, wrapped } in slots {
            table.extend([bytes(provider.len(), 1), provider.as_bytes().to_vec()].concat());
            table.extend([bytes(key_id.len(), 2), key_id.as_bytes().to_vec()].concat());
            table.extend([bytes(wrapped.len(), 2), wrapped.clone()].concat());
        }
        let table_len = (table.len() + CHECKSUM_LEN).next_multiple_of(TABLE_UNIT);
        table.resize(table_len - CHECKSUM_LEN, 0);
        let checksum = Sha256::digest(&table);
        table.extend_from_slice(&checksum);
        let lengths = [bytes(parameters.len(), 4), bytes(table_len, 4)].concat();
        [&start[..], &lengths, &parameters, &table, &table, payload].concat()
    }
}

fn prefixed<'a>(content: &'a [u8], at: &mut usize, width: usize) -> &'a [u8] {
    let length = number(&content[*at..*at + width]);
    let start = *at + width;
    *at = start + length;
    &content[start..*at]
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

fn bytes(number: usize, width: usize) -> Vec<u8> {
    number.to_be_bytes()[size_of::<usize>() - width..].to_vec()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("names are text")
}
