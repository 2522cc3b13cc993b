//! The parts of an upload: filled piece by piece, kept until the server has them, and sent as often as it takes.
//!
//! A part is not one block of memory but many pieces, which are sent where they stand and serve again for the next part. One that is
//! too long for memory is kept in scratch space that only this process can read.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_smithy_checksums::{ChecksumAlgorithm, http::HttpChecksum};
use aws_smithy_types::body::SdkBody;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::part_sizes::LONGEST_IN_MEMORY;
use crate::crypto::digest::SentDigest;
use crate::fs::sealed_scratch::{SCRATCH_BLOCK, ScratchWriter, SealedScratch};

/// Bytes of a piece.
const PIECE: usize = SCRATCH_BLOCK;

/// Pieces that can be filled again.
#[derive(Clone, Default)]
pub(super) struct PiecePool(Arc<Mutex<Vec<Vec<u8>>>>);

impl PiecePool {
    fn piece(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// A piece that goes back to its pool when nobody sends it any more.
struct PooledPiece {
    bytes: Vec<u8>,
    pool: PiecePool,
}

impl AsRef<[u8]> for PooledPiece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for PooledPiece {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        self.pool.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

/// A part that is filled.
pub(super) struct PartFiller {
    limit: u64,
    len: u64,
    checksum: Box<dyn HttpChecksum>,
    digest: Option<SentDigest>,
    filling: Filling,
}

enum Filling {
    Memory { pieces: Vec<Bytes>, last: Vec<u8>, pool: PiecePool },
    Scratch(ScratchWriter),
}

impl PartFiller {
    /// For at most `limit` bytes.
    ///
    /// # Errors
    /// If it needs scratch space, and there is none.
    pub(super) fn new(limit: u64, pool: &PiecePool) -> io::Result<Self> {
        let filling = if limit > LONGEST_IN_MEMORY {
            Filling::Scratch(ScratchWriter::new()?)
        } else {
            Filling::Memory { pieces: Vec::new(), last: pool.piece(), pool: pool.clone() }
        };
        Ok(Self { limit, len: 0, checksum: ChecksumAlgorithm::Crc64Nvme.into_impl(), digest: None, filling })
    }

    /// The same for a part that a later run may have to compare.
    pub(super) fn with_digest(self) -> Self {
        Self { digest: Some(SentDigest::default()), ..self }
    }

    pub(super) fn is_full(&self) -> bool {
        self.len == self.limit
    }

    /// Takes some of `bytes`, if it is not full.
    ///
    /// # Errors
    /// Those of the scratch space.
    pub(super) fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = usize::try_from(self.limit - self.len).unwrap_or(usize::MAX);
        let bytes = &bytes[..bytes.len().min(room)];
        let count = match &mut self.filling {
            Filling::Memory { pieces, last, pool } => {
                if last.len() == PIECE {
                    pieces.push(piece(std::mem::replace(last, pool.piece()), pool));
                }
                let count = bytes.len().min(PIECE - last.len());
                if last.len() + count > last.capacity() {
                    let wanted = (last.capacity() * 2).max(last.len() + count).min(PIECE);
                    last.reserve_exact(wanted - last.len());
                }
                last.extend_from_slice(&bytes[..count]);
                count
            }
            Filling::Scratch(scratch) => scratch.write(bytes)?,
        };
        self.checksum.update(&bytes[..count]);
        if let Some(digest) = &mut self.digest {
            digest.update(&bytes[..count]);
        }
        self.len += count as u64;
        Ok(count)
    }

    /// Ends it.
    ///
    /// # Errors
    /// Those of the scratch space.
    pub(super) fn finish(self) -> io::Result<Part> {
        let Self { len, checksum, digest, filling, limit: _ } = self;
        let content = match filling {
            Filling::Memory { mut pieces, last, pool } => {
                pieces.push(piece(last, &pool));
                KeptPart::Memory(pieces)
            }
            Filling::Scratch(scratch) => KeptPart::Scratch(scratch.finish()?),
        };
        let checksum = BASE64_STANDARD.encode(checksum.finalize());
        Ok(Part { content: Arc::new(content), len, checksum, digest: digest.map(SentDigest::finish) })
    }
}

fn piece(bytes: Vec<u8>, pool: &PiecePool) -> Bytes {
    Bytes::from_owner(PooledPiece { bytes, pool: pool.clone() })
}

/// A part that is complete.
pub(super) struct Part {
    content: Arc<KeptPart>,
    /// In bytes.
    pub(super) len: u64,
    /// CRC64NVME, as a header has it.
    pub(super) checksum: String,
    /// SHA-256, of a part that a later run may have to compare.
    pub(super) digest: Option<[u8; 32]>,
}

enum KeptPart {
    Memory(Vec<Bytes>),
    Scratch(SealedScratch),
}

impl KeptPart {
    fn piece(&self, number: usize) -> io::Result<Bytes> {
        match self {
            Self::Memory(pieces) => Ok(pieces.get(number).cloned().unwrap_or_default()),
            Self::Scratch(scratch) => scratch.block(number as u64).map(Bytes::from),
        }
    }
}

impl Part {
    /// What is sent, from the beginning each time.
    pub(super) fn body(&self) -> SdkBody {
        let (content, len) = (Arc::clone(&self.content), self.len);
        SdkBody::retryable(move || {
            SdkBody::from_body_1_x(PartBody { content: Arc::clone(&content), next: 0, left: len })
        })
    }

    /// The same as one block, whose hash can be signed. `None` if it is too long for memory.
    pub(super) fn body_in_one(&self) -> Option<SdkBody> {
        match &*self.content {
            KeptPart::Memory(pieces) => Some(SdkBody::from(pieces.concat())),
            KeptPart::Scratch(_) => None,
        }
    }
}

struct PartBody {
    content: Arc<KeptPart>,
    next: usize,
    left: u64,
}

impl Body for PartBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let piece = match self.content.piece(self.next) {
            Ok(piece) if piece.is_empty() => return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
            Ok(piece) => piece,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        self.next += 1;
        self.left = self.left.saturating_sub(piece.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::byte_stream::ByteStream;

    use super::*;

    /// What comes out of a body.
    fn sent(body: SdkBody) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(ByteStream::new(body).collect()).unwrap().to_vec()
    }

    #[test]
    fn a_part_is_sent_again_from_its_beginning_wherever_it_is_kept() {
        let pool = PiecePool::default();
        for limit in [1, 1000, PIECE as u64, 3 * PIECE as u64 + 7, LONGEST_IN_MEMORY + 1] {
            let content: Vec<u8> = (0..1 << 20).map(|at: u32| u8::try_from(at % 253).unwrap()).collect();
            let mut filler = PartFiller::new(limit, &pool).unwrap();
            let mut taken = 0;
            while !filler.is_full() && taken < content.len() {
                taken += filler.take(&content[taken..content.len().min(taken + 100_000)]).unwrap();
            }
            let part = filler.finish().unwrap();
            assert_eq!(part.len, limit.min(1 << 20));
            let mut checksum = ChecksumAlgorithm::Crc64Nvme.into_impl();
            checksum.update(&content[..taken]);
            assert_eq!(part.checksum, BASE64_STANDARD.encode(checksum.finalize()));
            let body = part.body();
            assert_eq!(body.content_length(), Some(part.len));
            let again = body.try_clone().unwrap();
            assert!(sent(body) == content[..taken] && sent(again) == content[..taken]);
            assert!(part.body_in_one().is_none_or(|body| sent(body) == content[..taken]));
        }
    }

    #[test]
    fn pieces_serve_again() {
        let pool = PiecePool::default();
        for _ in 0..5 {
            let mut filler = PartFiller::new(3 * PIECE as u64, &pool).unwrap();
            while !filler.is_full() {
                filler.take(&[0; 10_000]).unwrap();
            }
            drop(filler.finish().unwrap());
        }
        assert_eq!(pool.0.lock().unwrap().len(), 3);
    }
}
