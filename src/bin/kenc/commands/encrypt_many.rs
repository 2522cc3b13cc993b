//! `kenc encrypt` of many files: one data key for all of them, and for each a salt of its own.

use std::fs::{File, Metadata};
use std::io::{BufReader, IoSliceMut, Write};
use std::sync::{Arc, Mutex, PoisonError};

use kenc::context::EncryptionContext;
use kenc::error::{Error, Result};
use kenc::fs::atomic::AtomicFile;
use kenc::fs::attributes::Attributes;
use kenc::fs::folder::Kind;
use kenc::fs::positioned;
use kenc::keys::{Identities, KeyUri, Keyring, WrappedKey};
use kenc::stream::armor::ArmorWriter;
use kenc::stream::chunk::sealed_len;
use kenc::stream::pipeline::{self, Pipeline};
use kenc::stream::{FileHead, NewFile, Parameters, TableCopies, write_error};

use crate::args::EncryptArgs;
use crate::commands::encrypt::{Recipe, encrypted_name, suite};
use crate::commands::opening::{is_kenc_file, threads};
use crate::environment::{encryption_keys, key_service};
use crate::failure::{Cause, Exit, Failure};
use crate::many::{self, Earlier, FileToDo, Outcome, Plan, Request, Turns, Work};
use crate::progress::Progress;
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::signals;

/// Files under one data key. The construction permits far more (2^77 for a chance of 2^-32 that two of them get the same
/// key and nonce); this many more calls of a key service are no cost.
const FILES_PER_DATA_KEY: u32 = 1 << 20;

pub fn run(args: &EncryptArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    let request = Request::new(&args.many, &args.inputs, Some(&args.output), args.resume.resume)?;
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let keys = encryption_keys(&args.keys)?;
    signals::handle();
    let passphrases = Passphrases::new(args.passphrase.passphrase_from.clone(), reporter.may_ask());
    let (kms, identities) = (key_service(&args.aws), Identities::default());
    let keyring = Keyring { kms: &kms, identities: &identities, passphrases: &passphrases };
    let parameters = Parameters { suite: suite(args.cipher), context };
    let recipes = Recipes::new(&keyring, &keys, parameters, FILES_PER_DATA_KEY)?;
    let plan = request.plan(encrypted_name)?;
    let threads = threads(&args.work);
    let encryption = Encryption { plan: &plan, armor: args.armor, recipes, turns: Turns::new(threads) };
    many::run(&request, &plan, threads, reporter, &encryption)
}

/// Data keys, one after the other, each for so many files.
struct Recipes<'a> {
    keyring: &'a Keyring<'a>,
    keys: &'a [KeyUri],
    files_per_data_key: u32,
    current: Mutex<(Arc<Recipe>, u32)>,
}

impl<'a> Recipes<'a> {
    fn new(
        keyring: &'a Keyring<'a>,
        keys: &'a [KeyUri],
        parameters: Parameters,
        files_per_data_key: u32,
    ) -> Result<Self> {
        let first = recipe(keyring, keys, parameters)?;
        Ok(Self { keyring, keys, files_per_data_key, current: Mutex::new((first, 0)) })
    }

    /// The recipe for one more file.
    fn next(&self) -> Result<Arc<Recipe>> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.1 == self.files_per_data_key {
            *current = (recipe(self.keyring, self.keys, current.0.parameters.clone())?, 0);
        }
        current.1 += 1;
        Ok(Arc::clone(&current.0))
    }

    /// The recipe of the files that are made now.
    fn current(&self) -> Arc<Recipe> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner).0)
    }
}

fn recipe(keyring: &Keyring<'_>, keys: &[KeyUri], parameters: Parameters) -> Result<Arc<Recipe>> {
    let (data_key, wrapped) = keyring.wrap_new(keys, &parameters.context)?;
    Ok(Arc::new(Recipe { parameters, wrapped, data_key }))
}

struct Encryption<'a> {
    plan: &'a Plan,
    armor: bool,
    recipes: Recipes<'a>,
    turns: Turns,
}

impl Work for Encryption<'_> {
    const DONE: &'static str = "encrypted";

    fn run(&self, file: &FileToDo, progress: &Progress, _others: &dyn Fn()) -> Result<Outcome, Failure> {
        let about = || Failure::about(file.display());
        let source = file.branch.source.open_file(&file.name)?;
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
        // Results have an ending that other files lose when they come back, but folders keep their names.
        Plan::check_name(file, |kind| kind == Kind::Folder)?;
        let earlier = self.plan.earlier(file, &before, |result, metadata| {
            is_whole(result, metadata.len(), before.len(), &self.recipes.current()).unwrap_or(false)
        })?;
        if matches!(earlier, Earlier::Whole) {
            return Ok(Outcome::WholeAlready);
        }
        let output = self.plan.result(file, &earlier)?;
        let recipe = self.recipes.next()?;
        let bytes = self.seal(&recipe, &source, before.len(), &output, progress).map_err(about())?;
        let after = source.metadata().map_err(Error::Read).map_err(about())?;
        if !is_same_state(&before, &after) {
            return Err(about()(Error::InputWrittenTo));
        }
        if self.plan.is_in_place() {
            output.take_over(&before)?;
        }
        output.restore(&Attributes::of(&before))?;
        output.commit()?;
        Ok(Outcome::Written(bytes))
    }
}

impl Encryption<'_> {
    /// Seals one file. Returns how many bytes were written, without armor.
    fn seal(&self, recipe: &Recipe, source: &File, len: u64, output: &AtomicFile, progress: &Progress) -> Result<u64> {
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
            cancelled: &signals::CANCELLED,
        };
        let source = pipeline::Input::File { file: source, start: 0, len };
        let sealed = if self.armor {
            let mut armor = ArmorWriter::new(output.file()).map_err(write_error)?;
            armor.write_all(&head).map_err(write_error)?;
            let sealed = pipeline.seal(&cipher, source, pipeline::Output::Stream(&mut armor))?;
            armor.finish().map_err(write_error)?;
            sealed
        } else {
            output.file().write_all(&head).map_err(Error::Write)?;
            let sink = pipeline::Output::File { file: output.file(), start: head.len() as u64 };
            pipeline.seal(&cipher, source, sink)?
        };
        Ok(head.len() as u64 + sealed)
    }
}

fn begins_like_kenc(file: &File) -> Result<bool> {
    let mut start = [0; 32];
    let filled = positioned::read_vectored_at(file, &mut [IoSliceMut::new(&mut start)], 0).map_err(Error::Read)?;
    Ok(is_kenc_file(&start[..filled]))
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
    use std::time::Duration;

    use kenc::crypto::Suite;
    use kenc::keys::{AwsKms, KmsSettings};

    use super::*;

    #[test]
    fn a_data_key_serves_so_many_files_and_then_another_is_made() {
        let settings = KmsSettings { profile: None, region: None, role_arn: None, timeout: Duration::from_secs(1) };
        let (kms, identities) = (AwsKms::new(settings), Identities::default());
        let passphrases = Passphrases::new(None, false);
        let keyring = Keyring { kms: &kms, identities: &identities, passphrases: &passphrases };
        let keys = [KeyUri::Age(kenc::keys::age::NewIdentity::generate().recipient)];
        let parameters = Parameters { suite: Suite::default(), context: EncryptionContext::new() };
        let recipes = Recipes::new(&keyring, &keys, parameters, 3).unwrap();
        let used: Vec<[u8; 32]> = (0..7).map(|_| *recipes.next().unwrap().data_key.expose()).collect();
        assert!(used[0] == used[2] && used[3] == used[5]);
        assert!(used[0] != used[3] && used[3] != used[6]);
    }
}
