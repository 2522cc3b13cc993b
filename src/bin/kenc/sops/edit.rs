//! `edit`, and what a file alone means.

use std::path::Path;

use kenc::document::Format;

use super::exit::{Stop, code};
use super::keys::recipe;
use super::session::Session;
use crate::args::{AwsArgs, EditArgs, OpenArgs, PassphraseArgs};
use crate::commands::edit;
use crate::failure::{Cause, Failure};

/// Edits a file in the clear; one that is not there is made.
pub fn run(session: Session<'_>, path: &Path) -> Result<u8, Stop> {
    let Session { args, configs, reporter } = session;
    let before = std::fs::read(path).ok();
    if before.is_none() {
        let format = session.input_format(Some(path));
        if format == Format::Binary || super::keys::selection(args)?.is_some() {
            let sentence = "a new file is edited as YAML, JSON, dotenv or INI, by the rule of a config: use `sops encrypt` for others";
            return Err(Stop::new(code::FAILED, sentence));
        }
        // What sops would miss is missed here too, though kenc has a local key.
        recipe(args, configs, path, format)?;
    }
    let words = |lists: &[String], prefix: &str| -> Vec<String> {
        let words = lists.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|word| !word.is_empty());
        words.map(|word| format!("{prefix}{word}")).collect()
    };
    // Those of a file that is there are its own.
    let keys = if before.is_some() {
        Vec::new()
    } else {
        [words(&args.kms, ""), words(&args.pgp, "pgp:"), words(&args.age, "")].concat()
    };
    let context = words(args.encryption_context.as_slice(), "").iter().map(|pair| pair.replacen(':', "=", 1)).collect();
    let edited = EditArgs {
        file: path.to_owned(),
        show_keys: args.show_master_keys,
        ignore_mac: args.ignore_mac,
        resume: false,
        open: OpenArgs { keys, context: if before.is_some() { Vec::new() } else { context }, identities: Vec::new() },
        passphrase: PassphraseArgs { passphrase_from: None },
        aws: AwsArgs {
            profile: args.aws_profile.clone(),
            region: None,
            role_arn: None,
            timeout: std::time::Duration::from_secs(30),
        },
    };
    edit::run(&edited, configs, reporter).map_err(stopped)?;
    Ok(if std::fs::read(path).ok() == before { code::NOT_CHANGED } else { 0 })
}

fn stopped(failure: Failure) -> Stop {
    let is_of_editor = matches!(
        failure.cause,
        Cause::NoEditor | Cause::EditorNotFound(_) | Cause::EditorFailed(_) | Cause::EditorVariable { .. }
    );
    let stop = Stop::from(failure);
    if is_of_editor { stop.with_code(code::NO_EDITOR) } else { stop }
}
