//! Wrapped keys of files that are encrypted as a whole.

use kenc::keys::WrappedKey;

/// A wrapped key as messages name it.
pub fn named(slot: &WrappedKey) -> String {
    format!("{} {}", slot.provider, slot.key_id)
}

/// Wrapped keys as results for programs name them.
pub fn keys_json(slots: &[WrappedKey]) -> serde_json::Value {
    slots.iter().map(WrappedKey::json_fields).collect()
}
