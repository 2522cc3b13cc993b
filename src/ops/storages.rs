//! Inputs and outputs wherever they are: local files, the standard streams, and objects of S3.

use std::path::Path;

use crate::error::Result;
use crate::fs::atomic::{Access, Sync};
use crate::fs::held::Held;
use crate::fs::input::Input;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::{Job, open_input};
use crate::ops::object_name::object_of;
use crate::ops::session::Session;
use crate::storage::output::{Destination, Output};
use crate::storage::s3::ObjectName;

impl Session {
    /// Opens a file or an object, or standard input for `None`.
    ///
    /// # Errors
    /// If it is a folder, or cannot be opened.
    pub fn open_input(&self, path: Option<&Path>) -> Result<Input, Failure> {
        match path.map(object_of).transpose()?.flatten() {
            Some(name) if name.is_prefix() => Err(Cause::InputIsPrefix(name.to_path()).into()),
            Some(name) => Ok(self.s3().open(&name)?),
            None => open_input(path),
        }
    }

    /// Opens the input of a job, as [`Job::open_input`] does where it is a local file.
    ///
    /// # Errors
    /// If it cannot be opened, or is also the output.
    pub fn open_input_of(&self, job: &Job) -> Result<(Input, Option<Held>), Failure> {
        match job.input.as_deref() {
            Some(path) if ObjectName::is_meant(path) => {
                if job.destination.path() == Some(path) {
                    return Err(Cause::OutputIsInput(path.to_owned()).into());
                }
                Ok((self.open_input(Some(path))?, None))
            }
            _ => job.open_input(self),
        }
    }

    /// Opens the output at `place`, as [`Output::open`] does where it is local.
    ///
    /// # Errors
    /// If it cannot be opened for writing, or is there and must not be replaced.
    pub fn open_output(&self, place: &Destination, access: Access, sync: Sync, held: Option<Held>) -> Result<Output> {
        match place {
            Destination::Object { name, existing, .. } => self.s3().create(name, *existing),
            _ => Output::open(place, access, sync, held),
        }
    }
}
