use super::cipher::RawCipher;
use super::{aes, rsa};
use crate::context::EncryptionContext;
use crate::error::KeyWordError;
use crate::keys::spec::KeySpec;

#[test]
fn a_word_for_a_raw_key_has_a_namespace_a_name_and_a_file() {
    for (word, wanted) in [
        ("raw-aes:ns/name@/keys/a", None),
        ("raw-rsa:ns/a/b@c@d.pem", None),
        ("raw-rsa-pkcs1:ns/name@key.pem", None),
        ("raw-aes:ns/name", Some("the file of the key is missing: NAMESPACE/NAME@FILE")),
        ("raw-aes:name@file", Some("a raw key has a namespace and a name: NAMESPACE/NAME@FILE")),
        ("raw-aes:/name@file", Some("a part of NAMESPACE/NAME@FILE is empty")),
        ("raw-rsa:ns/@file", Some("a part of NAMESPACE/NAME@FILE is empty")),
        ("raw-aes:ns/name@", Some("a part of NAMESPACE/NAME@FILE is empty")),
        ("raw-aes:aws-kms/name@file", Some("namespaces that begin with `aws-kms` are reserved")),
    ] {
        match (word.parse::<KeySpec>(), wanted) {
            (Ok(key), None) => assert_eq!(key.as_str(), word),
            (Err(KeyWordError::Invalid { fault, .. }), Some(wanted)) => assert_eq!(fault, wanted, "{word}"),
            (parsed, _) => panic!("{word}: {parsed:?}"),
        }
    }
}

#[test]
fn a_raw_aes_key_opens_what_it_wrapped_with_its_context_only() {
    let context = EncryptionContext::from_words(&["app=demo"]).unwrap();
    for len in [16, 24, 32] {
        let wrapped = aes::wrap(&vec![7; len], b"data key", &context).unwrap();
        assert_eq!(*aes::open(&vec![7; len], &wrapped, &context).unwrap(), b"data key");
        assert!(aes::open(&vec![8; len], &wrapped, &context).is_none());
        assert!(aes::open(&vec![7; len], &wrapped, &EncryptionContext::new()).is_none());
        for at in 0..wrapped.len() {
            let mut flipped = wrapped.clone();
            flipped[at] ^= 1;
            assert!(aes::open(&vec![7; len], &flipped, &context).is_none(), "byte {at}");
            assert!(aes::open(&vec![7; len], &wrapped[..at], &context).is_none(), "{at} bytes");
        }
    }
    assert!(aes::wrap(&[7; 31], b"data key", &context).is_none());
}

#[test]
fn a_file_that_holds_no_rsa_key_says_what_it_holds() {
    let reason = |file: &str| rsa::RawRsa::finding(file.as_bytes()).err().unwrap_or("it holds one");
    if !crate::crypto::rsa::IS_SUPPORTED {
        assert_eq!(reason(""), "this build of kenc has no RSA");
        return;
    }
    assert_eq!(reason("hello"), "it holds no RSA key in PEM");
    assert_eq!(reason("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "it holds no RSA key in PEM");
    assert!(reason("-----BEGIN RSA PRIVATE KEY-----\n").starts_with("it is not PKCS#8"));
    assert!(reason("-----BEGIN ENCRYPTED PRIVATE KEY-----\n").starts_with("its key is encrypted"));
}
