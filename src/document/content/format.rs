//! The notations of documents, with their words and the names of their files.

use std::path::Path;

/// The notation of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML, possibly with several documents in a file.
    Yaml,
    /// JSON; comments are let through.
    Json,
    /// Lines of `KEY=value`.
    Dotenv,
    /// Sections of `key = value`.
    Ini,
    /// TOML.
    Toml,
    /// Anything, as the single value `data` of a JSON object.
    Binary,
}

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
