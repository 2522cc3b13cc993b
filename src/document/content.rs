//! The content of a document, independent of its notation: values, trees, paths.

pub(crate) mod conflict_key;
pub(crate) mod edit;
pub(crate) mod format;
pub(crate) mod inference;
pub(crate) mod path;
pub(crate) mod positions;
pub(crate) mod scalar;
pub(crate) mod secret_text;
mod serialization;
pub(crate) mod tree;
pub(crate) mod value;
pub(crate) mod value_text;
pub(crate) mod walk;
