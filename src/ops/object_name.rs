//! Objects among the names of files.

use std::path::Path;

use crate::ops::failure::{Cause, Failure};
use crate::storage::s3::ObjectName;

/// The object that a path names, or `None` if it is a local file.
///
/// # Errors
/// If it is meant as an object and cannot be one.
pub fn object_of(path: &Path) -> Result<Option<ObjectName>, Failure> {
    ObjectName::of(path).map_err(|fault| Cause::NotAnObject { path: path.to_owned(), fault }.into())
}
