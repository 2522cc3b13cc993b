//! Refusals that say something about other wrapped keys.

use super::fingerprint::{Fingerprint, of_context};
use crate::context::EncryptionContext;
use crate::error::{KmsRefusal, KmsRefusalKind};
use crate::keys::aws_kms::key::KmsKey;

/// Most refusals that are kept.
const MOST_REFUSALS: usize = 1024;

/// Refusals of keys, for what they say about other wrapped keys of the same key.
#[derive(Default)]
pub(super) struct Refusals(Vec<KnownRefusal>);

struct KnownRefusal {
    refusal: KmsRefusal,
    context: Fingerprint,
}

impl Refusals {
    /// The refusal that says what a key will answer in this context.
    pub(super) fn of(&self, key: &KmsKey, context: &EncryptionContext) -> Option<KmsRefusal> {
        let (key, context) = (key.to_string(), of_context(context));
        let says_the_same = |known: &&KnownRefusal| {
            known.refusal.key == key && (reach(known.refusal.kind) == Reach::Key || known.context == context)
        };
        self.0.iter().find(says_the_same).map(|known| known.refusal.clone())
    }

    pub(super) fn add(&mut self, refusal: &KmsRefusal, context: &EncryptionContext) {
        if self.0.len() < MOST_REFUSALS {
            self.0.push(KnownRefusal { refusal: refusal.clone(), context: of_context(context) });
        }
    }
}

/// How much a refusal tells.
#[derive(PartialEq, Eq)]
pub(super) enum Reach {
    ThisWrappedKey,
    /// Every wrapped key of this key of KMS in the same context: a permission may depend on that.
    KeyInThisContext,
    /// Every wrapped key of this key of KMS.
    Key,
    /// Every key in this region.
    Region,
}

pub(super) fn reach(kind: KmsRefusalKind) -> Reach {
    match kind {
        KmsRefusalKind::Denied => Reach::KeyInThisContext,
        KmsRefusalKind::Disabled
        | KmsRefusalKind::PendingDeletion
        | KmsRefusalKind::InvalidState
        | KmsRefusalKind::NotFound
        | KmsRefusalKind::InvalidKeyUsage => Reach::Key,
        KmsRefusalKind::NoCredentials
        | KmsRefusalKind::ExpiredCredentials
        | KmsRefusalKind::RejectedCredentials
        | KmsRefusalKind::RoleRefused
        | KmsRefusalKind::CodeNeeded
        | KmsRefusalKind::NotLogged
        | KmsRefusalKind::TimedOut => Reach::Region,
        KmsRefusalKind::InvalidCiphertext
        | KmsRefusalKind::WrongKey
        | KmsRefusalKind::WrongAnswer
        | KmsRefusalKind::Throttled
        | KmsRefusalKind::NoRegion
        | KmsRefusalKind::Network
        | KmsRefusalKind::ServiceFault
        | KmsRefusalKind::NotInThisBuild
        | KmsRefusalKind::Other => Reach::ThisWrappedKey,
    }
}
