//! Unwrapping the data key of a document: the keys of all groups, in the order of what they cost.

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::key::GroupSlot;
use super::services::{MAX_KMS_CALLS, Services};
use crate::crypto::{DataKey, KeyShare, shamir};
use crate::error::{Error, GroupOutcome, KeyAttempt, KeyRefusal, Result};
use crate::keys::age::armor;
use crate::keys::age::wrap as age;
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::keyring::Keyring;
use crate::keys::pgp::gpg;
use crate::keys::race::{self, Contest, Patience};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::{AGE, AWS_KMS, PGP, WrappedKey};

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
        let asking = Asking { keyring: self, only, order };
        if let [group] = groups {
            let mut found = None;
            let mut take = |secret: &[u8]| {
                let Some(data_key) = DataKey::from_slice(secret) else {
                    return Err(KeyRefusal::Damaged("it does not wrap a data key".to_owned()));
                };
                found = Some(accept(&data_key).ok_or(KeyRefusal::AnotherDataKey)?);
                Ok(())
            };
            let attempts = asking.open(std::slice::from_ref(group), 1, &mut take).remove(0).attempts;
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
        let outcomes = asking.open(groups, threshold, &mut take);
        if shares.len() < threshold {
            return Err(Error::TooFewGroups { threshold, groups: outcomes });
        }
        let accepted = shamir::combine(&shares).and_then(|data_key| accept(&data_key));
        accepted.ok_or(Error::Document(crate::error::DocumentError::SharesDoNotFit))
    }
}
/// What is asked for the secrets of groups.
struct Asking<'a, 'k> {
    keyring: &'a Keyring<'k>,
    only: &'a [KeySpec],
    /// Providers that go before the others.
    order: &'a [&'a str],
}

impl Asking<'_, '_> {
    /// Opens `needed` of the groups, as far as keys do. `take` takes a secret, or says why it is not one.
    fn open(
        &self,
        groups: &[Vec<GroupSlot>],
        needed: usize,
        take: &mut dyn FnMut(&[u8]) -> Result<(), KeyRefusal>,
    ) -> Vec<GroupOutcome> {
        let mut order: Vec<Slot<'_>> = Vec::new();
        let mut first_slot = 0;
        for (group, slots) in groups.iter().enumerate() {
            let numbered = slots.iter().zip(first_slot..);
            order.extend(numbered.map(|(stored, number)| Slot { group, number, stored }));
            first_slot += slots.len();
        }
        // Keys of one provider stay together, as they have the same rank.
        order.sort_by_key(|slot| {
            let key = &slot.stored.wrapped;
            let rank = self.order.iter().position(|provider| *provider == key.provider);
            (rank.unwrap_or(self.order.len()), cost(key))
        });
        let of_kms = |slot: &Slot<'_>| slot.stored.wrapped.provider == AWS_KMS;
        let start = order.iter().position(of_kms).unwrap_or(order.len());
        let end = order.iter().rposition(of_kms).map_or(start, |last| last + 1);

        let outcomes = groups.iter().map(|_| GroupOutcome { is_open: false, attempts: Vec::new() }).collect();
        let mut opening = Opening { outcomes, needed, take };
        for slot in &order[..start] {
            if opening.wants(slot) {
                opening.answered(*slot, self.unwrap(&slot.stored.wrapped));
            }
        }
        self.open_by_kms(&order[start..end], &mut opening);
        for slot in &order[end..] {
            if opening.wants(slot) {
                opening.answered(*slot, self.unwrap(&slot.stored.wrapped));
            }
        }
        let mut outcomes = opening.outcomes;
        for outcome in &mut outcomes {
            outcome.attempts.sort_by_key(|attempt| attempt.slot);
        }
        outcomes
    }

    fn open_by_kms(&self, slots: &[Slot<'_>], opening: &mut Opening<'_>) {
        let kms = self.keyring.kms;
        let (mut services, mut calls) = (Services::default(), Vec::new());
        for slot in slots.iter().filter(|slot| opening.wants(slot)).copied().collect::<Vec<_>>() {
            match self.kms_key_of(slot.stored) {
                Ok(_) if calls.len() == MAX_KMS_CALLS => {
                    let many = format!("the document has more than {MAX_KMS_CALLS} AWS KMS keys");
                    opening.answered(slot, Err(KeyRefusal::Damaged(many)));
                }
                Ok(key) => calls.push((slot, key, services.index(kms, &slot.stored.access))),
                Err(refusal) => opening.answered(slot, Err(refusal)),
            }
        }
        let patience = Patience::new(kms.timeout());
        let ask = |call: usize| {
            let (slot, key, which) = &calls[call];
            if let Some(refusal) = patience.refusal() {
                return Err(refusal);
            }
            let GroupSlot { wrapped, access } = slot.stored;
            let service = services.get(kms, *which);
            Ok(service.decrypt_secret(key, &wrapped.ciphertext, &access.context, &patience)?)
        };
        match &calls[..] {
            [] => {}
            // Nobody else could be asked meanwhile.
            [(slot, ..)] => opening.answered(*slot, ask(0)),
            _ => {
                let slots = calls.iter().map(|(slot, ..)| *slot).collect();
                race::run(&patience, &ask, &mut Calls { opening, slots, next: 0 });
            }
        }
    }

    /// Unwraps with a key that is not one of AWS KMS.
    fn unwrap(&self, wrapped: &WrappedKey) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
        if !self.keyring.may_be_asked(wrapped, self.only) {
            return Err(KeyRefusal::NotTrusted);
        }
        let is_given = |is_it: &dyn Fn(&KeySpec) -> bool| self.only.is_empty() || self.only.iter().any(is_it);
        match wrapped.provider.as_str() {
            AGE => {
                let is_it = |uri: &KeySpec| matches!(uri, KeySpec::Age(key) if key.to_string() == wrapped.key_id);
                if !is_given(&is_it) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                let ciphertext = std::str::from_utf8(&wrapped.ciphertext).ok().and_then(armor::from_armor);
                let damaged = || KeyRefusal::Damaged("its age file is damaged".to_owned());
                let wrapped = WrappedKey { ciphertext: ciphertext.ok_or_else(damaged)?, ..wrapped.clone() };
                age::unwrap_secret(&wrapped, self.keyring.identities, self.keyring.passphrases)
            }
            PGP => {
                let is_it = |uri: &KeySpec| matches!(uri, KeySpec::Pgp(key) if key.is_end_of(&wrapped.key_id));
                if !is_given(&is_it) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                let armor = std::str::from_utf8(&wrapped.ciphertext);
                let armor = armor.map_err(|_| KeyRefusal::Damaged("its PGP message is damaged".to_owned()))?;
                Ok(gpg::unwrap(armor)?)
            }
            "gcp_kms" => Err(KeyRefusal::OtherService("Google Cloud KMS")),
            "azure_kv" => Err(KeyRefusal::OtherService("Azure Key Vault")),
            "hc_vault" => Err(KeyRefusal::OtherService("HashiCorp Vault")),
            "hckms" => Err(KeyRefusal::OtherService("Huawei Cloud KMS")),
            unknown => Err(KeyRefusal::UnknownProvider(unknown.to_owned())),
        }
    }

    /// The key that KMS is asked to use for a wrapped key.
    fn kms_key_of(&self, GroupSlot { wrapped, access }: &GroupSlot) -> Result<KmsKey, KeyRefusal> {
        if !self.keyring.may_be_asked(wrapped, self.only) {
            return Err(KeyRefusal::NotTrusted);
        }
        if !self.keyring.trusted.permits_access(wrapped, access) {
            return Err(KeyRefusal::NotNamed);
        }
        let no_arn = || KeyRefusal::Damaged(format!("`{}` is not the ARN of a KMS key", wrapped.key_id));
        let named = KmsKey::from_document(&wrapped.key_id).ok_or_else(no_arn)?;
        if self.only.is_empty() {
            return Ok(self.keyring.kms.replica_to_ask(named));
        }
        let means_it = |uri: &KeySpec| match uri {
            KeySpec::AwsKms(given) if *given == named => Some(named.clone()),
            KeySpec::AwsKms(given) => given.for_slot(&named),
            _ => None,
        };
        self.only.iter().find_map(means_it).ok_or(KeyRefusal::NotAmongGiven)
    }
}

/// A wrapped key of one of the groups.
#[derive(Clone, Copy)]
struct Slot<'a> {
    group: usize,
    /// Its number among those of all groups.
    number: usize,
    stored: &'a GroupSlot,
}

/// What has become of the groups so far.
struct Opening<'a> {
    outcomes: Vec<GroupOutcome>,
    needed: usize,
    take: &'a mut dyn FnMut(&[u8]) -> Result<(), KeyRefusal>,
}

impl Opening<'_> {
    fn is_done(&self) -> bool {
        self.outcomes.iter().filter(|outcome| outcome.is_open).count() >= self.needed
    }

    fn wants(&self, slot: &Slot<'_>) -> bool {
        !self.is_done() && !self.outcomes[slot.group].is_open
    }

    fn answered(&mut self, slot: Slot<'_>, answer: Result<Zeroizing<Vec<u8>>, KeyRefusal>) {
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

/// The calls of KMS, in the order in which they are made as long as their groups want them.
struct Calls<'a, 'o, 's> {
    opening: &'a mut Opening<'o>,
    slots: Vec<Slot<'s>>,
    next: usize,
}

impl Contest for Calls<'_, '_, '_> {
    type Secret = Zeroizing<Vec<u8>>;

    fn next(&mut self) -> Option<usize> {
        let wanted = (self.next..self.slots.len()).find(|call| self.opening.wants(&self.slots[*call]))?;
        self.next = wanted + 1;
        Some(wanted)
    }

    fn answered(&mut self, call: usize, answer: Result<Self::Secret, KeyRefusal>) -> ControlFlow<()> {
        self.opening.answered(self.slots[call], answer);
        if self.opening.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn cost(key: &WrappedKey) -> u8 {
    match key.provider.as_str() {
        AGE => 0,
        PGP => 1,
        AWS_KMS => 2,
        _ => 3,
    }
}
