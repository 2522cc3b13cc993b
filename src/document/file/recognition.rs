//! Recognises the notation of an encrypted document by its content.

use zeroize::Zeroizing;

use crate::document::content::format::Format;
use crate::document::file::document::Document;
use crate::document::store::registry::candidates;

impl Format {
    /// The notation in which `bytes` have sops metadata. `None` if they are not a sops document.
    #[must_use]
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        Document::recognise(bytes).map(|document| document.format())
    }
}

impl Document {
    /// Parses an encrypted document of any notation. `None` if `bytes` are not a sops document.
    #[must_use]
    pub fn recognise(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        candidates(text).find_map(|format| {
            let document = Self::parse(format, Zeroizing::new(text.to_owned())).ok()?;
            let is_ours = |fields: &serde_json::Map<_, _>| {
                ["mac", "lastmodified", "version"].iter().any(|key| fields.contains_key(*key))
            };
            document.metadata().is_some_and(is_ours).then_some(document)
        })
    }
}
