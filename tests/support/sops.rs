//! sops itself, and kenc under its name.

mod link;
mod real;

pub use link::Link;
pub use real::Sops;
