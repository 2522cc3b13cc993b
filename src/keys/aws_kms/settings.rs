//! How AWS KMS is asked.

use std::time::Duration;

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
