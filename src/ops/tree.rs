//! Many files in one run: folder trees, and lists. The only walker, with one policy for version control, links, names
//! and the results of an earlier run.

pub mod crew;
pub mod file;
pub mod inspect;
pub mod levels;
mod list;
pub mod open;
mod prefix;
pub mod request;
pub mod seal;
pub(super) mod size;
pub mod source;
pub mod turns;
pub mod version_control;
mod walk;

pub use list::listed;
