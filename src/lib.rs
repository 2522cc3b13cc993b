//! Encrypt files and streams under keys in AWS KMS, or under age keys.
//!
//! This is the library below the `kenc` program. A data key is made and wrapped by [`keys::Keyring`]; [`stream`] seals
//! and opens the payload in chunks of 16 KiB, each authenticated before a byte of it is released. The format is described
//! in `kenc-format(5)`. [`config`] says which keys are for which path.
//!
//! # Example
//!
//! A data key from elsewhere, a file in memory, and back:
//!
//! ```
//! use std::io::{Read, Write};
//!
//! use kenc::context::EncryptionContext;
//! use kenc::crypto::{Backend, DataKey, Suite};
//! use kenc::keys::WrappedKey;
//! use kenc::stream::{Decryptor, Encryptor, FileHead, NewFile, Parameters};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let data_key = DataKey::generate();
//! // Whoever can unwrap this gets the data key. `keys::Keyring` makes it with AWS KMS or age.
//! let wrapped = WrappedKey { provider: "mine".into(), key_id: "1".into(), ciphertext: vec![0] };
//! let context = EncryptionContext::from_words(&["app=demo"])?;
//! let parameters = Parameters { suite: Suite::default(), context };
//!
//! let file = NewFile::new(parameters, vec![wrapped], &data_key, Backend::default())?;
//! let mut encryptor = Encryptor::new(Vec::new(), file)?;
//! encryptor.write_all(b"attack at dawn")?;
//! let sealed = encryptor.finish()?;
//!
//! let mut input = &sealed[..];
//! let head = FileHead::read(&mut input)?;
//! let cipher = head.cipher(&data_key, Backend::default()).ok_or("another data key")?;
//! let mut plaintext = String::new();
//! Decryptor::new(input, cipher).read_to_string(&mut plaintext)?;
//! assert_eq!(plaintext, "attack at dawn");
//! # Ok(())
//! # }
//! ```

mod codec;
pub mod config;
pub mod context;
pub mod crypto;
pub mod document;
pub mod error;
pub mod fs;
pub mod keys;
pub mod pattern;
pub mod stream;
pub mod threads;
