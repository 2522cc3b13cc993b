//! Editing files: they are decrypted into a private folder, and the edited text is encrypted again. Edits that cannot
//! be saved are kept.

mod document;
mod edited_file;
pub(in crate::ops) mod kept_edits;
mod notes;
mod recipe;
mod recovery;
mod rescue;
mod rounds;
mod successor;
mod user;
mod whole_file;

pub use edited_file::{DocumentToMake, EditOptions};
pub use kept_edits::KeptEdits;
pub use recipe::{BeforeSealing, as_edited};

pub use rescue::{ReadRescued, Rescue};
pub use rounds::{EditOutcome, Editing, check_can_be_written};
pub use user::{EditingUser, OldEdits, WishAfterFailure};
