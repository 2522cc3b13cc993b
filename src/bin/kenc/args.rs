//! The command line. Man pages and completions are generated from these definitions.

#[path = "args/audit.rs"]
pub mod audit;
#[path = "args/deferred.rs"]
mod deferred;
#[path = "args/documents.rs"]
pub mod documents;
#[path = "args/examples.rs"]
pub mod examples;
// The path is spelled out for the generator of the man pages, which takes these definitions in from elsewhere.
#[path = "args/git.rs"]
pub mod git;
#[path = "args/keys.rs"]
mod keys;
// Named in full, for the tests that make man pages of these definitions include this file by its path.
#[path = "args/change.rs"]
mod change;
#[path = "args/krm.rs"]
pub mod krm;
#[path = "args/many.rs"]
mod many;
#[path = "args/message.rs"]
pub mod message;
#[path = "args/records.rs"]
pub mod records;
#[path = "args/s3.rs"]
pub mod s3;
#[path = "args/seal.rs"]
pub mod seal;
#[path = "args/shard.rs"]
pub mod shard;
#[path = "args/shared.rs"]
mod shared;
#[path = "args/values.rs"]
pub mod values;
#[path = "args/verify.rs"]
mod verify;
// The paths are spelled out for the generator of the man pages, which takes these definitions in from elsewhere.
#[path = "args/edit.rs"]
mod edit;
#[path = "args/exec.rs"]
mod exec;
#[path = "args/export.rs"]
mod export;
#[path = "args/variables.rs"]
pub mod variables;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use kenc::formats::format::ByteRange;

pub use change::*;
use deferred::Deferred;
pub use edit::EditArgs;
pub use exec::ExecArgs;
pub use export::{ExportArgs, ExportFormatName};
pub use keys::{KeysArgs, KeysCheckArgs, KeysCommand, KeysPolicyArgs, KeysUsageArgs};
pub use many::{EncryptResumeArgs, ManyArgs, ResumeArgs};
pub use shard::{ReportArgs, ShardArgs};
pub use shared::*;
pub use verify::VerifyArgs;

/// Encrypt files and streams under keys in AWS KMS, or under age keys.
#[derive(Debug, Parser)]
#[command(
    name = "kenc",
    version,
    max_term_width = 100,
    propagate_version = true,
    disable_help_subcommand = false,
    after_long_help = examples::kenc::HELP
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct GlobalArgs {
    /// Print results and errors as JSON
    ///
    /// Results go to the standard output and errors to the standard error, as JSON objects. kenc-json(5) describes them.
    #[arg(long, global = true)]
    pub json: bool,

    /// Print errors only: no hints, no progress
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Print details: which key opened a file, and how many bytes were written
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,

    /// Config file to use, instead of the nearest .kenc.yaml or .sops.yaml
    ///
    /// kenc searches for the nearest one from the folder of the file upward, then from the working folder. $SOPS_CONFIG also
    /// names a config, which kenc reads as sops does.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Never prompt on the terminal
    #[arg(long, global = true)]
    pub no_input: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Encrypt files or the standard input
    ///
    /// kenc writes one input to the standard output, or to the file that -o names; several inputs need -i, or a folder with
    /// -o. Without -k, the rule for the file in .kenc.yaml or .sops.yaml names the keys; without a config, kenc uses the local
    /// key that `kenc keygen` creates. `s3://BUCKET/KEY` is an object of Amazon S3: see kenc-s3(1).
    #[command(override_usage = examples::encrypt::USAGE, after_long_help = examples::encrypt::HELP)]
    Encrypt(Deferred<EncryptArgs>),

    /// Decrypt files or the standard input
    ///
    /// Decrypts kenc files and age files, armored or not, AWS Encryption SDK messages, and config documents that kenc or sops
    /// encrypted; detects the format from the content. Authenticates every chunk before it writes any of its bytes. An output
    /// file appears complete or not at all.
    ///
    /// Several YAML documents, or those in a folder (-r), go to the standard output with `---` between them; nothing is written
    /// before all of them are open.
    ///
    /// `s3://BUCKET/KEY` is an object of Amazon S3: see kenc-s3(1).
    #[command(override_usage = examples::decrypt::USAGE, after_long_help = examples::decrypt::HELP)]
    Decrypt(Deferred<DecryptArgs>),

    /// Change the keys that open files, without encrypting the files again; or their format
    ///
    /// Changes files in place and quickly, whatever their size; an interruption leaves a file that opens. From one KMS key
    /// to another, KMS rewraps the data key itself, and the data key never reaches this computer. Old copies of a file still
    /// open with the old keys: `kenc rotate` makes a new data key. Without --to, --add and --remove, kenc only repairs a
    /// damaged copy of the slot table. An AWS Encryption SDK message cannot keep its data key under other keys: it is
    /// encrypted again, and so is a file that --format turns into another format, both in one pass and without plaintext on
    /// a disk.
    ///
    /// If KMS answers for a key other than the requested one, nothing changes. To be sure that a new key opens the file
    /// before you remove the old key: `kenc rewrap --add NEW FILE`, then `kenc verify -k NEW FILE`, then
    /// `kenc rewrap --remove OLD FILE`.
    #[command(visible_alias = "reencrypt", override_usage = examples::rewrap::USAGE, after_long_help = examples::rewrap::HELP)]
    Rewrap(Deferred<RewrapArgs>),

    /// Encrypt files again with a new data key, under the same keys or others
    ///
    /// Locks out anyone who kept the old data key. kenc replaces each file when the new one is complete, and never writes
    /// plaintext to a disk. Without --to and --from-config the keys stay the same. A key that only the file names gets the
    /// new data key if a valid seal, -k, a rule or `trusted_keys` names it too, or if you confirm it.
    #[command(override_usage = examples::rotate::USAGE, after_long_help = examples::rotate::HELP)]
    Rotate(Deferred<RotateArgs>),

    /// Seal encrypted config documents after you have reviewed them
    ///
    /// The MAC of a document covers its values and their order. The seal also covers the names of keys, comments, all other
    /// text, the rule and the recipients. kenc seals what it encrypts. A document that another tool encrypted is not sealed,
    /// and any other change of the text or of the recipients breaks the seal. This command shows everything that the seal
    /// will cover, and asks; by answering yes you vouch for the document. Its MAC must be valid: after a merge,
    /// `kenc git mac-repair` writes a new one.
    #[command(override_usage = examples::seal::USAGE, after_long_help = examples::seal::HELP)]
    Seal(Deferred<seal::SealArgs>),

    /// Print one value of an encrypted config document
    ///
    /// kenc prints a single value as it is, and adds a line end unless the value ends with one or -n is given. It prints a
    /// mapping or a list in the format of the file, or as JSON with --json. The document may also be inside a kenc file.
    #[command(override_usage = examples::get::USAGE, after_long_help = examples::get::HELP)]
    Get(Deferred<values::GetArgs>),

    /// Set one value of an encrypted config document
    ///
    /// kenc reads the value from the standard input or from --file. On a terminal it prompts without echo. The line end of a
    /// single line is not part of the value. A value that looks like a number, a boolean or null in the format of the file
    /// becomes one, unless it was text before or --string is given. With --json the value is JSON, and may be a mapping or a
    /// list. kenc creates missing parents. All other values keep their ciphertext. If the value is the same as before, kenc
    /// writes nothing.
    #[command(override_usage = examples::set::USAGE, after_long_help = examples::set::HELP)]
    Set(Deferred<values::SetArgs>),

    /// Remove one value from an encrypted config document
    ///
    /// kenc removes the lines of the value, and a mapping or a list with everything in it.
    #[command(override_usage = examples::unset::USAGE, after_long_help = examples::unset::HELP)]
    Unset(Deferred<values::UnsetArgs>),
    /// Edit the plaintext of a file, and encrypt what changed
    ///
    /// The plaintext is in memory only, in a folder that other users cannot enter. The editor is $KENC_EDITOR, $SOPS_EDITOR,
    /// $VISUAL or $EDITOR, and may have arguments. Unchanged values keep their ciphertext; if nothing changed, kenc writes
    /// nothing. If the edits cannot be saved, you can continue editing, or kenc keeps them, encrypted, in FILE.kenc-edit,
    /// else in the folder kenc of $XDG_STATE_HOME, else in memory. --resume finds them in each of these places. If nothing
    /// can be written at all, the private folder with the plaintext stays in memory, and kenc prints its path.
    #[command(override_usage = examples::edit::USAGE, after_long_help = examples::edit::HELP)]
    Edit(Deferred<EditArgs>),

    /// Run a command with decrypted values in its environment
    ///
    /// Variables are named after the path of the value: db.password becomes db_password, the first item of a list is list_0,
    /// and every character other than ASCII letters and digits becomes _. The command replaces kenc, so that it gets signals
    /// directly and its exit code is returned. kenc looks the command up before it sets the variables. It refuses variables
    /// that change what loaders, shells and interpreters do (PATH, LD_*, BASH_ENV, PYTHON*, GIT_* and others) unless --only
    /// names them exactly. kenc reads dotenv files as docker compose does, or literally with --literal. It removes variables that hold or name an identity of kenc or sops from the environment. Exits
    /// with 127 if the command is not found, and with 126 if it cannot be run.
    #[command(override_usage = examples::exec::USAGE, after_long_help = examples::exec::HELP)]
    Exec(Deferred<ExecArgs>),

    /// Decrypt the resources of a Kubernetes ResourceList
    ///
    /// A KRM function for kustomize, kpt and Argo CD: reads a ResourceList from the standard input, decrypts every resource
    /// in it that kenc or sops encrypted, and writes the list. It also decrypts the files that `files` of the functionConfig
    /// names, and adds their resources. The MAC of each resource is verified. A seal covers the text of a file, which a
    /// function does not see: kenc verifies it for the files of the functionConfig only, and refuses other resources if the
    /// config requires a seal.
    ///
    /// kustomize sorts the fields of the resources that it hands to a transformer, so that their MAC does not match. Name
    /// the encrypted files in a generator instead.
    #[command(override_usage = krm::USAGE, after_long_help = krm::HELP)]
    Krm(Deferred<krm::KrmArgs>),

    /// Print decrypted values as variables for a shell, dotenv, JSON, Docker or GitHub Actions
    ///
    /// Variables have the names that `kenc exec` gives them, and kenc refuses the same ones. Each format carries a value exactly,
    /// or kenc refuses it and writes nothing. The output is plaintext: where a program can be started by kenc, `kenc exec` passes
    /// the values without writing them anywhere.
    ///
    /// In a step of GitHub Actions, `--format github-actions` adds the variables to the file that $GITHUB_ENV names, and prints
    /// the commands that hide the values in the log of the job.
    #[command(override_usage = examples::export::USAGE, after_long_help = examples::export::HELP)]
    Export(Deferred<ExportArgs>),

    /// Show what a file says about itself, without a key
    ///
    /// Format, cipher, encryption context, keys and sizes. None of it is authenticated: `kenc verify` does that. A file whose
    /// length no complete file has is said to be cut off. One that was cut off between two chunks has the length of a complete
    /// file: only `kenc verify` finds that, because it reads the whole file.
    #[command(override_usage = examples::inspect::USAGE, after_long_help = examples::inspect::HELP)]
    Inspect(Deferred<InspectArgs>),

    /// Check that files are authentic and complete, and write nothing
    ///
    /// Decrypts and authenticates everything. Exits with 7 when a file is authentic but needs attention, for example a repair
    /// of its slot table.
    #[command(override_usage = examples::verify::USAGE, after_long_help = examples::verify::HELP)]
    Verify(Deferred<VerifyArgs>),

    /// Create the local key, and print its recipient
    ///
    /// The key is an age identity in the configuration folder, or in the file that $KENC_AGE_KEY_FILE names. An existing
    /// key is never overwritten.
    #[command(override_usage = examples::keygen::USAGE, after_long_help = examples::keygen::HELP)]
    Keygen(Deferred<KeygenArgs>),

    /// Show which keys open which files, find out why a key does not work, and print its policy
    #[command(override_usage = examples::keys::USAGE, after_long_help = examples::keys::HELP)]
    Keys(KeysArgs),

    /// Show who used the keys of files, by the logs of AWS CloudTrail
    #[command(long_about = audit::ABOUT, override_usage = audit::USAGE, after_long_help = audit::EXAMPLES)]
    Audit(Deferred<audit::AuditArgs>),

    /// Use encrypted files in git: readable diffs, merges, and a check before every commit
    #[command(override_usage = examples::git::USAGE, after_long_help = examples::git::HELP)]
    Git(git::GitArgs),

    /// Use objects of Amazon S3, and remove what broken uploads left behind
    #[command(long_about = s3::ABOUT, override_usage = examples::s3::USAGE, after_long_help = examples::s3::HELP)]
    S3(s3::S3Args),

    /// Add up the reports of all shards of a run
    ///
    /// Says what is missing: shards without a report, shards that did not come to their end, files that failed, and why. Exits
    /// with 7 if there is any of that. See kenc-shards(7).
    #[command(override_usage = shard::REPORT_USAGE, after_long_help = shard::REPORT_HELP)]
    Report(Deferred<ReportArgs>),

    /// Print the completion script for a shell
    ///
    /// The script runs kenc for names of keys (@NAME), AWS profiles, paths in a document, the recipients in a file, and commands
    /// after `--`. kenc answers from the files on this computer, without a key and without a network.
    #[command(override_usage = examples::completions::USAGE, after_long_help = examples::completions::HELP)]
    Completions(Deferred<CompletionsArgs>),
}

#[derive(Debug, Args)]
#[command(mut_arg("in_place", |arg| arg.long_help(many::ENCRYPT_IN_PLACE)))]
pub struct EncryptArgs {
    /// Files to encrypt; `-` or none is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,

    /// Key to encrypt under; with several, each of them alone opens the file
    ///
    /// The ARN of a KMS key or alias, alias/NAME, a key id or mrk-… (with the region from the environment), age1…,
    /// "ssh-ed25519 …", "ssh-rsa …", passphrase: to be asked for one, @NAME for a key named in .kenc.yaml, or file:PATH for
    /// the keys in a file, one on each line.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,

    /// Pair of the encryption context: bound to the file, readable in it, and sent to KMS
    ///
    /// Pairs are added to those that .kenc.yaml has for the file.
    #[arg(short, long = "context", value_name = "K=V")]
    pub context: Vec<String>,

    #[command(flatten)]
    pub id: audit::FileIdArgs,
    #[command(flatten)]
    pub many: ManyArgs,
    #[command(flatten)]
    pub resume: EncryptResumeArgs,
    #[command(flatten)]
    pub shard: ShardArgs,

    /// Write text (PEM) instead of bytes
    #[arg(short, long, conflicts_with = "resume")]
    pub armor: bool,

    #[command(flatten)]
    pub values: documents::ValuesArgs,

    /// Fail if an input is shorter, in bytes or with K, M, G or T; `--min-size 1` refuses an empty one
    ///
    /// An input that is too short leaves no output file, and no complete output in a pipe.
    #[arg(long, value_name = "N", value_parser = parse_size, default_value = "0", hide_default_value = true)]
    #[arg(conflicts_with_all = ["recursive", "files0_from", "values"])]
    pub min_size: u64,

    /// Encrypt the output of this command, which is run without a shell
    ///
    /// If the command fails, kenc fails with 1, leaves no output file, and what went to a pipe does not decrypt. kenc asks
    /// the keys before it runs the command.
    #[arg(value_name = "CMD", last = true, value_hint = ValueHint::CommandWithArguments)]
    #[arg(conflicts_with_all = ["inputs", "recursive", "files0_from", "values", "in_place"])]
    pub command: Vec<OsString>,

    /// Cipher for the payload
    #[arg(long, value_name = "CIPHER", default_value = "aes-256-gcm")]
    pub cipher: PayloadCipher,

    #[command(flatten)]
    pub message: message::NewFormatArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
#[command(mut_arg("in_place", |arg| arg.long_help(many::DECRYPT_IN_PLACE)))]
pub struct DecryptArgs {
    /// Files to decrypt; `-` or none is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub many: ManyArgs,
    #[command(flatten)]
    pub resume: ResumeArgs,
    #[command(flatten)]
    pub shard: ShardArgs,

    /// Decrypt only bytes A (inclusive) to B (exclusive), counted from 0; A.. and ..B are open-ended
    ///
    /// Reads only the chunks that are needed, and the last one, which shows that the file is complete. Of an s3:// object, it
    /// reads the last chunk only for a range to the end.
    #[arg(
        long,
        value_name = "A..B",
        value_parser = parse_range,
        allow_hyphen_values = true,
        conflicts_with_all = ["in_place", "recursive", "files0_from"]
    )]
    pub range: Option<ByteRange>,

    /// Give the plaintext to this command, which is run without a shell
    ///
    /// kenc fails if the command does. If the file turns out not to be authentic, kenc ends the command, which never gets
    /// the end of its input: a program that works in one transaction, such as `psql -1`, changes nothing.
    #[arg(value_name = "CMD", last = true, value_hint = ValueHint::CommandWithArguments)]
    #[arg(conflicts_with_all = ["recursive", "files0_from", "in_place", "output"])]
    pub command: Vec<OsString>,

    #[command(flatten)]
    pub message: message::MessageOpenArgs,
    #[command(flatten)]
    pub document: documents::DocumentDecryptArgs,
    #[command(flatten)]
    pub document_open: documents::DocumentOpenArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
#[command(mut_arg("recursive", |arg| arg.long_help(many::RECURSIVE_INSPECT)))]
#[command(mut_arg("files0_from", |arg| arg.long_help(many::FILES_TO_INSPECT)))]
pub struct InspectArgs {
    /// Files to inspect; `-` or none is the standard input. Several are told with one line each
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub many: ManyArgs,
    #[command(flatten)]
    pub input_type: documents::InputTypeArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// File for the key, instead of the place of the local key; `-` prints the key to the standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Make a key that also resists quantum computers (age 1.3 and later, sops 3.12 and later read it)
    ///
    /// Its recipient, age1pq1…, has about 2000 characters.
    #[arg(long, conflicts_with = "show")]
    pub pq: bool,

    /// Print the existing key's recipient
    #[arg(long)]
    pub show: bool,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell that will read the script
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,

    /// Print a script that completes flags, words and file names by itself, and never runs kenc
    #[arg(long = "static")]
    pub r#static: bool,
}

/// A number of bytes, in binary units.
fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let power = match text[digits.len()..].trim_end_matches("iB").to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return Err("is a number of bytes, such as 1, 64K, 10M or 2G".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "is a number of bytes, such as 1, 64K, 10M or 2G".to_owned())?;
    number.checked_mul(1 << (10 * power)).ok_or_else(|| "is too large".to_owned())
}

fn parse_range(text: &str) -> Result<ByteRange, String> {
    const FORM: &str = "a range must be A..B, in whole bytes";
    let (start, end) = text.split_once("..").ok_or(FORM)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| FORM.to_owned());
    let start = if start.is_empty() { 0 } else { number(start)? };
    let end = if end.is_empty() { None } else { Some(number(end)?) };
    if end.is_some_and(|end| end < start) {
        return Err("the range ends before it begins".to_owned());
    }
    Ok(ByteRange { start, end })
}
