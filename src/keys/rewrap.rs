//! Changing the wrapping keys of a data key that exists, and choosing those of one that takes its place.
//!
//! From one KMS key to another the data key is wrapped inside KMS and never reaches us. Otherwise it is unwrapped, compared
//! with the commitment of the payload, and wrapped again. One [`Rewrapper`] serves a whole run: what was asked once for a
//! wrapped key is not asked again, however many files share it.

pub(super) mod change;
mod plan;
mod renew;
mod rewrapper;
mod successor;

pub use self::change::{KeyChange, Renewed, Rewrapped, Way};
pub use self::renew::FileToRenew;
pub use self::rewrapper::{AliasLookup, Rewrapper};
pub use self::successor::{SuccessorKeys, SuccessorPassphrase};
