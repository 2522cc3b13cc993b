//! The header of a file of records: its first record, in JSON, with the wrapped keys.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::context::EncryptionContext;
use crate::crypto::record_key::{RECORD_COMMITMENT_LEN, RECORD_SALT_LEN, RecordKey};
use crate::crypto::{Backend, DataKey, fill_random};
use crate::error::{Error, FormatError, RecordFault, Result};
use crate::formats::records::field::RecordField;
use crate::formats::records::layout::{DELIMITERS, MOST_FIELDS, RecordLayout, RecordRequest};
use crate::formats::records::notation::RecordNotation;
use crate::keys::WrappedKey;

/// Longest header, in bytes.
pub(super) const LONGEST_HEADER: usize = 256 << 10;
/// Most wrapped keys of a file.
const MOST_KEYS: usize = 256;
const VERSION: u8 = 1;

/// The header of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordHeader {
    pub(super) layout: RecordLayout,
    pub(super) keys: Vec<WrappedKey>,
    salt: [u8; RECORD_SALT_LEN],
    commitment: [u8; RECORD_COMMITMENT_LEN],
}

impl RecordHeader {
    /// The header of a new file, and the keys of that file alone.
    pub(super) fn new(layout: RecordLayout, keys: Vec<WrappedKey>, data_key: &DataKey) -> Result<(Self, RecordKey)> {
        let mut salt = [0; RECORD_SALT_LEN];
        fill_random(&mut salt);
        let (key, commitment) = RecordKey::derive(Backend::default(), data_key, &salt, &layout.to_bytes());
        let header = Self { layout, keys, salt, commitment };
        header.check_len()?;
        Ok((header, key))
    }

    /// The same with other wrapped keys.
    pub(super) fn with_keys(&self, keys: Vec<WrappedKey>) -> Result<Self> {
        let header = Self { keys, ..self.clone() };
        header.check_len()?;
        Ok(header)
    }

    /// The keys of the file, if this is its data key and nothing but the wrapped keys was changed in the header.
    pub(super) fn key(&self, data_key: &DataKey) -> Option<RecordKey> {
        let Self { layout, keys: _, salt, commitment } = self;
        RecordKey::open(Backend::default(), data_key, salt, &layout.to_bytes(), commitment)
    }

    fn check_len(&self) -> Result<()> {
        let found = self.to_record().len();
        let is_within = self.keys.len() <= MOST_KEYS && found <= LONGEST_HEADER;
        let (field, found, limit) = match self.keys.len() {
            keys if keys > MOST_KEYS => ("number of keys", keys, MOST_KEYS),
            _ => ("length of the wrapped keys", found, LONGEST_HEADER),
        };
        let beyond = || FormatError::LimitExceeded { field, found: found as u64, limit: limit as u64 };
        if is_within { Ok(()) } else { Err(beyond().into()) }
    }

    /// The record, with its line end.
    pub(super) fn to_record(&self) -> String {
        let Self { layout: RecordLayout { request, delimiter, context }, keys, salt, commitment } = self;
        let RecordRequest { notation, fields } = request;
        let is_csv = *notation == RecordNotation::Csv;
        let text = HeaderText {
            version: VERSION,
            records: notation.word().to_owned(),
            delimiter: is_csv.then_some(char::from(*delimiter)),
            fields: fields.iter().map(ToString::to_string).collect(),
            context: context.to_pairs().into_iter().collect(),
            keys: keys.iter().map(KeyText::of).collect(),
            salt: STANDARD.encode(salt),
            commitment: STANDARD.encode(commitment),
        };
        let json = serde_json::to_string(&text).expect("texts and numbers can be written as JSON");
        notation.own_record(notation.marks().header, &json)
    }

    /// Reads the record.
    pub(super) fn of_record(notation: RecordNotation, record: &[u8]) -> Result<Self> {
        let damaged = |fault| Error::from(RecordFault::Header(fault));
        let json = notation.own_json(notation.marks().header, record).ok_or_else(|| damaged("it is cut off"))?;
        // Which version it is comes first: another one may have other members.
        let version: VersionText = serde_json::from_str(&json).map_err(|_| damaged("it is not JSON"))?;
        if version.version != u64::from(VERSION) {
            let found = u8::try_from(version.version).unwrap_or(u8::MAX);
            return Err(FormatError::UnknownVersion(found).into());
        }
        let text: HeaderText = serde_json::from_str(&json).map_err(|_| damaged("a member is missing or unknown"))?;
        let HeaderText { version: _, records, delimiter, fields, context, keys, salt, commitment } = text;
        if records != notation.word() {
            return Err(damaged("it says another notation"));
        }
        if keys.len() > MOST_KEYS || fields.len() > MOST_FIELDS {
            return Err(damaged("it has too many keys or fields"));
        }
        let delimiter = match (notation, delimiter) {
            (RecordNotation::Csv, Some(delimiter)) => {
                let known = DELIMITERS.into_iter().find(|known| char::from(*known) == delimiter);
                known.ok_or_else(|| damaged("the delimiter is unknown"))?
            }
            (RecordNotation::Csv, None) | (_, Some(_)) => return Err(damaged("the delimiter is missing")),
            (_, None) => DELIMITERS[0],
        };
        let fields = fields.iter().map(|field| field.parse::<RecordField>());
        let fields: Vec<_> = fields.collect::<Result<_, _>>().map_err(|_| damaged("a field is no path"))?;
        let request = RecordRequest::new(notation, fields).map_err(|_| damaged("the fields are not possible"))?;
        let mut pairs = EncryptionContext::new();
        for (key, value) in &context {
            pairs.insert(key, value)?;
        }
        let layout = RecordLayout { request, delimiter, context: pairs };
        let bytes = |text: &str| STANDARD.decode(text).ok();
        let keys = keys.into_iter().map(KeyText::wrapped).collect::<Option<_>>();
        let keys = keys.ok_or_else(|| damaged("a wrapped key is not Base64"))?;
        let salt = bytes(&salt).and_then(|salt| salt.try_into().ok());
        let commitment = bytes(&commitment).and_then(|commitment| commitment.try_into().ok());
        let (Some(salt), Some(commitment)) = (salt, commitment) else {
            return Err(damaged("the salt or the commitment is not 32 bytes"));
        };
        Ok(Self { layout, keys, salt, commitment })
    }
}

#[derive(Deserialize)]
struct VersionText {
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderText {
    version: u8,
    records: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delimiter: Option<char>,
    fields: Vec<String>,
    context: BTreeMap<String, String>,
    keys: Vec<KeyText>,
    salt: String,
    commitment: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    provider: String,
    key: String,
    wrapped: String,
}

impl KeyText {
    fn of(WrappedKey { provider, key_id, ciphertext }: &WrappedKey) -> Self {
        Self { provider: provider.clone(), key: key_id.clone(), wrapped: STANDARD.encode(ciphertext) }
    }

    fn wrapped(self) -> Option<WrappedKey> {
        let Self { provider, key, wrapped } = self;
        Some(WrappedKey { provider, key_id: key, ciphertext: STANDARD.decode(wrapped).ok()? })
    }
}
