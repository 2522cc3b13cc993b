//! Other recipients for an age file: a new header around the same file key, and so before the same payload.
//!
//! A stanza does not name its recipient. What stays is kept as it stands: its MAC was checked with the file key, and nothing is
//! wrapped for anybody whom the file names.

use age_core::format::{FileKey, Stanza};
use age_core::secrecy::ExposeSecret;

use crate::error::{Error, Result};
use crate::formats::age::file::{AgeFile, slot_of};
use crate::formats::age::header::AgeHeader;
use crate::formats::format::{NewHead, RewrappedFile};
use crate::keys::file_key::{AgeKeys, copy_of_stanza, is_grease};
use crate::keys::{AGE, KeyChange, KeySpec, Rewrapped, Rewrapper, SuccessorKeys, SuccessorPassphrase, Way, WrappedKey};

pub(super) fn rewrap(file: &AgeFile, rewrapper: &Rewrapper<'_>) -> Result<RewrappedFile> {
    let (header, keyring) = (&file.header, rewrapper.keyring());
    let plan = RecipientPlan::new(rewrapper, &header.stanzas)?;
    let RecipientPlan { kept, new, absent, removed } = plan;
    let kept: Vec<&Stanza> = kept.into_iter().map(|number| &header.stanzas[number]).collect();
    if new.is_empty() && removed.is_empty() {
        let outcome = Rewrapped { slots: file.slots.clone(), added: Vec::new(), removed, absent, way: Way::NoneNeeded };
        let head = NewHead { bytes: file.head_with(header), in_place: Some(Vec::new()) };
        return Ok(RewrappedFile { rewrapped: outcome, head });
    }
    let keys = AgeKeys::new(&new, &kept, keyring.passphrases)?;
    let authentic = |file_key: &FileKey| header.is_authentic(file_key).then(|| copy_of(file_key));
    let (file_key, _) = keyring.unwrap_file_key(&header.stanzas, rewrapper.only(), authentic)?;
    let made = keys.wrap(&file_key, &kept, keyring.passphrases)?;
    let added: Vec<WrappedKey> = new.iter().zip(&made).map(|(key, stanzas)| slot_for(key, stanzas)).collect();
    let kept: Vec<Stanza> = kept.into_iter().map(copy_of_stanza).collect();
    let slots = kept.iter().filter(|stanza| !is_grease(stanza)).map(slot_of).chain(added.iter().cloned()).collect();
    let header = AgeHeader::new(kept.into_iter().chain(made.into_iter().flatten()).collect(), &file_key);
    let outcome = Rewrapped { slots, added, removed, absent, way: Way::Unwrapped };
    Ok(RewrappedFile { rewrapped: outcome, head: NewHead { bytes: file.head_with(&header), in_place: None } })
}

/// The keys of a new file in the place of one: whoever its stanzas are for that stay, and the new ones.
pub(super) fn successor_keys(file: &AgeFile, rewrapper: &Rewrapper<'_>) -> Result<SuccessorKeys> {
    let KeyChange { replacement, .. } = rewrapper.change();
    if !replacement.is_empty() {
        return Ok(SuccessorKeys { keys: replacement.clone(), passphrase: SuccessorPassphrase::New });
    }
    let stanzas = &file.header.stanzas;
    let RecipientPlan { kept, new, .. } = RecipientPlan::new(rewrapper, stanzas)?;
    let kept: Vec<&Stanza> = kept.into_iter().map(|number| &stanzas[number]).collect();
    let mut keys = rewrapper.keyring().keys_of_stanzas(&kept, rewrapper.only())?;
    let keeps_passphrase = keys.iter().any(KeySpec::is_passphrase);
    let passphrase = if keeps_passphrase { SuccessorPassphrase::Kept } else { SuccessorPassphrase::New };
    keys.extend(new.into_iter().filter(|key| !keys.contains(key)).collect::<Vec<_>>());
    Ok(SuccessorKeys { keys, passphrase })
}

/// Which keys would come, and which stanzas would go.
pub(super) fn preview(file: &AgeFile, rewrapper: &Rewrapper<'_>) -> Result<(Vec<KeySpec>, Vec<WrappedKey>)> {
    let RecipientPlan { new, removed, .. } = RecipientPlan::new(rewrapper, &file.header.stanzas)?;
    Ok((new, removed))
}

/// Which stanzas stay, and which are made.
struct RecipientPlan {
    kept: Vec<usize>,
    new: Vec<KeySpec>,
    absent: Vec<KeySpec>,
    removed: Vec<WrappedKey>,
}

impl RecipientPlan {
    fn new(rewrapper: &Rewrapper<'_>, stanzas: &[Stanza]) -> Result<Self> {
        let KeyChange { replacement, added, removed } = rewrapper.change();
        let stanzas_of = |key: &KeySpec| rewrapper.keyring().stanzas_of(key, stanzas);
        let of_recipients = || (0..stanzas.len()).filter(|number| !is_grease(&stanzas[*number]));
        if !replacement.is_empty() {
            let found: Option<Vec<Vec<usize>>> =
                replacement.iter().map(|key| stanzas_of(key).filter(|it| !it.is_empty())).collect();
            // A passphrase says nothing of another.
            let is_known = !replacement.iter().any(KeySpec::is_passphrase);
            let is_same = found
                .is_some_and(|found| is_known && of_recipients().all(|it| found.iter().flatten().any(|at| *at == it)));
            return Ok(if is_same {
                Self { kept: (0..stanzas.len()).collect(), new: Vec::new(), absent: Vec::new(), removed: Vec::new() }
            } else {
                let removed = of_recipients().map(|number| slot_of(&stanzas[number])).collect();
                Self { kept: Vec::new(), new: replacement.clone(), absent: Vec::new(), removed }
            });
        }
        let mut plan = Self { kept: Vec::new(), new: Vec::new(), absent: Vec::new(), removed: Vec::new() };
        let mut gone = Vec::new();
        for key in removed {
            let found = stanzas_of(key).ok_or_else(|| Error::RecipientNotFound(key.to_string()))?;
            if found.is_empty() {
                plan.absent.push(key.clone());
            }
            plan.removed.extend(found.iter().map(|number| slot_for(key, [&stanzas[*number]])));
            gone.extend(found);
        }
        for key in added {
            let stays = |found: Vec<usize>| found.iter().any(|number| !gone.contains(number));
            let is_there = !key.is_passphrase() && stanzas_of(key).is_some_and(stays);
            if !is_there && !plan.new.contains(key) {
                plan.new.push(key.clone());
            }
        }
        plan.kept = (0..stanzas.len()).filter(|number| !gone.contains(number)).collect();
        if plan.new.is_empty() && of_recipients().all(|number| gone.contains(&number)) {
            return Err(Error::LastKey);
        }
        Ok(plan)
    }
}

/// The stanzas of a key as a slot that names it.
pub(super) fn slot_for<'a>(key: &KeySpec, stanzas: impl IntoIterator<Item = &'a Stanza>) -> WrappedKey {
    let ciphertext = stanzas.into_iter().flat_map(|stanza| slot_of(stanza).ciphertext).collect();
    WrappedKey { provider: AGE.to_owned(), key_id: key.to_string(), ciphertext }
}

fn copy_of(file_key: &FileKey) -> FileKey {
    FileKey::init_with_mut(|copy| copy.copy_from_slice(file_key.expose_secret()))
}
