//! `kenc keys …`: what can be typed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use kenc::keys::aws_kms::{AwsPrincipal, KmsPurpose, is_account};

use super::{AwsArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    pub command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Find out whether keys work, and what is missing where they do not
    ///
    /// Asks AWS who calls, what state each key is in, and for each operation of kenc whether it is allowed (by the DryRun of
    /// KMS, so that nothing is done). Says which permission is missing and prints the policy that grants it. For age keys it
    /// looks for the identity and at the permissions of its file. A key that fails does not stop the others. Exits with 7
    /// when a key has problems, and with 5 when a key service could not be asked.
    Check(KeysCheckArgs),

    /// Print the policy for a KMS key that is used by kenc
    ///
    /// The statements for the account, for those who care for the key and for those who use it are kept apart. Users may do
    /// no more than kenc needs and, with -c, only with that encryption context. Nothing is asked or changed: it is applied
    /// with `aws kms put-key-policy --key-id KEY --policy file://FILE`.
    Policy(KeysPolicyArgs),
}

#[derive(Debug, Args)]
pub struct KeysCheckArgs {
    /// Keys to check; without one and without --file, those of the config, or else the local key
    ///
    /// The ARN of a KMS key or alias, alias/NAME, a key id or mrk-…, age1…, "ssh-ed25519 …", "ssh-rsa …", pgp:FINGERPRINT, or @NAME.
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,

    /// Encrypted file whose keys to check, with its context; give several times for several files
    #[arg(long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Pair of the encryption context with which KMS is asked, and that the context of a --file must contain
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
pub struct KeysPolicyArgs {
    /// Account of the key, with 12 digits; by default the one that all of --admin and --user belong to
    #[arg(long, value_name = "ID", value_parser = parse_account)]
    pub account: Option<String>,

    /// User or role that cares for the key and cannot use it; give several times for several
    #[arg(long = "admin", value_name = "ARN")]
    pub administrators: Vec<AwsPrincipal>,

    /// User or role that uses the key; give several times for several
    #[arg(long = "user", value_name = "ARN")]
    pub users: Vec<AwsPrincipal>,

    /// Pair that the encryption context must contain for users to use the key
    #[arg(short, long = "context", value_name = "K=V")]
    pub context: Vec<String>,

    /// Let the context contain nothing but what -c names
    #[arg(long, requires = "context")]
    pub exact_context: bool,

    /// Let the account care for the key, but not use it, so that no IAM policy can grant its use past --user and -c
    #[arg(long)]
    pub users_only: bool,

    #[command(flatten)]
    pub purpose: PurposeArgs,
}

/// What the key is needed for. Without an option, for everything that kenc does.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PurposeArgs {
    /// For encrypting alone: kms:GenerateDataKey and kms:Encrypt
    #[arg(long)]
    pub encrypt_only: bool,

    /// For decrypting alone: kms:Decrypt
    #[arg(long)]
    pub decrypt_only: bool,

    /// For moving data to other keys without reading it: kms:ReEncryptFrom and kms:ReEncryptTo
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

fn parse_account(text: &str) -> Result<String, String> {
    if is_account(text) { Ok(text.to_owned()) } else { Err("an account has 12 digits".to_owned()) }
}
