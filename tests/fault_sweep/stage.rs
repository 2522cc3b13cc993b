//! The place for the runs of one scenario: a file tree that is made once, and copied for every run.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Stands in every plaintext.
pub const SECRET: &str = "correct-horse-battery-staple";

/// The kinds of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    File {
        content: Vec<u8>,
        mode: u32,
        /// Whether the secret stands in it. It is searched once: a file may be long.
        reveals: bool,
    },
    Link(PathBuf),
}

/// The files of a tree by their paths in it.
pub type Files = BTreeMap<String, Entry>;

/// The content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It is not encrypted.
    Clear(Vec<u8>),
    /// It opens.
    Sealed {
        plaintext: Vec<u8>,
        recipients: Vec<String>,
    },
    /// An age identity.
    Identity,
    Link(PathBuf),
    /// It is encrypted, and does not open.
    Broken(String),
}

pub struct Stage {
    folder: TempDir,
    /// What is there before every run.
    pub before: Files,
}

impl Stage {
    /// Runs a script in a new tree with a local key, in memory if there is a file system for that.
    pub fn new(script: &str) -> Self {
        let place = Some(PathBuf::from("/dev/shm")).filter(|path| path.is_dir()).unwrap_or_else(std::env::temp_dir);
        let folder = TempDir::with_prefix_in("kenc-test-", place).unwrap();
        let root = folder.path().join("made");
        for name in ["", "home", "work", "bin", "memory", "tmp"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        std::fs::set_permissions(root.join("memory"), std::fs::Permissions::from_mode(0o700)).unwrap();
        for name in ["kenc", "sops"] {
            symlink(env!("CARGO_BIN_EXE_kenc"), root.join("bin").join(name)).unwrap();
        }
        let editor = root.join("bin/change");
        std::fs::write(&editor, "#!/bin/sh\necho \"more: correct-horse-battery-staple\" >> \"$1\"\n").unwrap();
        std::fs::set_permissions(editor, std::fs::Permissions::from_mode(0o755)).unwrap();

        let others = "for n in '' 2 3 4 5; do kenc keygen -o ../tmp/other$n > other$n; done";
        let script = format!("set -e; kenc keygen > recipient; {others}; {script}");
        let output = Self::command_in(&root, "bash").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        Self { folder, before: files_in(&root) }
    }

    /// The tree of the next run.
    fn root(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    /// Makes the tree as it is before every run.
    pub fn set(&self) {
        let root = self.root();
        if root.exists() {
            std::fs::remove_dir_all(&root).unwrap();
        }
        copy(&self.folder.path().join("made"), &root);
    }

    /// What is there now.
    pub fn files(&self) -> Files {
        files_in(&self.root())
    }

    /// A program in the tree, and a file for its standard error.
    pub fn command(&self, words: &[&str], input: &[u8]) -> (Command, std::fs::File) {
        let mut command = Self::command_in(&self.root(), words[0]);
        let (reader, mut writer) = std::io::pipe().unwrap();
        // It is short enough for a pipe to take it without a reader.
        writer.write_all(input).unwrap();
        let said = tempfile::tempfile().unwrap();
        let recipient =
            |name: &str| std::fs::read_to_string(self.root().join("work").join(name)).unwrap().trim().to_owned();
        let words = words[1..].iter().map(|word| match *word {
            "RECIPIENT" => recipient("recipient"),
            word if word.starts_with("OTHER") => recipient(&word.to_lowercase()),
            word => word.to_owned(),
        });
        command.args(words).stdin(reader).stdout(Stdio::null()).stderr(said.try_clone().unwrap());
        (command, said)
    }

    fn command_in(root: &Path, program: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = root.join("bin");
        let in_bin = bin.join(program);
        let mut command = Command::new(if in_bin.exists() { in_bin.as_os_str() } else { program.as_ref() });
        command
            .current_dir(root.join("work"))
            .env_clear()
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("HOME", root.join("home"))
            .env("TMPDIR", root.join("tmp"))
            .env("XDG_RUNTIME_DIR", root.join("memory"))
            .env("LANG", "C.UTF-8")
            .env("EDITOR", "change")
            .env("SOPS_AGE_KEY_FILE", root.join("tmp/other"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        command
    }

    /// The plaintext of a file of the tree. An encrypted one is opened by a run of its own.
    pub fn reading(&self, path: &str, entry: &Entry) -> Reading {
        let content = match entry {
            Entry::Link(target) => return Reading::Link(target.clone()),
            Entry::File { content, .. } => content,
        };
        let text = String::from_utf8_lossy(content);
        let has_identity =
            text.lines().last().is_some_and(|line| line.starts_with("AGE-SECRET-KEY-1") && line.len() == 74);
        if has_identity && text.ends_with('\n') {
            return Reading::Identity;
        }
        if !content.starts_with(b"\x89kenc") && !["ENC[AES", "BEGIN KENC"].iter().any(|mark| text.contains(mark)) {
            return Reading::Clear(content.clone());
        }
        let mut open = Self::command_in(&self.root(), "kenc");
        // Its name need not say what it is: a copy that was kept of `x.yaml` is not called so.
        let kept = path.strip_suffix(".kenc-edit").unwrap_or(path);
        let input = std::fs::File::open(self.root().join(path)).unwrap();
        let notation = Path::new(kept).extension().and_then(|ending| ending.to_str());
        let notation = notation.filter(|ending| ["yaml", "json"].contains(ending) && text.contains("ENC[AES"));
        open.args(["decrypt", "-"]).args(notation.map(|notation| format!("--input-type={notation}"))).stdin(input);
        let output = open.output().unwrap();
        if !output.status.success() {
            return Reading::Broken(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let is_in_word = |byte: &u8| byte.is_ascii_alphanumeric();
        let starts = memchr::memmem::find_iter(content, "age1").filter(|&at| at == 0 || !is_in_word(&content[at - 1]));
        let words = starts.map(|at| &content[at..]).map(|word| word.iter().copied().take_while(is_in_word));
        let words = words.map(|word| word.map(char::from).collect::<String>());
        let mut recipients: Vec<String> = words.filter(|word| word.len() == 62).collect();
        recipients.sort();
        // A table of keys stands in a header twice.
        recipients.dedup();
        Reading::Sealed { plaintext: output.stdout, recipients }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_symlink() {
            symlink(std::fs::read_link(entry.path()).unwrap(), target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    std::fs::set_permissions(to, from.metadata().unwrap().permissions()).unwrap();
}

fn files_in(root: &Path) -> Files {
    let mut files = Files::new();
    add_files(root, root, &mut files);
    files
}

fn add_files(root: &Path, folder: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if metadata.is_dir() {
            add_files(root, &path, files);
        } else if metadata.is_symlink() {
            files.insert(name, Entry::Link(std::fs::read_link(&path).unwrap()));
        } else {
            let content = std::fs::read(&path).unwrap();
            let reveals = memchr::memmem::find(&content, SECRET.as_bytes()).is_some();
            files.insert(name, Entry::File { content, mode: metadata.permissions().mode(), reveals });
        }
    }
}
