//! Options of `kenc keys …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use kenc::keys::aws_kms::{AwsPrincipal, KeyService, KmsPurpose, is_account};
use kenc::ops::keys::policy_format::PolicyFormat;

use super::deferred::Deferred;
use super::examples;
use super::shared::{AwsArgs, PassphraseArgs, WorkArgs};

#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    pub command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Check whether keys work, and what is missing if they do not
    ///
    /// For a KMS key: who the caller is, the state of the key, and whether each operation that kenc uses is allowed (with the
    /// dry run of KMS, so that nothing is done). Names the missing permission and prints the policy that grants it. For an
    /// age key: whether its identity is found, and the permissions of the identity file. A failing key does not stop the
    /// checks of the others. Exits with 7 if a key has problems, and with 5 if a key service could not be reached.
    #[command(override_usage = examples::keys_check::USAGE, after_long_help = examples::keys_check::HELP)]
    Check(Deferred<KeysCheckArgs>),

    /// Show which keys open which files, and what depends on one key alone
    ///
    /// Reads the heads of files, and neither asks a key nor the network; nothing of a head is authenticated. For each key:
    /// how many files it opens, how many of them no other key opens, and whether the config of the files no longer names it.
    /// Files that are not encrypted are counted. An alias in the config may be any key of its account and region.
    #[command(override_usage = examples::keys_usage::USAGE, after_long_help = examples::keys_usage::HELP)]
    Usage(Deferred<KeysUsageArgs>),

    /// Print a key policy for a KMS key that kenc uses
    ///
    /// The policy has separate statements for the account, for administrators and for users of the key. Users get only the
    /// permissions that kenc needs and, with -c, only for that encryption context. This command does not contact AWS and
    /// changes nothing: apply the policy with `aws kms put-key-policy --key-id KEY --policy file://FILE`, or let Terraform or
    /// CloudFormation make a key with it (--format).
    #[command(override_usage = examples::keys_policy::USAGE, after_long_help = examples::keys_policy::HELP)]
    Policy(Deferred<KeysPolicyArgs>),
}

#[derive(Debug, Args)]
pub struct KeysCheckArgs {
    /// Keys to check (default: those of the config, or else the local key)
    ///
    /// The ARN of a KMS key or alias, alias/NAME, a key id or mrk-…, age1…, "ssh-ed25519 …", "ssh-rsa …", pgp:FINGERPRINT, or @NAME.
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,

    /// Check the keys of this encrypted file, with its context; repeat it for several files
    #[arg(long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Pair of the encryption context to check with; the context of a --file must contain it
    #[arg(short, long = "context", value_name = "K=V")]
    pub context: Vec<String>,

    /// File of age identities or an ssh private key, instead of the usual places
    #[arg(long = "identity", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub identities: Vec<PathBuf>,

    #[command(flatten)]
    pub purpose: PurposeArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct KeysUsageArgs {
    /// Files and folders to look at, with everything in them (default: the working folder)
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath, conflicts_with = "files0_from")]
    pub paths: Vec<PathBuf>,

    /// Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files0_from: Option<PathBuf>,

    /// Name every file that only one key opens
    #[arg(long)]
    pub alone: bool,

    /// Exit with 7 if a file has this key, or (`drift`) a key that its config does not name; repeat it for several
    ///
    /// These files are named. A KMS key is named by its ARN or its id: only KMS knows the key of an alias.
    #[arg(long, value_name = "KEY|drift")]
    pub fail_on: Vec<String>,

    #[command(flatten)]
    pub work: WorkArgs,
}

#[derive(Debug, Args)]
pub struct KeysPolicyArgs {
    /// Account of the key, 12 digits (default: the account of all --admin and --user)
    #[arg(long, value_name = "ID", value_parser = parse_account)]
    pub account: Option<String>,

    /// User or role that administers the key and cannot use it; repeat it for several
    #[arg(long = "admin", value_name = "ARN")]
    pub administrators: Vec<AwsPrincipal>,

    /// User or role that uses the key; repeat it for several
    #[arg(long = "user", value_name = "ARN")]
    pub users: Vec<AwsPrincipal>,

    /// Allow use of the key only with this pair in the encryption context
    #[arg(short, long = "context", value_name = "K=V")]
    pub context: Vec<String>,

    /// Allow no other pairs in the encryption context than those of -c
    #[arg(long, requires = "context")]
    pub exact_context: bool,

    /// Allow the account root to administer the key but not use it, so that no IAM policy can grant its use
    #[arg(long)]
    pub users_only: bool,

    /// Also allow the users to use the key through Amazon S3 or DynamoDB (s3, dynamodb; with .REGION for one region)
    ///
    /// The service then encrypts what it stores with this key (SSE-KMS). The statement holds for calls that the service makes for a
    /// user, by the condition kms:ViaService, and for this account.
    #[arg(long = "via", value_name = "SERVICE")]
    pub services: Vec<KeyService>,

    /// Print the policy alone (json), or a key with it and an alias: terraform (and OpenTofu) or cloudformation
    #[arg(long, value_name = "FORMAT", default_value = "json", hide_default_value = true)]
    pub format: PolicyFormatName,

    /// Name of the alias for --format terraform and cloudformation, without alias/
    #[arg(long, value_name = "NAME", default_value = "kenc", value_parser = parse_alias)]
    pub alias: String,

    #[command(flatten)]
    pub purpose: PurposeArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PolicyFormatName {
    Json,
    Terraform,
    Cloudformation,
}

impl PolicyFormatName {
    pub fn format(self) -> PolicyFormat {
        match self {
            Self::Json => PolicyFormat::Json,
            Self::Terraform => PolicyFormat::Terraform,
            Self::Cloudformation => PolicyFormat::CloudFormation,
        }
    }
}

/// What the key is needed for. Without an option, for everything that kenc does.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PurposeArgs {
    /// Only encrypt: kms:GenerateDataKey and kms:Encrypt
    #[arg(long)]
    pub encrypt_only: bool,

    /// Only decrypt: kms:Decrypt
    #[arg(long)]
    pub decrypt_only: bool,

    /// Only move data to other keys, without reading it: kms:ReEncryptFrom and kms:ReEncryptTo
    #[arg(long)]
    pub rewrap_only: bool,
}

impl PurposeArgs {
    pub fn purpose(&self) -> KmsPurpose {
        let Self { encrypt_only, decrypt_only, rewrap_only } = *self;
        match (encrypt_only, decrypt_only, rewrap_only) {
            (true, _, _) => KmsPurpose::EncryptOnly,
            (_, true, _) => KmsPurpose::DecryptOnly,
            (_, _, true) => KmsPurpose::RewrapOnly,
            _ => KmsPurpose::Everything,
        }
    }
}

fn parse_alias(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("alias/").unwrap_or(text);
    let is_alias = !name.is_empty()
        && name.len() <= 250
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte));
    if is_alias { Ok(name.to_owned()) } else { Err("an alias has letters, digits, `/`, `_` and `-`".to_owned()) }
}

fn parse_account(text: &str) -> Result<String, String> {
    if is_account(text) { Ok(text.to_owned()) } else { Err("an account has 12 digits".to_owned()) }
}
