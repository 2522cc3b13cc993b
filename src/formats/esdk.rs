//! Messages of the AWS Encryption SDK: `kenc-esdk(5)`.
//!
//! [`MessageHead`] is what precedes the body. [`MessageCipher`] opens the body of a message that exists, and [`NewMessage`]
//! begins one, both through the pipeline.

mod base64;
mod body;
mod cipher;
mod context;
mod data_key;
pub mod file_format;
mod frame;
mod head;
mod header;
mod new;
mod open;
mod part;
mod seal;
mod seek;

mod single;
#[cfg(test)]
mod tests;
mod walk;

pub use cipher::MessageCipher;
pub use context::{PUBLIC_KEY_PAIR, RESERVED_PREFIX};
pub use data_key::EncryptedDataKey;
pub use head::MessageHead;
pub use header::{BodyContent, MessageHeader, MessageLimits, MessageVersion, is_message};
pub use new::{DEFAULT_FRAME_LEN, MessageParameters, NewMessage};
