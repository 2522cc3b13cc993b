//! Servers that always end with the tests: programs of others, and our own with scripted behaviour.

mod aws_sign_in;
mod http;
mod postgres;
mod process;
mod raw_server;
mod relay;

pub use aws_sign_in::{AwsSignIn, MFA_CODE};
pub use http::{Answer, request};
pub use postgres::Postgres;
pub use process::{CLOSED_PORT, Server, program, python_program, run_quietly};
pub use raw_server::{Asked, RawServer, answer_json, answer_with};
pub use relay::{Relay, silent_listener};
