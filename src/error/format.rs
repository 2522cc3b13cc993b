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
    /// A version of messages of the AWS Encryption SDK that this reader does not know.
    #[error("unknown AWS Encryption SDK message version {0}")]
    UnknownMessageVersion(u8),
    /// A suite that this reader does not know.
    #[error("unknown suite 0x{0:04x}")]
    UnknownSuite(u16),
    /// The input ends within the named part.
    #[error("the file is cut off: it ends within the {0}")]
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
    /// A version of the age format that this reader does not know.
    #[error("unknown version of the age format")]
    UnknownAgeVersion,
    /// The header of an age file is not well formed.
    #[error("line {line} of the age header {fault}")]
    AgeHeader {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it, as it reads after "line N of the age header".
        fault: &'static str,
    },
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
    /// A file of ansible-vault.
    AnsibleVault,
    /// A YAML file with values of ansible-vault.
    AnsibleVaultValues,
    /// A file as git-crypt stores it.
    GitCrypt,
    /// What `aws kms encrypt` gives.
    KmsCiphertext,
    /// The same in Base64, as the AWS CLI prints it.
    KmsCiphertextText,
    /// A SealedSecret of Kubernetes.
    SealedSecret,
    /// Beside an object of the Amazon S3 Encryption Client: how it is encrypted.
    S3EncryptionInstructions,
    /// A YAML file with values of hiera-eyaml.
    HieraEyaml,
    /// A ciphertext of the transit engine of HashiCorp Vault.
    VaultTransit,
    /// A message in CMS, as S/MIME has it.
    Cms,
    /// Anything else.
    Unknown,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the input is empty",
            Self::BeginningOfKenc => "the file is cut off: it ends within its first 16 bytes",
            Self::NewlinesConverted => "a conversion of line ends damaged this kenc file",
            Self::SevenBit => "a transfer that kept only seven bits of each byte damaged this kenc file",
            Self::Age => "this is an age file",
            Self::OpenPgp => "this is an OpenPGP message",
            Self::Sops => "this is a sops document",
            Self::AwsEncryptionSdk => "this is an AWS Encryption SDK message",
            Self::OpenSslEnc => "this is an `openssl enc` file",
            Self::AnsibleVault => "this is an ansible-vault file",
            Self::AnsibleVaultValues => "this file has values that ansible-vault encrypted (`!vault`)",
            Self::GitCrypt => "this is a git-crypt file",
            Self::KmsCiphertext => "this is a ciphertext of AWS KMS, as `aws kms encrypt` makes it",
            Self::KmsCiphertextText => "this is a ciphertext of AWS KMS in Base64, as `aws kms encrypt` prints it",
            Self::SealedSecret => "this is a SealedSecret, which only its controller in the cluster can decrypt",
            Self::S3EncryptionInstructions => "this is an instruction file of the Amazon S3 Encryption Client",
            Self::HieraEyaml => "this file has values that hiera-eyaml encrypted",
            Self::VaultTransit => "this is a ciphertext of HashiCorp Vault's transit engine",
            Self::Cms => "this is a CMS (S/MIME) message",
            Self::Unknown => "this is not a kenc file",
        })
    }
}
