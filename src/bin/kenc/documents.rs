//! Config documents as commands handle them: telling them from other files, choosing their keys, writing their text.

use std::io::{IsTerminal, Write};
use std::path::Path;

use kenc::config::{DocumentOptions, DocumentRecipe, RuleFormat};
use kenc::context::EncryptionContext;
use kenc::document::{CommentHandling, EncryptionRecipe, EncryptionRule, Format, MacScope};
use kenc::error::{Error, Result};
use kenc::fs::atomic::{Access, AtomicFile, Sync};
use kenc::fs::held::Held;

use crate::args::documents::{DocumentOpenArgs, Notation, SelectionArgs, ValuesArgs};
use crate::failure::{CommandFault, Failure};
use crate::output::{Output, Place, TextOnly};
use kenc::ops::configs::Configs;
use kenc::ops::places::local_key;

/// What is demanded of a document where nothing can be demanded on the command line.
pub fn no_demands() -> DocumentOpenArgs {
    DocumentOpenArgs::default()
}

impl From<Notation> for Format {
    fn from(notation: Notation) -> Self {
        match notation {
            Notation::Yaml => Self::Yaml,
            Notation::Json => Self::Json,
            Notation::Dotenv => Self::Dotenv,
            Notation::Ini => Self::Ini,
            Notation::Toml => Self::Toml,
            Notation::Binary => Self::Binary,
        }
    }
}

impl From<Format> for Notation {
    fn from(format: Format) -> Self {
        match format {
            Format::Yaml => Self::Yaml,
            Format::Json => Self::Json,
            Format::Dotenv => Self::Dotenv,
            Format::Ini => Self::Ini,
            Format::Toml => Self::Toml,
            Format::Binary => Self::Binary,
        }
    }
}

/// Whether the values of an input are encrypted rather than the whole: because it was asked for, or because a rule is for
/// it and its name is that of a document.
pub fn has_values_encrypted(args: &ValuesArgs, configs: &Configs, path: Option<&Path>) -> Result<bool, Failure> {
    if args.values || args.whole || selection(&args.selection).is_some() {
        return Ok(!args.whole);
    }
    let Some(path) = path.filter(|path| Format::of_name(path) != Format::Binary) else { return Ok(false) };
    let found = configs.of(Some(path))?;
    let Some(rule) = found.config.as_ref().map(|config| config.settings_for(Some(path))).transpose()?.flatten() else {
        return Ok(false);
    };
    Ok(matches!(rule.format, None | Some(RuleFormat::Values)))
}

/// How a document is encrypted for the first time: by the flags, the rule for its path, and the local key, in this order.
pub fn recipe(
    keys: &[String],
    given: &EncryptionContext,
    args: &ValuesArgs,
    configs: &Configs,
    path: Option<&Path>,
) -> Result<EncryptionRecipe, Failure> {
    let found = configs.of(path)?;
    let options = DocumentOptions {
        rule: selection(&args.selection),
        threshold: args.shamir_threshold,
        mac_scope: args.mac_only_encrypted.then_some(MacScope::OnlyEncrypted),
        comments: if args.encrypt_comments { CommentHandling::Encrypted } else { CommentHandling::InTheClear },
    };
    let DocumentRecipe { mut recipe, line } = DocumentRecipe::new(found.config.as_ref(), keys, given, options, path)?;
    if line.is_some() {
        configs.hint_if_hidden_from_sops(&found);
    }
    if let [only] = &mut recipe.groups[..]
        && only.is_empty()
    {
        only.push(local_key()?.into());
    }
    Ok(recipe)
}

/// The rule that was given on the command line.
pub fn selection(args: &SelectionArgs) -> Option<EncryptionRule> {
    let SelectionArgs {
        unencrypted_suffix,
        encrypted_suffix,
        unencrypted_regex,
        encrypted_regex,
        unencrypted_comment_regex,
        encrypted_comment_regex,
    } = args.clone();
    None.or(unencrypted_suffix.map(EncryptionRule::UnencryptedSuffix))
        .or(encrypted_suffix.map(EncryptionRule::EncryptedSuffix))
        .or(unencrypted_regex.map(EncryptionRule::UnencryptedRegex))
        .or(encrypted_regex.map(EncryptionRule::EncryptedRegex))
        .or(unencrypted_comment_regex.map(EncryptionRule::UnencryptedCommentRegex))
        .or(encrypted_comment_regex.map(EncryptionRule::EncryptedCommentRegex))
}

/// Writes a text to its place, as a whole or not at all where the place is a file.
pub fn write(place: &Place, bytes: &[u8], access: Access, sync: Sync, held: Option<Held>) -> Result<()> {
    let mut output = Output::open(place, access, sync, held)?;
    output.writer().write_all(bytes).map_err(Error::Write)?;
    output.commit()
}

/// Prints plaintext to the standard output. A terminal gets text only.
pub fn print(bytes: &[u8], input: Option<&Path>) -> Result<(), Failure> {
    let place = Place::StandardOutput { forced: false };
    let mut output = Output::open(&place, Access::Owner, Sync::WhenReplacing, None)?;
    let written = if std::io::stdout().is_terminal() {
        let mut text = TextOnly::new(output.writer());
        let written = text.write_all(bytes);
        if text.has_refused() {
            return Err(CommandFault::BinaryToTerminal { input: input.map(Path::to_owned) }.into());
        }
        written
    } else {
        output.writer().write_all(bytes)
    };
    written.map_err(Error::Write)?;
    Ok(output.commit()?)
}

/// Replaces a document, which was read while it was held, by its successor.
pub fn replace(held: Held, text: &str) -> Result<()> {
    let output = AtomicFile::replace(held)?;
    output.file().write_all(text.as_bytes()).map_err(Error::Write)?;
    output.commit()
}
