//! One file in one notation: its text, the tree parsed from it, and changes of both.

mod alias_copies;
mod aliases;
pub(crate) mod bytes;
pub(crate) mod changes;
pub(crate) mod comparison;
pub(crate) mod document;
mod excerpt;
pub(crate) mod prediction;
mod recognition;
