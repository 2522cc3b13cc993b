//! What files become when they are encrypted again.

use crate::context::EncryptionContext;
use crate::error::{Error, Result};
use crate::formats::format::{EncryptedFile, FileFormat, SealSettings, SignatureChoice};

/// What files become besides getting other keys. By default, each stays what it is.
#[derive(Clone, Copy, Default)]
pub struct NewForm {
    /// Their format.
    pub format: Option<&'static dyn FileFormat>,
    /// Whether they end with a signature, if that is chosen.
    pub signing: Option<SignatureChoice>,
    /// Plaintext bytes of a frame, if that is chosen.
    pub frame_len: Option<u32>,
    /// What becomes of a context that the new format cannot bind.
    pub context: ContextOfNewForm,
}

/// What becomes of the context of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContextOfNewForm {
    /// It stays. A format that has none refuses.
    #[default]
    Kept,
    /// It goes.
    Dropped,
}

impl NewForm {
    /// Whether a file of `format` becomes one of another format.
    #[must_use]
    pub fn converts(&self, format: &dyn FileFormat) -> bool {
        self.format.is_some_and(|new| new.name() != format.name())
    }

    /// Whether a file of `format` is encrypted again when its keys change.
    #[must_use]
    pub fn reencrypts(&self, format: &dyn FileFormat) -> bool {
        self.converts(format) || !format.keeps_data_key()
    }

    /// The format and the settings of the new file in the place of `old`, which is of `format`. Text stays text.
    #[must_use]
    pub fn of(
        &self,
        old: &dyn EncryptedFile,
        format: &'static dyn FileFormat,
    ) -> (&'static dyn FileFormat, SealSettings) {
        let Self { format: new, signing, frame_len, context: _ } = self;
        let like_old = old.seal_settings();
        let SealSettings { encoding, .. } = like_old;
        let settings =
            if self.converts(format) { SealSettings { encoding, ..SealSettings::default() } } else { like_old };
        let signing = signing.unwrap_or(settings.signing);
        (new.unwrap_or(format), SealSettings { signing, frame_len: frame_len.or(settings.frame_len), ..settings })
    }

    /// The context of the new file in the place of `old`.
    ///
    /// # Errors
    /// If `demanded` has pairs that `old` is bound to and does not store: new files store theirs.
    pub fn context_of(&self, old: &dyn EncryptedFile, demanded: &EncryptionContext) -> Result<EncryptionContext> {
        if self.context == ContextOfNewForm::Dropped {
            return Ok(EncryptionContext::new());
        }
        if demanded.iter().any(|(key, _)| !old.context().iter().any(|(stored, _)| stored == key)) {
            return Err(Error::PairsNotStored);
        }
        Ok(old.chosen_context())
    }
}
