//! Which events are asked for.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::event::{EventOutcome, TrailEvent};
use super::level::AuditLevel;

/// A point in time, to the second and in UTC, as CloudTrail writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventTime(String);

impl EventTime {
    /// Reads `2026-11-29`, `2026-11-29T10:15:00Z` (with any offset), or an age before `now`: `30m`, `12h`, `7d`.
    #[must_use]
    pub fn parse(text: &str, now: SystemTime) -> Option<Self> {
        let units = [('m', 60), ('h', 3600), ('d', 86_400)];
        let age = units.iter().find_map(|(unit, seconds)| {
            let number: u32 = text.strip_suffix(*unit)?.parse().ok()?;
            Some(Duration::from_secs(u64::from(number) * seconds))
        });
        if let Some(age) = age {
            return Self::of(now.checked_sub(age)?.into());
        }
        if text.len() == 10 {
            return OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok().and_then(Self::of);
        }
        OffsetDateTime::parse(text, &Rfc3339).ok().and_then(Self::of)
    }

    fn of(time: OffsetDateTime) -> Option<Self> {
        let time = time.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).ok()?;
        time.format(&Rfc3339).ok().map(Self)
    }

    /// When a delivered log was written, by its name: `…_CloudTrail_REGION_20261129T1015Z_….json.gz`. It holds nothing later.
    #[must_use]
    pub fn of_log_name(name: &str) -> Option<Self> {
        let stamp = name.split_once("_CloudTrail_")?.1.split('_').nth(1)?;
        let bytes = stamp.as_bytes();
        let is_stamp = bytes.len() == 14 && bytes[8] == b'T' && bytes[13] == b'Z';
        let has_digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
        // To the minute: the log may have been written at its end.
        (is_stamp && has_digits(0..8) && has_digits(9..13)).then(|| {
            Self(format!("{}-{}-{}T{}:{}:59Z", &stamp[..4], &stamp[4..6], &stamp[6..8], &stamp[9..11], &stamp[11..13]))
        })
    }
}

/// Which events are asked for. Without anything, all are.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Not before.
    pub since: Option<EventTime>,
    /// Before this.
    pub until: Option<EventTime>,
    /// Only what a policy has denied.
    pub denied: bool,
    /// In lower case: a part of the name of the caller.
    pub principals: Vec<String>,
    /// Only what was unwrapped with a key of the files and matches none of them.
    pub unknown: bool,
    /// What tells less is left out.
    pub level: Option<AuditLevel>,
}

impl EventFilter {
    /// Whether an event is asked for, by what stands in it.
    #[must_use]
    pub fn takes(&self, event: &TrailEvent) -> bool {
        let Self { since, until, denied, principals, unknown: _, level: _ } = self;
        since.as_ref().is_none_or(|since| event.time >= since.0)
            && until.as_ref().is_none_or(|until| event.time < until.0)
            && (!denied || matches!(event.outcome, EventOutcome::Denied(_)))
            && (principals.is_empty() || principals.iter().any(|text| event.principal.contains(text)))
    }

    /// Whether an event is asked for, by what it tells.
    #[must_use]
    pub fn takes_level(&self, level: AuditLevel, is_unknown: bool) -> bool {
        (!self.unknown || is_unknown) && self.level.is_none_or(|wanted| level >= wanted)
    }

    /// Whether a log with this name can hold an event that is asked for.
    #[must_use]
    pub fn takes_log(&self, name: &str) -> bool {
        match (&self.since, EventTime::of_log_name(name)) {
            (Some(since), Some(written)) => written >= *since,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_forms_that_people_type() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_947_302);
        let parse = |text: &str| EventTime::parse(text, now).map(|time| time.0);
        assert_eq!(parse("2026-11-29").as_deref(), Some("2026-11-29T00:00:00Z"));
        assert_eq!(parse("2026-11-29T10:15:02Z").as_deref(), Some("2026-11-29T10:15:02Z"));
        assert_eq!(parse("2026-11-29T10:15:02+02:00").as_deref(), Some("2026-11-29T08:15:02Z"));
        assert!(parse("7d") < parse("12h") && parse("12h") < parse("30m"));
        for text in ["", "yesterday", "2026-13-01", "d", "99999999999d", "2026-11-29 10:15"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_log_that_was_written_before_the_time_in_question_is_not_read() {
        let now = SystemTime::UNIX_EPOCH;
        let filter = EventFilter { since: EventTime::parse("2026-11-29T10:15:30Z", now), ..EventFilter::default() };
        let log = |stamp: &str| format!("111122223333_CloudTrail_eu-west-1_{stamp}_Mu0KsOhtH1ar15ZZ.json.gz");
        assert!(!filter.takes_log(&log("20261129T1014Z")));
        assert!(filter.takes_log(&log("20261129T1015Z")), "its last event may be of this minute");
        assert!(filter.takes_log(&log("20261130T0000Z")));
        assert!(
            filter.takes_log("events.json")
                && filter.takes_log(&log("2026"))
                && filter.takes_log(&log("2026é129T1014Z"))
        );
    }
}
