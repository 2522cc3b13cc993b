//! Uploads that stay when they fail, so that a later run goes on with them.

pub mod fault;
pub mod resumable;
mod state;
