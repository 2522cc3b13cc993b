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
    } else if start.starts_with(b"\0GITCRYPT\0") {
        Foreign::GitCrypt
    } else if matches!(start, [0x01, 0x02, 0x02 | 0x03, 0x00, 0x78, ..]) {
        Foreign::KmsCiphertext
    } else {
        of_text(start)
    }
}

/// What is told by words that can be anywhere at its beginning.
fn of_text(start: &[u8]) -> Foreign {
    let has = |needle: &str| start.windows(needle.len()).any(|window| window == needle.as_bytes());
    let first = start.trim_ascii_start();
    if first.starts_with(b"$ANSIBLE_VAULT;") {
        Foreign::AnsibleVault
    } else if first.starts_with(b"AQICAH") || first.starts_with(b"AQIDAH") {
        Foreign::KmsCiphertextText
    } else if first.starts_with(b"vault:v") {
        Foreign::VaultTransit
    } else if first.starts_with(b"-----BEGIN CMS-----") || first.starts_with(b"-----BEGIN PKCS7-----") {
        Foreign::Cms
    } else if looks_like_sops(start) {
        Foreign::Sops
    } else if has("!vault") && has("$ANSIBLE_VAULT;") {
        Foreign::AnsibleVaultValues
    } else if has("SealedSecret") && has("bitnami.com/") {
        Foreign::SealedSecret
    } else if has("ENC[PKCS7,") || has("ENC[GPG,") {
        Foreign::HieraEyaml
    } else if first.starts_with(b"{") && ["\"x-amz-key-v2\"", "\"x-amz-key\"", "\"x-amz-3\""].iter().any(|key| has(key))
    {
        Foreign::S3EncryptionInstructions
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_programs_are_told_by_their_beginning() {
        let vars = "user: a\npassword: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6232\n";
        let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    a: AgBy3i4\n";
        let instructions = r#"{"x-amz-iv":"a","x-amz-key-v2":"b","x-amz-wrap-alg":"kms+context"}"#;
        for (start, expected) in [
            (&b"$ANSIBLE_VAULT;1.1;AES256\n6232"[..], Foreign::AnsibleVault),
            (vars.as_bytes(), Foreign::AnsibleVaultValues),
            (b"\0GITCRYPT\0abcdefghijkl", Foreign::GitCrypt),
            (b"\x01\x02\x02\x00\x78abc", Foreign::KmsCiphertext),
            (b"AQICAHhQAbcdefg=\n", Foreign::KmsCiphertextText),
            (b"AQIDAHhQAbcdefg=\n", Foreign::KmsCiphertextText),
            (sealed.as_bytes(), Foreign::SealedSecret),
            (instructions.as_bytes(), Foreign::S3EncryptionInstructions),
            (b"a: ENC[PKCS7,MIIBeQYJ]\n", Foreign::HieraEyaml),
            (b"vault:v1:8SDd3WHDOjf7mq69", Foreign::VaultTransit),
            (b"-----BEGIN CMS-----\nMII", Foreign::Cms),
            (b"the !vault tag\n", Foreign::Unknown),
            (b"kind: SealedSecret\n", Foreign::Unknown),
        ] {
            assert_eq!(foreign(start), expected, "{}", String::from_utf8_lossy(start));
        }
    }
}
