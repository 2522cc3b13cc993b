//! Which notation a file is in: by its name, by a word, by its content.

use std::path::Path;

use zeroize::Zeroizing;

use crate::document::{Document, Format};

impl Format {
    /// By the end of the name of a file. What is none of the others is [`Format::Binary`], as it is for sops;
    /// `.env.production` is taken for what it is, which sops does not.
    #[must_use]
    pub fn of_name(name: &Path) -> Self {
        let name = name.file_name().unwrap_or_default().to_string_lossy();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match () {
            () if ends(&[".yaml", ".yml"]) => Self::Yaml,
            () if ends(&[".json", ".jsonc"]) => Self::Json,
            () if ends(&[".env"]) => Self::Dotenv,
            () if ends(&[".ini"]) => Self::Ini,
            () if ends(&[".toml"]) => Self::Toml,
            () if name.starts_with(".env.") => Self::Dotenv,
            () => Self::Binary,
        }
    }

    /// By a word of a flag: `yaml`, `json`, `dotenv`, `ini`, `toml` or `binary`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
            Self::Ini => "ini",
            Self::Toml => "toml",
            Self::Binary => "binary",
        }
    }

    /// Every notation.
    pub const ALL: [Self; 6] = [Self::Yaml, Self::Json, Self::Dotenv, Self::Ini, Self::Toml, Self::Binary];

    /// Whether values have types of their own. Where they have none, every value is text.
    #[must_use]
    pub fn has_types(self) -> bool {
        !matches!(self, Self::Dotenv | Self::Ini)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_notation() {
        for (name, format) in [
            ("a/secrets.yaml", Format::Yaml),
            ("x.enc.yml", Format::Yaml),
            ("x.json", Format::Json),
            ("x.jsonc", Format::Json),
            (".env", Format::Dotenv),
            ("prod.env", Format::Dotenv),
            (".env.production", Format::Dotenv),
            (".env.yaml", Format::Yaml),
            ("x.ini", Format::Ini),
            ("Cargo.toml", Format::Toml),
            ("x.env.bak", Format::Binary),
            ("x.YAML", Format::Binary),
            ("yaml", Format::Binary),
            ("", Format::Binary),
        ] {
            assert_eq!(Format::of_name(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn every_word_names_its_notation() {
        for format in Format::ALL {
            assert_eq!(Format::of_word(format.word()), Some(format));
        }
        assert_eq!(Format::of_word("env"), None);
    }
}
