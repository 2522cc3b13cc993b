//! Finds the records of a log in a stream, without parsing them: most are not of AWS KMS.
//!
//! The forms that come: `{"Records":[…]}` (delivered logs), `{"Events":[…]}` (`aws cloudtrail lookup-events`),
//! `{"QueryResultRows":[[…]]}` (`aws cloudtrail get-query-results`), a list, and one object after the other (Athena, CloudTrail
//! Lake). What is found is a range of bytes with balanced brackets; whoever parses it finds out whether it is JSON.

use super::fault::TrailFault;

/// Longest record, in bytes. An event of CloudTrail has at most 256 KiB, and 1 MiB in CloudTrail Lake.
pub const LONGEST_RECORD: usize = 4 << 20;
/// Deepest nesting.
const DEEPEST: usize = 128;
/// Members of the outermost object that hold the records.
const WRAPPERS: [&[u8]; 3] = [b"Records", b"Events", b"QueryResultRows"];
/// As many bytes before a bracket as show the name of its member.
const LOOK_BACK: usize = 64;

/// Where the scan stands. It takes a stream block by block.
#[derive(Default)]
pub struct RecordScanner {
    /// The beginning of a record that goes on in the next block.
    carry: Vec<u8>,
    depth: usize,
    /// The depth at which records begin: 0 for objects that follow each other, 1 in a list, 2 in a list of the outermost object.
    records_at: usize,
    is_in_record: bool,
    is_in_string: bool,
    is_escaped: bool,
}

impl RecordScanner {
    /// Takes the next block, and gives each record that ends in it to `take`.
    ///
    /// # Errors
    /// If it is no JSON, or beyond the limits; errors of `take`.
    pub fn feed<E: From<TrailFault>>(
        &mut self,
        block: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut start = 0;
        let mut at = 0;
        while let Some(&byte) = block.get(at) {
            if self.is_in_string {
                at = self.skip_string(block, at);
                continue;
            }
            match byte {
                b'"' => {
                    self.check_within()?;
                    self.is_in_string = true;
                }
                b'{' | b'[' => {
                    if self.is_in_record {
                        if byte == b'[' && self.is_wrapper(&block[start..at]) {
                            self.is_in_record = false;
                            self.carry.clear();
                            self.records_at = 2;
                        }
                    } else if self.depth == self.records_at {
                        if self.depth == 0 && byte == b'[' {
                            self.records_at = 1;
                        } else {
                            self.is_in_record = true;
                            start = at;
                        }
                    }
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(TrailFault::TooDeep(DEEPEST).into());
                    }
                }
                b'}' | b']' => {
                    self.check_within()?;
                    self.depth -= 1;
                    if self.is_in_record && self.depth == self.records_at {
                        self.is_in_record = false;
                        self.emit(&block[start..=at], take)?;
                    }
                    if self.depth == 0 {
                        self.records_at = 0;
                    }
                }
                b' ' | b'\n' | b'\r' | b'\t' => {}
                _ => {
                    self.check_within()?;
                    // Nothing but a bracket or a string changes anything from here on.
                    at += block[at..].iter().position(|byte| b"\"{}[]".contains(byte)).unwrap_or(block.len() - at);
                    continue;
                }
            }
            at += 1;
        }
        if self.is_in_record {
            self.keep(&block[start..])?;
        }
        Ok(())
    }

    /// Says that the stream has ended.
    ///
    /// # Errors
    /// If it ends within something.
    pub fn end(&self) -> Result<(), TrailFault> {
        if self.depth == 0 && !self.is_in_string { Ok(()) } else { Err(TrailFault::CutOff) }
    }

    fn skip_string(&mut self, block: &[u8], at: usize) -> usize {
        if self.is_escaped {
            self.is_escaped = false;
            return at + 1;
        }
        let Some(found) = memchr::memchr2(b'"', b'\\', &block[at..]) else { return block.len() };
        match block[at + found] {
            b'"' => self.is_in_string = false,
            _ => self.is_escaped = true,
        }
        at + found + 1
    }

    fn check_within(&self) -> Result<(), TrailFault> {
        if self.depth == 0 { Err(TrailFault::NotJson) } else { Ok(()) }
    }

    /// Whether the list that begins behind `before` holds the records.
    fn is_wrapper(&self, before: &[u8]) -> bool {
        if self.depth != 1 || self.records_at != 0 {
            return false;
        }
        let mut text = before[before.len().saturating_sub(LOOK_BACK)..].to_vec();
        if text.len() < LOOK_BACK {
            let more = self.carry.len().saturating_sub(LOOK_BACK - text.len());
            text.splice(0..0, self.carry[more..].iter().copied());
        }
        let name = text.trim_ascii_end().strip_suffix(b":").map(<[u8]>::trim_ascii_end);
        let Some(name) = name.and_then(|name| name.strip_suffix(b"\"")) else { return false };
        WRAPPERS.iter().any(|wrapper| name.strip_suffix(*wrapper).is_some_and(|rest| rest.ends_with(b"\"")))
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), TrailFault> {
        if self.carry.len() + part.len() > LONGEST_RECORD {
            return Err(TrailFault::RecordTooLong(LONGEST_RECORD));
        }
        self.carry.extend_from_slice(part);
        Ok(())
    }

    fn emit<E: From<TrailFault>>(
        &mut self,
        end: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.carry.is_empty() {
            return take(end);
        }
        self.keep(end)?;
        take(&self.carry)?;
        self.carry.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(text: &[u8], block: usize) -> Result<Vec<String>, TrailFault> {
        let mut scanner = RecordScanner::default();
        let mut found = Vec::new();
        for block in text.chunks(block) {
            scanner.feed(block, &mut |record| {
                found.push(String::from_utf8_lossy(record).into_owned());
                Ok::<(), TrailFault>(())
            })?;
        }
        scanner.end()?;
        Ok(found)
    }

    #[test]
    fn records_are_found_in_every_form_and_however_the_stream_is_cut_into_blocks() {
        let one = r#"{"a":"}]\"{","b":[{"Records":[1]}]}"#;
        let two = r#"{"eventName":"Decrypt","c":{}}"#;
        for text in [
            format!(r#"{{"Records":[{one},{two}]}}"#),
            format!("{{ \"Records\" : [ {one} , {two} ] , \"more\": 1 }}\n"),
            format!(r#"{{"NextToken":"x","Events":[{one},{two}]}}"#),
            format!("{one}\n{two}\n"),
            format!("[{one},\n{two}]"),
            format!("{{\"Records\":[{one}]}}\n{{\"Records\":[{two}]}}"),
        ] {
            for block in 1..=text.len() {
                assert_eq!(records(text.as_bytes(), block).unwrap(), [one, two], "{text} in blocks of {block}");
            }
        }
    }

    #[test]
    fn rows_of_a_query_are_lists() {
        let text = r#"{"QueryStatus":"FINISHED","QueryStatistics":{"x":[1]},"QueryResultRows":[[{"a":"1"},{"b":"2"}],[{"a":"3"}]]}"#;
        assert_eq!(records(text.as_bytes(), 7).unwrap(), [r#"[{"a":"1"},{"b":"2"}]"#, r#"[{"a":"3"}]"#]);
    }

    #[test]
    fn what_is_no_log_is_told_from_one_that_is_cut_off() {
        assert_eq!(records(b"time,event\n", 4), Err(TrailFault::NotJson));
        assert_eq!(records(b"]", 4), Err(TrailFault::NotJson));
        assert_eq!(records(b"\"text\"", 4), Err(TrailFault::NotJson));
        assert_eq!(records(br#"{"Records":[{"a":1},{"b"#, 4), Err(TrailFault::CutOff));
        assert_eq!(records(b"", 4), Ok(vec![]));
    }

    #[test]
    fn a_record_that_never_ends_and_one_that_is_nested_without_end_take_no_memory() {
        let long = [br#"{"Records":[{"a":""#.to_vec(), vec![b'x'; LONGEST_RECORD + 1]].concat();
        assert_eq!(records(&long, 1 << 16), Err(TrailFault::RecordTooLong(LONGEST_RECORD)));
        assert_eq!(records(&vec![b'['; 1 << 20], 1 << 16), Err(TrailFault::TooDeep(DEEPEST)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), block in 1..50_usize) {
            let _ = records(&bytes, block);
        }

        #[test]
        fn records_of_any_content_are_found_whole(values in proptest::collection::vec("\\PC{0,30}", 0..8), block in 1..80_usize) {
            let all: Vec<String> = values.iter().map(|value| serde_json::json!({ "v": value, "n": [value] }).to_string()).collect();
            let text = format!("{{\"Records\":[{}]}}", all.join(","));
            prop_assert_eq!(records(text.as_bytes(), block).unwrap(), all);
        }
    }
}
