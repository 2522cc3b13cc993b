//! Changing the keys of files: what `rewrap` and `rotate` have in common.

pub mod by_config;
pub mod preview;
pub mod queue;
pub mod run;
pub mod targets;
pub mod vouching;
