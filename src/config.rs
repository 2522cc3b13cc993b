//! Config files: `.kenc.yaml`, and `.sops.yaml` with the meaning that sops gives it.
//!
//! A config says by path which keys a file is encrypted under, and which values of a document. [`Config::find`] looks for
//! it from the folder of the file upward, then from the working folder upward. The first of its rules that matches a path
//! is the one that counts.
//!
//! `.kenc.yaml` has the fields of `.sops.yaml` and some of its own, and an unknown field is an error. `.sops.yaml` is read as
//! sops reads it: unknown fields are ignored. Every rule is checked when its config is read, except for its keys: they are
//! parsed when the rule is used, because other rules may name keys of services that kenc does not support.
//!
//! From text to recipe: `yaml` (a tree in which every part has its line), `fields` (serde over that tree), `model` (every
//! field that there is), `file` (what the file says), `rules` ([`Config`]: the rule for a path), `recipe` (keys, encryption
//! context and options for a file).

mod creation_rule;
mod dialect;
mod discovery;
mod fields;
mod file;
mod guards;
mod key_list;
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
pub use self::key_list::expand_lists;
pub use self::ownership::is_writable_by_others;
pub use self::recipe::{DocumentOptions, DocumentRecipe, WholeFileRecipe, add_context, key_of_word};
pub use self::rules::Config;
pub use self::source::{KENC_CONFIG, SOPS_CONFIG};
pub use self::user::OwnConfig;
