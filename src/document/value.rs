//! Single values: their types, and the plaintext bytes of each.

use zeroize::Zeroizing;

/// A value in the clear, of one of the types that sops knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: stays in the clear.
    Null,
    /// Text.
    Text(Zeroizing<String>),
    /// A whole number of 64 bits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A point in time, as its canonical RFC 3339 text.
    Time(String),
    /// Bytes: a type of old files, which is read and never written.
    Bytes(Zeroizing<Vec<u8>>),
}
