//! `kenc inspect`.

use kenc::formats::format::ReadPolicy;
use kenc::ops::documents::summary::DocumentSummary;
use kenc::ops::inspect::{Inspected, inspect};
use kenc::ops::jobs::open_input;

use crate::args::InspectArgs;
use crate::failure::{Exit, Failure};
use crate::report::{Reporter, document_summary, file_description};
use crate::sessions::path_of;

pub fn run(args: &InspectArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = args.input.as_deref().and_then(path_of);
    let notation = args.input_type.input_type;
    match inspect(open_input(path)?, path, notation, &ReadPolicy::default())? {
        Inspected::Document(sealed) => {
            let summary = DocumentSummary::new(&sealed);
            reporter.result(&document_summary::text(&summary), &document_summary::json(&summary))?;
        }
        Inspected::File(file) => reporter.result(&file_description::text(&file), &file_description::json(&file))?,
    }
    Ok(Exit::Done)
}
