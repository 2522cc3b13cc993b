//! `kenc seal`: a person reviews a document, and vouches for what its MAC does not cover.

use kenc::Session;
use kenc::document::{ChangeOutcome, EncryptedText, Metadata, OpenedDocument};
use kenc::document::{EncryptedDocument, SealRequirement, SealStatus};
use kenc::fs::held::Held;
use serde_json::json;

use crate::args::ChangedFilesArgs;
use crate::args::seal::SealArgs;
use crate::commands::changing::{self, Content, Intent, Target};
use crate::failure::{Cause, Exit, Failure};
use crate::question::{Choice, ask};
use crate::report::document_keys::{contents_of_seal, groups_json};
use crate::report::{Reporter, printable};
use crate::sessions;
use crate::signals;
use kenc::ops::configs::Configs;
use kenc::ops::documents::open::{StatedRequirements, open_without_warning};

pub fn run(args: &SealArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let files = ChangedFilesArgs {
        inputs: args.inputs.clone(),
        recursive: args.recursive,
        output: None,
        in_place: true,
        force: args.force,
        sync: false,
    };
    if args.inputs.iter().any(|path| path.as_os_str() == "-") {
        return Err(Cause::StandardInputInPlace.into());
    }
    let targets = changing::targets(&files, reporter)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle()?;
    let sealing = Sealing { args, reporter, session: &session, files: &files };
    let count = targets.len();
    reporter.all(count, targets.into_iter().map(|target| sealing.of(&target?)))
}

/// Seals the documents of a run one after the other, because a person reviews each.
struct Sealing<'a> {
    args: &'a SealArgs,
    reporter: &'a Reporter,
    session: &'a Session,
    files: &'a ChangedFilesArgs,
}

impl Sealing<'_> {
    fn of(&self, target: &Target) -> Result<Exit, Failure> {
        let Self { args, files, .. } = self;
        // Do not hold the lock while a person reads.
        let Some((sealed, _)) = self.read(target, Intent::Read)? else { return Ok(Exit::Done) };
        let shown = sealed.document().text().to_owned();
        // A broken seal is what the person is asked about.
        let requirements = StatedRequirements { seal: SealRequirement::Nothing, ..StatedRequirements::default() };
        let opened = open_without_warning(sealed, target.path(), requirements, self.session)?;
        let status = opened.report().seal;
        let ChangeOutcome::Changed(EncryptedText { text, .. }) = opened.vouched().map_err(target.about())? else {
            return self.tell(target, opened.metadata(), "already sealed", false);
        };
        if !args.yes {
            self.ask(target, &opened, status)?;
        }
        let Some((now, held)) = self.read(target, Intent::Change)? else { return Ok(Exit::Done) };
        if now.document().text() != shown {
            return Err(Cause::ChangedMeanwhile(target.path().map(Into::into).unwrap_or_default()).into());
        }
        if signals::is_cancelled() {
            return Err(kenc::error::Error::Interrupted.into());
        }
        target.write(&text, files, held)?;
        self.tell(target, opened.metadata(), "sealed", true)
    }

    /// `None` for a kenc file in a folder, which needs no seal.
    fn read(&self, target: &Target, intent: Intent) -> Result<Option<(EncryptedDocument, Option<Held>)>, Failure> {
        let (content, held) = target.read(intent, self.args.input_type.input_type)?;
        match content {
            Content::Document(sealed) => Ok(Some((*sealed, held))),
            Content::File(_) | Content::Foreign(_) if self.args.recursive => Ok(None),
            Content::File(_) | Content::Foreign(_) => Err(Cause::SealOfWholeFile(target.name()).into()),
        }
    }

    /// Shows everything that a seal would cover, and asks.
    fn ask(&self, target: &Target, opened: &OpenedDocument, status: SealStatus) -> Result<(), Failure> {
        let shown = contents_of_seal(&target.name(), opened, status).map_err(|fault| target.about()(fault.into()))?;
        let question = format!("Seal {} with this text, this rule and these recipients?", target.name());
        let choices = [
            Choice { word: "no", meaning: "leave it as it is", value: false },
            Choice { word: "yes", meaning: "seal it", value: true },
        ];
        let before = || self.reporter.show(&shown);
        match self.reporter.may_ask().then(|| ask(&printable(&question), &choices, before)).flatten() {
            Some(true) => Ok(()),
            Some(false) => Err(Cause::Declined.into()),
            None => Err(Cause::SealNotConfirmed(target.name()).into()),
        }
    }

    fn tell(&self, target: &Target, metadata: &Metadata, what: &str, is_changed: bool) -> Result<Exit, Failure> {
        let name = target.name();
        self.reporter.confirmation(
            &format!("{}\n", printable(&format!("{name}: {what}"))),
            &json!({ "file": name, "seal": "verified", "changed": is_changed, "groups": groups_json(metadata) }),
        )?;
        Ok(Exit::Done)
    }
}
