//! Sealing a document: a person looks at it, and vouches for what its MAC does not cover.

use crate::document::{
    ChangeOutcome, EncryptedDocument, EncryptedText, Format, OpenedDocument, SealRequirement, SealStatus,
};
use crate::fs::held::Held;
use crate::ops::change::targets::{Content, Intent, ResultOptions, Target};
use crate::ops::change::vouching::Consent;
use crate::ops::documents::open::{StatedRequirements, open_without_warning};
use crate::ops::failure::{Cause, Failure};
use crate::ops::question::Question;
use crate::ops::session::Session;

/// How documents are sealed.
pub struct Sealing<'a> {
    /// Whom to ask for keys.
    pub session: &'a Session,
    /// The notation, where the caller says it.
    pub notation: Option<Format>,
    /// What becomes of a file that is encrypted as a whole, and has nothing to seal.
    pub whole_files: WholeFiles,
    /// Whether a person is asked.
    pub consent: Consent,
    /// How results are written.
    pub results: ResultOptions,
}

/// What becomes of files that are encrypted as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeFiles {
    /// Each is an error.
    Refused,
    /// They are passed over, as in folders.
    PassedOver,
}

/// What became of a target.
pub enum SealOutcome {
    /// It is no document.
    PassedOver,
    /// It had a valid seal.
    Before(Box<OpenedDocument>),
    /// It was sealed.
    Now(Box<OpenedDocument>),
}

impl Sealing<'_> {
    /// Seals one document.
    ///
    /// # Errors
    /// If it cannot be opened, nobody says yes, it changed meanwhile, or it cannot be written.
    pub fn seal(&self, target: &Target) -> Result<SealOutcome, Failure> {
        // Do not hold the lock while a person reads.
        let Some((sealed, _)) = self.read(target, Intent::Read)? else { return Ok(SealOutcome::PassedOver) };
        let shown = sealed.document().text().to_owned();
        // What is wrong with the seal is what the person is shown.
        let requirements = StatedRequirements { seal: SealRequirement::Nothing, ..StatedRequirements::default() };
        let opened = open_without_warning(sealed, target.path(), requirements, self.session)?;
        let status = opened.report().seal;
        let ChangeOutcome::Changed(EncryptedText { text, .. }) = opened.vouched().map_err(target.about())? else {
            return Ok(SealOutcome::Before(Box::new(opened)));
        };
        if self.consent == Consent::Asked {
            self.ask(target, &opened, status)?;
        }
        let Some((now, held)) = self.read(target, Intent::Change(self.session))? else {
            return Ok(SealOutcome::PassedOver);
        };
        if now.document().text() != shown {
            return Err(Cause::ChangedMeanwhile(target.path().map(Into::into).unwrap_or_default()).into());
        }
        self.session.check_cancelled()?;
        target.write(&text, self.results, held, self.session)?;
        Ok(SealOutcome::Now(Box::new(opened)))
    }

    /// `None` for a file that has nothing to seal, where those are passed over.
    fn read(&self, target: &Target, intent: Intent<'_>) -> Result<Option<(EncryptedDocument, Option<Held>)>, Failure> {
        let (content, held) = target.read(intent, self.notation)?;
        match content {
            Content::Document(sealed) => Ok(Some((*sealed, held))),
            Content::File(_) if self.whole_files == WholeFiles::PassedOver => Ok(None),
            Content::File(_) => Err(Cause::SealOfWholeFile(target.name()).into()),
        }
    }

    fn ask(&self, target: &Target, opened: &OpenedDocument, status: SealStatus) -> Result<(), Failure> {
        let name = target.name();
        match self.session.observer().ask(&Question::Seal { name: &name, opened, status }) {
            Some(true) => Ok(()),
            Some(false) => Err(Cause::Declined.into()),
            None => Err(Cause::SealNotConfirmed(name).into()),
        }
    }
}
