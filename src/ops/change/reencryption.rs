//! Files that are encrypted again: opened and sealed in one pass, with a new data key, in their format or in another one.

use std::sync::Arc;

use crate::context::EncryptionContext;
use crate::error::Result;
use crate::formats::format::{EncryptedFile, FileFormat, OpeningKeys, PreparedSeal, SealSettings, UnlockedFile, Work};
use crate::formats::reseal::reseal;
use crate::fs::held::Held;
use crate::keys::{KeySpec, Rewrapper, SuccessorKeys, SuccessorPassphrase, WrappedKey};
use crate::ops::change::kept_passphrase::KeptPassphrase;
use crate::ops::change::prepared_seals::{PreparedSeals, SealRecipe};
use crate::ops::change::run::KeyChanges;
use crate::ops::change::targets::Target;
use crate::ops::failure::Failure;
use crate::ops::observer::{Observer, Progress};
use crate::ops::opened_file::NamedOpening;

/// How the new file is made.
pub struct SuccessorForm {
    /// Its format, and what of it can be chosen.
    pub form: (&'static dyn FileFormat, SealSettings),
    /// Its context.
    pub context: EncryptionContext,
}

/// Who else works at the same time.
#[derive(Clone, Copy)]
pub struct Share<'a> {
    /// Files that are worked on at the same time.
    pub files: usize,
    /// Threads for each of them.
    pub threads: usize,
    /// The progress of all of them, where there is one.
    pub progress: Option<&'a dyn Progress>,
}

impl<'a> Share<'a> {
    /// Counts the work on one of the files, of `len` bytes.
    pub fn progress_of(&self, name: &str, len: Option<u64>, observer: &dyn Observer) -> impl Fn(u64) + Sync + use<'a> {
        let of_one = match self.progress {
            None if self.files == 1 => Some(observer.progress(name, len)),
            _ => None,
        };
        let all = self.progress;
        move |bytes| {
            if let Some(progress) = all.or(of_one.as_deref()) {
                progress.advance(bytes);
            }
        }
    }
}

/// A file that opens, and what its successor is sealed with.
pub struct Reencryption {
    unlocked: Box<dyn UnlockedFile>,
    seal: Arc<dyn PreparedSeal>,
    len: Option<u64>,
}

impl Reencryption {
    /// Opens a file, and makes the data key of its successor.
    ///
    /// No key is asked before something vouches for every key that only the header of the file names.
    ///
    /// # Errors
    /// If no key opens it, nothing vouches for a key, one refuses, or the form cannot have these keys or this context.
    pub fn prepare(
        changes: &KeyChanges<'_>,
        target: &Target,
        file: Box<dyn EncryptedFile>,
        successor: SuccessorForm,
    ) -> Result<Self, Failure> {
        let KeyChanges { session, configs, rewrappers, vouching, seals, .. } = changes;
        let trusted = configs.trusted(target.path())?;
        let rewrapper = rewrappers.of(target)?.trusting(&trusted);
        let vouchers = vouching.of_file(target, file.wrapped_keys())?;
        let choice = rewrappers.choice_of(target);
        let prepare = || -> Result<Self> {
            vouchers.check(&file.unvouched_keys(&rewrapper)?)?;
            let SuccessorKeys { keys, passphrase } = file.successor_keys(&rewrapper)?;
            let name = target.name();
            let named = NamedOpening { session, name: &name };
            let keyring = *rewrapper.keyring();
            let len = file.len();
            let unlocked = file.unlock(&OpeningKeys { keyring, ..named.keys(&trusted) })?;
            session.observer().note("the old file opens");
            let seal = seal_of(seals, &rewrapper, (keys, passphrase), choice, successor)?;
            Ok(Self { unlocked, seal, len })
        };
        prepare().map_err(target.about())
    }

    /// The wrapped keys of the successor.
    #[must_use]
    pub fn wrapped_keys(&self) -> &[WrappedKey] {
        self.seal.wrapped_keys()
    }

    /// Writes the successor. It appears when it is whole, and the old file was authentic to its end.
    ///
    /// # Errors
    /// If the old file is not authentic; those of the input and the output.
    pub fn write(
        self,
        changes: &KeyChanges<'_>,
        share: Share<'_>,
        target: &Target,
        held: Option<Held>,
    ) -> Result<(), Failure> {
        let Self { unlocked, seal, len } = self;
        let KeyChanges { session, options, .. } = changes;
        let (mut output, watched) = target.open_output(options.results, held)?;
        let progress = share.progress_of(&target.name(), len, session.observer());
        let work =
            Work { threads: share.threads, progress: &progress, cancelled: session.cancelled(), workspace: None };
        let resealed = reseal(unlocked, &*seal, &mut output, &work);
        drop(progress);
        resealed.map_err(target.about())?;
        target.commit(output, watched, *session)
    }
}

fn seal_of(
    seals: &PreparedSeals,
    rewrapper: &Rewrapper<'_>,
    (keys, passphrase): (Vec<KeySpec>, SuccessorPassphrase),
    choice: Option<usize>,
    SuccessorForm { form: (format, settings), context }: SuccessorForm,
) -> Result<Arc<dyn PreparedSeal>> {
    let recipe = SealRecipe { format: format.name(), settings, context, keys, choice };
    let keyring = *rewrapper.keyring();
    let prepare = |context: &EncryptionContext, keys: &[KeySpec]| match passphrase {
        SuccessorPassphrase::New => format.prepare(settings, context, keys, &keyring),
        SuccessorPassphrase::Kept => {
            let passphrases = KeptPassphrase(keyring.passphrases);
            format.prepare(settings, context, keys, &keyring.asking(&passphrases))
        }
    };
    // Each file with a passphrase may have its own.
    if recipe.keys.iter().any(KeySpec::is_passphrase) && passphrase == SuccessorPassphrase::Kept {
        return Ok(prepare(&recipe.context, &recipe.keys)?.into());
    }
    let (context, keys) = (recipe.context.clone(), recipe.keys.clone());
    seals.of(recipe, || prepare(&context, &keys))
}
