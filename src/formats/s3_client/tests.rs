//! Metadata that is not as it must be.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::metadata::{ContentMetadata, is_meant};
use crate::crypto::s3_message::S3Cipher;
use crate::error::{Error, S3ClientFault};
use crate::fs::input::InputNotes;

fn second() -> Vec<(&'static str, String)> {
    vec![
        ("x-amz-key-v2", BASE64_STANDARD.encode([1; 100])),
        ("x-amz-iv", BASE64_STANDARD.encode([2; 12])),
        ("x-amz-wrap-alg", "kms+context".to_owned()),
        ("x-amz-cek-alg", "AES/GCM/NoPadding".to_owned()),
        ("x-amz-tag-len", "128".to_owned()),
        ("x-amz-matdesc", r#"{"aws:x-amz-cek-alg":"AES/GCM/NoPadding","app":"demo"}"#.to_owned()),
    ]
}

fn third() -> Vec<(&'static str, String)> {
    vec![
        ("x-amz-3", BASE64_STANDARD.encode([1; 100])),
        ("x-amz-c", "115".to_owned()),
        ("x-amz-d", BASE64_STANDARD.encode([3; 28])),
        ("x-amz-i", BASE64_STANDARD.encode([4; 28])),
        ("x-amz-w", "12".to_owned()),
        ("x-amz-t", r#"{"aws:x-amz-cek-alg":"115"}"#.to_owned()),
    ]
}

fn notes(of: &[(&'static str, String)]) -> InputNotes {
    InputNotes::new(of.iter().map(|(name, value)| ((*name).to_owned(), value.clone())))
}

#[test]
fn both_versions_of_the_metadata_are_read() {
    assert!(!is_meant(&notes(&[("kenc-mtime", "1.0".to_owned())])));
    let read = ContentMetadata::read(&notes(&second())).unwrap();
    assert_eq!((read.version, &read.cipher), (2, &S3Cipher::Plain { nonce: [2; 12] }));
    assert_eq!(read.context.to_pairs().len(), 2);
    let read = ContentMetadata::read(&notes(&third())).unwrap();
    assert_eq!((read.version, read.wrapped.len()), (3, 100));
    assert_eq!(read.cipher, S3Cipher::Committing { message_id: [4; 28], commitment: [3; 28] });
}

#[test]
fn metadata_that_is_not_as_it_must_be_is_refused_and_says_what() {
    let fault = |of: &[(&'static str, String)]| match ContentMetadata::read(&notes(of)) {
        Err(Error::S3Client(fault)) => fault,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{of:?} was read"),
    };
    for of in [second(), third()] {
        // Without each of its parts, but the length of the tag and the context.
        for (at, (name, _)) in of.iter().enumerate() {
            let mut of = of.clone();
            of.remove(at);
            if ["x-amz-tag-len", "x-amz-matdesc", "x-amz-t"].contains(name) {
                assert!(ContentMetadata::read(&notes(&of)).is_ok(), "{name}");
            } else if is_meant(&notes(&of)) {
                fault(&of);
            }
        }
        for (at, (name, _)) in of.iter().enumerate() {
            for wrong in ["", "!", "AA==", "x", "\u{7f}"] {
                let mut of = of.clone();
                of[at].1 = wrong.to_owned();
                if !["x-amz-key-v2", "x-amz-3"].contains(name) || wrong == "!" {
                    fault(&of);
                }
            }
        }
    }
    let with = |of: Vec<(&'static str, String)>, name, value: &str| [of, vec![(name, value.to_owned())]].concat();
    assert!(matches!(fault(&with(second(), "x-amz-3", "AA==")), S3ClientFault::Metadata(..)));
    assert!(matches!(fault(&[("x-amz-key", "AA==".to_owned())]), S3ClientFault::NotAuthenticated(_)));
    assert!(matches!(fault(&[("x-amz-c", "115".to_owned())]), S3ClientFault::InInstructionFile));
    let replaced = |of: Vec<(&'static str, String)>, name: &str, value: &str| {
        of.into_iter().map(|(key, old)| (key, if key == name { value.to_owned() } else { old })).collect::<Vec<_>>()
    };
    assert!(matches!(
        fault(&replaced(second(), "x-amz-cek-alg", "AES/CBC/PKCS5Padding")),
        S3ClientFault::NotAuthenticated(_)
    ));
    assert!(
        matches!(fault(&replaced(third(), "x-amz-w", "02")), S3ClientFault::OtherWrapping(name) if name == "AES/GCM")
    );
    assert!(matches!(fault(&replaced(third(), "x-amz-3", &"A".repeat(9000))), S3ClientFault::Metadata("x-amz-3", _)));
}
