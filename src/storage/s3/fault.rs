//! What becomes of errors of the SDK: a refusal that a caller acts on.

use std::error::Error as StdError;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::handle::S3;
use crate::error::{ObjectRefusal, ObjectRefusalKind};
use crate::keys::aws_kms::printable;

/// A refusal, with the answer that it came in.
pub(super) struct Fault {
    pub(super) refusal: Box<ObjectRefusal>,
    /// The status of the answer; 0 if there was none.
    pub(super) status: u16,
    /// The region in which the bucket is, where S3 says that it is another.
    pub(super) region: Option<String>,
}

/// The refusal that an error of the SDK is.
pub(super) fn fault<E>(s3: &S3, operation: &'static str, object: &str, error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let empty = ObjectRefusal {
        kind: ObjectRefusalKind::Other,
        operation,
        object: object.to_owned(),
        region: None,
        code: None,
        message: String::new(),
        request_id: error.request_id().map(printable),
        unasked: None,
    };
    let Some(answer) = error.raw_response() else {
        let unasked = s3.unasked(error);
        let refusal = ObjectRefusal { kind: ObjectRefusalKind::Unasked(unasked.kind), unasked: Some(unasked), ..empty };
        return Fault { refusal: Box::new(refusal), status: 0, region: None };
    };
    let status = answer.status().as_u16();
    let region = answer.headers().get("x-amz-bucket-region").map(str::to_owned);
    let message = error.message().map(printable).unwrap_or_default();
    let region = region.or_else(|| expected_region(&message));
    let code = error.code().map(printable);
    let is_redirect = matches!(status, 301 | 307)
        || matches!(
            code.as_deref(),
            Some("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException")
        );
    let kind = if is_redirect { ObjectRefusalKind::OtherRegion } else { kind(code.as_deref(), status) };
    if !object.starts_with("s3://") {
        // The words of a server that is not known to be one of AWS may hold the URL.
        let kind = kind_of_url(kind, status, &message);
        return Fault { refusal: Box::new(ObjectRefusal { kind, request_id: None, ..empty }), status, region: None };
    }
    let message = if code.is_none() && kind == ObjectRefusalKind::ServiceFault {
        format!("the HTTP {status} response is not one of S3")
    } else {
        message
    };
    let refusal = ObjectRefusal { kind, code, message, region: region.clone(), ..empty };
    Fault { refusal: Box::new(refusal), status, region: region.filter(|_| is_redirect || status == 400) }
}

/// What an answer means to who has nothing but the URL.
fn kind_of_url(kind: ObjectRefusalKind, status: u16, message: &str) -> ObjectRefusalKind {
    let is_denied = matches!(status, 401 | 403) || (status == 400 && kind != ObjectRefusalKind::ServiceFault);
    let is_late = message.contains("expired") || kind == ObjectRefusalKind::ExpiredCredentials;
    match status {
        300..=399 => ObjectRefusalKind::UrlRedirects,
        _ if is_denied && is_late => ObjectRefusalKind::UrlExpired,
        _ if is_denied => ObjectRefusalKind::UrlDenied,
        404 => ObjectRefusalKind::NotFound,
        _ => kind,
    }
}

/// The region that a message says was expected: `… the region 'us-east-1' is wrong; expecting 'eu-west-1'`.
fn expected_region(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("expecting ")?;
    let region = rest.split(['\'', '"']).nth(1)?;
    (!region.is_empty()).then(|| region.to_owned())
}

fn kind(code: Option<&str>, status: u16) -> ObjectRefusalKind {
    match code {
        Some("NoSuchKey" | "NotFound") => ObjectRefusalKind::NotFound,
        Some("NoSuchVersion") => ObjectRefusalKind::VersionNotFound,
        Some("NoSuchBucket") => ObjectRefusalKind::NoBucket,
        Some("AccessDenied" | "AllAccessDisabled" | "Forbidden") => ObjectRefusalKind::Denied,
        Some("PreconditionFailed") => ObjectRefusalKind::Changed,
        Some("ConditionalRequestConflict" | "OperationAborted") => ObjectRefusalKind::Conflict,
        Some("BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch") => {
            ObjectRefusalKind::Corrupted
        }
        Some("SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequests") => {
            ObjectRefusalKind::Throttled
        }
        Some("InvalidObjectState") => ObjectRefusalKind::Archived,
        Some("NoSuchUpload") => ObjectRefusalKind::UploadGone,
        Some("EntityTooLarge") => ObjectRefusalKind::TooLarge,
        Some("ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired") => {
            ObjectRefusalKind::ExpiredCredentials
        }
        Some(
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidToken"
            | "RequestTimeTooSkewed"
            | "InvalidClientTokenId",
        ) => ObjectRefusalKind::RejectedCredentials,
        Some("InternalError" | "ServiceUnavailable" | "RequestTimeout") => ObjectRefusalKind::ServiceFault,
        // An answer to HEAD has no body, and so no code.
        _ => match status {
            403 => ObjectRefusalKind::Denied,
            404 => ObjectRefusalKind::NotFound,
            412 => ObjectRefusalKind::Changed,
            429 => ObjectRefusalKind::Throttled,
            500.. => ObjectRefusalKind::ServiceFault,
            _ => ObjectRefusalKind::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_that_was_expected_is_read_from_the_message() {
        let message = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'";
        assert_eq!(expected_region(message).as_deref(), Some("eu-west-1"));
        assert_eq!(expected_region(&message.replace('\'', "\"")).as_deref(), Some("eu-west-1"));
        assert_eq!(expected_region("Access Denied"), None);
    }
}
