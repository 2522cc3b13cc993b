//! The algorithm suites of messages of the AWS Encryption SDK.

/// A suite of the AWS Encryption SDK, with its number in messages. See `kenc-esdk(5)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageSuite {
    /// AES-128-GCM under the data key itself.
    Aes128 = 0x0014,
    /// AES-192-GCM under the data key itself.
    Aes192 = 0x0046,
    /// AES-256-GCM under the data key itself.
    Aes256 = 0x0078,
    /// AES-128-GCM, HKDF with SHA-256.
    Aes128Sha256 = 0x0114,
    /// AES-192-GCM, HKDF with SHA-256.
    Aes192Sha256 = 0x0146,
    /// AES-256-GCM, HKDF with SHA-256.
    Aes256Sha256 = 0x0178,
    /// AES-128-GCM, HKDF with SHA-256, signed with ECDSA on P-256.
    Aes128Sha256EcdsaP256 = 0x0214,
    /// AES-192-GCM, HKDF with SHA-384, signed with ECDSA on P-384.
    Aes192Sha384EcdsaP384 = 0x0346,
    /// AES-256-GCM, HKDF with SHA-384, signed with ECDSA on P-384.
    Aes256Sha384EcdsaP384 = 0x0378,
    /// AES-256-GCM, HKDF with SHA-512, with key commitment.
    Committing = 0x0478,
    /// AES-256-GCM, HKDF with SHA-512, with key commitment, signed with ECDSA on P-384.
    CommittingEcdsaP384 = 0x0578,
}

/// How the key of a message follows from its data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageKdf {
    /// It is the data key.
    Identity,
    /// HKDF with SHA-256.
    Sha256,
    /// HKDF with SHA-384.
    Sha384,
    /// HKDF with SHA-512, which gives a commitment as well.
    Sha512Committing,
}

/// The curve of a signature, with the hash that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    /// P-256 with SHA-256.
    P256,
    /// P-384 with SHA-384.
    P384,
}

impl MessageSuite {
    /// Every suite.
    pub const ALL: [Self; 11] = [
        Self::Aes128,
        Self::Aes192,
        Self::Aes256,
        Self::Aes128Sha256,
        Self::Aes192Sha256,
        Self::Aes256Sha256,
        Self::Aes128Sha256EcdsaP256,
        Self::Aes192Sha384EcdsaP384,
        Self::Aes256Sha384EcdsaP384,
        Self::Committing,
        Self::CommittingEcdsaP384,
    ];

    /// The suite with this number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.number() == number)
    }

    /// The number of this suite in messages.
    #[must_use]
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The name that the SDK has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes128 => "AES_128_GCM_IV12_TAG16_NO_KDF",
            Self::Aes192 => "AES_192_GCM_IV12_TAG16_NO_KDF",
            Self::Aes256 => "AES_256_GCM_IV12_TAG16_NO_KDF",
            Self::Aes128Sha256 => "AES_128_GCM_IV12_TAG16_HKDF_SHA256",
            Self::Aes192Sha256 => "AES_192_GCM_IV12_TAG16_HKDF_SHA256",
            Self::Aes256Sha256 => "AES_256_GCM_IV12_TAG16_HKDF_SHA256",
            Self::Aes128Sha256EcdsaP256 => "AES_128_GCM_IV12_TAG16_HKDF_SHA256_ECDSA_P256",
            Self::Aes192Sha384EcdsaP384 => "AES_192_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384",
            Self::Aes256Sha384EcdsaP384 => "AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384",
            Self::Committing => "AES_256_GCM_HKDF_SHA512_COMMIT_KEY",
            Self::CommittingEcdsaP384 => "AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384",
        }
    }

    /// Whether a message commits to its key: it opens under no other.
    #[must_use]
    pub fn commits(self) -> bool {
        self.kdf() == MessageKdf::Sha512Committing
    }

    /// Whether a message ends with a signature.
    #[must_use]
    pub fn is_signed(self) -> bool {
        self.curve().is_some()
    }

    /// Length of the data key, in bytes.
    #[must_use]
    pub fn data_key_len(self) -> usize {
        match self.number() & 0xff {
            0x14 => 16,
            0x46 => 24,
            _ => 32,
        }
    }

    pub(crate) fn kdf(self) -> MessageKdf {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => MessageKdf::Identity,
            Self::Aes128Sha256 | Self::Aes192Sha256 | Self::Aes256Sha256 | Self::Aes128Sha256EcdsaP256 => {
                MessageKdf::Sha256
            }
            Self::Aes192Sha384EcdsaP384 | Self::Aes256Sha384EcdsaP384 => MessageKdf::Sha384,
            Self::Committing | Self::CommittingEcdsaP384 => MessageKdf::Sha512Committing,
        }
    }

    pub(crate) fn curve(self) -> Option<Curve> {
        match self {
            Self::Aes128Sha256EcdsaP256 => Some(Curve::P256),
            Self::Aes192Sha384EcdsaP384 | Self::Aes256Sha384EcdsaP384 | Self::CommittingEcdsaP384 => Some(Curve::P384),
            _ => None,
        }
    }
}
