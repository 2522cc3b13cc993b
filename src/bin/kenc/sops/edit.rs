//! `edit`, and a file name alone.

use std::path::Path;
use std::sync::Arc;

use kenc::document::{Document, Format};
use kenc::error::DocumentError;
use kenc::ops::documents::layout::TextLayout;
use kenc::ops::edit::{BeforeSealing, DocumentToMake};

use super::exit::{SopsStop, code};
use super::keys::recipe;
use super::session::SopsRun;
use crate::args::{AwsArgs, EditArgs, OpenArgs, PassphraseArgs};
use crate::commands::edit;
use crate::failure::{Cause, CommandFault, Failure};

/// Edits the plaintext of a file; a missing file is created.
pub fn run(session: SopsRun<'_>, path: &Path) -> Result<u8, SopsStop> {
    let SopsRun { args, configs, reporter, .. } = session;
    let format = session.input_format(Some(path));
    if let Some(word) = args.output_type.as_deref().filter(|word| !word.is_empty())
        && Format::of_word(word).is_some_and(|to| to != format)
    {
        let stop = SopsStop::new(code::FAILED, "a file is edited in its own format, but --output-type names another");
        return Err(stop.with_hint("`sops rotate -i --output-type TYPE FILE` writes it in another format"));
    }
    let before = std::fs::read(path).ok();
    let new = if before.is_none() {
        // Its keys and its rule are those that sops would use, even if kenc has a local key.
        let name = session.name(Some(path)).unwrap_or(path);
        let recipe = recipe(args, configs, name, format).map_err(SopsStop::of_new_file)?;
        Some(DocumentToMake { format, recipe })
    } else {
        None
    };
    let before_sealing = match session.layout(format, Some(path))? {
        TextLayout { indent: None, .. } => Arc::new(with_copies) as BeforeSealing,
        layout => Arc::new(move |document: Document| {
            TextLayout { format: document.format(), ..layout }.of_plaintext(document)
        }),
    };
    let edited = EditArgs {
        file: path.to_owned(),
        show_keys: args.show_master_keys,
        ignore_mac: args.ignore_mac,
        resume: false,
        open: OpenArgs { keys: Vec::new(), context: Vec::new(), identities: Vec::new() },
        passphrase: PassphraseArgs { passphrase_from: None },
        aws: AwsArgs {
            profile: args.aws_profile.clone(),
            region: None,
            role_arn: None,
            timeout: std::time::Duration::from_secs(30),
        },
    };
    edit::run_as(&edited, new, before_sealing, configs, reporter).map_err(stopped)?;
    Ok(if std::fs::read(path).ok() == before { code::NOT_CHANGED } else { 0 })
}

/// A document with aliases replaced by copies; without aliases its text is unchanged.
fn with_copies(document: Document) -> Result<Document, DocumentError> {
    TextLayout { format: document.format(), indent: None }.of_plaintext(document)
}

fn stopped(failure: Failure) -> SopsStop {
    let is_of_editor = matches!(
        failure.cause.caller_fault(),
        Some(CommandFault::NoEditor | CommandFault::EditorNotFound(_) | CommandFault::EditorVariable { .. })
    ) || matches!(failure.cause, Cause::EditorFailed(_));
    let stop = SopsStop::from(failure);
    if is_of_editor { stop.with_code(code::NO_EDITOR) } else { stop }
}
