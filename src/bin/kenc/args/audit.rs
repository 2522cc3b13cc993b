//! Options of `kenc audit`.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, ValueEnum, ValueHint};
use kenc::ops::audit::event_filter::{EventFilter, EventTime};
use kenc::ops::audit::level::AuditLevel;

use super::shared::{AwsArgs, WorkArgs};

/// What `kenc audit --help` says first, and its page.
pub const ABOUT: &str = "\
Show who used the keys of files, by the logs of AWS CloudTrail

Reads logs of CloudTrail and shows the events of AWS KMS that are about the KMS keys of these files: who wrapped and unwrapped data \
keys, who was denied, and who changed a key. Operations that only look (Describe, List, Get) are left out. Neither AWS KMS nor \
CloudTrail is asked; nothing of a file is opened.

The logs are files as CloudTrail delivers them (.json.gz) or plain, the output of `aws cloudtrail lookup-events` and `aws cloudtrail \
get-query-results`, and JSON exports of CloudTrail Lake (best with the column eventJson) and Athena. They are read as streams, in \
constant memory.

CloudTrail records the key and the encryption context of a call, and never the wrapped key. So each event says how much it tells: \
`this file (request id)` if kenc noted the id of the call for this file (`audit_log` in kenc-config(5)); `this key and this context` \
if a file has both, which may be another file with the same context; `this key only` otherwise. A context that no other file has, such \
as that of `kenc encrypt --id`, makes the second as good as the first.";

pub const USAGE: &str = "\
kenc audit [OPTIONS] --trail PATH FILE...
       aws cloudtrail lookup-events ... | kenc audit --trail - FILE...";

pub const EXAMPLES: &str = "\
Examples:
  See who used the keys of a folder in the last week
    kenc audit --trail cloudtrail --since 7d backups

  See decrypts with these keys that match no file here, and fail if there are any
    kenc audit --trail cloudtrail --unknown --fail-on unknown backups

  Read the logs from the bucket to which CloudTrail delivers them
    kenc audit --trail s3://my-backups/AWSLogs/ --denied backups

  Ask CloudTrail for the events of the last 90 days
    aws cloudtrail lookup-events --output json | kenc audit --trail - backups";

#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Files, folders and s3:// objects whose keys to look for, with everything in them (default: the working folder)
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath, conflicts_with = "files0_from")]
    pub paths: Vec<PathBuf>,

    /// Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files0_from: Option<PathBuf>,

    /// Log of CloudTrail, or a folder or an s3:// prefix of logs; `-` is the standard input; repeat it for several
    #[arg(long = "trail", value_name = "PATH", value_hint = ValueHint::AnyPath, required = true)]
    pub trails: Vec<PathBuf>,

    /// Log of kenc's own use of keys, which ties request ids to files (default: `audit_log` of your own config)
    #[arg(long = "log", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub logs: Vec<PathBuf>,

    /// Leave out events before this: 2026-11-29, 2026-11-29T10:15:00Z, or an age such as 30m, 12h or 7d
    ///
    /// Logs that were delivered before it, by their names, are not read.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub since: Option<EventTime>,

    /// Leave out events at this time and later
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub until: Option<EventTime>,

    /// Show only what was denied
    #[arg(long)]
    pub denied: bool,

    /// Show only calls of principals with this text in their ARN, role, account or service; repeat it for several
    #[arg(long = "principal", value_name = "TEXT")]
    pub principals: Vec<String>,

    /// Show only decrypts (and re-encryptions) with these keys that match no file here
    ///
    /// They are of files that are elsewhere, of other programs and services of AWS, or of contexts that CloudTrail did not record,
    /// as with most denials.
    #[arg(long)]
    pub unknown: bool,

    /// Show only events that tell at least this much: file, context or key
    #[arg(long, value_name = "LEVEL", default_value = "key", hide_default_value = true)]
    pub level: LevelName,

    /// Exit with 7 if such an event is shown: denied or unknown; repeat it for both
    #[arg(long, value_name = "WHAT")]
    pub fail_on: Vec<AuditFinding>,

    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

impl AuditArgs {
    /// Which events are asked for.
    pub fn filter(&self) -> EventFilter {
        let level = match self.level {
            LevelName::File => Some(AuditLevel::File),
            LevelName::Context => Some(AuditLevel::Context),
            LevelName::Key => None,
        };
        EventFilter {
            since: self.since.clone(),
            until: self.until.clone(),
            denied: self.denied,
            principals: self.principals.iter().map(|text| text.to_ascii_lowercase()).collect(),
            unknown: self.unknown,
            level,
        }
    }
}

/// What makes a file known by its calls of AWS KMS.
#[derive(Debug, Args)]
pub struct FileIdArgs {
    /// Add a random pair, kenc-id, to the encryption context
    ///
    /// AWS CloudTrail records the context of every call, so that `kenc audit` tells the calls for this file from those for others.
    /// The context can never be changed, and a key policy must allow the pair (`kenc keys policy` without --exact-context does).
    /// Files that are encrypted in one run share the pair.
    #[arg(long, conflicts_with = "resume")]
    pub id: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LevelName {
    /// This file, by the id of the request
    File,
    /// This key and this context
    Context,
    /// This key only
    Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFinding {
    /// A call that was denied
    Denied,
    /// A decrypt that matches no file
    Unknown,
}

fn parse_time(text: &str) -> Result<EventTime, String> {
    EventTime::parse(text, SystemTime::now())
        .ok_or_else(|| "it must be 2026-11-29, 2026-11-29T10:15:00Z, or an age such as 30m, 12h or 7d".to_owned())
}
