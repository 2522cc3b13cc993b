//! Raw keys of AWS Encryption SDK messages: AES and RSA keys in files, named by a namespace and a name.

mod aes;
mod aes_provider;
mod file;
mod rsa;
mod rsa_provider;
#[cfg(test)]
mod tests;
mod word;

#[cfg(test)]
pub(crate) use aes::open as open_aes;
pub(in crate::keys) use aes_provider::RawAes;
#[cfg(test)]
pub(crate) use rsa::unwrap_oaep as open_rsa;
pub(in crate::keys) use rsa_provider::RawRsa;
pub use word::{RAW_AES, RAW_RSA};
