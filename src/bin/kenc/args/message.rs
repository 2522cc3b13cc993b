//! Options for the formats that other programs share.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use kenc::error::Error;
use kenc::formats::format::{Commitment, FileFormat, ReadPolicy, SignatureChoice};
use kenc::formats::registry;
use kenc::ops::change::new_form::{ContextOfNewForm, NewForm};

/// How new files are written.
#[derive(Debug, Args)]
pub struct NewFormatArgs {
    /// Format of the result: kenc, age, or aws-esdk for the AWS Encryption SDK
    ///
    /// age writes files for age, rage and everything else that reads them. Their keys are age and ssh recipients, or one passphrase,
    /// and they have no encryption context; see kenc-age(5). aws-esdk writes messages that the AWS Encryption SDK and
    /// aws-encryption-cli open; see kenc-esdk(5). Without it, the format of the rule in the config applies, else kenc.
    #[arg(long, value_name = "FORMAT", value_parser = whole_file_formats())]
    pub format: Option<FormatName>,

    /// Sign the message: whoever can open it cannot change it without notice (aws-esdk only)
    ///
    /// Nothing reaches an output file before the signature is verified, and a pipe does not get the last frame before that.
    #[arg(long)]
    pub sign: bool,

    /// Plaintext bytes in a frame (aws-esdk only; default: 65536)
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=64 << 20))]
    pub frame_length: Option<u32>,
}

/// What files become that exist.
#[derive(Debug, Args)]
pub struct ConversionArgs {
    /// Turn the files into this format: kenc, age, or aws-esdk for the AWS Encryption SDK
    ///
    /// kenc decrypts and encrypts a file of another format in one pass, without its plaintext on a disk. --to names the keys of
    /// the result; without it, the file keeps its keys where the new format can have them. Armor stays armor, and files keep their
    /// names.
    #[arg(long, value_name = "FORMAT", value_parser = whole_file_formats())]
    pub format: Option<FormatName>,

    /// Sign the results (--format aws-esdk only)
    #[arg(long, requires = "format")]
    pub sign: bool,

    /// Plaintext bytes in a frame of the results (--format aws-esdk only; default: 65536)
    #[arg(long, value_name = "BYTES", requires = "format", value_parser = clap::value_parser!(u32).range(1..=64 << 20))]
    pub frame_length: Option<u32>,

    /// Remove the encryption context, which an age file cannot have
    #[arg(long, requires = "format")]
    pub no_context: bool,
}

impl ConversionArgs {
    /// What the files become.
    pub fn form(&self) -> Result<NewForm, Error> {
        let Self { format, sign, frame_length, no_context } = *self;
        if (sign || frame_length.is_some()) && format != Some(FormatName(MESSAGES)) {
            return Err(Error::NotOfFormat("only AWS Encryption SDK messages have a signature or frames"));
        }
        Ok(NewForm {
            format: format.map(FormatName::format),
            signing: sign.then_some(SignatureChoice::EcdsaP384),
            frame_len: frame_length,
            context: if no_context { ContextOfNewForm::Dropped } else { ContextOfNewForm::Kept },
        })
    }
}

/// The format with signatures and frames.
const MESSAGES: &str = "aws-esdk";

/// The name of a format of whole files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatName(&'static str);

impl FormatName {
    pub fn format(self) -> &'static dyn FileFormat {
        registry::by_name(self.0).expect("the names are those of the registry")
    }
}

/// The formats of whole files, by flag value.
fn whole_file_formats() -> impl TypedValueParser<Value = FormatName> {
    let names = registry::FORMATS.iter().map(|format| format.name());
    PossibleValuesParser::new(names)
        .map(|name| FormatName(registry::by_name(&name).expect("the names are those of the registry").name()))
}

/// What is accepted of messages of the AWS Encryption SDK.
#[derive(Debug, Args)]
pub struct MessageOpenArgs {
    /// Open AWS Encryption SDK messages that do not commit to their key
    ///
    /// Without a commitment, one message can open to two plaintexts under two keys. Messages of version 1 have none.
    #[arg(long)]
    pub allow_uncommitted: bool,

    /// Most encrypted data keys of an AWS Encryption SDK message
    #[arg(long, value_name = "N", default_value = "32", value_parser = clap::value_parser!(u16).range(1..))]
    pub max_encrypted_data_keys: u16,

    /// Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)
    ///
    /// So much memory is used before anything of the frame is authentic. For a message without frames, its length.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff))]
    pub max_frame_length: Option<u32>,
}

impl MessageOpenArgs {
    pub fn policy(&self) -> ReadPolicy {
        let Self { allow_uncommitted, max_encrypted_data_keys, max_frame_length } = *self;
        let commitment = if allow_uncommitted { Commitment::Optional } else { Commitment::Required };
        let longest_frame = max_frame_length.unwrap_or(ReadPolicy::default().longest_frame);
        ReadPolicy { commitment, most_keys: max_encrypted_data_keys.into(), longest_frame }
    }
}
