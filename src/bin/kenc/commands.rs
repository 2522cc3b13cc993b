//! One module for each command: parse, call the library, report.

pub mod audit;
pub mod completions;
pub mod decrypt;
pub mod documents;
mod drift;
pub mod edit;
pub mod encrypt;
pub mod exec;
pub mod export;
pub mod git;
pub mod inspect;
pub mod keygen;
pub mod keys;
pub mod krm;
pub mod new_file;
pub mod opening;
mod piped;
mod produced;
pub mod report;
pub mod rewrap;
pub mod rotate;
pub mod s3;
pub mod verify;
