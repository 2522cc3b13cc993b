//! What a run keeps of an upload in the state folder: lines of JSON, each of which is true of everything before it.
//!
//! Nothing in it is a secret: the head of the file holds the data key as the keys wrapped it, and the digests are of encrypted bytes.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::fault::UploadFault;
use crate::config::is_writable_by_others;
use crate::crypto::{hexadecimal, sha256};
use crate::error::{Error, Result};
use crate::ops::failure::Failure;
use crate::ops::places::state_folder;
use crate::storage::s3::{KeptUpload, ObjectName, SentPart, UploadLedger};

/// The version of these lines. A state of another one is none.
const VERSION: u32 = 1;
/// Longest state that is read, in bytes: two lines for each of 10 000 parts are far shorter.
const LONGEST: u64 = 16 << 20;

/// What the parts of an upload are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UploadSource {
    /// The state of the file.
    pub(super) file: String,
    /// A digest of keys, context and cipher.
    pub(super) recipe: String,
    /// What the object begins with.
    pub(super) head: Vec<u8>,
}

/// An upload that an earlier run began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EarlierUpload {
    pub(super) source: UploadSource,
    pub(super) kept: KeptUpload,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateLine {
    Upload(UploadLine),
    Sends(PartLine),
    Sent(SentLine),
}

#[derive(Serialize, Deserialize)]
struct UploadLine {
    version: u32,
    object: String,
    id: String,
    token: String,
    part_len: u64,
    file: String,
    recipe: String,
    head: String,
}

#[derive(Serialize, Deserialize)]
struct PartLine {
    part: u32,
    len: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct SentLine {
    part: u32,
    tag: String,
}

/// The state of the upload of one file to one object. No other program has it at the same time.
pub(super) struct UploadState {
    path: PathBuf,
    object: String,
    file: Arc<File>,
}

impl UploadState {
    /// Opens the state, with what an earlier run left in it.
    ///
    /// # Errors
    /// If there is no place for it, another program has it, or others can write it.
    pub(super) fn open(input: &Path, object: &ObjectName) -> Result<(Self, Option<EarlierUpload>), Failure> {
        let (input, object) = (std::fs::canonicalize(input).unwrap_or_else(|_| input.to_owned()), object.to_string());
        let path = place(&input, &object)?;
        let failed = |source| Failure::from(Error::io(format!("write {}", path.display()), source));
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(failed)?;
        // On Windows, a locked file cannot be written to.
        if cfg!(unix) && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(UploadFault::UnderWay { input: input.display().to_string(), object }.into());
        }
        // Whoever can write it could have us encrypt under a key of theirs.
        if is_writable_by_others(&path) {
            return Err(UploadFault::OpenToOthers(path).into());
        }
        let (earlier, len) = earlier(&mut file, &object).map_err(failed)?;
        // What a killed run began to write is no line.
        file.set_len(len).map_err(failed)?;
        Ok((Self { path, object, file: Arc::new(file) }, earlier))
    }

    /// Keeps an upload that is made of this.
    pub(super) fn ledger(&self, source: UploadSource) -> Box<dyn UploadLedger> {
        Box::new(StateLedger { file: Arc::clone(&self.file), object: self.object.clone(), source })
    }

    /// Whether there is an upload to go on with.
    pub(super) fn has_upload(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| metadata.len() > 0)
    }

    /// Forgets the upload.
    ///
    /// # Errors
    /// If that cannot be written: a later run would take the old state for that of the new upload.
    pub(super) fn clear(&self) -> Result<()> {
        let cleared = self.file.set_len(0).and_then(|()| self.file.sync_data());
        cleared.map_err(|source| Error::io(format!("write {}", self.path.display()), source))
    }

    /// Removes it.
    pub(super) fn remove(self) {
        // One that stays says of an upload that is gone, and the next run finds that out.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The file of the state, whose folder is made.
fn place(input: &Path, object: &str) -> Result<PathBuf, Failure> {
    let folder = state_folder().ok_or(UploadFault::NoStateFolder)?.join("uploads");
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|source| Error::io(format!("make the folder {}", folder.display()), source))?;
    let digest = sha256(&[object.as_bytes(), &[0], input.as_os_str().as_encoded_bytes()].concat());
    Ok(folder.join(format!("{}.jsonl", hexadecimal(&digest[..16]))))
}

/// What an earlier run wrote, and how many bytes of that are whole lines.
fn earlier(file: &mut File, object: &str) -> std::io::Result<(Option<EarlierUpload>, u64)> {
    file.seek(SeekFrom::Start(0))?;
    let mut lines = BufReader::new(file.take(LONGEST));
    let (mut found, mut len, mut line) = (None, 0, String::new());
    while lines.read_line(&mut line).is_ok_and(|count| count > 0) && line.ends_with('\n') {
        let Ok(read) = serde_json::from_str(&line) else { break };
        match (read, &mut found) {
            (StateLine::Upload(upload), None) => {
                let Some(upload) = upload.into_earlier(object) else { break };
                found = Some(upload);
            }
            (StateLine::Sends(PartLine { part, len, sha256 }), Some(EarlierUpload { kept, .. })) => {
                let Some(digest) = digest_of(&sha256) else { break };
                kept.parts.insert(part, SentPart { len, digest, tag: None });
            }
            (StateLine::Sent(SentLine { part, tag }), Some(EarlierUpload { kept, .. })) => {
                let Some(part) = kept.parts.get_mut(&part) else { break };
                part.tag = Some(tag);
            }
            _ => break,
        }
        len += line.len() as u64;
        line.clear();
    }
    Ok((found, len))
}

impl UploadLine {
    fn into_earlier(self, object: &str) -> Option<EarlierUpload> {
        let Self { version, object: of, id, token, part_len, file, recipe, head } = self;
        let head = BASE64_STANDARD.decode(head).ok()?;
        let kept = KeptUpload { id, token, part_len, parts: BTreeMap::new() };
        let earlier = EarlierUpload { source: UploadSource { file, recipe, head }, kept };
        (version == VERSION && of == object).then_some(earlier)
    }
}

fn digest_of(digits: &str) -> Option<[u8; 32]> {
    let byte = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..32).map_while(byte).collect();
    <[u8; 32]>::try_from(bytes).ok().filter(|_| digits.len() == 64)
}

struct StateLedger {
    file: Arc<File>,
    object: String,
    source: UploadSource,
}

impl StateLedger {
    fn write(&self, line: &StateLine) -> Result<()> {
        let mut text = serde_json::to_vec(line).expect("a line has names and numbers only");
        text.push(b'\n');
        (&*self.file).write_all(&text).map_err(Self::failed)
    }

    fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(Self::failed)
    }

    fn failed(source: std::io::Error) -> Error {
        Error::io("write the state of the upload", source)
    }
}

impl UploadLedger for StateLedger {
    fn begun(&mut self, upload: &KeptUpload) -> Result<()> {
        let UploadSource { file, recipe, head } = &self.source;
        let KeptUpload { id, token, part_len, parts: _ } = upload;
        self.write(&StateLine::Upload(UploadLine {
            version: VERSION,
            object: self.object.clone(),
            id: id.clone(),
            token: token.clone(),
            part_len: *part_len,
            file: file.clone(),
            recipe: recipe.clone(),
            head: BASE64_STANDARD.encode(head),
        }))?;
        self.sync()
    }

    fn sends(&mut self, number: u32, part: &SentPart) -> Result<()> {
        let sha256 = hexadecimal(&part.digest);
        self.write(&StateLine::Sends(PartLine { part: number, len: part.len, sha256 }))?;
        self.sync()
    }

    fn sent(&mut self, number: u32, tag: &str) -> Result<()> {
        self.write(&StateLine::Sent(SentLine { part: number, tag: tag.to_owned() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(tag: Option<&str>) -> SentPart {
        SentPart { len: 5, digest: [7; 32], tag: tag.map(str::to_owned) }
    }

    #[test]
    fn what_is_written_is_read_again_up_to_the_last_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let open = || OpenOptions::new().read(true).append(true).create(true).open(&path).unwrap();
        let source = UploadSource { file: "a".to_owned(), recipe: "b".to_owned(), head: vec![1, 2, 3] };
        let object = "s3://bucket/key".to_owned();
        let mut ledger = StateLedger { file: Arc::new(open()), object: object.clone(), source: source.clone() };
        let mut kept = KeptUpload { id: "id".to_owned(), token: "t".to_owned(), part_len: 9, parts: BTreeMap::new() };
        ledger.begun(&kept).unwrap();
        ledger.sends(1, &part(None)).unwrap();
        ledger.sends(2, &part(None)).unwrap();
        ledger.sent(1, "\"tag\"").unwrap();
        kept.parts = BTreeMap::from([(1, part(Some("\"tag\""))), (2, part(None))]);
        let whole = path.metadata().unwrap().len();
        let expected = EarlierUpload { source, kept };
        for torn in ["", "{", "{\"sends\":{\"part\":3,\"len\":5,\"sha256\":\"00\"}}\n", "\u{0}\n"] {
            let mut file = open();
            file.set_len(whole).unwrap();
            file.write_all(torn.as_bytes()).unwrap();
            assert_eq!(earlier(&mut file, &object).unwrap(), (Some(expected.clone()), whole), "{torn:?}");
        }
        assert_eq!(earlier(&mut open(), "s3://bucket/other").unwrap(), (None, 0));
        std::fs::write(&path, "{\"sent\":{\"part\":1,\"tag\":\"a\"}}\n").unwrap();
        assert_eq!(earlier(&mut open(), &object).unwrap(), (None, 0));
    }
}
