//! Where a value of a field is.

/// Where the text of a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FoundValue {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Number of its field.
    pub(super) field: u16,
}
