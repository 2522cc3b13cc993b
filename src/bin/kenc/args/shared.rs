//! Options that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PayloadCipher {
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
    #[value(name = "chacha20-poly1305")]
    ChaCha20Poly1305,
}

/// How a file is opened.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// Open the file with this key only; repeat it for several keys
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,

    /// Require this pair in the encryption context of the file
    #[arg(short, long = "context", value_name = "K=V")]
    pub context: Vec<String>,

    /// File of age identities or an ssh private key, instead of the usual places
    ///
    /// The usual places: $KENC_AGE_KEY_FILE, the local key, $SOPS_AGE_KEY, $SOPS_AGE_KEY_FILE, the keys.txt of sops, and
    /// for ssh recipients ~/.ssh/id_ed25519 and ~/.ssh/id_rsa.
    #[arg(long = "identity", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub identities: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct OutputArgs {
    /// File or s3:// object to write, or folder for several files; `-` is the standard output, even if it is a terminal
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath, conflicts_with = "in_place")]
    pub output: Option<PathBuf>,

    /// Replace each file by its result
    #[arg(short, long)]
    pub in_place: bool,

    /// Replace output files that exist
    #[arg(short, long)]
    pub force: bool,

    /// Sync new output files to the disk before they appear
    ///
    /// A file that replaces another one is always synced, with its folder: after a power failure, either the old or the new
    /// file exists. A new file is not synced, as with cp: a power failure within some seconds can leave it empty, short or
    /// missing. Use --sync, or sync(1), before you delete the original.
    #[arg(long)]
    pub sync: bool,
}

#[derive(Debug, Args)]
pub struct WorkArgs {
    /// Maximum number of threads (default: all available cores)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub struct PassphraseArgs {
    /// Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal
    ///
    /// The first line is the passphrase. kenc runs the program without a shell; words after its name are its arguments.
    #[arg(long, value_name = "SOURCE", value_parser = parse_passphrase_source)]
    pub passphrase_from: Option<PassphraseFrom>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "AWS options")]
pub struct AwsArgs {
    /// AWS profile to use
    #[arg(long = "aws-profile", value_name = "NAME")]
    pub profile: Option<String>,

    /// Region for keys that do not name one, and for multi-Region keys
    #[arg(long = "aws-region", value_name = "REGION")]
    pub region: Option<String>,

    /// Role to assume before calling KMS
    #[arg(long = "aws-role-arn", value_name = "ARN")]
    pub role_arn: Option<String>,

    /// Time limit for one KMS operation with its retries, in seconds
    #[arg(long = "aws-timeout", value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub timeout: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassphraseFrom {
    FileDescriptor(u32),
    File(PathBuf),
    Program(String),
}

/// Parses the source of passphrases.
pub fn parse_passphrase_source(text: &str) -> Result<PassphraseFrom, String> {
    match text.split_once(':') {
        Some(("fd", number)) => number
            .parse()
            .map(PassphraseFrom::FileDescriptor)
            .map_err(|_| "fd: takes the number of a file descriptor".to_owned()),
        Some(("file", path)) if !path.is_empty() => Ok(PassphraseFrom::File(path.into())),
        Some(("cmd", program)) if !program.is_empty() => Ok(PassphraseFrom::Program(program.to_owned())),
        _ => Err("it must be fd:N, file:PATH or cmd:PROGRAM".to_owned()),
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.1..=3600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "it must be a number of seconds from 0.1 to 3600".to_owned())
}
