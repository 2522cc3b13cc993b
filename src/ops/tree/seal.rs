//! Sealing many files: one data key for all of them, and a salt for each.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::crew::{FileOutcome, TreeWork};
use super::file::FileToDo;
use super::request::{Earlier, TreePlan};
use super::source::{ResultKind, TreeSource};
use super::turns::Turns;
use crate::config::WholeFileRecipe;
use crate::context::EncryptionContext;
use crate::error::Result;
use crate::formats::detect::is_whole_file;
use crate::formats::format::{FileFormat, PreparedSeal, SealSettings, Work};
use crate::fs::atomic::Existing;
use crate::fs::folder::EntryKind;
use crate::ops::configs::{Configs, format_of_rule};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Progress;
use crate::ops::result_name::ResultName;
use crate::ops::seal::{check_names, longest_sealed};
use crate::ops::session::Session;
use crate::storage::output::Output;

/// Files under one data key. The construction permits far more (2^77 for a chance of 2^-32 that two of them get the
/// same key and nonce); the additional calls of a key service cost nothing.
const FILES_PER_DATA_KEY: u32 = 1 << 20;

/// The format of new files, where it is not left to the configs, and how they are made in it.
pub type SealForm = (Option<&'static dyn FileFormat>, SealSettings);

/// The recipes of a run, by the keys and the encryption context of each file.
pub struct Recipes<'a> {
    session: &'a Session,
    configs: &'a Configs,
    words: &'a [String],
    context: EncryptionContext,
    form: SealForm,
    data_keys: DataKeys<Box<dyn PreparedSeal>>,
}

impl<'a> Recipes<'a> {
    /// Recipes with the keys that `words` name, or those of the configs.
    #[must_use]
    pub fn new(
        session: &'a Session,
        configs: &'a Configs,
        words: &'a [String],
        context: EncryptionContext,
        form: SealForm,
    ) -> Self {
        Self { session, configs, words, context, form, data_keys: DataKeys::new(FILES_PER_DATA_KEY) }
    }

    /// Asks the keys before the first file where no config chooses them: they are the same for every file.
    ///
    /// # Errors
    /// If there is no key, or one refuses.
    pub fn ask_in_advance(&self, inputs: &[PathBuf]) -> Result<(), Failure> {
        if self.configs.of(inputs.first().map(PathBuf::as_path))?.config.is_none() {
            self.next(self.choose(None)?)?;
        }
        Ok(())
    }

    /// The keys and the encryption context of a file.
    fn choose(&self, path: Option<&Path>) -> Result<WholeFileRecipe, Failure> {
        self.configs.choose(self.words, &self.context, path)
    }

    /// The recipe for one more file.
    fn next(&self, choice: WholeFileRecipe) -> Result<Arc<Box<dyn PreparedSeal>>> {
        self.data_keys.next(choice, |choice| self.session.prepare(choice, self.form))
    }

    /// The recipe for files that are created now.
    fn current(&self, choice: WholeFileRecipe) -> Result<Arc<Box<dyn PreparedSeal>>> {
        self.data_keys.current(&choice).map_or_else(|| self.next(choice), Ok)
    }

    /// The file with the name of its result, which ends as its format does.
    fn named(&self, file: &FileToDo, choice: &WholeFileRecipe) -> FileToDo {
        let FileToDo { branch, name, result_name, is_found } = file;
        let result_name = ResultName::encrypted(self.form.0.or_else(|| format_of_rule(choice))).of(result_name);
        FileToDo { branch: Arc::clone(branch), name: name.clone(), result_name, is_found: *is_found }
    }
}

/// Data keys: for each choice of keys and context, one after the other, each for a limited number of files.
struct DataKeys<K> {
    files_per_data_key: u32,
    made: Mutex<Vec<MadeDataKey<K>>>,
}

struct MadeDataKey<K> {
    choice: WholeFileRecipe,
    key: Arc<K>,
    files: u32,
}

impl<K> DataKeys<K> {
    fn new(files_per_data_key: u32) -> Self {
        Self { files_per_data_key, made: Mutex::default() }
    }

    fn next(&self, choice: WholeFileRecipe, make: impl FnOnce(&WholeFileRecipe) -> Result<K>) -> Result<Arc<K>> {
        // Held while a key service is asked: files with the same keys wait for the same data key.
        let mut all = self.made();
        let known = all.iter().position(|made| made.choice == choice);
        if let Some(known) = known.map(|at| &mut all[at]).filter(|known| known.files < self.files_per_data_key) {
            known.files += 1;
            return Ok(Arc::clone(&known.key));
        }
        let key = Arc::new(make(&choice)?);
        let new = MadeDataKey { choice, key: Arc::clone(&key), files: 1 };
        match known {
            Some(at) => all[at] = new,
            None => all.push(new),
        }
        Ok(key)
    }

    fn current(&self, choice: &WholeFileRecipe) -> Option<Arc<K>> {
        self.made().iter().find(|made| made.choice == *choice).map(|made| Arc::clone(&made.key))
    }

    fn made(&self) -> MutexGuard<'_, Vec<MadeDataKey<K>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seals every file.
pub struct SealEach<'a> {
    /// Where results go, each under the name of its input, to which the ending of its format is added.
    pub plan: &'a TreePlan,
    /// The keys of each.
    pub recipes: Recipes<'a>,
    /// The work permits.
    pub turns: Turns,
}

impl TreeWork for SealEach<'_> {
    /// How many bytes were written, without armor.
    type Done = u64;

    fn run(&self, file: &FileToDo, progress: &dyn Progress, others: &dyn Fn()) -> Result<FileOutcome<u64>, Failure> {
        let Self { plan, recipes, .. } = self;
        let session = recipes.session;
        let about = || Failure::about(file.display());
        file.wait_for_storages(others);
        let mut source = plan.open(session, file)?;
        if plan.is_in_place() && plan.existing == Existing::Refuse && is_whole_file(&source.peek().map_err(about())?) {
            // A second run must not encrypt again what the first one did.
            return if plan.resume {
                Ok(FileOutcome::WholeAlready)
            } else {
                Err(Cause::EncryptedAlready(file.path()).into())
            };
        }
        check_names(source.held.as_ref(), plan.existing)?;
        let choice = recipes.choose(Some(&file.path()))?;
        let file = &recipes.named(file, &choice);
        // Results get a suffix that is removed on the way back, but folders keep their names.
        TreePlan::check_name(file, |kind| kind == EntryKind::Folder)?;
        let earlier = plan.earlier(session, file, &source, |result| {
            let seal = recipes.current(choice.clone());
            seal.is_ok_and(|seal| seal.would_make(result, source.len()).unwrap_or(false))
        })?;
        if matches!(earlier, Earlier::Whole) {
            return Ok(FileOutcome::WholeAlready);
        }
        let mut output = plan.result(session, file, &earlier, &mut source)?;
        let seal = recipes.next(choice)?;
        let bytes = self.seal(&**seal, &mut source, &mut output, progress).map_err(about())?;
        source.check_unchanged().map_err(about())?;
        source.finish(output, ResultKind::Encrypted, session)?;
        Ok(FileOutcome::Done(bytes))
    }
}

impl SealEach<'_> {
    /// Seals one file. Returns how many bytes were written, without armor.
    fn seal(
        &self,
        seal: &dyn PreparedSeal,
        source: &mut TreeSource,
        output: &mut Output,
        progress: &dyn Progress,
    ) -> Result<u64> {
        let len = source.len();
        output.expect_len(longest_sealed(len));
        let mut turn = self.turns.wait(len);
        let work = Work {
            threads: turn.threads(),
            progress: &|bytes| progress.advance(bytes),
            cancelled: self.recipes.session.cancelled(),
            workspace: turn.workspace(len),
        };
        seal.seal(source.payload(), output, work)
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::DataKey;

    use super::*;

    #[test]
    fn a_data_key_serves_so_many_files_and_then_another_is_made() {
        let data_keys = DataKeys::new(3);
        let make = |_: &WholeFileRecipe| Ok(DataKey::generate());
        let next = |choice: WholeFileRecipe| *data_keys.next(choice, make).unwrap().expose();
        let used: Vec<[u8; 32]> = (0..7).map(|_| next(WholeFileRecipe::default())).collect();
        assert!(used[0] == used[2] && used[3] == used[5]);
        assert!(used[0] != used[3] && used[3] != used[6]);
        let other =
            WholeFileRecipe { context: EncryptionContext::from_words(&["a=b"]).unwrap(), ..WholeFileRecipe::default() };
        assert!(next(other.clone()) == next(other));
        assert!(next(WholeFileRecipe::default()) == used[6]);
    }
}
