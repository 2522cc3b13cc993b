//! What a config says for one file, with every key word read and every name resolved.

use std::fmt;
use std::path::PathBuf;

use crate::context::EncryptionContext;
use crate::document::EncryptionRule;
use crate::keys::{AgeRecipient, KeySpec, KmsKey, PgpFingerprint};

/// What a config says for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreationRule {
    /// The config that the rule is in.
    pub config: PathBuf,
    /// The line of the config on which the rule begins.
    pub line: u64,
    /// The keys. One group, unless the data key is to be shared among several. None if the rule names no key.
    pub groups: Vec<KeyGroup>,
    /// How many groups must agree, at least 2; `None` stands for all of them.
    pub threshold: Option<u8>,
    /// Which values of a document are encrypted, if the rule says it.
    pub selection: Option<EncryptionRule>,
    /// Whether the MAC of a document covers its encrypted values alone.
    pub mac_only_encrypted: bool,
    /// Pairs bound to a whole file and sent to KMS: those of the config, and those of the rule.
    pub context: EncryptionContext,
    /// What is written.
    pub format: Option<RuleFormat>,
    /// Whether a document must carry a seal.
    pub require_seal: bool,
}

/// Keys any one of which opens the data key, or the group's share of it. No key is in it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyGroup {
    /// The keys, in the order in which sops lists them.
    pub keys: Vec<RuleKey>,
}

/// A key of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleKey {
    /// A key of AWS KMS.
    AwsKms {
        /// The key.
        key: KmsKey,
        /// A role to assume before it is asked.
        role: Option<String>,
        /// The profile of the AWS configuration to ask it with.
        profile: Option<String>,
        /// A context of this key alone, as documents have it.
        context: EncryptionContext,
    },
    /// A recipient of age.
    Age(AgeRecipient),
    /// A passphrase, asked for when it is needed.
    Passphrase,
    /// The fingerprint of an OpenPGP key, or another name that gpg knows it by.
    Pgp(String),
    /// A key of a provider that has no field of its own in a rule.
    Key(KeySpec),
    /// A key of a service that kenc does not ask, in the words of the config.
    Other {
        /// The field of the config that it stands in.
        kind: OtherService,
        /// The service's name for it.
        id: String,
    },
}

/// Services that sops asks and kenc does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherService {
    /// Google Cloud KMS: a resource id.
    GcpKms,
    /// Azure Key Vault: the URL of a key, with or without its version.
    AzureKeyVault,
    /// The transit engine of HashiCorp Vault: the URL of a key.
    HashicorpVault,
    /// Huawei Cloud KMS: a region and an id.
    HuaweiKms,
    /// A program that sops starts: its name.
    Plugin,
}

/// What a rule has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleFormat {
    /// A kenc file.
    Kenc,
    /// An age file.
    Age,
    /// A message of the AWS Encryption SDK.
    AwsEncryptionSdk,
    /// A document with encrypted values.
    Values,
}

/// How documents are indented when they are written anew. `None` stands for the usual way of the format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Indents {
    /// Spaces of YAML.
    pub yaml: Option<u8>,
    /// Spaces of JSON; with 0 all lines begin at the margin.
    pub json: Option<u8>,
    /// Spaces of the JSON that holds a binary file.
    pub json_binary: Option<u8>,
}

impl RuleFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Kenc, Self::Age, Self::AwsEncryptionSdk, Self::Values];

    /// Its word in a config.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kenc => "kenc",
            Self::Age => "age",
            Self::AwsEncryptionSdk => "aws-esdk",
            Self::Values => "values",
        }
    }
}

impl OtherService {
    /// The field of a rule that holds such keys.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::GcpKms => "gcp_kms",
            Self::AzureKeyVault => "azure_keyvault",
            Self::HashicorpVault => "hc_vault_transit_uri",
            Self::HuaweiKms => "hckms",
            Self::Plugin => "plugins",
        }
    }
}

impl From<KeySpec> for RuleKey {
    fn from(key: KeySpec) -> Self {
        if let Some(key) = KmsKey::of(&key) {
            return Self::AwsKms { key, role: None, profile: None, context: EncryptionContext::default() };
        }
        if let Some(recipient) = AgeRecipient::of(&key) {
            return Self::Age(recipient);
        }
        if let Some(fingerprint) = PgpFingerprint::of(&key) {
            return Self::Pgp(fingerprint.as_str().to_owned());
        }
        if key.is_passphrase() { Self::Passphrase } else { Self::Key(key) }
    }
}

/// The key as messages name it.
impl fmt::Display for RuleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AwsKms { key, .. } => key.fmt(f),
            Self::Age(recipient) => recipient.fmt(f),
            Self::Passphrase => f.write_str("passphrase:"),
            Self::Key(key) => key.fmt(f),
            Self::Pgp(fingerprint) => f.write_str(fingerprint),
            Self::Other { id, .. } => f.write_str(id),
        }
    }
}
