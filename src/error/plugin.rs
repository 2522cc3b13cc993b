//! Why an age plugin did not wrap or unwrap.

use std::time::Duration;

use super::class::Verdict;

/// Why the plugin of a recipient or an identity did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginRefusal {
    /// The program is not there.
    #[error("the age plugin `{program}` is not in PATH")]
    Missing {
        /// The program.
        program: String,
    },
    /// It did not answer.
    #[error("`{program}` did not answer within {limit:?}")]
    Silent {
        /// The program.
        program: String,
        /// How long its answer was awaited.
        limit: Duration,
    },
    /// It ended, or said what is not in the protocol.
    #[error("`{program}` ended before it answered, or does not speak the plugin protocol of age")]
    Broken {
        /// The program.
        program: String,
    },
    /// It refused, in its own words without control characters.
    #[error("`{program}` failed: {message}")]
    Failed {
        /// The program.
        program: String,
        /// Its words, cut to 300 characters.
        message: String,
    },
}

impl PluginRefusal {
    /// What this refusal means for the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Missing { .. } => Verdict::No,
            Self::Silent { .. } | Self::Broken { .. } | Self::Failed { .. } => Verdict::Unavailable,
        }
    }
}
