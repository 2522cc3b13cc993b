//! Every notation with its store.

use super::binary::BinaryStore;
use super::dotenv::DotenvStore;
use super::ini::IniStore;
use super::json::JsonStore;
use super::notation::Store;
use super::toml::TomlStore;
use super::yaml::YamlStore;
use crate::document::content::format::Format;

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
