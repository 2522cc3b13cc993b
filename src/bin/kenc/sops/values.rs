//! Single values: `set` and `unset`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use kenc::document::{ChangeOutcome, Document, Node, OpenedDocument, Path as Way};
use kenc::error::DocumentError;
use zeroize::Zeroizing;

use super::exit::{SopsStop, code};
use super::session::{SopsRun, name_of, read};
use super::transform::encrypted_of;
use crate::failure::Failure;
use kenc::ops::jobs::hold;

/// `set FILE PATH VALUE`.
pub fn set(session: SopsRun<'_>, words: &[OsString]) -> Result<u8, SopsStop> {
    let args = session.args;
    if args.value_file && args.value_stdin {
        return Err(SopsStop::new(code::FAILED, "--value-file and --value-stdin cannot be combined"));
    }
    let (file, way, value) = match (words, args.value_stdin) {
        ([file, way], true) => (file, way, read(None)?),
        ([file, way, value], false) if args.value_file => (file, way, read(Some(Path::new(value)))?),
        ([file, way, value], false) => (file, way, Zeroizing::new(value.clone().into_encoded_bytes())),
        _ => return Err(SopsStop::new(code::NO_FILE, "`set` takes a file, a path and a value")),
    };
    set_to(session, &PathBuf::from(file), &way.to_string_lossy(), &value)
}

/// `--set 'PATH VALUE' FILE`.
pub fn set_by_flag(session: SopsRun<'_>, file: &Path, set: &str) -> Result<u8, SopsStop> {
    let Some((way, value)) = set.split_once("] ") else {
        return Err(SopsStop::new(code::SET_FORMAT, "`--set` takes a path and a value: '[\"key\"] \"value\"'"));
    };
    set_to(session, file, &format!("{way}]"), value.as_bytes())
}

fn set_to(session: SopsRun<'_>, file: &Path, way: &str, value: &[u8]) -> Result<u8, SopsStop> {
    let way = parsed(way)?;
    let value: Node =
        serde_json::from_slice(value).map_err(|_| SopsStop::new(code::SET_FORMAT, "the value is not valid JSON"))?;
    change(session, file, |opened| opened.with_value(&way, &value).map(Some))
}

/// `unset FILE PATH`.
pub fn unset(session: SopsRun<'_>, words: &[OsString]) -> Result<u8, SopsStop> {
    let [file, way] = words else {
        return Err(SopsStop::new(code::NO_FILE, "`unset` takes a file and a path"));
    };
    let way = parsed(&way.to_string_lossy())?;
    let is_idempotent = session.args.idempotent;
    change(session, Path::new(file), |opened| {
        let document = opened.plaintext();
        if is_idempotent && document.tree().node(&way).is_none() {
            return Ok(None);
        }
        opened.without(&way).map(Some)
    })
}

/// Changes the content of a document, and writes it if it differs.
fn change(
    session: SopsRun<'_>,
    file: &Path,
    change: impl FnOnce(&OpenedDocument) -> Result<Option<Document>, DocumentError>,
) -> Result<u8, SopsStop> {
    let about = || Failure::about(name_of(Some(file)));
    let held = hold(file, session.session)?;
    let opened = session.open(Some(file))?;
    let layout = session.layout_of_opened(&opened, Some(file))?;
    let before = opened.document().text().to_owned();
    let opened = layout.of_opened(opened, Some(file))?;
    let outcome = match change(&opened).map_err(|error| about()(error.into()))? {
        Some(edited) => opened.encrypt_again(&edited).map_err(about())?,
        None => ChangeOutcome::Unchanged,
    };
    let text = layout.text_of(encrypted_of(outcome, opened.document().text()))?;
    if *text == before { Ok(0) } else { session.replace(held, &text) }
}

fn parsed(way: &str) -> Result<Way, SopsStop> {
    super::transform::way(way).map_err(|fault| SopsStop::new(code::SET_FORMAT, fault))
}
