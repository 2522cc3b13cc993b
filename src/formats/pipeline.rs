//! Processes a whole payload with several threads, in constant memory, whatever its format.
//!
//! Each worker claims the next batch, reads it, works on it where it stands, and delivers it. Reading from a stream and
//! writing to a stream happen in the order of the batches; between files every batch has its place, and nobody waits. All
//! three kinds of output get the same bytes whatever the number of threads.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use crate::error::{Error, Result};
use crate::formats::transfer::{fill, write_all, write_error};
use crate::fs::positioned;
pub use crate::storage::payload::{PayloadInput, PayloadOutput};
use crate::threads;

/// Bytes of a batch between files: large reads and writes are what makes them fast.
const FILE_BATCH: usize = 1 << 20;
/// Bytes of a batch to or from a pipe, which holds no more than 1 MiB, and of one that is written nowhere: it stays in the
/// cache of a processor.
const STREAM_BATCH: usize = 256 << 10;
/// Maximum memory for the batches of all workers together, in bytes.
const MAX_BATCH_MEMORY: usize = 8 << 20;
/// How much of an output file is reserved ahead when its length is not known, in bytes.
const RESERVE_AHEAD: u64 = 64 << 20;

/// What becomes of the batches of one payload: the part of the work that a format knows.
///
/// All batches but the last have [`BatchWork::input_len`] bytes. A batch is the last one if fewer than
/// [`BatchWork::lookahead`] bytes follow it, and takes those as well.
pub(crate) trait BatchWork: Sync {
    /// A buffer for one batch.
    type Batch;

    /// Makes a buffer. It has room for one batch and what is looked ahead.
    fn new_batch(&self) -> Self::Batch;

    /// Bytes of a batch as it is read, if it is not the last.
    fn input_len(&self) -> usize;

    /// Bytes of a batch as it is written, if it is not the last.
    fn output_len(&self) -> usize;

    /// Bytes that must follow a batch so that it is not the last one.
    fn lookahead(&self) -> usize {
        0
    }

    /// Length of the output for an input of `input_len` bytes, as far as it can be told: disk space is reserved for it.
    fn total_output_len(&self, input_len: u64) -> u64;

    /// Where the first `len` bytes of the input of a batch go.
    fn room<'b>(&self, batch: &'b mut Self::Batch, len: usize) -> Vec<IoSliceMut<'b>>;

    /// Takes back what was looked ahead: the last [`BatchWork::lookahead`] bytes of the room.
    fn take_lookahead(&self, _batch: &mut Self::Batch) -> Vec<u8> {
        Vec::new()
    }

    /// Hears of each batch of a stream after it was read, in their order.
    fn has_read(&self, _batch: &Self::Batch, _len: usize, _position: BatchPosition) {}

    /// Works on batch `number`, of which `len` bytes were read.
    ///
    /// # Errors
    /// What is wrong with it.
    fn process(&self, number: u64, batch: &mut Self::Batch, len: usize, position: BatchPosition) -> Result<()>;

    /// What is written of a batch, when this came of it.
    fn output<'b>(&self, batch: &'b Self::Batch, outcome: &Result<()>) -> Vec<IoSlice<'b>>;

    /// How many bytes of an output file are kept when batch `number` was the first that failed.
    fn kept(&self, number: u64, error: &Error) -> u64;
}

/// Whether a batch ends its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BatchPosition {
    /// More batches follow.
    Inner,
    /// None does.
    Last,
}

/// Options of the work.
pub struct Pipeline<'a> {
    /// Maximum number of threads that work at the same time.
    pub threads: usize,
    /// Called with the number of input bytes that were done since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Stops the work early when it becomes true.
    pub cancelled: &'a AtomicBool,
}

impl Pipeline<'_> {
    /// How many bytes the batches between this input and this output should have.
    pub(crate) fn batch_bytes(&self, input: &PayloadInput<'_>, output: &PayloadOutput<'_>) -> usize {
        let wanted = match (input, output) {
            (PayloadInput::File { .. }, PayloadOutput::File { .. }) => FILE_BATCH,
            _ => STREAM_BATCH,
        };
        wanted.min(MAX_BATCH_MEMORY / self.threads.max(1))
    }

    /// Takes everything from `input` through `work`. Returns the number of bytes written.
    ///
    /// # Errors
    /// Those of the work. [`Error::Read`] if the input cannot be read, [`Error::Write`] if the output cannot be written.
    pub(crate) fn run<W: BatchWork>(
        &self,
        work: &W,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        let running = PipelineWork {
            work,
            source: PipelineSource::new(input),
            sink: Sink::new(output),
            progress: self.progress,
            cancelled: self.cancelled,
            threads: self.threads.max(1),
            workers: AtomicUsize::new(1),
            written: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        std::thread::scope(|scope| running.run(scope));
        running.finish()
    }
}

/// State shared by the workers.
struct PipelineWork<'a, 'i, 'o, W> {
    work: &'a W,
    source: PipelineSource<'i>,
    sink: Sink<'o>,
    progress: &'a (dyn Fn(u64) + Sync),
    cancelled: &'a AtomicBool,
    threads: usize,
    workers: AtomicUsize,
    written: AtomicU64,
    failed: AtomicBool,
    failure: Mutex<Option<FirstFault>>,
}

/// The failure of the lowest batch that failed: everything before it was written.
struct FirstFault {
    number: u64,
    error: Error,
}

enum PipelineSource<'a> {
    Stream(Mutex<StreamSource<'a>>),
    File { file: &'a File, start: u64, len: u64, next: AtomicU64 },
}

struct StreamSource<'a> {
    reader: &'a mut (dyn Read + Send),
    /// What was read ahead.
    ahead: Vec<u8>,
    next: u64,
    ended: bool,
}

enum Sink<'a> {
    Stream { in_turn: Mutex<StreamSink<'a>>, changed: Condvar },
    File { file: &'a File, start: u64, reserved: Mutex<u64> },
    Nowhere,
}

struct StreamSink<'a> {
    writer: &'a mut (dyn Write + Send),
    next: u64,
}

/// A batch that a worker has taken.
struct ClaimedBatch {
    number: u64,
    /// How many bytes of it were read.
    filled: Result<(usize, BatchPosition)>,
}

impl<W: BatchWork> PipelineWork<'_, '_, '_, W> {
    /// One worker. Each that finds a whole batch calls for one more: short inputs cost no thread.
    fn run<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let _release = ReleaseOthers(self);
        let mut batch = self.work.new_batch();
        while let Some(ClaimedBatch { number, filled }) = self.claim(&mut batch) {
            let more_follow = matches!(filled, Ok((_, BatchPosition::Inner)));
            if more_follow && self.workers.fetch_add(1, Ordering::Relaxed) < self.threads {
                // Continue with fewer threads.
                let _ = threads::spawn_scoped(scope, || self.run(scope));
            }
            let done = filled.as_ref().map_or(0, |(len, _)| *len as u64);
            let outcome = filled.and_then(|(len, position)| self.work.process(number, &mut batch, len, position));
            self.deliver(number, &batch, outcome);
            (self.progress)(done);
        }
    }

    /// Takes the next batch and reads it. `None` when there is nothing more to do.
    fn claim(&self, batch: &mut W::Batch) -> Option<ClaimedBatch> {
        if self.failed.load(Ordering::Relaxed) {
            return None;
        }
        match &self.source {
            PipelineSource::Stream(source) => {
                let mut source = lock(source);
                if source.ended {
                    return None;
                }
                let number = source.next;
                let filled = self.claim_of_stream(&mut source, batch);
                source.next += 1;
                source.ended = !matches!(filled, Ok((_, BatchPosition::Inner)));
                Some(ClaimedBatch { number, filled })
            }
            PipelineSource::File { file, start, len, next } => {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let (capacity, lookahead) = (self.work.input_len(), self.work.lookahead());
                let offset = number.checked_mul(capacity as u64)?;
                let rest = len.checked_sub(offset).filter(|&rest| number == 0 || rest >= lookahead as u64)?;
                let (expected, position) = match usize::try_from(rest) {
                    Ok(rest) if rest < capacity + lookahead => (rest, BatchPosition::Last),
                    _ => (capacity, BatchPosition::Inner),
                };
                let filled = self.fill(batch, expected, |slices, done| {
                    positioned::read_vectored_at(file, slices, start + offset + done as u64)
                });
                let filled = filled.and_then(|filled| {
                    let found = offset + filled as u64;
                    let is_whole = filled == expected;
                    if is_whole { Ok((filled, position)) } else { Err(Error::InputChanged { expected: *len, found }) }
                });
                Some(ClaimedBatch { number, filled })
            }
        }
    }

    fn claim_of_stream(&self, source: &mut StreamSource<'_>, batch: &mut W::Batch) -> Result<(usize, BatchPosition)> {
        let (capacity, lookahead) = (self.work.input_len(), self.work.lookahead());
        let ahead = std::mem::take(&mut source.ahead);
        let mut reader = io::Cursor::new(ahead).chain(&mut *source.reader);
        let filled = self.fill(batch, capacity + lookahead, |slices, _| reader.read_vectored(slices))?;
        let claimed = if filled == capacity + lookahead {
            source.ahead = self.work.take_lookahead(batch);
            (capacity, BatchPosition::Inner)
        } else {
            (filled, BatchPosition::Last)
        };
        self.work.has_read(batch, claimed.0, claimed.1);
        Ok(claimed)
    }

    /// Reads until `len` bytes were read or the input ends.
    fn fill(
        &self,
        batch: &mut W::Batch,
        len: usize,
        mut read: impl FnMut(&mut [IoSliceMut<'_>], usize) -> io::Result<usize>,
    ) -> Result<usize> {
        fill(&mut self.work.room(batch, len), |slices, filled| {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(io::Error::other(Error::Interrupted));
            }
            read(slices, filled)
        })
    }

    /// Writes the result of a batch, then records its failure.
    fn deliver(&self, number: u64, batch: &W::Batch, outcome: Result<()>) {
        let slices = self.work.output(batch, &outcome);
        let count: usize = slices.iter().map(|slice| slice.len()).sum();
        let offset = number * self.work.output_len() as u64;
        let written = match &self.sink {
            Sink::Stream { in_turn, changed } => {
                let waiting = |sink: &mut StreamSink<'_>| sink.next != number && !self.failed.load(Ordering::Relaxed);
                let mut sink = changed.wait_while(lock(in_turn), waiting).unwrap_or_else(PoisonError::into_inner);
                if self.failed.load(Ordering::Relaxed) {
                    return;
                }
                let written = write_all(slices, |slices, _| sink.writer.write_vectored(slices));
                if written.is_ok() && outcome.is_ok() {
                    sink.next = number + 1;
                    changed.notify_all();
                }
                written
            }
            Sink::File { file, start, reserved } => {
                let reserved = self.reserve(file, *start, reserved, offset + count as u64);
                reserved.and_then(|()| {
                    write_all(slices, |slices, done| {
                        positioned::write_vectored_at(file, slices, start + offset + done as u64)
                    })
                })
            }
            Sink::Nowhere => Ok(()),
        };
        match written.map_err(write_error).and(outcome) {
            Ok(()) => {}
            Err(error) => self.fail(number, error),
        }
        self.written.fetch_add(count as u64, Ordering::Relaxed);
    }

    fn fail(&self, number: u64, error: Error) {
        let mut failure = lock(&self.failure);
        if failure.as_ref().is_none_or(|lowest| number < lowest.number) {
            *failure = Some(FirstFault { number, error });
        }
        drop(failure);
        self.release_waiting();
    }

    /// Wakes all waiting workers.
    fn release_waiting(&self) {
        if let Sink::Stream { in_turn, changed } = &self.sink {
            // Under the lock of the waiting workers, so that none checks just before and sleeps just after.
            let _sink = lock(in_turn);
            self.failed.store(true, Ordering::Relaxed);
            changed.notify_all();
        } else {
            self.failed.store(true, Ordering::Relaxed);
        }
    }

    /// Reserves disk space ahead of the writes, which makes them faster and detects a full disk early.
    fn reserve(&self, file: &File, start: u64, reserved: &Mutex<u64>, end: u64) -> io::Result<()> {
        let mut reserved = lock(reserved);
        if end <= *reserved {
            return Ok(());
        }
        let wanted = match self.source {
            PipelineSource::File { len, .. } => self.work.total_output_len(len).max(end),
            // A stream that ends within its first batch needs no help.
            PipelineSource::Stream(_) if end < self.work.output_len() as u64 => return Ok(()),
            PipelineSource::Stream(_) => end + RESERVE_AHEAD,
        };
        positioned::reserve(file, start + *reserved, wanted - *reserved)?;
        *reserved = wanted;
        Ok(())
    }

    /// Finishes the output: truncates what was reserved in excess or written after a failure.
    fn finish(self) -> Result<u64> {
        let Self { work, sink, written, failure, .. } = self;
        let written = written.into_inner();
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        let kept = failure.as_ref().map_or(written, |FirstFault { number, error }| work.kept(*number, error));
        if let Sink::File { file, start, reserved } = sink {
            let reserved = reserved.into_inner().unwrap_or_else(PoisonError::into_inner);
            if failure.is_some() || reserved > kept {
                file.set_len(start + kept).map_err(write_error)?;
            }
        }
        failure.map_or(Ok(written), |failure| Err(failure.error))
    }
}

/// A worker that panics must not leave the others waiting for its turn, or the panic would become a hang.
struct ReleaseOthers<'w, 'a, 'i, 'o, W: BatchWork>(&'w PipelineWork<'a, 'i, 'o, W>);

impl<W: BatchWork> Drop for ReleaseOthers<'_, '_, '_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.release_waiting();
        }
    }
}

impl<'a> PipelineSource<'a> {
    fn new(input: PayloadInput<'a>) -> Self {
        match input {
            PayloadInput::Stream(reader) => {
                Self::Stream(Mutex::new(StreamSource { reader, ahead: Vec::new(), next: 0, ended: false }))
            }
            PayloadInput::File { file, start, len } => Self::File { file, start, len, next: AtomicU64::new(0) },
        }
    }
}

impl<'a> Sink<'a> {
    fn new(output: PayloadOutput<'a>) -> Self {
        match output {
            PayloadOutput::Stream(writer) => {
                Self::Stream { in_turn: Mutex::new(StreamSink { writer, next: 0 }), changed: Condvar::new() }
            }
            PayloadOutput::File { file, start } => Self::File { file, start, reserved: Mutex::new(0) },
            PayloadOutput::Nowhere => Self::Nowhere,
        }
    }
}

/// A worker that panicked left no inconsistent state: each lock guards one assignment or one write.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
