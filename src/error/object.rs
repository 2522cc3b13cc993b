//! Why a storage of objects did not do what it was asked, sorted into what a caller acts on.

use std::fmt;

use super::class::Class;
use super::kms::{KmsRefusal, KmsRefusalKind};

/// A storage of objects refused an operation, or could not be asked.
#[derive(Clone, Debug, thiserror::Error)]
pub struct ObjectRefusal {
    /// What a caller acts on.
    pub kind: ObjectRefusalKind,
    /// The operation, as S3 names it: `GetObject`, `PutObject`, `UploadPart` and so on.
    pub operation: &'static str,
    /// The object or the prefix, as the user names it: `s3://bucket/key`.
    pub object: String,
    /// The region that was asked, if one was known.
    pub region: Option<String>,
    /// The error code that S3 gave.
    pub code: Option<String>,
    /// S3's message without control characters and cut to 300 characters, or a sentence of our own. May be empty.
    pub message: String,
    /// The id under which S3 has logged the request.
    pub request_id: Option<String>,
    /// Why nobody was asked: no credentials, no network. It is told as for AWS KMS.
    pub unasked: Option<Box<KmsRefusal>>,
}

/// The kinds of refusal that a caller tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectRefusalKind {
    /// There is no such object.
    NotFound,
    /// There is no such version of the object.
    VersionNotFound,
    /// There is no such bucket.
    NoBucket,
    /// The caller has not the permission.
    Denied,
    /// The object was replaced while it was read.
    Changed,
    /// Another program wrote the same object at the same time.
    Conflict,
    /// The checksum of the bytes that arrived is not that of the bytes that were sent.
    Corrupted,
    /// Too many requests.
    Throttled,
    /// The bucket is in another region, and S3 does not say in which.
    OtherRegion,
    /// The object is in an archive, and must be restored first.
    Archived,
    /// The upload was aborted by somebody else.
    UploadGone,
    /// The object would be larger than S3 permits.
    TooLarge,
    /// The credentials have expired.
    ExpiredCredentials,
    /// S3 rejected the credentials, or the clock that signed the request.
    RejectedCredentials,
    /// S3 could not be asked: `unasked` says why.
    Unasked(KmsRefusalKind),
    /// S3 failed.
    ServiceFault,
    /// Something in the answer is not what was asked for.
    WrongAnswer,
    /// kenc was built without the feature `aws`.
    NotInThisBuild,
    /// The URL that an object is read from has expired.
    UrlExpired,
    /// The URL does not permit to read the object, or not any more.
    UrlDenied,
    /// The URL leads to another one.
    UrlRedirects,
    /// A successor would lack something that the object has: `message` says what.
    NotCarried,
    /// An earlier run began to upload something else to it under the same key. Nothing more of either is sent.
    PartsDiffer,
    /// Anything else.
    Other,
}

impl ObjectRefusal {
    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        Class::Failed
    }

    /// The permission that the operation needs, as IAM names it.
    #[must_use]
    pub fn permission(&self) -> &'static str {
        match self.operation {
            "GetObject" | "HeadObject" if self.object.contains("?versionId=") => "s3:GetObjectVersion",
            "GetObject" | "HeadObject" => "s3:GetObject",
            "ListObjectsV2" => "s3:ListBucket",
            "ListParts" => "s3:ListMultipartUploadParts",
            "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
            "AbortMultipartUpload" => "s3:AbortMultipartUpload",
            "DeleteObject" => "s3:DeleteObjectVersion",
            "GetObjectTagging" => "s3:GetObjectTagging",
            "GetObjectAcl" => "s3:GetObjectAcl",
            "GetBucketOwnershipControls" => "s3:GetBucketOwnershipControls",
            _ => "s3:PutObject",
        }
    }
}

impl fmt::Display for ObjectRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, operation, object, message, code, request_id, unasked, .. } = self;
        let with_code = |sentence: &str| {
            let code = code.as_deref().map_or_else(String::new, |code| format!("{code}: "));
            let message = message.trim_end_matches('.');
            let separator = if sentence.is_empty() || message.is_empty() { "" } else { ": " };
            format!("{code}{sentence}{separator}{message}")
        };
        let text = match kind {
            ObjectRefusalKind::NotFound => "it does not exist".to_owned(),
            ObjectRefusalKind::VersionNotFound => "it has no such version".to_owned(),
            ObjectRefusalKind::NoBucket => "the bucket does not exist".to_owned(),
            ObjectRefusalKind::Denied => with_code(&format!("{} is denied", self.permission())),
            ObjectRefusalKind::Changed => "it was replaced while it was read".to_owned(),
            ObjectRefusalKind::Conflict => "another program wrote it at the same time".to_owned(),
            ObjectRefusalKind::Corrupted => {
                format!(
                    "the bytes that reached S3 are not those that were sent ({})",
                    code.as_deref().unwrap_or("checksum")
                )
            }
            ObjectRefusalKind::Throttled => with_code(&format!("s3:{operation} was throttled: too many requests")),
            ObjectRefusalKind::OtherRegion => with_code("the bucket is in another region"),
            ObjectRefusalKind::Archived => "it is in an archive, and must be restored before it can be read".to_owned(),
            ObjectRefusalKind::UploadGone => "the upload was aborted by another program".to_owned(),
            ObjectRefusalKind::TooLarge => with_code("it is too large for S3"),
            ObjectRefusalKind::ExpiredCredentials => with_code("the AWS credentials have expired"),
            ObjectRefusalKind::RejectedCredentials => with_code("AWS rejected the credentials"),
            ObjectRefusalKind::Unasked(_) => unasked.as_ref().map_or_else(|| with_code(""), ToString::to_string),
            ObjectRefusalKind::ServiceFault | ObjectRefusalKind::Other => with_code(&format!("s3:{operation} failed")),
            ObjectRefusalKind::WrongAnswer | ObjectRefusalKind::NotInThisBuild => message.clone(),
            ObjectRefusalKind::UrlExpired => "the URL has expired".to_owned(),
            ObjectRefusalKind::UrlDenied => {
                "the server refuses the URL: it may be incomplete, or its signature not valid".to_owned()
            }
            ObjectRefusalKind::UrlRedirects => "the URL leads to another one, which kenc does not follow".to_owned(),
            ObjectRefusalKind::PartsDiffer => "what an earlier run sent is not the beginning of this file".to_owned(),
            ObjectRefusalKind::NotCarried => format!("it cannot be replaced by its successor: {message}"),
        };
        write!(f, "{object}: {text}")?;
        let is_logged = matches!(
            kind,
            ObjectRefusalKind::Denied
                | ObjectRefusalKind::Throttled
                | ObjectRefusalKind::ServiceFault
                | ObjectRefusalKind::RejectedCredentials
                | ObjectRefusalKind::Other
        );
        match request_id {
            Some(request_id) if is_logged => write!(f, " (request {request_id})"),
            _ => Ok(()),
        }
    }
}
