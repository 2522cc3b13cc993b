//! Writing an object: with one request if it is short, else in parts that are under way at the same time.
//!
//! Nothing is visible before the last request. It names the condition that there is no such object, which S3 checks itself:
//! of two programs that write the same object one is refused.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::upload_part::{UploadPartError, UploadPartOutput};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::task::{AbortHandle, JoinHandle};

use super::call::{ask, call};
use super::carried::{Carried, carry};
use super::fault::{Fault, fault};
use super::handle::S3;
use super::memory::MemoryShare;
use super::name::ObjectName;
use super::notes::{ObjectNotes, OldVersion};
use super::part::{Part, PartFiller, PiecePool};
use super::part_sizes::{LONGEST_IN_MEMORY, LONGEST_OBJECT, MOST_PARTS, part_len, part_len_of, parts_at_once};
use super::refusals::{too_large, wrong_answer};
use super::resumption::Resumption;
use super::unfinished::OwnUpload;
use crate::crypto::{fill_random, hexadecimal};
use crate::error::{Error, ObjectRefusalKind, Result};
use crate::fs::atomic::Existing;
use crate::storage::object::WholeObject;

/// Metadata of an object that tells which upload made it. Where the answer to the last request was lost, it shows whether the
/// object is ours.
pub(super) const UPLOAD: &str = "kenc-upload";

/// By how much a successor is longer than what it replaces, as far as its head alone is another one, in bytes.
const LONGER_HEAD: u64 = 64 << 10;

/// An object that is written.
pub(super) struct Upload {
    s3: S3,
    name: ObjectName,
    existing: Existing,
    notes: ObjectNotes,
    /// The object that it replaces, if only that one may be replaced.
    carried: Option<Carried>,
    /// What becomes of that.
    old: OldVersion,
    /// Random, and in the metadata.
    token: String,
    /// The part that is filled.
    filler: Option<PartFiller>,
    pool: PiecePool,
    /// What its parts may take, from the first byte on.
    memory: Option<MemoryShare>,
    multipart: Option<Multipart>,
    /// The length of the object, as far as it was known before.
    expected: Option<u64>,
    /// What is kept of it, if a later run may go on with it.
    resumption: Option<Resumption>,
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

impl Multipart {
    fn new(upload: OwnUpload) -> Self {
        Self { upload, under_way: VecDeque::new(), done: Vec::new(), count: 0, len: 0 }
    }
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
            old: OldVersion::default(),
            token: token(),
            filler: None,
            pool: PiecePool::default(),
            memory: None,
            multipart: None,
            expected: None,
            resumption: None,
            has_failed: false,
        }
    }

    /// The same, and its parts stay if it fails.
    pub(super) fn kept_by(self, resumption: Resumption) -> Self {
        Self { resumption: Some(resumption), ..self }
    }

    /// Goes on with an upload of an earlier run.
    pub(super) fn go_on(&mut self, id: String, token: String) {
        let mut upload = OwnUpload::new(&self.s3, self.name.clone(), id);
        upload.keep();
        self.multipart = Some(Multipart::new(upload));
        self.token = token;
    }

    /// Begins the successor of an object.
    pub(super) fn replacing(s3: &S3, name: &ObjectName, carried: Carried, old: OldVersion) -> Self {
        // About as long: without that, a short object would take the memory of a long one, and others would wait for it.
        let expected = Some(carried.len.saturating_add(LONGER_HEAD));
        let upload = Self::new(s3, name, Existing::Replace, ObjectNotes::default());
        Self { carried: Some(carried), old, expected, ..upload }
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

    /// Length of the next part, if nothing ends it before.
    fn part_len(&self) -> u64 {
        let number = self.multipart.as_ref().map_or(0, |multipart| multipart.count) + 1;
        self.expected.map_or_else(|| part_len(number), part_len_of)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.filler.as_ref().is_some_and(PartFiller::is_full) {
            self.send_part()?;
        }
        self.filler()?.take(bytes).map_err(no_scratch_space)
    }

    fn filler(&mut self) -> Result<&mut PartFiller> {
        if self.memory.is_none() {
            let most = part_len(1) * parts_at_once(part_len(1)) as u64;
            self.memory = Some(self.s3.memory_for_upload(self.expected.map_or(most, |len| len.min(most)))?);
        }
        if self.filler.is_none() {
            let filler = PartFiller::new(self.part_len(), &self.pool).map_err(no_scratch_space)?;
            self.filler = Some(if self.resumption.is_some() { filler.with_digest() } else { filler });
        }
        Ok(self.filler.as_mut().expect("it was just made, or there before"))
    }

    /// The part that was filled.
    fn filled(&mut self) -> Result<Part> {
        self.filler()?;
        let filler = self.filler.take().expect("it was just made, or there before");
        filler.finish().map_err(no_scratch_space)
    }

    /// Sends the part that is filled, as soon as there is room for the next one.
    fn send_part(&mut self) -> Result<()> {
        if self.multipart.is_none() {
            self.multipart = Some(self.begin_parts()?);
        }
        let under_way = parts_at_once(self.part_len()) - 1;
        self.wait_for_parts(under_way - 1)?;
        let part = self.filled()?;
        let Self { s3, name, multipart: Some(multipart), resumption, .. } = self else {
            unreachable!("it was just begun");
        };
        multipart.len += part.len;
        if multipart.count == MOST_PARTS || multipart.len > LONGEST_OBJECT {
            return Err(too_large(name));
        }
        multipart.count += 1;
        if let Some(resumption) = resumption
            && let Some(there) = resumption.check(name, multipart.count, &part)?
        {
            multipart.done.push(there);
            return Ok(());
        }
        let number = i32::try_from(multipart.count).expect("there are at most 10 000 parts");
        let client = s3.client(name)?;
        let ChecksummedBody { body, algorithm, checksum } = ChecksummedBody::new(&part, &client);
        let limits = client.config().timeout_config().cloned();
        let request = client
            .upload_part()
            .bucket(&name.bucket)
            .key(&name.key)
            .upload_id(multipart.upload.id())
            .part_number(number)
            .body(body)
            .set_checksum_algorithm(algorithm)
            .set_checksum_crc64_nvme(checksum.clone());
        let request = async move {
            let mut request = request.customize();
            // It is kept until the server has it.
            if let Some(limits) = limits_for(part.len, limits) {
                request = request.config_override(aws_sdk_s3::config::Builder::new().timeout_config(limits));
            }
            // The checksum is signed, so the payload need not be.
            if checksum.is_some() { request.disable_payload_signing().send().await } else { request.send().await }
        };
        multipart.under_way.push_back((number, s3.spawn(name, request)?));
        Ok(())
    }

    fn begin_parts(&mut self) -> Result<Multipart> {
        let Self { s3, name, .. } = &*self;
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
        let mut upload = OwnUpload::new(s3, name.clone(), id);
        let part_len = self.part_len();
        if let Some(resumption) = &mut self.resumption {
            // An upload that could not be noted is aborted.
            resumption.begin(upload.id(), &self.token, part_len)?;
            upload.keep();
        }
        Ok(Multipart::new(upload))
    }

    /// Waits until at most `most` parts are under way.
    fn wait_for_parts(&mut self, most: usize) -> Result<()> {
        let Self { s3, name, multipart: Some(multipart), resumption, .. } = self else { return Ok(()) };
        while multipart.under_way.len() > most {
            let Some((number, part)) = multipart.under_way.front_mut() else { break };
            let outcome = s3.wait(name, part)?.map_err(|_| Error::Interrupted)?;
            let number = *number;
            multipart.under_way.pop_front();
            let done =
                outcome.map_err(|error| Error::Object(fault(s3, "UploadPart", &name.to_string(), &error).refusal))?;
            if let Some(resumption) = resumption {
                resumption.sent(number, done.e_tag.as_deref())?;
            }
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
            if self.filler.is_some() {
                self.send_part()?;
            }
            self.wait_for_parts(0)?;
            self.complete()?
        } else {
            self.put()?
        };
        let version = match outcome {
            Ok(version) => version,
            Err(fault) => match Some(()).filter(|()| Self::may_have_happened(&fault)).and_then(|()| self.found()) {
                Some(FinishedObject { version }) => version,
                None if fault.status == 412 && self.carried.is_none() => {
                    return Err(Error::WouldOverwrite(self.name.to_path()));
                }
                None => return Err(Error::Object(fault.refusal)),
            },
        };
        if let Some(multipart) = &mut self.multipart {
            multipart.upload.completed();
        }
        let Self { s3, name, carried, old, .. } = &self;
        carried.as_ref().map_or(Ok(()), |carried| s3.dispose_of_old_version(name, carried, version.as_deref(), *old))
    }

    /// Returns the version that it is, if the bucket keeps versions.
    fn put(&mut self) -> Result<Result<Option<String>, Fault>> {
        let part = self.filled()?;
        let Self { s3, name, .. } = &*self;
        let put = |client: Client| {
            let ChecksummedBody { body, algorithm, checksum } = ChecksummedBody::new(&part, &client);
            let request = client
                .put_object()
                .bucket(&name.bucket)
                .key(&name.key)
                .set_metadata(Some(self.metadata()))
                .body(body)
                .set_checksum_algorithm(algorithm)
                .set_checksum_crc64_nvme(checksum.clone())
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
        Ok(call(s3, "PutObject", name, put)?.map(|done| done.version_id))
    }

    fn complete(&mut self) -> Result<Result<Option<String>, Fault>> {
        let Some(multipart) = &mut self.multipart else { unreachable!("there are parts") };
        // Those that were there already came before others that were still under way.
        multipart.done.sort_by_key(CompletedPart::part_number);
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
        Ok(call(s3, "CompleteMultipartUpload", name, complete)?.map(|done| done.version_id))
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

    /// Whether the object is ours. If so, also which version it is, if the bucket keeps versions.
    fn found(&self) -> Option<FinishedObject> {
        let Self { s3, name, token, .. } = self;
        let head = |client: Client| client.head_object().bucket(&name.bucket).key(&name.key).send();
        let answer = call(s3, "HeadObject", name, head).ok()?.ok()?;
        let is_ours = answer.metadata.and_then(|metadata| metadata.get(UPLOAD).map(|found| found == token));
        is_ours.unwrap_or(false).then_some(FinishedObject { version: answer.version_id })
    }
}

impl WholeObject for Upload {
    fn expect_len(&mut self, len: u64) {
        self.expected = Some(len);
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

/// An object that an upload has become.
struct FinishedObject {
    /// Which one, if the bucket keeps versions.
    version: Option<String>,
}

/// A part as it is sent, with what shows the server that it arrived as it was.
struct ChecksummedBody {
    body: ByteStream,
    algorithm: Option<ChecksumAlgorithm>,
    checksum: Option<String>,
}

impl ChecksummedBody {
    fn new(part: &Part, client: &Client) -> Self {
        let algorithm = checksum(client);
        let checksum = algorithm.is_some().then(|| part.checksum.clone());
        // Without a checksum, the signature covers the bytes, and so it is made from all of them.
        let in_one = if checksum.is_none() { part.body_in_one() } else { None };
        let body = ByteStream::new(in_one.unwrap_or_else(|| part.body()));
        Self { body, algorithm, checksum }
    }
}

/// A part that is longer than all that the usual limits are made for gets more time: a second for each mebibyte.
fn limits_for(len: u64, limits: Option<TimeoutConfig>) -> Option<TimeoutConfig> {
    let limits = limits.filter(|_| len > LONGEST_IN_MEMORY)?;
    let way = Duration::from_secs(len >> 20);
    let answer = limits.read_timeout().unwrap_or_default();
    Some(limits.to_builder().read_timeout(answer + way).build())
}

fn no_scratch_space(error: io::Error) -> Error {
    Error::io("keep a part of an object in a temporary file", error)
}

/// 128 random bits in hexadecimal digits.
fn token() -> String {
    let mut random = [0; 16];
    fill_random(&mut random);
    hexadecimal(&random)
}
