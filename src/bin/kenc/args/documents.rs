//! What can be typed about config documents, whose values are encrypted one by one.

use clap::{Args, ValueEnum};

/// Which values are encrypted.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options for config documents")]
pub struct ValuesArgs {
    /// Encrypt the values of a config file one by one: keys, comments and layout stay as they are
    ///
    /// The result is a sops document, which sops reads as well. This is what happens without this flag when a rule of
    /// .kenc.yaml or .sops.yaml matches a YAML, JSON, dotenv, INI or TOML file.
    #[arg(long, conflicts_with_all = ["whole", "armor"])]
    pub values: bool,

    /// Encrypt the file as a whole, even if a rule of a config would have its values encrypted
    #[arg(long, conflicts_with = "selection")]
    pub whole: bool,

    /// With --values -r, write nothing, and say which files would be encrypted
    #[arg(short = 'n', long, requires_all = ["recursive", "values"])]
    pub dry_run: bool,

    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Compute the MAC over encrypted values only, so that others can be edited by hand
    #[arg(long, requires = "values")]
    pub mac_only_encrypted: bool,

    /// Encrypt comments as well
    #[arg(long, requires = "values")]
    pub encrypt_comments: bool,

    /// Key groups of which a value needs one key each (Shamir's scheme); each -k is then one group, with commas in it
    #[arg(long, value_name = "N", requires = "values", value_parser = clap::value_parser!(u8).range(2..))]
    pub shamir_threshold: Option<u8>,

    #[command(flatten)]
    pub input_type: InputTypeArgs,
}

/// At most one rule for which values are encrypted. Whoever gives one means a config document.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "selection", multiple = false)]
pub struct SelectionArgs {
    /// Leave values in the clear below a key that ends so (`_unencrypted` when no rule is given)
    #[arg(long, value_name = "SUFFIX")]
    pub unencrypted_suffix: Option<String>,

    /// Encrypt only values below a key that ends so
    #[arg(long, value_name = "SUFFIX")]
    pub encrypted_suffix: Option<String>,

    /// Leave values in the clear below a key that matches
    #[arg(long, value_name = "REGEX")]
    pub unencrypted_regex: Option<String>,

    /// Encrypt only values below a key that matches
    #[arg(long, value_name = "REGEX")]
    pub encrypted_regex: Option<String>,

    /// Leave values in the clear behind a comment that matches
    #[arg(long, value_name = "REGEX")]
    pub unencrypted_comment_regex: Option<String>,

    /// Encrypt only values behind a comment that matches
    #[arg(long, value_name = "REGEX")]
    pub encrypted_comment_regex: Option<String>,
}

/// The notation of an input.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct InputTypeArgs {
    /// Notation of the config file, instead of what its name says
    #[arg(long, value_name = "TYPE")]
    pub input_type: Option<Notation>,
}

/// What opening a config document demands and gives.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options for config documents")]
pub struct DocumentOpenArgs {
    #[command(flatten)]
    pub input_type: InputTypeArgs,

    /// Open a document even if its MAC is missing or wrong: values may have been moved, added or removed
    #[arg(long)]
    pub ignore_mac: bool,

    /// Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since
    #[arg(long, conflicts_with = "ignore_mac")]
    pub require_seal: bool,
}

/// How `rewrap` and `rotate` change config documents, and whose rules they follow.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options for config documents")]
pub struct DocumentChangeArgs {
    /// Key group that --to, --add and --remove are about, from 1; needed where a document has several
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub group: Option<u8>,

    #[command(flatten)]
    pub input_type: InputTypeArgs,

    /// Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since
    #[arg(long)]
    pub require_seal: bool,
}

/// Following the config.
#[derive(Debug, Default, Args)]
pub struct FromConfigArgs {
    /// Give each file the keys of the rule for its path in .kenc.yaml or .sops.yaml, groups and threshold included
    ///
    /// Shows which keys would come and go, and asks. A file that was encrypted whole is looked up by its name without
    /// .kenc.
    #[arg(long, conflicts_with_all = ["to", "add", "remove", "group"])]
    pub from_config: bool,

    /// Do not ask: say yes to what --from-config would change, and to keys that only a file names
    ///
    /// A header and the metadata of a document without a seal can name the keys of whoever wrote the file. Such keys get no
    /// new data key unless --to, --add, -k, a rule or `trusted_keys` names them, or a person says yes.
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    Yaml,
    Json,
    Dotenv,
    Ini,
    Toml,
    /// Anything, as one value
    Binary,
}

/// What is written of a config document that is decrypted.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options for config documents")]
pub struct DocumentDecryptArgs {
    /// Write one value only: `db.password`, `list[0]`, or `["db"]["password"]`
    #[arg(long, value_name = "PATH", conflicts_with = "range")]
    pub extract: Option<kenc::document::Path>,

    /// Notation to write, if it is to be another
    #[arg(long, value_name = "TYPE", conflicts_with = "range")]
    pub output_type: Option<Notation>,
}

impl DocumentDecryptArgs {
    /// Whether something was asked for that only documents have.
    pub fn is_for_documents_only(&self) -> bool {
        self.extract.is_some() || self.output_type.is_some()
    }
}
