//! The formats of whole files: one line for each.

use std::path::Path;

use crate::formats::age::file_format::AgeFormat;
use crate::formats::esdk::file_format::MessageFormat;
use crate::formats::format::FileFormat;
use crate::formats::native::file_format::NativeFormat;
use crate::formats::records::RecordsFormat;
use crate::formats::s3_client::file_format::S3ClientFormat;
use crate::fs::input::InputNotes;

/// All of them. Their first bytes differ, so the order is only that of lists.
pub const FORMATS: &[&dyn FileFormat] = &[&NativeFormat, &AgeFormat, &MessageFormat];

/// Formats that only the notes of an object tell, and that are never made.
const TOLD_BY_NOTES: &[&dyn FileFormat] = &[&S3ClientFormat];

/// Formats of which `--format` makes none: they have options of their own.
const MADE_OTHERWISE: &[&dyn FileFormat] = &[&RecordsFormat];

/// The format of an object with these notes, if they tell one.
#[must_use]
pub fn by_notes(notes: &InputNotes) -> Option<&'static dyn FileFormat> {
    TOLD_BY_NOTES.iter().copied().find(|format| format.recognises_notes(notes))
}

/// The format of an input that begins with `start`, if kenc opens it.
#[must_use]
pub fn by_start(start: &[u8]) -> Option<&'static dyn FileFormat> {
    FORMATS.iter().chain(MADE_OTHERWISE).copied().find(|format| format.recognises(start))
}

/// The format whose files end like this name.
#[must_use]
pub fn by_ending(name: &Path) -> Option<&'static dyn FileFormat> {
    let ending = name.extension()?;
    FORMATS.iter().copied().find(|format| ending == format.ending())
}

/// The format with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn FileFormat> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_no_two_take_the_same_beginning() {
        for format in FORMATS {
            assert_eq!(by_name(format.name()).map(FileFormat::name), Some(format.name()));
        }
        let beginnings: [&[u8]; 5] = [
            b"\x89kenc\r\n\x1a\x01\0\0\0",
            b"-----BEGIN KENC FILE-----\n",
            b"age-encryption.org/v1\n-> X25519 abc",
            b"-----BEGIN AGE ENCRYPTED FILE-----\n",
            &[0x02, 0x04, 0x78, 0, 0, 0, 0, 0],
        ];
        for start in beginnings {
            let takers = FORMATS.iter().filter(|format| format.recognises(start)).count();
            assert!(takers <= 1, "{} formats take {}", takers, start.escape_ascii());
        }
        assert!(by_start(b"").is_none() && by_start(b"a: 1\n").is_none());
    }
}
