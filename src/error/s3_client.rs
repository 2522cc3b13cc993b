//! Why an object of the Amazon S3 Encryption Client is not opened.

use super::class::Class;

/// What keeps an object of the Amazon S3 Encryption Client shut, before any key is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum S3ClientFault {
    /// Its metadata is not well formed.
    #[error("the metadata {0} of this object of the S3 Encryption Client {1}")]
    Metadata(&'static str, &'static str),
    /// Its bytes are not authenticated.
    #[error("this object of the S3 Encryption Client is encrypted with {0}, which does not authenticate it")]
    NotAuthenticated(String),
    /// Its data key is in an object of its own.
    #[error(
        "the data key of this object is in an instruction file of the S3 Encryption Client, which kenc does not read"
    )]
    InInstructionFile,
    /// Its data key is wrapped by something else than KMS with a context.
    #[error("the data key of this object of the S3 Encryption Client is wrapped with {0}, and kenc opens kms+context")]
    OtherWrapping(String),
    /// Nobody says which key it is.
    #[error("an object of the S3 Encryption Client does not say which KMS key opens it")]
    KeyNotNamed,
    /// There are no such new objects.
    #[error("kenc does not write objects of the S3 Encryption Client")]
    OnlyRead,
    /// The keys of what it becomes are not known.
    #[error("the keys of the new file must be named: an object of the S3 Encryption Client does not say its own")]
    NewKeysNotNamed,
}

impl S3ClientFault {
    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Metadata(..) | Self::NotAuthenticated(_) | Self::InInstructionFile | Self::OtherWrapping(_) => {
                Class::NotAuthentic
            }
            Self::KeyNotNamed | Self::OnlyRead | Self::NewKeysNotNamed => Class::Usage,
        }
    }
}
