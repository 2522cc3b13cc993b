//! What an object has beside its bytes, and what its successor must have too.

use std::collections::HashMap;
use std::time::SystemTime;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ObjectOwnership, OwnershipControlsRule};

use super::call::{ask, call};
use super::handle::S3;
use super::name::ObjectName;
use super::refusals::cannot_carry;
use crate::error::{Error, ObjectRefusalKind, Result};

/// Metadata with which the Amazon S3 Encryption Client says how an object is encrypted.
const OF_S3_CLIENT: [&str; 14] = [
    "x-amz-key",
    "x-amz-key-v2",
    "x-amz-iv",
    "x-amz-matdesc",
    "x-amz-wrap-alg",
    "x-amz-cek-alg",
    "x-amz-tag-len",
    "x-amz-3",
    "x-amz-c",
    "x-amz-d",
    "x-amz-i",
    "x-amz-m",
    "x-amz-t",
    "x-amz-w",
];

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
        let mut metadata = self.head.metadata.clone().unwrap_or_default();
        // A successor is never an object of the S3 Encryption Client, and must not be taken for one.
        metadata.retain(|name, _| !OF_S3_CLIENT.contains(&name.as_str()));
        metadata
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

/// Who else was granted something by an access-control list, which a successor does not get. Nobody was where the bucket has such
/// lists disabled, as new ones have; where the list cannot be read, somebody may have been.
fn check_grants(s3: &S3, name: &ObjectName) -> Result<()> {
    if has_no_lists(s3, name)? {
        return Ok(());
    }
    let get = |client: Client| client.get_object_acl().bucket(&name.bucket).key(&name.key).send();
    let list = match call(s3, "GetObjectAcl", name, get)? {
        Ok(list) => list,
        // A server that has no such lists says so.
        Err(fault) if matches!(fault.status, 400 | 404 | 405 | 501) => return Ok(()),
        Err(fault) if fault.refusal.kind == ObjectRefusalKind::Denied => {
            return Err(cannot_carry(name, "its access-control list cannot be read (s3:GetObjectAcl is denied)"));
        }
        Err(fault) => return Err(Error::Object(fault.refusal)),
    };
    let owner = list.owner.and_then(|owner| owner.id);
    let is_of_owner = |id: Option<&String>| id.is_none() || id == owner.as_ref();
    let grants = list.grants.unwrap_or_default();
    let others = grants.iter().filter_map(|grant| grant.grantee.as_ref());
    if others.into_iter().all(|grantee| is_of_owner(grantee.id.as_ref()) && grantee.uri.is_none()) {
        return Ok(());
    }
    Err(cannot_carry(name, "its access-control list grants something to others"))
}

/// Whether the bucket has access-control lists disabled. It is asked once.
fn has_no_lists(s3: &S3, name: &ObjectName) -> Result<bool> {
    if let Some(known) = s3.has_no_lists(&name.bucket) {
        return Ok(known);
    }
    let get = |client: Client| client.get_bucket_ownership_controls().bucket(&name.bucket).send();
    let answer = call(s3, "GetBucketOwnershipControls", name, get)?;
    let rules = answer.ok().and_then(|answer| answer.ownership_controls).map(|controls| controls.rules);
    let is_enforced = |rule: &OwnershipControlsRule| rule.object_ownership == ObjectOwnership::BucketOwnerEnforced;
    let has_none = rules.is_some_and(|rules| rules.iter().any(is_enforced));
    s3.remember_lists(&name.bucket, has_none);
    Ok(has_none)
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
