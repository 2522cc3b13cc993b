//! One page of a list of objects.

use aws_sdk_s3::Client;

use super::call::ask;
use super::handle::S3;
use super::name::ObjectName;
use crate::error::Result;

impl S3 {
    /// Some objects below a prefix, and the token of the page after them.
    pub(super) fn list_page(
        &self,
        prefix: &ObjectName,
        token: Option<&str>,
    ) -> Result<(Vec<ObjectName>, Option<String>)> {
        let ObjectName { bucket, key, .. } = prefix;
        let list = |client: Client| {
            let request = client.list_objects_v2().bucket(bucket).prefix(key);
            request.set_continuation_token(token.map(str::to_owned)).send()
        };
        let answer = ask(self, "ListObjectsV2", prefix, list)?;
        let keys = answer.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        let objects = keys.map(|key| ObjectName { bucket: bucket.clone(), key, version: None }).collect();
        let next = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
        Ok((objects, next))
    }
}
