//! Wrapping under several keys of AWS KMS at the same time.

use std::sync::Arc;

use super::key::kms_key;
use super::service::AwsKms;
use crate::error::Result;
use crate::keys::provider::{Wrapping, cannot_wrap};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;
use crate::threads;

/// Most keys that are asked at the same time for one document, so that a long list starts no crowd of threads.
const AT_ONCE: usize = 32;

/// Wraps the data key of a file, with the context of the file.
pub(super) fn for_file(kms: &AwsKms, wrappings: &[Wrapping<'_>]) -> Result<Vec<WrappedKey>> {
    let Some(Wrapping { key: first, secret }) = wrappings.first() else { return Ok(Vec::new()) };
    let keys: Vec<_> = wrappings.iter().map(|wrapping| kms_key(&wrapping.key.key)).collect();
    let services: Vec<_> = keys.iter().map(|key| kms.for_key(key)).collect();
    if services.iter().any(Option::is_some) {
        return each(kms, wrappings, &services);
    }
    let keys: Vec<_> = keys.iter().collect();
    let wrapped = kms.encrypt_all(&keys, secret, &first.access.context);
    wrapped.map_err(|(key, refusal)| cannot_wrap(&KeySpec::from(key.clone()), refusal))
}

/// Wraps the secrets of the groups of a document, each with the context, role and profile of its key.
pub(super) fn for_document(kms: &AwsKms, wrappings: &[Wrapping<'_>]) -> Result<Vec<WrappedKey>> {
    let services: Vec<_> = wrappings.iter().map(|wrapping| kms.acting_as(&wrapping.key.access)).collect();
    each(kms, wrappings, &services)
}

/// Wraps each secret with a service of its own, several at the same time.
fn each(kms: &AwsKms, wrappings: &[Wrapping<'_>], services: &[Option<Arc<AwsKms>>]) -> Result<Vec<WrappedKey>> {
    let mut wrapped = Vec::with_capacity(wrappings.len());
    for (some, services) in wrappings.chunks(AT_ONCE).zip(services.chunks(AT_ONCE)) {
        let answers = std::thread::scope(|scope| {
            let mut running = Vec::with_capacity(some.len());
            for (&Wrapping { key, secret }, service) in some.iter().zip(services) {
                let service = service.as_deref().unwrap_or(kms);
                let ask = move || service.encrypt_secret(&kms_key(&key.key), secret, &key.access.context);
                // Without a thread of its own it is asked when it is its turn.
                running.push(threads::spawn_scoped(scope, ask).map_err(|_| ask));
            }
            let answers = running.into_iter().map(|call| match call {
                Ok(call) => call.join().expect("a call to KMS does not panic"),
                Err(ask) => ask(),
            });
            answers.collect::<Vec<_>>()
        });
        for (wrapping, answer) in some.iter().zip(answers) {
            wrapped.push(answer.map_err(|refusal| cannot_wrap(&wrapping.key.key, refusal))?);
        }
    }
    Ok(wrapped)
}
