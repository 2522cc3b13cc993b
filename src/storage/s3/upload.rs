//! Writing an object: with one request if it is short, else in parts that are under way at the same time.
//!
//! Nothing is visible before the last request. It names the condition that there is no such object, which S3 checks itself:
//! of two programs that write the same object one is refused.

use std::collections::{HashMap, VecDeque};
use std::io;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::upload_part::{UploadPartError, UploadPartOutput};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::task::{AbortHandle, JoinHandle};

use super::call::{ask, call};
use super::carried::{Carried, carry};
use super::fault::{Fault, fault};
use super::handle::S3;
use super::name::ObjectName;
use super::notes::ObjectNotes;
use super::part_sizes::{FIRST, LONGEST_OBJECT, MOST_PARTS, part_len, parts_in_memory};
use super::refusals::{too_large, wrong_answer};
use super::unfinished::OwnUpload;
use crate::crypto::{fill_random, hexadecimal};
use crate::error::{Error, ObjectRefusalKind, Result};
use crate::fs::atomic::Existing;
use crate::storage::object::WholeObject;

/// Metadata of an object that tells which upload made it. Where the answer to the last request was lost, it shows whether the
/// object is ours.
const UPLOAD: &str = "kenc-upload";

/// An object that is written.
pub(super) struct Upload {
    s3: S3,
    name: ObjectName,
    existing: Existing,
    notes: ObjectNotes,
    /// The object that it replaces, if only that one may be replaced.
    carried: Option<Carried>,
    /// Random, and in the metadata.
    token: String,
    /// The part that is filled.
    buffer: Vec<u8>,
    multipart: Option<Multipart>,
    /// Length of every part, where the length of the object was known before.
    known_part_len: usize,
    has_failed: bool,
}

struct Multipart {
    upload: OwnUpload,
    under_way: VecDeque<(i32, JoinHandle<PartOutcome>)>,
    done: Vec<CompletedPart>,
    /// Parts that were begun.
    count: u32,
    /// Bytes of them.
    len: u64,
}

type PartOutcome = Result<UploadPartOutput, SdkError<UploadPartError, HttpResponse>>;

impl Drop for Multipart {
    fn drop(&mut self) {
        // Before the upload is aborted: a part that comes later would stay.
        let under_way = std::mem::take(&mut self.under_way);
        let requests: Vec<_> = under_way.iter().map(|(_, part)| part.abort_handle()).collect();
        self.upload.settle(async move {
            for (_, part) in under_way {
                let _ = part.await;
            }
        });
        requests.iter().for_each(AbortHandle::abort);
    }
}

impl Upload {
    /// Begins an object. Nothing is asked yet.
    pub(super) fn new(s3: &S3, name: &ObjectName, existing: Existing, notes: ObjectNotes) -> Self {
        Self {
            s3: s3.clone(),
            name: name.clone(),
            existing,
            notes,
            carried: None,
            token: token(),
            buffer: Vec::new(),
            multipart: None,
            known_part_len: 0,
            has_failed: false,
        }
    }

    /// Begins the successor of an object.
    pub(super) fn replacing(s3: &S3, name: &ObjectName, carried: Carried) -> Self {
        Self { carried: Some(carried), ..Self::new(s3, name, Existing::Replace, ObjectNotes::default()) }
    }

    /// Finds an object that is there before anything is read or sent.
    pub(super) fn check_absent(&self) -> Result<()> {
        let Self { s3, name, .. } = self;
        let head = |client: Client| client.head_object().bucket(&name.bucket).key(&name.key).send();
        match call(s3, "HeadObject", name, head)? {
            Ok(_) => Err(Error::WouldOverwrite(name.to_path())),
            // Who may write need not be allowed to look; and an answer without a body does not say in which region to ask.
            Err(Fault { status: 301 | 400 | 403 | 404, .. }) => Ok(()),
            Err(fault) => Err(Error::Object(fault.refusal)),
        }
    }

    /// The metadata: the token, and the notes.
    fn metadata(&self) -> HashMap<String, String> {
        let notes = self.notes.to_metadata().into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut metadata = self.carried.as_ref().map_or_else(HashMap::new, Carried::metadata);
        metadata.extend(notes.chain([(UPLOAD.to_owned(), self.token.clone())]));
        metadata
    }

    /// Length of the part that is filled now.
    fn part_len(&self) -> usize {
        let number = self.multipart.as_ref().map_or(0, |multipart| multipart.count) + 1;
        if self.known_part_len > 0 { self.known_part_len } else { part_len(number) }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<usize> {
        let part_len = self.part_len();
        if self.buffer.len() == part_len {
            self.send_part()?;
        }
        let count = bytes.len().min(part_len - self.buffer.len());
        if self.buffer.len() + count > self.buffer.capacity() {
            let wanted = (self.buffer.capacity() * 2).max(self.buffer.len() + count).min(part_len);
            self.buffer.reserve_exact(wanted - self.buffer.len());
        }
        self.buffer.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    /// Sends the part that is filled, as soon as there is room for the next one.
    fn send_part(&mut self) -> Result<()> {
        if self.multipart.is_none() {
            self.multipart = Some(self.begin_parts()?);
        }
        let at_once = parts_in_memory(self.buffer.len()) - 1;
        self.wait_for_parts(at_once - 1)?;
        let Self { s3, name, multipart: Some(multipart), buffer, .. } = self else {
            unreachable!("it was just begun");
        };
        let body = std::mem::take(buffer);
        multipart.len += body.len() as u64;
        if multipart.count == MOST_PARTS || multipart.len > LONGEST_OBJECT {
            return Err(too_large(name));
        }
        buffer.reserve_exact(body.len());
        multipart.count += 1;
        let number = i32::try_from(multipart.count).expect("there are at most 10 000 parts");
        let client = s3.client(name)?;
        let checksum = checksum(&client);
        let request = client
            .upload_part()
            .bucket(&name.bucket)
            .key(&name.key)
            .upload_id(multipart.upload.id())
            .part_number(number)
            .body(ByteStream::new(SdkBody::from(body)))
            .set_checksum_algorithm(checksum.clone());
        let request = async move {
            // The checksum is signed, so the payload need not be.
            let request = request.customize();
            if checksum.is_some() { request.disable_payload_signing().send().await } else { request.send().await }
        };
        multipart.under_way.push_back((number, s3.spawn(name, request)?));
        Ok(())
    }

    fn begin_parts(&self) -> Result<Multipart> {
        let Self { s3, name, .. } = self;
        if self.existing == Existing::Refuse {
            self.check_absent()?;
        }
        // Who may write need not be allowed to list.
        let _ = s3.unfinished(name, |upload| {
            if upload.object == *name {
                s3.listener().left_behind(upload);
            }
            Ok(())
        });
        let create = |client: Client| {
            let checksum = checksum(&client);
            let request = client.create_multipart_upload().bucket(&name.bucket).key(&name.key);
            let request = request.set_metadata(Some(self.metadata())).set_checksum_algorithm(checksum);
            let request = match &self.carried {
                Some(carried) => carry!(request, carried),
                None => request,
            };
            request.send()
        };
        let answer = ask(s3, "CreateMultipartUpload", name, create)?;
        let id = answer.upload_id.ok_or_else(|| wrong_answer(name, "CreateMultipartUpload", "no id of the upload"))?;
        let upload = OwnUpload::new(s3, name.clone(), id);
        Ok(Multipart { upload, under_way: VecDeque::new(), done: Vec::new(), count: 0, len: 0 })
    }

    /// Waits until at most `most` parts are under way.
    fn wait_for_parts(&mut self, most: usize) -> Result<()> {
        let Self { s3, name, multipart: Some(multipart), .. } = self else { return Ok(()) };
        while multipart.under_way.len() > most {
            let Some((number, part)) = multipart.under_way.front_mut() else { break };
            let outcome = s3.wait(name, part)?.map_err(|_| Error::Interrupted)?;
            let number = *number;
            multipart.under_way.pop_front();
            let done =
                outcome.map_err(|error| Error::Object(fault(s3, "UploadPart", &name.to_string(), &error).refusal))?;
            multipart.done.push(
                CompletedPart::builder()
                    .part_number(number)
                    .set_e_tag(done.e_tag)
                    .set_checksum_crc64_nvme(done.checksum_crc64_nvme)
                    .build(),
            );
        }
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        let outcome = if self.multipart.is_some() {
            if !self.buffer.is_empty() {
                self.send_part()?;
            }
            self.wait_for_parts(0)?;
            self.complete()?
        } else {
            self.put()?
        };
        match outcome {
            Ok(()) => {}
            Err(fault) if Self::may_have_happened(&fault) && self.is_there() => {}
            Err(fault) if fault.status == 412 && self.carried.is_none() => {
                return Err(Error::WouldOverwrite(self.name.to_path()));
            }
            Err(fault) => return Err(Error::Object(fault.refusal)),
        }
        if let Some(multipart) = &mut self.multipart {
            multipart.upload.completed();
        }
        Ok(())
    }

    fn put(&mut self) -> Result<Result<(), Fault>> {
        let body = SdkBody::from(std::mem::take(&mut self.buffer));
        let Self { s3, name, .. } = &*self;
        let put = |client: Client| {
            let checksum = checksum(&client);
            let request = client
                .put_object()
                .bucket(&name.bucket)
                .key(&name.key)
                .set_metadata(Some(self.metadata()))
                .body(ByteStream::new(body.try_clone().expect("a body in memory can be sent again")))
                .set_checksum_algorithm(checksum.clone())
                .set_if_none_match(self.no_other())
                .set_if_match(self.only_that());
            let request = match &self.carried {
                Some(carried) => carry!(request, carried),
                None => request,
            };
            async move {
                let request = request.customize();
                if checksum.is_some() { request.disable_payload_signing().send().await } else { request.send().await }
            }
        };
        Ok(call(s3, "PutObject", name, put)?.map(drop))
    }

    fn complete(&mut self) -> Result<Result<(), Fault>> {
        let Self { s3, name, multipart: Some(multipart), .. } = &*self else { unreachable!("there are parts") };
        let parts = CompletedMultipartUpload::builder().set_parts(Some(multipart.done.clone())).build();
        let complete = |client: Client| {
            client
                .complete_multipart_upload()
                .bucket(&name.bucket)
                .key(&name.key)
                .upload_id(multipart.upload.id())
                .multipart_upload(parts.clone())
                .set_if_none_match(self.no_other())
                .set_if_match(self.only_that())
                .send()
        };
        Ok(call(s3, "CompleteMultipartUpload", name, complete)?.map(drop))
    }

    /// The condition that there is no such object.
    fn no_other(&self) -> Option<String> {
        (self.existing == Existing::Refuse).then(|| "*".to_owned())
    }

    /// The condition that the object is the one that was read.
    fn only_that(&self) -> Option<String> {
        self.carried.as_ref().map(|carried| carried.tag.clone())
    }

    /// Whether the last request may have succeeded although it failed: an answer was lost, and the request sent again.
    fn may_have_happened(fault: &Fault) -> bool {
        matches!(
            fault.refusal.kind,
            ObjectRefusalKind::Changed
                | ObjectRefusalKind::UploadGone
                | ObjectRefusalKind::Conflict
                | ObjectRefusalKind::ServiceFault
                | ObjectRefusalKind::Unasked(_)
        )
    }

    fn is_there(&self) -> bool {
        let Self { s3, name, token, .. } = self;
        let head = |client: Client| client.head_object().bucket(&name.bucket).key(&name.key).send();
        let Ok(Ok(answer)) = call(s3, "HeadObject", name, head) else { return false };
        answer.metadata.and_then(|metadata| metadata.get(UPLOAD).map(|found| found == token)).unwrap_or(false)
    }
}

impl WholeObject for Upload {
    fn expect_len(&mut self, len: u64) {
        // As long as needed to stay within the most parts, and no longer.
        let wanted = usize::try_from(len / u64::from(MOST_PARTS - 1)).unwrap_or(usize::MAX);
        self.known_part_len = wanted.max(FIRST).next_multiple_of(1 << 20);
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.has_failed {
            return Err(io::Error::other("it failed before"));
        }
        self.take(bytes).map_err(|error| {
            self.has_failed = true;
            io::Error::other(error)
        })
    }

    fn commit(self: Box<Self>) -> Result<()> {
        if self.has_failed { Err(Error::Write(io::Error::other("it failed before"))) } else { self.finish() }
    }
}

/// The checksum of what is sent, unless the configuration wants none.
fn checksum(client: &Client) -> Option<ChecksumAlgorithm> {
    let is_wanted = client.config().request_checksum_calculation() != Some(&RequestChecksumCalculation::WhenRequired);
    is_wanted.then_some(ChecksumAlgorithm::Crc64Nvme)
}

/// 128 random bits in hexadecimal digits.
fn token() -> String {
    let mut random = [0; 16];
    fill_random(&mut random);
    hexadecimal(&random)
}
