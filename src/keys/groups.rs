//! The wrapping keys of documents: groups of keys, each key with what goes with it there.
//!
//! With one group, any of its keys opens. With several, the data key is split by Shamir's scheme: any key of a group gives
//! that group's share, and as many shares as the threshold are the data key.

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::crypto::{DataKey, KeyShare, shamir};
use crate::error::{Error, Result};
use crate::keys::pgp::{self, PgpFingerprint};
use crate::keys::race::{self, Contest, Patience};
use crate::keys::{
    AGE, AWS_KMS, AwsKms, KeyAttempt, KeyRefusal, KeyUri, Keyring, KmsKey, KmsRefusalKind, PGP, WrappedKey, age,
};
use crate::threads;

/// A wrapping key of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappingKey {
    /// The key.
    pub key: KeyUri,
    /// How it is asked, if it is one of AWS KMS.
    pub access: KmsAccess,
}

/// What goes with a key of AWS KMS in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KmsAccess {
    /// The encryption context.
    pub context: EncryptionContext,
    /// The role to assume.
    pub role: Option<String>,
    /// The profile to use.
    pub profile: Option<String>,
}

impl From<KeyUri> for WrappingKey {
    fn from(key: KeyUri) -> Self {
        Self { key, access: KmsAccess::default() }
    }
}

/// A wrapped key of a document, to be unwrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSlot {
    /// The wrapped data key or share: bytes for KMS, armor for age and PGP.
    pub wrapped: WrappedKey,
    /// How the key is asked, if it is one of AWS KMS.
    pub access: KmsAccess,
}

/// What became of one group.
#[derive(Clone, Debug)]
pub struct GroupOutcome {
    /// Whether it gave its share.
    pub is_open: bool,
    /// The keys that were tried and did not open.
    pub attempts: Vec<KeyAttempt>,
}

/// Most keys of AWS KMS that one document makes us ask. No honest one comes near it.
const MAX_KMS_CALLS: usize = 32;

impl Keyring<'_> {
    /// Makes a new data key, and wraps it under every key of `groups`: whole if there is one group, else in shares.
    ///
    /// With one group, the first KMS key in it makes the data key (`GenerateDataKey`), as far as it may. KMS keys are asked
    /// at the same time. The result has the shape of `groups`; age and PGP give armor.
    ///
    /// # Errors
    /// [`Error::NoKeyGiven`] if there is no key, [`Error::NotForDocuments`] for a passphrase, [`Error::CannotWrap`] for a
    /// key that refuses.
    pub fn wrap_new_in_groups(
        &self,
        groups: &[Vec<WrappingKey>],
        threshold: usize,
    ) -> Result<(DataKey, Vec<Vec<WrappedKey>>)> {
        let [group] = groups else {
            let data_key = DataKey::generate();
            let wrapped = self.wrap_in_groups(&data_key, groups, threshold)?;
            return Ok((data_key, wrapped));
        };
        check_keys(groups)?;
        let first = group.iter().enumerate().find_map(|(at, key)| match &key.key {
            KeyUri::AwsKms(kms_key) => Some((at, kms_key, &key.access)),
            _ => None,
        });
        let Some((at, kms_key, access)) = first else {
            let data_key = DataKey::generate();
            let wrapped = self.wrap_in_groups(&data_key, groups, threshold)?;
            return Ok((data_key, wrapped));
        };
        let service = self.kms.acting_as(access);
        match service.as_ref().unwrap_or(self.kms).generate_data_key(kms_key, &access.context) {
            Ok((data_key, wrapped)) => {
                let mut others = group.clone();
                others.remove(at);
                let mut all = self.wrap_each(&[others], &[data_key.expose()])?;
                all[0].insert(at, wrapped);
                Ok((data_key, all))
            }
            Err(denial) if denial.kind == KmsRefusalKind::Denied => {
                let data_key = DataKey::generate();
                let wrapped = self.wrap_in_groups(&data_key, groups, threshold).map_err(|error| match error {
                    Error::CannotWrap { key, refusal } if key == kms_key.to_string() && is_denial(&refusal) => {
                        Error::CannotWrap { key, refusal: Box::new(denial.into()) }
                    }
                    other => other,
                })?;
                Ok((data_key, wrapped))
            }
            Err(refusal) => Err(cannot_wrap(&group[at], refusal)),
        }
    }

    /// Wraps a data key under every key of `groups`: whole if there is one group, else in shares.
    ///
    /// # Errors
    /// As [`Self::wrap_new_in_groups`].
    ///
    /// # Panics
    /// If there are several groups, and `threshold` is not between 2 and their number, which is at most 255.
    pub fn wrap_in_groups(
        &self,
        data_key: &DataKey,
        groups: &[Vec<WrappingKey>],
        threshold: usize,
    ) -> Result<Vec<Vec<WrappedKey>>> {
        check_keys(groups)?;
        if groups.len() == 1 {
            return self.wrap_each(groups, &[data_key.expose()]);
        }
        let shares = shamir::split(data_key, groups.len(), threshold).expect("the caller checked the threshold");
        let secrets: Vec<&[u8]> = shares.iter().map(|share| &share.expose()[..]).collect();
        self.wrap_each(groups, &secrets)
    }

    /// Wraps the secret of each group under each of its keys. KMS keys are asked at the same time.
    fn wrap_each(&self, groups: &[Vec<WrappingKey>], secrets: &[&[u8]]) -> Result<Vec<Vec<WrappedKey>>> {
        let kms = self.kms;
        let mut services = Services::default();
        let of_kms: Vec<_> = groups
            .iter()
            .zip(secrets)
            .flat_map(|(group, secret)| group.iter().map(move |key| (key, *secret)))
            .filter_map(
                |(key, secret)| if let KeyUri::AwsKms(kms) = &key.key { Some((key, kms, secret)) } else { None },
            )
            .collect();
        let which: Vec<usize> = of_kms.iter().map(|(key, ..)| services.index(kms, &key.access)).collect();
        let mut kms_wrapped = Vec::with_capacity(of_kms.len());
        // A few at a time, so that a long list starts no crowd of threads.
        for (keys, which) in of_kms.chunks(MAX_KMS_CALLS).zip(which.chunks(MAX_KMS_CALLS)) {
            let answers = std::thread::scope(|scope| {
                let mut running = Vec::with_capacity(keys.len());
                for (&(key, kms_key, secret), &which) in keys.iter().zip(which) {
                    let service = services.get(kms, which);
                    let ask = move || service.encrypt_secret(kms_key, secret, &key.access.context);
                    // Without a thread of its own it is asked when it is its turn.
                    running.push(threads::spawn_scoped(scope, ask).map_err(|_| ask));
                }
                let answers = running.into_iter().map(|call| match call {
                    Ok(call) => call.join().expect("a call to KMS does not panic"),
                    Err(ask) => ask(),
                });
                answers.collect::<Vec<_>>()
            });
            for ((key, ..), answer) in keys.iter().zip(answers) {
                kms_wrapped.push(answer.map_err(|refusal| cannot_wrap(key, refusal))?);
            }
        }
        let mut kms_wrapped = kms_wrapped.into_iter();
        groups
            .iter()
            .zip(secrets)
            .map(|(group, secret)| {
                let wrap = |key: &WrappingKey| match &key.key {
                    KeyUri::AwsKms(_) => Ok(kms_wrapped.next().expect("one answer came for each KMS key")),
                    KeyUri::Age(recipient) => {
                        let wrapped = age::wrap_secret(recipient, secret)?;
                        Ok(WrappedKey {
                            ciphertext: age::armor::to_armor(&wrapped.ciphertext)?.into_bytes(),
                            ..wrapped
                        })
                    }
                    KeyUri::Pgp(fingerprint) => pgp::wrap(fingerprint, secret)
                        .map(|armor| WrappedKey {
                            provider: PGP.to_owned(),
                            key_id: fingerprint.as_str().to_owned(),
                            ciphertext: armor.into_bytes(),
                        })
                        .map_err(|refusal| cannot_wrap(key, refusal)),
                    KeyUri::Passphrase => Err(Error::NotForDocuments(key.key.to_string())),
                };
                group.iter().map(wrap).collect()
            })
            .collect()
    }

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
        only: &[KeyUri],
        order: &[&str],
        mut accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<T> {
        let asking = Asking { keyring: self, only, order };
        if let [group] = groups {
            let mut found = None;
            let mut take = |secret: &[u8]| {
                let Some(data_key) = DataKey::from_slice(secret) else {
                    return Err(KeyRefusal::Damaged("what it wraps is no data key".to_owned()));
                };
                found = Some(accept(&data_key).ok_or(KeyRefusal::AnotherDataKey)?);
                Ok(())
            };
            let attempts = asking.open(std::slice::from_ref(group), 1, &mut take).remove(0).attempts;
            return found.ok_or(Error::NoKeyOpens { attempts });
        }
        let mut shares = Vec::<KeyShare>::new();
        let mut take = |secret: &[u8]| {
            let damaged = || KeyRefusal::Damaged("what it wraps is no share of a data key".to_owned());
            let share = KeyShare::from_slice(secret).ok_or_else(damaged)?;
            if shares.iter().any(|other| other.number() == share.number()) {
                return Err(KeyRefusal::Damaged("what it wraps is the share of another group".to_owned()));
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
    only: &'a [KeyUri],
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
                    let many = format!("the document has more than {MAX_KMS_CALLS} keys of AWS KMS");
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
        let is_given = |is_it: &dyn Fn(&KeyUri) -> bool| self.only.is_empty() || self.only.iter().any(is_it);
        match wrapped.provider.as_str() {
            AGE => {
                let is_it = |uri: &KeyUri| matches!(uri, KeyUri::Age(key) if key.to_string() == wrapped.key_id);
                if !is_given(&is_it) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                let ciphertext = std::str::from_utf8(&wrapped.ciphertext).ok().and_then(age::armor::from_armor);
                let damaged = || KeyRefusal::Damaged("its age file is damaged".to_owned());
                let wrapped = WrappedKey { ciphertext: ciphertext.ok_or_else(damaged)?, ..wrapped.clone() };
                age::unwrap_secret(&wrapped, self.keyring.identities, self.keyring.passphrases)
            }
            PGP => {
                let is_it = |uri: &KeyUri| matches!(uri, KeyUri::Pgp(key) if is_same_fingerprint(key, &wrapped.key_id));
                if !is_given(&is_it) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                let armor = std::str::from_utf8(&wrapped.ciphertext);
                let armor = armor.map_err(|_| KeyRefusal::Damaged("its PGP message is damaged".to_owned()))?;
                Ok(pgp::unwrap(armor)?)
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
        let means_it = |uri: &KeyUri| match uri {
            KeyUri::AwsKms(given) if *given == named => Some(named.clone()),
            KeyUri::AwsKms(given) => given.for_slot(&named),
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

/// KMS as each role and profile asks it, each once.
#[derive(Default)]
struct Services(Vec<(KmsAccess, Option<AwsKms>)>);

impl Services {
    fn index(&mut self, kms: &AwsKms, access: &KmsAccess) -> usize {
        let is_same = |(other, _): &(KmsAccess, _)| other.role == access.role && other.profile == access.profile;
        self.0.iter().position(is_same).unwrap_or_else(|| {
            self.0.push((access.clone(), kms.acting_as(access)));
            self.0.len() - 1
        })
    }

    fn get<'a>(&'a self, kms: &'a AwsKms, index: usize) -> &'a AwsKms {
        self.0[index].1.as_ref().unwrap_or(kms)
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

/// Whether a fingerprint, or the end of one, is that of a key which documents name.
pub(super) fn is_same_fingerprint(given: &PgpFingerprint, stored: &str) -> bool {
    PgpFingerprint::from_fingerprint(stored)
        .is_some_and(|stored| stored.as_str().trim_end_matches('!').ends_with(given.as_str().trim_end_matches('!')))
}

fn check_keys(groups: &[Vec<WrappingKey>]) -> Result<()> {
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return Err(Error::NoKeyGiven);
    }
    match groups.iter().flatten().find(|key| key.key == KeyUri::Passphrase) {
        Some(key) => Err(Error::NotForDocuments(key.key.to_string())),
        None => Ok(()),
    }
}

fn is_denial(refusal: &KeyRefusal) -> bool {
    matches!(refusal, KeyRefusal::AwsKms(refusal) if refusal.kind == KmsRefusalKind::Denied)
}

fn cannot_wrap(key: &WrappingKey, refusal: impl Into<KeyRefusal>) -> Error {
    Error::CannotWrap { key: key.key.to_string(), refusal: Box::new(refusal.into()) }
}
