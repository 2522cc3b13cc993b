//! What it costs to try a wrapped key.

/// What it costs to try a wrapped key. The cheapest come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cost {
    /// An identity that is here.
    Local,
    /// A passphrase that need not be typed.
    GivenPassphrase,
    /// A program that is run, and may ask somebody.
    Program,
    /// A call of a key service.
    KeyService,
    /// A person types something, or the provider is not known.
    Other,
}
