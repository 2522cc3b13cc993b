//! Uploads that were never completed: finding them, and removing their parts.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::error::{Error, ObjectRefusalKind};
use crate::ops::failure::{Cause, Failure};
use crate::ops::object_name::object_of;
use crate::ops::question::Question;
use crate::ops::session::Session;
pub use crate::storage::s3::UnfinishedUpload;

/// A cleanup of one run.
pub struct Cleanup<'a> {
    /// The sign-in.
    pub session: &'a Session,
    /// Younger ones are left alone.
    pub older_than: Option<Duration>,
}

/// What became of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadFate {
    /// It is as it was.
    Kept,
    /// Its parts are gone.
    Aborted,
    /// Somebody else completed or aborted it.
    Gone,
}

impl Cleanup<'_> {
    /// The uploads to objects whose keys begin as those of `prefixes`.
    ///
    /// # Errors
    /// If one is no name of an object, or S3 refuses.
    pub fn find(&self, prefixes: &[PathBuf]) -> Result<Vec<UnfinishedUpload>, Failure> {
        let mut uploads = Vec::new();
        for path in prefixes {
            let Some(prefix) = object_of(path)?.filter(|name| !name.is_url()) else {
                return Err(Cause::NotAnObjectName(path.clone()).into());
            };
            self.session.s3().unfinished(&prefix, |upload| {
                if self.is_old(&upload) && !uploads.contains(&upload) {
                    uploads.push(upload);
                }
                Ok(())
            })?;
        }
        Ok(uploads)
    }

    fn is_old(&self, upload: &UnfinishedUpload) -> bool {
        let Some(limit) = self.older_than else { return true };
        // The clock of the server may be ahead of ours.
        let age = upload.begun.and_then(|begun| SystemTime::now().duration_since(begun).ok());
        age.is_some_and(|age| age >= limit)
    }

    /// Asks whether they shall be removed.
    ///
    /// # Errors
    /// If the answer is no, or there is nobody to ask.
    pub fn confirm(&self, uploads: &[UnfinishedUpload]) -> Result<(), Failure> {
        match self.session.observer().ask(&Question::AbortUploads(uploads)) {
            Some(true) => Ok(()),
            Some(false) => Err(Cause::Declined.into()),
            None => Err(Cause::RemovalNotConfirmed { uploads: uploads.len() }.into()),
        }
    }

    /// Removes the parts of one.
    ///
    /// # Errors
    /// If S3 refuses.
    pub fn abort(&self, upload: &UnfinishedUpload) -> Result<UploadFate, Failure> {
        match self.session.s3().abort(upload) {
            Ok(()) => Ok(UploadFate::Aborted),
            Err(Error::Object(refusal)) if refusal.kind == ObjectRefusalKind::UploadGone => Ok(UploadFate::Gone),
            Err(error) => Err(error.into()),
        }
    }
}
