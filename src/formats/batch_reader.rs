//! A payload in order, for who reads it piece by piece: the batches of the pipeline one after the other.

use std::io::{self, Read};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::formats::pipeline::{BatchPosition, BatchWork};
use crate::formats::transfer::fill;

/// Reads what [`BatchWork`] makes of an input. After an error it stays failed.
pub(crate) struct BatchReader<W: BatchWork, R> {
    work: W,
    input: R,
    batch: W::Batch,
    /// What was read ahead.
    ahead: Vec<u8>,
    /// The output of the last batch, and how much of it was given.
    ready: Zeroizing<Vec<u8>>,
    given: usize,
    next: u64,
    state: BatchReaderState,
}

enum BatchReaderState {
    More,
    Ended,
    /// What comes behind the output that is ready.
    Fault(Option<Error>),
}

impl<W: BatchWork, R: Read> BatchReader<W, R> {
    pub(crate) fn new(work: W, input: R) -> Self {
        let batch = work.new_batch();
        // It does not grow, which would leave copies of plaintext in memory.
        let ready = Zeroizing::new(Vec::with_capacity(work.input_len().max(work.output_len()) + work.lookahead()));
        Self { work, input, batch, ahead: Vec::new(), ready, given: 0, next: 0, state: BatchReaderState::More }
    }

    fn advance(&mut self) -> Result<()> {
        let (capacity, lookahead) = (self.work.input_len(), self.work.lookahead());
        let ahead = std::mem::take(&mut self.ahead);
        let mut reader = io::Cursor::new(ahead).chain(&mut self.input);
        let mut room = self.work.room(&mut self.batch, capacity + lookahead);
        let filled = fill(&mut room, |slices, _| reader.read_vectored(slices))?;
        drop(room);
        let (len, position) = if filled == capacity + lookahead {
            self.ahead = self.work.take_lookahead(&mut self.batch);
            (capacity, BatchPosition::Inner)
        } else {
            (filled, BatchPosition::Last)
        };
        self.work.has_read(&self.batch, len, position);
        let outcome = self.work.process(self.next, &mut self.batch, len, position);
        self.next += 1;
        self.given = 0;
        self.ready.clear();
        for slice in self.work.output(&self.batch, &outcome) {
            self.ready.extend_from_slice(&slice);
        }
        self.state = match (outcome, position) {
            (Err(fault), _) => BatchReaderState::Fault(Some(fault)),
            (Ok(()), BatchPosition::Inner) => BatchReaderState::More,
            (Ok(()), BatchPosition::Last) => BatchReaderState::Ended,
        };
        Ok(())
    }
}

impl<W: BatchWork, R: Read> Read for BatchReader<W, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            match &mut self.state {
                BatchReaderState::Ended => return Ok(0),
                BatchReaderState::Fault(fault) => {
                    let again = || Error::Read(io::Error::other("it failed before"));
                    return Err(io::Error::other(fault.take().unwrap_or_else(again)));
                }
                BatchReaderState::More => {
                    if let Err(error) = self.advance() {
                        self.state = BatchReaderState::Fault(Some(error));
                    }
                }
            }
        }
        let ready = &self.ready[self.given..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        Ok(count)
    }
}
