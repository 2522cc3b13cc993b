//! Options of runs that are divided among several tasks.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use kenc::ops::shard::ShardWord;

pub const REPORT_USAGE: &str = "kenc report [OPTIONS] FILE|FOLDER...";
pub const REPORT_HELP: &str = "\
Examples:
  Encrypt a folder in two tasks, each with a report, and see that both did everything
    kenc encrypt -r photos -o photos.enc --shard 1/2 --report 1.jsonl
    kenc encrypt -r photos -o photos.enc --shard 2/2 --report 2.jsonl
    kenc report 1.jsonl 2.jsonl

  List the files that failed, for a program
    kenc report --json 1.jsonl 2.jsonl | jq -r 'select(.outcome == \"failed\").file'";

/// One of several tasks, and what it leaves behind.
#[derive(Debug, Args)]
pub struct ShardArgs {
    /// Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N
    ///
    /// Every file belongs to exactly one shard: a hash of its path below the folder or prefix decides. So each task lists the
    /// files on its own, and none needs to know of the others. auto takes the shard from the variables of Slurm or AWS Batch;
    /// auto/N from those of Kubernetes and GNU parallel as well, which do not say how many tasks there are. Needs -r or
    /// --files0-from. See kenc-shards(7).
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub shard: Option<ShardWord>,

    /// Write a line of JSON to FILE for each file as it is done or fails
    ///
    /// The first line says what the run does, and the last one how it ended; one that was killed has no last line. `kenc report`
    /// adds up the reports of all shards. An existing report is continued with --resume. Needs -r or --files0-from. See
    /// kenc-json(5).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub report: Option<PathBuf>,
}

impl ShardArgs {
    /// Whether any of them was given.
    pub fn is_asked(&self) -> bool {
        self.shard.is_some() || self.report.is_some()
    }
}

#[derive(Debug, Args)]
pub struct ReportResumeArgs {
    /// Continue the run of an existing report: skip the files that it calls done
    ///
    /// It must be a report of the same command on the same inputs. Without a report there yet, the run begins.
    #[arg(long, requires = "report")]
    pub resume: bool,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Reports of the shards of one run, or folders with reports (*.jsonl)
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::AnyPath)]
    pub reports: Vec<PathBuf>,
}

fn parse_shard(word: &str) -> Result<ShardWord, String> {
    word.parse().map_err(|fault: kenc::ops::shard::fault::ShardFault| fault.to_string())
}
