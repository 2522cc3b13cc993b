//! Bounded reading and writing of big-endian fields: the only code that parses header bytes.

use crate::error::FormatError;

/// Reads fields from a slice and cannot read beyond it.
pub(crate) struct FieldReader<'a> {
    rest: &'a [u8],
    part: &'static str,
}

impl<'a> FieldReader<'a> {
    /// Reads `bytes`; `part` names them in an error.
    pub(crate) fn new(bytes: &'a [u8], part: &'static str) -> Self {
        Self { rest: bytes, part }
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FormatError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, FormatError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(FormatError::Truncated(self.part))?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(FormatError::Truncated(self.part))?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn u8_prefixed(&mut self) -> Result<&'a [u8], FormatError> {
        let length = self.u8()?;
        self.bytes(length.into())
    }

    pub(crate) fn u16_prefixed(&mut self) -> Result<&'a [u8], FormatError> {
        let length = self.u16()?;
        self.bytes(length.into())
    }

    /// The bytes not read yet.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Ends reading.
    ///
    /// # Errors
    /// If bytes are left: they would not survive being written again.
    pub(crate) fn finish(self) -> Result<(), FormatError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(FormatError::NotCanonical("parameters have bytes after their end"))
        }
    }
}

/// Writes fields to a growing buffer.
#[derive(Default)]
pub(crate) struct FieldWriter(Vec<u8>);

impl FieldWriter {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn u8(&mut self, value: usize) {
        self.0.push(u8::try_from(value).expect("the caller checked that the value fits one byte"));
    }

    pub(crate) fn u16(&mut self, value: usize) {
        let value = u16::try_from(value).expect("the caller checked that the value fits two bytes");
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn u8_prefixed(&mut self, bytes: &[u8]) {
        self.u8(bytes.len());
        self.bytes(bytes);
    }

    pub(crate) fn u16_prefixed(&mut self, bytes: &[u8]) {
        self.u16(bytes.len());
        self.bytes(bytes);
    }

    /// Appends zero bytes up to `length`.
    pub(crate) fn pad_to(&mut self, length: usize) {
        self.0.resize(length, 0);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
