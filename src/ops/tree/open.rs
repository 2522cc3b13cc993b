//! Opening many files: a key is asked once for each wrapped key that is met.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, Write};

use super::crew::{FileOutcome, TreeWork};
use super::file::FileToDo;
use super::request::{Earlier, TreePlan};
use super::turns::Turns;
use crate::config::Guards;
use crate::document::EncryptedDocument;
use crate::error::{Error, Result};
use crate::formats::detect::{self, Detected, is_armored, is_native};
use crate::formats::native::armor::ArmorReader;
use crate::formats::native::chunk::plaintext_len;
use crate::formats::native::pipeline::{self, Pipeline};
use crate::formats::native::{ChunkCipher, FileHead, Header, read_error};
use crate::fs::atomic::AtomicFile;
use crate::fs::attributes::Attributes;
use crate::fs::held::Held;
use crate::fs::input::Input;
use crate::ops::documents::open::StatedRequirements;
use crate::ops::documents::verify::{DocumentCheck, VerifiedDocument, verify as verify_document};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Progress;
use crate::ops::session::Session;

/// Bytes that are read at first: the whole of a small file.
const START: usize = 8 << 10;

/// A file that is authentic.
pub enum Authentic {
    /// A kenc file.
    File {
        /// How many bytes are authentic.
        bytes: u64,
        /// Its header.
        header: Box<Header>,
    },
    /// A document.
    Document {
        /// How long it is.
        bytes: u64,
        /// What is known of it.
        verified: Box<VerifiedDocument>,
    },
}

/// The opening of every file, into its result.
pub struct OpenEach<'a>(pub TreeOpening<'a>);

impl TreeWork for OpenEach<'_> {
    /// How many bytes were written.
    type Done = u64;

    fn run(
        &self,
        file: &FileToDo,
        progress: &dyn Progress,
        others: &dyn Fn(),
    ) -> Result<FileOutcome<Self::Done>, Failure> {
        let Self(opening) = self;
        let plan = opening.plan;
        let about = || Failure::about(file.display());
        let (mut sealed, held) = OpenFile::open(file, plan)?;
        if plan.is_in_place() && plan.resume && detect::never_was_native(&sealed.start) {
            return Ok(FileOutcome::WholeAlready);
        }
        // What is not named like a kenc file keeps its name, and goes first.
        TreePlan::check_name(file, |_| true)?;
        let guards = opening.session.guards(Some(&file.path()))?;
        if let Some(document) = sealed.document(file)? {
            return opening.decrypt_document(document, file, &sealed, held, &guards);
        }
        let mut reader = sealed.reader().map_err(about())?;
        let file_head = FileHead::read(&mut reader.bytes).map_err(about())?;
        opening.session.check_context(&file_head).map_err(about())?;
        let payload_len = reader.len.saturating_sub(file_head.len());
        let is_binary = !reader.is_armored;
        let earlier = plan.earlier(file, reader.metadata, |_, result| {
            is_binary && plaintext_len(payload_len) == Some(result.len())
        })?;
        if matches!(earlier, Earlier::Whole) {
            return Ok(FileOutcome::WholeAlready);
        }
        let output = plan.result(file, &earlier, held)?;
        let cipher = opening.cipher(&file_head, &guards, others).map_err(about())?;
        let attributes = Attributes::of_plaintext(reader.metadata, reader.file);
        let bytes = opening.open(reader, &file_head, &cipher, Some(&output), progress).map_err(about())?;
        output.restore_plaintext(&attributes)?;
        output.commit()?;
        Ok(FileOutcome::Done(bytes))
    }
}

/// The opening of every file, to see whether it is authentic.
pub struct VerifyEach<'a>(pub TreeOpening<'a>);

impl TreeWork for VerifyEach<'_> {
    type Done = Authentic;

    fn run(
        &self,
        file: &FileToDo,
        progress: &dyn Progress,
        others: &dyn Fn(),
    ) -> Result<FileOutcome<Self::Done>, Failure> {
        let Self(opening) = self;
        let about = || Failure::about(file.display());
        let (mut sealed, _) = OpenFile::open(file, opening.plan)?;
        if let Some(document) = sealed.document(file)? {
            return opening.verify_document(document, file, &sealed.metadata);
        }
        let guards = opening.session.guards(Some(&file.path()))?;
        let mut reader = sealed.reader().map_err(about())?;
        let head = FileHead::read(&mut reader.bytes).map_err(about())?;
        let cipher = opening.cipher(&head, &guards, others).map_err(about())?;
        let bytes = opening.open(reader, &head, &cipher, None, progress).map_err(about())?;
        Ok(FileOutcome::Done(Authentic::File { bytes, header: Box::new(head.header) }))
    }
}

/// What decrypting and verifying have in common.
pub struct TreeOpening<'a> {
    /// Where results go.
    pub plan: &'a TreePlan,
    /// Everything with which keys are asked.
    pub session: &'a Session,
    /// What is demanded of documents.
    pub demanded: StatedRequirements,
    /// Who may work.
    pub turns: Turns,
}

impl TreeOpening<'_> {
    fn decrypt_document(
        &self,
        document: EncryptedDocument,
        file: &FileToDo,
        sealed: &OpenFile,
        held: Option<Held>,
        guards: &Guards,
    ) -> Result<FileOutcome<u64>, Failure> {
        let OpenFile { metadata, .. } = sealed;
        let about = || Failure::about(file.display());
        let earlier = self.plan.earlier(file, metadata, |_, _| false)?;
        let output = self.plan.result(file, &earlier, held)?;
        let keyring = self.session.keyring_trusting(&guards.trusted);
        let opened = document.open(&keyring, &self.of_document(guards)).map_err(about())?;
        self.session.warn_unless_sealed(&file.display(), opened.report());
        let plaintext = opened.into_plaintext().plaintext(&[]).map_err(|fault| about()(fault.into()))?;
        output.file().write_all(&plaintext).map_err(Error::Write)?;
        output.restore_plaintext(&Attributes::of_plaintext(metadata, &sealed.file))?;
        output.commit()?;
        Ok(FileOutcome::Done(plaintext.len() as u64))
    }

    fn verify_document(
        &self,
        sealed: EncryptedDocument,
        file: &FileToDo,
        metadata: &Metadata,
    ) -> Result<FileOutcome<Authentic>, Failure> {
        let about = || Failure::about(file.display());
        match verify_document(sealed, Some(&file.path()), self.demanded, self.session)? {
            DocumentCheck::Authentic(verified) => {
                Ok(FileOutcome::Done(Authentic::Document { bytes: metadata.len(), verified }))
            }
            DocumentCheck::Faulty(problems) => {
                let problem = problems.into_iter().next().expect("what is not verified has a problem");
                Err(about()(problem.into()))
            }
        }
    }

    fn of_document(&self, guards: &Guards) -> crate::document::OpenRequirements {
        self.demanded.with_seal_required(guards.require_seal).in_session(self.session)
    }

    fn cipher(&self, head: &FileHead, guards: &Guards, others: &dyn Fn()) -> Result<ChunkCipher> {
        if !self.session.knows(head) {
            others();
        }
        self.session.cipher(head, &guards.trusted)
    }

    fn open(
        &self,
        reader: FileReader<'_>,
        head: &FileHead,
        cipher: &ChunkCipher,
        output: Option<&AtomicFile>,
        progress: &dyn Progress,
    ) -> Result<u64> {
        let FileReader { mut bytes, file, len, is_armored, .. } = reader;
        let payload_len = len.saturating_sub(head.len());
        let mut turn = self.turns.wait(payload_len);
        if let Some(room) = turn.room(payload_len) {
            let mut output = output.map(AtomicFile::file);
            let opened = room.open(cipher, &mut bytes, output.as_mut().map(|file| file as _))?;
            progress.advance(len);
            return Ok(opened);
        }
        let pipeline = Pipeline {
            threads: turn.threads(),
            progress: &|bytes| progress.advance(bytes),
            cancelled: self.session.cancelled(),
        };
        let source = if is_armored {
            pipeline::PayloadInput::Stream(&mut bytes)
        } else {
            pipeline::PayloadInput::File { file, start: head.len(), len: payload_len }
        };
        let sink = match output {
            Some(output) => pipeline::PayloadOutput::File { file: output.file(), start: 0 },
            None => pipeline::PayloadOutput::Nowhere,
        };
        pipeline.open(cipher, source, sink)
    }
}

/// An open input with its first bytes.
struct OpenFile {
    file: File,
    metadata: Metadata,
    start: Vec<u8>,
}

/// The bytes of an input, without armor.
struct FileReader<'a> {
    bytes: Box<dyn Read + Send + 'a>,
    file: &'a File,
    metadata: &'a Metadata,
    /// Length of the file, in bytes: at least that of what is in the armor.
    len: u64,
    is_armored: bool,
}

impl OpenFile {
    fn open(todo: &FileToDo, plan: &TreePlan) -> Result<(Self, Option<Held>), Failure> {
        let (mut file, held) = plan.open(todo)?;
        let about = || Failure::about(todo.display());
        let metadata = file.metadata().map_err(Error::Read).map_err(about())?;
        if !metadata.is_file() {
            return Err(Cause::NotAFile(todo.path()).into());
        }
        let mut start = Vec::with_capacity(START);
        Read::by_ref(&mut file).take(START as u64).read_to_end(&mut start).map_err(read_error).map_err(about())?;
        Ok((Self { file, metadata, start }, held))
    }

    /// The config document that it is, if it is one.
    fn document(&mut self, todo: &FileToDo) -> Result<Option<EncryptedDocument>, Failure> {
        if is_native(&self.start) {
            return Ok(None);
        }
        let about = || Failure::about(todo.display());
        self.file.rewind().map_err(Error::Read).map_err(about())?;
        let input = self.file.try_clone().and_then(Input::of_file).map_err(Error::Read).map_err(about())?;
        match Detected::new(input, Some(&todo.path()), None).map_err(about())? {
            Detected::Document(document) => Ok(Some(*document)),
            _ => Ok(None),
        }
    }

    fn reader(&mut self) -> Result<FileReader<'_>> {
        let Self { file, metadata, start } = self;
        if !is_native(start) {
            return Err(detect::not_ours(start));
        }
        let is_armored = is_armored(start);
        let file = &*file;
        let bytes = start.chain(file);
        let bytes: Box<dyn Read + Send> = if is_armored { Box::new(ArmorReader::new(bytes)) } else { Box::new(bytes) };
        Ok(FileReader { bytes, file, metadata, len: metadata.len(), is_armored })
    }
}
