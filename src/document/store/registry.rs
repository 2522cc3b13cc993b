//! Every notation: its names, how it is recognised, and its store.

use std::path::Path;

use memchr::memmem;

use super::binary::BinaryStore;
use super::dotenv::DotenvStore;
use super::hcl::HclStore;
use super::ini::{DEFAULT, IniStore};
use super::json::JsonStore;
use super::notation::Store;
use super::parsed::ParsedText;
use super::toml::TomlStore;
use super::yaml::YamlStore;
use crate::document::content::format::Format;
use crate::error::DocumentError;

/// What is known about a notation. A new one has a variant of [`Format`], a folder with its store, and a line here.
struct Notation {
    format: Format,
    /// Its name in flags and messages.
    word: &'static str,
    /// File name suffixes.
    endings: &'static [&'static str],
    /// File name prefixes, used if no suffix matches.
    beginnings: &'static [&'static str],
    /// The start of the first line of its metadata.
    metadata: &'static [&'static str],
    /// How an encrypted document can begin.
    openings: &'static [char],
    /// Its name under the seal. JSON counts as YAML, and so does the envelope of a binary file: the file name decides
    /// which of them a text is, not the text.
    sealed_as: &'static str,
    facts: NotationFacts,
    store: &'static (dyn Store + Sync),
}

/// What is special about a notation.
pub(crate) struct NotationFacts {
    pub(crate) types: ValueTypes,
    pub(crate) order: MemberOrder,
    pub(crate) comments: CommentLines,
    /// The key of the mapping that has no header of its own: the values before all sections.
    pub(crate) without_header: Option<&'static str>,
    /// Whether a value may refer to another one.
    pub(crate) aliases: AliasSupport,
    /// Whether sops has the notation, too.
    sops: SopsStore,
}

/// Whether sops reads documents in a notation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SopsStore {
    Exists,
    /// To sops, such a file is a binary one.
    Missing,
}

/// What types values have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueTypes {
    /// Numbers, booleans and others, which the text of a value shows.
    Shown,
    /// The same, and a tag may name the type: it goes with the value.
    Tagged,
    /// Every value is text.
    OnlyText,
}

/// Where new members are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberOrder {
    /// Behind the others.
    AsInserted,
    /// Single values are before tables, wherever they are inserted, and an empty table may have no place at all.
    ValuesFirst,
}

/// How comments on lines that follow each other are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommentLines {
    /// Each is one.
    Apart,
    /// All are one, and blanks before the text of a line may be lost.
    Joined,
}

/// Whether a value may refer to another one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AliasSupport {
    /// No.
    None,
    /// Yes, and the members of such a mapping may be merged into another one.
    Merged,
}

/// The facts of most notations.
const USUAL: NotationFacts = NotationFacts {
    types: ValueTypes::Shown,
    order: MemberOrder::AsInserted,
    comments: CommentLines::Apart,
    without_header: None,
    aliases: AliasSupport::None,
    sops: SopsStore::Exists,
};

/// Every notation, in the order in which they are tried.
static NOTATIONS: [Notation; 7] = [
    Notation {
        format: Format::Binary,
        word: "binary",
        endings: &[],
        beginnings: &[],
        metadata: &[],
        openings: &['{', '/'],
        sealed_as: "yaml",
        facts: USUAL,
        store: &BinaryStore,
    },
    Notation {
        format: Format::Json,
        word: "json",
        endings: &[".json", ".jsonc"],
        beginnings: &[],
        metadata: &[],
        openings: &['{', '/'],
        sealed_as: "yaml",
        facts: USUAL,
        store: &JsonStore,
    },
    Notation {
        format: Format::Dotenv,
        word: "dotenv",
        endings: &[".env"],
        beginnings: &[".env."],
        metadata: &["sops_"],
        openings: &[],
        sealed_as: "dotenv",
        facts: NotationFacts { types: ValueTypes::OnlyText, ..USUAL },
        store: &DotenvStore,
    },
    Notation {
        format: Format::Toml,
        word: "toml",
        endings: &[".toml"],
        beginnings: &[],
        metadata: &["[sops"],
        openings: &[],
        sealed_as: "toml",
        facts: NotationFacts { order: MemberOrder::ValuesFirst, sops: SopsStore::Missing, ..USUAL },
        store: &TomlStore,
    },
    Notation {
        format: Format::Hcl,
        word: "hcl",
        endings: &[".tfvars", ".pkrvars.hcl"],
        beginnings: &[],
        metadata: &["sops =", "sops=", "sops  "],
        openings: &[],
        sealed_as: "hcl",
        facts: NotationFacts { sops: SopsStore::Missing, ..USUAL },
        store: &HclStore,
    },
    Notation {
        format: Format::Ini,
        word: "ini",
        endings: &[".ini"],
        beginnings: &[],
        metadata: &["[sops"],
        openings: &[],
        sealed_as: "ini",
        facts: NotationFacts {
            types: ValueTypes::OnlyText,
            comments: CommentLines::Joined,
            without_header: Some(DEFAULT),
            ..USUAL
        },
        store: &IniStore,
    },
    Notation {
        format: Format::Yaml,
        word: "yaml",
        endings: &[".yaml", ".yml"],
        beginnings: &[],
        metadata: &["sops:", "\"sops\":", "'sops':"],
        openings: &['{'],
        sealed_as: "yaml",
        facts: NotationFacts { types: ValueTypes::Tagged, aliases: AliasSupport::Merged, ..USUAL },
        store: &YamlStore,
    },
];

fn notation(format: Format) -> &'static Notation {
    NOTATIONS.iter().find(|notation| notation.format == format).expect("every notation is in the table")
}

impl Format {
    /// By file name suffix. Anything else is [`Format::Binary`], as in sops; `.env.production` is dotenv, unlike in
    /// sops.
    #[must_use]
    pub fn of_name(name: &Path) -> Self {
        let name = name.file_name().unwrap_or_default().to_string_lossy();
        let ends = |notation: &&Notation| notation.endings.iter().any(|end| name.ends_with(end));
        let begins = |notation: &&Notation| notation.beginnings.iter().any(|start| name.starts_with(start));
        let named = NOTATIONS.iter().find(ends).or_else(|| NOTATIONS.iter().find(begins));
        named.map_or(Self::Binary, |notation| notation.format)
    }

    /// By the value of a flag: `yaml`, `json`, `dotenv`, `ini`, `toml`, `hcl` or `binary`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        NOTATIONS.iter().find(|notation| notation.word == word).map(|notation| notation.format)
    }

    /// The flag value.
    #[must_use]
    pub fn word(self) -> &'static str {
        notation(self).word
    }

    /// Whether values have types. If not, every value is text.
    #[must_use]
    pub fn has_types(self) -> bool {
        facts_of(self).types != ValueTypes::OnlyText
    }

    /// Whether sops reads and writes documents in this notation. Those in others have the same values and metadata, in a
    /// file that sops takes for a binary one.
    #[must_use]
    pub fn is_read_by_sops(self) -> bool {
        facts_of(self).sops == SopsStore::Exists
    }
}

/// The name of a notation under the seal.
pub(crate) fn sealed_as(format: Format) -> &'static str {
    notation(format).sealed_as
}

/// The possible notations of an encrypted text, by marks that are cheap to find, so that a large file that is not a
/// document is not parsed at all.
pub(crate) fn candidates(text: &str) -> impl Iterator<Item = Format> {
    let text = text.trim_start_matches('\u{feff}');
    let has_mark = memmem::find(text.as_bytes(), b"sops").is_some();
    NOTATIONS
        .iter()
        .filter(move |Notation { metadata, openings, .. }| {
            let has_line = || text.lines().any(|line| metadata.iter().any(|start| line.starts_with(start)));
            has_mark && (text.trim_start().starts_with(*openings) || !metadata.is_empty() && has_line())
        })
        .map(|notation| notation.format)
}

/// What is special about a notation.
pub(crate) fn facts_of(format: Format) -> &'static NotationFacts {
    &notation(format).facts
}

/// The store of a notation.
pub(crate) fn store_of(format: Format) -> &'static dyn Store {
    notation(format).store
}

/// Parses a text.
pub(crate) fn parse(format: Format, text: &str) -> Result<ParsedText, DocumentError> {
    #[cfg(test)]
    PARSES.with(|parses| parses.set(parses.get() + 1));
    store_of(format).parse(text)
}

#[cfg(test)]
thread_local! {
    /// How many texts this thread has parsed.
    pub(crate) static PARSES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
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
            ("prod.auto.tfvars", Format::Hcl),
            ("x.pkrvars.hcl", Format::Hcl),
            ("prod.tfvars.json", Format::Json),
            ("main.tf", Format::Binary),
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
