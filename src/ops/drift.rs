//! Drift: how an encrypted file differs from what its config says now.

use std::fmt;

use crate::document::{ChangedPair, EncryptionRule, GroupDifference};

/// How an encrypted file differs from what its config says.
#[derive(Debug, Default)]
pub struct Drift {
    /// Keys that the config adds and removes, group by group.
    pub keys: Vec<GroupDifference>,
    /// The threshold of key groups, of the document and of the config.
    pub threshold: Option<(usize, usize)>,
    /// The rule for which values are encrypted, of the document and of the config.
    pub rule: Option<(EncryptionRule, EncryptionRule)>,
    /// Pairs of the encryption context.
    pub context: Vec<ChangedPair>,
}

impl Drift {
    /// Whether the file is as its config says.
    #[must_use]
    pub fn is_none(&self) -> bool {
        let Self { keys, threshold, rule, context } = self;
        keys.iter().all(GroupDifference::is_empty) && threshold.is_none() && rule.is_none() && context.is_empty()
    }

    /// One sentence for each difference.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let Self { keys, threshold, rule, context } = self;
        let mut sentences = GroupDifference::sentences(keys, GroupDifference::WOULD);
        let of_threshold = |(old, new): &_| format!("{old} key groups are needed, the config says {new}");
        sentences.extend(threshold.as_ref().map(of_threshold));
        let words = |rule: &EncryptionRule| format!("{}: {}", rule.name(), rule.text());
        let of_rule = |(old, new): &_| format!("its rule is {}, that of the config {}", words(old), words(new));
        sentences.extend(rule.as_ref().map(of_rule));
        sentences.extend(context.iter().map(|ChangedPair { name, found, wanted }| match (found, wanted) {
            (Some(found), Some(wanted)) => {
                format!("its context has {name}={found}, that of the config {name}={wanted}")
            }
            (None, Some(wanted)) => format!("its context lacks {name}={wanted}"),
            (found, None) => {
                format!("its context has {name}={}, that of the config has not", found.as_deref().unwrap_or_default())
            }
        }));
        sentences
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not as the config says: {}", self.sentences().join(", "))
    }
}
