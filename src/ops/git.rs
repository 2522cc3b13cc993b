//! Operations that git calls: showing diffs, merging, and checking what is committed.

pub mod check;
pub mod diff_text;
mod expected_keys;
pub mod fault;
pub mod install;
pub mod merge;
pub mod notes;
mod program;
pub mod repair;
mod unasked;
