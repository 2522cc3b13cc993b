//! What is proven of records that were decrypted.

use kenc::formats::records::selection::{OpenedRecords, RecordProof};
use serde_json::json;

use crate::failure::Exit;
use crate::report::Reporter;

/// Says what is proven, if it is not everything.
pub fn tell(opened: &OpenedRecords, name: &str, reporter: &Reporter) -> Exit {
    let OpenedRecords { records, values, proof, .. } = *opened;
    let (what, exit) = match proof {
        RecordProof::EachValue => (
            "there is no seal, so that each decrypted value is authentic and in its record, and nothing else is proven",
            Exit::Problems,
        ),
        RecordProof::EachValueAnywhere => (
            "the header is that of another file, so that each decrypted value is authentic and of its field, and nothing \
             else is proven",
            Exit::Done,
        ),
        _ => return Exit::Done,
    };
    let text = format!("{name}: {records} records with {values} encrypted values: {what}");
    reporter.warn_once(&text, &json!({ "file": name, "records": records, "values": values, "sealed": false }));
    exit
}
