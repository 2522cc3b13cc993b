//! Config files: `.kenc.yaml`, and `.sops.yaml` with the meaning that sops gives it.
//!
//! A config says by path which keys a file is encrypted under, and which values of a document. [`Config::find`] looks for
//! it from the folder of the file upward, then from the working folder upward. The first of its rules that matches a path
//! is the one that counts.
//!
//! `.kenc.yaml` takes the fields of `.sops.yaml`, and some of its own; what it does not know, it refuses. `.sops.yaml` is
//! read as sops reads it: unknown fields are read past. A rule is checked whole when its config is read; the words for its
//! keys are read only when it is the one that counts, for the others may name keys of kinds that kenc does not know.

mod creation_rule;
mod dialect;
mod discovery;
mod fields;
mod file;
mod guards;
mod model;
mod ownership;
mod recipe;
mod rules;
mod source;
#[cfg(test)]
mod tests;
mod user;
mod yaml;

pub use self::creation_rule::{CreationRule, Indents, KeyGroup, OtherService, RuleFormat, RuleKey};
pub use self::dialect::Dialect;
pub use self::discovery::FoundConfig;
pub use self::guards::{ConfigsAbove, Guards};
pub use self::recipe::{DocumentOptions, DocumentRecipe, WholeFileRecipe, add_context, key_of_word};
pub use self::rules::Config;
pub use self::source::{KENC_CONFIG, SOPS_CONFIG};
pub use self::user::OwnConfig;
