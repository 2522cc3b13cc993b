//! `kenc inspect`.

use std::path::PathBuf;

use kenc::formats::format::ReadPolicy;
use kenc::ops::configs::Configs;
use kenc::ops::documents::summary::DocumentSummary;
use kenc::ops::input_name::path_of;
use kenc::ops::inspect::{Inspected, inspect};
use kenc::ops::result_name::ResultName;
use kenc::ops::tree::inspect::InspectEach;

use crate::args::InspectArgs;
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::many;
use crate::report::{Reporter, document_summary, file_description};
use crate::{sessions, signals};

pub fn run(args: &InspectArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.many.is_asked() || args.inputs.len() > 1 {
        return many(args, configs, reporter);
    }
    let path = args.inputs.first().map(PathBuf::as_path).and_then(path_of);
    let notation = args.input_type.input_type;
    let session = sessions::to_inspect_objects(&args.aws, configs);
    signals::handle(&session)?;
    match inspect(session.open_input(path)?, path, notation, &ReadPolicy::default())? {
        Inspected::Document(sealed) => {
            let summary = DocumentSummary::new(&sealed);
            reporter.result(&document_summary::text(&summary), &document_summary::json(&summary))?;
        }
        Inspected::File(file) => reporter.result(&file_description::text(&file), &file_description::json(&file))?,
    }
    Ok(Exit::Done)
}

/// Many files in one run.
fn many(args: &InspectArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let request = many::request(&args.many, &args.inputs, None, (false, None))?;
    let session = sessions::to_inspect_objects(&args.aws, configs);
    signals::handle(&session)?;
    let plan = request.plan(ResultName::WithoutEnding)?;
    let inspecting = InspectEach { plan: &plan, session: &session, notation: args.input_type.input_type };
    many::run(&session, (&request, &plan), (threads(&args.work), "inspected"), reporter, &inspecting)
}
