//! What the commands do when the file is a config document.

pub mod decrypt;
pub mod encrypt;
pub mod inspect;
pub mod verify;
