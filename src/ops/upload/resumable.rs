//! One file that becomes an object, by an upload that a later run goes on with.
//!
//! A later run encrypts the file again, from its beginning, under the same key and nonces. That is safe because it sends only what
//! an earlier one sent or would have sent: the digest of every part is in the state before the first byte of the part leaves, and a
//! part that differs from its digest ends the upload. Then, and whenever the file, its keys or the upload are not those of the
//! state, the upload begins anew with a new data key.

use std::fs::File;
use std::path::Path;

use super::fault::UploadFault;
use super::state::{EarlierUpload, UploadSource, UploadState};
use crate::config::WholeFileRecipe;
use crate::context::EncryptionContext;
use crate::crypto::{Backend, Suite, hexadecimal, sha256};
use crate::error::{Class, Error, ObjectRefusalKind, Result};
use crate::formats::native::chunk::sealed_len;
use crate::formats::native::pipeline::Pipeline;
use crate::formats::native::{ChunkCipher, FileHead, NewFile, Parameters, TableCopies};
use crate::fs::atomic::Existing;
use crate::fs::file_state::FileState;
use crate::ops::failure::{Cause, Failure};
use crate::ops::file_id::FILE_ID;
use crate::ops::session::Session;
use crate::storage::output::Output;
use crate::storage::payload::PayloadInput;
use crate::storage::s3::{FoundUpload, ObjectName, ObjectNotes, UnfinishedUpload};

/// What becomes of an upload that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedUpload {
    /// It is aborted.
    Aborted,
    /// It stays, and the next run goes on with it.
    Kept,
}

/// One file that becomes an object.
pub struct ResumableUpload<'a> {
    /// The file, which must be a regular one.
    pub input: &'a Path,
    /// The object.
    pub object: &'a ObjectName,
    /// What becomes of another object that is there.
    pub existing: Existing,
    /// Its keys and its context.
    pub recipe: &'a WholeFileRecipe,
    /// Its cipher.
    pub suite: Suite,
    /// Fewest bytes of the file.
    pub least: u64,
    /// Threads to work with.
    pub threads: usize,
}

/// The file as it is now.
struct OpenFile {
    file: File,
    state: FileState,
}

impl ResumableUpload<'_> {
    /// Uploads it, or the rest of it. Returns the length of the object in bytes.
    ///
    /// # Errors
    /// If the file is no regular one, or its upload is under way; those of the file, the keys and the storage.
    pub fn run(&self, session: &Session) -> Result<u64, Failure> {
        let file = self.open()?;
        let (state, earlier) = UploadState::open(self.input, self.object)?;
        match self.upload(session, &file, &state, earlier) {
            Err(why) if state.has_upload() => {
                let (subject, released) = (why.subject.clone(), why.released);
                let cause = Cause::UploadKept { why: Box::new(why), object: self.object.to_string() };
                Err(Failure { subject, cause, released })
            }
            outcome => {
                state.remove();
                outcome
            }
        }
    }

    fn open(&self) -> Result<OpenFile, Failure> {
        let failed = |source| Error::io(format!("read {}", self.input.display()), source);
        // A named pipe would be waited for.
        if !self.input.metadata().map_err(failed)?.is_file() {
            return Err(UploadFault::NotAFile(self.input.display().to_string()).into());
        }
        let file = File::open(self.input).map_err(failed)?;
        let state = FileState::of(&file.metadata().map_err(failed)?);
        if state.len < self.least {
            return Err(Cause::TooShort { bytes: state.len, least: self.least }.into());
        }
        Ok(OpenFile { file, state })
    }

    fn upload(
        &self,
        session: &Session,
        file: &OpenFile,
        state: &UploadState,
        earlier: Option<EarlierUpload>,
    ) -> Result<u64, Failure> {
        let Some(earlier) = earlier else {
            if let Some(len) = self.len_if_done(session, file)? {
                session.observer().note(&format!("{} is whole already", self.object));
                return Ok(len);
            }
            return self.begin(session, file, state);
        };
        let id = earlier.kept.id.clone();
        let why = match self.go_on(session, file, state, earlier) {
            Ok(Continuation::Done(len)) => return Ok(len),
            Ok(Continuation::Anew(why)) => why,
            Err(failure) if is_of_other_parts(&failure) => "the file is not the one of which parts were sent",
            Err(failure) => return Err(failure),
        };
        session.observer().note(&format!("{}: the upload begins anew, because {why}", self.object));
        // It may be gone; if not, `kenc s3 cleanup` finds it.
        let _ = session.s3().abort(&UnfinishedUpload { object: self.object.clone(), id, begun: None });
        state.clear()?;
        self.begin(session, file, state)
    }

    /// Begins with a new data key.
    fn begin(&self, session: &Session, file: &OpenFile, state: &UploadState) -> Result<u64, Failure> {
        let (data_key, slots) = session.wrap_new(self.recipe)?;
        let parameters = Parameters { suite: self.suite, context: self.recipe.context.clone() };
        let NewFile { head, cipher } = NewFile::new(parameters, slots, &data_key, Backend::default())?;
        let source = UploadSource { file: file.state.to_string(), recipe: self.digest(), head: head.clone() };
        let len = head.len() as u64 + sealed_len(file.state.len);
        let notes = ObjectNotes { modified: file.state.modified, ..ObjectNotes::default() };
        let output = session.s3().create_kept(self.object, self.existing, notes, state.ledger(source), len)?;
        self.seal(session, file, (&head, &cipher), output)
    }

    /// Goes on with the upload of an earlier run, if it is one of the same file under the same keys.
    fn go_on(
        &self,
        session: &Session,
        file: &OpenFile,
        state: &UploadState,
        earlier: EarlierUpload,
    ) -> Result<Continuation, Failure> {
        let EarlierUpload { source, kept } = earlier;
        if source.file != file.state.to_string() {
            return Ok(Continuation::Anew("the file has changed"));
        }
        if source.recipe != self.digest() {
            return Ok(Continuation::Anew("it gets other keys, another context or another cipher"));
        }
        let Ok(head) = FileHead::read(&mut &source.head[..]) else {
            return Ok(Continuation::Anew("its state is damaged"));
        };
        let len = head.len() + sealed_len(file.state.len);
        let ledger = state.ledger(source.clone());
        let open = match session.s3().go_on((self.object, self.existing), kept, ledger, len)? {
            FoundUpload::Open(open) => open,
            FoundUpload::Complete => return Ok(Continuation::Done(len)),
            FoundUpload::Gone => return Ok(Continuation::Anew("S3 no longer has it")),
        };
        let trusted = session.guards(Some(self.input))?.trusted;
        let cipher = match session.cipher(&head, &trusted) {
            Ok(cipher) => cipher,
            Err(error) if error.class() == Class::NoKey => {
                return Ok(Continuation::Anew("none of its keys can be used to decrypt here"));
            }
            Err(error) => return Err(error.into()),
        };
        session.observer().note(&format!("{}: S3 has {} bytes of it", self.object, open.there));
        self.seal(session, file, (&source.head, &cipher), open.output).map(Continuation::Done)
    }

    fn seal(
        &self,
        session: &Session,
        OpenFile { file, state }: &OpenFile,
        (head, cipher): (&[u8], &ChunkCipher),
        mut output: Output,
    ) -> Result<u64, Failure> {
        let name = self.input.display().to_string();
        let progress = session.observer().progress(&name, Some(state.len));
        let advance = |bytes| progress.advance(bytes);
        let pipeline = Pipeline { threads: self.threads, progress: &advance, cancelled: session.cancelled() };
        let input = PayloadInput::File { file, start: 0, len: state.len };
        let sealed = output.write(head, |sink| pipeline.seal(cipher, input, sink)).map_err(Failure::about(&name))?;
        drop(progress);
        let now = FileState::of(&file.metadata().map_err(Error::Read)?);
        if (now.len, now.modified) != (state.len, state.modified) {
            return Err(Failure::about(name)(Error::InputWrittenTo));
        }
        output.commit_waiting(session).map_err(Failure::about(name))?;
        Ok(head.len() as u64 + sealed)
    }

    /// The length of the object, if it is this file already, as far as its time, its length and its head tell.
    fn len_if_done(&self, session: &Session, file: &OpenFile) -> Result<Option<u64>, Failure> {
        let found = match session.s3().open_if_there(self.object) {
            Ok(found) => found,
            // Who may write need not be allowed to read.
            Err(Error::Object(refusal)) if refusal.kind == ObjectRefusalKind::Denied => None,
            Err(error) => return Err(error.into()),
        };
        let Some((result, _)) = found.filter(|(_, notes)| notes.modified == file.state.modified) else {
            return Ok(None);
        };
        let Some(len) = result.len() else { return Ok(None) };
        let Ok(head) = FileHead::read(&mut result.into_reader()) else { return Ok(None) };
        let (Parameters { suite, context }, slots) = (&head.header.parameters, &head.header.table.slots);
        let WholeFileRecipe { keys, context: wanted, .. } = self.recipe;
        let has_keys =
            slots.len() == keys.len() && keys.iter().all(|key| slots.iter().any(|slot| key.names(slot).is_possible()));
        let is_whole = head.header.copies == TableCopies::Whole && len == head.len() + sealed_len(file.state.len);
        let is_this = has_keys && is_whole && *suite == self.suite && chosen(context) == chosen(wanted);
        Ok(is_this.then_some(len))
    }

    /// A digest of what decides how the file is encrypted, besides the file.
    fn digest(&self) -> String {
        let mut text = Vec::new();
        let mut add = |part: &str| {
            text.extend((part.len() as u64).to_be_bytes());
            text.extend(part.as_bytes());
        };
        add(self.suite.name());
        for key in &self.recipe.keys {
            add(key.provider());
            add(key.as_str());
        }
        for (name, value) in chosen(&self.recipe.context) {
            add(&name);
            add(&value);
        }
        hexadecimal(&sha256(&text))
    }
}

enum Continuation {
    /// It is an object of so many bytes.
    Done(u64),
    /// It must begin again, and why.
    Anew(&'static str),
}

/// The pairs of a context but the random one.
fn chosen(context: &EncryptionContext) -> Vec<(String, String)> {
    context.to_pairs().into_iter().filter(|(name, _)| name != FILE_ID).collect()
}

fn is_of_other_parts(failure: &Failure) -> bool {
    let Cause::Library(Error::Object(refusal)) = &failure.cause else { return false };
    refusal.kind == ObjectRefusalKind::PartsDiffer
}
