//! The notations: how a text is parsed into a tree with positions, and how parts of the text are changed.

pub(crate) mod binary;
pub(crate) mod dotenv;
pub(crate) mod flat_metadata;
pub(crate) mod hcl;
pub(crate) mod ini;
pub(crate) mod json;
pub(crate) mod notation;
pub(crate) mod parsed;
pub(crate) mod registry;
pub(crate) mod shift;
pub(crate) mod splice;
mod structured_metadata;
pub(crate) mod toml;
mod typed_text;
pub(crate) mod yaml;
