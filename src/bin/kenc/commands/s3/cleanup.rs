//! `kenc s3 cleanup`.

use kenc::ops::configs::Configs;
use kenc::ops::unfinished_uploads::{Cleanup, UploadFate};
use serde_json::json;

use crate::args::s3::CleanupArgs;
use crate::failure::{Exit, Failure};
use crate::report::{Reporter, counted, unfinished_uploads};
use crate::sessions;
use crate::signals;

pub fn run(args: &CleanupArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let CleanupArgs { prefixes, older_than, dry_run, yes, aws } = args;
    let session = sessions::to_inspect_objects(aws, configs);
    signals::handle(&session)?;
    let cleanup = Cleanup { session: &session, older_than: *older_than };
    let uploads = cleanup.find(prefixes)?;
    let (mut count, is_kept) = (0, *dry_run || uploads.is_empty());
    if !is_kept && !yes {
        cleanup.confirm(&uploads)?;
    }
    for upload in &uploads {
        let fate = if is_kept { UploadFate::Kept } else { cleanup.abort(upload)? };
        count += usize::from(fate == UploadFate::Aborted);
        reporter.result(&unfinished_uploads::line(upload, fate), &unfinished_uploads::json(upload, fate))?;
    }
    let found = counted(uploads.len(), "unfinished upload");
    let text = if *dry_run { format!("{found}\n") } else { format!("{found}, {count} removed\n") };
    reporter.confirmation(&text, &json!({ "unfinished_uploads": uploads.len(), "removed": count }))?;
    Ok(Exit::Done)
}
