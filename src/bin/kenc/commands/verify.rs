//! `kenc verify`.

use std::path::Path;

use kenc::formats::native::pipeline::{Output, Pipeline};
use kenc::formats::native::slot::SlotTable;
use kenc::formats::native::{Header, TableCopies};
use kenc::keys::Keyring;
use serde_json::json;

use crate::args::VerifyArgs;
use crate::commands::changing::{self, keys_json};
use crate::commands::documents::verify as document;
use crate::commands::inspect::describe_copies;
use crate::commands::open_many;
use crate::commands::opening::{Demands, Recognised, threads};
use crate::configuration::Configs;
use crate::documents;
use crate::environment::key_service;
use crate::failure::{Exit, Failure};
use crate::output::{STANDARD_INPUT, open_input};
use crate::progress::Progress;
use crate::prompt::Passphrases;
use crate::report::{Reporter, printable};
use crate::signals;

pub fn run(args: &VerifyArgs, configs: &Configs<'_>, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.many.is_asked() {
        return open_many::verify(args, configs, reporter);
    }
    let demands = Demands::new(&args.open, configs, &args.inputs)?;
    let passphrases = Passphrases::new(args.passphrase.passphrase_from.clone(), reporter.may_ask());
    let kms = key_service(&args.aws);
    signals::handle()?;
    let standard_input = ["-".into()];
    let inputs = if args.inputs.is_empty() { &standard_input[..] } else { &args.inputs };
    let outcomes = inputs.iter().map(|path| {
        let trusted = configs.trusted(named(path))?;
        let keyring =
            Keyring { kms: &kms, identities: &demands.identities, passphrases: &passphrases, trusted: &trusted };
        verify(args, configs, reporter, path, &demands, &keyring)
    });
    reporter.all(inputs.len(), outcomes)
}

/// An input that is not the standard input.
fn named(path: &Path) -> Option<&Path> {
    (path.as_os_str() != "-").then_some(path)
}

fn verify(
    args: &VerifyArgs,
    configs: &Configs<'_>,
    reporter: &Reporter,
    path: &Path,
    demands: &Demands,
    keyring: &Keyring<'_>,
) -> Result<Exit, Failure> {
    let path = named(path);
    let name = path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string());
    let about = || Failure::about(name.clone());
    let input = open_input(path)?;
    let notation = args.document_open.input_type.input_type;
    let input = match documents::recognise(input, path, notation).map_err(about())? {
        documents::Recognised::Document(sealed) => {
            let demands = demands.of_document(&args.document_open, configs.require_seal(path)?);
            return document::run(*sealed, &name, &demands, keyring, reporter);
        }
        documents::Recognised::Other(input) => input,
    };
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

    tell(reporter, &name, bytes, &head.header)
}

/// Says that a file is authentic, which keys its header names, and what care it needs. Nothing authenticates the list of
/// keys: it is there to be looked at.
pub fn tell(reporter: &Reporter, name: &str, bytes: u64, header: &Header) -> Result<Exit, Failure> {
    let Header { table: SlotTable { slots, .. }, copies, .. } = header;
    let copies = *copies;
    let is_whole = copies == TableCopies::Whole;
    let care = if is_whole { String::new() } else { format!("; but {}", describe_copies(copies)) };
    let keys = slots.iter().fold(String::new(), |keys, slot| keys + "  " + &printable(&changing::named(slot)) + "\n");
    reporter.confirmation(
        &format!("{}: authentic, {bytes} bytes{care}\n{keys}", printable(name)),
        &json!({
            "file": name,
            "authentic": true,
            "bytes": bytes,
            "copies": describe_copies(copies),
            "keys": keys_json(slots),
        }),
    )?;
    if is_whole {
        return Ok(Exit::Done);
    }
    reporter.hint(&format!("mend it: `kenc rewrap {name}`"));
    Ok(Exit::Problems)
}
