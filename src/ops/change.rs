//! Changing the keys of files: what `rewrap` and `rotate` have in common.

pub mod by_config;
pub mod comparison;
pub(super) mod kept_passphrase;
pub mod new_form;
pub mod object;
pub mod prepared_seals;
pub mod preview;
pub mod queue;
pub mod reencryption;
pub mod run;
pub mod target_list;
pub mod targets;
pub mod vouching;
