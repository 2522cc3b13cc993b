//! What holds of messages, by official vectors and by messages of our own.

mod golden;
mod malformed;
mod round_trips;
mod vectors;

use std::io::Read;
use std::sync::atomic::AtomicBool;

use crate::context::EncryptionContext;
use crate::crypto::{Backend, DataKey};
use crate::error::{Error, Result};
use crate::formats::esdk::{MessageHead, MessageLimits};
use crate::formats::pipeline::{PayloadInput, PayloadOutput, Pipeline};

static NEVER: AtomicBool = AtomicBool::new(false);

fn pipeline(threads: usize) -> Pipeline<'static> {
    Pipeline { threads, progress: &|_| {}, cancelled: &NEVER }
}

/// Opens a message by its data key, as a stream. Returns what came out before the end or the fault.
fn open(message: &[u8], data_key: &DataKey, supplied: &EncryptionContext) -> (Result<()>, Vec<u8>) {
    open_with(Backend::default(), 2, message, data_key, supplied)
}

fn open_with(
    backend: Backend,
    threads: usize,
    message: &[u8],
    data_key: &DataKey,
    supplied: &EncryptionContext,
) -> (Result<()>, Vec<u8>) {
    let mut released = Vec::new();
    let mut input = message;
    let outcome = MessageHead::read(&mut input, MessageLimits::default()).and_then(|head| {
        assert_eq!(head.to_bytes(), message[..message.len() - input.len()], "parsed and written again");
        let cipher = head.cipher(data_key, supplied, backend)?;
        let cipher = cipher.ok_or(Error::NoKeyOpens { attempts: Vec::new() })?;
        let opened =
            cipher.open(&pipeline(threads), PayloadInput::Stream(&mut input), PayloadOutput::Stream(&mut released));
        opened.map(drop)
    });
    (outcome, released)
}

/// The same from a file to a file. Returns what is in the file afterwards.
fn open_files(message: &[u8], data_key: &DataKey, threads: usize) -> (Result<u64>, Vec<u8>) {
    use std::io::{Seek, SeekFrom, Write};
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(message).unwrap();
    let mut output = tempfile::tempfile().unwrap();
    let outcome = MessageHead::read(&mut &*message, MessageLimits::default()).and_then(|head| {
        let cipher = head.cipher(data_key, &EncryptionContext::new(), Backend::default())?;
        let cipher = cipher.ok_or(Error::NoKeyOpens { attempts: Vec::new() })?;
        let (start, len) = (head.len(), message.len() as u64 - head.len());
        let source = PayloadInput::File { file: &input, start, len };
        cipher.open(&pipeline(threads), source, PayloadOutput::File { file: &output, start: 0 })
    });
    let mut written = Vec::new();
    output.seek(SeekFrom::Start(0)).unwrap();
    output.read_to_end(&mut written).unwrap();
    (outcome, written)
}
