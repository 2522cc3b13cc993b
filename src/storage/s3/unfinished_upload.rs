//! An upload that has begun and is not completed.

use std::time::SystemTime;

use super::name::ObjectName;

/// An upload that S3 knows, and of which it keeps the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedUpload {
    /// The object that it would become.
    pub object: ObjectName,
    /// The id that S3 gave it.
    pub id: String,
    /// When it began, if S3 says so.
    pub begun: Option<SystemTime>,
}

/// Hears of uploads that other runs have left behind.
pub trait UploadListener: Send + Sync {
    /// One to an object that is written now.
    fn left_behind(&self, upload: UnfinishedUpload);
}
