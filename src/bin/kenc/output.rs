//! Output that may go to a terminal.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kenc::formats::format::Encoding;
use kenc::fs::atomic::{Existing, Sync};
use kenc::ops::jobs::ResultChoice;
use kenc::storage::output::{Destination, Output};
use zeroize::Zeroizing;

use crate::args::OutputArgs;
use crate::failure::{CommandFault, Failure};
use crate::printable::is_hidden;

impl From<&OutputArgs> for ResultChoice {
    fn from(args: &OutputArgs) -> Self {
        let OutputArgs { output, in_place, force, sync } = args;
        Self {
            output: output.clone(),
            in_place: *in_place,
            existing: if *force { Existing::Replace } else { Existing::Refuse },
            sync: if *sync { Sync::Always } else { Sync::WhenReplacing },
        }
    }
}

/// Whether the destination is a terminal that was not named.
fn is_unasked_terminal(destination: &Destination) -> bool {
    *destination == Destination::StandardOutput { forced: false } && std::io::stdout().is_terminal()
}

/// Refuses to write ciphertext to a terminal without being asked. Armor is text, made for terminals too.
pub fn refuse_terminal(
    destination: &Destination,
    input: Option<&Path>,
    encoding: Encoding,
) -> Result<(), CommandFault> {
    if encoding == Encoding::Armored || !is_unasked_terminal(destination) {
        return Ok(());
    }
    Err(CommandFault::CiphertextToTerminal { input: input.map(Path::to_owned) })
}

/// The output for plaintext. A terminal gets text only, unless `-o -` names it.
pub struct PlaintextOutput(Option<Arc<AtomicBool>>);

impl PlaintextOutput {
    /// Puts a filter before an output that is a terminal. The second value explains a failure.
    pub fn new(output: Output, destination: &Destination) -> (Output, Self) {
        match output {
            Output::Stream(stream) if is_unasked_terminal(destination) => {
                let text = TextOnly::new(stream);
                let has_refused = Arc::clone(&text.has_refused);
                (Output::Stream(Box::new(text)), Self(Some(has_refused)))
            }
            other => (other, Self(None)),
        }
    }

    /// The failure, or the fact that the plaintext is not text.
    pub fn explain<T>(self, outcome: Result<T, Failure>, input: Option<&Path>) -> Result<T, Failure> {
        if self.0.is_some_and(|has_refused| has_refused.load(Ordering::Relaxed)) {
            return Err(CommandFault::BinaryToTerminal { input: input.map(Path::to_owned) }.into());
        }
        outcome
    }
}

/// Passes text to a terminal, and stops before characters that would do something other than show.
struct TextOnly {
    writer: Box<dyn Write + Send>,
    /// The beginning of a character that is incomplete so far.
    begun: Vec<u8>,
    has_refused: Arc<AtomicBool>,
}

impl TextOnly {
    fn new(writer: Box<dyn Write + Send>) -> Self {
        Self { writer, begun: Vec::new(), has_refused: Arc::default() }
    }

    /// Whether everything may be shown.
    fn is_text(&mut self, bytes: &[u8]) -> bool {
        let mut text = Zeroizing::new(std::mem::take(&mut self.begun));
        text.extend_from_slice(bytes);
        let mut chunks = text.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            if chunk.valid().chars().any(|letter| !"\t\n\r".contains(letter) && is_hidden(letter)) {
                return false;
            }
            let invalid = chunk.invalid();
            let may_go_on =
                chunks.peek().is_none() && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if may_go_on {
                self.begun = invalid.to_vec();
            } else if invalid.iter().any(|byte| (0x80..=0x9f).contains(byte)) {
                // In other encodings these are control characters too.
                return false;
            }
        }
        true
    }
}

impl Write for TextOnly {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.is_text(bytes) {
            self.has_refused.store(true, Ordering::Relaxed);
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        self.writer.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a terminal accepts the pieces of a text.
    fn is_shown(pieces: &[&[u8]]) -> bool {
        let mut text = TextOnly::new(Box::new(std::io::sink()));
        pieces.iter().all(|piece| text.write_all(piece).is_ok()) && !text.has_refused.load(Ordering::Relaxed)
    }

    #[test]
    fn a_terminal_gets_text_and_nothing_that_it_would_obey_or_hide() {
        for shown in [&b"plain\ttext\r\n"[..], "Grüße".as_bytes(), "日本語".as_bytes(), b"latin-1: \xfc"] {
            assert!(is_shown(&[shown]), "{shown:?}");
            // In pieces of one byte each as well.
            assert!(is_shown(&shown.chunks(1).collect::<Vec<_>>()), "{shown:?}");
        }
        for hidden in ["\u{1b}[2J", "a\u{9b}2J", "a\u{202e}b", "a\u{200b}b", "a\u{7f}", "a\0", "\u{2066}", "\u{e0041}"]
        {
            assert!(!is_shown(&[hidden.as_bytes()]), "{hidden:?}");
            assert!(!is_shown(&hidden.as_bytes().chunks(1).collect::<Vec<_>>()), "{hidden:?}");
        }
        assert!(!is_shown(&[b"a\x9b2J"]) && !is_shown(&[b"\xc2", b"\x9b"]));
    }
}
