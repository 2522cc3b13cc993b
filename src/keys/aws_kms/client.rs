//! The client of AWS KMS: the vendor's own, behind calls that block.

mod answer;
mod call;
mod dry_run;
mod http;
pub(super) mod objects;
mod observed;
mod profile;
mod reencrypt;
mod role;
mod secrets;
pub(super) mod session;
mod sign_in;
mod tls;

use ::age::secrecy::ExposeSecret;
use aws_sdk_kms::Client;
use aws_sdk_kms::operation::encrypt::EncryptOutput;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use tokio::task::JoinHandle;

use self::answer::{data_key, data_key_of_len, wrapped_key};
use self::call::Call;
use self::role::AssumedRole;
use self::session::{KmsSession, Regional};
use super::key::{self, KmsKey};
use super::service::AwsKms;
use crate::context::EncryptionContext;
use crate::crypto::{DATA_KEY_LEN, DataKey};
use crate::error::{KmsRefusal, KmsRefusalKind};
use crate::keys::race::Patience;
use crate::keys::wrapped::WrappedKey;

impl AwsKms {
    /// Has KMS make a data key of 32 bytes, and wrap it under `key` with `context`.
    ///
    /// # Errors
    /// If KMS refuses or cannot be asked, or its answer is not one about this key.
    pub fn generate_data_key(
        &self,
        key: &KmsKey,
        context: &EncryptionContext,
    ) -> Result<(DataKey, WrappedKey), Box<KmsRefusal>> {
        let (session, client, call) = self.prepare("GenerateDataKey", key)?;
        let call = call.with_context(context);
        let mut request = client.generate_data_key().key_id(key.to_string()).key_spec(DataKeySpec::Aes256);
        for (name, value) in context.iter() {
            request = request.encryption_context(name, value);
        }
        let answer = session.block_on(call.send(|| request.clone().send()))?;
        let data_key = data_key(&call, answer.plaintext)?;
        let secret = Some(&data_key.expose()[..]);
        let wrapped = wrapped_key(&call, key, answer.key_id.as_deref(), answer.ciphertext_blob, secret)?;
        Ok((data_key, wrapped))
    }

    /// Wraps `secret` under every one of `keys` with `context`, all at the same time. The result is in the order of
    /// the keys.
    ///
    /// # Errors
    /// The first key, in their order, under which KMS does not wrap, and why.
    pub(in crate::keys) fn encrypt_all<'k>(
        &self,
        keys: &[&'k KmsKey],
        secret: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<WrappedKey>, (&'k KmsKey, Box<KmsRefusal>)> {
        let mut running = Running(Vec::with_capacity(keys.len()));
        for &key in keys {
            let (session, client, call) = self.prepare("Encrypt", key).map_err(|refusal| (key, refusal))?;
            let mut request = client.encrypt().key_id(key.to_string()).plaintext(Blob::new(secret));
            for (name, value) in context.iter() {
                request = request.encryption_context(name, value);
            }
            let call = call.with_context(context);
            let of_call = call.clone();
            let task = session.spawn(async move { of_call.send(|| request.clone().send()).await });
            running.0.push(Started { key, session, call, task });
        }
        let finish = |started: &mut Started<'k, '_>| {
            let answer = started.finish()?;
            wrapped_key(&started.call, started.key, answer.key_id.as_deref(), answer.ciphertext_blob, Some(secret))
        };
        running.0.iter_mut().map(|started| finish(started).map_err(|refusal| (started.key, refusal))).collect()
    }

    /// Has KMS unwrap `ciphertext` with `key` and `context`. KMS checks that both are those it was wrapped with.
    ///
    /// # Errors
    /// If KMS refuses or cannot be asked, or what it gives is no data key.
    pub fn decrypt(
        &self,
        key: &KmsKey,
        ciphertext: &[u8],
        context: &EncryptionContext,
    ) -> Result<DataKey, Box<KmsRefusal>> {
        self.decrypt_within(key, ciphertext, context, &Patience::new(self.settings.timeout), &[DATA_KEY_LEN])
    }

    /// As [`Self::decrypt`], for one of several keys that are waited for together, and a data key of one of `lengths`.
    pub(in crate::keys) fn decrypt_within(
        &self,
        key: &KmsKey,
        ciphertext: &[u8],
        context: &EncryptionContext,
        patience: &Patience,
        lengths: &[usize],
    ) -> Result<DataKey, Box<KmsRefusal>> {
        let (session, client, call) = self.prepare("Decrypt", key)?;
        let call = call.with_context(context);
        let mut request = client.decrypt().key_id(key.to_string()).ciphertext_blob(Blob::new(ciphertext));
        for (name, value) in context.iter() {
            request = request.encryption_context(name, value);
        }
        let answer = session.block_on(patience.wait_for(call.send(|| request.clone().send())));
        let answer = answer.ok_or_else(|| call.timed_out())??;
        answer::check_key(&call, key, answer.key_id.as_deref())?;
        data_key_of_len(&call, answer.plaintext, lengths)
    }

    fn prepare(&self, operation: &'static str, key: &KmsKey) -> Result<(&KmsSession, Client, Call), Box<KmsRefusal>> {
        let mut call = self.call(operation, key.to_string());
        if let Some(calls) = &self.hooks.calls {
            calls.check().map_err(|reason| call.refusal(KmsRefusalKind::NotLogged, &reason))?;
        }
        let session = self.session(&call)?;
        let regional = session.client(&self.settings, key.region(), self.hooks.calls.as_ref());
        let Some(Regional { client, region, endpoint, retries }) = regional else {
            return Err(call.refusal(
                KmsRefusalKind::NoRegion,
                "no AWS region: neither the key nor the environment nor the profile names one",
            ));
        };
        if !key::is_region(&region) {
            return Err(call.refusal(KmsRefusalKind::NoRegion, &format!("`{region}` is not an AWS region")));
        }
        (call.region, call.endpoint, call.retries) = (Some(region), endpoint, retries);
        session.sign_in(|role| self.sign_in(session, role, &call))?;
        Ok((session, client, call))
    }

    fn call(&self, operation: &'static str, subject: String) -> Call {
        let profile = self.settings.profile.clone().or_else(|| sign_in::variable("AWS_PROFILE"));
        Call::new(operation, subject, profile, self.settings.timeout)
    }

    /// What all calls of this run share.
    fn session(&self, call: &Call) -> Result<&KmsSession, Box<KmsRefusal>> {
        self.session
            .get_or_init(|| KmsSession::new().map_err(|error| format!("no runtime for network calls: {error}")))
            .as_ref()
            .map_err(|fault| call.refusal(KmsRefusalKind::Other, fault))
    }

    /// Assumes a role with a code that somebody types, before the time of the call begins.
    fn sign_in(&self, session: &KmsSession, role: &AssumedRole, call: &Call) -> Result<(), Box<KmsRefusal>> {
        let Some(prompt) = role.wanted_code() else { return Ok(()) };
        let code = match &self.hooks.codes {
            Some(codes) => codes.mfa_code(&prompt),
            None => Err("nobody can be asked for it".to_owned()),
        };
        let code = code.map_err(|reason| call.without_code(&prompt, &reason))?;
        session.block_on(role.sign_in(code.expose_secret().trim())).map_err(|error| call.not_asked(&error))
    }
}

/// Calls that have started. Those that are still under way when the others are not wanted any more are ended.
struct Running<'k, 's>(Vec<Started<'k, 's>>);

struct Started<'k, 's> {
    key: &'k KmsKey,
    session: &'s KmsSession,
    call: Call,
    task: JoinHandle<Result<EncryptOutput, Box<KmsRefusal>>>,
}

impl Started<'_, '_> {
    fn finish(&mut self) -> Result<EncryptOutput, Box<KmsRefusal>> {
        self.session.block_on(&mut self.task).unwrap_or_else(|broken_off| {
            Err(self.call.refusal(KmsRefusalKind::Other, &format!("the call was aborted: {broken_off}")))
        })
    }
}

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        for started in &self.0 {
            started.task.abort();
        }
    }
}

#[cfg(test)]
mod tests;
