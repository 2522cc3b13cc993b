//! `kenc get`.

use kenc::document::{Document, PathStep};
use kenc::error::Result;
use kenc::ops::configs::Configs;
use kenc::ops::input_name::{name_of, path_of};
use kenc::ops::records::get::record;
use kenc::ops::values::part::{PartForm, TextEnd, printed};
use kenc::ops::values::plaintext::read;
use zeroize::Zeroizing;

use crate::args::WorkArgs;
use crate::args::values::GetArgs;
use crate::commands::opening::threads;
use crate::documents::print;
use crate::failure::{Exit, Failure};
use crate::printable::escaped;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

pub fn run(args: &GetArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = path_of(&args.file);
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, std::slice::from_ref(&args.file))?;
    signals::handle(&session)?;
    let notation = args.document_open.input_type.input_type;
    let document = match args.record.selection() {
        Some(selection) => {
            let threads = threads(&WorkArgs { threads: None });
            record(&session, path, selection, session.open_input(path)?, threads)?.0
        }
        None => read(path, notation, args.document_open.requirements(), &session)?,
    };
    let bytes = found(&document, args, reporter.is_json()).map_err(Failure::about(name_of(path)))?;
    print(&bytes, path)?;
    Ok(Exit::Done)
}

/// What is printed of a document.
fn found(document: &Document, args: &GetArgs, is_json: bool) -> Result<Zeroizing<Vec<u8>>> {
    let end = if args.no_newline { TextEnd::Nothing } else { TextEnd::LineEnd };
    let format = args.output_type;
    let form = if is_json { PartForm::Json } else { PartForm::Text { format, end } };
    let mut path = args.place.path();
    // The paths of fields begin with it.
    if args.record.selection().is_some() && path.steps.first() == Some(&PathStep::Key("$".to_owned())) {
        path.steps.remove(0);
    }
    let bytes = printed(document, &path, form)?;
    match std::str::from_utf8(&bytes) {
        Ok(json) if is_json => Ok(Zeroizing::new(escaped(json).into_bytes())),
        _ => Ok(bytes),
    }
}
