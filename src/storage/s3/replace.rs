//! Replacing an object that was read, and no other one.

use aws_sdk_s3::Client;

use super::call::ask;
use super::carried::{Carried, tag_of};
use super::handle::S3;
use super::name::ObjectName;
use super::notes::{HeadReplaced, OldVersion};
use super::rewrite;
use super::upload::Upload;
use crate::error::Result;
use crate::storage::output::Output;

impl S3 {
    /// Begins the successor of the object that was read with this entity tag. It gets what the object has beside its bytes. Also
    /// returns the version that is replaced, if the bucket keeps versions.
    ///
    /// # Errors
    /// If the object is another one now, or has something that its successor cannot get.
    pub fn replace(&self, name: &ObjectName, tag: Option<String>, old: OldVersion) -> Result<(Output, Option<String>)> {
        let carried = Carried::of(self, name, &tag_of(name, tag)?)?;
        let old_version = carried.head.version_id.clone();
        Ok((Output::Object(Box::new(Upload::replacing(self, name, carried, old))), old_version))
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
        (head_len, head): (u64, &[u8]),
        old: OldVersion,
    ) -> Result<Option<HeadReplaced>> {
        let carried = Carried::of(self, name, &tag_of(name, tag)?)?;
        if !rewrite::is_worth_it(carried.len) {
            return Ok(None);
        }
        let new_version = rewrite::replace_head(self, name, &carried, head_len, head)?;
        self.dispose_of_old_version(name, &carried, new_version.as_deref(), old)?;
        let old_version = carried.head.version_id.clone().filter(|_| old == OldVersion::Kept);
        Ok(Some(HeadReplaced { old_version }))
    }

    /// Deletes the version that was replaced, if it is to go and the bucket keeps it. Where versions are suspended, the new version
    /// has the id of the old one, and is the only one.
    pub(super) fn dispose_of_old_version(
        &self,
        name: &ObjectName,
        carried: &Carried,
        new_version: Option<&str>,
        old: OldVersion,
    ) -> Result<()> {
        let old_version = carried.head.version_id.as_deref();
        let (Some(old_version), Some(new_version)) = (old_version, new_version) else { return Ok(()) };
        if old == OldVersion::Kept || old_version == new_version {
            return Ok(());
        }
        let version = ObjectName { version: Some(old_version.to_owned()), ..name.clone() };
        let delete =
            |client: Client| client.delete_object().bucket(&name.bucket).key(&name.key).version_id(old_version).send();
        ask(self, "DeleteObject", &version, delete).map(drop)
    }
}
