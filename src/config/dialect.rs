//! How a config file is read.

/// How a config file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// With the fields of kenc; an unknown one is an error.
    Kenc,
    /// As sops reads it.
    Sops,
}
