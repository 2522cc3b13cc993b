//! Hints for logs of CloudTrail.

use kenc::ops::audit::fault::TrailFault;

use crate::failure::Cause;

/// For a log of key uses that cannot be written.
pub const NOT_LOGGED: &str =
    "no key was used; make it writable, or name another file with `audit_log` in ~/.config/kenc/config.yaml";

/// For what is wrong with a log, or with the files whose keys are looked for.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::Trail(TrailFault::NotJson | TrailFault::Malformed(_)) => {
            "name logs as CloudTrail delivers them (.json.gz), or JSON; `--output json` makes the AWS CLI write it"
                .to_owned()
        }
        Cause::Trail(_) => {
            "fetch the log again: `aws s3 cp`; `aws cloudtrail validate-logs` shows whether it was changed".to_owned()
        }
        Cause::NothingToAudit => "`kenc keys usage` shows the keys of the files".to_owned(),
        Cause::NoLogs => {
            "name the folder or the prefix below which the logs are, such as `s3://BUCKET/AWSLogs/`".to_owned()
        }
        _ => String::new(),
    }
}
