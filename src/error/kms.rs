//! Why AWS KMS did not do what it was asked, sorted into what a caller acts on.

use std::fmt;

use super::class::Verdict;

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
    /// The pairs of the encryption context with which it was asked.
    pub context: Vec<(String, String)>,
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
#[non_exhaustive]
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
    /// AWS rejected the credentials, or the clock that signed the request.
    RejectedCredentials,
    /// A role was not given to the caller.
    RoleRefused,
    /// The code of an MFA device is needed, and there is nobody to type it.
    CodeNeeded,
    /// No region is known.
    NoRegion,
    /// AWS could not be reached.
    Network,
    /// AWS did not answer in time.
    TimedOut,
    /// AWS failed.
    ServiceFault,
    /// Nobody was asked: kenc was built without the feature `aws`.
    NotInThisBuild,
    /// Nobody was asked: the log of key uses cannot be written.
    NotLogged,
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
            | Self::InvalidKeyUsage
            | Self::NotInThisBuild => Verdict::No,
            Self::InvalidCiphertext => Verdict::Damaged,
            Self::Throttled
            | Self::NoCredentials
            | Self::ExpiredCredentials
            | Self::RejectedCredentials
            | Self::RoleRefused
            | Self::CodeNeeded
            | Self::NoRegion
            | Self::Network
            | Self::TimedOut
            | Self::ServiceFault
            | Self::WrongAnswer
            | Self::NotLogged
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

    /// What AWS names in its denial: the ARN of a key, if it names any.
    #[must_use]
    pub fn denied_resource(&self) -> Option<&str> {
        self.denial().map(|denial| denial.resource)
    }

    /// Whom AWS denied it to: the ARN of the caller, if AWS names it.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.denial().map(|denial| denial.principal)
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
                    parts.push(format!("{principal} is not authorized to perform {action}{comma}{reason}"));
                    message = "";
                } else {
                    parts.push(format!("kms:{operation} is denied"));
                }
            }
            KmsRefusalKind::Disabled => parts.push(format!("the key is disabled and refuses kms:{operation}")),
            KmsRefusalKind::PendingDeletion => {
                parts.push(format!("the key is scheduled for deletion and refuses kms:{operation}"));
            }
            KmsRefusalKind::InvalidState => parts.push(format!("the state of the key does not allow kms:{operation}")),
            KmsRefusalKind::NotFound => parts.push(format!("kms:{operation} found no such key")),
            KmsRefusalKind::InvalidCiphertext => parts.push(format!(
                "kms:{operation} failed: the wrapped key is damaged, or it was made with another encryption context"
            )),
            KmsRefusalKind::WrongKey => {
                parts.push(format!("kms:{operation} failed: the wrapped key was made under another key"));
            }
            KmsRefusalKind::InvalidKeyUsage => parts.push(format!("the key usage does not allow kms:{operation}")),
            KmsRefusalKind::Throttled => parts.push(format!("kms:{operation} was throttled: too many requests")),
            KmsRefusalKind::NoCredentials => parts.push("no AWS credentials".to_owned()),
            KmsRefusalKind::ExpiredCredentials if self.code.is_some() => {
                parts.push("the AWS credentials have expired".to_owned());
            }
            KmsRefusalKind::RejectedCredentials => parts.push("AWS rejected the credentials".to_owned()),
            KmsRefusalKind::ServiceFault | KmsRefusalKind::Other => parts.push(format!("kms:{operation} failed")),
            KmsRefusalKind::ExpiredCredentials
            | KmsRefusalKind::RoleRefused
            | KmsRefusalKind::CodeNeeded
            | KmsRefusalKind::WrongAnswer
            | KmsRefusalKind::NoRegion
            | KmsRefusalKind::Network
            | KmsRefusalKind::TimedOut
            | KmsRefusalKind::NotLogged
            | KmsRefusalKind::NotInThisBuild => {}
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

/// Which of the two keys of a `ReEncrypt` refused. Each needs a permission of its own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ReEncryptRefusal {
    /// The key that the data key is wrapped under, or the wrapped key itself.
    Source(Box<KmsRefusal>),
    /// The key that it is to be wrapped under.
    Destination(Box<KmsRefusal>),
}

impl fmt::Display for ReEncryptRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Source(refusal) | Self::Destination(refusal)) = self;
        refusal.fmt(f)
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
