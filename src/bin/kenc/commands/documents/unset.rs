//! `kenc unset`.

use kenc::error::{DocumentError, Error};
use serde_json::json;

use super::change::{Change, check_is_file};
use crate::args::values::UnsetArgs;
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use crate::signals;
use kenc::ops::configs::Configs;

pub fn run(args: &UnsetArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let UnsetArgs { file, place, if_there, document_open, open, passphrase, aws } = args;
    check_is_file(file)?;
    signals::handle()?;
    let path = place.path();
    let change = Change { file, document_open, open, passphrase, aws, configs, reporter };
    let written = change.run(|opened| {
        let about = Failure::about(file.display().to_string());
        if opened.plaintext().tree().node(&path).is_none() {
            if *if_there {
                return Ok(None);
            }
            let fault = "no such value".to_owned();
            return Err(about(DocumentError::Path { path: path.to_string(), fault }.into()));
        }
        opened.without(&path).map(Some).map_err(Error::from).map_err(about)
    })?;
    reporter.result(
        "",
        &json!({ "file": file.display().to_string(), "path": path.to_string(), "changed": written.is_some() }),
    )?;
    Ok(Exit::Done)
}
