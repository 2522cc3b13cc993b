//! What can be wrong with a well-formed file: it was changed.

/// The input is well formed, but something in it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// A chunk does not authenticate.
    #[error("{}", of_chunk(*chunk, *offset, *end))]
    Chunk {
        /// Number of the chunk, from 0.
        chunk: u64,
        /// Where it starts in the (unarmored) file.
        offset: u64,
        /// Where the file ends, if it ends within this chunk: then it was probably cut off.
        end: Option<u64>,
        /// How many plaintext bytes before it were authentic.
        authentic: u64,
    },
    /// The payload ends before its last chunk.
    #[error("the file is cut off: it ends at byte {offset}")]
    CutOff {
        /// Length of what is there, in bytes of the (unarmored) file.
        offset: u64,
        /// How many plaintext bytes before it were authentic.
        authentic: u64,
    },
    /// The payload has more chunks than the format permits.
    #[error("the payload has more than 2^38 chunks")]
    TooLong,
    /// The header of a message of the AWS Encryption SDK does not authenticate.
    #[error("the header is not authentic: it was changed, or -c must give other pairs that are not stored in it")]
    Header,
    /// A frame of such a message does not authenticate.
    #[error("frame {frame} is not authentic: the file was changed or damaged at about byte {offset}")]
    Frame {
        /// Number of the frame, from 1.
        frame: u64,
        /// Where it starts in the file, without base64.
        offset: u64,
        /// How many plaintext bytes before it were authentic.
        authentic: u64,
    },
    /// The body of such a message does not have the form that it must have.
    #[error("{fault}, at byte {offset}")]
    Body {
        /// What is wrong.
        fault: &'static str,
        /// Where, in the file without base64.
        offset: u64,
        /// How many plaintext bytes before it were authentic.
        authentic: u64,
    },
    /// The signature of such a message does not hold.
    #[error("the signature is not valid: the file was changed")]
    Signature,
    /// Such a message would have more frames than can be numbered.
    #[error("the message has too many frames: choose a greater frame length")]
    TooManyFrames,
}

impl AuthenticationError {
    /// How many plaintext bytes before the fault were authentic.
    #[must_use]
    pub fn authentic(&self) -> u64 {
        match *self {
            Self::Chunk { authentic, .. }
            | Self::CutOff { authentic, .. }
            | Self::Frame { authentic, .. }
            | Self::Body { authentic, .. } => authentic,
            Self::TooLong | Self::Header | Self::Signature | Self::TooManyFrames => 0,
        }
    }
}

fn of_chunk(chunk: u64, offset: u64, end: Option<u64>) -> String {
    match end {
        Some(end) => format!("the file is cut off or damaged: it ends at byte {end}, within chunk {chunk}"),
        None => format!("chunk {chunk} is not authentic: the file was changed or damaged at about byte {offset}"),
    }
}
