//! The command line of sops: what is accepted when the program is called by that name.
//!
//! All commands share one set of flags, because the flags of sops mean the same everywhere. The first word may be a
//! command; without one, `-e`, `-d`, `-r` and `--set` choose the action, and a file alone is edited.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, ValueHint};

/// sops compatibility mode of kenc: same files, same flags
#[derive(Debug, Parser)]
#[command(name = "sops", disable_version_flag = true, args_override_self = true, max_term_width = 100, after_help = COMMANDS)]
pub struct SopsArgs {
    /// A command with its arguments; a file alone is edited
    #[arg(value_name = "WORD", value_hint = ValueHint::FilePath, allow_negative_numbers = true)]
    pub words: Vec<OsString>,

    /// Decrypt the file
    #[arg(short, long)]
    pub decrypt: bool,
    /// Encrypt the file
    #[arg(short, long)]
    pub encrypt: bool,
    /// Make a new data key and encrypt all values again
    #[arg(short, long)]
    pub rotate: bool,
    /// Set one value, given as JSON: `["key"][0] "value"`
    #[arg(long, value_name = "PATH VALUE")]
    pub set: Option<String>,

    /// Replace the file with the result
    #[arg(short, long)]
    pub in_place: bool,
    /// Write the result to this file
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print one value or branch: `["key"][0]`
    #[arg(long, value_name = "PATH")]
    pub extract: Option<String>,
    /// Format of the input: yaml, json, dotenv, ini or binary
    #[arg(long, value_name = "TYPE")]
    pub input_type: Option<String>,
    /// Format of the output
    #[arg(long, value_name = "TYPE")]
    pub output_type: Option<String>,
    /// Use the rule and the format for this file name
    #[arg(long, value_name = "FILE")]
    pub filename_override: Option<PathBuf>,
    /// Config to use, instead of the nearest .sops.yaml from the working folder upward
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write YAML or JSON with this many spaces for each level (default: keep the layout of the file)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub indent: Option<i32>,
    /// Open documents whose MAC is missing or wrong
    #[arg(long)]
    pub ignore_mac: bool,
    /// Print what is done
    #[arg(long)]
    pub verbose: bool,

    /// AWS KMS keys, separated by commas; a role follows a `+`
    #[arg(short, long, value_name = "ARNS")]
    pub kms: Vec<String>,
    /// PGP fingerprints, separated by commas
    #[arg(short, long, value_name = "FINGERPRINTS")]
    pub pgp: Vec<String>,
    /// age recipients, separated by commas
    #[arg(short, long, value_name = "RECIPIENTS")]
    pub age: Vec<String>,
    /// Pairs of the KMS encryption context, key:value, separated by commas
    #[arg(long, value_name = "PAIRS")]
    pub encryption_context: Option<String>,
    /// AWS profile to use
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Number of key groups needed to decrypt
    #[arg(long, value_name = "N")]
    pub shamir_secret_sharing_threshold: Option<usize>,
    #[command(flatten)]
    pub refused_keys: RefusedKeys,

    /// Do not encrypt values under keys ending in SUFFIX
    #[arg(long, value_name = "SUFFIX")]
    pub unencrypted_suffix: Option<String>,
    /// Encrypt only values under keys ending in SUFFIX
    #[arg(long, value_name = "SUFFIX")]
    pub encrypted_suffix: Option<String>,
    /// Do not encrypt values under keys that match REGEX
    #[arg(long, value_name = "REGEX")]
    pub unencrypted_regex: Option<String>,
    /// Encrypt only values under keys that match REGEX
    #[arg(long, value_name = "REGEX")]
    pub encrypted_regex: Option<String>,
    /// Do not encrypt values after a comment that matches REGEX
    #[arg(long, value_name = "REGEX")]
    pub unencrypted_comment_regex: Option<String>,
    /// Encrypt only values after a comment that matches REGEX
    #[arg(long, value_name = "REGEX")]
    pub encrypted_comment_regex: Option<String>,
    /// Compute the MAC over encrypted values only
    #[arg(long)]
    pub mac_only_encrypted: bool,

    /// KMS keys to add when rotating
    #[arg(long, value_name = "ARNS")]
    pub add_kms: Vec<String>,
    /// KMS keys to remove when rotating
    #[arg(long, value_name = "ARNS")]
    pub rm_kms: Vec<String>,
    /// PGP fingerprints to add when rotating
    #[arg(long, value_name = "FINGERPRINTS")]
    pub add_pgp: Vec<String>,
    /// PGP fingerprints to remove when rotating
    #[arg(long, value_name = "FINGERPRINTS")]
    pub rm_pgp: Vec<String>,
    /// age recipients to add when rotating
    #[arg(long, value_name = "RECIPIENTS")]
    pub add_age: Vec<String>,
    /// age recipients to remove when rotating
    #[arg(long, value_name = "RECIPIENTS")]
    pub rm_age: Vec<String>,

    /// Read the value from the file named in its place
    #[arg(long)]
    pub value_file: bool,
    /// Read the value from standard input
    #[arg(long)]
    pub value_stdin: bool,
    /// Write nothing if nothing would change
    #[arg(long)]
    pub idempotent: bool,
    /// Show the keys of the file in the editor
    #[arg(short, long)]
    pub show_master_keys: bool,

    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    /// File whose groups are changed
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Start the command with a clean environment
    #[arg(long)]
    pub pristine: bool,
    /// Replace this process with the command
    #[arg(long)]
    pub same_process: bool,
    /// Do not wait for the command
    #[arg(long)]
    pub background: bool,
    /// Use a regular file in memory instead of a named pipe
    #[arg(long)]
    pub no_fifo: bool,
    /// Name of the file that the command gets
    #[arg(long, value_name = "NAME")]
    pub filename: Option<PathBuf>,
    /// Refused: run the command as another user
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,

    /// Kinds of keys to try first: age, pgp and kms, separated by commas
    #[arg(long, value_name = "KINDS")]
    pub decryption_order: Option<String>,
    /// Print the version
    #[arg(short = 'v', long)]
    pub version: bool,
    /// Accepted for compatibility; has no effect
    #[arg(long)]
    pub disable_version_check: bool,
    /// Accepted for compatibility; has no effect
    #[arg(long)]
    pub check_for_updates: bool,
    /// Use local keys (the default; `=false` is refused, because no other key service is supported)
    #[arg(long)]
    pub enable_local_keyservice: bool,
    /// Refused: key services of sops are not supported
    #[arg(long, value_name = "ADDRESS")]
    pub keyservice: Vec<String>,
    #[command(flatten)]
    pub of_refused_commands: RefusedCommands,

    /// Whether the last of these flags was `--enable-local-keyservice=false`.
    #[arg(skip)]
    pub is_local_keyservice_off: bool,
}

/// Keys of services that kenc does not support.
#[derive(Debug, Default, clap::Args)]
pub struct RefusedKeys {
    #[arg(long, hide = true)]
    pub gcp_kms: Vec<String>,
    #[arg(long, hide = true)]
    pub hckms: Vec<String>,
    #[arg(long, hide = true)]
    pub azure_kv: Vec<String>,
    #[arg(long, hide = true)]
    pub hc_vault_transit: Vec<String>,
    #[arg(long, hide = true)]
    pub add_gcp_kms: Vec<String>,
    #[arg(long, hide = true)]
    pub rm_gcp_kms: Vec<String>,
    #[arg(long, hide = true)]
    pub add_hckms: Vec<String>,
    #[arg(long, hide = true)]
    pub rm_hckms: Vec<String>,
    #[arg(long, hide = true)]
    pub add_azure_kv: Vec<String>,
    #[arg(long, hide = true)]
    pub rm_azure_kv: Vec<String>,
    #[arg(long, hide = true)]
    pub add_hc_vault_transit: Vec<String>,
    #[arg(long, hide = true)]
    pub rm_hc_vault_transit: Vec<String>,
}

/// Flags of commands that kenc does not have. They are accepted so that the error names the command.
#[derive(Debug, Default, clap::Args)]
pub struct RefusedCommands {
    #[arg(long, hide = true)]
    pub omit_extensions: bool,
    #[arg(long, hide = true)]
    pub recursive: bool,
    #[arg(long, alias = "net", hide = true)]
    pub network: Option<String>,
    #[arg(long, alias = "addr", hide = true)]
    pub address: Option<String>,
    #[arg(long, hide = true)]
    pub prompt: bool,
}

const COMMANDS: &str = "\
Commands:
  encrypt [FILE]             encrypt the values of a file, or of the standard input
  decrypt [FILE]             decrypt them
  edit FILE                  edit a file in the clear; it is encrypted again
  set FILE PATH VALUE        set one value, which is JSON
  unset FILE PATH            remove one value
  rotate FILE                make a new data key, and encrypt all values anew
  updatekeys FILE...         give files the keys that the config says
  groups add|delete          change key groups
  exec-env FILE COMMAND      run a command with the values as its environment
  exec-file FILE COMMAND     run a command with the path of the decrypted file for {}
  filestatus FILE            say whether a file is encrypted

`publish` and `keyservice` are not supported, nor are keys of GCP, Azure, Vault and Huawei.
`kenc help` shows all that this program does under its own name.";

/// The text that `help` prints.
pub fn help() -> clap::builder::StyledStr {
    SopsArgs::command().render_help()
}

/// Parses a command line, including the name of the program.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<SopsArgs, clap::Error> {
    const LOCAL_KEYSERVICE: &str = "enable-local-keyservice";

    let command = SopsArgs::command();
    let flags: Vec<Flag<'_>> = command.get_arguments().filter_map(Flag::of).collect();
    let variable = std::env::var("SOPS_ENABLE_LOCAL_KEYSERVICE");
    let mut is_local_keyservice_off = variable.is_ok_and(|value| means_no(&value));
    let mut normal: Vec<OsString> = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--" {
            normal.push(word);
            normal.extend(words);
            break;
        }
        match FlagWord::of(word, &flags) {
            FlagWord::Other(word) => normal.push(word),
            FlagWord::On(flag) => {
                is_local_keyservice_off &= flag != LOCAL_KEYSERVICE;
                normal.push(format!("--{flag}").into());
            }
            // A later flag replaces an earlier one.
            FlagWord::Off(flag) => {
                is_local_keyservice_off |= flag == LOCAL_KEYSERVICE;
                normal.retain(|word| *word != *format!("--{flag}"));
            }
            FlagWord::With(flag, value) => normal.push(format!("--{flag}={value}").into()),
            // Its value may look like a flag.
            FlagWord::BeforeValue(flag) => match words.next() {
                Some(value) => {
                    let mut word = OsString::from(format!("--{flag}="));
                    word.push(value);
                    normal.push(word);
                }
                None => normal.push(format!("--{flag}").into()),
            },
        }
    }
    let args = SopsArgs::try_parse_from(normal)?;
    Ok(SopsArgs { is_local_keyservice_off, ..args })
}

/// Whether there is a flag with this spelling, including dashes.
pub fn has_flag(flag: &str) -> bool {
    let bare = flag.trim_start_matches('-');
    SopsArgs::command().get_arguments().filter_map(Flag::of).any(|flag| flag.is_named(bare))
}

struct Flag<'a> {
    short: Option<char>,
    long: &'a str,
    takes_value: bool,
}

impl<'a> Flag<'a> {
    fn of(argument: &'a clap::Arg) -> Option<Self> {
        let (short, takes_value) = (argument.get_short(), argument.get_action().takes_values());
        Some(Self { short, long: argument.get_long()?, takes_value })
    }

    fn is_named(&self, name: &str) -> bool {
        self.long == name || self.short.is_some_and(|short| name.chars().eq([short]))
    }
}

/// A word of a command line. sops also accepts long flags after a single dash, short ones after two, and `=true` and
/// `=false` after those without a value.
enum FlagWord<'a> {
    /// A flag without a value.
    On(&'a str),
    /// The same, switched off.
    Off(&'a str),
    /// A flag with its value.
    With(&'a str, String),
    /// A flag whose value is the next word.
    BeforeValue(&'a str),
    /// Not a known flag.
    Other(OsString),
}

impl<'a> FlagWord<'a> {
    fn of(word: OsString, flags: &[Flag<'a>]) -> Self {
        let Some(bare) = word.to_str().and_then(|text| text.strip_prefix('-')) else { return Self::Other(word) };
        let bare = bare.strip_prefix('-').unwrap_or(bare);
        let (name, value) = bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value)));
        let Some(Flag { long, takes_value, .. }) = flags.iter().find(|flag| flag.is_named(name)) else {
            return Self::Other(word);
        };
        match value {
            Some(value) if !takes_value && means_no(value) => Self::Off(long),
            Some(value) if *takes_value => Self::With(long, value.to_owned()),
            None if *takes_value => Self::BeforeValue(long),
            _ => Self::On(long),
        }
    }
}

fn means_no(value: &str) -> bool {
    matches!(value, "0" | "f" | "F" | "false" | "False" | "FALSE")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> SopsArgs {
        parse(line.split(' ').map(OsString::from)).unwrap()
    }

    #[test]
    fn the_command_line_is_what_it_would_be_without_a_name() {
        SopsArgs::command().debug_assert();
    }

    #[test]
    fn flags_are_taken_in_every_form_in_which_sops_takes_them() {
        let args = read("sops -config=a.yaml --d --i=true -input-type yaml --extract [\"a\"] file.yaml");
        assert_eq!(args.config, Some(PathBuf::from("a.yaml")));
        assert!(args.decrypt && args.in_place);
        assert_eq!(args.input_type.as_deref(), Some("yaml"));
        assert_eq!(args.words, ["file.yaml"]);
        let args = read("sops decrypt --ignore-mac=false file.yaml");
        assert!(!args.ignore_mac);
        let args = read("sops set file.yaml [\"a\"] -5");
        assert_eq!(args.words, ["set", "file.yaml", "[\"a\"]", "-5"]);
        assert_eq!(read("sops exec-env a.yaml -- -x").words, ["exec-env", "a.yaml", "-x"]);
        assert!(parse(["sops", "--no-such-flag"].map(OsString::from)).is_err());
    }
}
