//! The bytes of an answer: no more than were asked for, whatever the server sends.

use std::error::Error as StdError;
use std::io;

use aws_sdk_s3::operation::get_object::GetObjectOutput;

use super::name::ObjectName;
use super::refusals::wrong_answer;
use crate::error::Error;

/// Why the bytes of an answer were not read.
pub(super) enum BodyFault {
    Broken(Box<dyn StdError + Send + Sync>),
    /// There are more than were asked for.
    TooLong,
}

impl BodyFault {
    /// As an error of reading an object.
    pub(super) fn of(self, name: &ObjectName) -> Error {
        match self {
            Self::Broken(error) => Error::Read(io::Error::other(error)),
            Self::TooLong => wrong_answer(name, "GetObject", "more bytes than were asked for"),
        }
    }
}

/// The bytes of an answer, at most `most`.
pub(super) async fn body(answer: GetObjectOutput, most: u64) -> Result<Vec<u8>, BodyFault> {
    body_behind(Vec::new(), answer, most).await
}

/// The same behind `start`, in one block of the length that both need.
pub(super) async fn body_behind(start: Vec<u8>, answer: GetObjectOutput, most: u64) -> Result<Vec<u8>, BodyFault> {
    let (mut bytes, mut body, mut left) = (start, answer.body, most);
    let expected = body.size_hint().0.min(most);
    bytes.reserve_exact(usize::try_from(expected).unwrap_or(0));
    while let Some(piece) = body.try_next().await.map_err(|error| BodyFault::Broken(error.into()))? {
        left = left.checked_sub(piece.len() as u64).ok_or(BodyFault::TooLong)?;
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::primitives::ByteStream;

    use super::*;

    #[test]
    fn no_more_is_kept_of_an_answer_than_was_asked_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = |start: &[u8], len: usize, most| {
            let answer = GetObjectOutput::builder().body(ByteStream::from(vec![7; len])).build();
            runtime.block_on(body_behind(start.to_vec(), answer, most))
        };
        for len in [0, 1, 99, 100] {
            let bytes = read(b"head", len, 100).ok().unwrap();
            assert_eq!((bytes.len(), bytes.capacity()), (4 + len, 4 + len));
            assert!(bytes.starts_with(b"head") && bytes[4..].iter().all(|byte| *byte == 7));
        }
        for len in [101, 1 << 20] {
            assert!(matches!(read(b"", len, 100), Err(BodyFault::TooLong)));
        }
    }
}
