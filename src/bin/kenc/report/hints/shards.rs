//! Hints for shards and for reports.

use kenc::ops::report::fault::ReportFault;
use kenc::ops::shard::fault::ShardFault;

use super::quoted;

/// For a shard that cannot be told.
pub fn of(fault: &ShardFault) -> String {
    match fault {
        ShardFault::NotAShard(_) | ShardFault::NoTask { .. } => "name the shard: `--shard 1/8` is the first of 8".to_owned(),
        ShardFault::Zero { count } => format!("the first one is `--shard 1/{count}`, the last one `--shard {count}/{count}`"),
        ShardFault::TwoArrays { .. } => "name the shard yourself: `--shard I/N`".to_owned(),
        ShardFault::CountUnknown { scheduler: "Kubernetes", .. } => {
            "add the number of completions of the Job: `--shard auto/8` for `completions: 8`".to_owned()
        }
        ShardFault::CountUnknown { .. } => {
            "add the number of jobs: `--shard auto/8` for 8 of them; GNU parallel also writes both numbers itself: `--shard {#}/{##}`"
                .to_owned()
        }
        ShardFault::Gaps { .. } | ShardFault::OtherCount { .. } => {
            "to run single tasks of an array again, name the shard of each: `--shard \"$SLURM_ARRAY_TASK_ID/8\"` if the array was 1-8"
                .to_owned()
        }
        ShardFault::Missing(_) | ShardFault::NotANumber { .. } | ShardFault::OutOfArray { .. } => {
            "name the shard yourself: `--shard I/N`, with I from 1 to N".to_owned()
        }
        _ => String::new(),
    }
}

/// For a report that cannot be written, continued or read.
pub fn of_report(fault: &ReportFault) -> String {
    match fault {
        ReportFault::Object(_) => "write it to a local file, and copy it afterwards with `aws s3 cp`".to_owned(),
        ReportFault::Exists(path) => {
            format!("continue it with `--resume`, or move it away: `mv {0} {0}.old`", quoted(path))
        }
        ReportFault::InUse(_) => {
            "give each task a report of its own, such as `--report reports/$SLURM_ARRAY_TASK_ID.jsonl`".to_owned()
        }
        ReportFault::NotWritten { .. } => {
            "no further file was begun; make room, and run the same command with `--resume`".to_owned()
        }
        ReportFault::AmongInputs { .. } => "write it to another folder".to_owned(),
        ReportFault::OfOtherRun { .. } => "use a report of its own for each run and each shard".to_owned(),
        ReportFault::NotAReport(_) | ReportFault::NoReportIn(_) => {
            "name files that `--report` wrote, or a folder with such files named *.jsonl".to_owned()
        }
        _ => String::new(),
    }
}
