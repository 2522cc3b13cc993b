//! Sealing many files: one data key for all of them, and for each a salt of its own.

use std::fs::{File, Metadata};
use std::io::{BufReader, IoSliceMut};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::crew::{FileOutcome, TreeWork};
use super::file::FileToDo;
use super::request::{Earlier, TreePlan};
use super::turns::Turns;
use crate::config::WholeFileRecipe;
use crate::context::EncryptionContext;
use crate::crypto::Suite;
use crate::error::{Error, Result};
use crate::formats::detect::is_native;
use crate::formats::native::chunk::sealed_len;
use crate::formats::native::pipeline::PayloadInput;
use crate::formats::native::{FileHead, NewFile, TableCopies};
use crate::fs::atomic::Existing;
use crate::fs::attributes::Attributes;
use crate::fs::folder::EntryKind;
use crate::fs::positioned;
use crate::keys::WrappedKey;
use crate::ops::configs::Configs;
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Progress;
use crate::ops::seal::{Encoding, SealRecipe, check_names, seal};
use crate::ops::session::Session;
use crate::storage::output::Output;

/// Files under one data key. The construction permits far more (2^77 for a chance of 2^-32 that two of them get the same
/// key and nonce); this many more calls of a key service are no cost.
const FILES_PER_DATA_KEY: u32 = 1 << 20;

/// The recipes of a run, by the keys and the encryption context of each file.
pub struct Recipes<'a> {
    session: &'a Session,
    configs: &'a Configs,
    words: &'a [String],
    context: EncryptionContext,
    suite: Suite,
    data_keys: DataKeys,
}

impl<'a> Recipes<'a> {
    /// Recipes with the keys that `words` name, or those of the configs.
    #[must_use]
    pub fn new(
        session: &'a Session,
        configs: &'a Configs,
        words: &'a [String],
        context: EncryptionContext,
        suite: Suite,
    ) -> Self {
        Self { session, configs, words, context, suite, data_keys: DataKeys::new(FILES_PER_DATA_KEY) }
    }

    /// The recipe for one more file.
    ///
    /// # Errors
    /// If there is no key, or one refuses.
    pub fn next(&self, path: Option<&Path>) -> Result<Arc<SealRecipe>, Failure> {
        let choice = self.configs.choose(self.words, &self.context, path)?;
        Ok(self.data_keys.next(choice, |choice| SealRecipe::new(choice, self.suite, self.session))?)
    }

    /// The recipe of the files that are made now with the keys for a path.
    fn current(&self, path: &Path) -> Result<Arc<SealRecipe>, Failure> {
        let choice = self.configs.choose(self.words, &self.context, Some(path))?;
        self.data_keys.current(&choice).map_or_else(|| self.next(Some(path)), Ok)
    }
}

/// Data keys: for each choice of keys and context one after the other, each for so many files.
struct DataKeys {
    files_per_data_key: u32,
    made: Mutex<Vec<MadeRecipe>>,
}

struct MadeRecipe {
    choice: WholeFileRecipe,
    recipe: Arc<SealRecipe>,
    files: u32,
}

impl DataKeys {
    fn new(files_per_data_key: u32) -> Self {
        Self { files_per_data_key, made: Mutex::default() }
    }

    fn next(
        &self,
        choice: WholeFileRecipe,
        make: impl FnOnce(WholeFileRecipe) -> Result<SealRecipe>,
    ) -> Result<Arc<SealRecipe>> {
        // Held while a key service is asked: whoever has a file under the same keys waits for the same data key.
        let mut all = self.made();
        let known = all.iter().position(|made| made.choice == choice);
        if let Some(known) = known.map(|at| &mut all[at]).filter(|known| known.files < self.files_per_data_key) {
            known.files += 1;
            return Ok(Arc::clone(&known.recipe));
        }
        let recipe = Arc::new(make(choice.clone())?);
        let new = MadeRecipe { choice, recipe: Arc::clone(&recipe), files: 1 };
        match known {
            Some(at) => all[at] = new,
            None => all.push(new),
        }
        Ok(recipe)
    }

    fn current(&self, choice: &WholeFileRecipe) -> Option<Arc<SealRecipe>> {
        self.made().iter().find(|made| made.choice == *choice).map(|made| Arc::clone(&made.recipe))
    }

    fn made(&self) -> MutexGuard<'_, Vec<MadeRecipe>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sealing of every file.
pub struct SealEach<'a> {
    /// Where results go.
    pub plan: &'a TreePlan,
    /// How they are written.
    pub encoding: Encoding,
    /// The keys of each.
    pub recipes: Recipes<'a>,
    /// Who may work.
    pub turns: Turns,
}

impl TreeWork for SealEach<'_> {
    /// How many bytes were written, without armor.
    type Done = u64;

    fn run(&self, file: &FileToDo, progress: &dyn Progress, _others: &dyn Fn()) -> Result<FileOutcome<u64>, Failure> {
        let Self { plan, recipes, .. } = self;
        let about = || Failure::about(file.display());
        let (source, held) = plan.open(file)?;
        let before = source.metadata().map_err(Error::Read).map_err(about())?;
        if !before.is_file() {
            return Err(Cause::NotAFile(file.path()).into());
        }
        if plan.is_in_place() && plan.existing == Existing::Refuse && begins_like_kenc(&source).map_err(about())? {
            // A second run must not encrypt twice what the first one did.
            return if plan.resume {
                Ok(FileOutcome::WholeAlready)
            } else {
                Err(Cause::EncryptedAlready(file.path()).into())
            };
        }
        check_names(held.as_ref(), plan.existing)?;
        // Results have an ending that other files lose when they come back, but folders keep their names.
        TreePlan::check_name(file, |kind| kind == EntryKind::Folder)?;
        let earlier = plan.earlier(file, &before, |result, metadata| {
            recipes
                .current(&file.path())
                .is_ok_and(|recipe| is_whole(result, metadata.len(), before.len(), &recipe).unwrap_or(false))
        })?;
        if matches!(earlier, Earlier::Whole) {
            return Ok(FileOutcome::WholeAlready);
        }
        let mut output = Output::Atomic(plan.result(file, &earlier, held)?);
        let recipe = recipes.next(Some(&file.path()))?;
        let bytes = self.seal(&recipe, &source, before.len(), &mut output, progress).map_err(about())?;
        let after = source.metadata().map_err(Error::Read).map_err(about())?;
        if !is_same_state(&before, &after) {
            return Err(about()(Error::InputWrittenTo));
        }
        if let Some(output) = output.into_file() {
            output.restore_encrypted(&Attributes::of(&before, Some(&source)))?;
            output.commit()?;
        }
        Ok(FileOutcome::Done(bytes))
    }
}

impl SealEach<'_> {
    /// Seals one file. Returns how many bytes were written, without armor.
    fn seal(
        &self,
        recipe: &SealRecipe,
        source: &File,
        len: u64,
        output: &mut Output,
        progress: &dyn Progress,
    ) -> Result<u64> {
        let mut turn = self.turns.wait(len);
        if let Some(room) = turn.room(len).filter(|_| self.encoding == Encoding::Binary) {
            let NewFile { head, cipher } = recipe.new_file()?;
            let sealed = room.seal(&cipher, &mut &*source, &head, &mut output.writer())?;
            let found = sealed.ok_or(Error::InputWrittenTo)?;
            progress.advance(found);
            return Ok(head.len() as u64 + sealed_len(found));
        }
        let input = PayloadInput::File { file: source, start: 0, len };
        seal(self.recipes.session, recipe, (self.encoding, turn.threads()), input, output, progress)
    }
}

fn begins_like_kenc(file: &File) -> Result<bool> {
    let mut start = [0; 32];
    let filled = positioned::read_vectored_at(file, &mut [IoSliceMut::new(&mut start)], 0).map_err(Error::Read)?;
    Ok(is_native(&start[..filled]))
}

/// Whether nobody has written to a file between two looks at it.
fn is_same_state(before: &Metadata, after: &Metadata) -> bool {
    before.len() == after.len() && before.modified().ok() == after.modified().ok()
}

/// Whether a result of an earlier run is what would be made now, as far as its header and its length tell.
fn is_whole(result: File, result_len: u64, plaintext_len: u64, recipe: &SealRecipe) -> Result<bool> {
    let head = FileHead::read(&mut BufReader::new(result))?;
    let names = |keys: &[WrappedKey]| {
        let mut names: Vec<_> = keys.iter().map(|key| (key.provider.clone(), key.key_id.clone())).collect();
        names.sort();
        names
    };
    Ok(head.header.copies == TableCopies::Whole
        && head.header.parameters == recipe.parameters
        && names(&head.header.table.slots) == names(&recipe.wrapped)
        && result_len == head.len() + sealed_len(plaintext_len))
}

#[cfg(test)]
mod tests {
    use crate::crypto::{DataKey, Suite};
    use crate::formats::native::Parameters;

    use super::*;

    #[test]
    fn a_data_key_serves_so_many_files_and_then_another_is_made() {
        let data_keys = DataKeys::new(3);
        let make = |choice: WholeFileRecipe| {
            let parameters = Parameters { suite: Suite::default(), context: choice.context };
            Ok(SealRecipe { parameters, wrapped: Vec::new(), data_key: DataKey::generate() })
        };
        let next = |choice: WholeFileRecipe| *data_keys.next(choice, make).unwrap().data_key.expose();
        let used: Vec<[u8; 32]> = (0..7).map(|_| next(WholeFileRecipe::default())).collect();
        assert!(used[0] == used[2] && used[3] == used[5]);
        assert!(used[0] != used[3] && used[3] != used[6]);
        let other =
            WholeFileRecipe { context: EncryptionContext::from_words(&["a=b"]).unwrap(), ..WholeFileRecipe::default() };
        assert!(next(other.clone()) == next(other));
        assert!(next(WholeFileRecipe::default()) == used[6]);
    }
}
