//! The command line: what can be typed. Man pages and completions are made from these definitions.

#[path = "args/documents.rs"]
pub mod documents;
// The path is spelled out for the generator of the man pages, which takes these definitions in from elsewhere.
#[path = "args/git.rs"]
pub mod git;
#[path = "args/keys.rs"]
mod keys;
// Named in full, for the tests that make man pages of these definitions include this file by its path.
#[path = "args/change.rs"]
mod change;
#[path = "args/many.rs"]
mod many;
#[path = "args/seal.rs"]
pub mod seal;
#[path = "args/values.rs"]
pub mod values;
// The paths are spelled out for the generator of the man pages, which takes these definitions in from elsewhere.
#[path = "args/edit.rs"]
mod edit;
#[cfg(unix)]
#[path = "args/exec.rs"]
mod exec;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

pub use change::*;
pub use edit::EditArgs;
#[cfg(unix)]
pub use exec::ExecArgs;
pub use keys::{KeysArgs, KeysCheckArgs, KeysCommand, KeysPolicyArgs};
pub use many::{ManyArgs, ResumeArgs};

/// Encrypt files and streams under keys in AWS KMS, or under age keys.
#[derive(Debug, Parser)]
#[command(
    name = "kenc",
    version,
    max_term_width = 100,
    propagate_version = true,
    disable_help_subcommand = false,
    after_long_help = EXIT_CODES
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: GlobalArgs,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed
  2    the command line is wrong
  3    the input is not authentic, corrupt, no kenc file, or has not the context that -c demands
  4    no key opens it: every key said no
  5    a key service could not be used: credentials, network, throttling; when encrypting also a denial
  6    an output file exists already
  7    verify, keys check or git check found problems
  126  exec: the command cannot be run
  127  exec: the command is not there
  130  interrupted
  129, 131 to 135  git merge failed, with the code above that is 128 less; conflicts are 1";

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct GlobalArgs {
    /// Print results and errors as JSON
    ///
    /// Results go to the standard output and errors to the standard error, one JSON object each.
    #[arg(long, global = true)]
    pub json: bool,

    /// Print errors only: no hints, no progress
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Say what is done: which key opened what, and how many bytes
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,

    /// Config file to use, instead of the nearest .kenc.yaml or .sops.yaml
    ///
    /// The nearest one is looked for from the folder of the file upward, then from the working folder. $SOPS_CONFIG names
    /// one as well, which is read as sops reads it.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Never ask for anything on the terminal
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
    /// One input goes to the standard output unless -o names another place; several inputs need a folder with -o, or -i.
    /// Without -k the keys are those of the rule for the file in .kenc.yaml or .sops.yaml; without either, the local key
    /// made by `kenc keygen`.
    Encrypt(EncryptArgs),

    /// Decrypt files or the standard input
    ///
    /// Recognises kenc files by their content, armored or not. Every chunk is authenticated before a byte of it is
    /// released; an output file appears whole or not at all.
    Decrypt(DecryptArgs),

    /// Change the keys that open files, without touching their payload
    ///
    /// From one KMS key to another the data key is wrapped inside KMS and never reaches this computer. Files are changed in
    /// place and in a moment, however long they are; whatever interrupts it leaves a file that opens. Whoever has kept an old
    /// copy can still open it with the old keys: `kenc rotate` makes a new data key. Without --to, --add and --remove only a
    /// damaged copy of the slot table is mended.
    ///
    /// An answer of KMS about another key than was asked for changes nothing. Whether a new key opens the file is known once
    /// it has: `kenc rewrap --add NEW FILE`, then `kenc verify -k NEW FILE`, and then `kenc rewrap --remove OLD FILE`.
    #[command(visible_alias = "reencrypt")]
    Rewrap(RewrapArgs),

    /// Encrypt files again with a new data key, under the same keys or others
    ///
    /// Cuts off whoever had the old data key. Each file is replaced when its successor is whole; plaintext is never written.
    /// Without --to the new data key is wrapped under every key that the file names, and nothing authenticates these: where
    /// others can write to the file, look at `kenc inspect` first, or name the keys with --to.
    Rotate(RotateArgs),

    /// Seal encrypted config documents as they stand, after a look at them
    ///
    /// The MAC of a document covers its values and their order. The seal covers the rest as well: the names of keys, comments,
    /// everything else in its text, the rule and the recipients. kenc seals what it encrypts. A document that another tool
    /// has encrypted is not sealed, and a seal is broken by every other change of the text or of the recipients. This
    /// command shows all that a seal would cover, and asks; then whoever can open the document vouches for it. The MAC must
    /// be right: `kenc git mac-repair` mends it after a merge.
    Seal(seal::SealArgs),

    /// Print one value of an encrypted config document
    ///
    /// A single value is printed bare, with a line end behind it unless it has one or -n is given; a mapping or a list in
    /// the notation of the file, or as JSON with --json. Works on kenc files too that have a config document in them.
    Get(values::GetArgs),

    /// Set one value of an encrypted config document
    ///
    /// The value comes from the standard input, from --file, or is asked for at the terminal, where it is not shown. The line
    /// end behind a single line is not part of it. It is a number, a boolean or null where it reads as one in the notation
    /// of the file, letter by letter; a value that is text stays text, and --string makes it text. With --json the value is
    /// JSON, and may be a mapping or a list. Parents that are not there are made. All other values keep their ciphertext,
    /// and a value that is there already writes nothing.
    Set(values::SetArgs),

    /// Take one value out of an encrypted config document
    ///
    /// Its lines go with it. A mapping or a list goes with all that is in it.
    Unset(values::UnsetArgs),
    /// Edit a file in the clear, and encrypt what was changed
    ///
    /// The plaintext is in memory only, in a folder that nobody else can enter. The editor is $KENC_EDITOR, $SOPS_EDITOR,
    /// $VISUAL or $EDITOR, with arguments. Values that are left alone keep their ciphertext; a text that is left alone is not
    /// written. Edits that cannot be saved are edited again, or kept, encrypted, in FILE.kenc-edit; where that cannot be
    /// written, in the folder kenc of $XDG_STATE_HOME, or in memory. --resume finds them in each of these places. Where
    /// nothing can be written, the private folder with the plaintext stays in memory, and its path is printed.
    Edit(EditArgs),

    /// Run a command with decrypted values in its environment
    ///
    /// The command takes the place of kenc: its signals and its exit code are its own. A variable has the name of the way to its
    /// value: db.password becomes db_password, the first item of a list is list_0, and any other letter than those of ASCII and
    /// digits becomes _ too. The command is looked up before its variables are set. Variables that loaders, shells and
    /// interpreters obey (PATH, LD_*, BASH_ENV, PYTHON*, GIT_* and others) are refused unless --only names exactly them;
    /// what leads to an identity of kenc or sops is taken out of the environment. Exits with 127 when the command is not found, and with 126 when it cannot be run.
    #[cfg(unix)]
    Exec(ExecArgs),

    /// Show all that can be known of a file without a key
    ///
    /// Format, suite, encryption context, keys and sizes. Nothing of this is authenticated: `kenc verify` does that.
    Inspect(InspectArgs),

    /// Open and authenticate everything, write nothing
    ///
    /// Exits with 7 when a file is authentic but needs care, such as a damaged copy of its slot table.
    Verify(VerifyArgs),

    /// Make the local key, and print its recipient
    ///
    /// The key is an age identity in the configuration folder, or in the file that KENC_AGE_KEY_FILE names. An existing
    /// key is never overwritten.
    Keygen(KeygenArgs),

    /// Find out why a key does not work, and print the policy that makes it work
    Keys(KeysArgs),

    /// Encrypted files in git: readable diffs, merges, and a check before every commit
    Git(git::GitArgs),

    /// Print the completions for a shell
    Completions(CompletionsArgs),
}

#[derive(Debug, Args)]
pub struct EncryptArgs {
    /// Files to encrypt; `-` or none is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,

    /// Key to encrypt under; give several times for several keys, any one of which opens the file
    ///
    /// The ARN of a KMS key or alias, alias/NAME, a key id or mrk-… (with the region from the environment), age1…,
    /// "ssh-ed25519 …", "ssh-rsa …", passphrase: to be asked for one, or @NAME for a key named in .kenc.yaml.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,

    /// Pair of the encryption context, which is bound to the file in the clear and sent to KMS
    ///
    /// Added to the pairs that .kenc.yaml has for the file.
    #[arg(short, long = "context", value_name = "K=V")]
    pub context: Vec<String>,

    #[command(flatten)]
    pub many: ManyArgs,
    #[command(flatten)]
    pub resume: ResumeArgs,

    /// Write text (strict PEM) instead of bytes
    #[arg(short, long, conflicts_with = "resume")]
    pub armor: bool,

    #[command(flatten)]
    pub values: documents::ValuesArgs,

    /// Cipher for the payload
    #[arg(long, value_name = "CIPHER", default_value = "aes-256-gcm")]
    pub cipher: Cipher,

    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Cipher {
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
    #[value(name = "chacha20-poly1305")]
    ChaCha20Poly1305,
}

#[derive(Debug, Args)]
pub struct DecryptArgs {
    /// Files to decrypt; `-` or none is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub many: ManyArgs,
    #[command(flatten)]
    pub resume: ResumeArgs,

    /// Plaintext bytes to write: A..B from A up to but without B, counted from 0; A.. and ..B are open-ended
    ///
    /// From a file only what is needed is read, and the last chunk, which tells that nothing was cut off.
    #[arg(
        long,
        value_name = "A..B",
        value_parser = parse_range,
        allow_hyphen_values = true,
        conflicts_with_all = ["in_place", "recursive", "files0_from"]
    )]
    pub range: Option<ByteRange>,

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
pub struct InspectArgs {
    /// File to inspect; `-` or none is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub input: Option<PathBuf>,

    #[command(flatten)]
    pub input_type: documents::InputTypeArgs,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Files to verify; `-` or none is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub document_open: documents::DocumentOpenArgs,
    #[command(flatten)]
    pub many: ManyArgs,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// File for the key, instead of the local key's own place; `-` prints it to the standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Make nothing: print the recipient of the key that is there
    #[arg(long)]
    pub show: bool,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// How a file is to be opened.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// Try only the file's wrapped keys of this key; give several times for several keys
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,

    /// Pair that the encryption context of the file must contain
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
    /// File to write, or folder for several; `-` is the standard output even if it is a terminal
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath, conflicts_with = "in_place")]
    pub output: Option<PathBuf>,

    /// Replace each file by its result
    ///
    /// Nothing is written if one of the files is missing or holds an identity, or is not encrypted when it is to be decrypted.
    /// (age names identities with -i; here it is --identity.)
    ///
    /// The result has the permissions, the access-control list and the attributes of the file. A file that is written to
    /// meanwhile is left alone, and so is one that would stay in plaintext under other names (hard links), unless -f is given.
    #[arg(short, long)]
    pub in_place: bool,

    /// Replace output files that exist
    #[arg(short, long)]
    pub force: bool,

    /// Sync new output files to the disk before they appear
    ///
    /// What replaces another file is always synced, and its folder too: after a power failure either the old file is there or
    /// the new one. A new file is not synced, as with cp: for some seconds a power failure can leave it empty, short or absent.
    /// Use --sync, or sync(1), before the original is deleted.
    #[arg(long)]
    pub sync: bool,
}

#[derive(Debug, Args)]
pub struct WorkArgs {
    /// Most threads to work with; all available cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub struct PassphraseArgs {
    /// Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM
    ///
    /// The first line is the passphrase. The program is run directly, without a shell; words after its name are its
    /// arguments.
    #[arg(long, value_name = "SOURCE", value_parser = parse_passphrase_source)]
    pub passphrase_from: Option<PassphraseFrom>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "AWS options")]
pub struct AwsArgs {
    /// Profile of the AWS configuration to use
    #[arg(long = "aws-profile", value_name = "NAME")]
    pub profile: Option<String>,

    /// Region of keys that name none, and of multi-Region keys
    #[arg(long = "aws-region", value_name = "REGION")]
    pub region: Option<String>,

    /// Role to assume before KMS is asked
    #[arg(long = "aws-role-arn", value_name = "ARN")]
    pub role_arn: Option<String>,

    /// Longest time for one operation of KMS, retries included, in seconds
    #[arg(long = "aws-timeout", value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub timeout: Duration,
}

/// Some bytes of a plaintext, from `start` up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    pub start: u64,
    pub end: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassphraseFrom {
    FileDescriptor(u32),
    File(PathBuf),
    Program(String),
}

fn parse_range(text: &str) -> Result<ByteRange, String> {
    const FORM: &str = "a range is written A..B, with whole numbers of bytes";
    let (start, end) = text.split_once("..").ok_or(FORM)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| FORM.to_owned());
    let start = if start.is_empty() { 0 } else { number(start)? };
    let end = if end.is_empty() { None } else { Some(number(end)?) };
    if end.is_some_and(|end| end < start) {
        return Err("the range ends before it begins".to_owned());
    }
    Ok(ByteRange { start, end })
}

fn parse_passphrase_source(text: &str) -> Result<PassphraseFrom, String> {
    match text.split_once(':') {
        Some(("fd", number)) => number
            .parse()
            .map(PassphraseFrom::FileDescriptor)
            .map_err(|_| "fd: takes the number of a file descriptor".to_owned()),
        Some(("file", path)) if !path.is_empty() => Ok(PassphraseFrom::File(path.into())),
        Some(("cmd", program)) if !program.is_empty() => Ok(PassphraseFrom::Program(program.to_owned())),
        _ => Err("it is written fd:N, file:PATH or cmd:PROGRAM".to_owned()),
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.1..=3600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "it is a number of seconds from 0.1 to 3600".to_owned())
}
