//! `kenc encrypt` of many files: one data key for all of them, and for each a salt of its own.

use std::fs::{File, Metadata};
use std::io::{BufReader, IoSliceMut, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kenc::Session;
use kenc::config::WholeFileRecipe as Choice;
use kenc::context::EncryptionContext;
use kenc::error::{Error, Result};
use kenc::formats::native::armor::ArmorWriter;
use kenc::formats::native::chunk::sealed_len;
use kenc::formats::native::pipeline::{self, Pipeline};
use kenc::formats::native::{FileHead, NewFile, TableCopies, write_error};
use kenc::fs::atomic::AtomicFile;
use kenc::fs::attributes::Attributes;
use kenc::fs::folder::EntryKind;
use kenc::fs::positioned;
use kenc::keys::WrappedKey;

use crate::args::EncryptArgs;
use crate::commands::encrypt::{Recipe, check_names, encrypted_name, recipe};
use crate::commands::opening::threads;
use crate::failure::{Cause, Exit, Failure};
use crate::many::{self, Earlier, FileToDo, Outcome, Plan, Request, Turns, Work};
use kenc::formats::detect::is_native;
use kenc::ops::configs::Configs;
use kenc::ops::observer::Progress as _;

use crate::progress::Bar;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

/// Files under one data key. The construction permits far more (2^77 for a chance of 2^-32 that two of them get the same
/// key and nonce); this many more calls of a key service are no cost.
const FILES_PER_DATA_KEY: u32 = 1 << 20;

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let request = Request::new(&args.many, &args.inputs, Some(&args.output), args.resume.resume)?;
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    signals::handle()?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    let data_keys = DataKeys::new(FILES_PER_DATA_KEY);
    let recipes = Recipes { args, configs, context, session: &session, data_keys };
    // Keys that no rule chooses are the same for every file, and are asked before the first one.
    if configs.of(args.inputs.first().map(PathBuf::as_path))?.config.is_none() {
        recipes.next(None)?;
    }
    let plan = request.plan(encrypted_name)?;
    let threads = threads(&args.work);
    let encryption = Encryption { plan: &plan, armor: args.armor, recipes, turns: Turns::new(threads) };
    many::run(&request, &plan, threads, reporter, &encryption)
}

/// The recipes of a run, by the keys and the encryption context of each file.
struct Recipes<'a> {
    args: &'a EncryptArgs,
    configs: &'a Configs,
    context: EncryptionContext,
    session: &'a Session,
    data_keys: DataKeys,
}

impl Recipes<'_> {
    /// The recipe for one more file.
    fn next(&self, path: Option<&Path>) -> Result<Arc<Recipe>, Failure> {
        let choice = self.configs.choose(&self.args.keys, &self.context, path)?;
        Ok(self.data_keys.next(choice, |choice| recipe(choice, self.args, self.session))?)
    }

    /// The recipe of the files that are made now with the keys for a path.
    fn current(&self, path: &Path) -> Result<Arc<Recipe>, Failure> {
        let choice = self.configs.choose(&self.args.keys, &self.context, Some(path))?;
        self.data_keys.current(&choice).map_or_else(|| self.next(Some(path)), Ok)
    }
}

/// Data keys: for each choice of keys and context one after the other, each for so many files.
struct DataKeys {
    files_per_data_key: u32,
    made: Mutex<Vec<Made>>,
}

struct Made {
    choice: Choice,
    recipe: Arc<Recipe>,
    files: u32,
}

impl DataKeys {
    fn new(files_per_data_key: u32) -> Self {
        Self { files_per_data_key, made: Mutex::default() }
    }

    fn next(&self, choice: Choice, make: impl FnOnce(Choice) -> Result<Recipe>) -> Result<Arc<Recipe>> {
        // Held while a key service is asked: whoever has a file under the same keys waits for the same data key.
        let mut all = self.made();
        let known = all.iter().position(|made| made.choice == choice);
        if let Some(known) = known.map(|at| &mut all[at]).filter(|known| known.files < self.files_per_data_key) {
            known.files += 1;
            return Ok(Arc::clone(&known.recipe));
        }
        let recipe = Arc::new(make(choice.clone())?);
        let new = Made { choice, recipe: Arc::clone(&recipe), files: 1 };
        match known {
            Some(at) => all[at] = new,
            None => all.push(new),
        }
        Ok(recipe)
    }

    fn current(&self, choice: &Choice) -> Option<Arc<Recipe>> {
        self.made().iter().find(|made| made.choice == *choice).map(|made| Arc::clone(&made.recipe))
    }

    fn made(&self) -> MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Encryption<'a> {
    plan: &'a Plan,
    armor: bool,
    recipes: Recipes<'a>,
    turns: Turns,
}

impl Work for Encryption<'_> {
    const DONE: &'static str = "encrypted";

    fn run(&self, file: &FileToDo, progress: &Bar, _others: &dyn Fn()) -> Result<Outcome, Failure> {
        let about = || Failure::about(file.display());
        let (source, held) = self.plan.open(file)?;
        let before = source.metadata().map_err(Error::Read).map_err(about())?;
        if !before.is_file() {
            return Err(Cause::NotAFile(file.path()).into());
        }
        if self.plan.is_in_place() && !self.plan.force && begins_like_kenc(&source).map_err(about())? {
            // A second run must not encrypt twice what the first one did.
            return if self.plan.resume {
                Ok(Outcome::WholeAlready)
            } else {
                Err(Cause::EncryptedAlready(file.path()).into())
            };
        }
        check_names(held.as_ref(), self.plan.force)?;
        // Results have an ending that other files lose when they come back, but folders keep their names.
        Plan::check_name(file, |kind| kind == EntryKind::Folder)?;
        let earlier = self.plan.earlier(file, &before, |result, metadata| {
            self.recipes
                .current(&file.path())
                .is_ok_and(|recipe| is_whole(result, metadata.len(), before.len(), &recipe).unwrap_or(false))
        })?;
        if matches!(earlier, Earlier::Whole) {
            return Ok(Outcome::WholeAlready);
        }
        let output = self.plan.result(file, &earlier, held)?;
        let recipe = self.recipes.next(Some(&file.path()))?;
        let bytes = self.seal(&recipe, &source, before.len(), &output, progress).map_err(about())?;
        let after = source.metadata().map_err(Error::Read).map_err(about())?;
        if !is_same_state(&before, &after) {
            return Err(about()(Error::InputWrittenTo));
        }
        output.restore_encrypted(&Attributes::of(&before, Some(&source)))?;
        output.commit()?;
        Ok(Outcome::Written(bytes))
    }
}

impl Encryption<'_> {
    /// Seals one file. Returns how many bytes were written, without armor.
    fn seal(&self, recipe: &Recipe, source: &File, len: u64, output: &AtomicFile, progress: &Bar) -> Result<u64> {
        let NewFile { head, cipher } = recipe.new_file()?;
        let mut turn = self.turns.wait(len);
        if let Some(room) = turn.room(len).filter(|_| !self.armor) {
            let sealed = room.seal(&cipher, &mut &*source, &head, &mut output.file())?;
            let found = sealed.ok_or(Error::InputWrittenTo)?;
            progress.advance(found);
            return Ok(head.len() as u64 + sealed_len(found));
        }
        let pipeline = Pipeline {
            threads: turn.threads(),
            progress: &|bytes| progress.advance(bytes),
            cancelled: self.recipes.session.cancelled(),
        };
        let source = pipeline::PayloadInput::File { file: source, start: 0, len };
        let sealed = if self.armor {
            let mut armor = ArmorWriter::new(output.file()).map_err(write_error)?;
            armor.write_all(&head).map_err(write_error)?;
            let sealed = pipeline.seal(&cipher, source, pipeline::PayloadOutput::Stream(&mut armor))?;
            armor.finish().map_err(write_error)?;
            sealed
        } else {
            output.file().write_all(&head).map_err(Error::Write)?;
            let sink = pipeline::PayloadOutput::File { file: output.file(), start: head.len() as u64 };
            pipeline.seal(&cipher, source, sink)?
        };
        Ok(head.len() as u64 + sealed)
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
fn is_whole(result: File, result_len: u64, plaintext_len: u64, recipe: &Recipe) -> Result<bool> {
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
    use kenc::crypto::{DataKey, Suite};
    use kenc::formats::native::Parameters;

    use super::*;

    #[test]
    fn a_data_key_serves_so_many_files_and_then_another_is_made() {
        let data_keys = DataKeys::new(3);
        let make = |choice: Choice| {
            let parameters = Parameters { suite: Suite::default(), context: choice.context };
            Ok(Recipe { parameters, wrapped: Vec::new(), data_key: DataKey::generate() })
        };
        let next = |choice: Choice| *data_keys.next(choice, make).unwrap().data_key.expose();
        let used: Vec<[u8; 32]> = (0..7).map(|_| next(Choice::default())).collect();
        assert!(used[0] == used[2] && used[3] == used[5]);
        assert!(used[0] != used[3] && used[3] != used[6]);
        let mut other = Choice::default();
        other.context = EncryptionContext::from_words(&["a=b"]).unwrap();
        assert!(next(other.clone()) == next(other));
        assert!(next(Choice::default()) == used[6]);
    }
}
