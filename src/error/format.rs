//! What can be wrong with the bytes of a kenc file.

use std::fmt;

/// The input is not a well-formed kenc file. See `kenc-format(5)`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The input starts like something else.
    #[error("{0}")]
    NotKenc(Foreign),
    /// A version of the format that this reader does not know.
    #[error("unknown kenc format version {0}")]
    UnknownVersion(u8),
    /// A suite that this reader does not know.
    #[error("unknown suite 0x{0:04x}")]
    UnknownSuite(u16),
    /// The input ends within the named part.
    #[error("the input ends within the {0}")]
    Truncated(&'static str),
    /// A number in the header is beyond what the format permits.
    #[error("the {field} is {found}, and the limit is {limit}")]
    LimitExceeded {
        /// Name of the field.
        field: &'static str,
        /// The value found.
        found: u64,
        /// The greatest value permitted.
        limit: u64,
    },
    /// The bytes say something that has another, only permitted, encoding.
    #[error("the {0}")]
    NotCanonical(&'static str),
    /// Both slot tables are damaged.
    #[error("both copies of the slot table are damaged")]
    NoWholeSlotTable,
    /// The armor is not strict PEM.
    #[error("line {line} of the armor {fault}")]
    Armor {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it, as it reads after "line N of the armor".
        fault: &'static str,
    },
}

/// What an input that is not a kenc file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// Nothing at all.
    Empty,
    /// Only the first bytes of a kenc file.
    BeginningOfKenc,
    /// A kenc file whose line ends were converted, as by a transfer in text mode.
    NewlinesConverted,
    /// A kenc file that went through a channel that keeps seven bits of each byte.
    SevenBit,
    /// An age file.
    Age,
    /// An OpenPGP message.
    OpenPgp,
    /// A sops document.
    Sops,
    /// A message of the AWS Encryption SDK.
    AwsEncryptionSdk,
    /// A file of `openssl enc`.
    OpenSslEnc,
    /// Anything else.
    Unknown,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the input is empty",
            Self::BeginningOfKenc => "the input ends within its first 16 bytes",
            Self::NewlinesConverted => "a conversion of line ends damaged this kenc file",
            Self::SevenBit => "a transfer that kept only seven bits of each byte damaged this kenc file",
            Self::Age => "this is an age file",
            Self::OpenPgp => "this is an OpenPGP message",
            Self::Sops => "this is a sops document",
            Self::AwsEncryptionSdk => "this is an AWS Encryption SDK message",
            Self::OpenSslEnc => "this is an `openssl enc` file",
            Self::Unknown => "this is not a kenc file",
        })
    }
}
