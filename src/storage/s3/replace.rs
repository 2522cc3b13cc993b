//! Replacing an object that was read, and no other one.

use super::carried::{Carried, tag_of};
use super::handle::S3;
use super::name::ObjectName;
use super::notes::HeadReplaced;
use super::rewrite;
use super::upload::Upload;
use crate::error::Result;
use crate::storage::output::Output;

impl S3 {
    /// Begins the successor of the object that was read with this entity tag. It gets what the object has beside its bytes.
    ///
    /// # Errors
    /// If the object is another one now, or has something that its successor cannot get.
    pub fn replace(&self, name: &ObjectName, tag: Option<String>) -> Result<Output> {
        let carried = Carried::of(self, name, &tag_of(name, tag)?)?;
        Ok(Output::Object(Box::new(Upload::replacing(self, name, carried))))
    }

    /// Writes `head` in the place of the first `head_len` bytes of the object that was read with this entity tag, and has S3
    /// copy the rest. `None` if the object is so short that nothing is saved: then nothing was done.
    ///
    /// # Errors
    /// As [`S3::replace`].
    pub fn replace_head(
        &self,
        name: &ObjectName,
        tag: Option<String>,
        head_len: u64,
        head: &[u8],
    ) -> Result<Option<HeadReplaced>> {
        let carried = Carried::of(self, name, &tag_of(name, tag)?)?;
        if !rewrite::is_worth_it(carried.len) {
            return Ok(None);
        }
        let old_version = rewrite::replace_head(self, name, &carried, head_len, head)?;
        Ok(Some(HeadReplaced { old_version }))
    }
}
