//! The times in metadata. The time of the last change also says whether the document is sealed.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// The end of the time of the last change in a sealed document. The MAC authenticates it.
pub(crate) const SEALED_OFFSET: &str = "+00:01";

/// Whether the written document gets a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealIntent {
    /// Yes: it was verified under a seal, comes from plaintext that kenc was given, or was vouched for.
    Sealed,
    /// No: nothing vouches for what the MAC does not cover.
    Unsealed,
}

/// The current time for `created_at`, and for `lastmodified` of an unsealed document.
pub(crate) fn now() -> String {
    now_with(SealIntent::Unsealed)
}

pub(crate) fn now_with(sealing: SealIntent) -> String {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).expect("no nanoseconds can always be");
    let offset = match sealing {
        SealIntent::Sealed => UtcOffset::from_hms(0, 1, 0).expect("a minute is an offset"),
        SealIntent::Unsealed => UtcOffset::UTC,
    };
    now.to_offset(offset).format(&Rfc3339).expect("the year has four digits")
}

pub(crate) fn whole_seconds(text: &str) -> Option<String> {
    OffsetDateTime::parse(text, &Rfc3339).ok()?.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}
