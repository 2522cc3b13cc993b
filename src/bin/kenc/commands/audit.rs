//! `kenc audit`.

use std::path::PathBuf;

use kenc::ops::audit::audited_files::AuditedFiles;
use kenc::ops::audit::search::{AuditNews, search};
use kenc::ops::audit::trail::AuditQuestion;
use kenc::ops::audit::use_log::UseLog;
use kenc::ops::configs::Configs;
use kenc::ops::tree::request::TreeRequest;

use crate::args::audit::{AuditArgs, AuditFinding};
use crate::commands::opening::threads;
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::progress::Bar;
use crate::report::Reporter;
use crate::report::audited_events;
use crate::{sessions, signals};

pub fn run(args: &AuditArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let here = [PathBuf::from(".")];
    let is_standard = |path: &PathBuf| path.as_os_str() == "-";
    if args.files0_from.iter().chain(&args.trails).filter(|path| is_standard(path)).count() > 1 {
        return Err(CommandFault::StandardInputAmongFiles.into());
    }
    let inputs = if args.paths.is_empty() && args.files0_from.is_none() { &here } else { args.paths.as_slice() };
    let request = TreeRequest::to_read(args.files0_from.as_deref(), inputs);
    request.check()?;
    let session = sessions::to_inspect_objects(&args.aws, configs);
    signals::handle(&session)?;
    let (mut worst, mut written) = (None, Ok(()));
    let bar = Bar::of_many(reporter.shows_progress(), &request.name());
    let mut uses = UseLog::default();
    let own = configs.key_use_log()?.map(|log| log.path().to_owned()).filter(|_| args.logs.is_empty());
    for log in args.logs.iter().chain(own.iter().filter(|path| path.exists())) {
        uses.read(log, &mut |failure| audited_events::warn_of_log(&failure, reporter))?;
    }
    let files = AuditedFiles::read(&session, (&request, threads(&args.work)), &bar, &mut |failure| {
        worst = worst.or(Some(reporter.failure(&failure)));
    })?;
    bar.end();
    if files.len() == 0 {
        return worst.ok_or(Cause::NothingToAudit.into());
    }
    let bar = Bar::of_many(reporter.shows_progress(), "logs");
    let filter = args.filter();
    let question = AuditQuestion { files: &files, uses: &uses, filter: &filter };
    let found = search(&session, &args.trails, question, threads(&args.work), &bar, &mut |news| match news {
        AuditNews::Failed(failure) => worst = worst.or(Some(reporter.failure(&failure))),
        AuditNews::Rows(rows) => {
            let told = audited_events::rows(&rows, &files, reporter);
            written = std::mem::replace(&mut written, Ok(())).and(told);
        }
    });
    bar.end();
    let found = found?;
    written?;
    reporter.result(&audited_events::text(&found, &files), &audited_events::json(&found, &files))?;
    let is_found = |finding: &AuditFinding| match finding {
        AuditFinding::Denied => found.denied > 0,
        AuditFinding::Unknown => found.unknown > 0,
    };
    Ok(match worst {
        Some(exit) => exit,
        None if args.fail_on.iter().any(is_found) => Exit::Problems,
        None => Exit::Done,
    })
}
