//! An encrypted value, as text: `kenc`, and in Base64 its place, the ciphertext and the tag.
//!
//! The plaintext is the text of the value as it stood in the record, with its quotes: so its type and its spelling come back.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::crypto::TAG_LEN;
use crate::crypto::record_key::{RecordKey, ValuePlace};
use crate::formats::records::notation::RecordNotation;

/// What `kenc` in Base64 stands for.
const MARK: [u8; 3] = [0x91, 0xe9, 0xdc];
const HEAD_LEN: usize = MARK.len() + ValuePlace::LEN;

/// Encrypts the values of one file in one thread.
pub(super) struct RecordValueCipher<'a> {
    notation: RecordNotation,
    key: &'a RecordKey,
    /// The paths of the fields, which their values are bound to.
    fields: &'a [Vec<u8>],
    buffer: Zeroizing<Vec<u8>>,
}

/// Why a value was not decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordValueFault {
    /// It does not look like an encrypted value.
    NotEncrypted,
    /// It is not authentic.
    NotAuthentic,
}

impl<'a> RecordValueCipher<'a> {
    pub(super) fn new(notation: RecordNotation, key: &'a RecordKey, fields: &'a [Vec<u8>]) -> Self {
        Self { notation, key, fields, buffer: Zeroizing::new(Vec::new()) }
    }

    /// Appends the encrypted form of a value to `output`.
    pub(super) fn seal(&mut self, place: ValuePlace, field: u16, value: &[u8], output: &mut Vec<u8>) {
        let len = HEAD_LEN + value.len() + TAG_LEN;
        if self.buffer.capacity() < len {
            // It does not grow, which would leave copies of a plaintext in memory.
            self.buffer = Zeroizing::new(Vec::with_capacity(len.next_power_of_two()));
        }
        self.buffer.clear();
        self.buffer.extend_from_slice(&MARK);
        self.buffer.extend_from_slice(&place.to_bytes());
        self.buffer.extend_from_slice(value);
        let tag = self.key.seal_value(place, &self.fields[usize::from(field)], &mut self.buffer[HEAD_LEN..]);
        self.buffer.extend_from_slice(&tag);
        match self.notation {
            RecordNotation::JsonLines => {
                output.push(b'"');
                append(&URL_SAFE_NO_PAD, &self.buffer, output);
                output.push(b'"');
            }
            RecordNotation::Csv => append(&URL_SAFE_NO_PAD, &self.buffer, output),
            RecordNotation::DynamoDbExport => {
                output.extend_from_slice(b"{\"B\":\"");
                append(&STANDARD, &self.buffer, output);
                output.extend_from_slice(b"\"}");
            }
        }
    }

    /// Appends the plaintext of an encrypted value to `output`, and returns its place. Nothing is appended if it is not
    /// authentic.
    pub(super) fn open(
        &mut self,
        field: u16,
        text: &[u8],
        output: &mut Zeroizing<Vec<u8>>,
    ) -> Result<ValuePlace, RecordValueFault> {
        let encoded = encoded(self.notation, text).ok_or(RecordValueFault::NotEncrypted)?;
        let place = self.decode(encoded).ok_or(RecordValueFault::NotEncrypted)?;
        let end = self.buffer.len() - TAG_LEN;
        let (sealed, tag) = self.buffer[HEAD_LEN..].split_at_mut(end - HEAD_LEN);
        let tag = (&*tag).try_into().expect("the last 16 bytes");
        let opened = self.key.open_value(place, &self.fields[usize::from(field)], &tag, sealed);
        opened.map_err(|_| RecordValueFault::NotAuthentic)?;
        output.extend_from_slice(sealed);
        Ok(place)
    }

    fn decode(&mut self, text: &[u8]) -> Option<ValuePlace> {
        let len = text.len() / 4 * 3 + 3;
        if self.buffer.capacity() < len {
            self.buffer = Zeroizing::new(Vec::with_capacity(len.next_power_of_two()));
        }
        self.buffer.resize(len, 0);
        let decoded = match self.notation {
            RecordNotation::DynamoDbExport => STANDARD.decode_slice(text, &mut self.buffer),
            RecordNotation::JsonLines | RecordNotation::Csv => URL_SAFE_NO_PAD.decode_slice(text, &mut self.buffer),
        };
        self.buffer.truncate(decoded.ok()?);
        let place = self.buffer.strip_prefix(&MARK)?.first_chunk()?;
        (self.buffer.len() >= HEAD_LEN + TAG_LEN).then(|| ValuePlace::from_bytes(*place))
    }
}

/// The Base64 within an encrypted value.
fn encoded(notation: RecordNotation, text: &[u8]) -> Option<&[u8]> {
    let unquoted = |text: &'_ [u8]| -> Option<(usize, usize)> {
        let is_quoted = text.len() >= 2 && text.starts_with(b"\"") && text.ends_with(b"\"");
        is_quoted.then(|| (1, text.len() - 1))
    };
    match notation {
        RecordNotation::JsonLines => unquoted(text).map(|(start, end)| &text[start..end]),
        // A spreadsheet may have added quotes.
        RecordNotation::Csv => Some(unquoted(text).map_or(text, |(start, end)| &text[start..end])),
        // Another program may have written blanks.
        RecordNotation::DynamoDbExport => {
            let inner = text.strip_prefix(b"{")?.strip_suffix(b"}")?.trim_ascii();
            let value = inner.strip_prefix(b"\"B\"")?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
            unquoted(value).map(|(start, end)| &value[start..end])
        }
    }
}

fn append(engine: &impl base64::Engine, bytes: &[u8], output: &mut Vec<u8>) {
    let start = output.len();
    output.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = engine.encode_slice(bytes, &mut output[start..]).expect("there is room for it");
    output.truncate(start + written);
}
