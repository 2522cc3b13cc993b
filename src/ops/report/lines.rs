//! The lines of a report, as the section REPORTS of kenc-json(5) describes them.

use std::io::{BufRead, Read};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest line that is read, in bytes. A name and a message are far shorter.
const LONGEST_LINE: u64 = 1 << 20;

/// The first line of a run, and again the first after it was continued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLine {
    /// The command.
    pub command: String,
    /// The inputs as they were typed.
    pub inputs: Vec<String>,
    /// Where results go, if not into the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Which keys come and go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangedKeyWords>,
    /// The number of the shard, counted from 1.
    pub shard: u32,
    /// How many shards there are.
    pub shards: u32,
    /// How many files there are to do, if that is known before the first one.
    pub files: Option<u64>,
    /// When the run began, in UTC.
    pub begun: String,
    /// The version of kenc.
    pub version: String,
}

/// The words for the keys of a change, as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedKeyWords {
    /// Those that replace all others.
    pub to: Vec<String>,
    /// Those that come.
    pub add: Vec<String>,
    /// Those that go.
    pub remove: Vec<String>,
    /// Whether the config names them.
    pub from_config: bool,
    /// The new format, if there is one.
    pub format: Option<String>,
}

impl RunLine {
    /// The first thing in which two runs differ, with what each says. The shard is compared by whoever cares.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let change = |run: &Self| run.change.as_ref().map_or_else(String::new, |change| format!("{change:?}"));
        let count = |run: &Self| run.shards.to_string();
        let parts: [(&'static str, String, String); 4] = [
            ("command", self.command.clone(), other.command.clone()),
            ("input", self.inputs.join(" "), other.inputs.join(" ")),
            ("number of shards", count(self), count(other)),
            ("change of keys", change(self), change(other)),
        ];
        parts.into_iter().find(|(_, one, other)| one != other)
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOutcomeWord {
    /// It was done.
    Done,
    /// There was nothing to do.
    Unchanged,
    /// It failed.
    Failed,
}

/// The line of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileLine {
    /// Its name, as in messages. None if what failed is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The name has bytes that are no text, and this is not exactly it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inexact: bool,
    pub(super) outcome: FileOutcomeWord,
    /// Bytes of the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Why it failed: an error of kenc-json(5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The last line of a run that came to its end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EndLine {
    /// Files that were done.
    pub files: u64,
    /// Bytes of their results.
    pub bytes: u64,
    /// Files that an earlier run had done.
    pub done_before: u64,
    /// Files that are not encrypted, where only encrypted ones are looked for.
    pub not_encrypted: u64,
    /// Files that failed.
    pub failed: u64,
    /// The exit code.
    pub exit: u8,
    /// When it ended, in UTC.
    pub ended: String,
    /// Why the run as a whole failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// Any line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReportLine {
    Run(RunLine),
    End(EndLine),
    #[serde(untagged)]
    File(FileLine),
}

/// A line that was read.
pub(super) enum ReadLine {
    /// It is one of a report.
    Line(Box<ReportLine>),
    /// It is something else.
    NotALine,
    /// The writer was killed in the middle of it.
    Torn,
}

/// Reads the next line, and says how many bytes it has. `None` at the end.
pub(super) fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<(ReadLine, u64)>> {
    let mut line = Vec::new();
    let len = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? as u64;
    Ok(match serde_json::from_slice(&line) {
        _ if len == 0 => None,
        _ if line.last() != Some(&b'\n') && len < LONGEST_LINE => Some((ReadLine::Torn, len)),
        Ok(read) => Some((ReadLine::Line(Box::new(read)), len)),
        Err(_) => Some((ReadLine::NotALine, len)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_written() {
        let run = RunLine { command: "verify".to_owned(), shard: 2, shards: 8, ..RunLine::default() };
        let file = FileLine {
            file: Some("a/b".to_owned()),
            inexact: false,
            outcome: FileOutcomeWord::Done,
            bytes: Some(5),
            error: None,
        };
        let lines = [ReportLine::Run(run), ReportLine::File(file), ReportLine::End(EndLine::default())];
        let text: Vec<String> = lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect();
        assert!(text[0].starts_with(r#"{"run":{"command":"verify","#), "{}", text[0]);
        assert_eq!(text[1], "{\"file\":\"a/b\",\"outcome\":\"done\",\"bytes\":5}\n");
        assert!(text[2].starts_with(r#"{"end":{"files":0,"#), "{}", text[2]);
        let text = text.concat() + "{\"file\":\"torn";
        let mut input = text.as_bytes();
        let mut kinds = Vec::new();
        while let Some((line, _)) = read_line(&mut input).unwrap() {
            kinds.push(match line {
                ReadLine::Line(line) => match *line {
                    ReportLine::Run(run) => run.command,
                    ReportLine::File(file) => file.file.unwrap(),
                    ReportLine::End(_) => "end".to_owned(),
                },
                ReadLine::NotALine => "no line".to_owned(),
                ReadLine::Torn => "torn".to_owned(),
            });
        }
        assert_eq!(kinds, ["verify", "a/b", "end", "torn"]);
    }

    #[test]
    fn what_is_no_line_is_not_taken_for_one_and_is_never_held_as_a_whole() {
        for text in ["\n", "{}\n", "null\n", "{\"file\":\"a\"}\n", "{\"run\":{}}\n", "\u{0}\n", "{\"outcome\":\"x\"}\n"]
        {
            assert!(matches!(read_line(&mut text.as_bytes()), Ok(Some((ReadLine::NotALine, _)))), "{text}");
        }
        let long = vec![b'x'; 3 << 20];
        assert!(matches!(read_line(&mut &long[..]), Ok(Some((ReadLine::NotALine, LONGEST_LINE)))));
    }
}
