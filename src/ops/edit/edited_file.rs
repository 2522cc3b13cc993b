//! A plaintext file, and how its edited text is encrypted again.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::document::{self, EditedDocument, NewDocument};
use super::notes;
use super::recipe::{BeforeSealing, EditRecipe};
use super::successor::successor;
use super::whole_file::EditedWholeFile;
use crate::config::{Dialect, DocumentOptions, RuleFormat};
use crate::document::{EncryptionRecipe, Format, MacRequirement};
use crate::error::Error;
use crate::formats::format::SealSettings;
use crate::formats::registry;
use crate::ops::configs::Configs;
use crate::ops::contents::{self, Contents};
use crate::ops::documents::recipe::recipe;
use crate::ops::failure::{Cause, Failure};
use crate::ops::file_text::Plaintext;
use crate::ops::session::Session;

/// A file that is edited.
pub(super) struct EditedFile {
    /// Its bytes as read. `None` if it is new.
    pub(super) sealed: Option<Vec<u8>>,
    /// Its plaintext.
    pub(super) plaintext: Plaintext,
    /// Its comment sign, if it has one.
    pub(super) comment: Option<&'static str>,
    pub(super) recipe: Arc<dyn EditRecipe>,
}

/// Options for editing a file.
pub struct EditOptions {
    /// Key words for a new file; without them, the keys of the config.
    pub keys: Vec<String>,
    /// The requirement for the MAC of a document.
    pub mac: MacRequirement,
    /// Whether the keys of a document are shown beside its values, for editing.
    pub shows_keys: bool,
    /// Whether to continue with edits that an earlier run kept.
    pub resumes: bool,
    /// The form of a new file. `None` if its name and the config decide.
    pub new: Option<DocumentToMake>,
    /// What is encrypted of the edited document.
    pub before_sealing: BeforeSealing,
}

/// A new document.
pub struct DocumentToMake {
    /// Its notation.
    pub format: Format,
    /// Its keys, and which values are encrypted.
    pub recipe: EncryptionRecipe,
}

impl EditedFile {
    /// Opens the file, or begins a new one if it does not exist. The data key is made now, so that problems are found
    /// before anything is typed.
    pub(super) fn open(session: &Session, path: &Path, options: &EditOptions) -> Result<Self, Failure> {
        if matches!(std::fs::metadata(path), Err(error) if error.kind() == ErrorKind::NotFound) {
            return Self::begin(session, path, options);
        }
        let EditOptions { shows_keys, before_sealing, .. } = options;
        let bytes = contents::read(path)?;
        let (mut plaintext, contents) = contents::open(session, &bytes, path, options.mac)?;
        let (comment, recipe): (_, Arc<dyn EditRecipe>) = match contents {
            Contents::Whole(_) if *shows_keys => return Err(Cause::NoKeysToShow(path.to_owned()).into()),
            Contents::Whole(opened) => (None, Arc::new(EditedWholeFile(successor(session, opened, &bytes, path)?))),
            Contents::Document(opened) => {
                if *shows_keys {
                    let text = opened.text_with_keys().map_err(Error::from);
                    let text = text.map_err(Failure::about(path.display().to_string()))?;
                    plaintext = Zeroizing::new(text.as_bytes().to_vec());
                }
                let comment = document::comment_of(opened.document().format());
                let comment = notes::comment_for(&plaintext, comment);
                let before_sealing = Arc::clone(before_sealing);
                (comment, Arc::new(EditedDocument { opened: *opened, shows_keys: *shows_keys, before_sealing }))
            }
        };
        Ok(Self { sealed: Some(bytes), plaintext, comment, recipe })
    }

    fn begin(session: &Session, path: &Path, options: &EditOptions) -> Result<Self, Failure> {
        if options.shows_keys {
            return Err(Cause::NoKeysToShow(path.to_owned()).into());
        }
        if let Some(DocumentToMake { format, recipe }) = &options.new {
            return Self::begin_document(session, *format, recipe, options);
        }
        let configs = session.configs().ok_or(Cause::NoKeyGiven)?;
        let (keys, context) = (&options.keys, session.context());
        let Some(format) = format_of_new(path, configs)? else {
            let chosen = configs.choose(keys, context, Some(path))?;
            let by_name = if chosen.format.is_none() { registry::by_ending(path) } else { None };
            let seal = session.prepare(&chosen, (by_name, SealSettings::default()))?;
            let recipe = Arc::new(EditedWholeFile(seal));
            return Ok(Self { sealed: None, plaintext: Zeroizing::default(), comment: None, recipe });
        };
        let recipe = recipe(Some(path), keys, context, DocumentOptions::default(), configs)?;
        Self::begin_document(session, format, &recipe, options)
    }

    fn begin_document(
        session: &Session,
        format: Format,
        recipe: &EncryptionRecipe,
        options: &EditOptions,
    ) -> Result<Self, Failure> {
        let prepared = recipe.prepare(&session.keyring())?;
        let plaintext = Zeroizing::new(document::empty(format).as_bytes().to_vec());
        let recipe = Arc::new(NewDocument { prepared, format, before_sealing: Arc::clone(&options.before_sealing) });
        Ok(Self { sealed: None, plaintext, comment: document::comment_of(format), recipe })
    }
}

/// The notation of a new file, if it will be a document.
fn format_of_new(path: &Path, configs: &Configs) -> Result<Option<Format>, Failure> {
    if registry::by_ending(path).is_some() {
        return Ok(None);
    }
    let found = configs.of(Some(path))?;
    let rule = found.config.as_ref().map(|config| config.settings_for(Some(path))).transpose()?.flatten();
    let is_by_sops = found.config.as_ref().is_some_and(|config| config.dialect() == Dialect::Sops);
    Ok(match (rule.and_then(|rule| rule.format), Format::of_name(path)) {
        (None, Format::Binary) if !is_by_sops => None,
        (None | Some(RuleFormat::Values), format) => Some(format),
        (Some(_), _) => None,
    })
}
