//! Assuming a role: with the code of an MFA device where one is needed, and with a refusal that names the role.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_sdk_sts::Client;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;

use super::profile::Role;
use crate::keys::passphrase::MfaPrompt;

/// The session name of an assumed role, as the audit log shows it.
const SESSION_NAME: &str = "kenc";
/// How long before the end of a session a new code is asked for, so that no call begins with the old one.
const EARLY: Duration = Duration::from_mins(5);

/// Credentials of a role.
#[derive(Debug)]
pub(super) struct AssumedRole {
    role: Role,
    /// Asks as whoever may assume the role.
    sts: Client,
    /// Those for which somebody typed a code.
    signed_in: Mutex<Option<Credentials>>,
}

/// AWS STS refused a role.
#[derive(Debug)]
pub(super) struct RoleRefused {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) request_id: Option<String>,
}

impl AssumedRole {
    pub(super) fn new(role: Role, sts: Client) -> Self {
        Self { role, sts, signed_in: Mutex::default() }
    }

    /// The MFA device whose code is needed before the role can be used.
    pub(super) fn wanted_code(&self) -> Option<MfaPrompt> {
        let signed_in = self.signed_in.lock().unwrap_or_else(PoisonError::into_inner);
        let is_wanted = signed_in.as_ref().is_none_or(|credentials| is_over(credentials, EARLY));
        let device = self.role.mfa_serial.as_ref().filter(|_| is_wanted)?;
        Some(MfaPrompt {
            device: device.clone(),
            role: self.role.arn.clone(),
            profile: self.role.profile.clone().unwrap_or_default(),
        })
    }

    /// Assumes the role with a code of the MFA device.
    pub(super) async fn sign_in(&self, code: &str) -> Result<(), CredentialsError> {
        let credentials = self.assume(Some(code)).await?;
        *self.signed_in.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials);
        Ok(())
    }

    async fn assume(&self, code: Option<&str>) -> provider::Result {
        let Role { arn, external_id, session_name, duration_seconds, mfa_serial, profile: _ } = &self.role;
        let request = self
            .sts
            .assume_role()
            .role_arn(arn)
            .role_session_name(session_name.as_deref().unwrap_or(SESSION_NAME))
            .set_external_id(external_id.clone())
            .set_duration_seconds(*duration_seconds)
            .set_serial_number(mfa_serial.clone())
            .set_token_code(code.map(str::to_owned));
        let answer = request.send().await.map_err(|error| self.refusal(error))?;
        let given = answer.credentials.ok_or_else(|| CredentialsError::provider_error("STS gave no credentials"))?;
        let expiry = SystemTime::try_from(*given.expiration()).ok();
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            expiry,
            "AssumeRole",
        ))
    }

    fn refusal(&self, error: SdkError<AssumeRoleError>) -> CredentialsError {
        let Some(code) = error.as_service_error().and_then(ProvideErrorMetadata::code) else {
            return CredentialsError::provider_error(error);
        };
        let reason = error.message().unwrap_or("STS gave no reason").trim_end_matches('.');
        let message = format!("cannot assume the role {}: {reason}", self.role.arn);
        let request_id = error.request_id().map(str::to_owned);
        CredentialsError::provider_error(RoleRefused { code: code.to_owned(), message, request_id })
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            if self.role.mfa_serial.is_none() {
                return self.assume(None).await;
            }
            let signed_in = self.signed_in.lock().unwrap_or_else(PoisonError::into_inner).clone();
            signed_in
                .filter(|credentials| !is_over(credentials, Duration::ZERO))
                .ok_or_else(|| CredentialsError::provider_error("the session of the MFA device has expired"))
        })
    }
}

fn is_over(credentials: &Credentials, early: Duration) -> bool {
    credentials.expiry().is_some_and(|expiry| expiry <= SystemTime::now() + early)
}

impl fmt::Display for RoleRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, request_id: _ } = self;
        write!(f, "{code}: {message}")
    }
}

impl std::error::Error for RoleRefused {}
