//! In which notation an encrypted document is, by its content.

use zeroize::Zeroizing;

use crate::document::content::format::Format;
use crate::document::file::document::Document;

impl Format {
    /// What an encrypted document is, by its content: the notation in which `bytes` have metadata. `None` if they are no
    /// sops document.
    #[must_use]
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        Document::recognise(bytes).map(|document| document.format())
    }
}

impl Document {
    /// Reads an encrypted document in whatever notation it is. `None` if `bytes` are no sops document.
    #[must_use]
    pub fn recognise(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        candidates(text).into_iter().find_map(|format| {
            let document = Self::parse(format, Zeroizing::new(text.to_owned())).ok()?;
            let is_ours = |fields: &serde_json::Map<_, _>| {
                ["mac", "lastmodified", "version"].iter().any(|key| fields.contains_key(*key))
            };
            document.metadata().is_some_and(is_ours).then_some(document)
        })
    }
}

/// The notations that a text may be in, judged by marks that are cheap to find, so that a large file which is no
/// document is not parsed at all.
fn candidates(text: &str) -> Vec<Format> {
    let text = text.trim_start_matches('\u{feff}');
    let has_line = |starts: &[&str]| text.lines().any(|line| starts.iter().any(|start| line.starts_with(start)));
    let mut candidates = Vec::new();
    if !text.contains("sops") {
        return candidates;
    }
    let first = text.trim_start();
    if first.starts_with('{') || first.starts_with('/') {
        candidates.extend([Format::Binary, Format::Json]);
    }
    if has_line(&["sops_"]) {
        candidates.push(Format::Dotenv);
    }
    if has_line(&["[sops"]) {
        candidates.extend([Format::Toml, Format::Ini]);
    }
    if has_line(&["sops:", "\"sops\":", "'sops':"]) || first.starts_with('{') {
        candidates.push(Format::Yaml);
    }
    candidates
}
