//! Operations on config documents.

pub mod as_sops;
pub mod data_keys;
pub mod encrypt;
pub mod encrypt_tree;
pub mod joined;
pub mod keys;
pub mod layout;
pub mod open;
pub mod recipe;
pub mod rekeyed;
pub mod seal;
pub mod summary;
pub(crate) mod typed_dates;
pub mod verify;
pub mod written;
