//! Uploads that have begun and are not completed: S3 keeps their parts, and has them paid for, until somebody aborts them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;

use super::call::ask;
use super::handle::S3;
use super::name::ObjectName;
use super::unfinished_upload::UnfinishedUpload;
use crate::error::Result;

/// Longest wait for the abortion of an upload, and for its last parts before.
const LIMIT: Duration = Duration::from_secs(5);

impl S3 {
    /// The uploads to objects whose keys begin as that of `prefix`, each to `found`, until one fails.
    ///
    /// # Errors
    /// If S3 refuses or cannot be asked, and those of `found`.
    pub fn unfinished(&self, prefix: &ObjectName, mut found: impl FnMut(UnfinishedUpload) -> Result<()>) -> Result<()> {
        let (mut key_marker, mut id_marker) = (None, None);
        loop {
            let list = |client: Client| {
                let request = client.list_multipart_uploads().bucket(&prefix.bucket).prefix(&prefix.key);
                request.set_key_marker(key_marker.clone()).set_upload_id_marker(id_marker.clone()).send()
            };
            let page = ask(self, "ListMultipartUploads", prefix, list)?;
            for upload in page.uploads.unwrap_or_default() {
                let (Some(key), Some(id)) = (upload.key, upload.upload_id) else { continue };
                let begun = upload.initiated.and_then(|time| SystemTime::try_from(time).ok());
                let object = ObjectName { bucket: prefix.bucket.clone(), key, version: None };
                found(UnfinishedUpload { object, id, begun })?;
            }
            let markers = (page.next_key_marker, page.next_upload_id_marker);
            // A server that repeats itself must not keep us here.
            if page.is_truncated != Some(true) || markers.0.is_none() || markers == (key_marker, id_marker) {
                return Ok(());
            }
            (key_marker, id_marker) = markers;
        }
    }

    /// Aborts an upload: S3 forgets its parts.
    ///
    /// # Errors
    /// If S3 refuses or cannot be asked.
    pub fn abort(&self, upload: &UnfinishedUpload) -> Result<()> {
        let UnfinishedUpload { object, id, .. } = upload;
        let abort = |client: Client| {
            client.abort_multipart_upload().bucket(&object.bucket).key(&object.key).upload_id(id).send()
        };
        ask(self, "AbortMultipartUpload", object, abort).map(drop)
    }
}

static BEGUN: Mutex<Vec<Arc<Begun>>> = Mutex::new(Vec::new());

struct Begun {
    s3: S3,
    upload: UnfinishedUpload,
}

impl Begun {
    /// Even when the work was cancelled: nobody else does it.
    fn abort(&self) {
        let Self { s3, upload: UnfinishedUpload { object, id, .. } } = self;
        let Ok(client) = s3.client(object) else { return };
        let abort = client.abort_multipart_upload().bucket(&object.bucket).key(&object.key).upload_id(id);
        // What is left is found by the next run.
        let _ = s3.finish(object, LIMIT, abort.send());
    }
}

/// Aborts all uploads that this program has begun. For a signal handler that ends the program.
pub fn discard_unfinished() {
    let begun = std::mem::take(&mut *BEGUN.lock().unwrap_or_else(PoisonError::into_inner));
    for upload in begun {
        upload.abort();
    }
}

/// An upload of this program, which is aborted unless it is completed or kept.
pub(super) struct OwnUpload {
    begun: Arc<Begun>,
    end: UploadEnd,
}

/// What becomes of an upload when this program is done with it.
#[derive(PartialEq, Eq)]
enum UploadEnd {
    Aborted,
    /// It is an object, or a later run goes on with it.
    LeftAlone,
}

impl OwnUpload {
    pub(super) fn new(s3: &S3, object: ObjectName, id: String) -> Self {
        let begun = Arc::new(Begun { s3: s3.clone(), upload: UnfinishedUpload { object, id, begun: None } });
        BEGUN.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&begun));
        Self { begun, end: UploadEnd::Aborted }
    }

    pub(super) fn id(&self) -> &str {
        &self.begun.upload.id
    }

    /// Lets requests come to their ends for a while.
    pub(super) fn settle(&self, requests: impl Future<Output = ()>) {
        let Begun { s3, upload } = &*self.begun;
        let _ = s3.finish(&upload.object, LIMIT, requests);
    }

    /// It is an object now.
    pub(super) fn completed(&mut self) {
        self.leave_alone();
    }

    /// It stays: a later run goes on with it.
    pub(super) fn keep(&mut self) {
        self.leave_alone();
    }

    fn leave_alone(&mut self) {
        self.end = UploadEnd::LeftAlone;
        self.forget();
    }

    fn forget(&self) {
        BEGUN.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, &self.begun));
    }
}

impl Drop for OwnUpload {
    fn drop(&mut self) {
        if self.end == UploadEnd::Aborted {
            // It stays in the list meanwhile: a signal handler that ends the program waits for an abortion of its own.
            self.begun.abort();
            self.forget();
        }
    }
}
