//! A header of a kenc file that parses is written as the same bytes.
#![no_main]

use kenc::formats::native::{Header, TableCopies};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    let Ok(header) = Header::read(&mut rest) else { return };
    // A copy of the slot table that is damaged is repaired, and so is not what was read.
    if header.copies == TableCopies::Whole {
        let read = bytes.len() - rest.len();
        assert_eq!(header.to_bytes(), bytes[..read]);
    }
});
