//! What can be wrong with a log.

/// Why a log cannot be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrailFault {
    /// It is neither JSON nor JSON in gzip.
    #[error("it is not a log of CloudTrail: it is not JSON")]
    NotJson,
    /// It ends early.
    #[error("the log is cut off")]
    CutOff,
    /// A record is longer than any that CloudTrail writes.
    #[error("a record of the log has more than {0} bytes")]
    RecordTooLong(usize),
    /// A record is nested deeper than any that CloudTrail writes.
    #[error("a record of the log is nested more than {0} levels deep")]
    TooDeep(usize),
    /// A record of AWS KMS is not well formed.
    #[error("record {0} of the log is not well-formed JSON")]
    Malformed(u64),
    /// It is compressed, and the compression is damaged.
    #[error("the log is damaged: its gzip data is not valid")]
    DamagedGzip,
    /// A line of kenc's own log is not well formed.
    #[error("line {0} is not an entry of kenc's log of key uses")]
    NotAnEntry(u64),
}
