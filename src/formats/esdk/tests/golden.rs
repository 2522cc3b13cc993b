//! Messages of an independent writer, `tests/interop/esdk_writer.py`, with fixed keys and ids.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;

use super::{open, open_files, pipeline};
use crate::context::EncryptionContext;
use crate::crypto::signature::SigningKey;
use crate::crypto::{Backend, DataKey, MessageSuite};
use crate::formats::esdk::{EncryptedDataKey, MessageHead, MessageLimits, MessageParameters, NewMessage};
use crate::formats::pipeline::{PayloadInput, PayloadOutput};

const MESSAGES: &str = include_str!("../../../../tests/vectors/esdk/messages.json");

fn bytes(field: &Json) -> Vec<u8> {
    hex::decode(field.as_str().unwrap()).unwrap()
}

fn context(field: &Json) -> EncryptionContext {
    let pairs = field.as_object().unwrap().iter();
    EncryptionContext::of_message(&pairs.map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())).collect::<Vec<_>>())
}

fn plaintext(vector: &Json) -> Vec<u8> {
    let len = usize::try_from(vector["plaintext_length"].as_u64().unwrap()).unwrap();
    (0..len).map(|at| (at * 7 + at / 256).to_le_bytes()[0]).collect()
}

#[test]
fn every_message_of_another_writer_opens_and_those_of_our_suites_are_written_byte_for_byte() {
    let vectors: Json = serde_json::from_str(MESSAGES).unwrap();
    let (mut opened, mut written) = (0, 0);
    for vector in vectors.as_array().unwrap() {
        let message = BASE64_STANDARD.decode(vector["message"].as_str().unwrap()).unwrap();
        let data_key = DataKey::of_message(&bytes(&vector["data_key"])).unwrap();
        let supplied = context(&vector["supplied"]);
        let plaintext = plaintext(vector);
        let (suite, frame_len) = (vector["suite"].as_u64().unwrap(), vector["frame_length"].as_u64().unwrap());
        let label = format!("{suite:#06x}, {} bytes in frames of {frame_len}", plaintext.len());
        let (outcome, released) = open(&message, &data_key, &supplied);
        outcome.unwrap_or_else(|error| panic!("{label}: {error}"));
        assert_eq!(released, plaintext, "{label}");
        if supplied.is_empty() {
            assert_eq!(open_files(&message, &data_key, 2).1, plaintext, "{label}");
        } else {
            assert!(open(&message, &data_key, &EncryptionContext::new()).0.is_err(), "{label}");
        }
        opened += 1;

        let head = MessageHead::read(&mut &message[..], MessageLimits::default()).unwrap();
        let expected = vector["data_keys"].as_array().unwrap().iter().map(|data_key| EncryptedDataKey {
            provider: data_key[0].as_str().unwrap().to_owned(),
            info: bytes(&data_key[1]),
            ciphertext: bytes(&data_key[2]),
        });
        assert_eq!(head.header.data_keys, expected.collect::<Vec<_>>());
        if !head.header.suite.commits() || frame_len == 0 || !supplied.is_empty() {
            continue;
        }
        let signing_key = vector["signing_key"]
            .as_str()
            .map(|scalar| SigningKey::from_scalar(&hex::decode(scalar).unwrap().try_into().unwrap()).unwrap());
        let frame_len = u32::try_from(frame_len).unwrap();
        let parameters =
            MessageParameters::with_signing_key(&context(&vector["context"]), frame_len, signing_key).unwrap();
        let id = bytes(&vector["message_id"]).try_into().unwrap();
        for &backend in Backend::ALL {
            let new = NewMessage::with_id(&parameters, &head.header.slots(), &data_key, backend, id).unwrap();
            let mut bytes = new.head.clone();
            let output = PayloadOutput::Stream(&mut bytes);
            new.seal(&pipeline(2), PayloadInput::Stream(&mut &plaintext[..]), output).unwrap();
            assert!(bytes == message, "{label}");
        }
        written += 1;
    }
    assert_eq!((opened, written), (6 * MessageSuite::ALL.len(), 2 * 4));
}
