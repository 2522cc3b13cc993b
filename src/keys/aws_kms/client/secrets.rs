//! What the keys of documents need of AWS KMS: wrapping data keys and shares alike, each in the name of its own role.

use aws_sdk_kms::primitives::Blob;
use zeroize::Zeroizing;

use super::answer;
use crate::context::EncryptionContext;
use crate::error::KmsRefusal;
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::aws_kms::service::AwsKms;
use crate::keys::race::Patience;
use crate::keys::wrapped::WrappedKey;

impl AwsKms {
    /// Wraps `secret` under `key` with `context`. May be called from several threads at the same time.
    pub(in crate::keys) fn encrypt_secret(
        &self,
        key: &KmsKey,
        secret: &[u8],
        context: &EncryptionContext,
    ) -> Result<WrappedKey, Box<KmsRefusal>> {
        let (session, client, call) = self.prepare("Encrypt", key)?;
        let mut request = client.encrypt().key_id(key.to_string()).plaintext(Blob::new(secret));
        for (name, value) in context.iter() {
            request = request.encryption_context(name, value);
        }
        let answer = session.block_on(call.send(|| request.clone().send()))?;
        answer::wrapped_key(&call, key, answer.key_id.as_deref(), answer.ciphertext_blob, Some(secret))
    }

    /// Has KMS unwrap `ciphertext` with `key` and `context`. Whether it must be a data key or a share is the caller's to know.
    pub(in crate::keys) fn decrypt_secret(
        &self,
        key: &KmsKey,
        ciphertext: &[u8],
        context: &EncryptionContext,
        patience: &Patience,
    ) -> Result<Zeroizing<Vec<u8>>, Box<KmsRefusal>> {
        let (session, client, call) = self.prepare("Decrypt", key)?;
        let mut request = client.decrypt().key_id(key.to_string()).ciphertext_blob(Blob::new(ciphertext));
        for (name, value) in context.iter() {
            request = request.encryption_context(name, value);
        }
        let answer = session.block_on(patience.wait_for(call.send(|| request.clone().send())));
        answer::secret(&call, answer.ok_or_else(|| call.timed_out())??.plaintext)
    }
}
