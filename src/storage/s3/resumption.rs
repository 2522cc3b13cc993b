//! The parts of an upload that an earlier run began: which S3 has, and whether they are those that would be sent now.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{CompletedPart, Part as ListedPart};

use super::kept_upload::{KeptUpload, SentPart, UploadLedger};
use super::name::ObjectName;
use super::part::Part;
use super::refusals::parts_differ;
use crate::error::Result;

/// What is kept of an upload, and what S3 has of it.
pub(super) struct Resumption {
    ledger: Box<dyn UploadLedger>,
    kept: BTreeMap<u32, SentPart>,
    listed: BTreeMap<u32, ListedPart>,
}

impl Resumption {
    /// Of an upload that has yet to begin.
    pub(super) fn new(ledger: Box<dyn UploadLedger>) -> Self {
        Self { ledger, kept: BTreeMap::new(), listed: BTreeMap::new() }
    }

    /// The same of one that has begun: what is kept of its parts, and what S3 lists of them.
    pub(super) fn with_parts(self, kept: BTreeMap<u32, SentPart>, listed: BTreeMap<u32, ListedPart>) -> Self {
        Self { kept, listed, ..self }
    }

    /// Notes an upload of which nothing was sent.
    pub(super) fn begin(&mut self, id: &str, token: &str, part_len: u64) -> Result<()> {
        let parts = BTreeMap::new();
        self.ledger.begun(&KeptUpload { id: id.to_owned(), token: token.to_owned(), part_len, parts })
    }

    /// Looks at a part before it is sent, and keeps what it is. Returns it if S3 has it already.
    ///
    /// # Errors
    /// If other bytes were sent, or may have been sent, in its place.
    pub(super) fn check(&mut self, name: &ObjectName, number: u32, part: &Part) -> Result<Option<CompletedPart>> {
        let digest = part.digest.expect("the parts of an upload that is kept have digests");
        let now = SentPart { len: part.len, digest, tag: None };
        let (kept, listed) = (self.kept.get(&number), self.listed.get(&number));
        match (kept, listed) {
            (Some(kept), _) if (kept.len, kept.digest) != (now.len, now.digest) => Err(parts_differ(name)),
            // What is kept of the upload is older than the upload: what else was sent is not known.
            (None, Some(_)) => Err(parts_differ(name)),
            (Some(kept), Some(listed)) if is_that(listed, kept, part) => Ok(Some(completed(number, listed))),
            (Some(_), _) => Ok(None),
            (None, None) => self.ledger.sends(number, &now).map(|()| None),
        }
    }

    /// Notes that S3 has a part.
    pub(super) fn sent(&mut self, number: i32, tag: Option<&str>) -> Result<()> {
        match (u32::try_from(number), tag) {
            (Ok(number), Some(tag)) => self.ledger.sent(number, tag),
            _ => Ok(()),
        }
    }
}

/// Whether S3 has the part that would be sent now. It says so by the checksum, or, where it lists none, by the entity tag that it
/// gave for the same bytes. A part that is not it is sent again.
fn is_that(listed: &ListedPart, kept: &SentPart, part: &Part) -> bool {
    let has_len = listed.size.and_then(|size| u64::try_from(size).ok()) == Some(part.len);
    has_len
        && match &listed.checksum_crc64_nvme {
            Some(checksum) => *checksum == part.checksum,
            None => kept.tag.is_some() && listed.e_tag == kept.tag,
        }
}

fn completed(number: u32, listed: &ListedPart) -> CompletedPart {
    CompletedPart::builder()
        .set_part_number(i32::try_from(number).ok())
        .set_e_tag(listed.e_tag.clone())
        .set_checksum_crc64_nvme(listed.checksum_crc64_nvme.clone())
        .build()
}
