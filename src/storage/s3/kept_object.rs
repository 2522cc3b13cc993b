//! Objects whose uploads stay when they fail, and go on in a later run.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::Part as ListedPart;

use super::call::{ask, call};
use super::handle::S3;
use super::kept_upload::{FoundUpload, KeptUpload, OpenUpload, UploadLedger};
use super::name::ObjectName;
use super::notes::ObjectNotes;
use super::part_sizes::part_len_of;
use super::resumption::Resumption;
use super::upload::{UPLOAD, Upload};
use crate::error::{Error, ObjectRefusalKind, Result};
use crate::fs::atomic::Existing;
use crate::storage::object::WholeObject as _;
use crate::storage::output::Output;

impl S3 {
    /// Begins an object of `len` bytes, which appears when it is committed. If that does not happen and it has several parts, the
    /// upload stays, and `ledger` keeps what is needed to go on with it.
    ///
    /// # Errors
    /// If it is there and must not be replaced, or S3 cannot be asked.
    pub fn create_kept(
        &self,
        name: &ObjectName,
        existing: Existing,
        notes: ObjectNotes,
        ledger: Box<dyn UploadLedger>,
        len: u64,
    ) -> Result<Output> {
        let mut upload = Upload::new(self, name, existing, notes).kept_by(Resumption::new(ledger));
        upload.expect_len(len);
        if existing == Existing::Refuse {
            upload.check_absent()?;
        }
        Ok(Output::Object(Box::new(upload)))
    }

    /// Goes on with an upload of an earlier run, of an object that will have `len` bytes.
    ///
    /// # Errors
    /// If the object is there, is not that of the upload and must not be replaced; if S3 refuses or cannot be asked.
    pub fn go_on(
        &self,
        (name, existing): (&ObjectName, Existing),
        kept: KeptUpload,
        ledger: Box<dyn UploadLedger>,
        len: u64,
    ) -> Result<FoundUpload> {
        let KeptUpload { id, token, part_len, parts } = kept;
        if part_len != part_len_of(len) {
            return Ok(FoundUpload::Gone);
        }
        let Some(listed) = self.parts_of(name, &id)? else {
            return Ok(if self.is_of(name, &token)? { FoundUpload::Complete } else { FoundUpload::Gone });
        };
        let there = listed.values().filter_map(|part| u64::try_from(part.size?).ok()).sum();
        let resumption = Resumption::new(ledger).with_parts(parts, listed);
        let mut upload = Upload::new(self, name, existing, ObjectNotes::default()).kept_by(resumption);
        upload.expect_len(len);
        if existing == Existing::Refuse {
            upload.check_absent()?;
        }
        upload.go_on(id, token);
        Ok(FoundUpload::Open(OpenUpload { output: Output::Object(Box::new(upload)), there }))
    }

    /// The parts that S3 has of an upload, by their numbers; `None` if there is no such upload.
    fn parts_of(&self, name: &ObjectName, id: &str) -> Result<Option<BTreeMap<u32, ListedPart>>> {
        let (mut parts, mut marker) = (BTreeMap::new(), None::<String>);
        loop {
            let list = |client: Client| {
                let request = client.list_parts().bucket(&name.bucket).key(&name.key).upload_id(id);
                request.set_part_number_marker(marker.clone()).send()
            };
            let page = match call(self, "ListParts", name, list)? {
                Ok(page) => page,
                Err(fault) if fault.refusal.kind == ObjectRefusalKind::UploadGone => return Ok(None),
                Err(fault) => return Err(Error::Object(fault.refusal)),
            };
            let number = |part: &ListedPart| part.part_number.and_then(|number| u32::try_from(number).ok());
            let listed = page.parts.unwrap_or_default().into_iter();
            parts.extend(listed.filter_map(|part| Some((number(&part)?, part))));
            let next = page.next_part_number_marker;
            // A server that repeats itself must not keep us here.
            if page.is_truncated != Some(true) || next.is_none() || next == marker {
                return Ok(Some(parts));
            }
            marker = next;
        }
    }

    /// Whether the object is the one that an upload with this token made.
    fn is_of(&self, name: &ObjectName, token: &str) -> Result<bool> {
        let head = |client: Client| client.head_object().bucket(&name.bucket).key(&name.key).send();
        match ask(self, "HeadObject", name, head) {
            Ok(answer) => {
                Ok(answer.metadata.is_some_and(|found| found.get(UPLOAD).is_some_and(|found| found == token)))
            }
            // Who may write need not be allowed to look.
            Err(Error::Object(refusal))
                if matches!(refusal.kind, ObjectRefusalKind::NotFound | ObjectRefusalKind::Denied) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
