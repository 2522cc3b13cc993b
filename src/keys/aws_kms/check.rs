//! Whether a key works: what KMS says of it, and whether the caller may do each operation with it.

use crate::error::{KmsRefusal, KmsRefusalKind};

/// Everything that kenc has KMS do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KmsOperation {
    /// Make a data key: `encrypt`.
    GenerateDataKey,
    /// Wrap a data key: `encrypt` under several keys.
    Encrypt,
    /// Unwrap a data key: `decrypt`.
    Decrypt,
    /// Move a wrapped key away from this key: `rewrap`.
    ReEncryptFrom,
    /// Move a wrapped key to this key: `rewrap`.
    ReEncryptTo,
    /// Describe the key: `keys check`.
    DescribeKey,
}

impl KmsOperation {
    /// The name that IAM knows, without `kms:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GenerateDataKey => "GenerateDataKey",
            Self::Encrypt => "Encrypt",
            Self::Decrypt => "Decrypt",
            Self::ReEncryptFrom => "ReEncryptFrom",
            Self::ReEncryptTo => "ReEncryptTo",
            Self::DescribeKey => "DescribeKey",
        }
    }

    /// Whether an encryption context is sent with it, so that a policy can depend on the context.
    #[must_use]
    pub fn has_context(self) -> bool {
        self != Self::DescribeKey
    }
}

/// What somebody is to do with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KmsPurpose {
    /// All that kenc does.
    #[default]
    Everything,
    /// Encrypt, and never read.
    EncryptOnly,
    /// Read, and never encrypt.
    DecryptOnly,
    /// Move data to other keys, and never read it.
    RewrapOnly,
}

impl KmsPurpose {
    /// The operations that it takes.
    #[must_use]
    pub fn operations(self) -> &'static [KmsOperation] {
        use KmsOperation::{Decrypt, DescribeKey, Encrypt, GenerateDataKey, ReEncryptFrom, ReEncryptTo};
        match self {
            Self::Everything => &[GenerateDataKey, Encrypt, Decrypt, ReEncryptFrom, ReEncryptTo, DescribeKey],
            Self::EncryptOnly => &[GenerateDataKey, Encrypt, DescribeKey],
            Self::DecryptOnly => &[Decrypt, DescribeKey],
            Self::RewrapOnly => &[ReEncryptFrom, ReEncryptTo, DescribeKey],
        }
    }
}

/// Whether an operation is permitted.
#[derive(Clone, Debug)]
pub enum KmsPermission {
    /// KMS would do it.
    Allowed,
    /// KMS refuses it, or could not be asked: the refusal tells which.
    Refused(Box<KmsRefusal>),
    /// It could not be found out, for this reason.
    NotKnown(String),
}

/// What was found out about a key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KmsKeyCheck {
    /// What KMS says of the key.
    pub description: Result<KmsKeyDescription, Box<KmsRefusal>>,
    /// How its material is renewed. Asking needs a permission that nothing else needs, so a refusal is no fault.
    pub rotation: Result<KmsRotation, Box<KmsRefusal>>,
    /// Every operation of the purpose.
    pub permissions: Vec<(KmsOperation, KmsPermission)>,
}

/// What KMS says of a key, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KmsKeyDescription {
    /// The ARN of the key, to which an alias leads.
    pub arn: String,
    /// Such as `Enabled`.
    pub state: String,
    /// When it will be deleted, if it will be.
    pub deletion: Option<String>,
    /// Such as `SYMMETRIC_DEFAULT`, the only one of which a data key can be made.
    pub spec: Option<String>,
    /// Such as `ENCRYPT_DECRYPT`, the only one of which a data key can be made.
    pub usage: Option<String>,
    /// Who made the material, such as `AWS_KMS`.
    pub origin: String,
    /// `AWS` for the keys that services of AWS make, or `CUSTOMER`.
    pub manager: String,
    /// Its relatives in other regions, if it is a multi-Region key.
    pub multi_region: Option<MultiRegion>,
}

/// The place of a multi-Region key among its relatives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MultiRegion {
    /// Whether it is the primary key.
    pub is_primary: bool,
    /// The regions in which its relatives are.
    pub others: Vec<String>,
}

/// How the material of a key is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KmsRotation {
    /// Days between two renewals, or `None` if it is not renewed by itself.
    pub every_days: Option<i32>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AwsCaller {
    /// The account.
    pub account: String,
    /// The ARN of the user, or of the session of a role.
    pub arn: String,
}

impl KmsKeyCheck {
    /// The operations that a policy could allow and that none does, each with its denial.
    pub fn missing(&self) -> impl Iterator<Item = (KmsOperation, &KmsRefusal)> {
        self.permissions.iter().filter_map(|(operation, permission)| match permission {
            KmsPermission::Refused(refusal)
                if refusal.kind == KmsRefusalKind::Denied && !refusal.is_explicit_deny() =>
            {
                Some((*operation, &**refusal))
            }
            _ => None,
        })
    }
}
