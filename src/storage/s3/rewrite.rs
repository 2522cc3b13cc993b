//! Another head for an object, without moving what is behind it.
//!
//! A multipart upload begins with a part of 5 MiB, which is the least that S3 takes: the new head, and the first bytes behind the
//! old one. All other parts are copied by S3 itself from the old object, which must still be the one that was read, at every
//! copy and at the end.

use std::collections::VecDeque;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use super::answer_body::body_behind;
use super::call::{ask, call};
use super::carried::{Carried, carry, encoded};
use super::fault::fault;
use super::handle::S3;
use super::name::ObjectName;
use super::refusals::wrong_answer;
use super::unfinished::OwnUpload;
use crate::error::{Error, Result};

/// Shortest part of an upload but the last, in bytes.
const LEAST_PART: u64 = 5 << 20;
/// Length of a part that is copied, in bytes, unless the object would have too many of them.
const COPIED: u64 = 512 << 20;
/// Parts that are copied at the same time.
const AT_ONCE: usize = 8;
/// Most parts, of which the first is not copied.
const MOST_COPIES: u64 = 9_990;
/// An object that is not longer is read and written, in bytes: that takes fewer requests.
const SHORT: u64 = 8 << 20;

/// Whether other parts of an object are worth copying on the server.
pub(super) fn is_worth_it(len: u64) -> bool {
    len > SHORT
}

/// Writes `head` in the place of the first `head_len` bytes of an object. Returns the new version, if the bucket keeps
/// versions.
pub(super) fn replace_head(
    s3: &S3,
    name: &ObjectName,
    carried: &Carried,
    head_len: u64,
    head: &[u8],
) -> Result<Option<String>> {
    let least = LEAST_PART.saturating_sub(head.len() as u64);
    let first_end = (head_len + least).min(carried.len);
    let get = |client: Client| {
        let request = client.get_object().bucket(&name.bucket).key(&name.key).if_match(&carried.tag);
        request.range(format!("bytes={head_len}-{}", first_end - 1)).send()
    };
    let memory = s3.memory_for_upload(head.len() as u64 + least)?;
    let answer = ask(s3, "GetObject", name, get)?;
    let moved = first_end - head_len;
    let first = s3.wait(name, body_behind(head.to_vec(), answer, moved))?.map_err(|fault| fault.of(name))?;
    if (first.len() - head.len()) as u64 != moved {
        return Err(wrong_answer(name, "GetObject", "another number of bytes than was asked for"));
    }
    let create = |client: Client| {
        let request = client.create_multipart_upload().bucket(&name.bucket).key(&name.key);
        carry!(request, carried).set_metadata(Some(carried.metadata())).send()
    };
    let created = ask(s3, "CreateMultipartUpload", name, create)?;
    let id = created.upload_id.ok_or_else(|| wrong_answer(name, "CreateMultipartUpload", "no id of the upload"))?;
    let mut upload = OwnUpload::new(s3, name.clone(), id);
    let mut parts = vec![first_part(s3, name, upload.id(), &Bytes::from(first))?];
    drop(memory);
    copy_parts(s3, name, (upload.id(), &carried.tag), first_end..carried.len, &mut parts)?;
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let complete = |client: Client| {
        let request = client.complete_multipart_upload().bucket(&name.bucket).key(&name.key).upload_id(upload.id());
        request.multipart_upload(parts.clone()).if_match(&carried.tag).send()
    };
    let completed = call(s3, "CompleteMultipartUpload", name, complete)?;
    let completed = completed.map_err(|fault| Error::Object(fault.refusal))?;
    upload.completed();
    Ok(completed.version_id)
}

fn first_part(s3: &S3, name: &ObjectName, id: &str, bytes: &Bytes) -> Result<CompletedPart> {
    let send = |client: Client| {
        let request = client.upload_part().bucket(&name.bucket).key(&name.key).upload_id(id).part_number(1);
        request.body(ByteStream::from(bytes.clone())).send()
    };
    let done = ask(s3, "UploadPart", name, send)?;
    Ok(CompletedPart::builder().part_number(1).set_e_tag(done.e_tag).build())
}

fn copy_parts(
    s3: &S3,
    name: &ObjectName,
    (id, tag): (&str, &str),
    range: std::ops::Range<u64>,
    parts: &mut Vec<CompletedPart>,
) -> Result<()> {
    let len = COPIED.max((range.end - range.start).div_ceil(MOST_COPIES));
    let source = format!("{}/{}", encoded(&name.bucket), encoded(&name.key));
    let mut under_way = VecDeque::new();
    let (mut start, mut number) = (range.start, 1);
    while start < range.end || !under_way.is_empty() {
        if start < range.end && under_way.len() < AT_ONCE {
            // No part but the last may be too short.
            let rest = range.end - start;
            let end = if rest < len + LEAST_PART { range.end } else { start + len };
            number += 1;
            let request = s3
                .client(name)?
                .upload_part_copy()
                .bucket(&name.bucket)
                .key(&name.key)
                .upload_id(id)
                .part_number(number)
                .copy_source(&source)
                .copy_source_range(format!("bytes={start}-{}", end - 1))
                .copy_source_if_match(tag);
            under_way.push_back((number, s3.spawn(name, request.send())?));
            start = end;
            continue;
        }
        let Some((number, copy)) = under_way.front_mut() else { break };
        let outcome = s3.wait(name, copy)?.map_err(|_| Error::Interrupted)?;
        let number = *number;
        under_way.pop_front();
        let done =
            outcome.map_err(|error| Error::Object(fault(s3, "UploadPartCopy", &name.to_string(), &error).refusal))?;
        let tag = done.copy_part_result.and_then(|part| part.e_tag);
        parts.push(CompletedPart::builder().part_number(number).set_e_tag(tag).build());
    }
    Ok(())
}
