//! An age file as an input: in a regular file or in a stream, armored or not.

use std::io::{BufReader, Read, Seek, SeekFrom};

use age_core::format::Stanza;

use crate::context::EncryptionContext;
use crate::crypto::age_file::PAYLOAD_NONCE_LEN;
use crate::error::{Error, FormatError, Result};
use crate::formats::age::header::{AgeHeader, VERSION_PREFIX, stanza_bytes};
use crate::formats::native::armor::{ArmorLabels, ArmorReader, Surroundings};
use crate::formats::payload::Payload;
use crate::formats::transfer::read_part;
use crate::fs::input::{Input, InputKind};
use crate::fs::positioned::PositionedReader;
use crate::keys::file_key::{is_grease, is_mixed_with_passphrase};
use crate::keys::{AGE, WrappedKey};

/// The armor of age.
pub(super) const ARMOR: ArmorLabels = ArmorLabels {
    begin: "-----BEGIN AGE ENCRYPTED FILE-----",
    end: "-----END AGE ENCRYPTED FILE-----",
    surroundings: Surroundings::Whitespace,
};

/// Whether an input begins like an age file, armored or not.
pub(super) fn is_age(start: &[u8]) -> bool {
    start.starts_with(VERSION_PREFIX.as_bytes()) || is_armored(start)
}

fn is_armored(start: &[u8]) -> bool {
    start.trim_ascii_start().starts_with(ARMOR.begin.as_bytes())
}

/// An age file that is read: its header, and where the rest is.
pub(super) struct AgeFile {
    pub(super) header: AgeHeader,
    /// The random nonce that the key of the payload comes from.
    pub(super) nonce: [u8; PAYLOAD_NONCE_LEN],
    pub(super) is_armored: bool,
    /// The chunks that follow the nonce.
    pub(super) payload: Payload,
    /// The wrapped file keys as slots, without grease.
    pub(super) slots: Vec<WrappedKey>,
    /// It has none.
    pub(super) context: EncryptionContext,
}

impl AgeFile {
    /// Reads the header and the nonce. `start` are the first bytes of `input`, which begins with them too.
    pub(super) fn read(input: Input, start: &[u8]) -> Result<Self> {
        if is_armored(start) {
            let text: Box<dyn Read + Send> = match input.kind {
                InputKind::File { file, .. } => Box::new(file),
                InputKind::Object(object) => Box::new(object),
                InputKind::Stream(stream) => stream,
            };
            return Self::of_stream(Box::new(ArmorReader::with_labels(text, ARMOR)), true);
        }
        match input.kind {
            InputKind::File { file, start: first, len } => {
                // Of nearly every file the head is among the bytes that were read already.
                let rest = PositionedReader::new(&file, first + start.len() as u64);
                let (header, nonce) = read_head(&mut BufReader::new(start.chain(rest)))?;
                // What was read is what would be written, so its length is known.
                let head_len = (header.to_bytes().len() + nonce.len()) as u64;
                let payload = Payload::File { file, start: first + head_len, len: len.saturating_sub(head_len) };
                Self::new(header, nonce, false, payload)
            }
            InputKind::Object(mut object) => {
                // The first bytes are here: another request for them would be one too many.
                object.seek(SeekFrom::Start(start.len() as u64)).map_err(Error::Read)?;
                let (header, nonce) = read_head(&mut BufReader::new(start.chain(&mut object)))?;
                let head_len = (header.to_bytes().len() + nonce.len()) as u64;
                object.seek(SeekFrom::Start(head_len)).map_err(Error::Read)?;
                let len = object.len().saturating_sub(head_len);
                Self::new(header, nonce, false, Payload::Object { object, len })
            }
            InputKind::Stream(stream) => Self::of_stream(stream, false),
        }
    }

    fn of_stream(stream: Box<dyn Read + Send>, is_armored: bool) -> Result<Self> {
        let mut stream = BufReader::new(stream);
        let (header, nonce) = read_head(&mut stream)?;
        Self::new(header, nonce, is_armored, Payload::Stream(Box::new(stream)))
    }

    fn new(header: AgeHeader, nonce: [u8; PAYLOAD_NONCE_LEN], is_armored: bool, payload: Payload) -> Result<Self> {
        if is_mixed_with_passphrase(&header.stanzas) {
            return Err(FormatError::NotCanonical("passphrase of the age file is not its only recipient").into());
        }
        let slots = header.stanzas.iter().filter(|stanza| !is_grease(stanza)).map(slot_of).collect();
        Ok(Self { header, nonce, is_armored, payload, slots, context: EncryptionContext::new() })
    }

    /// Length of what precedes the chunks, in bytes without armor.
    pub(super) fn head_len(&self) -> u64 {
        (self.header.to_bytes().len() + self.nonce.len()) as u64
    }

    /// The number among the slots of the stanza with this number.
    pub(super) fn slot_number(&self, stanza: usize) -> usize {
        self.header.stanzas[..stanza].iter().filter(|stanza| !is_grease(stanza)).count()
    }
}

/// A stanza as a slot. Its type stands in the place of a recipient, which it does not name.
pub(super) fn slot_of(stanza: &Stanza) -> WrappedKey {
    WrappedKey { provider: AGE.to_owned(), key_id: stanza.tag.clone(), ciphertext: stanza_bytes(stanza) }
}

fn read_head(input: &mut BufReader<impl Read>) -> Result<(AgeHeader, [u8; PAYLOAD_NONCE_LEN])> {
    let header = AgeHeader::read(input)?;
    let mut nonce = [0; PAYLOAD_NONCE_LEN];
    read_part(input, &mut nonce, "nonce of the payload")?;
    Ok((header, nonce))
}
