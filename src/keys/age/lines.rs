//! The lines of a text of identities.

use super::post_quantum::{self, HybridIdentity};
use super::recipient::AgeRecipient;

/// Most lines without a usable identity that a message names.
const MAX_NAMED_LINES: usize = 3;
/// The mark that some editors write at the beginning of a text.
pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The identities of a text, and what is wrong with its other lines.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) identities: Vec<NativeIdentity>,
    pub(super) plugins: Vec<::age::plugin::Identity>,
    pub(super) unusable: Vec<String>,
}

/// An identity that needs no plugin.
pub(super) enum NativeIdentity {
    X25519(::age::x25519::Identity),
    PostQuantum(Box<HybridIdentity>),
}

impl NativeIdentity {
    pub(super) fn to_public(&self) -> AgeRecipient {
        match self {
            Self::X25519(identity) => identity.to_public().into(),
            Self::PostQuantum(identity) => identity.to_public().into(),
        }
    }

    pub(super) fn into_age(self) -> Box<dyn ::age::Identity> {
        match self {
            Self::X25519(identity) => Box::new(identity),
            Self::PostQuantum(identity) => identity,
        }
    }
}

/// Reads every line for itself: one that cannot be used says nothing of the others.
pub(super) fn read_lines(text: &[u8]) -> Lines {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut lines = Lines::default();
    for (line, number) in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1_usize..) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let word = std::str::from_utf8(line).unwrap_or_default();
        if let Ok(identity) = word.parse::<::age::x25519::Identity>() {
            lines.identities.push(NativeIdentity::X25519(identity));
        } else if let Ok(identity) = word.parse::<HybridIdentity>() {
            lines.identities.push(NativeIdentity::PostQuantum(Box::new(identity)));
        } else if let Ok(identity) = word.parse::<::age::plugin::Identity>() {
            lines.plugins.push(identity);
        } else {
            // The line itself is not repeated: it may be a secret key with a typing error.
            lines.unusable.push(format!("line {number} is {}", kind_of_line(line)));
        }
    }
    lines
}

fn kind_of_line(line: &[u8]) -> &'static str {
    let starts_with = |word: &str| line.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word.as_bytes()));
    if starts_with("AGE-PLUGIN-") {
        "a mistyped identity of an age plugin"
    } else if starts_with(post_quantum::IDENTITY_PREFIX) {
        "a mistyped post-quantum identity"
    } else {
        "not an age identity"
    }
}

/// The first few of what could not be used, in words.
pub(super) fn named(unusable: &[String]) -> String {
    let words = unusable.iter().take(MAX_NAMED_LINES).cloned().collect::<Vec<_>>().join(", ");
    match unusable.len().checked_sub(MAX_NAMED_LINES) {
        Some(more @ 1..) => format!("{words}, and {more} more"),
        _ => words,
    }
}
