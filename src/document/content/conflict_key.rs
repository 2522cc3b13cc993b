//! Keys under which a merge stores the versions of a value that both sides changed.

/// The keys that hold the versions of a conflicting value.
pub(crate) const OURS: &str = "__kenc_ours";
pub(crate) const BASE: &str = "__kenc_base";
pub(crate) const THEIRS: &str = "__kenc_theirs";

/// The key without the suffix that a merge added to it. Unchanged if no merge did; `None` for a key within the mapping
/// of a conflict.
pub(crate) fn original_key(key: &str) -> Option<&str> {
    for version in [OURS, BASE, THEIRS] {
        if key == version {
            return None;
        }
        let before = version.trim_start_matches('_');
        let before = key.strip_prefix(before).and_then(|rest| rest.strip_prefix("__"));
        if let Some(original) = key.strip_suffix(version).or(before) {
            return Some(original);
        }
    }
    Some(key)
}
