//! Refusals of our own making.

use super::name::ObjectName;
use crate::error::{Error, ObjectRefusal, ObjectRefusalKind};

pub(super) fn refusal(kind: ObjectRefusalKind, name: &ObjectName, operation: &'static str, message: &str) -> Error {
    Error::Object(Box::new(ObjectRefusal {
        kind,
        operation,
        object: name.to_string(),
        region: None,
        code: None,
        message: message.to_owned(),
        request_id: None,
        unasked: None,
    }))
}

/// The object is larger than S3 permits.
pub(super) fn too_large(name: &ObjectName) -> Error {
    refusal(ObjectRefusalKind::TooLarge, name, "UploadPart", "the limit is 5 TiB")
}

/// What an earlier run sent of an upload is not what would be sent now.
pub(super) fn parts_differ(name: &ObjectName) -> Error {
    refusal(ObjectRefusalKind::PartsDiffer, name, "UploadPart", "")
}

/// Something in an answer is not what was asked for.
pub(super) fn wrong_answer(name: &ObjectName, operation: &'static str, what: &str) -> Error {
    let message = format!("the answer to s3:{operation} has {what}");
    refusal(ObjectRefusalKind::WrongAnswer, name, operation, &message)
}

/// A successor would lack something.
pub(super) fn cannot_carry(name: &ObjectName, why: &str) -> Error {
    refusal(ObjectRefusalKind::NotCarried, name, "PutObject", why)
}
