//! Which wrapped keys stay, which go and which must be made, before any key is used.

use super::change::KeyChange;
use crate::error::{Error, Result};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// One wrapped key of the result.
pub(super) enum PlannedSlot {
    /// The one at this position stays.
    Kept(usize),
    /// It must be made.
    New(KeySpec),
}

pub(super) struct SlotPlan {
    pub(super) entries: Vec<PlannedSlot>,
    pub(super) absent: Vec<KeySpec>,
    removed: Vec<KeySpec>,
}

impl SlotPlan {
    pub(super) fn new_keys(&self) -> impl Iterator<Item = &KeySpec> {
        self.entries.iter().filter_map(|entry| if let PlannedSlot::New(key) = entry { Some(key) } else { None })
    }

    /// The positions of those that stay.
    pub(super) fn kept(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().filter_map(|entry| if let PlannedSlot::Kept(slot) = entry { Some(*slot) } else { None })
    }

    pub(super) fn is_removed(&self, slot: &WrappedKey) -> bool {
        self.removed.iter().any(|key| key.names(slot).is_possible())
    }
}

impl SlotPlan {
    /// What becomes of `wrapped`. `resolve` finds the key that an alias means.
    pub(super) fn new(
        change: &KeyChange,
        wrapped: &[WrappedKey],
        resolve: &dyn Fn(&KeySpec) -> Result<KeySpec>,
    ) -> Result<Self> {
        let removed = keys_to_remove(change, resolve)?;
        let mut plan = Self { entries: Vec::new(), absent: Vec::new(), removed };
        let (added, kept): (_, Vec<usize>) = if change.replacement.is_empty() {
            (&change.added, (0..wrapped.len()).filter(|&slot| !plan.is_removed(&wrapped[slot])).collect())
        } else {
            (&change.replacement, Vec::new())
        };
        plan.entries.extend(kept.into_iter().map(PlannedSlot::Kept));
        for key in added {
            let there = |slot: &WrappedKey| key.names(slot).is_same_slot() && !plan.is_removed(slot);
            match wrapped.iter().position(there) {
                None => plan.entries.push(PlannedSlot::New(key.clone())),
                Some(slot) => {
                    let is_kept = |entry: &PlannedSlot| matches!(entry, PlannedSlot::Kept(kept) if *kept == slot);
                    if !plan.entries.iter().any(is_kept) {
                        plan.entries.push(PlannedSlot::Kept(slot));
                    }
                }
            }
        }
        if plan.entries.is_empty() {
            return Err(Error::LastKey);
        }
        let is_absent = |key: &KeySpec| !wrapped.iter().any(|slot| key.names(slot).is_possible());
        // As they were typed: an alias is known to the user, and the key behind it perhaps is not.
        plan.absent = change
            .removed
            .iter()
            .zip(&plan.removed)
            .filter(|(_, key)| is_absent(key))
            .map(|(typed, _)| typed.clone())
            .collect();
        Ok(plan)
    }
}

/// The keys to remove, with the keys themselves in the place of aliases: to remove what an alias *might* mean would remove
/// too much.
fn keys_to_remove(change: &KeyChange, resolve: &dyn Fn(&KeySpec) -> Result<KeySpec>) -> Result<Vec<KeySpec>> {
    change.removed.iter().map(resolve).collect()
}
