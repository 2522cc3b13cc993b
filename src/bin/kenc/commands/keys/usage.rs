//! `kenc keys usage`.

use std::path::PathBuf;

use kenc::ops::configs::Configs;
use kenc::ops::keys::usage::{UsageQuestion, usage};
use kenc::ops::tree::request::TreeRequest;

use crate::args::KeysUsageArgs;
use crate::commands::opening::threads;
use crate::failure::{CommandFault, Exit, Failure};
use crate::progress::Bar;
use crate::report::key_usage::{self, Told};
use crate::report::{Reporter, ShownKeyNames};
use crate::sessions;
use crate::signals;

/// In place of a key: any that the config does not name.
const DRIFT: &str = "drift";

pub fn run(args: &KeysUsageArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    reporter.name_keys(ShownKeyNames::of(configs));
    let here = [PathBuf::from(".")];
    let inputs = if args.paths.is_empty() && args.files0_from.is_none() { &here } else { args.paths.as_slice() };
    let request = TreeRequest::to_read(args.files0_from.as_deref(), inputs);
    request.check()?;
    let (drift, words): (Vec<_>, Vec<_>) = args.fail_on.iter().cloned().partition(|word| word == DRIFT);
    let unwanted = configs.keys(&words, &[])?;
    if let Some(alias) = unwanted.iter().find(|key| key.as_str().contains("alias/")) {
        return Err(CommandFault::AliasOffline(alias.to_string()).into());
    }
    let session = sessions::to_inspect(configs);
    signals::handle(&session)?;
    let bar = Bar::of_many(reporter.shows_progress(), &request.name());
    let told = Told { alone: args.alone, drift: !drift.is_empty() || reporter.is_verbose() };
    let mut worst = None;
    let mut written = Ok(());
    let question = UsageQuestion { request: &request, configs, unwanted: &unwanted, threads: threads(&args.work) };
    let found = usage(&session, &question, &bar, &mut |event| match key_usage::event(event, told, reporter) {
        Ok(failed) => worst = worst.or(failed),
        Err(error) => written = Err(error),
    });
    bar.end();
    let found = found?;
    written?;
    reporter.result(&key_usage::text(&found), &key_usage::json(&found))?;
    match worst {
        Some(exit) if found.files == 0 => Ok(exit),
        Some(exit) => {
            let (failed, all) = (found.failed, found.failed + found.files + found.not_encrypted);
            let count = |number| usize::try_from(number).unwrap_or(usize::MAX);
            Err(CommandFault::SomeFailed { failed: count(failed), all: count(all), exit }.into())
        }
        None if found.has_unwanted() || (!drift.is_empty() && found.has_drift()) => Ok(Exit::Problems),
        None => Ok(Exit::Done),
    }
}
