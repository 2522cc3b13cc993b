//! Opening many files: each distinct wrapped key is unwrapped once.

use std::io::Write;

use super::crew::{FileOutcome, TreeWork};
use super::file::FileToDo;
use super::request::{Earlier, TreePlan};
use super::source::{ResultKind, TreeSource};
use super::turns::Turns;
use crate::config::Guards;
use crate::document::EncryptedDocument;
use crate::error::Result;
use crate::formats::detect::{self, Detected};
use crate::formats::format::{UnlockedFile, Work};
use crate::formats::native::write_error;
use crate::ops::documents::open::StatedRequirements;
use crate::ops::documents::verify::{DocumentCheck, verify as verify_document};
use crate::ops::failure::Failure;
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
        file.wait_for_storages(others);
        let mut source = plan.open(session, file)?;
        let detected = TreeOpening::detect(&mut source, file)?;
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
            let_others_go_first(session, &sealed, others);
            return opening.decrypt_document(*sealed, file, source, &guards);
        }
        let sealed = detected.file(session.read_policy()).map_err(about())?;
        let plaintext_len = sealed.plaintext_len();
        let earlier = plan.earlier(session, file, &source, |result| plaintext_len == result.len())?;
        if matches!(earlier, Earlier::Whole) {
            return Ok(FileOutcome::WholeAlready);
        }
        let mut output = plan.result(session, file, &earlier, &mut source)?;
        let unlocked = unlock(session, (sealed, &file.display()), &guards, others).map_err(about())?;
        output.expect_len(source.len());
        let opened = output.write(&[], |sink| opening.open(unlocked, source.len(), sink, progress));
        let bytes = opened.map_err(about())?;
        source.finish(output, ResultKind::Plaintext, *session)?;
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
        file.wait_for_storages(others);
        // Beside encrypted files, folders hold others. One that is named like a kenc file should be one.
        let path = file.path();
        if file.is_found && path.extension().is_none_or(|ending| ending != "kenc") {
            let mut source = opening.plan.open(session, file)?;
            if !detect::is_encrypted(source.take_input(), &path).map_err(about())? {
                return Ok(FileOutcome::NotEncrypted);
            }
        }
        let mut source = opening.plan.open(session, file)?;
        let detected = match TreeOpening::detect(&mut source, file)? {
            Detected::Document(document) => {
                let_others_go_first(session, &document, others);
                return opening.verify_document(*document, file, source.len());
            }
            other => other,
        };
        let guards = session.guards(Some(&file.path()))?;
        let sealed = detected.file(session.read_policy()).map_err(about())?;
        let head = Box::new(sealed.describe());
        let unlocked = unlock(session, (sealed, &file.display()), &guards, others).map_err(about())?;
        let bytes = opening.open(unlocked, source.len(), PayloadOutput::Nowhere, progress).map_err(about())?;
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
    fn detect(source: &mut TreeSource, todo: &FileToDo) -> Result<Detected, Failure> {
        Detected::new(source.take_input(), Some(&todo.path()), None).map_err(Failure::about(todo.display()))
    }

    fn decrypt_document(
        &self,
        sealed: EncryptedDocument,
        file: &FileToDo,
        mut source: TreeSource,
        guards: &Guards,
    ) -> Result<FileOutcome<u64>, Failure> {
        let earlier = self.plan.earlier(self.session, file, &source, |_| false)?;
        let mut output = self.plan.result(self.session, file, &earlier, &mut source)?;
        let name = file.display();
        let plaintext = document(self.session, sealed, &name, self.demanded, guards)?;
        let plaintext = plaintext.plaintext(&[]).map_err(|fault| Failure::about(name)(fault.into()))?;
        output.writer().write_all(&plaintext).map_err(write_error)?;
        source.finish(output, ResultKind::Plaintext, self.session)?;
        Ok(FileOutcome::Done(plaintext.len() as u64))
    }

    fn verify_document(
        &self,
        sealed: EncryptedDocument,
        file: &FileToDo,
        len: u64,
    ) -> Result<FileOutcome<Authentic>, Failure> {
        match verify_document(sealed, Some(&file.path()), self.demanded, self.session)? {
            DocumentCheck::Authentic(verified) => Ok(FileOutcome::Done(Authentic::Document { bytes: len, verified })),
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

/// Calls `others` if opening a document waits for a key service.
fn let_others_go_first(session: &Session, document: &EncryptedDocument, others: &dyn Fn()) {
    let demands = StatedRequirements::default().in_session(session);
    if document.waits_for_service(&session.keyring(), &demands.only) {
        others();
    }
}
