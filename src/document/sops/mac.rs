//! The MAC that sops knows: a digest over the plaintext of the values, in the order of the document.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::crypto::digest::PlaintextDigest;
use crate::document::content::value::Value;

/// What the digest begins with when only encrypted values count, so that it is never that of all values.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// How many bytes aliases may stand for in one document, with one more for each value.
const MAX_EXPANSION: u64 = 64 << 20;

/// Which values count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacScope {
    /// All of them.
    #[default]
    All,
    /// Those that are encrypted: the others may be changed by anybody.
    OnlyEncrypted,
}

/// A MAC in the making.
pub(crate) struct Mac<'d> {
    digest: PlaintextDigest,
    scope: MacScope,
    /// What the aliases that come stand for.
    aliases: std::slice::Iter<'d, Range<usize>>,
    /// What was met, if aliases come that may stand for it.
    met: Vec<MacEntry>,
    /// What everything up to each of these and with it costs to take in.
    costs: Vec<u64>,
    budget: u64,
}

enum MacEntry {
    Value(Zeroizing<Vec<u8>>),
    Alias(Range<usize>),
}

impl<'d> Mac<'d> {
    /// One over a document whose aliases stand for `aliases`.
    pub(crate) fn new(scope: MacScope, aliases: &'d [Range<usize>]) -> Self {
        let mut digest = PlaintextDigest::default();
        if scope == MacScope::OnlyEncrypted {
            digest.update(&ONLY_ENCRYPTED);
        }
        Self { digest, scope, aliases: aliases.iter(), met: Vec::new(), costs: Vec::new(), budget: MAX_EXPANSION }
    }

    /// Takes the next value in.
    pub(crate) fn add(&mut self, value: &Value, is_selected: bool) {
        let plaintext = value.plaintext();
        if self.counts(is_selected) {
            self.digest.update(&plaintext);
        }
        if !self.aliases.as_slice().is_empty() {
            self.remember(plaintext.len() as u64 + 1, MacEntry::Value(plaintext.to_vec().into()));
        }
    }

    /// Takes everything in that the next alias stands for, as if it stood there: to sops an alias is what it stands for.
    ///
    /// What would be more than anybody writes, because aliases stand for aliases again, counts as nothing.
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
        // More than the budget is more than the budget, however much. Without this bound the sums would run over for aliases
        // of aliases, their differences would be small, and what they stand for would be taken in without end.
        self.costs.push(before + cost.min(MAX_EXPANSION + 1));
        self.met.push(met);
    }
}
