//! Permissions of new files.

/// Permissions of a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Readable only by its owner: for plaintext and keys.
    Owner,
    /// According to the umask: for ciphertext.
    Umask,
}

impl Access {
    pub(super) fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Umask => 0o666,
        }
    }
}
