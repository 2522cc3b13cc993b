//! The metadata of three versions, merged.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::DataKey;
use crate::document::merge::dispute::{Dispute, Side, Uncovered};
use crate::document::merge::version::{Version, Versions};
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::recipients;
use crate::document::sops::data_key;
use crate::document::sops::mac::MacScope;
use crate::document::sops::metadata::{Metadata, checked_threshold};
use crate::document::sops::seal::SealStatus;
use crate::document::sops::stored_key::StoredKey;
use crate::error::{DocumentError, Result};
use crate::keys::{Keyring, Vouchers};

/// What a merged document is encrypted under.
pub(super) struct MergedKeys {
    pub(super) metadata: Metadata,
    pub(super) data_key: DataKey,
    pub(super) disputes: Vec<Dispute>,
}

/// Merges the metadata, and has the recipients that need it wrap the data key.
///
/// The data key stays ours unless they have made another. Theirs is not taken over: whoever wrote their version knows
/// it, and for age keys that may be anybody. Keeping ours would undo their rotation. So a new one is made.
pub(super) fn merge(versions: &Versions<'_>, keyring: &Keyring<'_>, vouchers: &Vouchers) -> Result<MergedKeys> {
    let Versions { base, ours, theirs } = versions;
    let (ours, theirs) = match (ours.opened(), theirs.opened()) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (Some(only), None) | (None, Some(only)) => {
            let (metadata, data_key) = (only.metadata().clone(), data_key::copy(&only.data_key));
            return Ok(MergedKeys { metadata, data_key, disputes: Vec::new() });
        }
        (None, None) => return Err(DocumentError::NotEncrypted.into()),
    };
    let base = base.and_then(Version::opened);
    let (old, mut metadata, new) = (base.map(OpenedDocument::metadata), ours.metadata().clone(), theirs.metadata());
    let mut disputes = Vec::new();
    let mut note = |is_disputed: bool, dispute| {
        if is_disputed && !disputes.contains(&dispute) {
            disputes.push(dispute);
        }
    };
    let is_sealed = theirs.report().seal == SealStatus::Verified;
    let unsealed = |what| Dispute::Unsealed(Side::Theirs, what);
    // An unsealed version vouches for none of this: ours stays, and whoever merges decides.
    let differs = |old: Option<&Metadata>| {
        old.is_none_or(|old| old.rule != new.rule || old.mac_scope != new.mac_scope)
            && (metadata.rule != new.rule || metadata.mac_scope != new.mac_scope)
    };
    if is_sealed {
        let (rule, is_disputed) = one_of(old.map(|old| &old.rule), &metadata.rule, &new.rule);
        note(is_disputed, Dispute::Rule);
        metadata.rule = rule;
        let (scope, is_disputed) = one_of(old.map(|old| &old.mac_scope), &metadata.mac_scope, &new.mac_scope);
        metadata.mac_scope = if is_disputed { MacScope::All } else { scope };
    } else {
        note(differs(old), unsealed(Uncovered::Rule));
    }
    let names: BTreeSet<&String> = metadata.unknown.keys().chain(new.unknown.keys()).collect();
    let mut unknown = BTreeMap::new();
    for name in names {
        let field = |metadata: &Metadata| metadata.unknown.get(name).cloned();
        let (value, is_disputed) = one_of(old.map(field).as_ref(), &field(&metadata), &field(new));
        note(is_disputed, Dispute::UnknownFields);
        let (ours, is_taken) = (field(&metadata), value != field(&metadata));
        note(is_taken && !is_sealed, unsealed(Uncovered::UnknownFields));
        let value = if is_sealed { value } else { ours };
        unknown.extend(value.map(|value| (name.clone(), value)));
    }
    metadata.unknown = unknown;

    let is_base =
        |opened: &OpenedDocument| base.is_some_and(|base| data_key::is_same(&base.data_key, &opened.data_key));
    let is_shared = data_key::is_same(&ours.data_key, &theirs.data_key);
    let sides = Sides {
        old,
        ours,
        theirs,
        data_key: if is_shared || is_base(theirs) { ResultKey::Ours } else { ResultKey::New },
        vouches: is_sealed && (is_shared || is_base(theirs)),
        given: vouchers,
    };
    let is_simple = metadata.groups.len() == 1 && new.groups.len() == 1;
    let wanted = if is_simple { sides.group(&mut disputes)? } else { sides.groups(&mut disputes) };
    metadata.threshold = wanted.threshold;
    let data_key;
    (data_key, metadata.groups) = sides.wrapped(&wanted, keyring, &sides.vouchers(vouchers))?;
    Ok(MergedKeys { metadata, data_key, disputes })
}

/// Whether two versions of metadata differ in nothing but the time of the last change.
pub(super) fn says_the_same(left: &Metadata, right: &Metadata) -> bool {
    let Metadata { groups, threshold, rule, mac_scope, unknown, .. } = left;
    *groups == right.groups
        && *threshold == right.threshold
        && *rule == right.rule
        && *mac_scope == right.mac_scope
        && *unknown == right.unknown
}

/// The merged value, and whether both sides changed it differently; then it is ours.
fn one_of<T: PartialEq + Clone>(base: Option<&T>, ours: &T, theirs: &T) -> (T, bool) {
    if ours == theirs || base == Some(theirs) {
        (ours.clone(), false)
    } else if base == Some(ours) {
        (theirs.clone(), false)
    } else {
        (ours.clone(), true)
    }
}

/// The data key of the result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ResultKey {
    Ours,
    New,
}

struct Sides<'a> {
    old: Option<&'a Metadata>,
    ours: &'a OpenedDocument,
    theirs: &'a OpenedDocument,
    data_key: ResultKey,
    /// Whether the author of their list of recipients had the data key: then it may get another one.
    vouches: bool,
    /// What vouches for recipients besides the seals.
    given: &'a Vouchers,
}

/// The recipients of the result.
struct Wanted<'a> {
    groups: Vec<Vec<&'a StoredKey>>,
    /// As it is stated.
    threshold: usize,
}

impl<'a> Sides<'a> {
    /// The recipients of a document with one group: ours without those that they removed, plus those that they added.
    fn group(&self, disputes: &mut Vec<Dispute>) -> Result<Wanted<'a>> {
        let (in_ours, in_theirs) = (identities(self.ours.metadata()), identities(self.theirs.metadata()));
        // Without a common base nothing was removed.
        let in_base = self.old.map(identities).unwrap_or_default();
        let stays = |key: &&StoredKey| {
            let identity = key.identity();
            !in_base.contains(&identity) || (in_ours.contains(&identity) && in_theirs.contains(&identity))
        };
        let is_new = |key: &&StoredKey| !in_ours.contains(&key.identity());
        let added = self.theirs.metadata().groups[0].iter().filter(is_new).filter(stays);
        let (added, unvouched): (Vec<_>, Vec<_>) = added.partition(|key| self.may_have_key(key));
        if !unvouched.is_empty() {
            disputes.push(Dispute::UnvouchedKeys(unvouched.into_iter().map(StoredKey::id).collect()));
        }
        let group: Vec<_> = self.ours.metadata().groups[0].iter().filter(stays).chain(added).collect();
        if group.is_empty() {
            return Err(DocumentError::Unmergeable("together the two sides removed every key").into());
        }
        Ok(Wanted { groups: vec![group], threshold: 0 })
    }

    /// The key groups of a document with shares: those of one side.
    fn groups(&self, disputes: &mut Vec<Dispute>) -> Wanted<'a> {
        let (in_ours, in_theirs) = (shape(self.ours.metadata()), shape(self.theirs.metadata()));
        let (wanted, is_disputed) = one_of(self.old.map(shape).as_ref(), &in_ours, &in_theirs);
        if is_disputed {
            disputes.push(Dispute::KeyGroups);
        }
        let is_unsealed = wanted != in_ours && !self.vouches;
        if is_unsealed {
            disputes.push(Dispute::Unsealed(Side::Theirs, Uncovered::KeyGroups));
        }
        let keeps_ours = wanted == in_ours || is_unsealed;
        let theirs = self.theirs.metadata();
        let unvouched: Vec<_> =
            theirs.groups.iter().flatten().filter(|key| !keeps_ours && !self.may_have_key(key)).collect();
        if !unvouched.is_empty() {
            disputes.push(Dispute::UnvouchedKeys(unvouched.iter().map(|key| key.id()).collect()));
        }
        let metadata = if keeps_ours || !unvouched.is_empty() { self.ours.metadata() } else { theirs };
        let groups = metadata.groups.iter().map(|group| group.iter().collect()).collect();
        Wanted { groups, threshold: metadata.threshold }
    }

    /// Whether a recipient of theirs may be in the result. Without proof that its author had the data key it gets
    /// nothing, and is not listed either: the next rotation would give it the new data key.
    fn may_have_key(&self, key: &StoredKey) -> bool {
        let is_known = || {
            let identity = key.identity();
            [Some(self.ours.metadata()), self.old]
                .into_iter()
                .flatten()
                .any(|known| identities(known).contains(&identity))
        };
        self.vouches || is_known() || self.given.vouch_for(&key.named_key())
    }

    /// What vouches for recipients that must be wrapped anew: what was given, and the seals that were verified in this
    /// run. Theirs counts only if it was made with a data key of ours or of the base: anybody can make a whole
    /// document, with a seal, under a data key of their own.
    fn vouchers(&self, given: &Vouchers) -> Vouchers {
        let theirs = if self.vouches { self.theirs.sealed_keys() } else { Vec::new() };
        given.clone().and_approved(self.ours.sealed_keys()).and_approved(theirs)
    }

    /// The data key, wrapped by every key.
    fn wrapped(
        &self,
        wanted: &Wanted<'_>,
        keyring: &Keyring<'_>,
        vouchers: &Vouchers,
    ) -> Result<(DataKey, Vec<Vec<StoredKey>>)> {
        let Wanted { groups, threshold } = wanted;
        let needed = checked_threshold(*threshold, groups.len())?;
        if self.data_key == ResultKey::New {
            return recipients::wrap_new(groups, needed, keyring, vouchers);
        }
        let data_key = data_key::copy(&self.ours.data_key);
        let has_it = |side: &&OpenedDocument| data_key::is_same(&side.data_key, &self.ours.data_key);
        let sides: Vec<&OpenedDocument> = [self.ours, self.theirs].into_iter().filter(has_it).collect();
        let [group] = &groups[..] else {
            // A share fits only the others of the same split.
            let identities = |groups: &[Vec<&StoredKey>]| -> Vec<Vec<String>> {
                groups.iter().map(|group| group.iter().map(|key| key.identity()).collect()).collect()
            };
            let same = sides.into_iter().find(|side| shape(side.metadata()) == (identities(groups), needed));
            let stored = match same {
                Some(side) => side.metadata().groups.clone(),
                None => recipients::wrap(&data_key, groups, needed, keyring, vouchers)?,
            };
            return Ok((data_key, stored));
        };
        let wrapped = |key: &StoredKey| {
            let one_group = sides.iter().filter(|side| side.metadata().groups.len() == 1);
            let mut stored = one_group.flat_map(|side| &side.metadata().groups[0]);
            stored.find(|stored| stored.identity() == key.identity()).cloned()
        };
        let missing: Vec<&StoredKey> = group.iter().copied().filter(|key| wrapped(key).is_none()).collect();
        let mut new = recipients::wrap(&data_key, &[missing], 1, keyring, vouchers)?.into_iter().flatten();
        let all = group.iter().map(|key| wrapped(key).unwrap_or_else(|| new.next().expect("each was wrapped")));
        let all = vec![all.collect()];
        Ok((data_key, all))
    }
}

fn identities(metadata: &Metadata) -> BTreeSet<String> {
    metadata.groups.iter().flatten().map(StoredKey::identity).collect()
}

/// The members of each group, and the threshold.
fn shape(metadata: &Metadata) -> (Vec<Vec<String>>, usize) {
    let group = |group: &Vec<StoredKey>| group.iter().map(StoredKey::identity).collect();
    (metadata.groups.iter().map(group).collect(), metadata.needed_groups())
}
