//! Why `gpg` did not wrap or unwrap.

use super::class::Verdict;

/// Why `gpg` did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PgpRefusal {
    /// The program cannot be started.
    #[error("cannot run `{program}`: {reason}")]
    NoProgram {
        /// The program.
        program: String,
        /// Why not.
        reason: String,
    },
    /// The keyring has not the secret key.
    #[error("no secret key for it in the gpg keyring")]
    NoSecretKey,
    /// The keyring has not the public key.
    #[error("no public key for it in the gpg keyring")]
    NoPublicKey,
    /// Whoever was asked for the passphrase did not give it.
    #[error("gpg got no passphrase for it")]
    NoPassphrase,
    /// Anything else, in the words of the program.
    #[error("gpg failed: {0}")]
    Failed(String),
}

impl PgpRefusal {
    /// What this refusal means for the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::NoSecretKey | Self::NoPublicKey => Verdict::No,
            Self::NoProgram { .. } | Self::NoPassphrase | Self::Failed(_) => Verdict::Unavailable,
        }
    }
}
