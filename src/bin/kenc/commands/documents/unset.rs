//! `kenc unset`.

use kenc::ops::configs::Configs;
use kenc::ops::values::change::{DocumentFile, MissingValue, WrittenDocument, check_is_file};
use serde_json::json;

use crate::args::values::UnsetArgs;
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use crate::report::other_names::tell_other_names;
use crate::sessions;
use crate::signals;

pub fn run(args: &UnsetArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let UnsetArgs { file, place, if_there, document_open, open, passphrase, aws } = args;
    check_is_file(file)?;
    let place = place.path();
    let passphrases = sessions::passphrases(passphrase, reporter);
    let session = sessions::to_open(open, passphrases, aws, configs, std::slice::from_ref(file))?;
    signals::handle(&session)?;
    let notation = document_open.input_type.input_type;
    let target = DocumentFile { path: file, notation, requirements: document_open.requirements() };
    let missing = if *if_there { MissingValue::IsFine } else { MissingValue::Fails };
    let written = target.unset(&place, missing, &session)?;
    if let Some(WrittenDocument { names, .. }) = &written {
        tell_other_names(reporter, file, *names);
    }
    reporter.result(
        "",
        &json!({ "file": file.display().to_string(), "path": place.to_string(), "changed": written.is_some() }),
    )?;
    Ok(Exit::Done)
}
