//! One call of AWS KMS, and what becomes of its failures: the refusal that a caller acts on.

use std::error::Error;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::http::{ConnectionFailure, Unreached, causes};
use super::role::RoleRefused;
use super::session::Retries;
use crate::context::EncryptionContext;
use crate::error::{KmsRefusal, KmsRefusalKind};
use crate::keys::passphrase::MfaPrompt;

/// What was asked, of which key, and as whom: what every refusal says besides the fault.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) operation: &'static str,
    pub(super) key: String,
    pub(super) region: Option<String>,
    /// Scheme, host and port of what was asked, as soon as it has been.
    pub(super) endpoint: Arc<OnceLock<String>>,
    pub(super) context: Vec<(String, String)>,
    pub(super) profile: Option<String>,
    pub(super) timeout: Duration,
    pub(super) retries: Retries,
    /// The last answer that asked for patience.
    pub(super) throttled: Arc<Mutex<Option<Box<KmsRefusal>>>>,
}

/// First pause before KMS is asked again, after those of the SDK.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Longest pause before KMS is asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

impl Call {
    pub(super) fn new(operation: &'static str, key: String, profile: Option<String>, timeout: Duration) -> Self {
        Self {
            operation,
            key,
            region: None,
            endpoint: Arc::default(),
            context: Vec::new(),
            profile,
            timeout,
            retries: Retries::default(),
            throttled: Arc::default(),
        }
    }

    /// Sends a request, and sends it again while KMS asks for patience and the time lasts. The SDK gives up after three
    /// attempts.
    pub(super) async fn send<T, E, F>(&self, send: impl Fn() -> F) -> Result<T, Box<KmsRefusal>>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let deadline = Instant::now() + self.timeout;
        let mut pause = FIRST_PAUSE.min(self.timeout / 8);
        loop {
            let Ok(answer) = tokio::time::timeout_at(deadline.into(), send()).await else {
                return Err(self.timed_out());
            };
            let refusal = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => self.refusal_of(&error),
            };
            let is_worth_it = refusal.kind == KmsRefusalKind::Throttled && self.retries == Retries::UntilTimeout;
            if !is_worth_it || Instant::now() + pause >= deadline {
                return Err(refusal);
            }
            *self.throttled.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The same call, for which this context was sent.
    pub(super) fn with_context(self, context: &EncryptionContext) -> Self {
        Self { context: context.to_pairs(), ..self }
    }

    /// Who answers, in words.
    pub(super) fn service(&self) -> &str {
        self.endpoint.get().map_or("KMS", String::as_str)
    }

    /// A refusal of our own making, before or after the call.
    pub(super) fn refusal(&self, kind: KmsRefusalKind, message: &str) -> Box<KmsRefusal> {
        Box::new(KmsRefusal {
            kind,
            operation: self.operation,
            key: self.key.clone(),
            region: self.region.clone(),
            context: self.context.clone(),
            code: None,
            message: cleaned(message),
            request_id: None,
            profile: self.profile.clone(),
        })
    }

    /// There was no answer in time, or none but those that asked for patience.
    pub(super) fn timed_out(&self) -> Box<KmsRefusal> {
        if let Some(refusal) = self.throttled.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return refusal;
        }
        let sentence = format!("no answer to kms:{} within {:?}", self.operation, self.timeout);
        self.refusal(KmsRefusalKind::TimedOut, &sentence)
    }

    /// The refusal that an error of the SDK is.
    pub(super) fn refusal_of<E>(&self, error: &SdkError<E, HttpResponse>) -> Box<KmsRefusal>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => self.answered(error, answer.raw().status().as_u16()),
            SdkError::TimeoutError(_) => self.timed_out(),
            SdkError::ResponseError(answer) => self.answered(error, answer.raw().status().as_u16()),
            _ => self.not_asked(error),
        }
    }

    fn answered<E>(&self, error: &SdkError<E, HttpResponse>, status: u16) -> Box<KmsRefusal>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let request_id = error.request_id().map(cleaned);
        let message = error.message().map(cleaned).unwrap_or_default();
        let Some(code) = error.code().map(cleaned) else {
            let kind = if status == 429 { KmsRefusalKind::Throttled } else { KmsRefusalKind::ServiceFault };
            let strange = format!("the HTTP {status} response of {} is not a KMS response", self.service());
            return Box::new(KmsRefusal { request_id, ..*self.refusal(kind, &strange) });
        };
        let kind = kind_of_code(&code, &message, status);
        Box::new(KmsRefusal { code: Some(code), request_id, ..*self.refusal(kind, &message) })
    }

    /// The code of an MFA device is needed, and cannot be had.
    pub(super) fn without_code(&self, prompt: &MfaPrompt, reason: &str) -> Box<KmsRefusal> {
        let MfaPrompt { device, role, profile } = prompt;
        let sentence =
            format!("the profile `{profile}` needs a code of the MFA device {device} to assume {role}: {reason}");
        let refusal = self.refusal(KmsRefusalKind::CodeNeeded, &sentence);
        // It may be another one that the selected profile leads to; its own session serves the selected one, too.
        Box::new(KmsRefusal { profile: Some(profile.clone()), ..*refusal })
    }

    fn without_role(&self, refused: &RoleRefused) -> Box<KmsRefusal> {
        let RoleRefused { code, message, request_id } = refused;
        let kind = match kind_of_code(code, message, 400) {
            kind @ (KmsRefusalKind::Throttled
            | KmsRefusalKind::ExpiredCredentials
            | KmsRefusalKind::RejectedCredentials
            | KmsRefusalKind::ServiceFault) => kind,
            _ => KmsRefusalKind::RoleRefused,
        };
        let refusal = self.refusal(kind, message);
        Box::new(KmsRefusal { code: Some(cleaned(code)), request_id: request_id.as_ref().map(cleaned), ..*refusal })
    }

    /// No answer of KMS: the network, or the credentials with which to ask.
    pub(super) fn not_asked(&self, error: &(dyn Error + 'static)) -> Box<KmsRefusal> {
        if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<RoleRefused>()) {
            return self.without_role(refused);
        }
        if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<AssumeRoleWithWebIdentityError>()) {
            let reason = refused.message().unwrap_or("STS gave no reason").trim_end_matches('.');
            return self.without_role(&RoleRefused {
                code: refused.code().unwrap_or("Refused").to_owned(),
                message: format!("cannot assume the role with the token of the web identity: {reason}"),
                request_id: refused.request_id().map(str::to_owned),
            });
        }
        let unreached = causes(error).find_map(|cause| cause.downcast_ref::<Unreached>());
        let credentials = causes(error).filter_map(|cause| cause.downcast_ref::<CredentialsError>()).last();
        match (credentials, unreached) {
            (Some(credentials), unreached) => self.without_credentials(credentials, unreached),
            (None, Some(unreached)) => {
                let kind = match unreached.failure {
                    ConnectionFailure::NoAnswerWithin(_) => KmsRefusalKind::TimedOut,
                    ConnectionFailure::TooLong(_) => KmsRefusalKind::ServiceFault,
                    _ => KmsRefusalKind::Network,
                };
                self.refusal(kind, &unreached.to_string())
            }
            (None, None) => {
                let reasons = reasons(error);
                if reasons.contains("identity resolver timed out") {
                    self.credentials_timed_out()
                } else if let Some(endpoint) = reasons.strip_prefix("failed to apply endpoint ") {
                    self.refusal(KmsRefusalKind::Network, &format!("cannot use the endpoint {endpoint}"))
                } else {
                    self.refusal(KmsRefusalKind::Other, &reasons)
                }
            }
        }
    }

    fn without_credentials(&self, error: &CredentialsError, unreached: Option<&Unreached>) -> Box<KmsRefusal> {
        let reasons = reasons(error);
        let mentions = |words: &[&str]| words.iter().any(|word| reasons.contains(word));
        match (error, unreached) {
            (CredentialsError::ProviderTimedOut(_), _) => self.credentials_timed_out(),
            (CredentialsError::CredentialsNotLoaded(_), _) => {
                let in_chain = mentions(&[NONE_IN_CHAIN]);
                let message = match &self.profile {
                    Some(profile) if in_chain && mentions(&["was not defined"]) => {
                        none_in_chain(&format!("the profile `{profile}`, which is not defined"))
                    }
                    Some(profile) if in_chain => none_in_chain(&format!("the profile `{profile}`")),
                    Some(profile) if reasons.is_empty() => format!("the profile `{profile}` has none"),
                    None if in_chain || reasons.is_empty() => none_in_chain("a profile"),
                    _ => reasons,
                };
                self.refusal(KmsRefusalKind::NoCredentials, &message)
            }
            (_, Some(unreached)) => self.refusal(KmsRefusalKind::Network, &format!("no AWS credentials: {unreached}")),
            _ if mentions(LOGIN_SIGNS) => {
                self.refusal(KmsRefusalKind::ExpiredCredentials, &format!("no valid session of `aws login`: {reasons}"))
            }
            _ if mentions(SSO_SIGNS) => {
                self.refusal(KmsRefusalKind::ExpiredCredentials, &format!("no valid SSO session: {reasons}"))
            }
            _ if mentions(EXPIRED_SIGNS) => self
                .refusal(KmsRefusalKind::ExpiredCredentials, &format!("the AWS credentials have expired: {reasons}")),
            _ if mentions(REJECTED_SIGNS) => self.refusal(KmsRefusalKind::RejectedCredentials, &reasons),
            _ => self.refusal(KmsRefusalKind::NoCredentials, &reasons),
        }
    }

    fn credentials_timed_out(&self) -> Box<KmsRefusal> {
        let message = format!("the source of the AWS credentials did not answer within {:?}", self.timeout);
        self.refusal(KmsRefusalKind::TimedOut, &message)
    }
}

/// Longest text of somebody else that a refusal repeats, in characters.
const MAX_FOREIGN_LEN: usize = 300;

/// What the SDK's chain of sources says when none of them has credentials.
const NONE_IN_CHAIN: &str = "no credentials found in chain";

/// What an error says when an SSO session has ended or was never started. The SDK's types for it are not public.
const SSO_SIGNS: &[&str] =
    &["SSO token", "sso/cache", r"sso\cache", "UnauthorizedException", "Session token not found"];

/// What an error says when a session of AWS Sign-In has ended or was never started.
const LOGIN_SIGNS: &[&str] = &["login/cache", r"login\cache", "Login token", "Please reauthenticate"];

/// What an error says when credentials have expired that are exchanged for others.
const EXPIRED_SIGNS: &[&str] = &["ExpiredToken", "expired"];

/// What an error says in which AWS did not let the base credentials become those of a role.
const REJECTED_SIGNS: &[&str] = &[
    "AccessDenied",
    "InvalidClientTokenId",
    "UnrecognizedClient",
    "SignatureDoesNotMatch",
    "InvalidIdentityToken",
    "ForbiddenException",
];

fn none_in_chain(profile: &str) -> String {
    format!("none in the environment, in {profile}, from a web identity, from a container or from an instance")
}

fn kind_of_code(code: &str, message: &str, status: u16) -> KmsRefusalKind {
    match code {
        "AccessDeniedException" | "AccessDenied" | "NotAuthorized" | "OptInRequired" => KmsRefusalKind::Denied,
        "DisabledException" => KmsRefusalKind::Disabled,
        "KMSInvalidStateException" => {
            let message = message.to_ascii_lowercase();
            if message.contains("pending deletion") || message.contains("pending replica deletion") {
                KmsRefusalKind::PendingDeletion
            } else if message.contains("is disabled") {
                KmsRefusalKind::Disabled
            } else {
                KmsRefusalKind::InvalidState
            }
        }
        "NotFoundException" | "InvalidArnException" => KmsRefusalKind::NotFound,
        "InvalidCiphertextException" => KmsRefusalKind::InvalidCiphertext,
        "IncorrectKeyException" => KmsRefusalKind::WrongKey,
        "InvalidKeyUsageException" | "UnsupportedOperationException" => KmsRefusalKind::InvalidKeyUsage,
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "LimitExceededException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown" => KmsRefusalKind::Throttled,
        "ExpiredTokenException" | "ExpiredToken" | "TokenRefreshRequired" => KmsRefusalKind::ExpiredCredentials,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "RequestExpired"
        | "RequestTimeTooSkewed"
        | "AuthFailure" => KmsRefusalKind::RejectedCredentials,
        "KMSInternalException"
        | "DependencyTimeoutException"
        | "KeyUnavailableException"
        | "InternalFailure"
        | "InternalServerError"
        | "InternalServerException"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => KmsRefusalKind::ServiceFault,
        _ if status == 429 => KmsRefusalKind::Throttled,
        _ if status >= 500 => KmsRefusalKind::ServiceFault,
        _ => KmsRefusalKind::Other,
    }
}

/// What errors of the SDK say without saying anything.
const FRAMES: &[&str] = &[
    "dispatch failure",
    "other",
    "service error",
    "an error occurred while loading credentials",
    "an error occurred while loading an access token",
    "the credential provider was not enabled",
    "the credentials provider was not properly configured",
    "unexpected credentials error",
];

/// The reasons of an error, outermost first, each said once.
fn reasons(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cleaned(in_words(without_request(&cause.to_string())));
        if !text.is_empty() && !FRAMES.contains(&text.as_str()) && !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
    }
    said.join(": ")
}

/// The SDK describes some of its failures with the whole request, in the body of which a data key may stand.
fn without_request(text: &str) -> &str {
    text.split(" to request `").next().filter(|text| !text.contains("SdkBody")).unwrap_or_default()
}

/// The SDK describes errors of services as Rust would: `Error { code: "A", message: "b" }`.
fn in_words(text: &str) -> String {
    let Some((_, fields)) = text.split_once("Error {") else { return text.to_owned() };
    let field = |name: &str| {
        let (_, rest) = fields.split_once(&format!("{name}: \""))?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    };
    let request = field("aws_request_id").map_or_else(String::new, |id| format!(" (request {id})"));
    let told: Vec<String> = [field("code"), field("message")].into_iter().flatten().collect();
    format!("{}{request}", told.join(": "))
}

/// Somebody else's text, fit for a terminal: no control characters, no line breaks, not too long.
pub(super) fn cleaned(text: impl AsRef<str>) -> String {
    let mut cleaned = String::new();
    for word in text.as_ref().split(|letter: char| letter.is_whitespace() || is_unprintable(letter)) {
        if !word.is_empty() {
            if !cleaned.is_empty() {
                cleaned.push(' ');
            }
            cleaned.push_str(word);
        }
    }
    match cleaned.char_indices().nth(MAX_FOREIGN_LEN) {
        Some(_) => cleaned.chars().take(MAX_FOREIGN_LEN - 1).chain(['…']).collect(),
        None => cleaned,
    }
}

/// Control characters, and those with which Unicode reverses or hides text.
fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
