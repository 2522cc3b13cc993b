//! Servers that always end with the tests: programs of others, and our own with scripted behaviour.

mod aws_sign_in;
mod http;
mod postgres;
mod process;
mod raw_server;
mod relay;
mod s3;

pub use aws_sign_in::{AwsSignIn, MFA_CODE, NEXT_MFA_CODE};
pub use http::{Answer, Message, request};
pub use postgres::Postgres;
pub use process::{CLOSED_PORT, Server, program, python_program, run_quietly};
pub use raw_server::{Asked, RawServer, answer_json, answer_with};
pub use relay::{Relay, silent_listener};
pub use s3::{
    Fate, ObjectRelay, ObjectServer, home_of_objects, moto_objects, object_error, pass_on, spawn_with_pipe, versitygw,
};
