//! `kenc encrypt`.

mod files;
pub mod tree;

use kenc::ops::configs::Configs;
use kenc::ops::upload::fault::UploadFault;
use kenc::ops::upload::resumable::FailedUpload;

use crate::args::EncryptArgs;
use crate::commands::documents;
use crate::commands::produced;
use crate::failure::{Exit, Failure};
use crate::habits::{self, Replacement};
use crate::report::Reporter;

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    habits::check_keys(&args.keys)?;
    habits::check_inputs(&args.inputs, args.many.recursive)?;
    if args.output.in_place && !args.output.force {
        habits::check_in_place(&args.inputs, Replacement::Encrypted)?;
    }
    if let Some(hint) = habits::several_pairs(&args.context) {
        reporter.hint(&hint);
    }
    if !args.command.is_empty() {
        return produced::run(args, configs, reporter);
    }
    let failed_upload = failed_upload(args);
    if args.values.records.records.is_none() && documents::encrypt::applies(args, configs)? {
        if failed_upload == FailedUpload::Kept {
            return Err(UploadFault::OfValues.into());
        }
        return documents::encrypt::run(args, configs, reporter);
    }
    if args.many.is_asked() {
        return tree::run(args, configs, reporter);
    }
    files::run(args, failed_upload, configs, reporter)
}

/// What --resume means where there is no tree.
fn failed_upload(args: &EncryptArgs) -> FailedUpload {
    if args.resume.resume && !args.many.is_asked() { FailedUpload::Kept } else { FailedUpload::Aborted }
}
