//! What kenc does to files, as a whole: no command line, no terminal, nothing printed.

pub mod change;
pub mod complete;
pub mod configs;
pub mod contents;
pub mod documents;
pub mod drift;
pub mod edit;
pub mod encrypt;
#[cfg(unix)]
pub mod exec;
pub mod export;
pub mod failure;
pub mod file_text;
pub mod git;
pub mod input_name;
pub mod inspect;
pub mod jobs;
pub mod keys;
pub mod krm;
pub mod least_input;
pub mod observer;
pub mod open;
pub mod places;
pub mod question;
pub mod result_name;
pub mod rewrap;
pub mod rotate;
pub mod seal;
pub mod session;
pub mod tree;
pub mod values;
pub mod variables;
