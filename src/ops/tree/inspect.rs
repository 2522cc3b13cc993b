//! Looking at many files without a key.

use super::crew::{FileOutcome, TreeWork};
use super::file::FileToDo;
use super::request::TreePlan;
use crate::document::Format;
use crate::formats::detect::{self, Detected};
use crate::ops::failure::Failure;
use crate::ops::inspect::{Inspected, describe};
use crate::ops::observer::Progress;
use crate::ops::session::Session;

/// Looks at every file.
pub struct InspectEach<'a> {
    /// The files.
    pub plan: &'a TreePlan,
    /// Says what is accepted of files that other programs may have written.
    pub session: &'a Session,
    /// The notation of documents, if the caller says so.
    pub notation: Option<Format>,
}

/// What was found out about one of many files.
pub struct InspectedFile {
    /// Its length, in bytes.
    pub bytes: u64,
    /// What was found out.
    pub inspected: Inspected,
}

impl TreeWork for InspectEach<'_> {
    type Done = InspectedFile;

    const IS_IN_ORDER: bool = true;

    fn run(&self, file: &FileToDo, _: &dyn Progress, others: &dyn Fn()) -> Result<FileOutcome<Self::Done>, Failure> {
        let about = || Failure::about(file.display());
        file.wait_for_storages(others);
        let mut source = self.plan.open(self.session, file)?;
        let bytes = source.len();
        let inspected = match Detected::new(source.take_input(), Some(&file.path()), self.notation).map_err(about())? {
            Detected::Document(document) => Inspected::Document(document),
            Detected::Foreign(_, start) if file.is_found && detect::never_was_encrypted(&start) => {
                return Ok(FileOutcome::NotEncrypted);
            }
            other => Inspected::File(Box::new(describe(other, self.session.read_policy()).map_err(about())?)),
        };
        Ok(FileOutcome::Done(InspectedFile { bytes, inspected }))
    }
}
