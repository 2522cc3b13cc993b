//! Many files in one run: trees of folders, and lists. The only way through folders, with one policy for version control,
//! links, names and what an earlier run has left.

pub mod crew;
pub mod file;
mod list;
pub mod open;
pub mod request;
pub mod seal;
pub mod turns;
pub mod version_control;
mod walk;
