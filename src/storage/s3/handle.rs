//! S3 as a session has it asked.

#[cfg(feature = "aws")]
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
#[cfg(feature = "aws")]
use std::sync::{Mutex, OnceLock};

#[cfg(feature = "aws")]
use super::memory::{FOR_DOWNLOADS, FOR_UPLOADS, MemoryBudget};
use super::unfinished_upload::UploadListener;
use super::url_secrets::UrlSecrets;
#[cfg(feature = "aws")]
use crate::error::KmsRefusal;
use crate::keys::AwsKms;
#[cfg(feature = "aws")]
use crate::keys::aws_kms::ObjectAccess;

/// S3, asked as AWS KMS is: with the same credentials. Clones share it. Nothing is read or connected before the first call.
///
/// Without the feature `aws`, every call is refused with
/// [`ObjectRefusalKind::NotInThisBuild`](crate::error::ObjectRefusalKind::NotInThisBuild).
#[derive(Clone)]
#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "there are no calls"))]
pub struct S3(pub(super) Arc<Shared>);

#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "there are no calls"))]
pub(super) struct Shared {
    pub(super) kms: Arc<AwsKms>,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) listener: Arc<dyn UploadListener>,
    pub(super) urls: UrlSecrets,
    #[cfg(feature = "aws")]
    pub(super) access: OnceLock<Result<ObjectAccess, Box<KmsRefusal>>>,
    /// The same without a sign-in, for URLs.
    #[cfg(feature = "aws")]
    pub(super) unsigned: OnceLock<Result<ObjectAccess, Box<KmsRefusal>>>,
    /// By the bucket.
    #[cfg(feature = "aws")]
    pub(super) clients: Mutex<HashMap<String, aws_sdk_s3::Client>>,
    /// By the bucket: whether it has access-control lists disabled.
    #[cfg(feature = "aws")]
    pub(super) without_lists: Mutex<HashMap<String, bool>>,
    /// For the parts of all uploads.
    #[cfg(feature = "aws")]
    pub(super) for_uploads: MemoryBudget,
    /// For what is read ahead of all objects.
    #[cfg(feature = "aws")]
    pub(super) for_downloads: MemoryBudget,
}

impl S3 {
    /// S3 with the sign-in of `kms`. Waiting for it ends soon after `cancelled` becomes true. `urls` are those that are read.
    #[must_use]
    pub fn new(
        kms: Arc<AwsKms>,
        cancelled: Arc<AtomicBool>,
        listener: Arc<dyn UploadListener>,
        urls: UrlSecrets,
    ) -> Self {
        Self(Arc::new(Shared {
            kms,
            cancelled,
            listener,
            urls,
            #[cfg(feature = "aws")]
            access: OnceLock::new(),
            #[cfg(feature = "aws")]
            unsigned: OnceLock::new(),
            #[cfg(feature = "aws")]
            clients: Mutex::default(),
            #[cfg(feature = "aws")]
            without_lists: Mutex::default(),
            #[cfg(feature = "aws")]
            for_uploads: MemoryBudget::new(FOR_UPLOADS),
            #[cfg(feature = "aws")]
            for_downloads: MemoryBudget::new(FOR_DOWNLOADS),
        }))
    }
}
