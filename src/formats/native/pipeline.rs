//! Processes a whole payload with several threads, in constant memory.
//!
//! Each worker claims the next batch, reads it, seals or opens it where it stands, and delivers it. Reading from a stream
//! and writing to a stream happen in the order of the batches; between files every batch has its place, and nobody waits.
//! All three kinds of output get the same bytes whatever the number of threads.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use crate::error::{Error, Result};
use crate::formats::native::chunk::{Batch, CHUNK_LEN, ChunkCipher, OpenedBatch, plaintext_len, sealed_len};
use crate::formats::native::transfer::{fill, write_all, write_error};
use crate::fs::positioned;
pub use crate::storage::payload::{PayloadInput, PayloadOutput};
use crate::threads;

/// Chunks in a batch between files: large reads and writes are what makes them fast.
const FILE_BATCH: usize = 64;
/// Chunks in a batch to or from a pipe, which holds no more than 1 MiB.
const STREAM_BATCH: usize = 16;
/// Maximum memory for the batches of all workers together, in bytes.
const MAX_BATCH_MEMORY: usize = 8 << 20;
/// How much of an output file is reserved ahead when its length is not known, in bytes.
const RESERVE_AHEAD: u64 = 64 << 20;

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
    /// Seals everything from `input` into chunks. Returns the number of bytes written.
    ///
    /// # Errors
    /// If the input cannot be read, the output cannot be written, or the payload would be too long.
    pub fn seal(&self, cipher: &ChunkCipher, input: PayloadInput<'_>, output: PayloadOutput<'_>) -> Result<u64> {
        self.run(Direction::Seal, cipher, None, input, output)
    }

    /// Opens all chunks from `input`. Returns the number of plaintext bytes.
    ///
    /// Each chunk is written only after it was authenticated.
    ///
    /// # Errors
    /// [`Error::Authentication`] for the first chunk that is not authentic: everything before it was written, and nothing
    /// behind it remains in the output. [`Error::Io`] if the input cannot be read, or the output cannot be written.
    pub fn open(&self, cipher: &ChunkCipher, input: PayloadInput<'_>, output: PayloadOutput<'_>) -> Result<u64> {
        self.run(Direction::Open, cipher, None, input, output)
    }

    /// Opens all chunks from `input` and seals them again with another cipher, each where it stands in memory. Returns the
    /// number of bytes written.
    ///
    /// # Errors
    /// As [`Pipeline::open`]; what was written before is cut off, so it opens with no key.
    pub fn reseal(
        &self,
        old: &ChunkCipher,
        new: &ChunkCipher,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        self.run(Direction::Reseal, old, Some(new), input, output)
    }

    fn run(
        &self,
        direction: Direction,
        cipher: &ChunkCipher,
        new_cipher: Option<&ChunkCipher>,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        let wanted = if matches!(input, PayloadInput::Stream(_)) || matches!(output, PayloadOutput::Stream(_)) {
            STREAM_BATCH
        } else {
            FILE_BATCH
        };
        let threads = self.threads.max(1);
        let batch_chunks = wanted.min(MAX_BATCH_MEMORY / CHUNK_LEN / threads).max(1);
        let work = PipelineWork {
            direction,
            cipher,
            new_cipher,
            batch_chunks,
            source: PipelineSource::new(input),
            sink: Sink::new(output),
            progress: self.progress,
            cancelled: self.cancelled,
            threads,
            workers: AtomicUsize::new(1),
            written: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        std::thread::scope(|scope| work.run(scope));
        work.finish()
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Seal,
    Open,
    /// To open, and to seal with another cipher.
    Reseal,
}

/// State shared by the workers.
struct PipelineWork<'a, 'i, 'o> {
    direction: Direction,
    cipher: &'a ChunkCipher,
    /// Of [`Direction::Reseal`].
    new_cipher: Option<&'a ChunkCipher>,
    batch_chunks: usize,
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

impl PipelineWork<'_, '_, '_> {
    /// One worker. Each that finds a whole batch calls for one more: short inputs cost no thread.
    fn run<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let _release = ReleaseOthers(self);
        let mut batch = Batch::new(self.batch_chunks);
        while let Some((number, filled)) = self.claim(&mut batch) {
            let is_whole = matches!(filled, Ok(len) if len == self.input_capacity(&batch));
            if is_whole && self.workers.fetch_add(1, Ordering::Relaxed) < self.threads {
                // Continue with fewer threads.
                let _ = threads::spawn_scoped(scope, || self.run(scope));
            }
            let done = filled.as_ref().map_or(0, |len| *len as u64);
            let outcome = filled.and_then(|len| self.transform(number, &mut batch, len));
            self.deliver(number, &batch, outcome);
            (self.progress)(done);
        }
    }

    /// Takes the next batch and reads it. `None` when there is nothing more to do.
    fn claim(&self, batch: &mut Batch) -> Option<(u64, Result<usize>)> {
        if self.failed.load(Ordering::Relaxed) {
            return None;
        }
        let capacity = self.input_capacity(batch);
        match &self.source {
            PipelineSource::Stream(source) => {
                let mut source = lock(source);
                if source.ended {
                    return None;
                }
                let number = source.next;
                let filled = self.fill(batch, capacity, |slices, _| source.reader.read_vectored(slices));
                source.next += 1;
                source.ended = !matches!(filled, Ok(len) if len == capacity);
                Some((number, filled))
            }
            PipelineSource::File { file, start, len, next } => {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let offset = number.checked_mul(capacity as u64).filter(|offset| offset <= len)?;
                let expected = usize::try_from(len - offset).map_or(capacity, |rest| rest.min(capacity));
                let filled = self.fill(batch, expected, |slices, done| {
                    positioned::read_vectored_at(file, slices, start + offset + done as u64)
                });
                let filled = filled.and_then(|filled| {
                    let found = offset + filled as u64;
                    if filled < expected { Err(Error::InputChanged { expected: *len, found }) } else { Ok(filled) }
                });
                Some((number, filled))
            }
        }
    }

    /// Reads until `len` bytes were read or the input ends.
    fn fill(
        &self,
        batch: &mut Batch,
        len: usize,
        mut read: impl FnMut(&mut [IoSliceMut<'_>], usize) -> io::Result<usize>,
    ) -> Result<usize> {
        let mut slices = match self.direction {
            Direction::Seal => vec![IoSliceMut::new(&mut batch.plaintext_room()[..len])],
            Direction::Open | Direction::Reseal => batch.sealed_room(len),
        };
        fill(&mut slices, |slices, filled| {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(io::Error::other(Error::Interrupted));
            }
            read(slices, filled)
        })
    }

    fn transform(&self, number: u64, batch: &mut Batch, len: usize) -> Result<()> {
        let first = number * self.batch_chunks as u64;
        match self.direction {
            Direction::Seal => Ok(self.cipher.seal(first, batch, len)?),
            Direction::Open | Direction::Reseal => {
                if let OpenedBatch::Fault(fault) = self.cipher.open(first, batch, len) {
                    return Err(fault.into());
                }
                let opened = batch.plaintext().len();
                self.new_cipher.map_or(Ok(()), |cipher| Ok(cipher.seal(first, batch, opened)?))
            }
        }
    }

    /// Writes the result of a batch, then records its failure.
    fn deliver(&self, number: u64, batch: &Batch, outcome: Result<()>) {
        let slices = match (self.direction, &outcome) {
            (Direction::Seal | Direction::Reseal, Ok(())) => batch.sealed(),
            // What was opened before a fault is authentic, and is released.
            (Direction::Open, Ok(()) | Err(Error::Authentication(_))) => vec![IoSlice::new(batch.plaintext())],
            (_, Err(_)) => Vec::new(),
        };
        let count: usize = slices.iter().map(|slice| slice.len()).sum();
        let offset = number * self.output_capacity(batch) as u64;
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
            PipelineSource::File { len, .. } => self.output_len(len).max(end),
            // A stream that ends within its first batch needs no help.
            PipelineSource::Stream(_) if end < (self.batch_chunks * CHUNK_LEN) as u64 => return Ok(()),
            PipelineSource::Stream(_) => end + RESERVE_AHEAD,
        };
        positioned::reserve(file, start + *reserved, wanted - *reserved)?;
        *reserved = wanted;
        Ok(())
    }

    fn output_len(&self, input_len: u64) -> u64 {
        match self.direction {
            Direction::Seal => sealed_len(input_len),
            Direction::Open => plaintext_len(input_len).unwrap_or(0),
            Direction::Reseal => input_len,
        }
    }

    fn input_capacity(&self, batch: &Batch) -> usize {
        match self.direction {
            Direction::Seal => batch.capacity(),
            Direction::Open | Direction::Reseal => batch.sealed_capacity(),
        }
    }

    fn output_capacity(&self, batch: &Batch) -> usize {
        match self.direction {
            Direction::Seal | Direction::Reseal => batch.sealed_capacity(),
            Direction::Open => batch.capacity(),
        }
    }

    /// Finishes the output: truncates what was reserved in excess or written after a failure.
    fn finish(self) -> Result<u64> {
        let Self { direction, batch_chunks, sink, written, failure, .. } = self;
        let written = written.into_inner();
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        let kept = match (&failure, direction) {
            (None, _) => written,
            (Some(FirstFault { error: Error::Authentication(fault), .. }), Direction::Open) => fault.authentic(),
            (Some(failure), Direction::Open) => failure.number * (batch_chunks * CHUNK_LEN) as u64,
            (Some(_), Direction::Seal | Direction::Reseal) => 0,
        };
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
struct ReleaseOthers<'w, 'a, 'i, 'o>(&'w PipelineWork<'a, 'i, 'o>);

impl Drop for ReleaseOthers<'_, '_, '_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.release_waiting();
        }
    }
}

impl<'a> PipelineSource<'a> {
    fn new(input: PayloadInput<'a>) -> Self {
        match input {
            PayloadInput::Stream(reader) => Self::Stream(Mutex::new(StreamSource { reader, next: 0, ended: false })),
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

#[cfg(test)]
mod tests;
