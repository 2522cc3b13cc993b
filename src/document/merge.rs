//! Three versions of an encrypted document merged into one, as version control does it with text: what both have made of
//! their common base is taken into one document, and only what changed is encrypted anew.
//!
//! What a document says is merged path by path: a value that one side has changed, added or taken away is changed, added or
//! taken away. Items of lists are merged as lines are, by the places at which they were changed, and where lists are of one
//! length position by position; else a list is one value. Layout, comments and the order of keys are merged as lines of the
//! plaintext, ours where both sides touch the same ones. The text is then brought to say what the trees say, so that a
//! doubtful merge of lines never decides about a value.
//!
//! Where both sides changed one value, or one deleted what the other changed, the result holds the versions side by side
//! and stays a valid document: `KEY` becomes a mapping of `__kenc_ours`, `__kenc_base` and `__kenc_theirs`, encrypted as `KEY`
//! is. Where values cannot hold others, `KEY` keeps our version beside `KEY__kenc_base` and `KEY__kenc_theirs`. To give `KEY` a
//! value resolves it.
//!
//! The metadata is merged as well. Keys that a side has added or removed are added or removed. Where they have made a new
//! data key, the result gets another one, which nobody knows yet; keys that come with a version that nothing vouches for are
//! not given it, and are said to be in dispute.

mod conflict;
mod dispute;
mod keys;
mod pieces;
mod result;
mod tree;
mod uncovered;
mod unresolved;
mod version;

pub use conflict::{Conflict, ConflictKind};
pub use dispute::{Dispute, Side, Uncovered};
pub use result::{Merge, MergedText, merge};
pub use unresolved::unresolved;
pub use version::Version;
