//! Objects of Amazon S3, and of what speaks its protocol.
//!
//! Names are always known; what talks to S3 is here with the feature `aws`. Without it, every call is refused.

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
mod list_page;
mod listing;
pub mod name;
#[cfg(not(feature = "aws"))]
mod no_client;
mod notes;
#[cfg(feature = "aws")]
mod open;
#[cfg(feature = "aws")]
mod part_sizes;
#[cfg(feature = "aws")]
mod reader;
#[cfg(feature = "aws")]
mod refusals;
#[cfg(feature = "aws")]
mod replace;
#[cfg(feature = "aws")]
mod rewrite;
#[cfg(feature = "aws")]
mod unfinished;
mod unfinished_upload;
#[cfg(feature = "aws")]
mod upload;

pub use self::handle::S3;
pub use self::listing::ObjectList;
pub use self::name::ObjectName;
#[cfg(not(feature = "aws"))]
pub use self::no_client::discard_unfinished;
pub use self::notes::{HeadReplaced, ObjectNotes};
#[cfg(feature = "aws")]
pub use self::unfinished::discard_unfinished;
pub use self::unfinished_upload::{UnfinishedUpload, UploadListener};
