//! Opening many files: each distinct wrapped key is unwrapped once.

use std::fs::{File, Metadata};
use std::io::Write;

use super::crew::{FileOutcome, TreeWork};
use super::file::FileToDo;
use super::request::{Earlier, TreePlan};
use super::turns::Turns;
use crate::config::Guards;
use crate::document::EncryptedDocument;
use crate::error::{Error, Result};
use crate::formats::detect::{self, Detected};
use crate::formats::format::{UnlockedFile, Work};
use crate::fs::attributes::Attributes;
use crate::fs::held::Held;
use crate::fs::input::Input;
use crate::ops::documents::open::StatedRequirements;
use crate::ops::documents::verify::{DocumentCheck, verify as verify_document};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Progress;
use crate::ops::open::{Authentic, document, unlock};
use crate::ops::session::Session;
use crate::storage::payload::PayloadOutput;

/// Opens every file into its result.
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
        let TreeOpening { plan, session, .. } = opening;
        let about = || Failure::about(file.display());
        let (source, metadata, held) = opening.open_source(file)?;
        let attributes = Attributes::of_plaintext(&metadata, &source);
        let detected = TreeOpening::detect(source, file)?;
        if let Detected::Foreign(_, start) = &detected
            && plan.is_in_place()
            && plan.resume
            && detect::never_was_encrypted(start)
        {
            return Ok(FileOutcome::WholeAlready);
        }
        // What is not named like a kenc file keeps its name, and takes precedence.
        TreePlan::check_name(file, |_| true)?;
        let guards = session.guards(Some(&file.path()))?;
        if let Detected::Document(sealed) = detected {
            return opening.decrypt_document(*sealed, file, (&metadata, &attributes), held, &guards);
        }
        let sealed = detected.file(session.read_policy()).map_err(about())?;
        let plaintext_len = sealed.plaintext_len();
        let earlier = plan.earlier(file, &metadata, |_, result| plaintext_len == Some(result.len()))?;
        if matches!(earlier, Earlier::Whole) {
            return Ok(FileOutcome::WholeAlready);
        }
        let output = plan.result(file, &earlier, held)?;
        let unlocked = unlock(session, sealed, &guards, others).map_err(about())?;
        let sink = PayloadOutput::File { file: output.file(), start: 0 };
        let bytes = opening.open(unlocked, metadata.len(), sink, progress).map_err(about())?;
        output.restore_plaintext(&attributes)?;
        output.commit_waiting(*session)?;
        Ok(FileOutcome::Done(bytes))
    }
}

/// Opens every file to check that it is authentic.
pub struct VerifyEach<'a>(pub TreeOpening<'a>);

impl TreeWork for VerifyEach<'_> {
    type Done = Authentic;

    const IS_IN_ORDER: bool = true;

    fn run(
        &self,
        file: &FileToDo,
        progress: &dyn Progress,
        others: &dyn Fn(),
    ) -> Result<FileOutcome<Self::Done>, Failure> {
        let Self(opening) = self;
        let TreeOpening { session, .. } = opening;
        let about = || Failure::about(file.display());
        // Beside encrypted files, folders hold others. One that is named like a kenc file should be one.
        let path = file.path();
        if file.is_found && path.extension().is_none_or(|ending| ending != "kenc") {
            let (source, _, _) = opening.open_source(file)?;
            let input = Input::of_file(source).map_err(Error::Read).map_err(about())?;
            if !detect::is_encrypted(input, &path).map_err(about())? {
                return Ok(FileOutcome::NotEncrypted);
            }
        }
        let (source, metadata, _) = opening.open_source(file)?;
        let detected = match TreeOpening::detect(source, file)? {
            Detected::Document(document) => return opening.verify_document(*document, file, &metadata),
            other => other,
        };
        let guards = session.guards(Some(&file.path()))?;
        let sealed = detected.file(session.read_policy()).map_err(about())?;
        let head = Box::new(sealed.describe());
        let unlocked = unlock(session, sealed, &guards, others).map_err(about())?;
        let bytes = opening.open(unlocked, metadata.len(), PayloadOutput::Nowhere, progress).map_err(about())?;
        Ok(FileOutcome::Done(Authentic::File { bytes, head }))
    }
}

/// What decrypting and verifying have in common.
pub struct TreeOpening<'a> {
    /// Where results go.
    pub plan: &'a TreePlan,
    /// Everything needed to ask keys.
    pub session: &'a Session,
    /// The requirements for documents.
    pub demanded: StatedRequirements,
    /// The work permits.
    pub turns: Turns,
}

impl TreeOpening<'_> {
    fn open_source(&self, todo: &FileToDo) -> Result<(File, Metadata, Option<Held>), Failure> {
        let (file, held) = self.plan.open(todo, self.session)?;
        let metadata = file.metadata().map_err(Error::Read).map_err(Failure::about(todo.display()))?;
        if !metadata.is_file() {
            return Err(Cause::NotAFile(todo.path()).into());
        }
        Ok((file, metadata, held))
    }

    fn detect(source: File, todo: &FileToDo) -> Result<Detected, Failure> {
        let about = || Failure::about(todo.display());
        let input = Input::of_file(source).map_err(Error::Read).map_err(about())?;
        Detected::new(input, Some(&todo.path()), None).map_err(about())
    }

    fn decrypt_document(
        &self,
        sealed: EncryptedDocument,
        file: &FileToDo,
        (metadata, attributes): (&Metadata, &Attributes),
        held: Option<Held>,
        guards: &Guards,
    ) -> Result<FileOutcome<u64>, Failure> {
        let earlier = self.plan.earlier(file, metadata, |_, _| false)?;
        let output = self.plan.result(file, &earlier, held)?;
        let name = file.display();
        let plaintext = document(self.session, sealed, &name, self.demanded, guards)?;
        let plaintext = plaintext.plaintext(&[]).map_err(|fault| Failure::about(name)(fault.into()))?;
        output.file().write_all(&plaintext).map_err(Error::Write)?;
        output.restore_plaintext(attributes)?;
        output.commit_waiting(self.session)?;
        Ok(FileOutcome::Done(plaintext.len() as u64))
    }

    fn verify_document(
        &self,
        sealed: EncryptedDocument,
        file: &FileToDo,
        metadata: &Metadata,
    ) -> Result<FileOutcome<Authentic>, Failure> {
        match verify_document(sealed, Some(&file.path()), self.demanded, self.session)? {
            DocumentCheck::Authentic(verified) => {
                Ok(FileOutcome::Done(Authentic::Document { bytes: metadata.len(), verified }))
            }
            DocumentCheck::Faulty(problems) => {
                let problem = problems.into_iter().next().expect("what is not verified has a problem");
                Err(Failure::about(file.display())(problem.into()))
            }
        }
    }

    fn open(
        &self,
        unlocked: Box<dyn UnlockedFile>,
        len: u64,
        output: PayloadOutput<'_>,
        progress: &dyn Progress,
    ) -> Result<u64> {
        let mut turn = self.turns.wait(len);
        let work = Work {
            threads: turn.threads(),
            progress: &|bytes| progress.advance(bytes),
            cancelled: self.session.cancelled(),
            workspace: turn.workspace(len),
        };
        unlocked.open(output, work)
    }
}
