//! What is done with documents: encrypted, opened, checked, given other keys.

pub(crate) mod decryption;
pub(crate) mod encryption;
pub(crate) mod key_lists;
mod keyless_check;
mod manual_seal;
pub(crate) mod prepared_encryption;
pub(crate) mod recipients;
mod shown_keys;
