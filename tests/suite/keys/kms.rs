//! Answers of AWS KMS, and the errors that users see for them. No test talks to AWS.

mod contexts;
mod credentials;
mod documents;
mod failing_service;
mod lying_service;
mod permissions;
mod several_keys;
mod signing_in;
mod slots_of_others;
mod states_of_keys;
mod words_for_keys;

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{
    CLOSED_PORT, Faults, Home, Outcome, RawFile, Relay, home_at, ministack, ministack_with_permissions, moto,
};

const PLAINTEXT: &[u8] = b"select 'the rest is silence';\n";
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;
const INTERRUPTED: i32 = 130;
