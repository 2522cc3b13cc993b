//! `kenc rewrap`.

use kenc::document::DataKeyChange;
use kenc::ops::change::queue::for_each;
use kenc::ops::change::run::{ChangeExtent, with_key_changes};
use kenc::ops::change::targets::Target;
use kenc::ops::configs::Configs;
use kenc::ops::rewrap::{RewrapOutcome, RewrapPace, rewrap};
use kenc::ops::tree::turns::Turns;

use crate::args::RewrapArgs;
use crate::change_run::{ChangeRun, Targets};
use crate::changes::{self, OldAndNew};
use crate::commands::drift;
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::progress::Bar;
use crate::report::Reporter;
use crate::report::rewrapped::{RewrapCounts, RewrapReport};
use crate::{sessions, signals, targets};

/// Files that are worked on at the same time: most of the time is spent waiting for the key service and for the disk. No more
/// calls than this are under way.
const AT_ONCE: usize = 32;

pub fn run(args: &RewrapArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    ChangeRun::reported(&args.into(), reporter, |run, targets| each(args, configs, reporter, run, targets))
}

fn each(
    args: &RewrapArgs,
    configs: &Configs,
    reporter: &Reporter,
    run: &ChangeRun,
    targets: Targets,
) -> Result<Exit, Failure> {
    let files = &run.files;
    let passphrases = OldAndNew::new(&args.passphrase, &args.new_passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &files.inputs)?
        .with_read_policy(args.message.policy());
    let extent = if args.dry_run || args.check { ChangeExtent::Shown } else { ChangeExtent::Written };
    let form = args.conversion.form()?;
    let options = changes::options((run, &args.change, form), &args.document, &args.from_config, extent, configs)?;
    if args.check {
        let inputs = (&files.inputs[..], targets);
        return with_key_changes(&session, configs, &options, inputs, DataKeyChange::Kept, |changes, targets| {
            drift::run(changes, targets, reporter)
        });
    }
    let counts = RewrapCounts::default();
    let inputs = (&files.inputs[..], targets);
    let outcome = with_key_changes(&session, configs, &options, inputs, DataKeyChange::Kept, |changes, targets| {
        signals::handle(&session)?;
        let count = targets.known_len();
        let pace = RewrapPace { files: count.unwrap_or(usize::MAX), turns: Turns::new(threads(&args.work)) };
        let rewrap = |target: &Target| {
            let outcome = run.record(target, rewrap(changes, &pace, target), RewrapOutcome::is_changed)?;
            let (name, is_apart) = (target.name(), target.is_standard_output());
            Ok(RewrapReport { name, is_apart, is_dry: args.dry_run, outcome })
        };
        for_each(&session, targets, AT_ONCE, rewrap, |outcomes| {
            let bar = Bar::of_files(reporter.shows_progress() && count != Some(1), &targets::name(files), count);
            let told = outcomes.map(|outcome| {
                bar.file_done();
                counts.files.update(|files| files + 1);
                let done = outcome?;
                counts.add(&done.outcome);
                done.tell(reporter)
            });
            Ok(reporter.all_found(count, told))
        })
    })?;
    if run.is_summed_up(counts.files.get(), &outcome) {
        counts.tell(args.dry_run, reporter)?;
    }
    if !options.changes_keys() && form.format.is_none() && counts.changed.get() == 0 && outcome.is_ok() {
        reporter.hint("name keys with `--to KEY`, `--add KEY` or `--remove KEY`");
    }
    outcome
}
