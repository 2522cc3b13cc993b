//! The MAC of sops: a digest over the plaintext of the values, in document order.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::crypto::digest::PlaintextDigest;
use crate::document::content::value::Value;

/// Prefix of the digest if only encrypted values count, so that it never equals that of all values.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Maximum size in bytes of the targets of all aliases in one document, plus one for each value.
const MAX_EXPANSION: u64 = 64 << 20;

/// Which values the MAC covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacScope {
    /// All of them.
    #[default]
    All,
    /// Those that are encrypted: anybody may change the others.
    OnlyEncrypted,
}

/// A MAC being computed.
pub(crate) struct Mac<'d> {
    digest: PlaintextDigest,
    scope: MacScope,
    /// The targets of the remaining aliases.
    aliases: std::slice::Iter<'d, Range<usize>>,
    /// What was added so far, if later aliases may refer to it.
    met: Vec<MacEntry>,
    /// Cumulative cost of adding everything up to each of these.
    costs: Vec<u64>,
    budget: u64,
}

enum MacEntry {
    Value(Zeroizing<Vec<u8>>),
    Alias(Range<usize>),
}

impl<'d> Mac<'d> {
    /// A MAC of a document whose aliases refer to `aliases`.
    pub(crate) fn new(scope: MacScope, aliases: &'d [Range<usize>]) -> Self {
        let mut digest = PlaintextDigest::default();
        if scope == MacScope::OnlyEncrypted {
            digest.update(&ONLY_ENCRYPTED);
        }
        Self { digest, scope, aliases: aliases.iter(), met: Vec::new(), costs: Vec::new(), budget: MAX_EXPANSION }
    }

    /// Adds the next value.
    pub(crate) fn add(&mut self, value: &Value, is_selected: bool) {
        let plaintext = value.plaintext_bytes();
        if self.counts(is_selected) {
            self.digest.update(&plaintext);
        }
        if !self.aliases.as_slice().is_empty() {
            self.remember(plaintext.len() as u64 + 1, MacEntry::Value(plaintext.to_vec().into()));
        }
    }

    /// Adds the target of the next alias: to sops an alias is a copy of its target.
    ///
    /// An expansion beyond the budget, by aliases of aliases, is left out.
    pub(crate) fn add_alias(&mut self, is_selected: bool) {
        let Some(meant) = self.aliases.next() else { return };
        let up_to = |end: usize| end.checked_sub(1).map_or(0, |last| self.costs[last]);
        let cost = up_to(meant.end) - up_to(meant.start);
        if self.counts(is_selected) && cost <= self.budget {
            self.budget -= cost;
            let mut within = vec![meant.clone()];
            while let Some(range) = within.last_mut() {
                match range.next().map(|number| &self.met[number]) {
                    Some(MacEntry::Value(plaintext)) => self.digest.update(plaintext),
                    Some(MacEntry::Alias(meant)) => within.push(meant.clone()),
                    None => drop(within.pop()),
                }
            }
        }
        self.remember(cost + 1, MacEntry::Alias(meant.clone()));
    }

    /// The MAC as it is encrypted and stored.
    pub(crate) fn finish(self) -> Zeroizing<String> {
        self.digest.finish()
    }

    fn counts(&self, is_selected: bool) -> bool {
        is_selected || self.scope == MacScope::All
    }

    fn remember(&mut self, cost: u64, met: MacEntry) {
        let before = self.costs.last().copied().unwrap_or(0);
        // Sums saturate above the budget. Otherwise they would overflow for aliases of aliases, their differences would
        // look small, and the targets would be added without end.
        self.costs.push(before + cost.min(MAX_EXPANSION + 1));
        self.met.push(met);
    }
}
