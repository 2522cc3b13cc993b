//! What an object has beside its bytes, and what its successor must have too.

use std::collections::HashMap;
use std::time::SystemTime;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;

use super::call::{ask, call};
use super::handle::S3;
use super::name::ObjectName;
use super::refusals::cannot_carry;
use crate::error::{Error, Result};

/// An object that is to be replaced: the version that was read, and what it has beside its bytes.
pub(super) struct Carried {
    pub(super) tag: String,
    pub(super) len: u64,
    pub(super) head: Box<HeadObjectOutput>,
    /// Its tags, as a header has them.
    pub(super) tags: Option<String>,
}

impl Carried {
    /// Asks for all of it.
    ///
    /// # Errors
    /// If the object is no longer the one that was read, or has something that its successor cannot get.
    pub(super) fn of(s3: &S3, name: &ObjectName, tag: &str) -> Result<Self> {
        let head = |client: Client| client.head_object().bucket(&name.bucket).key(&name.key).if_match(tag).send();
        let head = ask(s3, "HeadObject", name, head)?;
        if head.sse_customer_algorithm.is_some() {
            return Err(cannot_carry(name, "it is encrypted with a key that the customer gives (SSE-C)"));
        }
        if head.missing_meta.unwrap_or(0) > 0 {
            return Err(cannot_carry(name, "it has metadata that S3 does not show"));
        }
        let is_locked = head
            .object_lock_retain_until_date
            .is_some_and(|until| SystemTime::try_from(until).is_ok_and(|until| until > SystemTime::now()));
        if is_locked && head.version_id.is_none() {
            return Err(cannot_carry(name, "Object Lock retains it"));
        }
        let tags = if head.tag_count.unwrap_or(0) > 0 { Some(tags(s3, name)?) } else { None };
        check_grants(s3, name)?;
        let len = head.content_length.and_then(|len| u64::try_from(len).ok()).unwrap_or(0);
        Ok(Self { tag: tag.to_owned(), len, head: Box::new(head), tags })
    }

    /// The metadata of the successor, with what kenc adds.
    pub(super) fn metadata(&self) -> HashMap<String, String> {
        self.head.metadata.clone().unwrap_or_default()
    }
}

/// Gives a request that makes an object what its predecessor has. Both requests that do have the same methods.
macro_rules! carry {
    ($request:expr, $carried:expr) => {{
        let head = &$carried.head;
        $request
            .set_cache_control(head.cache_control.clone())
            .set_content_disposition(head.content_disposition.clone())
            .set_content_encoding(head.content_encoding.clone())
            .set_content_language(head.content_language.clone())
            .set_content_type(head.content_type.clone())
            .set_website_redirect_location(head.website_redirect_location.clone())
            .set_server_side_encryption(head.server_side_encryption.clone())
            .set_ssekms_key_id(head.ssekms_key_id.clone())
            .set_bucket_key_enabled(head.bucket_key_enabled)
            .set_storage_class(head.storage_class.clone())
            .set_object_lock_mode(head.object_lock_mode.clone())
            .set_object_lock_retain_until_date(head.object_lock_retain_until_date)
            .set_object_lock_legal_hold_status(head.object_lock_legal_hold_status.clone())
            .set_tagging($carried.tags.clone())
    }};
}
pub(super) use carry;

fn tags(s3: &S3, name: &ObjectName) -> Result<String> {
    let get = |client: Client| client.get_object_tagging().bucket(&name.bucket).key(&name.key).send();
    let tags = ask(s3, "GetObjectTagging", name, get)?.tag_set;
    Ok(tags.iter().map(|tag| format!("{}={}", encoded(&tag.key), encoded(&tag.value))).collect::<Vec<_>>().join("&"))
}

/// Who else was granted something by an access-control list, which a successor does not get. Most buckets have none, and
/// not everybody may look: what cannot be seen is lost for others, and nobody gains by it.
fn check_grants(s3: &S3, name: &ObjectName) -> Result<()> {
    let get = |client: Client| client.get_object_acl().bucket(&name.bucket).key(&name.key).send();
    let Ok(list) = call(s3, "GetObjectAcl", name, get)? else { return Ok(()) };
    let owner = list.owner.and_then(|owner| owner.id);
    let is_of_owner = |id: Option<&String>| id.is_none() || id == owner.as_ref();
    let grants = list.grants.unwrap_or_default();
    let others = grants.iter().filter_map(|grant| grant.grantee.as_ref());
    if others.into_iter().all(|grantee| is_of_owner(grantee.id.as_ref()) && grantee.uri.is_none()) {
        return Ok(());
    }
    Err(cannot_carry(name, "its access-control list grants something to others"))
}

/// Percent-encoded, as in a form.
pub(super) fn encoded(text: &str) -> String {
    let encode = |byte: u8| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
        if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(encode).collect()
}

/// The entity tag that a reader found, without which nothing can be replaced safely.
pub(super) fn tag_of(name: &ObjectName, tag: Option<String>) -> Result<String, Error> {
    tag.ok_or_else(|| cannot_carry(name, "the server gives it no entity tag"))
}
