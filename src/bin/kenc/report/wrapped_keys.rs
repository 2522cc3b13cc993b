//! Wrapped keys of files that are encrypted as a whole.

use std::borrow::Cow;

use kenc::keys::WrappedKey;

/// What a post-quantum recipient begins with. One has about 2000 letters.
const POST_QUANTUM: &str = "age1pq1";
/// Letters of it that are shown at its beginning and at its end.
const SHOWN: usize = 8;

/// A wrapped key as messages name it.
pub fn named(slot: &WrappedKey) -> String {
    format!("{} {}", slot.provider, shown_key(&slot.key_id))
}

/// The name of a key for people, who do not read 2000 letters. Where they decide whom to trust, all of it is shown.
pub fn shown_key(key_id: &str) -> Cow<'_, str> {
    match key_id.strip_prefix(POST_QUANTUM) {
        Some(rest) if rest.len() > 4 * SHOWN && rest.is_ascii() => {
            Cow::Owned(format!("{POST_QUANTUM}{}…{}", &rest[..SHOWN], &rest[rest.len() - SHOWN..]))
        }
        _ => Cow::Borrowed(key_id),
    }
}

/// Wrapped keys as results for programs name them.
pub fn keys_json(slots: &[WrappedKey]) -> serde_json::Value {
    slots.iter().map(WrappedKey::json_fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_post_quantum_recipient_is_shortened() {
        let long = format!("age1pq1{}{}", "a".repeat(1000), "zyxwvuts");
        assert_eq!(shown_key(&long), "age1pq1aaaaaaaa…zyxwvuts");
        for other in ["age1pq1abc", "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z", "", "arn:aws:kms"]
        {
            assert_eq!(shown_key(other), other);
        }
    }
}
