//! Objects of Amazon S3, and of what speaks its protocol.
//!
//! Names are always known; what talks to S3 is here with the feature `aws`. Without it, every call is refused.

#[cfg(feature = "aws")]
mod call;
#[cfg(feature = "aws")]
mod client;
#[cfg(feature = "aws")]
mod fault;
#[cfg(feature = "aws")]
mod listing;
pub mod name;
#[cfg(not(feature = "aws"))]
mod no_client;
mod notes;
#[cfg(feature = "aws")]
mod part_sizes;
#[cfg(feature = "aws")]
mod reader;
#[cfg(feature = "aws")]
mod unfinished;
mod unfinished_upload;
#[cfg(feature = "aws")]
mod upload;

#[cfg(feature = "aws")]
pub use self::client::S3;
#[cfg(feature = "aws")]
pub use self::listing::ObjectList;
pub use self::name::ObjectName;
#[cfg(not(feature = "aws"))]
pub use self::no_client::{ObjectList, S3, discard_unfinished};
pub use self::notes::ObjectNotes;
#[cfg(feature = "aws")]
pub use self::unfinished::discard_unfinished;
pub use self::unfinished_upload::{UnfinishedUpload, UploadListener};
