//! What calls of AWS KMS need from the program around them: codes of MFA devices, and somebody who notes the calls.

use std::fmt;
use std::sync::Arc;

use crate::keys::passphrase::PassphraseSource;

/// Who notes every call of AWS KMS that was answered.
pub trait KmsCallLog: Send + Sync {
    /// Notes one. Retries are calls of their own.
    fn called(&self, call: &KmsCall);
}

/// A call of AWS KMS that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KmsCall {
    /// The operation, such as `Decrypt`.
    pub operation: String,
    /// The key as it was named to AWS KMS, if one was.
    pub key: Option<String>,
    /// The id under which AWS has logged the call, if the answer has one.
    pub request_id: Option<String>,
    /// The status of the answer: 200 if the call succeeded.
    pub status: u16,
}

/// The program around the calls.
#[derive(Clone, Default)]
pub struct KmsHooks {
    /// Who is asked for codes. Without, roles that need one are not assumed.
    pub codes: Option<Arc<dyn PassphraseSource + Send>>,
    /// Who notes calls.
    pub calls: Option<Arc<dyn KmsCallLog>>,
}

impl fmt::Debug for KmsHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsHooks").finish_non_exhaustive()
    }
}
