//! A header of an AWS Encryption SDK message that parses is written as the same bytes.
#![no_main]

use kenc::formats::esdk::{MessageHead, MessageLimits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    let Ok(head) = MessageHead::read(&mut rest, MessageLimits::default()) else { return };
    let read = bytes.len() - rest.len();
    assert_eq!(head.to_bytes(), bytes[..read]);
    // What a message says of its keys is what a new one with them would say.
    assert_eq!(head.header.slots().len(), head.header.data_keys.len());
});
