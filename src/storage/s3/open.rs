//! Opening objects to read them, and beginning new ones.

use super::handle::S3;
use super::name::ObjectName;
use super::notes::ObjectNotes;
use super::reader::ObjectReader;
use super::upload::Upload;
use crate::error::{Error, ObjectRefusalKind, Result};
use crate::fs::atomic::Existing;
use crate::fs::input::Input;
use crate::storage::output::Output;

impl S3 {
    /// Opens an object that is read. It does not change while it is open: a read of one that was replaced fails.
    ///
    /// # Errors
    /// If it is not there, cannot be read, or S3 cannot be asked.
    pub fn open(&self, name: &ObjectName) -> Result<Input> {
        self.open_with_notes(name).map(|(input, _)| input)
    }

    /// The same, with what is noted of it.
    ///
    /// # Errors
    /// As [`S3::open`].
    pub fn open_with_notes(&self, name: &ObjectName) -> Result<(Input, ObjectNotes)> {
        let (reader, notes) = ObjectReader::open(self, name)?;
        Ok((Input::of_object(Box::new(reader)).with_notes(notes.metadata.clone()), notes))
    }

    /// The same, or `None` if there is no such object.
    ///
    /// # Errors
    /// As [`S3::open`].
    pub fn open_if_there(&self, name: &ObjectName) -> Result<Option<(Input, ObjectNotes)>> {
        match self.open_with_notes(name) {
            Ok(found) => Ok(Some(found)),
            Err(Error::Object(refusal)) if refusal.kind == ObjectRefusalKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Begins an object, which appears when it is committed.
    ///
    /// # Errors
    /// If it is there and must not be replaced, or S3 cannot be asked.
    pub fn create(&self, name: &ObjectName, existing: Existing) -> Result<Output> {
        let upload = Upload::new(self, name, existing, ObjectNotes::default());
        if existing == Existing::Refuse {
            upload.check_absent()?;
        }
        Ok(Output::Object(Box::new(upload)))
    }

    /// The same for one of many, with what is noted of it: one that is there is found when the object is committed.
    ///
    /// # Errors
    /// If S3 cannot be asked.
    pub fn create_with_notes(&self, name: &ObjectName, existing: Existing, notes: ObjectNotes) -> Result<Output> {
        Ok(Output::Object(Box::new(Upload::new(self, name, existing, notes))))
    }
}
