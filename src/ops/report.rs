//! Reports of runs: a file of lines in which a task notes each file as it is done, and the sum of the reports of all shards.

mod done_files;
pub mod fault;
mod journal;
mod lines;
mod recorded;
mod shard_report;
mod sum;

pub use done_files::DoneFiles;
pub use journal::{Describe, ExistingReport, FileFate, Journal, RunFate};
pub use lines::{ChangedKeyWords, FileLine, RunLine};
pub use recorded::Recorded;
pub use shard_report::ShardReport;
pub use sum::{CauseCount, FailedPart, RunSum, sum};
