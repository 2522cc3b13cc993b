//! What the form of a body tells without a key.

use std::fs::File;
use std::io::{Read, copy, sink};

use crate::crypto::TAG_LEN;
use crate::error::Result;
use crate::formats::description::{PayloadDescription, PlaintextSize};
use crate::formats::esdk::frame::{FINAL_MARK, NONCE_LEN, NUMBER_LEN};
use crate::formats::esdk::header::{BodyContent, MessageHeader};
use crate::formats::esdk::part::FilePart;
use crate::formats::payload::Payload;
use crate::formats::transfer::{read_error, read_up_to};

/// Describes the body of a message with this header by the lengths in it. A stream is read to its end.
pub(super) fn describe(header: &MessageHeader, payload: &mut Payload) -> Result<PayloadDescription> {
    let mut body = match payload {
        Payload::File { file, start, len } => {
            WalkedBody { source: Walked::File { file, start: *start, len: *len }, read: 0 }
        }
        Payload::Object { object, .. } => WalkedBody { source: Walked::Stream(object), read: 0 },
        Payload::Stream(stream) => WalkedBody { source: Walked::Stream(&mut **stream), read: 0 },
    };
    let mut plaintext = body.plaintext(header.content)?;
    if plaintext.is_some() && header.suite.is_signed() && !body.has_signature()? {
        plaintext = None;
    }
    body.skip(u64::MAX)?;
    Ok(PayloadDescription { bytes: body.read, unit: "frame", plaintext })
}

enum Walked<'a> {
    File { file: &'a File, start: u64, len: u64 },
    Stream(&'a mut (dyn Read + Send)),
}

struct WalkedBody<'a> {
    source: Walked<'a>,
    /// Bytes of it that were read or passed over.
    read: u64,
}

impl WalkedBody<'_> {
    /// The size of the plaintext, or `None` if the body ends before its last frame does.
    fn plaintext(&mut self, content: BodyContent) -> Result<Option<PlaintextSize>> {
        let BodyContent::Framed { frame_len } = content else {
            if !self.skip(NONCE_LEN as u64)? {
                return Ok(None);
            }
            let Some(len) = self.array().map(|len| len.map(u64::from_be_bytes))? else { return Ok(None) };
            let is_whole = self.skip(len.saturating_add(TAG_LEN as u64))?;
            return Ok(is_whole.then_some(PlaintextSize { bytes: len, units: 1 }));
        };
        let frame_len = u64::from(frame_len);
        for frames in 0.. {
            let Some(number) = self.array()?.map(u32::from_be_bytes) else { return Ok(None) };
            if number != FINAL_MARK {
                if !self.skip((NONCE_LEN + TAG_LEN) as u64 + frame_len)? {
                    return Ok(None);
                }
                continue;
            }
            if !self.skip((NUMBER_LEN + NONCE_LEN) as u64)? {
                return Ok(None);
            }
            let Some(len) = self.array()?.map(u32::from_be_bytes) else { return Ok(None) };
            let is_whole = self.skip(u64::from(len) + TAG_LEN as u64)?;
            let size = PlaintextSize { bytes: frames * frame_len + u64::from(len), units: frames + 1 };
            return Ok(is_whole.then_some(size));
        }
        Ok(None)
    }

    /// Whether a signature follows that is as long as it says.
    fn has_signature(&mut self) -> Result<bool> {
        let Some(len) = self.array()?.map(u16::from_be_bytes) else { return Ok(false) };
        self.skip(len.into())
    }

    fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        let count = match &mut self.source {
            Walked::File { file, start, len } => {
                let mut part = FilePart::new(file, *start + self.read, len.saturating_sub(self.read));
                read_up_to(&mut part, &mut bytes)?
            }
            Walked::Stream(stream) => read_up_to(*stream, &mut bytes)?,
        };
        self.read += count as u64;
        Ok((count == N).then_some(bytes))
    }

    /// Passes over some bytes, or to the end. Whether all of them were there.
    fn skip(&mut self, wanted: u64) -> Result<bool> {
        let count = match &mut self.source {
            Walked::File { len, .. } => wanted.min(len.saturating_sub(self.read)),
            Walked::Stream(stream) => copy(&mut (*stream).take(wanted), &mut sink()).map_err(read_error)?,
        };
        self.read += count;
        Ok(count == wanted)
    }
}
