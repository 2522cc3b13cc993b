//! Keys under which a merge keeps the versions of a value that both sides changed.

/// The keys under which the versions of a value stand on which both sides differ.
pub(crate) const OURS: &str = "__kenc_ours";
pub(crate) const BASE: &str = "__kenc_base";
pub(crate) const THEIRS: &str = "__kenc_theirs";

/// The key as it was before a merge made one for a version of it. The key itself if none did, and nothing if it stands for
/// a version within.
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
