//! Options for config documents, whose values are encrypted one by one.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kenc::document::{Format, MacRequirement, SealRequirement};
use kenc::ops::documents::open::StatedRequirements;

use super::records::{RecordsDecryptArgs, RecordsEncryptArgs};

/// Doc comments go on single options: one on a group of options would also apply to the options after the group.
pub const DOCUMENTS: &str = "Options for config documents";

/// Which values are encrypted.
#[derive(Debug, Default, Args)]
pub struct ValuesArgs {
    /// Encrypt the values of a config file one by one, and keep its keys, comments and layout
    ///
    /// The result is a document that sops reads as well. This is the default for a YAML, JSON, dotenv, INI, TOML or tfvars
    /// file that a rule of .kenc.yaml or .sops.yaml matches.
    #[arg(long, conflicts_with_all = ["whole", "armor"], help_heading = DOCUMENTS)]
    pub values: bool,

    /// Encrypt the file as a whole, even if a rule matches it
    #[arg(long, conflicts_with = "selection", help_heading = DOCUMENTS)]
    pub whole: bool,

    /// With --values -r: write nothing, and print which files would be encrypted
    #[arg(short = 'n', long, requires_all = ["recursive", "values"], help_heading = DOCUMENTS)]
    pub dry_run: bool,

    /// Encrypt all documents with the same keys under one data key: faster, but opening one opens all
    ///
    /// Each document of a run gets a data key of its own, and AWS KMS a call for each. With this flag, documents with the
    /// same keys and options share one data key and one call. The price: who can open one of them can open all of them, and
    /// `kenc rewrap --add` on one gives its new key access to the others. `kenc rotate` gives a document its own data key.
    #[arg(long, requires = "values", help_heading = DOCUMENTS)]
    pub shared_data_key: bool,

    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Leave unencrypted values out of the MAC, so that they can be edited by hand
    #[arg(long, requires = "values", help_heading = DOCUMENTS)]
    pub mac_only_encrypted: bool,

    /// Encrypt comments as well
    #[arg(long, requires = "values", help_heading = DOCUMENTS)]
    pub encrypt_comments: bool,

    /// Number of key groups needed to decrypt (Shamir's scheme); each -k is one group, with commas between its keys
    #[arg(long, value_name = "N", requires = "values", value_parser = clap::value_parser!(u8).range(2..), help_heading = DOCUMENTS)]
    pub shamir_threshold: Option<u8>,

    #[command(flatten)]
    pub input_type: InputTypeArgs,

    #[command(flatten)]
    pub records: RecordsEncryptArgs,
}

/// At most one rule for which values are encrypted. Giving one means that the file is a config document.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "selection", multiple = false)]
pub struct SelectionArgs {
    /// Do not encrypt values under keys ending in SUFFIX (default without another rule: `_unencrypted`)
    #[arg(long, value_name = "SUFFIX", help_heading = DOCUMENTS)]
    pub unencrypted_suffix: Option<String>,

    /// Encrypt only values under keys ending in SUFFIX
    #[arg(long, value_name = "SUFFIX", help_heading = DOCUMENTS)]
    pub encrypted_suffix: Option<String>,

    /// Do not encrypt values under keys that match REGEX
    #[arg(long, value_name = "REGEX", help_heading = DOCUMENTS)]
    pub unencrypted_regex: Option<String>,

    /// Encrypt only values under keys that match REGEX
    #[arg(long, value_name = "REGEX", help_heading = DOCUMENTS)]
    pub encrypted_regex: Option<String>,

    /// Do not encrypt values that follow a comment matching REGEX
    #[arg(long, value_name = "REGEX", help_heading = DOCUMENTS)]
    pub unencrypted_comment_regex: Option<String>,

    /// Encrypt only values that follow a comment matching REGEX
    #[arg(long, value_name = "REGEX", help_heading = DOCUMENTS)]
    pub encrypted_comment_regex: Option<String>,
}

/// The format of an input.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct InputTypeArgs {
    /// Format of the config file (default: by its name)
    #[arg(long, value_name = "TYPE", value_parser = formats(), help_heading = DOCUMENTS)]
    pub input_type: Option<Format>,
}

/// Requirements for opening a config document, and its output.
#[derive(Debug, Default, Args)]
pub struct DocumentOpenArgs {
    #[command(flatten)]
    pub input_type: InputTypeArgs,

    /// Open a document even if its MAC is missing or wrong: values may have been moved, added or removed
    #[arg(long, help_heading = DOCUMENTS)]
    pub ignore_mac: bool,

    /// Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again
    #[arg(long, conflicts_with = "ignore_mac", help_heading = DOCUMENTS)]
    pub require_seal: bool,
}

impl DocumentOpenArgs {
    pub fn requirements(&self) -> StatedRequirements {
        let Self { input_type: _, ignore_mac, require_seal } = *self;
        let mac = if ignore_mac { MacRequirement::Nothing } else { MacRequirement::Right };
        StatedRequirements { mac, seal: SealRequirement::NotBroken }.with_seal_required(require_seal)
    }
}

/// How `rewrap` and `rotate` change config documents, and whose rules they follow.
#[derive(Debug, Default, Args)]
pub struct DocumentChangeArgs {
    /// Number of the key group for --to, --add and --remove, from 1; required if a document has several
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..), help_heading = DOCUMENTS)]
    pub group: Option<u8>,

    #[command(flatten)]
    pub input_type: InputTypeArgs,

    /// Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again
    #[arg(long, help_heading = DOCUMENTS)]
    pub require_seal: bool,
}

/// Following the config.
#[derive(Debug, Default, Args)]
pub struct FromConfigArgs {
    /// Give each file the keys that the rule for its path in .kenc.yaml or .sops.yaml names, with groups and threshold
    ///
    /// Shows which keys would be added and removed, and asks. The rule for a kenc file is the one that matches its name
    /// without .kenc.
    #[arg(long, conflicts_with_all = ["to", "add", "remove", "group"])]
    pub from_config: bool,

    /// Do not ask: accept what --from-config changes, and keys that only a file names
    ///
    /// Anyone who can write a file can put their own keys into its header, or into the metadata of a document without a seal.
    /// Such keys get no new data key unless --to, --add, -k, a rule or `trusted_keys` names them, or a person confirms them.
    #[arg(short, long)]
    pub yes: bool,
}

/// The formats of documents, by flag value.
pub fn formats() -> impl TypedValueParser<Value = Format> {
    let words = Format::ALL.map(|format| match format {
        Format::Binary => PossibleValue::new(format.word()).help("Any content, as one value"),
        format => PossibleValue::new(format.word()),
    });
    PossibleValuesParser::new(words).map(|word| Format::of_word(&word).expect("it is one of the words"))
}

/// The output of a decrypted config document.
#[derive(Debug, Default, Args)]
pub struct DocumentDecryptArgs {
    /// Print only the value at PATH: `db.password`, `list[0]`, or `["db"]["password"]`
    #[arg(long, value_name = "PATH", conflicts_with = "range", help_heading = DOCUMENTS)]
    pub extract: Option<kenc::document::Path>,

    /// Output format (default: same as the input)
    #[arg(long, value_name = "TYPE", value_parser = formats(), conflicts_with = "range", help_heading = DOCUMENTS)]
    pub output_type: Option<Format>,

    #[command(flatten)]
    pub records: RecordsDecryptArgs,
}
