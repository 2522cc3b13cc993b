//! `kenc decrypt` of several documents to one output.

use std::io::Write as _;
use std::path::PathBuf;

use kenc::error::Error;
use kenc::fs::atomic::{Access, Sync};
use kenc::ops::configs::Configs;
use kenc::ops::documents::joined::Joining;
use kenc::ops::failure::Cause;
use kenc::ops::tree::listed;
use kenc::storage::output::{Destination, Output};

use crate::args::DecryptArgs;
use crate::failure::{CommandFault, Exit, Failure};
use crate::output::PlaintextOutput;
use crate::report::Reporter;
use crate::{sessions, signals};

/// Whether several documents go to the standard output.
pub fn is_asked(args: &DecryptArgs) -> bool {
    let is_to_output = args.output.output.as_ref().is_none_or(|path| path.as_os_str() == "-");
    // One output has no shards.
    is_to_output && !args.shard.is_asked() && !args.output.in_place && (args.many.is_asked() || args.inputs.len() > 1)
}

pub fn run(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let inputs: Vec<PathBuf> = match &args.many.files0_from {
        Some(list) => listed(list)?,
        None => args.inputs.clone(),
    };
    if inputs.is_empty() {
        return Err(CommandFault::NothingNamed.into());
    }
    if args.range.is_some() || args.document.extract.is_some() || inputs.iter().any(|path| path.as_os_str() == "-") {
        return Err(Cause::SeveralInputs(inputs.len()).into());
    }
    if let Some(folder) = inputs.iter().find(|path| path.is_dir() && !args.many.recursive) {
        return Err(Cause::InputIsDirectory(folder.clone()).into());
    }
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &inputs)?;
    signals::handle(&session)?;
    let joining = Joining {
        inputs: &inputs,
        notation: args.document_open.input_type.input_type,
        format: args.document.output_type,
        demanded: args.document_open.requirements(),
    };
    reporter.gather();
    let plaintext = joining.plaintext(&session);
    reporter.tell_gathered();
    let plaintext = plaintext?;
    let destination = Destination::StandardOutput { forced: args.output.output.is_some() };
    let output = Output::open(&destination, Access::Owner, Sync::WhenReplacing, None)?;
    let (mut output, terminal) = PlaintextOutput::new(output, &destination);
    let written = output.writer().write_all(&plaintext).map_err(|error| Failure::from(Error::Write(error)));
    terminal.explain(written.and_then(|()| Ok(output.commit()?)), None)?;
    Ok(Exit::Done)
}
