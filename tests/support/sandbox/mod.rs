//! A place to run kenc in: a folder of its own, with a home and an environment that nothing else has a part in.

pub mod private;
pub mod terminal;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a condition may take to come true on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(10);

/// A temporary folder with `home`, `work` (where commands run) and `bin` (where `kenc` is).
pub struct Sandbox {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Sandbox {
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    /// A sandbox on the file system of `parent`.
    pub fn within(parent: &Path) -> Self {
        crate::support::take_signals_as_usual();
        let sandbox = Self { folder: TempDir::with_prefix_in("kenc-test-", parent).unwrap(), variables: Vec::new() };
        for name in ["home", "work", "bin"] {
            std::fs::create_dir(sandbox.path().join(name)).unwrap();
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), sandbox.path().join("bin/kenc")).unwrap();
        sandbox
    }

    /// A sandbox with a local key.
    pub fn with_key() -> Self {
        let sandbox = Self::new();
        sandbox.succeeds("kenc keygen");
        sandbox
    }

    /// Sets a variable for everything that runs here.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Makes a program of the sandbox: a script of bash.
    pub fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path().join("bin").join(name);
        std::fs::write(&path, format!("#!/bin/bash\n{script}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn work(&self, name: &str) -> PathBuf {
        self.path().join("work").join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.work(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.work(name)).unwrap()
    }

    /// A program in the sandbox, with nothing to read.
    pub fn command(&self, program: &str) -> Command {
        let mut path = self.path().join("bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut command = Command::new(program);
        command
            .current_dir(self.path().join("work"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path().join("home"))
            .env("TMPDIR", self.path())
            .env("LANG", "C.UTF-8")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    pub fn kenc(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_kenc"));
        command.args(arguments);
        command
    }

    pub fn shell(&self, script: &str) -> Command {
        let mut command = self.command("bash");
        command.args(["-c", script]);
        command
    }

    /// Runs a script that must succeed, and returns what it printed.
    pub fn succeeds(&self, script: &str) -> String {
        let output = self.shell(script).output().unwrap();
        assert!(output.status.success(), "{script}: {}\n{}", output.status, text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs a script that must end with `code`, and returns what it said on the standard error.
    pub fn fails(&self, script: &str, code: i32) -> String {
        let output = self.shell(script).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{script}\n{}", text(&output.stderr));
        text(&output.stderr)
    }

    /// Names in the work folder, sorted.
    pub fn names(&self) -> Vec<String> {
        names_in(&self.path().join("work"))
    }
}

pub fn names_in(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn stderr(output: &Output) -> String {
    text(&output.stderr)
}

/// Bytes that do not compress and do not repeat, the same every time.
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).flatten().take(len).collect()
}

/// Waits until `condition` holds.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a program can be started.
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Says that a test, or a part of one, was left out.
pub fn skip(name: &str, reason: &str) {
    let line = format!("skipped: {name}: {reason}\n");
    // Past the test harness, which would keep it to itself when the test passes.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = std::env::var_os("KENC_TEST_SKIPS") {
        let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}
