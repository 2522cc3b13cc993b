//! `kenc rotate`.

use kenc::document::DataKeyChange;
use kenc::ops::change::new_form::NewForm;
use kenc::ops::change::queue::for_each;
use kenc::ops::change::run::{ChangeExtent, with_key_changes};
use kenc::ops::change::targets::Target;
use kenc::ops::configs::Configs;
use kenc::ops::observer::Progress;
use kenc::ops::rotate::{Share, rotate};

use crate::args::RotateArgs;
use crate::change_run::{ChangeRun, Targets};
use crate::changes::{self, OldAndNew};
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::progress::Bar;
use crate::report::Reporter;
use crate::report::rewrapped::{RotationCounts, RotationReport};
use crate::{sessions, signals, targets};

/// Files that are worked on at the same time. They share the threads, and so the memory.
const AT_ONCE: usize = 4;

pub fn run(args: &RotateArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    ChangeRun::reported(&args.into(), reporter, |run, targets| each(args, configs, reporter, run, targets))
}

fn each(
    args: &RotateArgs,
    configs: &Configs,
    reporter: &Reporter,
    run: &ChangeRun,
    targets: Targets,
) -> Result<Exit, Failure> {
    let files = &run.files;
    let passphrases = OldAndNew::new(&args.passphrase, &args.new_passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &files.inputs)?
        .with_read_policy(args.message.policy());
    let rotation = changes::rotation(args)?;
    let extent = if args.dry_run { ChangeExtent::Shown } else { ChangeExtent::Written };
    let what = (run, &args.change, NewForm::default());
    let options = changes::options(what, &args.document, &args.from_config, extent, configs)?;
    let bar = Bar::of_many(reporter.shows_progress() && (targets.len() > 1 || files.recursive), &targets::name(files));
    let counts = RotationCounts::default();
    let inputs = (&files.inputs[..], targets);
    let outcome = with_key_changes(&session, configs, &options, inputs, DataKeyChange::Renewed, |changes, targets| {
        signals::handle(&session)?;
        let count = targets.known_len();
        if let Some(size) = targets.known_size() {
            bar.expect(size);
        }
        let at_once = count.map_or(AT_ONCE, |count| AT_ONCE.min(count)).max(1);
        let progress = (count != Some(1)).then_some(&bar as &dyn Progress);
        let share = Share { files: at_once, threads: (threads(&args.work) / at_once).max(1), progress };
        let rotate = |target: &Target| {
            let outcome = run.record(target, rotate(changes, &rotation, share, target), |_| true)?;
            let (name, is_apart) = (target.name(), target.is_standard_output());
            Ok(RotationReport { name, is_apart, is_dry: args.dry_run, outcome })
        };
        for_each(&session, targets, at_once, rotate, |outcomes| {
            let told = outcomes.map(|outcome| {
                bar.file_done();
                counts.add(&outcome);
                outcome?.tell(reporter)
            });
            reporter.all_found(count, told)
        })
    });
    bar.end();
    if run.is_summed_up(counts.files(), &outcome) {
        counts.tell(args.dry_run, reporter)?;
    }
    outcome
}
