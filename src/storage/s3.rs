//! Objects of Amazon S3, and of what speaks its protocol.
//!
//! Names are always known; what talks to S3 is here with the feature `aws`. Without it, every call is refused.

#[cfg(feature = "aws")]
mod answer_body;
#[cfg(feature = "aws")]
mod call;
#[cfg(feature = "aws")]
mod carried;
#[cfg(feature = "aws")]
mod client;
#[cfg(feature = "aws")]
mod fault;
mod handle;
#[cfg(feature = "aws")]
mod kept_object;
mod kept_upload;
#[cfg(feature = "aws")]
mod list_page;
mod listing;
#[cfg(feature = "aws")]
mod memory;
pub mod name;
#[cfg(not(feature = "aws"))]
mod no_client;
mod notes;
#[cfg(feature = "aws")]
mod open;
#[cfg(feature = "aws")]
mod part;
#[cfg(feature = "aws")]
mod part_sizes;
#[cfg(feature = "aws")]
mod reader;
#[cfg(feature = "aws")]
mod refusals;
#[cfg(feature = "aws")]
mod replace;
#[cfg(feature = "aws")]
mod resumption;
#[cfg(feature = "aws")]
mod rewrite;
#[cfg(feature = "aws")]
mod unfinished;
mod unfinished_upload;
#[cfg(feature = "aws")]
mod upload;
#[cfg(feature = "aws")]
mod url_client;
mod url_secrets;

pub use self::handle::S3;
pub use self::kept_upload::{FoundUpload, KeptUpload, OpenUpload, SentPart, UploadLedger};
pub use self::listing::ObjectList;
pub use self::name::ObjectName;
#[cfg(not(feature = "aws"))]
pub use self::no_client::discard_unfinished;
pub use self::notes::{HeadReplaced, ObjectNotes, OldVersion};
#[cfg(feature = "aws")]
pub use self::unfinished::discard_unfinished;
pub use self::unfinished_upload::{UnfinishedUpload, UploadListener};
pub use self::url_secrets::UrlSecrets;
