//! Calls of AWS KMS, as a session has them noted: by its observer, and in the log that the user's config asks for.

use std::sync::Arc;

use crate::keys::aws_kms::{KmsCall, KmsCallLog};
use crate::ops::configs::Configs;
use crate::ops::observer::Observer;

/// Passes calls on.
pub(super) struct ObservedCalls {
    observer: Arc<dyn Observer>,
    configs: Option<Configs>,
}

impl ObservedCalls {
    /// To an observer, and to the log of the configs if there is one.
    pub(super) fn new(observer: Arc<dyn Observer>, configs: Option<Configs>) -> Self {
        Self { observer, configs }
    }
}

impl KmsCallLog for ObservedCalls {
    fn check(&self) -> Result<(), String> {
        let Some(configs) = &self.configs else { return Ok(()) };
        let log = configs.key_use_log().map_err(|failure| failure.cause.to_string())?;
        log.map_or(Ok(()), |log| log.open())
    }

    fn called(&self, call: &KmsCall) -> Result<(), String> {
        self.observer.kms_call(call);
        let Some(configs) = &self.configs else { return Ok(()) };
        let log = configs.key_use_log().map_err(|failure| failure.cause.to_string())?;
        log.map_or(Ok(()), |log| log.add(call))
    }
}
