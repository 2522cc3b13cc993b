//! Wrapping a data key under another key inside KMS, and finding the key that an alias means.

use aws_sdk_kms::primitives::Blob;

use super::answer::{check_key, wrapped_key};
use super::call::Call;
use crate::context::EncryptionContext;
use crate::error::{KmsRefusal, KmsRefusalKind, ReEncryptRefusal};
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::aws_kms::service::AwsKms;
use crate::keys::race::Patience;
use crate::keys::wrapped::WrappedKey;

impl AwsKms {
    /// Has KMS wrap under `destination` what `ciphertext` holds under `source`, with the same `context`. The data key never
    /// leaves KMS. Both keys are in the region of `source`: KMS cannot do it across regions.
    ///
    /// # Errors
    /// If KMS refuses or cannot be asked.
    pub fn re_encrypt(
        &self,
        source: &KmsKey,
        ciphertext: &[u8],
        destination: &KmsKey,
        context: &EncryptionContext,
    ) -> Result<WrappedKey, ReEncryptRefusal> {
        self.re_encrypt_within(source, ciphertext, destination, context, &Patience::new(self.settings.timeout))
    }

    /// As [`Self::re_encrypt`], for one of several keys that are waited for together.
    pub(in crate::keys) fn re_encrypt_within(
        &self,
        source: &KmsKey,
        ciphertext: &[u8],
        destination: &KmsKey,
        context: &EncryptionContext,
        patience: &Patience,
    ) -> Result<WrappedKey, ReEncryptRefusal> {
        let (session, client, call) = self.prepare("ReEncrypt", source).map_err(ReEncryptRefusal::Source)?;
        let mut request = client
            .re_encrypt()
            .source_key_id(source.to_string())
            .ciphertext_blob(Blob::new(ciphertext))
            .destination_key_id(destination.to_string());
        for (name, value) in context.iter() {
            request = request.source_encryption_context(name, value).destination_encryption_context(name, value);
        }
        let answer = session.block_on(patience.wait_for(call.send(|| request.clone().send())));
        let answer = answer.ok_or_else(|| ReEncryptRefusal::Source(call.timed_out()))?;
        let answer = answer.map_err(|refusal| side_of(*refusal, destination))?;
        let of_destination = Call { key: destination.to_string(), ..call.clone() };
        // Who answers for AWS without saying so may leave it out: the wrapped key itself says what it was made under.
        if answer.source_key_id.is_some() {
            check_key(&call, source, answer.source_key_id.as_deref()).map_err(ReEncryptRefusal::Source)?;
        }
        let made = wrapped_key(&of_destination, destination, answer.key_id.as_deref(), answer.ciphertext_blob, None)
            .map_err(ReEncryptRefusal::Destination)?;
        if made.ciphertext == ciphertext {
            let refusal = of_destination.wrong_answer("the wrapped key that it was given");
            return Err(ReEncryptRefusal::Destination(refusal));
        }
        Ok(made)
    }

    /// The key itself that an alias means, by `DescribeKey`. Other words are taken as they are.
    ///
    /// # Errors
    /// If KMS refuses or cannot be asked.
    pub fn resolve(&self, key: &KmsKey) -> Result<KmsKey, Box<KmsRefusal>> {
        if !key.is_alias() {
            return Ok(key.clone());
        }
        let (session, client, call) = self.prepare("DescribeKey", key)?;
        let request = client.describe_key().key_id(key.to_string());
        let answer = session.block_on(call.send(|| request.clone().send()))?;
        let arn = answer.key_metadata.and_then(|metadata| metadata.arn).unwrap_or_default();
        check_key(&call, key, Some(&arn))?;
        KmsKey::from_slot(&arn).ok_or_else(|| call.wrong_answer("no key id"))
    }

    /// The region in which a key is asked.
    ///
    /// # Errors
    /// If the key names none, and neither do the settings and the environment.
    pub fn region_of(&self, key: &KmsKey) -> Result<String, Box<KmsRefusal>> {
        let (_, _, call) = self.prepare("ReEncrypt", key)?;
        Ok(call.region.unwrap_or_default())
    }
}

/// KMS does not say in a field of its own which of the two keys refused, but its message names it.
fn side_of(mut refusal: KmsRefusal, destination: &KmsKey) -> ReEncryptRefusal {
    let names = |word: &str| refusal.message.contains(word);
    let of_source = matches!(refusal.kind, KmsRefusalKind::InvalidCiphertext | KmsRefusalKind::WrongKey);
    let source_id = refusal.key.rsplit('/').next().unwrap_or_default();
    let destination_id = destination.to_string();
    let destination_id = destination_id.rsplit('/').next().unwrap_or_default();
    let is_destination =
        !of_source && !names("ReEncryptFrom") && (names("ReEncryptTo") || (names(destination_id) && !names(source_id)));
    if is_destination {
        refusal.operation = "ReEncryptTo";
        refusal.key = destination.to_string();
        ReEncryptRefusal::Destination(Box::new(refusal))
    } else {
        refusal.operation = "ReEncryptFrom";
        ReEncryptRefusal::Source(Box::new(refusal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const DESTINATION: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ac";

    fn side(kind: KmsRefusalKind, message: &str, destination: &str) -> (&'static str, String) {
        let refusal = KmsRefusal {
            kind,
            operation: "ReEncrypt",
            key: SOURCE.to_owned(),
            context: Vec::new(),
            region: None,
            code: None,
            message: message.to_owned(),
            request_id: None,
            profile: None,
        };
        let destination = KmsKey::from_word(destination).unwrap().unwrap();
        match side_of(refusal, &destination) {
            ReEncryptRefusal::Source(refusal) | ReEncryptRefusal::Destination(refusal) => {
                (refusal.operation, refusal.key)
            }
        }
    }

    #[test]
    fn the_key_that_refused_is_the_one_that_the_message_names() {
        let denied =
            |action: &str, arn: &str| format!("User: x is not authorized to perform: kms:{action} on resource: {arn}");
        let from = ("ReEncryptFrom", SOURCE.to_owned());
        let to = ("ReEncryptTo", DESTINATION.to_owned());
        let kinds = KmsRefusalKind::Denied;
        assert_eq!(side(kinds, &denied("ReEncryptFrom", SOURCE), DESTINATION), from);
        assert_eq!(side(kinds, &denied("ReEncryptTo", DESTINATION), DESTINATION), to);
        assert_eq!(side(KmsRefusalKind::Disabled, &format!("{DESTINATION} is disabled."), DESTINATION), to);
        assert_eq!(side(KmsRefusalKind::Disabled, &format!("{SOURCE} is disabled."), DESTINATION), from);
        let alias = ("ReEncryptTo", "alias/new".to_owned());
        assert_eq!(
            side(KmsRefusalKind::NotFound, "Alias arn:aws:kms:eu-west-1:1:alias/new is not found.", "alias/new"),
            alias
        );
        assert_eq!(side(KmsRefusalKind::InvalidCiphertext, "", DESTINATION), from);
        assert_eq!(side(KmsRefusalKind::Throttled, "Rate exceeded", DESTINATION), from);
    }
}
