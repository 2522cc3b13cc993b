//! Config documents: files whose values are encrypted one by one, while keys, comments and layout stay as they are.
//!
//! A document is a sops document, as sops 3.13 reads and writes it. [`Document`] is the text of a file with the tree that
//! it says, every leaf with its place; changes are spliced into the text, and every byte that is not a changed value stays
//! as it was.
//!
//! [`Document::encrypt`] encrypts the values of a file for the first time. [`EncryptedDocument`] is an encrypted file that is not opened,
//! [`OpenedDocument`] one with its data key and what it says in the clear: [`OpenedDocument::encrypt_again`] after a change,
//! [`OpenedDocument::with_keys`] for other wrapping keys, [`OpenedDocument::rotate`] for another data key. Each gives the text of the whole
//! file; nothing is read or written here.
//!
//! # Example
//!
//! ```
//! use kenc::document::{OpenRequirements, Document, Format, Node, ChangeOutcome, EncryptionRecipe, SealStatus, EncryptedDocument, Value};
//! # use kenc::keys::{KeySpec, NewIdentity};
//! # use zeroize::Zeroizing;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let identity = NewIdentity::generate();
//! # let session = kenc::Session::new().with_identities(identity.secret);
//! # let keyring = session.keyring();
//! # let key = KeySpec::from(identity.recipient);
//! let plaintext = b"db:\n  user: eve # nobody else\n  password: c4r1b0u\n".to_vec();
//! let document = Document::from_plaintext(Format::Yaml, Zeroizing::new(plaintext))?;
//!
//! let recipe = EncryptionRecipe { groups: vec![vec![key.into()]], ..EncryptionRecipe::default() };
//! let encrypted = document.encrypt(&recipe, &keyring)?.text;
//! assert!(encrypted.starts_with("db:\n  user: ENC[AES256_GCM,data:"));
//!
//! let sealed = EncryptedDocument::new(Document::parse(Format::Yaml, encrypted)?)?;
//! let opened = sealed.open(&keyring, &OpenRequirements::default())?;
//! assert_eq!(opened.report().seal, SealStatus::Verified);
//! assert_eq!(opened.plaintext().text(), document.text());
//!
//! let edited = opened.with_value(&"db.port".parse()?, &Node::leaf(Value::Integer(5432)))?;
//! match opened.encrypt_again(&edited)? {
//!     ChangeOutcome::Changed(encrypted) => assert!(encrypted.text.contains("  port: ENC[")),
//!     ChangeOutcome::Unchanged => unreachable!("the port is new"),
//! }
//! # Ok(())
//! # }
//! ```

mod content;
mod file;
pub mod merge;
mod operations;
mod sops;
mod store;

pub use content::edit::{Edit, MetadataChange, NewText};
pub use content::format::Format;
pub use content::inference::ValueType;
pub use content::path::PathError;
pub use content::secret_text::SecretText;
pub use content::tree::{
    Comment, Leaf, LeafId, Member, Node, Path, PathStep, TextPlace, Tree, TreeEntry, children, children_mut,
};
pub use content::value::Value;
pub use content::walk::TreeItem;
pub use file::document::Document;
pub use operations::authentication::AuthenticDocument;
pub use operations::decryption::OpenedDocument;
pub use operations::encryption::{EmptySelection, EncryptionRecipe};
pub use operations::new_keys::{ChangedPair, DataKeyChange, GroupDifference, NewKey, NewKeys, WantedKey};
pub use operations::prepared_encryption::PreparedEncryption;
pub use operations::recipients::DataKeyRotation;
pub use operations::report::{MacStatus, OpenReport};
pub use operations::requirements::{MacRequirement, OpenRequirements, SealRequirement};
pub use operations::writer::{ChangeOutcome, EncryptedText};
pub use sops::encrypted::EncryptedDocument;
pub use sops::mac::MacScope;
pub use sops::metadata::Metadata;
pub use sops::seal::SealStatus;
pub use sops::selection::{CommentHandling, EncryptionRule};
pub use sops::stored_key::StoredKey;
#[cfg(test)]
pub(crate) use store::registry::PARSES;

#[cfg(test)]
mod tests;
