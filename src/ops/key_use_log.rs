//! kenc's own log of its calls of AWS KMS (`audit_log:` of the user's config): a line of JSON for each, written and synced before
//! anything is made of the answer.
//!
//! It holds no secret: request ids, names of keys, contexts, and digests of wrapped keys, which `kenc audit` finds files by.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::keys::aws_kms::KmsCall;

/// The log. Several processes may write to it at the same time.
pub struct KeyUseLog {
    path: PathBuf,
    /// What the command line names, in every line.
    inputs: Vec<String>,
    /// Open from the first call on.
    file: Mutex<Option<File>>,
}

impl KeyUseLog {
    /// The log at `path`. Nothing is opened yet. `inputs` are the files that the work is about, as far as that is known.
    #[must_use]
    pub fn new(path: PathBuf, inputs: Vec<String>) -> Self {
        Self { path, inputs, file: Mutex::default() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it, and creates it if it is missing.
    ///
    /// # Errors
    /// Why nothing can be written to it, in a sentence.
    pub fn open(&self) -> Result<(), String> {
        self.with_file(|_| Ok(()))
    }

    /// Adds a line for a call, and syncs it.
    ///
    /// # Errors
    /// If it cannot be written, in a sentence.
    pub fn add(&self, call: &KmsCall) -> Result<(), String> {
        let mut line = self.line(call).to_string();
        line.push('\n');
        self.with_file(|file| {
            file.lock()?;
            let written = append(file, line);
            // A process that ends gives the lock back as well.
            let _ = file.unlock();
            written
        })
    }

    fn line(&self, call: &KmsCall) -> Value {
        let KmsCall { operation, key, answered_key, request_id, status, context, wrapped_keys } = call;
        let pairs: Map<String, Value> =
            context.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let digests: Vec<String> = wrapped_keys.iter().map(|digest| digest.to_hex()).collect();
        json!({
            "time": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            "kenc": env!("CARGO_PKG_VERSION"),
            "operation": operation,
            "key": answered_key.as_ref().or(key.as_ref()),
            "request_id": request_id,
            "status": status,
            "context": pairs,
            "wrapped_keys": digests,
            "files": self.inputs,
        })
    }

    fn with_file(&self, act: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<(), String> {
        let mut opened = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match &mut *opened {
            Some(file) => act(file),
            none => open(&self.path).and_then(|file| act(none.insert(file))),
        };
        outcome.map_err(|error| {
            let error = error.to_string();
            let reason = error.split(" (os error").next().unwrap_or_default();
            format!("cannot write the log of key uses {}: {}", self.path.display(), reason.to_lowercase())
        })
    }
}

fn append(file: &mut File, mut line: String) -> std::io::Result<()> {
    // A crash may have left a line without its end.
    if file.seek(SeekFrom::End(0))? > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            line.insert(0, '\n');
        }
    }
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Contexts and names of files are nobody else's business. A named pipe must not be waited for.
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(std::io::Error::other("it is not a regular file")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::WrappedKeyDigest;

    fn call(id: &str) -> KmsCall {
        KmsCall {
            operation: "Decrypt".to_owned(),
            key: Some("alias/a".to_owned()),
            answered_key: Some("arn:aws:kms:eu-west-1:111122223333:key/x".to_owned()),
            request_id: Some(id.to_owned()),
            status: 200,
            context: vec![("app".to_owned(), "shop".to_owned())],
            wrapped_keys: vec![WrappedKeyDigest::of(b"wrapped")],
        }
    }

    #[test]
    fn lines_are_added_whole_by_several_at_the_same_time_and_after_one_that_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uses.jsonl");
        std::fs::write(&path, "{\"operation\":\"Dec").unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let log = KeyUseLog::new(path.clone(), vec!["/a".to_owned()]);
                let write = move || (0..25).for_each(|number| log.add(&call(&format!("r-{writer}-{number}"))).unwrap());
                crate::threads::spawn_scoped(scope, write).unwrap();
            }
        });
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 101);
        let mut ids: Vec<String> = lines[1..]
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["request_id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 100);
    }

    #[test]
    fn what_is_no_file_or_in_no_folder_cannot_be_written_and_is_said_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let open = |path: &Path| KeyUseLog::new(path.to_owned(), Vec::new()).open();
        open(&folder.path().join("new")).unwrap();
        assert!(open(folder.path()).unwrap_err().starts_with("cannot write the log of key uses "));
        assert!(open(&folder.path().join("missing/log")).unwrap_err().ends_with("no such file or directory"));
    }
}
