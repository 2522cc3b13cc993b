//! Operations on single values of config documents.

pub mod change;
pub mod nearest;
pub mod new_value;
pub mod part;
pub mod plaintext;
pub mod value_text;
