//! The body of a message that exists: framed or not, signed or not, through the pipeline.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use zeroize::Zeroizing;

use crate::error::Result;
use crate::formats::batch_reader::BatchReader;
use crate::formats::esdk::cipher::{MessageCipher, SignatureCheck};
use crate::formats::esdk::header::BodyContent;
use crate::formats::esdk::open::FrameOpening;
use crate::formats::esdk::part::FilePart;
use crate::formats::esdk::single;
use crate::formats::pipeline::Pipeline;
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// Maximum memory for the frames of all threads together, if they are long, in bytes. One thread always works.
const MAX_FRAME_MEMORY: usize = 256 << 20;
/// Bytes of frames that are read at a time, one after the other.
const READ_AT_A_TIME: usize = 64 << 10;

impl MessageCipher {
    /// Opens a body, which `input` is. Returns the number of plaintext bytes.
    ///
    /// Each frame is written only after it was authenticated; of a signed message the last frames only after the signature
    /// was verified. A body without frames is written when all of it is authentic.
    ///
    /// # Errors
    /// [`crate::error::Error::Authentication`] for the first thing that is not authentic: nothing behind it remains in the
    /// output, and of a signed message nothing remains in a file. Errors of input and output.
    pub fn open(
        self: &Arc<Self>,
        pipeline: &Pipeline<'_>,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        let running = self.signature.as_ref().map(SignatureCheck::begin);
        let frame_len = match self.content {
            BodyContent::Framed { frame_len } => usize::try_from(frame_len).unwrap_or(usize::MAX),
            BodyContent::Single => return single::open(self, running.as_ref(), self.limits, pipeline, input, output),
        };
        let threads = pipeline.threads.min(MAX_FRAME_MEMORY / frame_len).max(1);
        let pipeline = Pipeline { threads, ..*pipeline };
        let batch_bytes = pipeline.batch_bytes(&input, &output);
        let work = FrameOpening::new(Arc::clone(self), running, frame_len, batch_bytes);
        match input {
            // A hash takes the bytes in their order.
            PayloadInput::File { file, start, len } if self.is_signed() => {
                let mut part = FilePart::new(file, start, len);
                pipeline.run(&work, PayloadInput::Stream(&mut part), output)
            }
            input => pipeline.run(&work, input, output),
        }
    }
    /// The plaintext of a body, piece by piece: as [`MessageCipher::open`], but its end is known only when it is read.
    ///
    /// # Errors
    /// Those of a body without frames, all of which is read here.
    pub fn reader<'r>(self: &Arc<Self>, mut input: impl Read + Send + 'r) -> Result<Box<dyn Read + Send + 'r>> {
        let running = self.signature.as_ref().map(SignatureCheck::begin);
        match self.content {
            BodyContent::Framed { frame_len } => {
                let frame_len = usize::try_from(frame_len).unwrap_or(usize::MAX);
                let work = FrameOpening::new(Arc::clone(self), running, frame_len, READ_AT_A_TIME);
                Ok(Box::new(BatchReader::new(work, input)))
            }
            BodyContent::Single => {
                let never = AtomicBool::new(false);
                let (plaintext, _) = single::read(self, running.as_ref(), self.limits, &never, &mut input)?;
                Ok(Box::new(PlaintextReader { plaintext, given: 0 }))
            }
        }
    }
}

/// Reads a plaintext in memory, which is wiped afterwards.
struct PlaintextReader {
    plaintext: Zeroizing<Vec<u8>>,
    given: usize,
}

impl Read for PlaintextReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (&self.plaintext[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}
