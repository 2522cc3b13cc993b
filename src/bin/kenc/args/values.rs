//! Options of `kenc get`, `kenc set` and `kenc unset`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use kenc::document::{Format, Path, PathStep, ValueType};
use kenc::ops::values::new_value::ValueSyntax;

use super::documents::{DocumentOpenArgs, formats};
use super::records::RecordGetArgs;
use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct GetArgs {
    /// File to read from; `-` is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    #[command(flatten)]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub record: RecordGetArgs,

    /// Print the value without a line end after it
    #[arg(short = 'n', long)]
    pub no_newline: bool,

    /// Format for a mapping or a list (default: that of the file)
    #[arg(long, value_name = "TYPE", value_parser = formats())]
    pub output_type: Option<Format>,

    #[command(flatten)]
    pub document_open: DocumentOpenArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct SetArgs {
    /// File to change; it is created if a rule of the config matches it
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    #[command(flatten)]
    pub place: PlaceArgs,

    /// The value, with --from-argument; every program on this machine can read it while kenc runs
    #[arg(value_name = "VALUE", allow_hyphen_values = true, conflicts_with = "from_file")]
    pub value: Option<String>,

    /// Take the value from the command line; only for values that are not secret
    #[arg(long, requires = "value")]
    pub from_argument: bool,

    /// Take the value from this file, exactly as it is
    #[arg(long = "file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub from_file: Option<PathBuf>,

    /// Store the value as text, even if it looks like a number; the same as `--type string`
    #[arg(long, conflicts_with = "value_type")]
    pub string: bool,

    /// Type of the value (default: what it looks like, and text or a date where it was one)
    #[arg(long = "type", value_name = "TYPE")]
    pub value_type: Option<ValueTypeName>,

    /// Replace a mapping or a list with everything in it, without asking
    #[arg(short, long)]
    pub force: bool,

    #[command(flatten)]
    pub document_open: DocumentOpenArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

impl SetArgs {
    /// How the given text is read.
    pub fn syntax(&self, is_json: bool) -> ValueSyntax {
        match self.value_type {
            None if self.string => ValueSyntax::Typed(ValueType::String),
            None if is_json => ValueSyntax::Json,
            None => ValueSyntax::Plain,
            Some(ValueTypeName::String) => ValueSyntax::Typed(ValueType::String),
            Some(ValueTypeName::Integer) => ValueSyntax::Typed(ValueType::Integer),
            Some(ValueTypeName::Float) => ValueSyntax::Typed(ValueType::Float),
            Some(ValueTypeName::Boolean) => ValueSyntax::Typed(ValueType::Boolean),
            Some(ValueTypeName::Date) => ValueSyntax::Typed(ValueType::Date),
            Some(ValueTypeName::Null) => ValueSyntax::Typed(ValueType::Null),
            Some(ValueTypeName::Json) => ValueSyntax::Json,
        }
    }
}

#[derive(Debug, Args)]
pub struct UnsetArgs {
    /// File to change
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    #[command(flatten)]
    pub place: PlaceArgs,

    /// Do not fail if there is no value at the path
    #[arg(long)]
    pub if_there: bool,

    #[command(flatten)]
    pub document_open: DocumentOpenArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ValueTypeName {
    String,
    Integer,
    Float,
    Boolean,
    /// A date, or a date with a time, as the format of the file writes it
    Date,
    Null,
    /// Any JSON value, as with --json
    Json,
}

/// A path in a document.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// Path of the value: `db.password`, `list[0]`, `"key.with.dots"`, or `["db"]["password"]`; `.` is everything
    ///
    /// In an INI file the first key is the section; DEFAULT is the part before the first section.
    #[arg(value_name = "PATH")]
    pub path: Path,

    /// Number of the YAML document in a file with several, from 1
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    pub document: u32,
}

impl PlaceArgs {
    /// The path within the selected document.
    pub fn path(&self) -> Path {
        let steps: Vec<PathStep> = self.path.steps.clone();
        Path { root: self.document as usize - 1, steps }
    }
}
