//! Moving a wrapped key to other keys inside AWS KMS: the data key never reaches us.

use std::sync::Arc;

use super::key::{AWS_KMS, KmsKey, kms_key};
use super::service::AwsKms;
use crate::error::{KeyAttempt, KeyRefusal, ReEncryptRefusal, Result};
use crate::keys::provider::{Rewrapping, cannot_wrap};
use crate::keys::race::Patience;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Wraps inside KMS, if a wrapped key is in the same region as all wanted keys.
pub(super) fn rewrap(rewrapping: &Rewrapping<'_>, attempts: &mut Vec<KeyAttempt>) -> Result<Option<Vec<WrappedKey>>> {
    let Rewrapping { credentials, wrapped, context: _, wanted, key_to_ask, cache: _ } = rewrapping;
    let kms = credentials.kms;
    let destinations: Vec<KmsKey> = wanted.iter().map(|key| kms_key(key)).collect();
    let region_of =
        |key: &KmsKey| kms.region_of(key).map_err(|refusal| cannot_wrap(&KeySpec::from(key.clone()), refusal));
    let mut regions = destinations.iter().map(region_of).collect::<Result<Vec<String>>>()?;
    regions.dedup();
    let [region] = &regions[..] else { return Ok(None) };
    let patience = Patience::new(kms.timeout());
    for (slot, key) in wrapped.iter().enumerate().filter(|(_, key)| key.provider == AWS_KMS) {
        let Ok(Some(source)) = key_to_ask(key) else { continue };
        let source = kms_key(&source);
        if source.region() != Some(region) {
            continue;
        }
        // One caller needs both keys.
        let service = kms.for_key(&source);
        let is_shared = |key: &KmsKey| match (kms.for_key(key), &service) {
            (Some(other), Some(service)) => Arc::ptr_eq(&other, service),
            (other, service) => other.is_none() && service.is_none(),
        };
        if !destinations.iter().all(is_shared) {
            continue;
        }
        let mut refused = |refusal: KeyRefusal| {
            let WrappedKey { provider, key_id, .. } = key.clone();
            attempts.push(KeyAttempt { slot, provider, key_id, refusal });
        };
        if let Some(refusal) = patience.refusal() {
            refused(refusal);
            continue;
        }
        match re_encrypt(service.as_deref().unwrap_or(kms), rewrapping, (&source, key), &destinations, &patience) {
            Ok(made) => return Ok(Some(made)),
            // A stand-in for KMS may not have the operation at all: then nothing was refused.
            Err((_, ReEncryptRefusal::Source(refusal))) if refusal.is_unknown_operation() => return Ok(None),
            Err((_, ReEncryptRefusal::Source(refusal))) => refused(refusal.into()),
            Err((destination, ReEncryptRefusal::Destination(refusal))) => {
                return Err(cannot_wrap(&KeySpec::from(destination.clone()), refusal));
            }
        }
    }
    Ok(None)
}

fn re_encrypt<'k>(
    kms: &AwsKms,
    rewrapping: &Rewrapping<'_>,
    (source, key): (&KmsKey, &WrappedKey),
    destinations: &'k [KmsKey],
    patience: &Patience,
) -> Result<Vec<WrappedKey>, (&'k KmsKey, ReEncryptRefusal)> {
    let Rewrapping { context, cache, .. } = rewrapping;
    let to = |destination: &'k KmsKey| {
        let ask = || kms.re_encrypt_within(source, &key.ciphertext, destination, context, patience);
        cache.re_encrypted(source, key, destination, context, ask).map_err(|refusal| (destination, refusal))
    };
    destinations.iter().map(to).collect()
}
