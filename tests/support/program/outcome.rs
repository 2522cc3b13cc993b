//! What a program did.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread;

/// Runs a command to its end.
pub fn finish(mut command: Command, input: &[u8]) -> Outcome {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program can be started");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let output = thread::scope(|scope| {
        // A program that fails early closes its input: that is for the caller to see in the outcome.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("the program can be waited for")
    });
    let Output { status, stdout, stderr } = output;
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    Outcome { code: status.code().unwrap_or(-1), stdout, stderr }
}

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code, or -1 after a signal.
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Outcome {
    /// Checks that it did what it was asked.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        assert_eq!(self.code, 0, "standard error:\n{}", self.stderr);
        self
    }

    /// Checks that it gave exactly these bytes.
    #[track_caller]
    pub fn gives(&self, plaintext: &[u8]) -> &Self {
        self.ok();
        assert!(self.stdout == plaintext, "{} other bytes came out", self.stdout.len());
        self
    }

    /// Checks that it failed with this exit code, and that nothing came out.
    #[track_caller]
    pub fn fails(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "standard error:\n{}", self.stderr);
        assert!(self.stdout.is_empty(), "{} bytes came out of a failure", self.stdout.len());
        let mut said = self.stderr.lines().filter(|line| !line.starts_with("kenc: warning: "));
        let begins_with_error = said.next().is_some_and(|line| line.starts_with("kenc: error: "));
        assert!(begins_with_error, "standard error:\n{}", self.stderr);
        self
    }

    /// Checks that an error or a reason has these words.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        let said = self.stderr.lines().filter(|line| !line.starts_with("kenc: hint: "));
        assert!(said.into_iter().any(|line| line.contains(words)), "no `{words}` in:\n{}", self.stderr);
        self
    }

    /// Checks that a hint has these words.
    #[track_caller]
    pub fn hints(&self, words: &str) -> &Self {
        let hints = self.stderr.lines().filter(|line| line.starts_with("kenc: hint: "));
        assert!(hints.into_iter().any(|line| line.contains(words)), "no hint `{words}` in:\n{}", self.stderr);
        self
    }

    pub fn stdout_text(&self) -> String {
        String::from_utf8(self.stdout.clone()).expect("the output is text")
    }
}
