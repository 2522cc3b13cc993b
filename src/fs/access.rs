//! Who may read what is made.

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only its owner: for plaintext and keys.
    Owner,
    /// Those whom the umask permits: for ciphertext.
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
