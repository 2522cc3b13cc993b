//! In place of the client where kenc is built without the feature `aws`: every call is refused, with the reason.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::name::ObjectName;
use super::notes::ObjectNotes;
use super::unfinished_upload::{UnfinishedUpload, UploadListener};
use crate::error::{Error, ObjectRefusal, ObjectRefusalKind, Result};
use crate::fs::atomic::Existing;
use crate::fs::input::Input;
use crate::keys::AwsKms;
use crate::storage::output::Output;

/// S3, which cannot be asked.
#[derive(Clone)]
pub struct S3;

impl S3 {
    /// Takes nothing.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "the client with the feature keeps all")]
    pub fn new(_kms: Arc<AwsKms>, _cancelled: Arc<AtomicBool>, _listener: Arc<dyn UploadListener>) -> Self {
        Self
    }

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

    /// A list of one refusal.
    #[must_use]
    pub fn list(&self, prefix: &ObjectName) -> ObjectList<'_> {
        ObjectList { refusal: Some(refusal("ListObjectsV2", prefix)), s3: PhantomData }
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
}

/// A list of one refusal.
pub struct ObjectList<'a> {
    refusal: Option<Error>,
    s3: PhantomData<&'a S3>,
}

impl Iterator for ObjectList<'_> {
    type Item = Result<ObjectName>;

    fn next(&mut self) -> Option<Self::Item> {
        self.refusal.take().map(Err)
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
