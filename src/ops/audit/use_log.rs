//! kenc's own log of the keys that it used (`audit_log:` of a config), as a reader finds it: what ties a request id to a file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::fault::TrailFault;
use crate::error::Error;
use crate::keys::WrappedKeyDigest;
use crate::ops::failure::{Cause, Failure};

/// Longest line, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// What kenc noted of its calls, by request id.
#[derive(Debug, Default)]
pub struct UseLog(HashMap<String, LoggedUse>);

/// What kenc noted of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedUse {
    /// The operation.
    pub operation: String,
    /// The wrapped keys that went in or came out.
    pub wrapped_keys: Vec<WrappedKeyDigest>,
    /// The files as they were named then.
    pub files: Vec<String>,
}

/// One line.
#[derive(Deserialize)]
struct LogLine {
    operation: String,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    wrapped_keys: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
}

impl UseLog {
    /// Adds the entries of a log. A line that is none is told to `hear`, and the others are read.
    ///
    /// # Errors
    /// Those of the input.
    pub fn add(&mut self, input: impl Read, hear: &mut dyn FnMut(TrailFault)) -> Result<(), Error> {
        let mut lines = BufReader::new(input);
        for number in 1.. {
            let mut line = Vec::new();
            if lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(Error::of_read)? == 0 {
                break;
            }
            match serde_json::from_slice::<LogLine>(&line) {
                Ok(line) => self.insert(line),
                Err(_) if line.trim_ascii().is_empty() => {}
                Err(_) => hear(TrailFault::NotAnEntry(number)),
            }
        }
        Ok(())
    }

    /// Adds the entries of a log file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&mut self, path: &Path, hear: &mut dyn FnMut(Failure)) -> Result<(), Failure> {
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let name = path.display().to_string();
        let fault = |fault| Failure { subject: Some(name.clone()), ..Failure::from(Cause::Trail(fault)) };
        let added = self.add(File::open(path).map_err(failed)?, &mut |found| hear(fault(found)));
        added.map_err(Failure::about(&*name))
    }

    fn insert(&mut self, line: LogLine) {
        let LogLine { operation, request_id, wrapped_keys, files } = line;
        // A call that had no answer is in no log of AWS under this id.
        let Some(request_id) = request_id.filter(|id| !id.is_empty()) else { return };
        let wrapped_keys = wrapped_keys.iter().filter_map(|text| WrappedKeyDigest::from_hex(text)).collect();
        self.0.insert(request_id, LoggedUse { operation, wrapped_keys, files });
    }

    /// What kenc noted of a call.
    #[must_use]
    pub fn of(&self, request_id: &str, operation: &str) -> Option<&LoggedUse> {
        self.0.get(request_id).filter(|logged| logged.operation == operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_request_id_and_broken_lines_do_not_hide_the_others() {
        let digest = WrappedKeyDigest::of(b"wrapped");
        let log = format!(
            "{{\"operation\":\"Decrypt\",\"request_id\":\"r-1\",\"wrapped_keys\":[\"{}\",\"zz\"],\"files\":[\"/a\"]}}\n\n\
             {{\"operation\":\"Decrypt\",\"request_id\":null}}\nnothing\n{{\"operation\":\"Encrypt\",\"request_id\":\"r-2\"}}\n{{\"oper",
            digest.to_hex()
        );
        let (mut uses, mut faults) = (UseLog::default(), Vec::new());
        uses.add(log.as_bytes(), &mut |fault| faults.push(fault)).unwrap();
        assert_eq!(faults, [TrailFault::NotAnEntry(4), TrailFault::NotAnEntry(6)]);
        assert_eq!(uses.of("r-1", "Decrypt").unwrap().wrapped_keys, [digest]);
        assert_eq!(uses.of("r-1", "Encrypt"), None, "another operation has not this id");
        assert!(uses.of("r-2", "Encrypt").is_some());
    }
}
