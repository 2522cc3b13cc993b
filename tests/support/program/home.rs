//! A place to run kenc in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::outcome::{Outcome, finish};
use super::signals::take_signals_as_usual;
use crate::support::files::{names_in, text};

/// A folder that nothing else uses, with `home`, `work` (where commands run) and `bin` (where `kenc` is), and an environment
/// of which nothing of ours is left but the search path.
pub struct Home {
    folder: TempDir,
    work: PathBuf,
    variables: Vec<(String, String)>,
}

impl Home {
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    /// A home on the file system of `parent`.
    pub fn within(parent: &Path) -> Self {
        take_signals_as_usual();
        let folder = TempDir::with_prefix_in("kenc-test-", parent).expect("a temporary folder can be made");
        for name in ["home", "work", "bin"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder can be made");
        }
        let link = folder.path().join("bin/kenc");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), link).expect("a link can be made");
        let work = folder.path().join("work");
        Self { folder, work, variables: Vec::new() }
    }

    /// A home with a local key.
    pub fn with_key() -> Self {
        let home = Self::new();
        home.keygen();
        home
    }

    /// Sets a variable for every command of this home.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a variable for every command from now on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.into()));
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self
    }

    /// Whether a variable is set for the commands of this home.
    pub fn has(&self, name: &str) -> bool {
        self.variables.iter().any(|(other, _)| other == name)
    }

    /// The folder that holds all of it.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The folder in which commands run.
    pub fn path(&self) -> &Path {
        &self.work
    }

    /// A file of the folder in which commands run.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The file of the local key.
    pub fn local_key(&self) -> PathBuf {
        self.root().join("home/.config/kenc/keys.txt")
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).expect("a file can be read")
    }

    /// The names in the folder in which commands run, sorted.
    pub fn names(&self) -> Vec<String> {
        names_in(self.path())
    }

    /// Makes a program of this home: a script of bash.
    pub fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.root().join("bin").join(name);
        // Not through the link to the program under test.
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, format!("#!/bin/bash\n{script}\n")).expect("a file can be written");
        let for_all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, for_all).expect("the file is ours");
    }

    /// kenc without arguments, ready to be run by hand.
    pub fn command(&self) -> Command {
        self.environment_of(Command::new(env!("CARGO_BIN_EXE_kenc")))
    }

    /// kenc with arguments and nothing to read, ready to be run by hand.
    pub fn kenc(&self, arguments: &[&str]) -> Command {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Another program with nothing to read.
    pub fn tool(&self, program: &str) -> Command {
        let mut command = self.environment_of(Command::new(program));
        command.stdin(Stdio::null());
        command
    }

    /// A script of bash with nothing to read.
    pub fn shell(&self, script: &str) -> Command {
        let mut command = self.tool("bash");
        command.args(["-c", script]);
        command
    }

    /// Another program in the same home.
    pub fn environment_of(&self, mut command: Command) -> Command {
        let mut path = self.root().join("bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command.env_clear().current_dir(self.path()).env("PATH", path).env("LANG", "C.UTF-8");
        command.env("HOME", self.root().join("home")).env("TMPDIR", self.root());
        // No test may ask whether it runs on an instance of a cloud.
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a script that must succeed, and returns what it printed.
    #[track_caller]
    pub fn succeeds(&self, script: &str) -> String {
        let output = self.shell(script).output().expect("bash can be started");
        assert!(output.status.success(), "{script}: {}\n{}", output.status, text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs a script that must end with `code`, and returns what it said on the standard error.
    #[track_caller]
    pub fn fails(&self, script: &str, code: i32) -> String {
        let output = self.shell(script).output().expect("bash can be started");
        assert_eq!(output.status.code(), Some(code), "{script}\n{}", text(&output.stderr));
        text(&output.stderr)
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
