//! A text of any length that is not kept.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;

/// A long text that shows where a piece of it comes from, without being kept: a pattern of a length that no block has.
pub struct LongText {
    pattern: Vec<u8>,
}

impl LongText {
    pub fn new() -> Self {
        let mut state = 1_u32;
        let pattern = (0..(1 << 20) + 7).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        });
        Self { pattern: pattern.collect() }
    }

    /// Writes the first `length` bytes.
    pub fn write(&self, writer: &mut impl Write, length: u64) -> std::io::Result<()> {
        let mut left = length;
        while left > 0 {
            let part = usize::try_from(left).map_or(self.pattern.len(), |left| left.min(self.pattern.len()));
            writer.write_all(&self.pattern[..part])?;
            left -= part as u64;
        }
        Ok(())
    }

    /// Checks that a reader gives the beginning of the text, and returns how much.
    #[track_caller]
    pub fn check(&self, reader: &mut impl Read) -> u64 {
        let mut buffer = vec![0; 1 << 18];
        let (mut at, mut count) = (0, 0);
        loop {
            let room = buffer.len().min(self.pattern.len() - at);
            let filled = reader.read(&mut buffer[..room]).expect("a pipe can be read");
            if filled == 0 {
                return count;
            }
            assert!(buffer[..filled] == self.pattern[at..at + filled], "another byte than was written, after {count}");
            at = (at + filled) % self.pattern.len();
            count += filled as u64;
        }
    }

    /// Writes the first `length` bytes to a program, which must succeed.
    #[track_caller]
    pub fn write_to(&self, length: u64, command: &mut Command) {
        let mut child = command.stdin(Stdio::piped()).spawn().expect("the program can be started");
        let mut input = child.stdin.take().expect("it is a pipe");
        self.write(&mut input, length).expect("a pipe can be written");
        drop(input);
        assert!(child.wait().expect("a child can be waited for").success());
    }

    /// Checks that a program prints the first `length` bytes.
    #[track_caller]
    pub fn compare_with(&self, length: u64, command: &mut Command) {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program can be started");
        assert_eq!(self.check(&mut child.stdout.take().expect("it is a pipe")), length);
        assert!(child.wait().expect("a child can be waited for").success());
    }

    /// Sends `length` bytes through two programs, and checks that they come out again.
    pub fn send_through(&self, length: u64, first: &mut Command, second: &mut Command) {
        let mut first = first.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program can be started");
        let between = first.stdout.take().expect("it is a pipe");
        let mut second = second.stdin(between).stdout(Stdio::piped()).spawn().expect("the program can be started");
        let mut input = first.stdin.take().expect("it is a pipe");
        let mut output = second.stdout.take().expect("it is a pipe");
        thread::scope(|scope| {
            scope.spawn(move || self.write(&mut input, length).expect("a pipe can be written"));
            assert_eq!(self.check(&mut output), length);
        });
        for mut child in [first, second] {
            assert!(child.wait().expect("a child can be waited for").success());
        }
    }
}
