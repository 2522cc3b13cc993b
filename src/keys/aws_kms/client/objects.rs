//! The same sign-in for a storage of objects: its configuration, its runtime, and the reasons why nobody was asked.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::call::cleaned;
use super::http;
use super::session::{KmsSession, Retries};
use crate::error::KmsRefusal;
use crate::keys::aws_kms::service::AwsKms;
use crate::threads;

/// Longest answer of a storage of objects that is read, in bytes: a part of an object, or a list of names.
const LONGEST_ANSWER: usize = 64 << 20;
/// Longest wait for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Longest wait for an answer, the way of a part to the storage included.
const ANSWER_LIMIT: Duration = Duration::from_mins(3);
/// How often one request is tried, unless the configuration of AWS says otherwise.
const ATTEMPTS: u32 = 6;

/// Whether somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// At once, and a person may be asked for a code.
    Now,
    /// Nobody needs to.
    Never,
}

/// AWS, signed in, for a storage of objects. Its calls proceed in a thread of their own.
pub(crate) struct ObjectAccess {
    kms: Arc<AwsKms>,
    /// Credentials, retries and time limits.
    pub(crate) config: SdkConfig,
    end: Arc<Notify>,
}

impl ObjectAccess {
    /// Reads the configuration, asks for codes of MFA devices, and starts the thread. `region` is asked where none is named.
    ///
    /// # Errors
    /// If there is no thread, or a role cannot be assumed.
    pub(crate) fn new(kms: &Arc<AwsKms>, region: &str, sign_in: SignIn) -> Result<Self, Box<KmsRefusal>> {
        let call = kms.call("GetObject", String::new());
        let session = kms.session(&call)?;
        let (config, ca_bundle) = session.config_of_objects(&kms.settings, region);
        if sign_in == SignIn::Now {
            session.sign_in(|role| kms.sign_in(session, role, &call))?;
        }
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_LIMIT).read_timeout(ANSWER_LIMIT).build();
        let mut config = config
            .to_builder()
            .http_client(http::client_with_limit(ca_bundle, LONGEST_ANSWER))
            .timeout_config(timeouts)
            // Parts are read as wholes: the limit on the answer is enough.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if session.retries() == Retries::UntilTimeout {
            config = config.retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        }
        let access = Self { kms: Arc::clone(kms), config: config.build(), end: Arc::default() };
        let (kms, end) = (Arc::clone(kms), Arc::clone(&access.end));
        let driver = move || {
            if let Some(Ok(session)) = kms.session.get() {
                session.block_on(end.notified());
            }
        };
        threads::spawn(driver).map_err(|error| call.not_asked(&error))?;
        Ok(access)
    }

    /// Runs a request to its end.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.session().block_on(future)
    }

    /// Starts a request that proceeds while others do.
    pub(crate) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.session().spawn(future)
    }

    /// Why a request got no answer: the network, or the credentials.
    pub(crate) fn unasked(&self, error: &(dyn Error + 'static)) -> Box<KmsRefusal> {
        self.kms.call("GetObject", String::new()).not_asked(error)
    }

    fn session(&self) -> &KmsSession {
        match self.kms.session.get() {
            Some(Ok(session)) => session,
            _ => unreachable!("there is a session since this was made"),
        }
    }
}

impl Drop for ObjectAccess {
    fn drop(&mut self) {
        self.end.notify_one();
    }
}

/// Somebody else's text, fit for a terminal.
pub(crate) fn printable(text: &str) -> String {
    cleaned(text)
}
