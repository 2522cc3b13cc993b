//! How much an event tells of a file.

/// How much an event tells. What is greater tells more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditLevel {
    /// It is about the key: another context, a context that CloudTrail did not record, or a change of the key itself.
    Key,
    /// It has the key and the encryption context of the file, and so may be about another file of the same context.
    Context,
    /// kenc noted its request id when it wrapped or unwrapped the data key of this file.
    File,
}

impl AuditLevel {
    /// The level in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::File => "this file (request id)",
            Self::Context => "this key and this context",
            Self::Key => "this key only",
        }
    }
}
