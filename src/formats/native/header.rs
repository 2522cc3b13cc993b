//! The header of a file: preamble, parameters, two slot tables. See `kenc-format(5)`.

use std::io::Read;

use crate::codec::{FieldReader, FieldWriter};
use crate::context::EncryptionContext;
use crate::crypto::Suite;
use crate::error::{Foreign, FormatError, Result};
use crate::formats::foreign::foreign;
pub use crate::formats::native::magic::MAGIC;
use crate::formats::native::slot_table::{MAX_TABLE_LEN, SlotTable, TABLE_UNIT};
use crate::formats::transfer::{read_part, read_up_to};
use crate::keys::WrappedKey;

/// The version of the format that this reader supports.
pub(crate) const VERSION: u8 = 1;
/// Length of the preamble, in bytes.
pub(crate) const PREAMBLE_LEN: usize = 16;
/// Maximum length of the parameters, in bytes.
pub(crate) const MAX_PARAMETERS_LEN: usize = 16_384;

/// The parameters: they never change during the life of a payload, and are bound to its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The cipher suite.
    pub suite: Suite,
    /// The encryption context.
    pub context: EncryptionContext,
}

impl Parameters {
    fn encode(&self) -> Vec<u8> {
        let Self { suite, context } = self;
        let mut writer = FieldWriter::new();
        writer.u16(suite.number().into());
        context.encode(&mut writer);
        writer.into_bytes()
    }

    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = FieldReader::new(bytes, "parameters");
        let number = reader.u16()?;
        let suite = Suite::from_number(number).ok_or(FormatError::UnknownSuite(number))?;
        let context = EncryptionContext::decode(&mut reader)?;
        reader.finish()?;
        Ok(Self { suite, context })
    }

    /// What the payload key is bound to: magic, version, parameters.
    pub(crate) fn payload_context(&self) -> Vec<u8> {
        [&MAGIC[..], &[VERSION], &self.encode()].concat()
    }
}

/// State of the two copies of the slot table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableCopies {
    /// Both are intact and equal.
    Whole,
    /// The first is damaged; the second was used.
    FirstDamaged,
    /// The second is damaged; the first was used.
    SecondDamaged,
    /// Both are intact but differ, as after an interrupted change of keys; the newer one was used.
    Differing,
}

impl TableCopies {
    /// This state in words, as they read after "but".
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Whole => "both copies whole",
            Self::FirstDamaged => "the first copy of the slot table is damaged",
            Self::SecondDamaged => "the second copy of the slot table is damaged",
            Self::Differing => "the copies of the slot table differ, as an interrupted change of keys leaves them",
        }
    }
}

/// The header of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the payload is bound to.
    pub parameters: Parameters,
    /// The valid slot table.
    pub table: SlotTable,
    /// State of the copies of the table.
    pub copies: TableCopies,
    in_use: TableCopy,
    table_len: usize,
}

/// One of the two copies of the slot table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableCopy {
    /// Table A.
    First,
    /// Table B.
    Second,
}

impl Header {
    /// The header of a new file.
    ///
    /// # Errors
    /// If the keys are too many or too long for the format.
    pub fn new(parameters: Parameters, slots: Vec<WrappedKey>) -> Result<Self, FormatError> {
        let table = SlotTable { generation: 1, slots };
        let table_len = table.new_len()?;
        Ok(Self { parameters, table, copies: TableCopies::Whole, in_use: TableCopy::First, table_len })
    }

    /// The header that this one becomes with other slots: one of the same length and the next generation where that is
    /// possible, else a new one.
    ///
    /// # Errors
    /// If the keys are too many or too long for the format.
    pub fn with_slots(&self, slots: Vec<WrappedKey>) -> Result<Self, FormatError> {
        let new = Self::new(self.parameters.clone(), slots)?;
        let Some(generation) = self.table.generation.checked_add(1) else { return Ok(new) };
        let table = SlotTable { generation, ..new.table.clone() };
        let fits = table.encode(self.table_len).is_some();
        Ok(if fits { Self { table, table_len: self.table_len, ..new } } else { new })
    }

    /// Reads a header and nothing after it. Allocates at most 256 KiB, whatever the input contains.
    ///
    /// # Errors
    /// [`FormatError`] if it is not exactly what the format prescribes, [`crate::error::Error::Read`] if the input cannot be read.
    pub fn read(input: &mut dyn Read) -> Result<Self> {
        let mut preamble = [0; PREAMBLE_LEN];
        let found = read_up_to(input, &mut preamble)?;
        let (parameters_len, table_len) = decode_preamble(&preamble[..found])?;

        let mut buffer = vec![0; parameters_len];
        read_part(input, &mut buffer, "parameters")?;
        let parameters = Parameters::decode(&buffer)?;

        buffer.resize(table_len, 0);
        read_part(input, &mut buffer, "first slot table")?;
        let first = SlotTable::decode(&buffer);
        read_part(input, &mut buffer, "second slot table")?;
        let second = SlotTable::decode(&buffer);

        let (table, copies, in_use) = match (first, second) {
            (None, None) => return Err(FormatError::NoWholeSlotTable.into()),
            (None, Some(second)) => (second, TableCopies::FirstDamaged, TableCopy::Second),
            (Some(first), None) => (first, TableCopies::SecondDamaged, TableCopy::First),
            (Some(first), Some(second)) if first == second => (first, TableCopies::Whole, TableCopy::First),
            (Some(first), Some(second)) if second.generation > first.generation => {
                (second, TableCopies::Differing, TableCopy::Second)
            }
            (Some(first), Some(_)) => (first, TableCopies::Differing, TableCopy::First),
        };
        Ok(Self { parameters, table, copies, in_use, table_len })
    }

    /// The bytes of this header, with two equal tables.
    ///
    /// # Panics
    /// Never: the limits of a context and of the slots were checked when they were made.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { parameters, table: _, copies: _, in_use: _, table_len } = self;
        let parameters = parameters.encode();
        let table = self.table_bytes();
        let mut writer = FieldWriter::new();
        writer.bytes(&MAGIC);
        writer.u8(VERSION.into());
        writer.u32(u32::try_from(parameters.len()).expect("a context has at most 8192 bytes and 64 pairs"));
        writer.u32(u32::try_from(*table_len).expect("a table has at most 65536 bytes"));
        writer.bytes(&parameters);
        writer.bytes(&table);
        writer.bytes(&table);
        writer.into_bytes()
    }

    /// Length of the header, in bytes: where the payload begins.
    #[must_use]
    pub fn len(&self) -> u64 {
        (PREAMBLE_LEN + self.parameters.encode().len() + 2 * self.table_len) as u64
    }

    /// Whether its tables can be written over those of `old`: they are as long, and a reader prefers them.
    #[must_use]
    pub fn fits_in_place_of(&self, old: &Self) -> bool {
        self.len() == old.len() && self.table.generation > old.table.generation
    }

    /// The bytes of each of its tables.
    pub(crate) fn table_bytes(&self) -> Vec<u8> {
        self.table.encode(self.table_len).expect("the length of the tables was computed from their slots")
    }

    /// Where a table begins, in bytes.
    pub(crate) fn table_offset(&self, copy: TableCopy) -> u64 {
        let tables_behind = match copy {
            TableCopy::First => 2,
            TableCopy::Second => 1,
        };
        self.len() - (tables_behind * self.table_len) as u64
    }

    /// The copy that a reader uses.
    pub(crate) fn in_use(&self) -> TableCopy {
        self.in_use
    }
}

impl TableCopy {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

fn decode_preamble(preamble: &[u8]) -> Result<(usize, usize), FormatError> {
    if !preamble.starts_with(&MAGIC) {
        return Err(FormatError::NotKenc(foreign(preamble)));
    }
    if preamble.len() < PREAMBLE_LEN {
        return Err(FormatError::NotKenc(Foreign::BeginningOfKenc));
    }
    let mut reader = FieldReader::new(&preamble[MAGIC.len()..], "preamble");
    let version = reader.u8()?;
    if version != VERSION {
        return Err(FormatError::UnknownVersion(version));
    }
    let parameters_len = within("length of the parameters", reader.u32()?, MAX_PARAMETERS_LEN)?;
    let table_len = within("length of a slot table", reader.u32()?, MAX_TABLE_LEN)?;
    if table_len == 0 || table_len % TABLE_UNIT != 0 {
        return Err(FormatError::NotCanonical("length of a slot table is not a multiple of 512"));
    }
    Ok((parameters_len, table_len))
}

fn within(field: &'static str, found: u32, limit: usize) -> Result<usize, FormatError> {
    usize::try_from(found).ok().filter(|&found| found <= limit).ok_or(FormatError::LimitExceeded {
        field,
        found: found.into(),
        limit: limit as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn header() -> Header {
        let context = EncryptionContext::from_words(&["app=demo", "env=prod"]).unwrap();
        let slot = WrappedKey { provider: "age".to_owned(), key_id: "age1x".to_owned(), ciphertext: vec![1; 200] };
        Header::new(Parameters { suite: Suite::Aes256Gcm, context }, vec![slot]).unwrap()
    }

    #[test]
    fn a_header_that_is_read_is_the_one_that_was_written_and_nothing_beyond_is_consumed() {
        let bytes = [header().to_bytes(), b"payload".to_vec()].concat();
        let mut input = &bytes[..];
        let read = Header::read(&mut input).unwrap();
        assert_eq!(read, header());
        assert_eq!(input, b"payload");
        assert_eq!(read.len(), bytes.len() as u64 - 7);
    }

    #[test]
    fn a_header_cut_off_at_any_byte_is_refused() {
        let bytes = header().to_bytes();
        for length in 0..bytes.len() {
            assert!(matches!(Header::read(&mut &bytes[..length]), Err(Error::Format(_))), "{length} bytes");
        }
    }

    #[test]
    fn the_newer_of_two_whole_tables_is_used() {
        let old = header();
        let mut new = header();
        new.table.generation = 2;
        new.table.slots[0].key_id = "age1y".to_owned();
        let at = old.to_bytes().len() - old.table_len;
        for (first, second) in [(&old, &new), (&new, &old)] {
            let mixed = [&first.to_bytes()[..at], &second.to_bytes()[at..]].concat();
            let read = Header::read(&mut &mixed[..]).unwrap();
            assert_eq!(read.table, new.table);
            assert_eq!(read.copies, TableCopies::Differing);
        }
    }

    #[test]
    fn other_tools_and_mangled_files_are_recognised() {
        let cases: [(&[u8], Foreign); 14] = [
            (b"", Foreign::Empty),
            (b"\x89ken", Foreign::BeginningOfKenc),
            (b"\x89kenc\n\x01\0\0", Foreign::NewlinesConverted),
            (b"\x89kenc\r\r\n\x01\0\0", Foreign::NewlinesConverted),
            (b"\x09kenc\r\n\x01\0\0", Foreign::SevenBit),
            (b"age-encryption.org/v1\n-> X25519", Foreign::Age),
            (b"-----BEGIN AGE ENCRYPTED FILE-----", Foreign::Age),
            (b"-----BEGIN PGP MESSAGE-----\n", Foreign::OpenPgp),
            (b"\x85\x01\x0c\x03abcdefgh", Foreign::OpenPgp),
            (b"\x8c\x0d\x04\x09\x03\x02", Foreign::OpenPgp),
            (b"Salted__12345678", Foreign::OpenSslEnc),
            (b"\x02\x05\x78abcd", Foreign::AwsEncryptionSdk),
            (b"a: ENC[AES256_GCM,data:x", Foreign::Sops),
            (b"hello: world\n", Foreign::Unknown),
        ];
        for (start, expected) in cases {
            assert_eq!(foreign(start), expected, "{}", start.escape_ascii());
        }
    }
}
