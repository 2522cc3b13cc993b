//! Questions to a person: operations do not ask, the program does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::document::{GroupDifference, OpenedDocument, SealStatus};
use crate::keys::NamedKey;
use crate::storage::s3::UnfinishedUpload;

/// A question that has a yes and a no.
#[non_exhaustive]
pub enum Question<'a> {
    /// Shall these files get the keys of the config?
    ChangeKeys(&'a [KeyPreview]),
    /// Are these the right keys? Nothing but the files themselves names them, and their data keys would be wrapped under them.
    TrustKeys(&'a BTreeMap<PathBuf, Vec<NamedKey>>),
    /// Shall the parts of these uploads be removed?
    AbortUploads(&'a [UnfinishedUpload]),
    /// Shall this document be sealed?
    Seal {
        /// The document as messages name it.
        name: &'a str,
        /// All that the seal would cover.
        opened: &'a OpenedDocument,
        /// What is known of the seal that it has.
        status: SealStatus,
    },
}

/// How the keys of a file would change.
pub struct KeyPreview {
    /// The file as messages name it.
    pub name: String,
    /// What would come and go, for each group.
    pub groups: Vec<GroupDifference>,
    /// How many groups are needed today: only that would change if nothing comes or goes.
    pub needed_groups: Option<usize>,
}
