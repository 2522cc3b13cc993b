//! Every notation with its store.

use super::binary::BinaryStore;
use super::dotenv::DotenvStore;
use super::ini::IniStore;
use super::json::JsonStore;
use super::notation::Store;
use super::parsed::ParsedText;
use super::toml::TomlStore;
use super::yaml::YamlStore;
use crate::document::content::format::Format;
use crate::error::DocumentError;

/// The store of a notation.
pub(crate) fn store_of(format: Format) -> &'static dyn Store {
    match format {
        Format::Json => &JsonStore,
        Format::Yaml => &YamlStore,
        Format::Dotenv => &DotenvStore,
        Format::Ini => &IniStore,
        Format::Toml => &TomlStore,
        Format::Binary => &BinaryStore,
    }
}

/// Reads a text.
pub(crate) fn parse(format: Format, text: &str) -> Result<ParsedText, DocumentError> {
    #[cfg(test)]
    PARSES.with(|parses| parses.set(parses.get() + 1));
    store_of(format).parse(text)
}

#[cfg(test)]
thread_local! {
    /// How many texts this thread has read.
    pub(crate) static PARSES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
