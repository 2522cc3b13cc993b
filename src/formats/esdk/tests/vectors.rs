//! The official vectors, without a key service: data keys are given.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;

use super::{open, open_files, open_with};
use crate::context::EncryptionContext;
use crate::crypto::message_key::{BodyPart, MessageKey};
use crate::crypto::{Backend, DataKey, MessageSuite};
use crate::error::{AuthenticationError, Error};
use crate::formats::esdk::open::{FrameFault, find, signature_of};
use crate::formats::esdk::{BodyContent, EncryptedDataKey, MessageHead, MessageHeader, MessageLimits};
use crate::keys::RAW_AES;
use crate::keys::raw::{open_aes, open_rsa};
use crate::test_data::{OutsideData, skip};

fn folder() -> Option<PathBuf> {
    OutsideData::EncryptionSdk.path().inspect_err(|reason| skip(reason)).ok()
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn context(pairs: &Json) -> EncryptionContext {
    let pairs = pairs.as_object().unwrap().iter();
    let pairs: Vec<_> = pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
    EncryptionContext::of_message(&pairs)
}

fn decoded(field: &Json) -> Vec<u8> {
    BASE64_STANDARD.decode(field.as_str().unwrap()).unwrap()
}

#[test]
fn every_message_of_version_4_of_the_vectors_opens_with_its_data_key_in_every_backend() {
    let Some(folder) = folder() else { return };
    let lines = std::fs::read_to_string(folder.join("v4-deks.jsonl")).unwrap();
    let mut opened = 0;
    let mut suites = std::collections::BTreeSet::new();
    for line in lines.lines() {
        let vector: Json = serde_json::from_str(line).unwrap();
        let set = folder.join(vector["set"].as_str().unwrap());
        let message = std::fs::read(set.join(vector["file"].as_str().unwrap())).unwrap();
        let data_key = DataKey::of_message(&hex::decode(vector["dek_hex"].as_str().unwrap()).unwrap()).unwrap();
        let supplied = context(&vector["reproduced_encryption_context"]);
        for &backend in Backend::ALL {
            for threads in [1, 3] {
                let (outcome, plaintext) = open_with(backend, threads, &message, &data_key, &supplied);
                outcome.unwrap_or_else(|error| panic!("{}: {error}", vector["file"]));
                let hash = hex::encode(crate::crypto::sha256(&plaintext));
                assert_eq!(hash, vector["plaintext_sha256"].as_str().unwrap(), "{}", vector["file"]);
            }
        }
        if supplied.is_empty() {
            let (outcome, plaintext) = open_files(&message, &data_key, 2);
            assert_eq!(outcome.unwrap(), plaintext.len() as u64);
            assert_eq!(hex::encode(crate::crypto::sha256(&plaintext)), vector["plaintext_sha256"].as_str().unwrap());
        } else {
            // Without the pairs that are not stored, the header is not authentic.
            let (outcome, plaintext) = open(&message, &data_key, &EncryptionContext::new());
            assert!(outcome.is_err(), "{}", vector["file"]);
            assert!(plaintext.is_empty());
        }
        suites.insert(vector["suite"].as_str().unwrap().to_owned());
        opened += 1;
    }
    assert_eq!((opened, suites.len()), (99, 11));
}

#[test]
fn every_vector_of_key_commitment_opens_or_is_refused_as_it_says() {
    let Some(folder) = folder() else { return };
    let vectors = json(&folder.join("python-commitment-test-vectors.json"));
    let (mut opened, mut refused) = (0, 0);
    for vector in vectors["tests"].as_array().unwrap() {
        let message = decoded(&vector["ciphertext"]);
        let data_key = DataKey::from_slice(&decoded(&vector["decrypted-dek"])).unwrap();
        let label = &vector["comment"];
        let (outcome, plaintext) = open(&message, &data_key, &EncryptionContext::new());
        if vector["status"].as_bool().unwrap() {
            outcome.unwrap_or_else(|error| panic!("{label}: {error}"));
            let frames = vector["plaintext-frames"].as_array().unwrap().iter();
            let expected: String = frames.map(|frame| frame.as_str().unwrap()).collect();
            assert_eq!(String::from_utf8(plaintext).unwrap(), expected, "{label}");
            opened += 1;
        } else {
            assert!(matches!(outcome, Err(Error::NoKeyOpens { .. })), "{label}");
            assert!(plaintext.is_empty(), "{label}");
            refused += 1;
        }
    }
    assert_eq!((opened, refused), (41, 5));
}

#[test]
fn every_invalid_message_of_the_vectors_is_refused_and_nothing_comes_out() {
    let Some(folder) = folder() else { return };
    let set = folder.join("invalid-Net-4.0.0");
    let keys = json(&set.join("keys.json"));
    let wrapping_key = decoded(&keys["keys"]["aes-256"]["material"]);
    let (mut unwrapped, mut refused) = (0, 0);
    for (name, test) in json(&set.join("manifest.json"))["tests"].as_object().unwrap() {
        let file = test["ciphertext"].as_str().unwrap().strip_prefix("file://").unwrap();
        let message = std::fs::read(set.join(file)).unwrap();
        let full = context(&test["encryption-context"]);
        let Ok(head) = MessageHead::read(&mut &message[..], MessageLimits::default()) else {
            refused += 1;
            continue;
        };
        // A reader gives what is not stored.
        let supplied = head.supplied_pairs(&full).unwrap();
        let data_keys = head
            .header
            .slots()
            .into_iter()
            .filter_map(|slot| open_aes(&wrapping_key, &slot.ciphertext, &head.whole_context(&supplied)));
        for data_key in data_keys {
            unwrapped += 1;
            let data_key = DataKey::of_message(&data_key).unwrap();
            for supplied in [&supplied, &EncryptionContext::new()] {
                let (outcome, plaintext) = open(&message, &data_key, supplied);
                assert!(outcome.is_err(), "{name} opened");
                assert!(plaintext.is_empty(), "{name} released something");
            }
        }
        refused += 1;
    }
    assert_eq!(refused, 28);
    assert!(unwrapped > 0, "none was refused for more than its wrapped keys");
}

#[test]
fn messages_without_frames_open() {
    let Some(folder) = folder() else { return };
    let keys = json(&folder.join("v4-Net-4.0.1/keys.json"));
    let wrapping_key = decoded(&keys["keys"]["aes-256"]["material"]);
    for (version, suite) in [("v1", "0178"), ("v2", "0478")] {
        let of_version =
            |name: &str| std::fs::read(folder.join(format!("nonframed/{version}_nonframed_{name}"))).unwrap();
        let message = of_version(&format!("aes256_{suite}.bin"));
        let head = MessageHead::read(&mut &message[..], MessageLimits::default()).unwrap();
        assert_eq!(head.header.content, BodyContent::Single);
        let slots = head.header.slots();
        let data_key = open_aes(&wrapping_key, &slots[0].ciphertext, &head.header.context()).unwrap();
        let data_key = DataKey::from_slice(&data_key).unwrap();
        let expected = of_version("plaintext_small.bin");
        for (outcome, plaintext) in [open(&message, &data_key, &EncryptionContext::new()), {
            let (outcome, plaintext) = open_files(&message, &data_key, 2);
            (outcome.map(drop), plaintext)
        }] {
            outcome.unwrap();
            assert!(plaintext == expected, "{version}");
        }
        for at in (0..message.len()).step_by(97) {
            let mut flipped = message.clone();
            flipped[at] ^= 0x80;
            let (outcome, plaintext) = open(&flipped, &data_key, &EncryptionContext::new());
            // What the wrapped data key is, the data key that is given here does not tell; the header tag covers its bytes.
            assert!(outcome.is_err() && plaintext.is_empty(), "{version}, byte {at}");
            let (outcome, plaintext) = open(&message[..at], &data_key, &EncryptionContext::new());
            assert!(outcome.is_err() && plaintext.is_empty(), "{version}, {at} bytes");
        }
    }
}

#[test]
fn every_raw_key_of_the_vectors_unwraps_the_data_keys_of_its_messages() {
    let Some(folder) = folder() else { return };
    if !crate::crypto::rsa::IS_SUPPORTED {
        return;
    }
    let keys = json(&folder.join("v4-Net-4.0.1/keys.json"));
    let pem = keys["keys"]["rsa-4096-private"]["material"].as_str().unwrap();
    let aes = decoded(&keys["keys"]["aes-256"]["material"]);
    let mut opened = (0, 0);
    for line in std::fs::read_to_string(folder.join("v4-deks.jsonl")).unwrap().lines() {
        let vector: Json = serde_json::from_str(line).unwrap();
        let set = folder.join(vector["set"].as_str().unwrap());
        let message = std::fs::read(set.join(vector["file"].as_str().unwrap())).unwrap();
        let head = MessageHead::read(&mut &message[..], MessageLimits::default()).unwrap();
        let supplied = context(&vector["reproduced_encryption_context"]);
        let expected = hex::decode(vector["dek_hex"].as_str().unwrap()).unwrap();
        for slot in head.header.slots() {
            if slot.provider == RAW_AES {
                let data_key = open_aes(&aes, &slot.ciphertext, &head.whole_context(&supplied)).unwrap();
                assert_eq!(*data_key, expected, "{}", vector["file"]);
                opened.0 += 1;
            } else {
                assert_eq!(*open_rsa(pem.as_bytes(), &slot.ciphertext).unwrap(), expected, "{}", vector["file"]);
                opened.1 += 1;
            }
        }
    }
    assert_eq!(opened, (33, 99));
}

/// The bytes of a header body, read and written again.
fn header(bytes: &[u8]) -> Result<(), Error> {
    // The tag follows.
    let message = [bytes, &[0; 28]].concat();
    let head = MessageHead::read(&mut &message[..], MessageLimits::default())?;
    let written = head.header.to_bytes()?;
    assert_eq!(written, bytes);
    Ok(())
}

/// A message of the AWS Encryption SDK that has this encryption context, with its length.
fn with_context(context: &[u8]) -> Vec<u8> {
    let data_key = [&1_u16.to_be_bytes()[..], &[0, 1, b'p', 0, 1, b'k', 0, 1, 7]].concat();
    [&[1, 0x80, 0, 0x14][..], &[3; 16], context, &data_key, &[2, 0, 0, 0, 0, 12, 0, 0, 16, 0]].concat()
}

fn with_data_keys(data_keys: &[u8]) -> Vec<u8> {
    [&[1, 0x80, 0, 0x14][..], &[3; 16], &[0, 0], data_keys, &[2, 0, 0, 0, 0, 12, 0, 0, 16, 0]].concat()
}

#[test]
fn every_fixture_of_serialisation_is_read_or_refused_as_its_name_says() {
    let Some(folder) = folder() else { return };
    let fixtures = json(&folder.join("js-serialize-fixtures.json"));
    let fixtures = fixtures.as_object().unwrap();
    let bytes = |name: &str| hex::decode(fixtures[name].as_str().unwrap()).unwrap();
    let mut tried = 0;
    let mut expect = |name: &str, outcome: Result<(), Error>, is_read: bool| {
        assert_eq!(outcome.is_ok(), is_read, "{name}: {outcome:?}");
        tried += 1;
    };
    for (name, is_read) in [
        ("basicMessageHeader", true),
        ("zeroByteEncryptionContextMessageHeader", true),
        ("suiteIdNotValidMessageHeader", false),
        ("versionNotValidMessageHeader", false),
        ("typeNotValidMessageHeader", false),
        ("reservedBytesNoZeroMessageHeader", false),
        ("ivLengthMismatchMessageHeader", false),
        // Both end before their data keys.
        ("threeEdksMessagePartialHeaderV1", false),
        ("threeEdksMessagePartialHeaderV2", false),
    ] {
        expect(name, header(&bytes(name)), is_read);
    }
    // This one has its tag with it.
    let v2 = bytes("basicV2MessageHeader");
    expect("basicV2MessageHeader", header(&v2[..v2.len() - 16]), true);
    // This one is base64, as binary messages are recognised in text: a version 1 header.
    let decoded = BASE64_STANDARD.decode(bytes("base64MessageHeader")).unwrap();
    expect("base64MessageHeader", header(&decoded), true);

    for (name, is_read) in [
        ("basicEncryptionContext", true),
        ("encryptionContextWithHighUtf8CodePoint", true),
        ("missingDataEncryptionContext", false),
        ("tooMuchDataEncryptionContext", false),
        ("duplicateKeysEncryptionContext", false),
        ("hasOwnPropertyEncryptionContext", true),
        // A public key in a message that is not signed; its context itself is well formed.
        ("encryptionContextWithHighUtf8CodePointWithReservedKeyword", false),
    ] {
        expect(name, header(&with_context(&bytes(name))), is_read);
    }
    expect("encryptedDataKey", header(&with_data_keys(&bytes("encryptedDataKey"))), true);

    // Frames that are cut off behind their header, so all that shows is whether the header is right.
    let frame_len = 4096;
    let found = |message: &[u8]| match find(message, 1, frame_len) {
        Err(FrameFault::CutOff) | Ok(_) => Ok(()),
        Err(FrameFault::Malformed(fault)) => {
            Err(Error::from(AuthenticationError::Body { fault, offset: 0, authentic: 0 }))
        }
    };
    for (name, is_read) in [
        ("basicFrameHeader", true),
        ("invalidSequenceNumberFrameHeader", false),
        ("finalFrameHeader", true),
        ("finalFrameHeaderZeroBytes", true),
        ("invalidSequenceEndFinalFrameHeader", false),
        ("invalidSequenceNumberFinalFrameHeader", false),
    ] {
        expect(name, found(&bytes(name)), is_read);
    }
    for (name, is_cut_off) in [("basicNonFrameHeader", true), ("invalidNonFrameHeaderContentLengthExcedsLimits", false)]
    {
        let outcome = single(&bytes(name));
        let fault = matches!(outcome, Err(Error::Authentication(AuthenticationError::CutOff { .. })));
        expect(name, if fault { Ok(()) } else { outcome }, is_cut_off);
    }

    let key =
        MessageKey::derive(MessageSuite::Committing, Backend::default(), &DataKey::generate(), &[0; 32]).unwrap().0;
    let (nonce, _) = key.seal_frame(BodyPart::Frame, 1, &mut []);
    for name in ["basicFrameIV", "basicNonFrameIV"] {
        expect(name, Ok(()), bytes(name) == nonce);
    }
    expect("headerAuthIV", Ok(()), bytes("headerAuthIV") == [0; 12]);
    let footer = bytes("ecdsaP256SignatureInfo");
    let signature = bytes("ecdsaP256Signature");
    expect("ecdsaP256SignatureInfo", Ok(()), signature_of(&footer) == Some(&signature));
    expect("ecdsaP256Signature", Ok(()), p256::ecdsa::Signature::from_der(&signature).is_ok());
    assert_eq!((tried, fixtures.len()), (32, 32));
}

/// Opens a body without frames that begins so.
fn single(body: &[u8]) -> Result<(), Error> {
    let data_key = DataKey::generate();
    let header = MessageHeader {
        suite: MessageSuite::Aes256,
        message_id: vec![0; 16],
        pairs: Vec::new(),
        data_keys: vec![EncryptedDataKey { provider: "p".into(), info: vec![1], ciphertext: vec![2] }],
        content: BodyContent::Single,
        commitment: None,
    };
    let bytes = header.to_bytes()?;
    let (key, _) = MessageKey::derive(header.suite, Backend::default(), &data_key, &header.message_id).unwrap();
    let message = [&bytes[..], &[0; 12], &key.seal_header(&bytes), body].concat();
    open(&message, &data_key, &EncryptionContext::new()).0
}
