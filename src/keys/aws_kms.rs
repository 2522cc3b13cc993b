//! AWS KMS as the keeper of wrapping keys.
//!
//! The words, refusals and policies of its keys are always here. What talks to AWS is in `client`, with the feature `aws`;
//! without it, `no_client` refuses every call in its place. Nothing is read, started or connected before the first call.

mod check;
#[cfg(feature = "aws")]
mod client;
mod key;
#[cfg(not(feature = "aws"))]
mod no_client;
mod policy;
mod refusal;

use std::time::Duration;

pub use self::check::{
    AwsCaller, KmsKeyCheck, KmsKeyDescription, KmsOperation, KmsPermission, KmsPurpose, KmsRotation, MultiRegion,
};
#[cfg(feature = "aws")]
pub use self::client::AwsKms;
pub use self::key::KmsKey;
#[cfg(not(feature = "aws"))]
pub use self::no_client::AwsKms;
pub use self::policy::{
    AccountRights, AwsPrincipal, ContextCondition, KeyPolicy, Parties, PolicyStatement, is_account,
};
pub use self::refusal::{KmsRefusal, KmsRefusalKind, ReEncryptRefusal};

/// How AWS KMS is asked. What is not given comes from the environment and the files that every AWS tool reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmsSettings {
    /// The profile to use, even if the environment holds credentials.
    pub profile: Option<String>,
    /// The region of keys that name none, and of multi-Region keys.
    pub region: Option<String>,
    /// A role to assume with the credentials found.
    pub role_arn: Option<String>,
    /// Longest time for one operation, retries and signing in included.
    pub timeout: Duration,
}
