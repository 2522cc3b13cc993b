//! In place of the client where kenc is built without the feature `aws`: every call is refused, with the reason.

use super::handle::S3;
use super::kept_upload::{FoundUpload, KeptUpload, UploadLedger};
use super::name::ObjectName;
use super::notes::{HeadReplaced, ObjectNotes, OldVersion};
use super::unfinished_upload::UnfinishedUpload;
use crate::error::{Error, ObjectRefusal, ObjectRefusalKind, Result};
use crate::fs::atomic::Existing;
use crate::fs::input::Input;
use crate::storage::output::Output;

impl S3 {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn open(&self, name: &ObjectName) -> Result<Input> {
        Err(refusal("GetObject", name))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn open_with_notes(&self, name: &ObjectName) -> Result<(Input, ObjectNotes)> {
        Err(refusal("GetObject", name))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn open_if_there(&self, name: &ObjectName) -> Result<Option<(Input, ObjectNotes)>> {
        Err(refusal("GetObject", name))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn create_with_notes(&self, name: &ObjectName, _existing: Existing, _notes: ObjectNotes) -> Result<Output> {
        Err(refusal("PutObject", name))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn replace(
        &self,
        name: &ObjectName,
        _tag: Option<String>,
        _old: OldVersion,
    ) -> Result<(Output, Option<String>)> {
        Err(refusal("PutObject", name))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn replace_head(
        &self,
        name: &ObjectName,
        _tag: Option<String>,
        _head: (u64, &[u8]),
        _old: OldVersion,
    ) -> Result<Option<HeadReplaced>> {
        Err(refusal("PutObject", name))
    }

    /// Refuses.
    #[allow(clippy::unused_self, reason = "the client needs it")]
    pub(super) fn list_page(
        &self,
        prefix: &ObjectName,
        _token: Option<&str>,
    ) -> Result<(Vec<ObjectName>, Option<String>)> {
        Err(refusal("ListObjectsV2", prefix))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn unfinished(&self, prefix: &ObjectName, _found: impl FnMut(UnfinishedUpload) -> Result<()>) -> Result<()> {
        Err(refusal("ListMultipartUploads", prefix))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn abort(&self, upload: &UnfinishedUpload) -> Result<()> {
        Err(refusal("AbortMultipartUpload", &upload.object))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn create(&self, name: &ObjectName, _existing: Existing) -> Result<Output> {
        Err(refusal("PutObject", name))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn create_kept(
        &self,
        name: &ObjectName,
        _existing: Existing,
        _notes: ObjectNotes,
        _ledger: Box<dyn UploadLedger>,
        _len: u64,
    ) -> Result<Output> {
        Err(refusal("PutObject", name))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn go_on(
        &self,
        (name, _existing): (&ObjectName, Existing),
        _kept: KeptUpload,
        _ledger: Box<dyn UploadLedger>,
        _len: u64,
    ) -> Result<FoundUpload> {
        Err(refusal("PutObject", name))
    }
}

/// Does nothing: no upload was begun.
pub fn discard_unfinished() {}

fn refusal(operation: &'static str, name: &ObjectName) -> Error {
    Error::Object(Box::new(ObjectRefusal {
        kind: ObjectRefusalKind::NotInThisBuild,
        operation,
        object: name.to_string(),
        region: None,
        code: None,
        message: "this build of kenc has no Amazon S3".to_owned(),
        request_id: None,
        unasked: None,
    }))
}
