//! The header of an age file: the wrapped file keys, and a MAC over them. C2SP *age*.
//!
//! The reader takes only what its writer would write, so what was read is written back to the same bytes.

use std::io::{BufRead, Read};

use age_core::format::{FileKey, Stanza, is_arbitrary_string};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::crypto::age_file::{HEADER_MAC_LEN, check_header_mac, header_mac};
use crate::error::{FormatError, Result};
use crate::formats::transfer::read_error;
#[cfg(test)]
use crate::keys::age::stanza_text::VERSION_LINE;
use crate::keys::age::stanza_text::{LINE_CHARS, MAC_START, STANZA_START, header_bytes, header_text, write_stanza};

/// How the first line of every version begins.
pub(super) const VERSION_PREFIX: &str = "age-encryption.org/";

/// Longest header that is read, in bytes.
pub(super) const MAX_HEADER_LEN: u64 = 1 << 20;
/// Most stanzas of a header: each is tried with each identity.
pub(super) const MAX_STANZAS: usize = 4096;

/// Characters of a MAC.
const MAC_CHARS: usize = 43;

/// A header.
pub struct AgeHeader {
    /// The wrapped file keys, at least one.
    pub(super) stanzas: Vec<Stanza>,
    pub(super) mac: [u8; HEADER_MAC_LEN],
}

impl AgeHeader {
    /// A header with these stanzas, which `file_key` authenticates.
    pub(super) fn new(stanzas: Vec<Stanza>, file_key: &FileKey) -> Self {
        let mac = header_mac(file_key, header_text(&stanzas).as_bytes());
        Self { stanzas, mac }
    }

    /// Reads a header, and nothing after it.
    ///
    /// # Errors
    /// If it is not one, or beyond the limits; errors of the input.
    pub fn read(input: &mut dyn BufRead) -> Result<Self> {
        HeaderReader { input: input.take(MAX_HEADER_LEN), line: Vec::new(), number: 0 }.header()
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        header_bytes(header_text(&self.stanzas), &self.mac)
    }

    /// Whether this file key made its MAC.
    pub(super) fn is_authentic(&self, file_key: &FileKey) -> bool {
        check_header_mac(file_key, header_text(&self.stanzas).as_bytes(), &self.mac).is_ok()
    }
}

/// The bytes of one stanza.
pub(super) fn stanza_bytes(stanza: &Stanza) -> Vec<u8> {
    let mut text = String::new();
    write_stanza(stanza, &mut text);
    text.into_bytes()
}

/// Reads lines, and tells the number of the one that is wrong.
struct HeaderReader<'a> {
    input: std::io::Take<&'a mut dyn BufRead>,
    line: Vec<u8>,
    number: u64,
}

impl HeaderReader<'_> {
    fn header(mut self) -> Result<AgeHeader> {
        self.next_line()?;
        match self.line.strip_prefix(VERSION_PREFIX.as_bytes()) {
            Some(b"v1") => {}
            Some(version) if std::str::from_utf8(version).is_ok_and(|it| is_arbitrary_string(&it)) => {
                return Err(FormatError::UnknownAgeVersion.into());
            }
            _ => return Err(self.fault("is not `age-encryption.org/v1`")),
        }
        let mut stanzas = Vec::new();
        self.next_line()?;
        loop {
            if let Some(mac) = self.line.strip_prefix(MAC_START.as_bytes()) {
                let mac = mac.strip_prefix(b" ").filter(|mac| mac.len() == MAC_CHARS);
                let mac = mac.and_then(|mac| STANDARD_NO_PAD.decode(mac).ok());
                let Some(mac) = mac.and_then(|mac| mac.try_into().ok()) else {
                    return Err(self.fault("is not a MAC of 32 bytes"));
                };
                if stanzas.is_empty() {
                    return Err(self.fault("comes before any recipient"));
                }
                return Ok(AgeHeader { stanzas, mac });
            }
            if stanzas.len() == MAX_STANZAS {
                let limit = MAX_STANZAS as u64;
                let fault = FormatError::LimitExceeded { field: "number of recipients", found: limit + 1, limit };
                return Err(fault.into());
            }
            stanzas.push(self.stanza()?);
        }
    }

    /// Reads a stanza whose first line was read, and the line after it.
    fn stanza(&mut self) -> Result<Stanza> {
        let line = std::str::from_utf8(&self.line).ok().and_then(|line| line.strip_prefix(STANZA_START));
        let Some(line) = line else { return Err(self.fault("is neither a recipient nor a MAC")) };
        let mut words = line.split(' ').map(ToOwned::to_owned);
        let tag = words.next().unwrap_or_default();
        let args: Vec<String> = words.collect();
        if !std::iter::once(&tag).chain(&args).all(is_arbitrary_string) {
            return Err(self.fault("has an empty word, or characters that do not belong there"));
        }
        let mut body = Vec::new();
        loop {
            self.next_line()?;
            if self.line.len() > LINE_CHARS {
                return Err(self.fault("is longer than 64 characters"));
            }
            let Ok(bytes) = STANDARD_NO_PAD.decode(&self.line) else {
                return Err(self.fault("is not base64 without padding"));
            };
            body.extend(bytes);
            if self.line.len() < LINE_CHARS {
                break;
            }
        }
        self.next_line()?;
        Ok(Stanza { tag, args, body })
    }

    fn next_line(&mut self) -> Result<()> {
        self.line.clear();
        self.number += 1;
        self.input.read_until(b'\n', &mut self.line).map_err(read_error)?;
        if self.line.pop() == Some(b'\n') {
            return Ok(());
        }
        if self.input.limit() == 0 {
            let field = "length of the header";
            return Err(FormatError::LimitExceeded { field, found: MAX_HEADER_LEN + 1, limit: MAX_HEADER_LEN }.into());
        }
        Err(FormatError::Truncated("header").into())
    }

    fn fault(&self, fault: &'static str) -> crate::error::Error {
        FormatError::AgeHeader { line: self.number, fault }.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::age_file::new_file_key;

    fn read(text: &[u8]) -> Result<AgeHeader> {
        AgeHeader::read(&mut &*text)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_what_follows_is_left(
            stanzas in prop::collection::vec(
                ("[!-~]{1,20}", prop::collection::vec("[!-~]{1,70}", 0..4), prop::collection::vec(any::<u8>(), 0..200)),
                1..6,
            ),
        ) {
            let stanzas = stanzas.into_iter().map(|(tag, args, body)| Stanza { tag, args, body }).collect();
            let file_key = new_file_key();
            let header = AgeHeader::new(stanzas, &file_key);
            let bytes = header.to_bytes();
            let file = [&bytes[..], b"payload"].concat();
            let mut rest = &file[..];
            let again = AgeHeader::read(&mut rest).unwrap();
            prop_assert_eq!(rest, b"payload");
            prop_assert_eq!(again.to_bytes(), bytes);
            prop_assert!(again.is_authentic(&file_key) && !again.is_authentic(&new_file_key()));
        }

        #[test]
        fn what_is_read_is_written_to_the_same_bytes(
            cut in 0_usize..200, insert in "[-> \\r\\n=A+/a]{0,3}", at in 0_usize..200,
        ) {
            let mut text = b"age-encryption.org/v1\n-> X25519 abc\nAAAA\n-> b\n\n--- ".to_vec();
            text.extend([b'A'; 43]);
            text.push(b'\n');
            let at = at.min(text.len());
            text.splice(at..(at + cut % 3).min(text.len()), insert.bytes());
            let mut rest = &text[..];
            if let Ok(header) = AgeHeader::read(&mut rest) {
                prop_assert_eq!([&header.to_bytes()[..], rest].concat(), text);
            }
        }
    }

    #[test]
    fn a_header_beyond_the_limits_is_refused_before_it_is_kept() {
        let mut endless = VERSION_LINE.as_bytes().to_vec();
        endless.extend(b"\n-> ");
        endless.resize(3 << 20, b'a');
        let many = [&endless[..22], &b"-> a\n\n".repeat(MAX_STANZAS + 1)].concat();
        for (text, words) in [(endless, "the length of the header is"), (many, "the number of recipients is 4097")] {
            let fault = read(&text).err().unwrap().to_string();
            assert!(fault.starts_with(words), "{fault}");
        }
    }
}
