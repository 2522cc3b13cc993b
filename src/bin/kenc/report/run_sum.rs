//! The sum of the reports of a run, for people and for programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use indicatif::BinaryBytes;
use kenc::ops::report::{CauseCount, FailedPart, RunSum};
use serde_json::{Value, json};

use super::{counted, printable};

/// A file that failed, or a shard.
pub fn failed_text(part: &FailedPart) -> String {
    let FailedPart { shard, file, error } = part;
    let message = error["message"].as_str().unwrap_or("failed");
    let names_file = file.as_deref().is_some_and(|file| message.contains(file));
    let subject = match file {
        Some(_) if names_file => String::new(),
        Some(file) => format!("{file}: "),
        None => format!("shard {shard}: "),
    };
    format!("{}\n", printable(&format!("{subject}{message}")))
}

/// The same for programs.
pub fn failed_json(part: &FailedPart) -> Value {
    let FailedPart { shard, file, error } = part;
    json!({ "file": file, "shard": shard, "outcome": "failed", "error": error })
}

/// The whole, for people.
pub fn text(sum: &RunSum) -> String {
    let RunSum { run, complete, missing, incomplete, twice, .. } = sum;
    let inputs = match &run.inputs[..] {
        [input] => input.clone(),
        inputs => counted(inputs.len(), "input"),
    };
    let shards = counted(usize::try_from(run.shards).unwrap_or(usize::MAX), "shard");
    let mut text = printable(&format!("{} {inputs}: {} of {shards} complete", run.command, complete.len()));
    text.push('\n');
    let files = usize::try_from(sum.files).unwrap_or(usize::MAX);
    let _ = write!(text, "{}, {}", counted(files, "file"), BinaryBytes(sum.bytes));
    if sum.done_before > 0 {
        let _ = write!(text, ", {} of them done before", sum.done_before);
    }
    if sum.not_encrypted > 0 {
        let _ = write!(text, "; {} not encrypted", sum.not_encrypted);
    }
    let _ = writeln!(text, "; {} failed", sum.failed.len());
    for CauseCount { cause, exit: _, count } in &sum.causes {
        let _ = writeln!(text, "{count:>7} × {}", printable(cause));
    }
    for (what, shards) in [("missing", missing), ("incomplete", incomplete)] {
        if !shards.is_empty() {
            let _ = writeln!(text, "{what}: {}", ranges(shards));
        }
    }
    for (shard, paths) in twice {
        let paths = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "twice: {shard} ({})", printable(&paths));
    }
    text
}

/// The whole, for programs.
pub fn json(sum: &RunSum) -> Value {
    let RunSum { run, complete, missing, incomplete, twice, files, bytes, done_before, not_encrypted, failed, causes } =
        sum;
    let cause =
        |CauseCount { cause, exit, count }: &CauseCount| json!({ "cause": cause, "exit": exit, "count": count });
    json!({ "report": {
        "command": run.command,
        "inputs": run.inputs,
        "shards": run.shards,
        "complete": complete.len(),
        "missing": missing,
        "incomplete": incomplete,
        "twice": twice.keys().collect::<Vec<_>>(),
        "files": files,
        "bytes": bytes,
        "done_before": done_before,
        "not_encrypted": not_encrypted,
        "failed": failed.len(),
        "causes": causes.iter().map(cause).collect::<Vec<_>>(),
    } })
}

/// Numbers with those that follow each other as a range: `1, 3-5`.
fn ranges(numbers: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let shown = ranges.iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}-{last}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_each_other_are_a_range() {
        for (numbers, shown) in [(&[1][..], "1"), (&[1, 2], "1, 2"), (&[1, 3, 4, 5, 9], "1, 3-5, 9"), (&[], "")] {
            assert_eq!(ranges(&numbers.iter().copied().collect()), shown);
        }
    }
}
