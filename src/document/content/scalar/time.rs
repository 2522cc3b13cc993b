//! Timestamps, in the forms that go-yaml accepts.

use std::fmt::Write;

/// The RFC 3339 text of a timestamp, or `None` if the text is not one.
///
/// Days, months, hours, minutes and seconds may have one digit. A space before the time, or no time, means UTC.
pub(crate) fn canonical_time(text: &str) -> Option<String> {
    let mut rest = TimeReader { text };
    let year = rest.exactly(4)?;
    rest.sign('-')?;
    let month = rest.up_to_two()?;
    rest.sign('-')?;
    let day = rest.up_to_two()?;
    if !(1..=12).contains(&month) || day == 0 || day > days_of(year, month) {
        return None;
    }
    let mut canonical = format!("{year:04}-{month:02}-{day:02}T");
    if rest.text.is_empty() {
        canonical.push_str("00:00:00Z");
        return Some(canonical);
    }
    let has_zone = rest.sign('T').or_else(|| rest.sign('t')).is_some();
    if !has_zone {
        rest.sign(' ')?;
        rest.text = rest.text.trim_start_matches(' ');
    }
    let hour = rest.up_to_two().filter(|hour| *hour < 24)?;
    rest.sign(':')?;
    let minute = rest.up_to_two().filter(|minute| *minute < 60)?;
    rest.sign(':')?;
    let second = rest.up_to_two().filter(|second| *second < 60)?;
    write!(canonical, "{hour:02}:{minute:02}:{second:02}").ok()?;
    if let Some(fraction) = rest.fraction() {
        let fraction = fraction[..fraction.len().min(9)].trim_end_matches('0');
        if !fraction.is_empty() {
            canonical.push('.');
            canonical.push_str(fraction);
        }
    }
    canonical.push_str(&if has_zone { rest.zone()? } else { "Z".to_owned() });
    rest.text.is_empty().then_some(canonical)
}

struct TimeReader<'t> {
    text: &'t str,
}

impl<'t> TimeReader<'t> {
    fn sign(&mut self, sign: char) -> Option<()> {
        self.text = self.text.strip_prefix(sign)?;
        Some(())
    }

    fn exactly(&mut self, count: usize) -> Option<u32> {
        let digits = self.text.get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.text = &self.text[count..];
        digits.parse().ok()
    }

    fn up_to_two(&mut self) -> Option<u32> {
        self.exactly(2).or_else(|| self.exactly(1))
    }

    /// The digits after a point or comma, if there are any.
    fn fraction(&mut self) -> Option<&'t str> {
        let digits = self.text.strip_prefix(['.', ','])?;
        let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        if end == 0 {
            return None;
        }
        self.text = &digits[end..];
        Some(&digits[..end])
    }

    fn zone(&mut self) -> Option<String> {
        if self.sign('Z').is_some() {
            return Some("Z".to_owned());
        }
        let sign = self.text.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
        self.sign(sign)?;
        let hours = self.exactly(2).filter(|hours| *hours <= 24)?;
        self.sign(':')?;
        let minutes = self.exactly(2).filter(|minutes| *minutes <= 60)?;
        let total = hours * 60 + minutes;
        Some(if total == 0 { "Z".to_owned() } else { format!("{sign}{:02}:{:02}", total / 60, total % 60) })
    }
}

fn days_of(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
