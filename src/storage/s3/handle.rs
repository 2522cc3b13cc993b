//! S3 as a session has it asked.

#[cfg(feature = "aws")]
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
#[cfg(feature = "aws")]
use std::sync::{Mutex, OnceLock};

use super::unfinished_upload::UploadListener;
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
    #[cfg(feature = "aws")]
    pub(super) access: OnceLock<Result<ObjectAccess, Box<KmsRefusal>>>,
    /// By the bucket.
    #[cfg(feature = "aws")]
    pub(super) clients: Mutex<HashMap<String, aws_sdk_s3::Client>>,
}

impl S3 {
    /// S3 with the sign-in of `kms`. Waiting for it ends soon after `cancelled` becomes true.
    #[must_use]
    pub fn new(kms: Arc<AwsKms>, cancelled: Arc<AtomicBool>, listener: Arc<dyn UploadListener>) -> Self {
        Self(Arc::new(Shared {
            kms,
            cancelled,
            listener,
            #[cfg(feature = "aws")]
            access: OnceLock::new(),
            #[cfg(feature = "aws")]
            clients: Mutex::default(),
        }))
    }
}
