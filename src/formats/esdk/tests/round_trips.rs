//! What is sealed opens, by every path, and every change of it is refused.

use std::io::{Read, Seek, SeekFrom};

use super::{open, open_files, open_with, pipeline};
use crate::context::EncryptionContext;
use crate::crypto::message_key::BodyPart;
use crate::crypto::{Backend, DataKey};
use crate::error::{AuthenticationError, ContextError, Error, FormatError};
use crate::formats::esdk::{MessageHead, MessageLimits, MessageParameters, NewMessage};
use crate::formats::format::SignatureChoice;
use crate::formats::pipeline::{PayloadInput, PayloadOutput, Pipeline};
use crate::keys::{AWS_KMS, WrappedKey};

fn slots() -> Vec<WrappedKey> {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    vec![WrappedKey { provider: AWS_KMS.to_owned(), key_id: arn.to_owned(), ciphertext: vec![7; 180] }]
}

fn plaintext(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 7 + at / 256).to_le_bytes()[0]).collect()
}

fn parameters(frame_len: u32, signing: SignatureChoice) -> MessageParameters {
    let context = EncryptionContext::from_words(&["app=demo", "env=prod"]).unwrap();
    MessageParameters::new(&context, frame_len, signing).unwrap()
}

/// Seals by one of the four combinations of stream and file.
fn seal(
    parameters: &MessageParameters,
    data_key: &DataKey,
    threads: usize,
    plaintext: &[u8],
    is_file: (bool, bool),
) -> Vec<u8> {
    use std::io::Write;
    let message = NewMessage::new(parameters, &slots(), data_key, Backend::default()).unwrap();
    let mut input_file = tempfile::tempfile().unwrap();
    input_file.write_all(plaintext).unwrap();
    let mut output_file = tempfile::tempfile().unwrap();
    let (mut reader, mut writer) = (plaintext, Vec::new());
    let input = if is_file.0 {
        PayloadInput::File { file: &input_file, start: 0, len: plaintext.len() as u64 }
    } else {
        PayloadInput::Stream(&mut reader)
    };
    let output = if is_file.1 {
        PayloadOutput::File { file: &output_file, start: 0 }
    } else {
        PayloadOutput::Stream(&mut writer)
    };
    let written = message.seal(&pipeline(threads), input, output).unwrap();
    if is_file.1 {
        output_file.seek(SeekFrom::Start(0)).unwrap();
        output_file.read_to_end(&mut writer).unwrap();
    }
    assert_eq!(written, writer.len() as u64);
    [message.head, writer].concat()
}

fn sealed(frame_len: u32, signing: SignatureChoice, len: usize) -> (Vec<u8>, DataKey) {
    let data_key = DataKey::generate();
    (seal(&parameters(frame_len, signing), &data_key, 2, &plaintext(len), (false, false)), data_key)
}

const BOTH: [SignatureChoice; 2] = [SignatureChoice::Unsigned, SignatureChoice::EcdsaP384];
const EVERY_PATH: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[test]
fn what_is_sealed_by_any_path_and_number_of_threads_opens_by_every_other() {
    let data_key = DataKey::generate();
    for signing in BOTH {
        for frame_len in [1, 7, 4096, 3 << 20] {
            for len in [0, 1, 7, 8, 4095, 4096, 65_536, (2 << 20) + 5] {
                if len / frame_len as usize > 600 {
                    continue;
                }
                let plaintext = plaintext(len);
                let path = EVERY_PATH[len % 4];
                for threads in [1, 3] {
                    let message = seal(&parameters(frame_len, signing), &data_key, threads, &plaintext, path);
                    let label =
                        format!("{signing:?}, {len} bytes in frames of {frame_len}, {threads} threads, {path:?}");
                    for &backend in Backend::ALL {
                        let opened = open_with(backend, threads, &message, &data_key, &EncryptionContext::new());
                        opened.0.unwrap_or_else(|error| panic!("{label}: {error}"));
                        assert!(opened.1 == plaintext, "{label}");
                    }
                    let (outcome, written) = open_files(&message, &data_key, threads);
                    assert_eq!(outcome.unwrap(), len as u64, "{label}");
                    assert!(written == plaintext, "{label}");
                }
            }
        }
    }
}

#[test]
fn the_same_message_is_made_by_every_path() {
    for signing in BOTH {
        let parameters = parameters(4096, signing);
        let data_key = DataKey::generate();
        let plaintext = plaintext(300_000);
        let bodies = EVERY_PATH.map(|is_file| {
            let message = NewMessage::with_id(&parameters, &slots(), &data_key, Backend::default(), [9; 32]).unwrap();
            let mut body = Vec::new();
            let output = PayloadOutput::Stream(&mut body);
            message
                .seal(&pipeline(1 + usize::from(is_file.0)), PayloadInput::Stream(&mut &plaintext[..]), output)
                .unwrap();
            body
        });
        assert!(bodies.iter().all(|body| *body == bodies[0]));
    }
}

#[test]
fn a_plaintext_that_ends_with_a_whole_frame_is_followed_by_an_empty_last_one() {
    let (message, data_key) = sealed(8, SignatureChoice::Unsigned, 16);
    let head = MessageHead::read(&mut &message[..], MessageLimits::default()).unwrap();
    assert_eq!(message.len() as u64 - head.len(), 2 * (8 + 32) + 40);
    assert_eq!(open(&message, &data_key, &EncryptionContext::new()).1, plaintext(16));
}

#[test]
fn every_truncation_of_a_message_is_refused_and_only_authentic_frames_come_out() {
    for signing in BOTH {
        let (message, data_key) = sealed(5, signing, 23);
        for len in 0..message.len() {
            let (outcome, released) = open(&message[..len], &data_key, &EncryptionContext::new());
            assert!(outcome.is_err(), "{signing:?}, {len} bytes");
            assert!(plaintext(23).starts_with(&released) && released.len() < 23 && released.len() % 5 == 0);
            let (outcome, written) = open_files(&message[..len], &data_key, 2);
            assert!(outcome.is_err());
            assert!(signing == SignatureChoice::Unsigned || written.is_empty(), "{len} bytes left {written:?}");
        }
    }
}

#[test]
fn a_flip_in_every_byte_of_a_message_is_refused_and_only_authentic_frames_come_out() {
    for signing in BOTH {
        let (message, data_key) = sealed(5, signing, 23);
        for at in 0..message.len() {
            let mut flipped = message.clone();
            flipped[at] ^= 1 << (at % 8);
            let (outcome, released) = open(&flipped, &data_key, &EncryptionContext::new());
            assert!(outcome.is_err(), "{signing:?}, byte {at}");
            assert!(plaintext(23).starts_with(&released) && released.len() % 5 == 0, "{signing:?}, byte {at}");
            assert!(released.len() < 23, "{signing:?}, byte {at}: the last frame came out");
            let (outcome, written) = open_files(&flipped, &data_key, 2);
            assert!(outcome.is_err(), "{signing:?}, byte {at}");
            assert!(plaintext(23).starts_with(&written) && written.len() < 23);
            assert!(signing == SignatureChoice::Unsigned || written.is_empty(), "byte {at} left {written:?} in a file");
        }
    }
}

#[test]
fn the_last_batch_of_a_signed_message_is_held_back_until_the_signature_is_verified() {
    let (mut message, data_key) = sealed(65_536, SignatureChoice::EcdsaP384, 5 << 20);
    let last = message.len() - 1;
    message[last] ^= 1;
    let (outcome, released) = open(&message, &data_key, &EncryptionContext::new());
    assert!(matches!(outcome, Err(Error::Authentication(AuthenticationError::Signature))), "{outcome:?}");
    assert!(released.len() < 5 << 20 && plaintext(5 << 20).starts_with(&released));
    let (outcome, written) = open_files(&message, &data_key, 2);
    assert!(matches!(outcome, Err(Error::Authentication(AuthenticationError::Signature))), "{outcome:?}");
    assert_eq!(written, b"");
}

#[test]
fn a_signature_by_another_key_is_refused() {
    // The parameters of the second message have the same data key, and another signing key.
    let data_key = DataKey::generate();
    let [one, two] = [parameters(8, SignatureChoice::EcdsaP384), parameters(8, SignatureChoice::EcdsaP384)];
    let body = |parameters: &MessageParameters| {
        let message = NewMessage::with_id(parameters, &slots(), &data_key, Backend::default(), [1; 32]).unwrap();
        let mut body = Vec::new();
        let output = PayloadOutput::Stream(&mut body);
        message.seal(&pipeline(1), PayloadInput::Stream(&mut &b"text"[..]), output).unwrap();
        (message.head.clone(), body)
    };
    let ((head, _), (_, body)) = (body(&one), body(&two));
    let (outcome, released) = open(&[head, body].concat(), &data_key, &EncryptionContext::new());
    assert!(matches!(outcome, Err(Error::Authentication(AuthenticationError::Signature))), "{outcome:?}");
    assert_eq!(released, b"");
}

#[test]
fn frames_that_are_swapped_repeated_or_left_out_are_refused() {
    let (message, data_key) = sealed(5, SignatureChoice::Unsigned, 23);
    let start = usize::try_from(MessageHead::read(&mut &message[..], MessageLimits::default()).unwrap().len()).unwrap();
    let (head, body) = message.split_at(start);
    let frames: Vec<&[u8]> = body[..4 * 37].chunks(37).chain([&body[4 * 37..]]).collect();
    for order in [&[1, 0, 2, 3, 4][..], &[0, 0, 1, 2, 3, 4], &[0, 2, 3, 4], &[0, 1, 2, 4], &[4], &[0, 1, 2, 3, 4, 4]] {
        let body: Vec<&[u8]> = order.iter().map(|&at| frames[at]).collect();
        let (outcome, released) = open(&[head, &body.concat()].concat(), &data_key, &EncryptionContext::new());
        assert!(matches!(outcome, Err(Error::Authentication(_))), "{order:?}: {outcome:?}");
        assert!(plaintext(23).starts_with(&released), "{order:?}");
    }
}

#[test]
fn a_message_is_bound_to_its_own_data_key_and_context() {
    let (message, data_key) = sealed(5, SignatureChoice::Unsigned, 23);
    let head = MessageHead::read(&mut &message[..], MessageLimits::default()).unwrap();
    let other = head.cipher(&DataKey::generate(), &EncryptionContext::new(), Backend::default());
    assert!(matches!(other, Ok(None)));
    let more = EncryptionContext::from_words(&["more=pairs"]).unwrap();
    let with_more = head.cipher(&data_key, &more, Backend::default());
    assert!(matches!(with_more, Err(Error::Authentication(AuthenticationError::Header))));
    let demanded = EncryptionContext::from_words(&["app=other"]).unwrap();
    assert!(matches!(head.supplied_pairs(&demanded), Err(Error::Context(ContextError::Different { .. }))));
    let demanded = EncryptionContext::from_words(&["app=demo", "more=pairs"]).unwrap();
    assert_eq!(head.supplied_pairs(&demanded).unwrap(), more);
    assert_eq!(head.whole_context(&more).iter().count(), 3);
}

#[test]
fn what_no_message_can_have_is_refused_before_it_is_made() {
    let make = |words: &[&str], frame_len| {
        MessageParameters::new(&EncryptionContext::from_words(words).unwrap(), frame_len, SignatureChoice::Unsigned)
            .map(drop)
    };
    assert!(
        matches!(make(&["aws-crypto-x=1"], 1), Err(Error::Context(ContextError::Reserved(key))) if key == "aws-crypto-x")
    );
    for frame_len in [0, (64 << 20) + 1] {
        assert!(matches!(make(&[], frame_len), Err(Error::Format(FormatError::LimitExceeded { .. }))));
    }
}

#[test]
fn bytes_behind_the_end_of_a_message_are_refused() {
    for signing in BOTH {
        for (frame_len, len) in [(5, 23), (4096, 600_000)] {
            let (message, data_key) = sealed(frame_len, signing, len);
            for more in [1, 7, 8, 9, 200, 100_000] {
                let longer = [&message[..], &vec![0; more]].concat();
                assert!(open(&longer, &data_key, &EncryptionContext::new()).0.is_err(), "{signing:?}, {more} bytes");
                assert!(open_files(&longer, &data_key, 3).0.is_err(), "{signing:?}, {more} bytes");
            }
        }
    }
}

#[test]
fn a_last_frame_that_is_as_long_as_the_others_is_read() {
    // As other writers make it: no empty frame follows the last whole one.
    for frame_len in [8_u32, 4096] {
        let data_key = DataKey::generate();
        let parameters = parameters(frame_len, SignatureChoice::Unsigned);
        // 64 frames of 4096 bytes are a batch between streams, 256 between files.
        for frames in [1, 2, 63, 64, 65, 256] {
            let len = frames * frame_len as usize;
            let message = NewMessage::with_id(&parameters, &slots(), &data_key, Backend::default(), [5; 32]).unwrap();
            let mut bytes = message.head.clone();
            for (number, chunk) in (1..).zip(plaintext(len).chunks(frame_len as usize)) {
                let mut data = chunk.to_vec();
                let is_last = number as usize == frames;
                let part = if is_last { BodyPart::FinalFrame } else { BodyPart::Frame };
                let (nonce, tag) = message.key.seal_frame(part, number, &mut data);
                if is_last {
                    bytes.extend_from_slice(&u32::MAX.to_be_bytes());
                }
                bytes.extend_from_slice(&number.to_be_bytes());
                bytes.extend_from_slice(&nonce);
                if is_last {
                    bytes.extend_from_slice(&frame_len.to_be_bytes());
                }
                bytes.extend_from_slice(&data);
                bytes.extend_from_slice(&tag);
            }
            let (outcome, opened) = open(&bytes, &data_key, &EncryptionContext::new());
            outcome.unwrap_or_else(|error| panic!("{frames} frames of {frame_len}: {error}"));
            assert!(opened == plaintext(len));
            let (outcome, written) = open_files(&bytes, &data_key, 2);
            assert_eq!(outcome.unwrap(), len as u64);
            assert!(written == plaintext(len));
        }
    }
}

#[test]
fn an_interrupted_message_leaves_nothing_in_a_file_if_it_is_signed() {
    let (message, data_key) = sealed(4096, SignatureChoice::EcdsaP384, 3 << 20);
    let cancelled = std::sync::atomic::AtomicBool::new(false);
    let stop = |_| cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
    let pipeline = Pipeline { threads: 2, progress: &stop, cancelled: &cancelled };
    let head = MessageHead::read(&mut &message[..], MessageLimits::default()).unwrap();
    let cipher = head.cipher(&data_key, &EncryptionContext::new(), Backend::default()).unwrap().unwrap();
    let output = tempfile::tempfile().unwrap();
    let start = usize::try_from(head.len()).unwrap();
    let outcome = cipher.open(
        &pipeline,
        PayloadInput::Stream(&mut &message[start..]),
        PayloadOutput::File { file: &output, start: 0 },
    );
    assert!(matches!(outcome, Err(Error::Interrupted)));
    assert_eq!(output.metadata().unwrap().len(), 0);
}
