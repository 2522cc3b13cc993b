//! Raw keys of AWS Encryption SDK messages: AES and RSA keys in files, named by a namespace and a name.

mod aes;
mod cipher;
mod file;
mod provider;
mod rsa;
#[cfg(test)]
mod tests;
mod word;

pub(in crate::keys) use aes::RawAes;
#[cfg(test)]
pub(crate) use aes::open as open_aes;
pub(in crate::keys) use provider::RawKeys;
pub(in crate::keys) use rsa::RawRsa;
#[cfg(test)]
pub(crate) use rsa::unwrap_oaep as open_rsa;
pub use word::{RAW_AES, RAW_RSA};
