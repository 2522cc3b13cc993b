//! Unwrapping the data key of a document: the keys of all groups, in the order of what they cost.

use std::ops::ControlFlow;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::key::GroupSlot;
use crate::crypto::{DataKey, KeyShare, shamir};
use crate::error::{Error, GroupOutcome, KeyAttempt, KeyRefusal, Result};
use crate::keys::cost::Cost;
use crate::keys::keyring::{AskableKey, Keyring};
use crate::keys::provider::Holder;
use crate::keys::race::{self, Contest, Patience};
use crate::keys::registry;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Most keys of key services that one document makes us ask. No honest one comes near it.
const MOST_CALLS: usize = 32;

impl Keyring<'_> {
    /// Unwraps the data key of a document, and returns what `accept` made of it.
    ///
    /// Keys are tried in the order of what they cost: age, PGP, AWS KMS. Each is asked once, and those of KMS that do not
    /// answer soon are waited for together, within one time-out. With `only`, other keys are left out.
    ///
    /// # Errors
    /// [`Error::NoKeyOpens`] or [`Error::TooFewGroups`] with the reason of every key.
    pub fn unwrap_groups<T>(
        &self,
        groups: &[Vec<GroupSlot>],
        threshold: usize,
        only: &[KeySpec],
        order: &[&str],
        mut accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<T> {
        let unwrapping = GroupUnwrapping { keyring: self, only, order };
        if let [group] = groups {
            let mut found = None;
            let mut take = |secret: &[u8]| {
                let Some(data_key) = DataKey::from_slice(secret) else {
                    return Err(KeyRefusal::Damaged("it does not wrap a data key".to_owned()));
                };
                found = Some(accept(&data_key).ok_or(KeyRefusal::AnotherDataKey)?);
                Ok(())
            };
            let attempts = unwrapping.open(std::slice::from_ref(group), 1, &mut take).remove(0).attempts;
            return found.ok_or(Error::NoKeyOpens { attempts });
        }
        let mut shares = Vec::<KeyShare>::new();
        let mut take = |secret: &[u8]| {
            let damaged = || KeyRefusal::Damaged("it does not wrap a share of a data key".to_owned());
            let share = KeyShare::from_slice(secret).ok_or_else(damaged)?;
            if shares.iter().any(|other| other.number() == share.number()) {
                return Err(KeyRefusal::Damaged("it wraps the share of another key group".to_owned()));
            }
            shares.push(share);
            Ok(())
        };
        let outcomes = unwrapping.open(groups, threshold, &mut take);
        if shares.len() < threshold {
            return Err(Error::TooFewGroups { threshold, groups: outcomes });
        }
        let accepted = shamir::combine(&shares).and_then(|data_key| accept(&data_key));
        accepted.ok_or(Error::Document(crate::error::DocumentError::SharesDoNotFit))
    }
}
impl Keyring<'_> {
    /// Whether opening a document with these keys waits for a key service, because no other document has asked for them.
    #[must_use]
    pub fn waits_for_service(&self, groups: &[Vec<GroupSlot>], only: &[KeySpec]) -> bool {
        let is_asked =
            |slot: &GroupSlot| self.cost(&slot.wrapped) == Cost::KeyService && !self.cache.knows_secret(slot, only);
        groups.iter().any(|group| group.iter().all(is_asked))
    }
}

/// A data key or a share of one, as it was unwrapped.
type Secret = Arc<Zeroizing<Vec<u8>>>;

/// What is asked for the secrets of groups.
struct GroupUnwrapping<'a, 'k> {
    keyring: &'a Keyring<'k>,
    only: &'a [KeySpec],
    /// Providers that go before the others.
    order: &'a [&'a str],
}

impl GroupUnwrapping<'_, '_> {
    /// Opens `needed` of the groups, as far as keys do. `take` takes a secret, or says why it is not one.
    fn open(
        &self,
        groups: &[Vec<GroupSlot>],
        needed: usize,
        take: &mut dyn FnMut(&[u8]) -> Result<(), KeyRefusal>,
    ) -> Vec<GroupOutcome> {
        let mut order: Vec<NumberedSlot<'_>> = Vec::new();
        let mut first_slot = 0;
        for (group, slots) in groups.iter().enumerate() {
            let numbered = slots.iter().zip(first_slot..);
            order.extend(numbered.map(|(stored, number)| NumberedSlot { group, number, stored }));
            first_slot += slots.len();
        }
        // Keys of one provider stay together, as they have the same rank.
        order.sort_by_key(|slot| {
            let key = &slot.stored.wrapped;
            let rank = self.order.iter().position(|provider| *provider == key.provider);
            (rank.unwrap_or(self.order.len()), self.keyring.cost(key))
        });
        let is_of_service = |slot: &NumberedSlot<'_>| self.keyring.cost(&slot.stored.wrapped) == Cost::KeyService;
        let start = order.iter().position(is_of_service).unwrap_or(order.len());
        let end = order.iter().rposition(is_of_service).map_or(start, |last| last + 1);

        let outcomes = groups.iter().map(|_| GroupOutcome { is_open: false, attempts: Vec::new() }).collect();
        let mut opening = OpenGroups { outcomes, needed, take };
        for slot in &order[..start] {
            if opening.wants(slot) {
                opening.answered(*slot, self.unwrap(slot.stored));
            }
        }
        self.open_by_services(&order[start..end], &mut opening);
        for slot in &order[end..] {
            if opening.wants(slot) {
                opening.answered(*slot, self.unwrap(slot.stored));
            }
        }
        let mut outcomes = opening.outcomes;
        for outcome in &mut outcomes {
            outcome.attempts.sort_by_key(|attempt| attempt.slot);
        }
        outcomes
    }

    fn open_by_services(&self, slots: &[NumberedSlot<'_>], opening: &mut OpenGroups<'_>) {
        let mut calls = Vec::new();
        for slot in slots.iter().filter(|slot| opening.wants(slot)).copied().collect::<Vec<_>>() {
            match self.askable(slot.stored) {
                Ok(_) if calls.len() == MOST_CALLS => {
                    let title = registry::by_name(&slot.stored.wrapped.provider).map_or("", |known| known.title());
                    let many = format!("the document has more than {MOST_CALLS} {title} keys");
                    opening.answered(slot, Err(KeyRefusal::Damaged(many)));
                }
                Ok(key) => calls.push((slot, key)),
                Err(refusal) => opening.answered(slot, Err(refusal)),
            }
        }
        let patience = Patience::new(self.keyring.kms.timeout());
        let ask = |call: usize| {
            let (slot, key) = &calls[call];
            self.secret(slot.stored, key, &patience)
        };
        match &calls[..] {
            [] => {}
            // Nobody else could be asked meanwhile.
            [(slot, _)] => opening.answered(*slot, ask(0)),
            _ => {
                let slots = calls.iter().map(|(slot, _)| *slot).collect();
                race::run(&patience, &ask, &mut ServiceCalls { opening, slots, next: 0 });
            }
        }
    }

    /// Unwraps with a key that is not one of a key service.
    fn unwrap(&self, slot: &GroupSlot) -> Result<Secret, KeyRefusal> {
        let patience = Patience::new(self.keyring.kms.timeout());
        self.secret(slot, &self.askable(slot)?, &patience)
    }

    /// What a key unwraps, unless another document has asked for the same. Whether the key may be asked differs from document
    /// to document, and was checked.
    fn secret(&self, slot: &GroupSlot, key: &AskableKey<'_>, patience: &Patience) -> Result<Secret, KeyRefusal> {
        let cache = self.keyring.cache;
        // What another role or profile is refused says nothing about this one.
        let is_usual = slot.access.role.is_none() && slot.access.profile.is_none();
        cache.secret(slot, self.only, || self.keyring.ask(key, patience, is_usual.then_some(cache)))
    }

    fn askable<'s>(&self, GroupSlot { wrapped, access }: &'s GroupSlot) -> Result<AskableKey<'s>, KeyRefusal> {
        self.keyring.askable(wrapped, access, Holder::Document, self.only)
    }
}

/// A wrapped key of one of the groups.
#[derive(Clone, Copy)]
struct NumberedSlot<'a> {
    group: usize,
    /// Its number among those of all groups.
    number: usize,
    stored: &'a GroupSlot,
}

/// What has become of the groups so far.
struct OpenGroups<'a> {
    outcomes: Vec<GroupOutcome>,
    needed: usize,
    take: &'a mut dyn FnMut(&[u8]) -> Result<(), KeyRefusal>,
}

impl OpenGroups<'_> {
    fn is_done(&self) -> bool {
        self.outcomes.iter().filter(|outcome| outcome.is_open).count() >= self.needed
    }

    fn wants(&self, slot: &NumberedSlot<'_>) -> bool {
        !self.is_done() && !self.outcomes[slot.group].is_open
    }

    fn answered(&mut self, slot: NumberedSlot<'_>, answer: Result<Secret, KeyRefusal>) {
        // Of a group that is open already, nothing more is wanted.
        if !self.wants(&slot) {
            return;
        }
        match answer.and_then(|secret| (self.take)(&secret)) {
            Ok(()) => self.outcomes[slot.group].is_open = true,
            Err(refusal) => {
                let WrappedKey { provider, key_id, .. } = slot.stored.wrapped.clone();
                let attempt = KeyAttempt { slot: slot.number, provider, key_id, refusal };
                self.outcomes[slot.group].attempts.push(attempt);
            }
        }
    }
}

/// The calls of key services, in the order in which they are made as long as their groups want them.
struct ServiceCalls<'a, 'o, 's> {
    opening: &'a mut OpenGroups<'o>,
    slots: Vec<NumberedSlot<'s>>,
    next: usize,
}

impl Contest<Secret> for ServiceCalls<'_, '_, '_> {
    fn next(&mut self) -> Option<usize> {
        let wanted = (self.next..self.slots.len()).find(|call| self.opening.wants(&self.slots[*call]))?;
        self.next = wanted + 1;
        Some(wanted)
    }

    fn answered(&mut self, call: usize, answer: Result<Secret, KeyRefusal>) -> ControlFlow<()> {
        self.opening.answered(self.slots[call], answer);
        if self.opening.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
