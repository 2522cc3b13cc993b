//! What calls of AWS KMS need from the program around them: codes of MFA devices, and somebody who notes the calls.

use std::fmt;
use std::sync::Arc;

use crate::keys::passphrase::PassphraseSource;
use crate::keys::wrapped::WrappedKeyDigest;

/// Who notes every call of AWS KMS that was answered.
pub trait KmsCallLog: Send + Sync {
    /// Says whether calls can be noted. No call is made otherwise.
    ///
    /// # Errors
    /// Why not, in a sentence.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// Notes one. Retries are calls of their own. Nothing is made of an answer that cannot be noted.
    ///
    /// # Errors
    /// Why it cannot be noted, in a sentence.
    fn called(&self, call: &KmsCall) -> Result<(), String>;
}

/// A call of AWS KMS that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KmsCall {
    /// The operation, such as `Decrypt`.
    pub operation: String,
    /// The key as it was named to AWS KMS, if one was.
    pub key: Option<String>,
    /// The ARN of the key that AWS KMS found.
    pub answered_key: Option<String>,
    /// The id under which AWS has logged the call, if the answer has one.
    pub request_id: Option<String>,
    /// The status of the answer: 200 if the call succeeded.
    pub status: u16,
    /// The encryption context that was sent.
    pub context: Vec<(String, String)>,
    /// The wrapped keys that went in and came out.
    pub wrapped_keys: Vec<WrappedKeyDigest>,
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
