//! The parts of an encrypted document, compatible with sops: metadata, rule, encrypted values, MAC and seal.

pub(crate) mod cipher;
pub(crate) mod cores;
pub(crate) mod data_key;
pub(crate) mod encrypted;
pub(crate) mod exposure;
pub(crate) mod fields;
pub(crate) mod list_comments;
pub(crate) mod mac;
pub(crate) mod metadata;
pub(crate) mod old_ciphertexts;
pub(crate) mod rule_walk;
pub(crate) mod seal;
pub(crate) mod selection;
pub(crate) mod spellings;
pub(crate) mod stored_key;
pub(crate) mod timestamp;
