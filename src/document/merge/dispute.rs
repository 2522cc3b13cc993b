//! Parts of the metadata that were not merged.

use std::fmt;

/// A part of the metadata that was not merged, of which ours is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dispute {
    /// Both sides changed which values are encrypted.
    Rule,
    /// Both sides changed the key groups or the threshold.
    KeyGroups,
    /// Both sides changed fields that this version does not know.
    UnknownFields,
    /// They added recipients that would get a data key, and nothing proves that whoever added them could open the
    /// document.
    UnvouchedKeys(Vec<String>),
    /// The version of a side is not sealed, and differs from the base in something that only a seal would cover.
    Unsealed(Side, Uncovered),
}

/// A side of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Ours, which is kept.
    Ours,
    /// Theirs, from which the part is not taken.
    Theirs,
}

/// Parts that the MAC of sops does not cover, so that anybody who can write the file can change them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncovered {
    /// Which values are encrypted, or covered by the MAC.
    Rule,
    /// Names of plaintext values, as paths.
    Names(Vec<String>),
    /// Comments.
    Comments,
    /// Fields that this version does not know.
    UnknownFields,
    /// The key groups or the threshold.
    KeyGroups,
}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule => f.write_str("both sides changed the encryption rule"),
            Self::KeyGroups => f.write_str("both sides changed the key groups"),
            Self::UnknownFields => f.write_str("both sides changed unknown fields of the metadata"),
            Self::Unsealed(side, what) => {
                write!(f, "{} version is not sealed and changes ", if *side == Side::Ours { "our" } else { "their" })?;
                match what {
                    Uncovered::Rule => f.write_str("the encryption rule"),
                    Uncovered::Names(names) => write!(f, "names of plaintext values: {}", names.join(", ")),
                    Uncovered::Comments => f.write_str("comments"),
                    Uncovered::UnknownFields => f.write_str("unknown fields of the metadata"),
                    Uncovered::KeyGroups => f.write_str("the key groups"),
                }
            }
            Self::UnvouchedKeys(keys) => write!(f, "they added keys that are not trusted: {}", keys.join(", ")),
        }
    }
}
