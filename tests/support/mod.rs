//! What the tests share, by topic. Tests import from here, not from the modules below.

mod age;
mod data;
mod files;
mod kms;
mod memory;
mod program;
mod servers;
mod sops;
mod terminal;

use std::path::Path;

pub use age::{age_vectors, home_with_age};
pub use data::{OutsideData, skip};
pub use files::{LongText, RawFile, RawSlot, names_in, noise, stderr, text};
pub use kms::{
    Faults, Kms, REGION, home_at, ministack, ministack_of_the_lab, ministack_with_contexts, ministack_with_permissions,
    moto, moto_with_tls,
};
pub use memory::{Memory, Watch};
pub use program::{Home, Measured, Outcome, finish, has, pipe, wait_until};
pub use servers::{
    Asked, AwsSignIn, CLOSED_PORT, Fate, MFA_CODE, Message, NEXT_MFA_CODE, ObjectRelay, ObjectServer, Postgres,
    RawServer, Relay, answer_json, answer_with, home_of_objects, moto_objects, object_error, pass_on, program,
    python_program, request, run_quietly, silent_listener, spawn_with_pipe, versitygw,
};
pub use sops::{Link, Sops};
pub use terminal::{Terminal, assert_shows};

/// The folder of the crate.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The value, or else the end of the test: skipped, with the reason why the value is not there.
#[macro_export]
macro_rules! need {
    ($value:expr) => {
        match $value {
            Ok(value) => value,
            Err(reason) => return $crate::support::skip(&reason.to_string()),
        }
    };
}
