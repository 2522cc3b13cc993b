//! Reading an object: the beginning with one request, a part with one more, and the whole with several at a time.

use std::collections::{HashMap, VecDeque};
use std::io::{self, IoSliceMut, Write as _};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::DateTime;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::task::JoinHandle;

use super::answer_body::body;
use super::call::{ask, call};
use super::fault::fault;
use super::handle::S3;
use super::memory::MemoryShare;
use super::name::ObjectName;
use super::notes::ObjectNotes;
use super::refusals::wrong_answer;
use crate::error::{Error, Result};
use crate::fs::ranged::ReadRange;

/// What the first request reads, in bytes: the head of nearly every file, and the whole of a small one.
const HEAD: u64 = 64 << 10;
/// Bytes of a request where it is not known what is read next.
const SMALL: u64 = 64 << 10;
/// Bytes of a request where everything is read.
const PART: u64 = 4 << 20;
/// The same where other objects take the memory for that.
const SMALL_PART: u64 = 512 << 10;
/// Requests that are under way, or whose answers are kept, at the same time.
const AT_ONCE: usize = 3;

/// An object that is read in ranges. Every range must be of the object that was opened: one that was replaced has another
/// entity tag.
pub(super) struct ObjectReader {
    s3: S3,
    name: ObjectName,
    tag: Option<String>,
    len: u64,
    head: Vec<u8>,
    state: Mutex<ReadState>,
}

#[derive(Default)]
struct ReadState {
    /// In their order, without gaps.
    blocks: VecDeque<ObjectBlock>,
    /// Behind the last byte that was given.
    given: u64,
    /// Length of the last request that was made without an expectation.
    request_len: u64,
    expected: Option<Range<u64>>,
    has_failed: bool,
}

struct ObjectBlock {
    start: u64,
    end: u64,
    data: BlockData,
    _memory: Option<MemoryShare>,
}

enum BlockData {
    UnderWay(JoinHandle<Result<Vec<u8>, RangeFault>>),
    Here(Vec<u8>),
}

/// Why a range did not come.
enum RangeFault {
    Refused(Box<SdkError<GetObjectError, HttpResponse>>),
    /// Another number of bytes than was asked for.
    Length,
}

impl Drop for ObjectBlock {
    fn drop(&mut self) {
        if let BlockData::UnderWay(request) = &self.data {
            request.abort();
        }
    }
}

impl ObjectReader {
    /// Reads the beginning.
    pub(super) fn open(s3: &S3, name: &ObjectName) -> Result<(Self, ObjectNotes)> {
        let get = |client: Client| {
            let request = client.get_object().bucket(&name.bucket).key(&name.key).set_version_id(name.version.clone());
            request.range(format!("bytes=0-{}", HEAD - 1)).send()
        };
        let reader = |tag: Option<String>, len, head| Self {
            s3: s3.clone(),
            name: name.clone(),
            tag,
            len,
            head,
            state: Mutex::default(),
        };
        let answer = match call(s3, "GetObject", name, get)? {
            Ok(answer) => answer,
            // No range is in an object without bytes.
            Err(fault) if fault.status == 416 && name.is_url() => {
                // It permits no other question than to read it.
                let get = |client: Client| client.get_object().bucket(&name.bucket).key(&name.key).send();
                let answer = ask(s3, "GetObject", name, get)?;
                let head = s3.wait(name, body(answer, HEAD))?.map_err(|fault| fault.of(name))?;
                let len = head.len() as u64;
                return Ok((reader(None, len, head), ObjectNotes::default()));
            }
            Err(fault) if fault.status == 416 => {
                let head = |client: Client| {
                    let request = client.head_object().bucket(&name.bucket).key(&name.key);
                    request.set_version_id(name.version.clone()).send()
                };
                let answer = ask(s3, "HeadObject", name, head)?;
                return match answer.content_length {
                    Some(0) => {
                        let notes = notes(answer.metadata.as_ref(), answer.last_modified);
                        Ok((reader(answer.e_tag, 0, Vec::new()), notes))
                    }
                    _ => Err(Error::Object(fault.refusal)),
                };
            }
            Err(fault) => return Err(Error::Object(fault.refusal)),
        };
        let whole_len = answer.content_range.as_deref().and_then(|range| range.rsplit('/').next()?.parse().ok());
        // A weak one matches nothing.
        let tag = answer.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
        let notes = ObjectNotes { tag: tag.clone(), ..notes(answer.metadata.as_ref(), answer.last_modified) };
        let head = s3.wait(name, body(answer, HEAD))?.map_err(|fault| fault.of(name))?;
        let len = whole_len.unwrap_or(head.len() as u64);
        if (head.len() as u64) < len.min(HEAD) {
            return Err(wrong_answer(name, "GetObject", "fewer bytes than were asked for"));
        }
        Ok((reader(tag, len, head), notes))
    }

    fn read(&self, state: &mut ReadState, slices: &mut [IoSliceMut<'_>], offset: u64) -> Result<usize> {
        let in_head = usize::try_from(offset).ok().and_then(|offset| self.head.get(offset..));
        if let Some(ready) = in_head.filter(|ready| !ready.is_empty()) {
            let count = copy(ready, slices);
            state.given = offset + count as u64;
            return Ok(count);
        }
        if !state.blocks.iter().any(|block| block.contains(offset)) {
            state.blocks.clear();
            let end = self.end_of_request(state, offset);
            let memory = self.s3.memory_for_download(end - offset);
            let end = if memory.is_some() { end } else { end.min(offset + SMALL_PART) };
            state.blocks.push_back(self.begin(offset..end, memory)?);
        }
        while state.blocks.front().is_some_and(|block| !block.contains(offset)) {
            state.blocks.pop_front();
        }
        self.read_ahead(state, offset)?;
        let block = state.blocks.front_mut().expect("the block with the offset is there");
        if let BlockData::UnderWay(request) = &mut block.data {
            let data = self.s3.wait(&self.name, request)?.map_err(|_| Error::Interrupted)?;
            block.data = BlockData::Here(data.map_err(|fault| self.refusal(fault))?);
        }
        let BlockData::Here(data) = &block.data else { unreachable!("it was waited for") };
        let within = usize::try_from(offset - block.start).expect("a block fits into memory");
        let count = copy(&data[within..], slices);
        state.given = offset + count as u64;
        Ok(count)
    }

    /// Where a request that begins at `offset` ends.
    fn end_of_request(&self, state: &mut ReadState, offset: u64) -> u64 {
        if let Some(expected) = state.expected.as_ref().filter(|expected| expected.contains(&offset)) {
            return expected.end.min(offset + PART);
        }
        let goes_on = offset == state.given && state.request_len > 0;
        state.request_len = if goes_on { (state.request_len * 8).min(PART) } else { SMALL };
        self.len.min(offset + state.request_len)
    }

    /// Makes the requests for what will be read next.
    fn read_ahead(&self, state: &mut ReadState, offset: u64) -> Result<()> {
        let limit = match &state.expected {
            Some(expected) if expected.contains(&offset) => expected.end,
            _ if state.request_len == PART => self.len,
            _ => return Ok(()),
        };
        while state.blocks.len() < AT_ONCE {
            let start = state.blocks.back().map_or(offset, |block| block.end);
            if start >= limit {
                break;
            }
            let end = limit.min(start + PART);
            let Some(memory) = self.s3.memory_for_download(end - start) else { break };
            state.blocks.push_back(self.begin(start..end, Some(memory))?);
        }
        Ok(())
    }

    fn begin(&self, range: Range<u64>, memory: Option<MemoryShare>) -> Result<ObjectBlock> {
        let client = self.s3.client(&self.name)?;
        let Range { start, end } = range;
        let request = client
            .get_object()
            .bucket(&self.name.bucket)
            .key(&self.name.key)
            .set_version_id(self.name.version.clone())
            .range(format!("bytes={start}-{}", end - 1))
            .set_if_match(self.tag.clone());
        let request = async move {
            let answer = request.send().await.map_err(|error| RangeFault::Refused(Box::new(error)))?;
            let data = body(answer, end - start).await.map_err(|_| RangeFault::Length)?;
            if data.len() as u64 == end - start { Ok(data) } else { Err(RangeFault::Length) }
        };
        let data = BlockData::UnderWay(self.s3.spawn(&self.name, request)?);
        Ok(ObjectBlock { start, end, data, _memory: memory })
    }

    fn refusal(&self, fault_of_range: RangeFault) -> Error {
        match fault_of_range {
            RangeFault::Refused(error) => {
                Error::Object(fault(&self.s3, "GetObject", &self.name.to_string(), &error).refusal)
            }
            RangeFault::Length => wrong_answer(&self.name, "GetObject", "another number of bytes than was asked for"),
        }
    }
}

impl ReadRange for ObjectReader {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
        if offset >= self.len || slices.iter().all(|slice| slice.is_empty()) {
            return Ok(0);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.has_failed {
            return Err(io::Error::other("it failed before"));
        }
        self.read(&mut state, slices, offset).map_err(|error| {
            state.has_failed = true;
            state.blocks.clear();
            io::Error::other(error)
        })
    }

    fn expect(&self, range: Range<u64>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.expected = Some(range.start..range.end.min(self.len));
    }
}

impl ObjectBlock {
    fn contains(&self, offset: u64) -> bool {
        (self.start..self.end).contains(&offset)
    }
}

fn notes(metadata: Option<&HashMap<String, String>>, written: Option<DateTime>) -> ObjectNotes {
    ObjectNotes::from_metadata(metadata, written.and_then(|time| SystemTime::try_from(time).ok()))
}

fn copy(mut ready: &[u8], slices: &mut [IoSliceMut<'_>]) -> usize {
    let mut count = 0;
    for slice in slices {
        count += (&mut **slice).write(ready).map_or(0, |copied| {
            ready = &ready[copied..];
            copied
        });
    }
    count
}
