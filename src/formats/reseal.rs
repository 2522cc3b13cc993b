//! A file that is encrypted again in one pass, from one format into another or into its own.
//!
//! One pipeline opens, another seals, and the plaintext goes from the first to the second through a little memory: never to a
//! disk. Nothing of the result counts before both have come to their end.

use std::io::{self, IoSlice, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::formats::format::{PreparedSeal, UnlockedFile, Work};
use crate::storage::output::Output;
use crate::storage::payload::{PayloadInput, PayloadOutput};
use crate::threads;

/// Parts of a plaintext that wait to be sealed.
const PARTS_WAITING: usize = 4;
/// Longest part, in bytes.
const PART_LEN: usize = 256 << 10;

/// Opens a file, and seals its plaintext into `output`. Returns how many bytes were written, without armor.
///
/// A result that was written in full is a whole file; of one that was not, the last part is missing, so that no reader takes it
/// for whole.
///
/// # Errors
/// Those of [`UnlockedFile::open`] and [`PreparedSeal::seal`]: whichever failed first.
pub fn reseal(
    unlocked: Box<dyn UnlockedFile>,
    seal: &dyn PreparedSeal,
    output: &mut Output,
    work: &Work<'_>,
) -> Result<u64> {
    let Work { threads, progress, cancelled, workspace: _ } = *work;
    let (mut writer, mut reader) = plaintext_pipe();
    std::thread::scope(|scope| {
        let opening = threads::spawn_scoped(scope, move || {
            let work = Work { threads, progress, cancelled, workspace: None };
            let opened = unlocked.open(PayloadOutput::Stream(&mut writer), work)?;
            // Only now is the end of the plaintext its end: until here it could have been cut off or forged.
            writer.end();
            Ok(opened)
        })?;
        let work = Work { threads, progress: &|_| (), cancelled, workspace: None };
        let sealed = seal.seal(PayloadInput::Stream(&mut reader), output, work);
        // Whoever still writes into the pipe finds out that nobody reads any more.
        drop(reader);
        let opened: Result<u64> = opening.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match opened {
            Err(Error::Write(source)) if is_of_the_pipe(&source) => sealed,
            Err(error) => Err(error),
            Ok(_) => sealed,
        }
    })
}

/// A pipe in memory for a plaintext.
fn plaintext_pipe() -> (PipeWriter, PipeReader) {
    let (sender, receiver) = sync_channel(PARTS_WAITING);
    (PipeWriter(sender), PipeReader { receiver, part: Zeroizing::default(), given: 0, has_ended: false })
}

/// What goes through the pipe.
enum PipePart {
    Plaintext(Zeroizing<Vec<u8>>),
    End,
}

struct PipeWriter(SyncSender<PipePart>);

struct PipeReader {
    receiver: Receiver<PipePart>,
    part: Zeroizing<Vec<u8>>,
    given: usize,
    has_ended: bool,
}

/// The other end of the pipe is gone: it failed, and has its own error.
#[derive(Debug, thiserror::Error)]
#[error("the other half of the work has failed")]
struct OtherEndGone;

fn is_of_the_pipe(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<OtherEndGone>)
}

impl PipeWriter {
    /// Marks the end of the plaintext. Without it the reader fails.
    fn end(self) {
        // A reader that has failed has said so.
        let _ = self.0.send(PipePart::End);
    }
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let len = slices.iter().map(|slice| slice.len()).sum::<usize>().min(PART_LEN);
        // It does not grow, which would leave copies of the plaintext in memory.
        let mut part = Zeroizing::new(Vec::with_capacity(len));
        for slice in slices {
            let taken = slice.len().min(len - part.len());
            part.extend_from_slice(&slice[..taken]);
        }
        if len > 0 {
            self.0.send(PipePart::Plaintext(part)).map_err(|_| io::Error::other(OtherEndGone))?;
        }
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.part.len() {
            if self.has_ended {
                return Ok(0);
            }
            match self.receiver.recv() {
                Ok(PipePart::Plaintext(part)) => (self.part, self.given) = (part, 0),
                Ok(PipePart::End) => self.has_ended = true,
                Err(_) => return Err(io::Error::other(OtherEndGone)),
            }
        }
        let rest = &self.part[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_into_the_pipe_comes_out_in_order_and_ends_only_when_it_was_ended() {
        let plaintext: Vec<u8> = (0..3 * PART_LEN + 17).map(|number| u8::try_from(number % 251).unwrap()).collect();
        let (mut writer, mut reader) = plaintext_pipe();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for chunks in plaintext.chunks(100_000) {
                    let halves = chunks.split_at(chunks.len() / 2);
                    let mut slices: &mut [IoSlice<'_>] = &mut [IoSlice::new(halves.0), IoSlice::new(halves.1)];
                    while !slices.is_empty() {
                        let count = writer.write_vectored(slices).unwrap();
                        IoSlice::advance_slices(&mut slices, count);
                    }
                }
                writer.end();
            });
            let mut read = Vec::new();
            reader.read_to_end(&mut read).unwrap();
            assert!(read == plaintext);
        });
    }

    #[test]
    fn a_pipe_whose_writer_went_away_fails_instead_of_ending() {
        let (mut writer, mut reader) = plaintext_pipe();
        writer.write_all(b"half of it").unwrap();
        drop(writer);
        let mut read = Vec::new();
        assert!(is_of_the_pipe(&reader.read_to_end(&mut read).unwrap_err()));
        assert_eq!(read, b"half of it");
    }

    #[test]
    fn a_pipe_whose_reader_went_away_takes_nothing_more() {
        let (mut writer, reader) = plaintext_pipe();
        drop(reader);
        assert!(is_of_the_pipe(&writer.write_all(b"more").unwrap_err()));
        writer.end();
    }
}
