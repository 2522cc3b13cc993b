//! Operations on keys themselves.

pub mod check;
pub mod generate;
pub mod policy;
pub mod policy_format;
pub mod usage;
