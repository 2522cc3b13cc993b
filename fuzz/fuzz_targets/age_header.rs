//! A header of an age file that parses is written as the same bytes.
#![no_main]

use kenc::formats::age::AgeHeader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    let Ok(header) = AgeHeader::read(&mut rest) else { return };
    let read = bytes.len() - rest.len();
    assert_eq!(header.to_bytes(), bytes[..read]);
});
