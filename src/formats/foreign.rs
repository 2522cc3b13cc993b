//! Foreign formats: kenc recognises them for its error messages, but does not open them.

use crate::error::Foreign;
use crate::formats::native::magic::MAGIC;

/// What an input that does not begin with the magic looks like. `start` is as much of it as is at hand; more of it
/// tells more.
#[must_use]
pub fn foreign(start: &[u8]) -> Foreign {
    let seven_bit = MAGIC.map(|byte| byte & 0x7f);
    if start.is_empty() {
        Foreign::Empty
    } else if MAGIC.starts_with(start) {
        Foreign::BeginningOfKenc
    } else if start.starts_with(b"\x89kenc\n") || start.starts_with(b"\x89kenc\r\r\n") {
        Foreign::NewlinesConverted
    } else if start.starts_with(&seven_bit) || start.starts_with(b"\xef\xbf\xbdkenc") {
        Foreign::SevenBit
    } else if start.starts_with(b"age-encryption.org/") || start.starts_with(b"-----BEGIN AGE ENCRYPTED FILE") {
        Foreign::Age
    } else if start.starts_with(b"Salted__") {
        Foreign::OpenSslEnc
    } else if start.starts_with(b"-----BEGIN PGP MESSAGE") || is_open_pgp_message(start) {
        Foreign::OpenPgp
    } else if is_aws_encryption_sdk(start) {
        Foreign::AwsEncryptionSdk
    } else if looks_like_sops(start) {
        Foreign::Sops
    } else {
        Foreign::Unknown
    }
}

/// An encrypted OpenPGP message begins with a session-key packet of a known version, or with encrypted data (RFC 9580).
fn is_open_pgp_message(start: &[u8]) -> bool {
    let (tag, body) = match start {
        // Old packet format: the lowest two bits encode the size of the length.
        [first @ 0x80..=0xbf, rest @ ..] => (first >> 2 & 0x0f, rest.get([1, 2, 4, 0][usize::from(first & 3)]..)),
        [first @ 0xc0..=0xff, length, rest @ ..] => {
            let more = match length {
                0..=191 | 224..=254 => 0,
                192..=223 => 1,
                255 => 4,
            };
            (first & 0x3f, rest.get(more..))
        }
        _ => return false,
    };
    let version = body.and_then(|body| body.first());
    matches!((tag, version), (1, Some(3 | 6)) | (3, Some(4..=6)) | (18, Some(1 | 2)) | (20, Some(1)))
}

/// A version 1 message has type 0x80 and a known suite, a version 2 message a committing suite.
fn is_aws_encryption_sdk(start: &[u8]) -> bool {
    matches!(start, [0x01, 0x80, 0x00..=0x05, 0x14 | 0x46 | 0x78, ..] | [0x02, 0x04 | 0x05, 0x78, ..])
}

fn looks_like_sops(start: &[u8]) -> bool {
    let has = |needle: &[u8]| start.windows(needle.len()).any(|window| window == needle);
    has(b"ENC[AES256_GCM,") || has(b"\nsops:") || has(b"\"sops\":") || has(b"sops_version=")
}
