//! Why AWS KMS did not do what it was asked, sorted into what a caller acts on.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::KmsKey;
use super::http::{Failure, Unreached, causes};
use crate::context::EncryptionContext;
use crate::error::Verdict;

/// AWS KMS refused an operation, or could not be asked.
#[derive(Clone, Debug, thiserror::Error)]
pub struct KmsRefusal {
    /// What a caller acts on.
    pub kind: KmsRefusalKind,
    /// The operation, as permissions name it: `Decrypt`, `GenerateDataKey`, `Encrypt`, `ReEncryptFrom`, `ReEncryptTo` or
    /// `DescribeKey`.
    pub operation: &'static str,
    /// The key that was asked.
    pub key: String,
    /// The region that was asked, if one was known.
    pub region: Option<String>,
    /// The encryption context with which it was asked.
    pub context: EncryptionContext,
    /// The error code that AWS gave.
    pub code: Option<String>,
    /// AWS's message without control characters and cut to 300 characters, or a sentence of our own. May be empty.
    pub message: String,
    /// The id under which AWS has logged the request.
    pub request_id: Option<String>,
    /// The profile that was used, if one was chosen.
    pub profile: Option<String>,
}

impl KmsRefusal {
    /// Whether the service does not know the operation.
    #[must_use]
    pub fn is_unknown_operation(&self) -> bool {
        matches!(self.code.as_deref(), Some("UnknownOperationException" | "InvalidAction"))
    }
}

/// The kinds of refusal that a caller tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KmsRefusalKind {
    /// The caller has not the permission.
    Denied,
    /// The key is disabled.
    Disabled,
    /// The key is scheduled for deletion.
    PendingDeletion,
    /// The key is in another state in which it cannot be used.
    InvalidState,
    /// There is no such key.
    NotFound,
    /// The wrapped key is damaged, or the context is not the one that it was made with.
    InvalidCiphertext,
    /// The wrapped key was made by another KMS key.
    WrongKey,
    /// The key is of another sort: for signing, or asymmetric.
    InvalidKeyUsage,
    /// The answer is not one to the question: it is about another key, or lacks what was asked for.
    WrongAnswer,
    /// Too many requests.
    Throttled,
    /// No credentials were found, or their source failed.
    NoCredentials,
    /// The credentials, or the session that gives them, have expired.
    ExpiredCredentials,
    /// AWS does not accept the credentials, or the clock that signed the request.
    RejectedCredentials,
    /// No region is known.
    NoRegion,
    /// AWS could not be reached.
    Network,
    /// AWS did not answer in time.
    TimedOut,
    /// AWS failed.
    ServiceFault,
    /// Anything else.
    Other,
}

impl KmsRefusalKind {
    /// What this kind of refusal means for the whole.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Denied
            | Self::Disabled
            | Self::PendingDeletion
            | Self::InvalidState
            | Self::NotFound
            | Self::WrongKey
            | Self::InvalidKeyUsage => Verdict::No,
            Self::InvalidCiphertext => Verdict::Damaged,
            Self::Throttled
            | Self::NoCredentials
            | Self::ExpiredCredentials
            | Self::RejectedCredentials
            | Self::NoRegion
            | Self::Network
            | Self::TimedOut
            | Self::ServiceFault
            | Self::WrongAnswer
            | Self::Other => Verdict::Unavailable,
        }
    }
}

impl KmsRefusal {
    /// The permission that AWS names as missing, such as `kms:Decrypt`.
    #[must_use]
    pub fn missing_action(&self) -> Option<&str> {
        self.denial().map(|denial| denial.action)
    }

    /// The key that AWS names in its denial. An alias leads to it, even for those who may not ask where it leads.
    #[must_use]
    pub fn denied_key(&self) -> Option<&str> {
        self.denial().map(|denial| denial.resource).filter(|resource| KmsKey::from_slot(resource).is_some())
    }

    /// Whether a policy forbids it in so many words, so that no other policy can allow it.
    #[must_use]
    pub fn is_explicit_deny(&self) -> bool {
        self.kind == KmsRefusalKind::Denied && self.message.contains("explicit deny")
    }

    fn denial(&self) -> Option<Denial<'_>> {
        if self.kind == KmsRefusalKind::Denied { Denial::parse(&self.message) } else { None }
    }
}

impl fmt::Display for KmsRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation;
        let mut parts: Vec<String> = self.code.iter().cloned().collect();
        let mut message = self.message.trim_end_matches('.');
        match self.kind {
            KmsRefusalKind::Denied => {
                if let Some(denial) = Denial::parse(message) {
                    let Denial { principal, action, resource: _, reason } = denial;
                    let comma = if reason.is_empty() { "" } else { ", " };
                    parts.push(format!("{principal} may not {action} on it{comma}{reason}"));
                    message = "";
                } else {
                    parts.push(format!("kms:{operation} is denied"));
                }
            }
            KmsRefusalKind::Disabled => parts.push(format!("the key is disabled and refuses kms:{operation}")),
            KmsRefusalKind::PendingDeletion => {
                parts.push(format!("the key is scheduled for deletion and refuses kms:{operation}"));
            }
            KmsRefusalKind::InvalidState => parts.push(format!("the state of the key does not permit kms:{operation}")),
            KmsRefusalKind::NotFound => parts.push(format!("kms:{operation} found no such key")),
            KmsRefusalKind::InvalidCiphertext => parts.push(format!(
                "kms:{operation} does not open it: the wrapped key is damaged, or the context is not the one it was made with"
            )),
            KmsRefusalKind::WrongKey => {
                parts.push(format!("kms:{operation} does not open it: the wrapped key was made under another key"));
            }
            KmsRefusalKind::InvalidKeyUsage => parts.push(format!("the key is not of the sort for kms:{operation}")),
            KmsRefusalKind::Throttled => parts.push(format!("too many requests, kms:{operation} was throttled")),
            KmsRefusalKind::NoCredentials => parts.push("no AWS credentials".to_owned()),
            KmsRefusalKind::ExpiredCredentials if self.code.is_some() => {
                parts.push("the AWS credentials have expired".to_owned());
            }
            KmsRefusalKind::RejectedCredentials => parts.push("AWS does not accept the credentials".to_owned()),
            KmsRefusalKind::ServiceFault | KmsRefusalKind::Other => parts.push(format!("kms:{operation} failed")),
            KmsRefusalKind::ExpiredCredentials
            | KmsRefusalKind::WrongAnswer
            | KmsRefusalKind::NoRegion
            | KmsRefusalKind::Network
            | KmsRefusalKind::TimedOut => {}
        }
        if !message.is_empty() {
            parts.push(message.to_owned());
        }
        f.write_str(&parts.join(": "))?;
        match &self.request_id {
            Some(request_id) => write!(f, " (request {request_id})"),
            None => Ok(()),
        }
    }
}

/// What was asked, of which key, and as whom: what every refusal says besides the fault.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) operation: &'static str,
    pub(super) key: String,
    pub(super) region: Option<String>,
    /// Scheme, host and port of what was asked, as soon as it has been.
    pub(super) endpoint: Arc<OnceLock<String>>,
    pub(super) context: EncryptionContext,
    pub(super) profile: Option<String>,
    pub(super) timeout: Duration,
}

impl Call {
    /// The same call, for which this context was sent.
    pub(super) fn with_context(self, context: &EncryptionContext) -> Self {
        Self { context: context.clone(), ..self }
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

    /// There was no answer in time.
    pub(super) fn timed_out(&self) -> Box<KmsRefusal> {
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
            let strange = format!("the answer of {}, with HTTP status {status}, is not one of KMS", self.service());
            return Box::new(KmsRefusal { request_id, ..*self.refusal(kind, &strange) });
        };
        let kind = kind_of_code(&code, &message, status);
        Box::new(KmsRefusal { code: Some(code), request_id, ..*self.refusal(kind, &message) })
    }

    /// No answer of KMS: the network, or the credentials with which to ask.
    fn not_asked(&self, error: &(dyn Error + 'static)) -> Box<KmsRefusal> {
        let unreached = causes(error).find_map(|cause| cause.downcast_ref::<Unreached>());
        let credentials = causes(error).filter_map(|cause| cause.downcast_ref::<CredentialsError>()).last();
        match (credentials, unreached) {
            (Some(credentials), unreached) => self.without_credentials(credentials, unreached),
            (None, Some(unreached)) => {
                let kind = match unreached.failure {
                    Failure::NoAnswerWithin(_) => KmsRefusalKind::TimedOut,
                    Failure::TooLong => KmsRefusalKind::ServiceFault,
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

/// AWS's sentence for a denial: `User: WHO is not authorized to perform: ACTION on resource: ARN because …`.
struct Denial<'a> {
    principal: &'a str,
    action: &'a str,
    /// Empty if AWS does not name it.
    resource: &'a str,
    /// From `because`, or `with an explicit deny`, on; empty if AWS gives no reason.
    reason: &'a str,
}

impl<'a> Denial<'a> {
    fn parse(message: &'a str) -> Option<Self> {
        let (principal, rest) = message.strip_prefix("User: ")?.split_once(" is not authorized to perform: ")?;
        let (action, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let resource =
            rest.split_once("on resource: ").map_or("", |(_, rest)| rest.split(' ').next().unwrap_or_default());
        let reason = ["because ", "with an explicit deny"].iter().find_map(|start| rest.find(start));
        let reason = reason.map_or("", |at| &rest[at..]);
        action.starts_with("kms:").then_some(Self { principal, action, resource, reason })
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
        let text = cleaned(without_request(&cause.to_string()));
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

/// Somebody else's text, fit for a terminal: no control characters, no line breaks, not too long.
fn cleaned(text: impl AsRef<str>) -> String {
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
