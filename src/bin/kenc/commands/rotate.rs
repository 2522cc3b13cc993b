//! `kenc rotate`.

use std::cell::Cell;

use kenc::context::EncryptionContext;
use kenc::document::{DataKeyChange, MacScope};
use kenc::error::Error;
use kenc::ops::change::new_form::NewForm;
use kenc::ops::change::queue::for_each;
use kenc::ops::change::run::{ChangeExtent, with_key_changes};
use kenc::ops::change::targets::Target;
use kenc::ops::configs::Configs;
use kenc::ops::observer::{Progress, TreeSize};
use kenc::ops::rotate::{RotateOptions, Share, rotate};

use serde_json::json;

use crate::args::RotateArgs;
use crate::changes::{self, OldAndNew};
use crate::commands::new_file::suite;
use crate::commands::opening::threads;
use crate::documents::selection;
use crate::failure::{Exit, Failure, HasExit};
use crate::habits::{self, Replacement};
use crate::progress::Bar;
use crate::report::rewrapped::RotationReport;
use crate::report::{Reporter, counted};
use crate::sessions;
use crate::signals;

/// Files that are worked on at the same time. They share the threads, and so the memory.
const AT_ONCE: usize = 4;

pub fn run(args: &RotateArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let files = changes::files(&args.files)?;
    if files.in_place {
        habits::check_in_place(&files.inputs, Replacement::OfEncrypted(args.document.input_type.input_type))?;
    }
    let targets = changes::targets(&files, reporter)?;
    let passphrases = OldAndNew::new(&args.passphrase, &args.new_passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &files.inputs)?
        .with_read_policy(args.message.policy());
    let has_context = args.no_context || !args.new_context.is_empty();
    let context = has_context.then(|| EncryptionContext::from_words(&args.new_context)).transpose();
    let rotation = RotateOptions {
        context: context.map_err(Error::from)?,
        suite: args.cipher.map(suite),
        rule: selection(&args.selection),
        mac_scope: args.mac_only_encrypted.then_some(MacScope::OnlyEncrypted),
    };
    let extent = if args.dry_run { ChangeExtent::Shown } else { ChangeExtent::Written };
    let options = changes::options(
        (&files, &args.change, NewForm::default()),
        &args.document,
        &args.from_config,
        extent,
        configs,
    )?;
    let count = targets.len();
    let at_once = AT_ONCE.min(count).max(1);
    let bar = Bar::of_many(reporter.shows_progress() && count > 1, &changes::name(&files));
    bar.expect(size_of(&targets));
    let progress = (count > 1).then_some(&bar as &dyn Progress);
    let share = Share { files: at_once, threads: (threads(&args.work) / at_once).max(1), progress };
    let (rotated, failed) = (Cell::new(0), Cell::new(0));
    let inputs = (&files.inputs[..], targets);
    let outcome = with_key_changes(&session, configs, &options, inputs, DataKeyChange::Renewed, |changes, targets| {
        signals::handle(&session)?;
        let rotate = |target: &Target| {
            let outcome = rotate(changes, &rotation, share, target)?;
            Ok(RotationReport {
                name: target.name(),
                is_apart: target.is_standard_output(),
                is_dry: args.dry_run,
                outcome,
            })
        };
        for_each(&session, targets, at_once, rotate, |outcomes| {
            let told = outcomes.map(|outcome| {
                bar.file_done();
                let counter = if outcome.is_ok() { &rotated } else { &failed };
                counter.set(counter.get() + 1);
                outcome?.tell(reporter)
            });
            reporter.all(count, told)
        })
    });
    bar.end();
    let is_interrupted = matches!(&outcome, Err(failure) if failure.exit() == Exit::Interrupted);
    if (count > 1 || files.recursive) && !is_interrupted {
        let done = if args.dry_run { "would get a new data key" } else { "got a new data key" };
        let (rotated, failed) = (rotated.get(), failed.get());
        reporter.summary(
            &format!("{}: {rotated} {done}, {failed} failed", counted(count, "file")),
            &json!({ "files": count, "rotated": rotated, "failed": failed, "dry_run": args.dry_run }),
        )?;
    }
    outcome
}

/// What there is to do, as far as it is known.
fn size_of(targets: &[Result<Target, Failure>]) -> TreeSize {
    let len = |target: &Target| target.path()?.metadata().ok().map(|metadata| metadata.len());
    TreeSize { files: targets.len() as u64, bytes: targets.iter().flatten().filter_map(len).sum() }
}
