//! What opens the body of a message, and checks its signature.

use std::sync::{Mutex, PoisonError};

use crate::crypto::message_key::MessageKey;
use crate::crypto::signature::{MessageDigest, VerifyingKey};
use crate::formats::esdk::header::{BodyContent, MessageLimits};

/// Opens the body of one message.
pub struct MessageCipher {
    pub(super) key: MessageKey,
    pub(super) content: BodyContent,
    /// Where the body begins in the message, in bytes.
    pub(super) start: u64,
    pub(super) signature: Option<SignatureCheck>,
    pub(super) limits: MessageLimits,
}

/// What verifies the signature of a message.
#[derive(Debug)]
pub(super) struct SignatureCheck {
    key: VerifyingKey,
    /// What was hashed of the head.
    head: MessageDigest,
}

/// The signature of a message, as its body is read.
pub(super) struct RunningSignatureCheck {
    key: VerifyingKey,
    state: Mutex<SignatureState>,
}

enum SignatureState {
    Hashing(Box<MessageDigest>),
    Verified,
    Failed,
}

impl SignatureCheck {
    pub(super) fn new(key: VerifyingKey, head: MessageDigest) -> Self {
        Self { key, head }
    }

    pub(super) fn begin(&self) -> RunningSignatureCheck {
        let state = Mutex::new(SignatureState::Hashing(Box::new(self.head.clone())));
        RunningSignatureCheck { key: self.key.clone(), state }
    }
}

impl RunningSignatureCheck {
    /// Hashes the next bytes of the body.
    pub(super) fn update(&self, bytes: &[u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let SignatureState::Hashing(digest) = &mut *state {
            digest.update(bytes);
        }
    }

    /// Checks the signature over everything that was hashed.
    pub(super) fn finish(&self, signature: Option<&[u8]>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let hashed = std::mem::replace(&mut *state, SignatureState::Failed);
        if let (SignatureState::Hashing(digest), Some(signature)) = (hashed, signature)
            && self.key.verify(*digest, signature).is_ok()
        {
            *state = SignatureState::Verified;
        }
    }

    pub(super) fn is_verified(&self) -> bool {
        matches!(*self.state.lock().unwrap_or_else(PoisonError::into_inner), SignatureState::Verified)
    }
}

impl MessageCipher {
    pub(super) fn new(
        key: MessageKey,
        content: BodyContent,
        start: u64,
        signature: Option<SignatureCheck>,
        limits: MessageLimits,
    ) -> Self {
        Self { key, content, start, signature, limits }
    }

    /// Whether the message ends with a signature.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.signature.is_some()
    }
}
