//! What kenc does to files, as a whole: no command line, no terminal, nothing printed.

pub mod failure;
