//! Uploads that were never completed, as text and as JSON.

use std::time::SystemTime;

use kenc::ops::unfinished_uploads::{UnfinishedUpload, UploadFate};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A line for one.
pub fn line(upload: &UnfinishedUpload, fate: UploadFate) -> String {
    let what = match fate {
        UploadFate::Kept => "unfinished",
        UploadFate::Aborted => "removed",
        UploadFate::Gone => "no longer there",
    };
    format!("{}: {what}, begun {}\n", upload.object, begun(upload.begun).unwrap_or_else(|| "unknown".to_owned()))
}

/// The same as an object.
pub fn json(upload: &UnfinishedUpload, fate: UploadFate) -> Value {
    let UnfinishedUpload { object, id, begun: time } = upload;
    json!({ "unfinished_upload": {
        "object": object.to_string(), "id": id, "begun": begun(*time), "removed": fate == UploadFate::Aborted,
    } })
}

/// The time in UTC, to the second.
pub fn begun(time: Option<SystemTime>) -> Option<String> {
    OffsetDateTime::from(time?).replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}
