//! Where bytes come from and go to: local files and the standard streams.

pub mod output;
pub mod payload;
pub mod standard;
