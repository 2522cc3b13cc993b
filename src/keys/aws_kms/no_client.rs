//! In place of the client where kenc is built without the feature `aws`: every call is refused, with the reason.

use zeroize::Zeroizing;

use super::check::{AwsCaller, KmsKeyCheck, KmsPurpose};
use super::key::KmsKey;
use super::service::AwsKms;
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{KmsRefusal, KmsRefusalKind, ReEncryptRefusal};
use crate::keys::race::Patience;
use crate::keys::wrapped::WrappedKey;

const REASON: &str = "this build of kenc has no AWS KMS";

impl AwsKms {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn generate_data_key(
        &self,
        key: &KmsKey,
        context: &EncryptionContext,
    ) -> Result<(DataKey, WrappedKey), Box<KmsRefusal>> {
        Err(self.refusal("GenerateDataKey", key, context))
    }

    /// Refuses the first of `keys`.
    ///
    /// # Errors
    /// Always, unless there are no keys.
    pub(in crate::keys) fn encrypt_all<'k>(
        &self,
        keys: &[&'k KmsKey],
        _secret: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<WrappedKey>, (&'k KmsKey, Box<KmsRefusal>)> {
        match keys.first() {
            Some(key) => Err((key, self.refusal("Encrypt", key, context))),
            None => Ok(Vec::new()),
        }
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn decrypt(
        &self,
        key: &KmsKey,
        _ciphertext: &[u8],
        context: &EncryptionContext,
    ) -> Result<DataKey, Box<KmsRefusal>> {
        Err(self.refusal("Decrypt", key, context))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn re_encrypt(
        &self,
        source: &KmsKey,
        _ciphertext: &[u8],
        _destination: &KmsKey,
        context: &EncryptionContext,
    ) -> Result<WrappedKey, ReEncryptRefusal> {
        Err(ReEncryptRefusal::Source(self.refusal("ReEncryptFrom", source, context)))
    }

    /// The key itself, if it is no alias.
    ///
    /// # Errors
    /// For an alias, of which only KMS knows the key.
    pub fn resolve(&self, key: &KmsKey) -> Result<KmsKey, Box<KmsRefusal>> {
        if key.is_alias() { Err(self.refusal("DescribeKey", key, &EncryptionContext::new())) } else { Ok(key.clone()) }
    }

    /// The region that the key names.
    ///
    /// # Errors
    /// If it names none.
    pub fn region_of(&self, key: &KmsKey) -> Result<String, Box<KmsRefusal>> {
        let region = key.region().map(str::to_owned);
        region.ok_or_else(|| self.refusal("ReEncrypt", key, &EncryptionContext::new()))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn check(
        &self,
        key: &KmsKey,
        _wrapped: Option<&[u8]>,
        context: &EncryptionContext,
        _purpose: KmsPurpose,
    ) -> Result<KmsKeyCheck, Box<KmsRefusal>> {
        Err(self.refusal("DescribeKey", key, context))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn caller(&self, _key: &KmsKey) -> Result<AwsCaller, String> {
        Err(REASON.to_owned())
    }

    pub(in crate::keys) fn decrypt_within(
        &self,
        key: &KmsKey,
        ciphertext: &[u8],
        context: &EncryptionContext,
        _patience: &Patience,
        _lengths: &[usize],
    ) -> Result<DataKey, Box<KmsRefusal>> {
        self.decrypt(key, ciphertext, context)
    }

    pub(in crate::keys) fn re_encrypt_within(
        &self,
        source: &KmsKey,
        ciphertext: &[u8],
        destination: &KmsKey,
        context: &EncryptionContext,
        _patience: &Patience,
    ) -> Result<WrappedKey, ReEncryptRefusal> {
        self.re_encrypt(source, ciphertext, destination, context)
    }

    pub(in crate::keys) fn encrypt_secret(
        &self,
        key: &KmsKey,
        _secret: &[u8],
        context: &EncryptionContext,
    ) -> Result<WrappedKey, Box<KmsRefusal>> {
        Err(self.refusal("Encrypt", key, context))
    }

    pub(in crate::keys) fn decrypt_secret(
        &self,
        key: &KmsKey,
        _ciphertext: &[u8],
        context: &EncryptionContext,
        _patience: &Patience,
    ) -> Result<Zeroizing<Vec<u8>>, Box<KmsRefusal>> {
        Err(self.refusal("Decrypt", key, context))
    }

    fn refusal(&self, operation: &'static str, key: &KmsKey, context: &EncryptionContext) -> Box<KmsRefusal> {
        Box::new(KmsRefusal {
            kind: KmsRefusalKind::NotInThisBuild,
            operation,
            key: key.to_string(),
            region: key.region().map(str::to_owned),
            context: context.to_pairs(),
            code: None,
            message: REASON.to_owned(),
            request_id: None,
            profile: self.settings.profile.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::keys::aws_kms::settings::KmsSettings;

    #[test]
    fn a_call_is_refused_for_what_the_build_lacks_and_not_for_what_might_pass() {
        let settings = KmsSettings { profile: None, region: None, role_arn: None, timeout: Duration::from_secs(1) };
        let key = KmsKey::from_word("alias/a").unwrap().unwrap();
        let refusal = AwsKms::new(settings).decrypt(&key, b"x", &EncryptionContext::new()).unwrap_err();
        assert_eq!(refusal.to_string(), "this build of kenc has no AWS KMS");
        assert_eq!(refusal.kind.verdict(), crate::error::Verdict::No);
    }
}
