//! `kenc decrypt` and `kenc verify` of many files: a key is asked once for each wrapped key that is met.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, Write};

use kenc::Session;
use kenc::config::Guards;
use kenc::document::EncryptedDocument;
use kenc::error::{Error, Result};
use kenc::formats::detect;
use kenc::formats::native::armor::ArmorReader;
use kenc::formats::native::chunk::plaintext_len;
use kenc::formats::native::pipeline::{self, Pipeline};
use kenc::formats::native::{ChunkCipher, FileHead, read_error};
use kenc::fs::atomic::AtomicFile;
use kenc::fs::attributes::Attributes;
use kenc::fs::held::Held;
use kenc::fs::input::Input;

use crate::args::documents::DocumentOpenArgs;
use crate::args::{DecryptArgs, VerifyArgs};
use crate::commands::decrypt::decrypted_name;
use crate::commands::opening::threads;
use crate::failure::{Cause, Exit, Failure};
use crate::many::{self, Earlier, FileToDo, Outcome, Plan, Request, Turns, Work};
use kenc::formats::detect::Detected;
use kenc::formats::detect::{is_armored, is_native};
use kenc::ops::configs::Configs;
use kenc::ops::documents::verify::{DocumentCheck, verify as verify_document};
use kenc::ops::observer::Progress as _;

use crate::progress::Bar;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

/// Bytes that are read at first: the whole of a small file.
const START: usize = 8 << 10;

pub fn decrypt(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let request = Request::new(&args.many, &args.inputs, Some(&args.output), args.resume.resume)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle()?;
    let plan = request.plan(decrypted_name)?;
    let threads = threads(&args.work);
    let opening =
        Opening { plan: &plan, session: &session, documents: &args.document_open, turns: Turns::new(threads) };
    many::run(&request, &plan, threads, reporter, &Decryption(opening))
}

pub fn verify(args: &VerifyArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let request = Request::new(&args.many, &args.inputs, None, false)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle()?;
    let plan = request.plan(decrypted_name)?;
    let threads = threads(&args.work);
    let opening =
        Opening { plan: &plan, session: &session, documents: &args.document_open, turns: Turns::new(threads) };
    many::run(&request, &plan, threads, reporter, &Verification(opening))
}

struct Decryption<'a>(Opening<'a>);

impl Work for Decryption<'_> {
    const DONE: &'static str = "decrypted";

    fn run(&self, file: &FileToDo, progress: &Bar, others: &dyn Fn()) -> Result<Outcome, Failure> {
        let Self(opening) = self;
        let plan = opening.plan;
        let about = || Failure::about(file.display());
        let (mut sealed, held) = Sealed::open(file, plan)?;
        if plan.is_in_place() && plan.resume && detect::never_was_native(&sealed.start) {
            return Ok(Outcome::WholeAlready);
        }
        // What is not named like a kenc file keeps its name, and goes first.
        Plan::check_name(file, |_| true)?;
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
            return Ok(Outcome::WholeAlready);
        }
        let output = plan.result(file, &earlier, held)?;
        let cipher = opening.cipher(&file_head, &guards, others).map_err(about())?;
        let attributes = Attributes::of_plaintext(reader.metadata, reader.file);
        let bytes = opening.open(reader, &file_head, &cipher, Some(&output), progress).map_err(about())?;
        output.restore_plaintext(&attributes)?;
        output.commit()?;
        Ok(Outcome::Written(bytes))
    }
}

struct Verification<'a>(Opening<'a>);

impl Work for Verification<'_> {
    const DONE: &'static str = "authentic";

    fn run(&self, file: &FileToDo, progress: &Bar, others: &dyn Fn()) -> Result<Outcome, Failure> {
        let Self(opening) = self;
        let about = || Failure::about(file.display());
        let (mut sealed, _) = Sealed::open(file, opening.plan)?;
        if let Some(document) = sealed.document(file)? {
            return opening.verify_document(document, file, &sealed.metadata);
        }
        let guards = opening.session.guards(Some(&file.path()))?;
        let mut reader = sealed.reader().map_err(about())?;
        let head = FileHead::read(&mut reader.bytes).map_err(about())?;
        let cipher = opening.cipher(&head, &guards, others).map_err(about())?;
        let bytes = opening.open(reader, &head, &cipher, None, progress).map_err(about())?;
        Ok(Outcome::Authentic(bytes, Box::new(head.header)))
    }
}

/// What decrypting and verifying have in common.
struct Opening<'a> {
    plan: &'a Plan,
    session: &'a Session,
    documents: &'a DocumentOpenArgs,
    turns: Turns,
}

impl Opening<'_> {
    fn decrypt_document(
        &self,
        document: EncryptedDocument,
        file: &FileToDo,
        sealed: &Sealed,
        held: Option<Held>,
        guards: &Guards,
    ) -> Result<Outcome, Failure> {
        let Sealed { metadata, .. } = sealed;
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
        Ok(Outcome::Written(plaintext.len() as u64))
    }

    fn verify_document(
        &self,
        sealed: EncryptedDocument,
        file: &FileToDo,
        metadata: &Metadata,
    ) -> Result<Outcome, Failure> {
        let about = || Failure::about(file.display());
        match verify_document(sealed, Some(&file.path()), sessions::demanded(self.documents), self.session)? {
            DocumentCheck::Authentic(verified) => Ok(Outcome::Verified(metadata.len(), verified)),
            DocumentCheck::Faulty(problems) => {
                let problem = problems.into_iter().next().expect("what is not verified has a problem");
                Err(about()(problem.into()))
            }
        }
    }

    fn of_document(&self, guards: &Guards) -> kenc::document::OpenRequirements {
        sessions::demands(self.session, self.documents, guards.require_seal)
    }

    fn cipher(&self, head: &FileHead, guards: &Guards, others: &dyn Fn()) -> Result<ChunkCipher> {
        if !self.session.knows(head) {
            others();
        }
        self.session.cipher(head, &guards.trusted)
    }

    fn open(
        &self,
        reader: Reader<'_>,
        head: &FileHead,
        cipher: &ChunkCipher,
        output: Option<&AtomicFile>,
        progress: &Bar,
    ) -> Result<u64> {
        let Reader { mut bytes, file, len, is_armored, .. } = reader;
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
struct Sealed {
    file: File,
    metadata: Metadata,
    start: Vec<u8>,
}

/// The bytes of an input, without armor.
struct Reader<'a> {
    bytes: Box<dyn Read + Send + 'a>,
    file: &'a File,
    metadata: &'a Metadata,
    /// Length of the file, in bytes: at least that of what is in the armor.
    len: u64,
    is_armored: bool,
}

impl Sealed {
    fn open(todo: &FileToDo, plan: &Plan) -> Result<(Self, Option<Held>), Failure> {
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

    fn reader(&mut self) -> Result<Reader<'_>> {
        let Self { file, metadata, start } = self;
        if !is_native(start) {
            return Err(detect::not_ours(start));
        }
        let is_armored = is_armored(start);
        let file = &*file;
        let bytes = start.chain(file);
        let bytes: Box<dyn Read + Send> = if is_armored { Box::new(ArmorReader::new(bytes)) } else { Box::new(bytes) };
        Ok(Reader { bytes, file, metadata, len: metadata.len(), is_armored })
    }
}
