//! Three-way merge of an encrypted document, as version control does it with text: the changes of both sides to their
//! common base are combined, and only what changed is encrypted anew.
//!
//! The content is merged path by path: a value that one side has changed, added or removed is changed, added or
//! removed. Items of lists are merged as lines are, by the places at which they were changed, and position by position
//! if the lists have the same length; otherwise a list is treated as one value. Layout, comments and the order of keys
//! are merged as lines of the plaintext, ours where both sides touch the same ones. Then the text is changed until it
//! says what the merged trees say, so that a doubtful merge of lines never decides about a value.
//!
//! If both sides changed a value, or one deleted what the other changed, the result holds all versions and stays a
//! valid document: `KEY` becomes a mapping of `__kenc_ours`, `__kenc_base` and `__kenc_theirs`, encrypted as `KEY` is.
//! In notations without nesting, `KEY` keeps our version beside `KEY__kenc_base` and `KEY__kenc_theirs`. Setting `KEY`
//! resolves the conflict.
//!
//! The metadata is merged as well. Recipients that a side has added or removed are added or removed. If the other side
//! has made a new data key, the result gets another one, which nobody knows yet. Recipients from a version that nothing
//! vouches for do not get it, and are reported as disputed.

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
