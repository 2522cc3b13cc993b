//! What failures mean for a caller.

/// The kinds of failure that a caller tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Something failed that is none of the others.
    Failed,
    /// What was asked for cannot be meant.
    Usage,
    /// The input is not authentic, is corrupt, is no kenc file, or has not the context that was demanded.
    NotAuthentic,
    /// Every key said no.
    NoKey,
    /// A key service could not be used: trying again, or signing in, may help.
    KeyService,
    /// An output exists already.
    WouldOverwrite,
    /// A signal ended the work.
    Interrupted,
}

/// What a refusal of one key means for the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The key was asked, or is known not to be there, and will say the same next time.
    No,
    /// The key could not be asked.
    Unavailable,
    /// The key was asked, and the wrapped key or its context is not what was once written.
    Damaged,
}
