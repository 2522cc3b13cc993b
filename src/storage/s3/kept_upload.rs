//! An upload that stays when it fails, so that a later run can go on with it.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::storage::output::Output;

/// What a run knows of an upload that an earlier one began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptUpload {
    /// The id that S3 gave it.
    pub id: String,
    /// What tells its object from others, once it is one.
    pub token: String,
    /// Length of its parts but the last, in bytes.
    pub part_len: u64,
    /// The parts that may have been sent, by their numbers from 1.
    pub parts: BTreeMap<u32, SentPart>,
}

/// What is known of a part that may have been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentPart {
    /// Its length in bytes.
    pub len: u64,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// The entity tag that S3 gave it, if its answer came.
    pub tag: Option<String>,
}

/// Keeps what a later run must know of an upload.
pub trait UploadLedger: Send {
    /// An upload has begun, and no part of it was sent.
    ///
    /// # Errors
    /// If that cannot be kept: nothing is sent then.
    fn begun(&mut self, upload: &KeptUpload) -> Result<()>;

    /// A part is about to be sent. Nothing of it leaves before this has returned, so that no later run sends other bytes under
    /// the same key.
    ///
    /// # Errors
    /// If that cannot be kept for certain: the part is not sent then.
    fn sends(&mut self, number: u32, part: &SentPart) -> Result<()>;

    /// S3 has the part, and gave it this entity tag. Losing that costs a request and no more.
    ///
    /// # Errors
    /// If it cannot be written down.
    fn sent(&mut self, number: u32, tag: &str) -> Result<()>;
}

/// What became of an upload of an earlier run.
pub enum FoundUpload {
    /// It goes on.
    Open(OpenUpload),
    /// It was completed: the object is there.
    Complete,
    /// It was aborted, or does not fit any more.
    Gone,
}

/// An upload that goes on.
pub struct OpenUpload {
    /// Takes all bytes again, from the first one. Those of parts that S3 has are compared and not sent.
    pub output: Output,
    /// Bytes that S3 has.
    pub there: u64,
}
