//! `kenc verify`.

use std::path::Path;

use kenc::keys::Keyring;
use kenc::stream::TableCopies;
use kenc::stream::pipeline::{Output, Pipeline};
use serde_json::json;

use crate::args::VerifyArgs;
use crate::commands::inspect::describe_copies;
use crate::commands::opening::{Demands, Recognised, threads};
use crate::configuration::Configs;
use crate::environment::key_service;
use crate::failure::{Exit, Failure};
use crate::output::{STANDARD_INPUT, open_input};
use crate::progress::Progress;
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::signals;

pub fn run(args: &VerifyArgs, configs: &Configs<'_>, reporter: &Reporter) -> Result<Exit, Failure> {
    let demands = Demands::new(&args.open, configs, &args.inputs)?;
    let passphrases = Passphrases::new(args.passphrase.passphrase_from.clone(), reporter.may_ask());
    let kms = key_service(&args.aws);
    signals::handle();
    let standard_input = ["-".into()];
    let inputs = if args.inputs.is_empty() { &standard_input[..] } else { &args.inputs };
    let outcomes = inputs.iter().map(|path| {
        let trusted = configs.trusted(named(path))?;
        let keyring =
            Keyring { kms: &kms, identities: &demands.identities, passphrases: &passphrases, trusted: &trusted };
        verify(args, reporter, path, &demands, &keyring)
    });
    reporter.all(inputs.len(), outcomes)
}

/// An input that is not the standard input.
fn named(path: &Path) -> Option<&Path> {
    (path.as_os_str() != "-").then_some(path)
}

fn verify(
    args: &VerifyArgs,
    reporter: &Reporter,
    path: &Path,
    demands: &Demands,
    keyring: &Keyring<'_>,
) -> Result<Exit, Failure> {
    let path = named(path);
    let name = path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string());
    let about = || Failure::about(name.clone());
    let input = open_input(path)?;
    let progress = Progress::new(reporter.shows_progress(), &name, input.len());
    let Recognised { head, mut payload, .. } = Recognised::read(input).map_err(about())?;
    let cipher = demands.open(&head, keyring, reporter).map_err(about())?;
    let pipeline = Pipeline {
        threads: threads(&args.work),
        progress: &|bytes| progress.advance(bytes),
        cancelled: &signals::CANCELLED,
    };
    let bytes = pipeline.open(&cipher, payload.source(), Output::Nowhere).map_err(about())?;
    drop(progress);

    let copies = head.header.copies;
    let is_whole = copies == TableCopies::Whole;
    let care = if is_whole { String::new() } else { format!("; but {}", describe_copies(copies)) };
    reporter.confirmation(
        &format!("{name}: authentic, {bytes} bytes{care}\n"),
        &json!({ "file": name, "authentic": true, "bytes": bytes, "copies": describe_copies(copies) }),
    )?;
    if is_whole {
        return Ok(Exit::Done);
    }
    reporter.hint(&format!(
        "write it anew: `kenc decrypt {name} | kenc encrypt -o NEW.kenc` with the same -k and -c; `kenc inspect {name}` shows them"
    ));
    Ok(Exit::Problems)
}
