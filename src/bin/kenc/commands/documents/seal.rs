//! `kenc seal`: a person looks at a document, and vouches for what its MAC does not cover.

use kenc::document::Metadata;
use kenc::fs::atomic::Sync;
use kenc::ops::change::targets::ResultOptions;
use kenc::ops::change::targets::{Target, targets_in_place};
use kenc::ops::configs::Configs;
use kenc::ops::documents::encrypt::OtherNames;
use kenc::ops::documents::seal::{SealOutcome, Sealing, WholeFiles};
use kenc::storage::s3::OldVersion;
use serde_json::json;

use crate::args::seal::SealArgs;
use crate::changes::consent;
use crate::failure::{Cause, Exit, Failure};
use crate::report::document_keys::groups_json;
use crate::report::{Reporter, printable};
use crate::sessions;
use crate::signals;

pub fn run(args: &SealArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.inputs.iter().any(|path| path.as_os_str() == "-") {
        return Err(Cause::StandardInputInPlace.into());
    }
    let targets = targets_in_place(&args.inputs, args.recursive, None, reporter);
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle(&session)?;
    let sealing = Sealing {
        session: &session,
        notation: args.input_type.input_type,
        whole_files: if args.recursive { WholeFiles::PassedOver } else { WholeFiles::Refused },
        consent: consent(args.yes),
        results: ResultOptions {
            old_versions: OldVersion::Kept,
            other_names: if args.force { OtherNames::LeftAlone } else { OtherNames::Refused },
            sync: Sync::WhenReplacing,
        },
    };
    let count = targets.len();
    // One after the other: each is looked at by itself.
    let outcomes = targets.into_iter().map(|target| {
        let target = target?;
        match sealing.seal(&target)? {
            SealOutcome::PassedOver => Ok(Exit::Done),
            SealOutcome::Before(opened) => tell(reporter, &target, opened.metadata(), "already sealed", false),
            SealOutcome::Now(opened) => tell(reporter, &target, opened.metadata(), "sealed", true),
        }
    });
    reporter.all(count, outcomes)
}

fn tell(
    reporter: &Reporter,
    target: &Target,
    metadata: &Metadata,
    what: &str,
    is_changed: bool,
) -> Result<Exit, Failure> {
    let name = target.name();
    reporter.confirmation(
        &format!("{}\n", printable(&format!("{name}: {what}"))),
        &json!({ "file": name, "seal": "verified", "changed": is_changed, "groups": groups_json(metadata) }),
    )?;
    Ok(Exit::Done)
}
