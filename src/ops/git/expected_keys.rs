//! The keys, rules and contexts that files of a repository should have, as their configs say.

use std::io::Cursor;
use std::path::Path;

use crate::context::EncryptionContext;
use crate::document::Metadata;
use crate::formats::detect::Detected;
use crate::formats::format::ReadPolicy;
use crate::fs::input::Input;
use crate::ops::change::by_config::{Rewrappers, choose};
use crate::ops::change::comparison::{drift_of_document, drift_of_file};
use crate::ops::configs::Configs;
use crate::ops::documents::keys::KeysOfDocuments;
use crate::ops::drift::Drift;
use crate::ops::failure::Failure;

/// Where what files should have is looked up.
pub(super) struct ExpectedKeys<'a> {
    /// For documents.
    pub documents: KeysOfDocuments<'a>,
    /// For files that are encrypted as a whole.
    pub files: Rewrappers<'a>,
    /// Where rules are.
    pub configs: &'a Configs,
}

impl ExpectedKeys<'_> {
    /// How a document differs from its config.
    ///
    /// # Errors
    /// As [`drift_of_document`].
    pub fn drift_of_document(&self, path: &Path, metadata: &Metadata) -> Result<Drift, Failure> {
        drift_of_document(metadata, Some(path), &self.documents)
    }

    /// How a file that is encrypted as a whole differs from its config.
    ///
    /// # Errors
    /// If it is damaged, or there is no rule with keys for it; as [`drift_of_file`].
    pub fn drift_of_file(&self, path: &Path, content: Vec<u8>) -> Result<Drift, Failure> {
        let recipe = choose(self.configs, path)?;
        let about = || Failure::about(path.display().to_string());
        let input = Input::of_stream(Box::new(Cursor::new(content)));
        let found = Detected::new(input, Some(path), None).map_err(about())?;
        let binds_context = matches!(&found, Detected::File(file) if file.format.binds_context());
        let file = found.file(&ReadPolicy::default()).map_err(about())?;
        let wanted = if binds_context { recipe.context } else { EncryptionContext::new() };
        drift_of_file(&*file, self.files.of_path(path)?, &wanted)
    }
}
