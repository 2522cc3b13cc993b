//! Why a key does not work: what KMS says of it, and whether the caller may do each operation with it.
//!
//! KMS is asked for each operation with `DryRun`, so that it says whether it would do it and does not. Services that only
//! resemble KMS may do it nevertheless; what they give is wiped.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::{Blob, DateTimeFormat};
use aws_sdk_kms::types::{DataKeySpec, DryRunModifierType, KeyMetadata, MultiRegionKeyType};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::task::JoinHandle;
use zeroize::Zeroize;

use super::answer::check_key;
use super::call::Call;
use super::http::NobodyThere;
use super::session::KmsSession;
use crate::context::EncryptionContext;
use crate::crypto::{DATA_KEY_LEN, DataKey};
use crate::error::{KmsRefusal, KmsRefusalKind, Verdict};
use crate::keys::aws_kms::check::{
    AwsCaller, KmsKeyCheck, KmsKeyDescription, KmsOperation, KmsPermission, KmsPurpose, KmsRotation, MultiRegion,
};
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::aws_kms::service::AwsKms;

impl AwsKms {
    /// Finds out whether `key` works for `purpose` with `context`. `wrapped` is a wrapped key that it should open.
    ///
    /// Without one, KMS is asked whether it would open anything at all; a service that does not know this question gets
    /// a wrapped key that is made for it.
    ///
    /// # Errors
    /// If KMS could not be asked. That it refuses is no error.
    pub fn check(
        &self,
        key: &KmsKey,
        wrapped: Option<&[u8]>,
        context: &EncryptionContext,
        purpose: KmsPurpose,
    ) -> Result<KmsKeyCheck, Box<KmsRefusal>> {
        let (session, client, call) = self.prepare("DescribeKey", key)?;
        let description = session.block_on(describe(&client, &call, key));
        if let Err(refusal) = &description {
            if refusal.kind.verdict() == Verdict::Unavailable {
                return Err(refusal.clone());
            }
            if refusal.kind == KmsRefusalKind::NotFound {
                return Ok(KmsKeyCheck::of_no_key(refusal, purpose));
            }
        }
        let dry_runs = DryRuns { kms: self, session, client: &client, key, call: &call, context };
        let rotation = dry_runs.start_rotation(&description);
        let permissions = dry_runs.permissions(&description, wrapped, purpose);
        let rotation = session.block_on(rotation).unwrap_or_else(|broken_off| {
            Err(call.refusal(KmsRefusalKind::Other, &format!("the call was aborted: {broken_off}")))
        });
        Ok(KmsKeyCheck { description, rotation, permissions })
    }

    /// Who asks, in the eyes of AWS. No permission is needed for this, but another service (STS) is asked, in the region
    /// of the settings or of `key`.
    ///
    /// # Errors
    /// The reason why it is not known, as a sentence.
    pub fn caller(&self, key: &KmsKey) -> Result<AwsCaller, String> {
        // A refusal words every operation as one of KMS.
        let reason = |refusal: Box<KmsRefusal>| refusal.to_string().replace("kms:Get", "sts:Get");
        let (session, _, call) = self.prepare("GetCallerIdentity", key).map_err(reason)?;
        let config = session.config(&self.settings, key.region()).ok_or("no AWS region is known")?;
        let config = aws_sdk_sts::config::Builder::from(&config).retry_classifier(NobodyThere).build();
        let request = aws_sdk_sts::Client::from_conf(config).get_caller_identity();
        let answer = session.block_on(request.send()).map_err(|error| reason(call.refusal_of(&error)))?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(AwsCaller { account, arn }),
            _ => Err("STS did not return it".to_owned()),
        }
    }
}

impl KmsKeyCheck {
    fn of_no_key(refusal: &KmsRefusal, purpose: KmsPurpose) -> Self {
        let refused = || Box::new(refusal.clone());
        let permission = |operation| match operation {
            KmsOperation::DescribeKey => KmsPermission::Refused(refused()),
            _ => KmsPermission::NotKnown("no such key".to_owned()),
        };
        Self {
            description: Err(refused()),
            rotation: Err(refused()),
            permissions: purpose.operations().iter().map(|&operation| (operation, permission(operation))).collect(),
        }
    }
}

/// The calls that KMS can be asked about. One of them takes two permissions.
#[derive(Clone, Copy)]
enum DryRun {
    GenerateDataKey,
    Encrypt,
    Decrypt,
    ReEncrypt,
}

impl DryRun {
    fn name(self) -> &'static str {
        match self {
            Self::GenerateDataKey => "GenerateDataKey",
            Self::Encrypt => "Encrypt",
            Self::Decrypt => "Decrypt",
            Self::ReEncrypt => "ReEncrypt",
        }
    }
}

/// One key about which KMS is asked.
struct DryRuns<'a> {
    kms: &'a AwsKms,
    session: &'a KmsSession,
    client: &'a Client,
    key: &'a KmsKey,
    call: &'a Call,
    context: &'a EncryptionContext,
}

impl DryRuns<'_> {
    fn permissions(
        &self,
        description: &Result<KmsKeyDescription, Box<KmsRefusal>>,
        wrapped: Option<&[u8]>,
        purpose: KmsPurpose,
    ) -> Vec<(KmsOperation, KmsPermission)> {
        let is_asked = |operation| purpose.operations().contains(&operation);
        let start = |call, is_asked: bool| is_asked.then(|| self.start(call, wrapped));
        let generate = start(DryRun::GenerateDataKey, is_asked(KmsOperation::GenerateDataKey));
        let encrypt = start(DryRun::Encrypt, is_asked(KmsOperation::Encrypt));
        let decrypt = start(DryRun::Decrypt, is_asked(KmsOperation::Decrypt));
        let re_encrypt = start(DryRun::ReEncrypt, is_asked(KmsOperation::ReEncryptFrom));
        let finish = |started: Option<_>| started.map(|started| self.finish(started));
        let (generate, encrypt) = (finish(generate), finish(encrypt));
        let (mut decrypt, mut re_encrypt) = (finish(decrypt), finish(re_encrypt));
        if wrapped.is_none() && [&decrypt, &re_encrypt].into_iter().flatten().any(needs_a_wrapped_key) {
            let made = self.make_wrapped_key();
            for (call, permission) in [(DryRun::Decrypt, &mut decrypt), (DryRun::ReEncrypt, &mut re_encrypt)] {
                let Some(permission) = permission.as_mut().filter(|permission| needs_a_wrapped_key(permission)) else {
                    continue;
                };
                *permission = match &made {
                    Some(made) => self.finish(self.start(call, Some(made))),
                    None => KmsPermission::NotKnown("there is no wrapped key to test it with".to_owned()),
                };
            }
        }
        let (from, to) = re_encrypt.map(both_ends).unzip();
        let describe = match description {
            Ok(_) => KmsPermission::Allowed,
            Err(refusal) => KmsPermission::Refused(refusal.clone()),
        };
        let answer = |operation| match operation {
            KmsOperation::GenerateDataKey => generate.clone(),
            KmsOperation::Encrypt => encrypt.clone(),
            KmsOperation::Decrypt => decrypt.clone(),
            KmsOperation::ReEncryptFrom => from.clone(),
            KmsOperation::ReEncryptTo => to.clone(),
            KmsOperation::DescribeKey => Some(describe.clone()),
        };
        purpose.operations().iter().filter_map(|&operation| Some((operation, answer(operation)?))).collect()
    }

    /// Asks for one operation, while others are asked for.
    fn start(&self, dry_run: DryRun, wrapped: Option<&[u8]>) -> JoinHandle<KmsPermission> {
        let Self { session, client, call, .. } = *self;
        let key = self.key.to_string();
        let call = Call { operation: dry_run.name(), ..call.clone() }.with_context(self.context);
        let context = self.sent_context();
        match dry_run {
            DryRun::GenerateDataKey => {
                let request = client.generate_data_key().key_id(key).key_spec(DataKeySpec::Aes256).dry_run(true);
                let request = request.set_encryption_context(context);
                session
                    .spawn(async move { permission(&call, request.send().await.map(|answer| wipe(answer.plaintext))) })
            }
            DryRun::Encrypt => {
                // What is not to be encrypted need not be secret.
                let plaintext = Blob::new([0; DATA_KEY_LEN]);
                let request = client.encrypt().key_id(key).plaintext(plaintext).dry_run(true);
                let request = request.set_encryption_context(context);
                session.spawn(async move { permission(&call, request.send().await.map(drop)) })
            }
            DryRun::Decrypt => {
                let request = client.decrypt().key_id(key).dry_run(true).set_encryption_context(context);
                let request = match wrapped {
                    Some(wrapped) => request.ciphertext_blob(Blob::new(wrapped)),
                    None => request.dry_run_modifiers(DryRunModifierType::IgnoreCiphertext),
                };
                session
                    .spawn(async move { permission(&call, request.send().await.map(|answer| wipe(answer.plaintext))) })
            }
            DryRun::ReEncrypt => {
                let request = client.re_encrypt().source_key_id(&key).destination_key_id(key).dry_run(true);
                let request =
                    request.set_source_encryption_context(context.clone()).set_destination_encryption_context(context);
                let request = match wrapped {
                    Some(wrapped) => request.ciphertext_blob(Blob::new(wrapped)),
                    None => request.dry_run_modifiers(DryRunModifierType::IgnoreCiphertext),
                };
                session.spawn(async move { permission(&call, request.send().await.map(drop)) })
            }
        }
    }

    fn finish(&self, started: JoinHandle<KmsPermission>) -> KmsPermission {
        let ended = self.session.block_on(started);
        ended.unwrap_or_else(|broken_off| KmsPermission::NotKnown(format!("the call was aborted: {broken_off}")))
    }

    fn start_rotation(
        &self,
        description: &Result<KmsKeyDescription, Box<KmsRefusal>>,
    ) -> JoinHandle<Result<KmsRotation, Box<KmsRefusal>>> {
        /// What KMS does where no period was set.
        const ONE_YEAR: i32 = 365;
        // KMS does not tell it of an alias.
        let key = description.as_ref().map_or_else(|_| self.key.to_string(), |description| description.arn.clone());
        let call = Call { operation: "GetKeyRotationStatus", ..self.call.clone() };
        let request = self.client.get_key_rotation_status().key_id(key);
        self.session.spawn(async move {
            let answer = request.send().await.map_err(|error| call.refusal_of(&error))?;
            let every_days = answer.key_rotation_enabled.then(|| answer.rotation_period_in_days.unwrap_or(ONE_YEAR));
            Ok(KmsRotation { every_days })
        })
    }

    /// A wrapped key for services that do not know how to be asked without one. The data key in it is wiped at once.
    fn make_wrapped_key(&self) -> Option<Vec<u8>> {
        let encrypted = self.kms.encrypt_all(&[self.key], DataKey::generate().expose(), self.context).ok();
        let wrapped = encrypted.and_then(|mut wrapped| wrapped.pop());
        let wrapped = wrapped.or_else(|| Some(self.kms.generate_data_key(self.key, self.context).ok()?.1));
        wrapped.map(|wrapped| wrapped.ciphertext)
    }

    fn sent_context(&self) -> Option<HashMap<String, String>> {
        let pairs = self.context.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        (!self.context.is_empty()).then(|| pairs.collect())
    }
}

async fn describe(client: &Client, call: &Call, key: &KmsKey) -> Result<KmsKeyDescription, Box<KmsRefusal>> {
    let answer = client.describe_key().key_id(&call.key).send().await.map_err(|error| call.refusal_of(&error))?;
    let metadata = answer.key_metadata.ok_or_else(|| call.wrong_answer("nothing"))?;
    check_key(call, key, metadata.arn.as_deref())?;
    Ok(KmsKeyDescription::from(metadata))
}

impl From<KeyMetadata> for KmsKeyDescription {
    fn from(metadata: KeyMetadata) -> Self {
        fn word<T>(known: Option<&T>, text: impl Fn(&T) -> &str) -> String {
            known.map_or_else(|| "not said".to_owned(), |known| text(known).to_owned())
        }
        let multi_region = metadata.multi_region_configuration.map(|configuration| {
            let own = metadata.arn.as_deref().unwrap_or_default();
            let relatives = configuration.primary_key.into_iter().chain(configuration.replica_keys.unwrap_or_default());
            let others = relatives.filter(|relative| relative.arn.as_deref() != Some(own));
            MultiRegion {
                is_primary: configuration.multi_region_key_type == Some(MultiRegionKeyType::Primary),
                others: others.filter_map(|relative| relative.region).collect(),
            }
        });
        Self {
            state: word(metadata.key_state.as_ref(), |state| state.as_str()),
            deletion: metadata.deletion_date.and_then(|date| date.fmt(DateTimeFormat::DateTime).ok()),
            spec: metadata.key_spec.map(|spec| spec.as_str().to_owned()),
            usage: metadata.key_usage.map(|usage| usage.as_str().to_owned()),
            origin: word(metadata.origin.as_ref(), |origin| origin.as_str()),
            manager: word(metadata.key_manager.as_ref(), |manager| manager.as_str()),
            multi_region,
            arn: metadata.arn.unwrap_or(metadata.key_id),
        }
    }
}

/// What the answer to a dry run means.
fn permission<E>(call: &Call, answer: Result<(), SdkError<E, HttpResponse>>) -> KmsPermission
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let Err(error) = answer else { return KmsPermission::Allowed };
    match error.code() {
        Some("DryRunOperationException") => KmsPermission::Allowed,
        Some(code) if UNKNOWN_OPERATION.contains(&code) => {
            KmsPermission::NotKnown(format!("this service does not support kms:{}", call.operation))
        }
        _ => KmsPermission::Refused(call.refusal_of(&error)),
    }
}

/// What services say that have not all of KMS.
const UNKNOWN_OPERATION: &[&str] = &["UnknownOperationException", "InvalidAction", "NotImplemented"];

/// Whether a service has not understood that it need not look at a wrapped key.
fn needs_a_wrapped_key(permission: &KmsPermission) -> bool {
    matches!(permission, KmsPermission::Refused(refusal) if matches!(
        refusal.kind,
        KmsRefusalKind::InvalidCiphertext | KmsRefusalKind::WrongKey | KmsRefusalKind::Other | KmsRefusalKind::ServiceFault
    ))
}

/// `ReEncrypt` takes two permissions, one at either end, and a denial names one of them.
fn both_ends(permission: KmsPermission) -> (KmsPermission, KmsPermission) {
    let other = || KmsPermission::NotKnown("KMS names only one of the missing permissions".to_owned());
    let KmsPermission::Refused(refusal) = permission else { return (permission.clone(), permission) };
    let end = |operation| KmsPermission::Refused(Box::new(KmsRefusal { operation, ..(*refusal).clone() }));
    match refusal.missing_action() {
        Some("kms:ReEncryptFrom") => (end("ReEncryptFrom"), other()),
        Some("kms:ReEncryptTo") => (other(), end("ReEncryptTo")),
        _ => (end("ReEncryptFrom"), end("ReEncryptTo")),
    }
}

fn wipe(secret: Option<Blob>) {
    secret.map(Blob::into_inner).unwrap_or_default().zeroize();
}
