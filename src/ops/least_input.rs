//! How much an input has: less than was expected is a failure, and nothing at all is worth a warning.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::fs::input::{Input, InputKind};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::{Observer, Warning};

/// Counts the bytes of a stream.
#[derive(Default)]
struct ReadCount {
    bytes: AtomicU64,
    is_short: AtomicBool,
}

/// An input that has to have a number of bytes.
pub struct LeastInput {
    least: u64,
    /// `None` for a file, whose length is known.
    count: Option<Arc<ReadCount>>,
}

impl LeastInput {
    /// Has the end of `input` fail before `least` bytes.
    ///
    /// # Errors
    /// If it is a file that is shorter.
    pub fn new(input: Input, least: u64) -> Result<(Self, Input), Failure> {
        if let Some(bytes) = input.len() {
            if bytes < least {
                return Err(Cause::TooShort { bytes, least }.into());
            }
            return Ok((Self { least, count: None }, input));
        }
        let InputKind::Stream(stream) = input.kind else { unreachable!("what has no length is a stream") };
        let count = Arc::<ReadCount>::default();
        let counted = CountedStream { stream, least, count: Arc::clone(&count) };
        Ok((Self { least, count: Some(count) }, Input::of_stream(Box::new(counted))))
    }

    /// The outcome of what was done with the input. Warns if it was an empty stream.
    ///
    /// # Errors
    /// If it was too short, or `outcome` is a failure.
    pub fn finish<T>(self, outcome: Result<T, Failure>, name: &str, observer: &dyn Observer) -> Result<T, Failure> {
        let Some(count) = self.count else { return outcome };
        let bytes = count.bytes.load(Ordering::Relaxed);
        if outcome.is_err() && count.is_short.load(Ordering::Relaxed) {
            let cause = Cause::TooShort { bytes, least: self.least };
            return Err(Failure { subject: Some(name.to_owned()), ..cause.into() });
        }
        if outcome.is_ok() && bytes == 0 {
            observer.warning(&Warning::EmptyInput { name: name.to_owned() });
        }
        outcome
    }
}

struct CountedStream {
    stream: Box<dyn Read + Send>,
    least: u64,
    count: Arc<ReadCount>,
}

impl Read for CountedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        let bytes = self.count.bytes.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        if count == 0 && !buffer.is_empty() && bytes < self.least {
            self.count.is_short.store(true, Ordering::Relaxed);
            return Err(io::Error::other("the input is too short"));
        }
        Ok(count)
    }
}
