//! How certainly a word names the key of a wrapped key.

/// The answer to "is this the key of that wrapped key?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMatch {
    /// It names another key.
    No,
    /// It is an alias, of which only the key service knows the key. The wrapped key is in its account and region.
    Perhaps,
    /// The wrapped key names the same alias, which may lead to another key tomorrow.
    SameAlias,
    /// It is a replica of the key in another region.
    Replica,
    /// It has the id of the key, and leaves the account and the region to the wrapped key.
    ById,
    /// It names every key like this one: a passphrase stands for all passphrases, and the end of a fingerprint for all
    /// fingerprints that end so.
    Alike,
    /// It names this key and no other.
    Exactly,
}

impl KeyMatch {
    /// Whether the key may be asked to unwrap where only this word is given, and goes where it is removed.
    #[must_use]
    pub fn is_possible(self) -> bool {
        self != Self::No
    }

    /// Whether the word itself says who can unwrap, and leaves nothing to the wrapped key, which is somebody else's text.
    /// Trust and vouching take no less.
    #[must_use]
    pub fn is_certain(self) -> bool {
        matches!(self, Self::Alike | Self::Exactly)
    }

    /// Whether the wrapped key of a document is there for this word already.
    #[must_use]
    pub fn is_same_key(self) -> bool {
        matches!(self, Self::SameAlias | Self::Replica | Self::ById | Self::Exactly)
    }

    /// Whether the slot of a file is there for this word already. A replica in another region has a slot of its own, and one
    /// passphrase says nothing of another.
    #[must_use]
    pub fn is_same_slot(self) -> bool {
        matches!(self, Self::ById | Self::Exactly)
    }
}
