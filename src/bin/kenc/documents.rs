//! Config documents as commands handle them: telling them from other files, choosing their keys, writing their text.

use std::io::{IsTerminal, Write};
use std::path::Path;

use kenc::config::{DocumentOptions, DocumentRecipe, RuleFormat};
use kenc::context::EncryptionContext;
use kenc::document::{
    CommentHandling, Document, EncryptedDocument, EncryptionRecipe, EncryptionRule, Format, MacScope,
};
use kenc::error::{DocumentError, Error, Result};
use kenc::fs::atomic::{Access, AtomicFile, Sync};
use kenc::fs::held::Held;
use kenc::fs::input::Input;
use zeroize::Zeroizing;

use crate::args::documents::{DocumentOpenArgs, Notation, SelectionArgs, ValuesArgs};
use crate::commands::opening::is_kenc_file;
use crate::failure::{CommandFault, Failure};
use crate::output::{Output, Place, TextOnly};
use kenc::ops::configs::Configs;
use kenc::ops::places::local_key;

/// Longest file that is taken for a document, in bytes. What is longer is no config file.
pub const MAX_LEN: usize = 256 << 20;

/// What an input turned out to be.
pub enum Recognised {
    /// An encrypted document.
    Document(Box<EncryptedDocument>),
    /// Something else, which can be read from its beginning.
    Other(Input),
}

/// Tells an encrypted document from other inputs by its content, in the notation that was named or that its name says.
pub fn recognise(input: Input, path: Option<&Path>, notation: Option<Notation>) -> Result<Recognised> {
    let (start, input) = input.peek()?;
    // Only text has metadata. A NUL, which nearly every other file has early, spares reading all of it.
    if notation.is_none() && (is_kenc_file(&start) || start.contains(&0)) {
        return Ok(Recognised::Other(input));
    }
    let (whole, input) = input.read_whole(MAX_LEN)?;
    let Some(whole) = whole else { return Ok(Recognised::Other(input)) };
    let document = match notation {
        Some(notation) => Some(parse(notation.into(), &whole)?),
        None => match path.map(Format::of_name) {
            // What is wrong with a document that its name says is one is said with its line.
            Some(format) if format != Format::Binary && has_metadata(&whole) => Some(parse(format, &whole)?),
            _ => Document::recognise(&whole),
        },
    };
    match document {
        Some(document) if notation.is_some() || document.metadata().is_some() => match EncryptedDocument::new(document)
        {
            // It only has a key of this name.
            Err(DocumentError::ForeignSopsKey(_)) if notation.is_none() => Ok(Recognised::Other(input)),
            sealed => Ok(Recognised::Document(Box::new(sealed?))),
        },
        _ => Ok(Recognised::Other(input)),
    }
}

/// Whether the content of a file in a folder is an encrypted document; or else whether its name and its text say that it is
/// meant as one, so that it is not passed over in silence when it is damaged.
pub fn is_encrypted(input: Input, start: &[u8], path: &Path) -> Result<bool> {
    if start.contains(&0) || input.len().is_some_and(|len| len > MAX_LEN as u64) {
        return Ok(false);
    }
    let (Some(whole), _) = input.read_whole(MAX_LEN)? else { return Ok(false) };
    let Ok(text) = std::str::from_utf8(&whole) else { return Ok(false) };
    if !text.contains("sops") || !text.contains("ENC[") {
        return Ok(false);
    }
    Ok(Format::of_name(path) != Format::Binary || Document::recognise(&whole).is_some())
}

/// Reads an encrypted document.
pub fn read_sealed(input: Input, path: Option<&Path>, notation: Option<Notation>) -> Result<Box<EncryptedDocument>> {
    match recognise(input, path, notation)? {
        Recognised::Document(sealed) => Ok(sealed),
        Recognised::Other(_) => Err(DocumentError::NotEncrypted.into()),
    }
}

/// Reads a file in the clear, to have its values encrypted.
pub fn read_plaintext(input: Input, path: Option<&Path>, notation: Option<Notation>) -> Result<Document> {
    let (whole, _) = input.read_whole(MAX_LEN)?;
    let whole = whole.ok_or(DocumentError::TooLong { limit: MAX_LEN as u64 })?;
    let format = notation.map_or_else(|| path.map_or(Format::Binary, Format::of_name), Format::from);
    // A binary document is JSON with a value: what would be encrypted twice is found by that.
    if format == Format::Binary && Format::of_content(&whole) == Some(Format::Binary) {
        return Err(DocumentError::AlreadyEncrypted.into());
    }
    Ok(Document::from_plaintext(format, whole)?)
}

/// Reads a text in a notation.
pub fn parse(format: Format, whole: &[u8]) -> Result<Document> {
    let text = std::str::from_utf8(whole).map_err(|_| DocumentError::Syntax {
        at: kenc::error::At { line: 1, column: 1 },
        fault: format!("the file is not {} text: it is not UTF-8", format.word()),
    })?;
    Ok(Document::parse(format, Zeroizing::new(text.to_owned()))?)
}

/// What is demanded of a document where nothing can be demanded on the command line.
pub fn no_demands() -> DocumentOpenArgs {
    DocumentOpenArgs::default()
}

fn has_metadata(whole: &[u8]) -> bool {
    std::str::from_utf8(whole).is_ok_and(|text| text.contains("sops"))
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
