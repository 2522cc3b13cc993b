//! What is done to config documents.

pub mod as_sops;
pub mod keys;
pub mod layout;
pub mod open;
pub mod recipe;
pub mod rekeyed;
pub mod replace;
pub mod summary;
pub mod verify;
