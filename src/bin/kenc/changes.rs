//! Changes of keys as the command line describes them.

use kenc::context::EncryptionContext;
use kenc::document::MacScope;
use kenc::error::{Error, Result};
use kenc::fs::atomic::Sync;
use kenc::keys::{KeyChange, MfaPrompt, PassphraseSource};
use kenc::ops::change::new_form::NewForm;
use kenc::ops::change::run::{ChangeExtent, KeyChangeOptions};
use kenc::ops::change::targets::ResultOptions;
use kenc::ops::change::vouching::Consent;
use kenc::ops::configs::Configs;
use kenc::ops::documents::encrypt::OtherNames;
use kenc::ops::documents::keys::NewKeySource;
use kenc::ops::documents::open::StatedRequirements;
use kenc::ops::rotate::RotateOptions;
use kenc::storage::s3::OldVersion;
use secrecy::SecretString;

use crate::args::documents::{DocumentChangeArgs, FromConfigArgs};
use crate::args::{ChangedFilesArgs, KeyChangeArgs, NewPassphraseArgs, PassphraseArgs, RotateArgs};
use crate::change_run::ChangeRun;
use crate::commands::new_file::suite;
use crate::documents::selection;
use crate::failure::Failure;
use crate::prompt::Passphrases;
use crate::report::Reporter;

/// How results are written.
pub fn results(args: &ChangedFilesArgs) -> ResultOptions {
    ResultOptions {
        old_versions: if args.delete_old_version { OldVersion::Deleted } else { OldVersion::Kept },
        other_names: if args.force { OtherNames::LeftAlone } else { OtherNames::Refused },
        sync: if args.sync { Sync::Always } else { Sync::WhenReplacing },
    }
}

/// Who says yes to keys for which nothing vouches.
pub fn consent(yes: bool) -> Consent {
    if yes { Consent::Given } else { Consent::Asked }
}

/// The change of keys that was typed.
pub fn options(
    (run, change, form): (&ChangeRun, &KeyChangeArgs, NewForm),
    document: &DocumentChangeArgs,
    from_config: &FromConfigArgs,
    extent: ChangeExtent,
    configs: &Configs,
) -> Result<KeyChangeOptions, Failure> {
    let KeyChangeArgs { to, add, remove } = change;
    let ChangeRun { files, shard, report } = run;
    let keys = |words: &[String]| configs.keys(words, &files.inputs);
    let source = if from_config.from_config {
        NewKeySource::Config
    } else {
        NewKeySource::Change { group: document.group.map(usize::from) }
    };
    Ok(KeyChangeOptions {
        change: KeyChange { replacement: keys(to)?, added: keys(add)?, removed: keys(remove)? },
        source,
        consent: consent(from_config.yes),
        notation: document.input_type.input_type,
        demanded: StatedRequirements::default().with_seal_required(document.require_seal),
        form,
        results: results(files),
        extent,
        shard: *shard,
        done: report.done(),
    })
}

/// Passphrases of files that are there, and new ones, which may come from elsewhere.
pub struct OldAndNew {
    old: Passphrases,
    new: Option<Passphrases>,
}

impl OldAndNew {
    pub fn new(old: &PassphraseArgs, new: &NewPassphraseArgs, reporter: &Reporter) -> Self {
        let new = new.new_passphrase_from.clone();
        Self {
            old: Passphrases::new(old.passphrase_from.clone(), reporter.may_ask()),
            new: new.map(|from| Passphrases::new(Some(from), reporter.may_ask())),
        }
    }
}

impl PassphraseSource for OldAndNew {
    fn passphrase(&self, subject: &str) -> Result<SecretString> {
        self.old.passphrase(subject)
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.new.as_ref().unwrap_or(&self.old).new_passphrase()
    }

    fn must_be_typed(&self) -> bool {
        self.old.must_be_typed()
    }

    fn tell(&self, program: &str, message: &str) {
        self.old.tell(program, message);
    }

    fn confirm(&self, program: &str, question: &str, words: (&str, Option<&str>)) -> Option<bool> {
        self.old.confirm(program, question, words)
    }

    fn line(&self, program: &str, question: &str) -> Option<String> {
        self.old.line(program, question)
    }

    fn secret(&self, program: &str, question: &str) -> Option<SecretString> {
        self.old.secret(program, question)
    }

    fn mfa_code(&self, prompt: &MfaPrompt) -> Result<SecretString, String> {
        self.old.mfa_code(prompt)
    }
}

/// What is new in the files besides their data key.
pub fn rotation(args: &RotateArgs) -> Result<RotateOptions, Failure> {
    let has_context = args.no_context || !args.new_context.is_empty();
    Ok(RotateOptions {
        context: has_context
            .then(|| EncryptionContext::from_words(&args.new_context))
            .transpose()
            .map_err(Error::from)?,
        suite: args.cipher.map(suite),
        rule: selection(&args.selection),
        mac_scope: args.mac_only_encrypted.then_some(MacScope::OnlyEncrypted),
    })
}
