//! The program under test, in a home of its own.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

/// A home that nothing else uses, and an environment of which nothing of ours is left but the search path.
pub struct Home {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub fn new() -> Self {
        super::take_signals_as_usual();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::create_dir(folder.path().join("home")).expect("a folder can be made");
        Self { folder, variables: Vec::new() }
    }

    /// Sets a variable for every command of this home.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self
    }

    /// Whether a variable is set for the commands of this home.
    pub fn has(&self, name: &str) -> bool {
        self.variables.iter().any(|(other, _)| other == name)
    }

    /// The folder in which commands run.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).expect("a file can be read")
    }

    /// The command without arguments, ready to be run by hand.
    pub fn command(&self) -> Command {
        self.environment_of(Command::new(env!("CARGO_BIN_EXE_kenc")))
    }

    /// Another program in the same home.
    pub fn environment_of(&self, mut command: Command) -> Command {
        let home = self.path().join("home");
        command.env_clear().current_dir(self.path()).env("HOME", &home).env("XDG_CONFIG_HOME", home.join(".config"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // No test may ask whether it runs on an instance of a cloud.
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs kenc without input.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.run_with(arguments, &[])
    }

    /// Runs kenc with `input` on its standard input.
    pub fn run_with<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>, input: &[u8]) -> Outcome {
        let mut command = self.command();
        command.args(arguments);
        finish(command, input)
    }

    /// Makes the local key, and returns its recipient.
    pub fn keygen(&self) -> String {
        self.run(["keygen"]).ok().stdout_text().trim().to_owned()
    }

    /// Encrypts `plaintext` to bytes.
    pub fn encrypt(&self, arguments: &[&str], plaintext: &[u8]) -> Vec<u8> {
        self.run_with([&["encrypt"], arguments].concat(), plaintext).ok().stdout.clone()
    }

    /// Decrypts `file` with more arguments.
    pub fn decrypt(&self, arguments: &[&str], file: &[u8]) -> Outcome {
        self.run_with([&["decrypt"], arguments].concat(), file)
    }
}

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
