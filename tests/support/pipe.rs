//! Several programs, each reading what the one before it writes.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use super::kenc::Home;
use super::process::{program, run_quietly};

/// Runs the commands as one pipe without input, and checks that all succeed. Returns what the last one writes.
#[track_caller]
pub fn pipe(commands: Vec<Command>) -> Vec<u8> {
    let count = commands.len();
    let mut before = Stdio::null();
    let mut children: Vec<Child> = Vec::new();
    for (number, mut command) in commands.into_iter().enumerate() {
        let mut child = command.stdin(before).stdout(Stdio::piped()).spawn().expect("the program can be started");
        before = Stdio::null();
        if number + 1 < count {
            before = child.stdout.take().expect("it is a pipe").into();
        }
        children.push(child);
    }
    let mut output = Vec::new();
    let mut last = children.last_mut().and_then(|child| child.stdout.take()).expect("there is a last one");
    last.read_to_end(&mut output).expect("a pipe can be read");
    for (number, child) in children.iter_mut().enumerate() {
        let status = child.wait().expect("a child can be waited for");
        assert!(status.success(), "program {} of the pipe: {status}", number + 1);
    }
    output
}

/// kenc under a program that tells how much memory it had.
pub struct Measured {
    pub command: Command,
    peak: PathBuf,
}

impl Measured {
    /// `name` is that of a file, and must be another one for each in a home.
    pub fn new(home: &Home, name: &str, arguments: &[&str]) -> Result<Self, String> {
        let peak = home.file(name);
        let mut command = home.environment_of(Command::new(program("time")?));
        command.args(["-f", "%M", "-o"]).arg(&peak).arg(env!("CARGO_BIN_EXE_kenc")).args(arguments);
        Ok(Self { command, peak })
    }

    /// The most memory that kenc may have in RAM, in KiB, whatever it does with files and streams: 14 MiB more than when there is
    /// nothing to do. What it has then are mostly pages of the program itself, and one for debugging is large.
    pub fn most_kib(home: &Home) -> Result<u64, String> {
        let mut idle = Self::new(home, "idle.peak", &["encrypt", "/dev/null", "-o", "idle.kenc"])?;
        run_quietly(&mut idle.command);
        Ok(idle.peak_kib() + (14 << 10))
    }

    /// The most memory that kenc had in RAM, in KiB, after its end.
    pub fn peak_kib(&self) -> u64 {
        let peak = fs::read_to_string(&self.peak).expect("the measurement is there");
        peak.trim().parse().unwrap_or_else(|_| panic!("the program failed: {peak}"))
    }
}

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
