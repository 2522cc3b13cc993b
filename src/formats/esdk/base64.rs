//! Messages as base64, as `aws-encryption-cli --encode` writes them and `--decode` reads them.

use std::io::{self, Read, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::error::{Error, FormatError};
use crate::formats::esdk::header::is_message;

/// Bytes that are encoded at a time: a multiple of 3.
const PIECE: usize = 48 << 10;
/// Characters that are decoded at a time: a multiple of 4.
const DIGITS: usize = 64 << 10;

/// Whether an input begins like a message in base64.
pub(super) fn is_base64_message(start: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n');
    let beginning = start.first_chunk::<8>().and_then(|digits| BASE64_STANDARD.decode(digits).ok());
    beginning.is_some_and(|bytes| is_message(&bytes)) && start[..start.len().min(32)].iter().all(is_digit)
}

/// Decodes what it reads. Line ends and spaces are left out, wherever they are.
pub(super) struct Base64Reader<R> {
    input: R,
    digits: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    state: Base64State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base64State {
    More,
    /// Padding was read, so only line ends may follow.
    Padded,
    Ended,
}

impl<R: Read> Base64Reader<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, digits: Vec::new(), ready: Vec::new(), given: 0, state: Base64State::More }
    }

    fn advance(&mut self) -> io::Result<()> {
        let fault = |fault| io::Error::other(Error::from(FormatError::NotCanonical(fault)));
        let mut piece = vec![0; DIGITS];
        let count = loop {
            match self.input.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        let digits = piece[..count].iter().filter(|byte| !byte.is_ascii_whitespace());
        self.digits.extend(digits);
        if self.state == Base64State::Padded && !self.digits.is_empty() {
            return Err(fault("base64 text goes on after its padding"));
        }
        let whole = self.digits.len() / 4 * 4;
        if count == 0 && whole < self.digits.len() {
            return Err(fault("base64 text was cut off"));
        }
        let decoded = BASE64_STANDARD.decode(&self.digits[..whole]);
        self.ready = decoded.map_err(|_| fault("base64 text is damaged"))?;
        self.given = 0;
        if self.digits[..whole].last() == Some(&b'=') {
            self.state = Base64State::Padded;
        }
        self.digits.drain(..whole);
        if self.state == Base64State::Padded && !self.digits.is_empty() {
            return Err(fault("base64 text goes on after its padding"));
        }
        if count == 0 {
            self.state = Base64State::Ended;
        }
        Ok(())
    }
}

impl<R: Read> Read for Base64Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            if self.state == Base64State::Ended {
                return Ok(0);
            }
            self.advance()?;
        }
        let ready = &self.ready[self.given..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        Ok(count)
    }
}

/// Encodes what is written to it, in one line. [`Base64Writer::finish`] writes the end.
pub(super) struct Base64Writer<W: Write> {
    output: W,
    pending: Vec<u8>,
}

impl<W: Write> Base64Writer<W> {
    pub(super) fn new(output: W) -> Self {
        Self { output, pending: Vec::with_capacity(PIECE) }
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.output.write_all(BASE64_STANDARD.encode(&self.pending).as_bytes())?;
        self.output.flush()
    }
}

impl<W: Write> Write for Base64Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(PIECE - self.pending.len());
        self.pending.extend_from_slice(&bytes[..count]);
        if self.pending.len() == PIECE {
            self.output.write_all(BASE64_STANDARD.encode(&self.pending).as_bytes())?;
            self.pending.clear();
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
