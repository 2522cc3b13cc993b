//! One file in one notation: its text with the tree that it says, and changes of both.

mod alias_copies;
mod aliases;
pub(crate) mod comparison;
mod excerpt;
mod recognition;
