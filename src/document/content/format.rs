//! The notations of documents.

/// The notation of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// YAML, possibly with several documents in a file.
    Yaml,
    /// JSON; comments are accepted.
    Json,
    /// Lines of `KEY=value`.
    Dotenv,
    /// Sections of `key = value`.
    Ini,
    /// TOML.
    Toml,
    /// HCL files of variables, as Terraform, OpenTofu and Packer read them.
    Hcl,
    /// Any bytes, as the single value `data` of a JSON object.
    Binary,
}

impl Format {
    /// Every notation.
    pub const ALL: [Self; 7] = [Self::Yaml, Self::Json, Self::Dotenv, Self::Ini, Self::Toml, Self::Hcl, Self::Binary];
}
