//! Operations on documents: encrypt, open, check, change keys.

pub(crate) mod authentication;
pub(crate) mod conversion;
pub(crate) mod decryption;
pub(crate) mod encryption;
pub(crate) mod key_lists;
mod keyless_check;
mod manual_seal;
pub(crate) mod new_keys;
mod plaintext;
pub(crate) mod prepared_encryption;
pub(crate) mod recipients;
pub(crate) mod replacement;
pub(crate) mod report;
pub(crate) mod requirements;
mod shown_keys;
pub(crate) mod writer;
