//! What can be wrong with an encryption context.

/// An encryption context that cannot be used, or is not the demanded one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// A word on the command line has no `=`.
    #[error("the encryption context pair `{0}` has no `=`")]
    NoEqualsSign(String),
    /// A pair has an empty key.
    #[error("the encryption context pair `{0}` has an empty key")]
    EmptyKey(String),
    /// A key was given twice.
    #[error("the encryption context key `{0}` is given twice")]
    Duplicate(String),
    /// There are more pairs than permitted.
    #[error("the encryption context has {0} pairs, and the limit is 64")]
    TooManyPairs(usize),
    /// The keys and values are longer than permitted.
    #[error("the encryption context has {0} bytes, and the limit is 8192")]
    TooLong(usize),
    /// A key belongs to the AWS Encryption SDK.
    #[error(
        "the encryption context key `{0}` is reserved: keys of AWS Encryption SDK messages cannot begin with `aws-crypto-`"
    )]
    Reserved(String),
    /// A demanded pair is not in the file's context at all.
    #[error("encryption context mismatch: the file has no {key}, -c asks for {key}={demanded}")]
    Missing {
        /// The key.
        key: String,
        /// The value demanded.
        demanded: String,
    },
    /// A demanded pair has another value in the file's context.
    #[error("encryption context mismatch: the file has {key}={found}, -c asks for {key}={demanded}")]
    Different {
        /// The key.
        key: String,
        /// The value demanded.
        demanded: String,
        /// The value that the file has.
        found: String,
    },
}
