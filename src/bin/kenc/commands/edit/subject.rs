//! A file in the clear, and how a changed text of it becomes ciphertext again.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use kenc::config::{Dialect, DocumentOptions, RuleFormat};
use kenc::context::EncryptionContext;
use kenc::document::{EncryptionRecipe, Format};
use kenc::error::{At, Error, Result};
use kenc::keys::Keyring;
use kenc::ops::documents::recipe::recipe;
use zeroize::Zeroizing;

use super::{document as documents, notes, whole};
use crate::args::EditArgs;
use crate::commands::contents::{self, Contents, Opener, Text};
use crate::failure::{Cause, Failure};

/// A file that is edited.
pub struct Subject {
    /// Its bytes as they were read. `None` if it is still to be made.
    pub sealed: Option<Vec<u8>>,
    /// What it says in the clear.
    pub plaintext: Text,
    /// What begins a comment in it, if it has any.
    pub comment: Option<&'static str>,
    pub recipe: Arc<dyn Recipe>,
}

/// How a text of a file is encrypted.
pub trait Recipe: Send + Sync {
    /// Makes the successor of the file.
    fn seal(&self, text: &[u8], keyring: &Keyring<'_>) -> Result<Successor>;

    /// Makes a file of any text, under the same data key. No key is asked.
    fn keep(&self, text: &[u8]) -> Result<Vec<u8>>;
}

/// What is to take the place of a file.
pub struct Successor {
    pub bytes: Vec<u8>,
    /// Aliases of YAML, which sops does not open where they stand for encrypted values.
    pub aliases: Vec<At>,
}

/// How files are edited: as kenc does it, or as sops does.
pub struct Manner {
    /// What a file becomes that is still to be made. `None` if kenc decides, by its name and the config.
    pub new: Option<NewFile>,
    /// What is encrypted of the text that was edited.
    pub written: documents::Written,
}

/// A document that is still to be made.
pub struct NewFile {
    pub format: Format,
    pub recipe: EncryptionRecipe,
}

impl Default for Manner {
    fn default() -> Self {
        Self { new: None, written: documents::as_edited() }
    }
}

impl Subject {
    /// Opens the file, or begins a new one if there is none. Its data key is made now: what stands in its way is found
    /// before anything is typed.
    pub fn open(args: &EditArgs, opener: Opener<'_>, manner: &Manner) -> Result<Self, Failure> {
        let path = &args.file;
        if matches!(std::fs::metadata(path), Err(error) if error.kind() == ErrorKind::NotFound) {
            return Self::begin(args, opener, manner);
        }
        let bytes = contents::read(path)?;
        let (mut plaintext, contents) = opener.open(&bytes, path)?;
        let (comment, recipe): (_, Arc<dyn Recipe>) = match contents {
            Contents::Whole(_) if args.show_keys => return Err(Cause::NoKeysToShow(path.clone()).into()),
            Contents::Whole(file) => (None, Arc::new(file)),
            Contents::Document(document) => {
                if args.show_keys {
                    let text = document.text_with_keys().map_err(Error::from);
                    let text = text.map_err(Failure::about(path.display().to_string()))?;
                    plaintext = Zeroizing::new(text.as_bytes().to_vec());
                }
                let comment = documents::comment_of(document.document().format());
                let comment = notes::comment_for(&plaintext, comment);
                let written = Arc::clone(&manner.written);
                (comment, Arc::new(documents::Existing { opened: *document, shows_keys: args.show_keys, written }))
            }
        };
        Ok(Self { sealed: Some(bytes), plaintext, comment, recipe })
    }

    fn begin(args: &EditArgs, opener: Opener<'_>, manner: &Manner) -> Result<Self, Failure> {
        if args.show_keys {
            return Err(Cause::NoKeysToShow(args.file.clone()).into());
        }
        if let Some(NewFile { format, recipe }) = &manner.new {
            return Self::begin_document(*format, recipe, opener, manner);
        }
        let context = EncryptionContext::from_words(&args.open.context).map_err(Error::from)?;
        let Some(format) = format_of_new(&args.file, opener)? else {
            let recipe = Arc::new(whole::begin(args, &context, opener)?);
            return Ok(Self { sealed: None, plaintext: Zeroizing::default(), comment: None, recipe });
        };
        let (keys, path) = (&args.open.keys, Some(args.file.as_path()));
        let recipe = recipe(path, keys, &context, DocumentOptions::default(), opener.configs)?;
        Self::begin_document(format, &recipe, opener, manner)
    }

    fn begin_document(
        format: Format,
        recipe: &EncryptionRecipe,
        opener: Opener<'_>,
        manner: &Manner,
    ) -> Result<Self, Failure> {
        let prepared = recipe.prepare(&opener.session.keyring())?;
        let plaintext = Zeroizing::new(documents::empty(format).as_bytes().to_vec());
        let recipe = Arc::new(documents::New { prepared, format, written: Arc::clone(&manner.written) });
        Ok(Self { sealed: None, plaintext, comment: documents::comment_of(format), recipe })
    }
}

/// The notation of a file that is to be made, if it is to be a document.
fn format_of_new(path: &Path, opener: Opener<'_>) -> Result<Option<Format>, Failure> {
    if path.extension().is_some_and(|extension| extension == "kenc") {
        return Ok(None);
    }
    let found = opener.configs.of(Some(path))?;
    let rule = found.config.as_ref().map(|config| config.settings_for(Some(path))).transpose()?.flatten();
    let is_by_sops = found.config.as_ref().is_some_and(|config| config.dialect() == Dialect::Sops);
    Ok(match (rule.and_then(|rule| rule.format), Format::of_name(path)) {
        (Some(RuleFormat::Kenc | RuleFormat::AwsEncryptionSdk), _) => None,
        (None, Format::Binary) if !is_by_sops => None,
        (_, format) => Some(format),
    })
}
