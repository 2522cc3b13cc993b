//! Runs the `git` program.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::fault::GitFault;
use crate::document::Document;
use crate::error::Error;
use crate::formats::detect::document_of;
use crate::ops::failure::Failure;

/// The result of running git.
pub struct GitAnswer {
    pub code: Option<i32>,
    pub output: Vec<u8>,
    pub message: String,
}

/// Runs git in the working folder.
pub fn ask<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<GitAnswer, Failure> {
    let mut command = Command::new("git");
    command.args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(|source| GitFault::NoGit(Error::io("run git", source).to_string()))?;
    Ok(GitAnswer {
        code: output.status.code(),
        output: output.stdout,
        message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// Runs git, which must succeed.
pub fn tell<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<Vec<u8>, Failure> {
    let GitAnswer { code, output, message } = ask(arguments)?;
    match code {
        Some(0) => Ok(output),
        _ => Err(GitFault::Failed(message.lines().next().unwrap_or("git failed").to_owned()).into()),
    }
}

/// The folder of the working tree.
pub fn top() -> Result<PathBuf, Failure> {
    let GitAnswer { code, output, .. } = ask(["rev-parse", "--show-toplevel"])?;
    if code != Some(0) {
        return Err(GitFault::NoRepository.into());
    }
    Ok(path(output.strip_suffix(b"\n").unwrap_or(&output)))
}

/// A path as git prints it.
pub fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        PathBuf::from(OsString::from_vec(bytes.to_vec()))
    }
    #[cfg(not(unix))]
    PathBuf::from(OsString::from(String::from_utf8_lossy(bytes).into_owned()))
}

/// The file in the last commit.
pub fn last_commit(path: &Path) -> Option<Document> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut object = OsString::from("HEAD:./");
    object.push(path.file_name()?);
    let answer = ask(["-C".into(), folder.as_os_str().to_owned(), "show".into(), object]).ok()?;
    let content = Some(answer.output).filter(|_| answer.code == Some(0))?;
    document_of(&content, path)
}

/// A file in the index.
pub struct IndexEntry {
    /// Relative to the folder of the working tree.
    pub path: PathBuf,
    /// The object name of its content.
    object: String,
}

impl IndexEntry {
    /// The staged regular files, or all of them.
    pub fn of_index(all: bool, top: &Path) -> Result<Vec<Self>, Failure> {
        let inside = |arguments: &[&str]| {
            let mut words: Vec<OsString> = vec!["-C".into(), top.into()];
            words.extend(arguments.iter().map(OsString::from));
            tell(words)
        };
        let mut entries = Vec::new();
        if all {
            let listed = inside(&["ls-files", "--stage", "-z"])?;
            for line in listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
                let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { continue };
                let words = String::from_utf8_lossy(&line[..tab]).into_owned();
                let mut words = words.split(' ');
                let (mode, object) = (words.next().unwrap_or_default(), words.next().unwrap_or_default().to_owned());
                if mode.starts_with("100") {
                    entries.push(Self { path: path(&line[tab + 1..]), object });
                }
            }
        } else {
            let listed =
                inside(&["diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=ACMTU"])?;
            let mut fields = listed.split(|byte| *byte == 0);
            while let (Some(state), Some(name)) = (fields.next(), fields.next()) {
                let words = String::from_utf8_lossy(state).into_owned();
                let words: Vec<&str> = words.split(' ').collect();
                if let [_, mode, _, object, _] = words[..]
                    && mode.starts_with("100")
                {
                    entries.push(Self { path: path(name), object: object.to_owned() });
                }
            }
        }
        Ok(entries)
    }
}

/// Contents of the index, from one run of git.
pub struct IndexContents {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl IndexContents {
    pub fn open() -> Result<Self, Failure> {
        let mut command = Command::new("git");
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|source| GitFault::NoGit(Error::io("run git", source).to_string()))?;
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it was set up as a pipe"));
        Ok(Self { child, requests, answers })
    }

    /// The content of an entry. `None` if it is longer than this many bytes.
    pub fn of(&mut self, entry: &IndexEntry, longest: u64) -> Result<Option<Vec<u8>>, Failure> {
        let failed = |_| Failure::from(GitFault::Failed(format!("git cannot show {}", entry.path.display())));
        let requests = self.requests.as_mut().expect("it is taken at the end only");
        requests.write_all(format!("{}\n", entry.object).as_bytes()).and_then(|()| requests.flush()).map_err(failed)?;
        let mut head = String::new();
        self.answers.read_line(&mut head).map_err(failed)?;
        let len = head.trim_end().rsplit(' ').next().and_then(|word| word.parse::<u64>().ok());
        let len = len.ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?;
        let mut content = (&mut self.answers).take(len);
        let kept = if len > longest {
            std::io::copy(&mut content, &mut std::io::sink()).map_err(failed)?;
            None
        } else {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map_err(failed)?;
            Some(bytes)
        };
        let mut end = [0];
        self.answers.read_exact(&mut end).map_err(failed)?;
        Ok(kept)
    }
}

impl Drop for IndexContents {
    fn drop(&mut self) {
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}
