//! kenc writes the golden files, byte for byte, when it is given their data keys and salts.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde_json::Value;

use crate::context::EncryptionContext;
use crate::crypto::kdf::{PayloadKey, SALT_LEN};
use crate::crypto::{Backend, DataKey, Suite};
use crate::formats::native::armor::{ArmorReader, ArmorWriter};
use crate::formats::native::chunk::CHUNK_LEN;
use crate::formats::native::pipeline::{PayloadInput, PayloadOutput, Pipeline};
use crate::formats::native::{Encryptor, FileHead, Header, NewFile, Parameters};
use crate::keys::WrappedKey;

#[test]
fn every_golden_file_is_written_the_same_whatever_the_path_the_threads_and_the_backend() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/native");
    let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let entries = manifest["valid"].as_array().unwrap().iter().filter(|entry| entry["as_written"] == true);
    let mut tried = 0;
    for entry in entries {
        let name = entry["file"].as_str().unwrap();
        let golden = std::fs::read(folder.join(name)).unwrap();
        let length = usize::try_from(entry["plaintext_length"].as_u64().unwrap()).unwrap();
        let plaintext: Vec<u8> = (0..length).map(|at| ((at * 7 + at / 256) % 256).to_le_bytes()[0]).collect();
        let golden_bytes = if entry["armored"] == true { unarmored(&golden) } else { golden.clone() };
        for &backend in Backend::ALL {
            let new_file = || same_beginning(&golden_bytes, entry, backend);
            for piece in [1000, 16_384, 100_000] {
                assert!(serially(new_file(), &plaintext, piece) == golden_bytes, "{name}, {backend:?}, {piece}");
            }
            for threads in [1, 2, 5] {
                let written = in_parallel(&new_file, &plaintext, threads);
                assert!(written.iter().all(|written| *written == golden_bytes), "{name}, {backend:?}, {threads}");
            }
        }
        if entry["armored"] == true {
            let mut writer = ArmorWriter::new(Vec::new()).unwrap();
            writer.write_all(&golden_bytes).unwrap();
            assert!(writer.finish().unwrap() == golden, "{name}");
        }
        tried += 1;
    }
    assert!(tried > 40);
}

/// The golden files are shorter than what one worker takes at once; this is longer than what several do.
#[test]
fn a_long_file_is_written_the_same_whatever_the_path_and_the_threads() {
    let data_key = DataKey::generate();
    let new_file = || {
        let slot = WrappedKey { provider: "p".to_owned(), key_id: "k".to_owned(), ciphertext: Vec::new() };
        let parameters = Parameters { suite: Suite::default(), context: EncryptionContext::new() };
        let (key, prefix) =
            PayloadKey::with_salt(parameters.suite, Backend::default(), &data_key, b"context", [7; SALT_LEN]);
        NewFile::assemble(&Header::new(parameters, vec![slot]).unwrap(), key, prefix)
    };
    // The last chunk is the last of a batch, alone in one and empty, and within one.
    for length in [128 * CHUNK_LEN - 1, 128 * CHUNK_LEN, 170 * CHUNK_LEN + 5] {
        let plaintext: Vec<u8> = (0..length).map(|at| (at / 5).to_le_bytes()[0]).collect();
        let expected = serially(new_file(), &plaintext, 100_000);
        for threads in [1, 2, 5] {
            let written = in_parallel(&new_file, &plaintext, threads);
            assert!(written.iter().all(|written| *written == expected), "{length}, {threads}");
        }
    }
}

/// A new file with the same slots, data key and salt, which elsewhere are always new.
fn same_beginning(golden: &[u8], entry: &Value, backend: Backend) -> NewFile {
    let field = |name: &str| hex::decode(entry[name].as_str().unwrap()).unwrap();
    let Header { parameters, table, .. } = FileHead::read(&mut &golden[..]).unwrap().header;
    let data_key = DataKey::from_slice(&field("data_key")).unwrap();
    let salt: [u8; SALT_LEN] = field("salt").try_into().unwrap();
    let context = parameters.payload_context();
    let (key, prefix) = PayloadKey::with_salt(parameters.suite, backend, &data_key, &context, salt);
    NewFile::assemble(&Header::new(parameters, table.slots).unwrap(), key, prefix)
}

fn serially(file: NewFile, plaintext: &[u8], piece: usize) -> Vec<u8> {
    let mut encryptor = Encryptor::new(Vec::new(), file).unwrap();
    for piece in plaintext.chunks(piece) {
        encryptor.write_all(piece).unwrap();
    }
    encryptor.finish().unwrap()
}

fn in_parallel(new_file: &dyn Fn() -> NewFile, plaintext: &[u8], threads: usize) -> [Vec<u8>; 4] {
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(plaintext).unwrap();
    let len = plaintext.len() as u64;
    let from_file = || PayloadInput::File { file: &input, start: 0, len };
    [
        to_stream(new_file(), threads, PayloadInput::Stream(&mut &plaintext[..])),
        to_file(new_file(), threads, PayloadInput::Stream(&mut &plaintext[..])),
        to_stream(new_file(), threads, from_file()),
        to_file(new_file(), threads, from_file()),
    ]
}

fn to_stream(NewFile { head, cipher }: NewFile, threads: usize, input: PayloadInput<'_>) -> Vec<u8> {
    let mut written = head;
    seal(threads, &cipher, input, PayloadOutput::Stream(&mut written));
    written
}

fn to_file(NewFile { head, cipher }: NewFile, threads: usize, input: PayloadInput<'_>) -> Vec<u8> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&head).unwrap();
    seal(threads, &cipher, input, PayloadOutput::File { file: &file, start: head.len() as u64 });
    content(file)
}

fn seal(threads: usize, cipher: &super::ChunkCipher, input: PayloadInput<'_>, output: PayloadOutput<'_>) {
    let pipeline = Pipeline { threads, progress: &|_| {}, cancelled: &AtomicBool::new(false) };
    pipeline.seal(cipher, input, output).unwrap();
}

fn content(mut file: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

fn unarmored(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    ArmorReader::new(text).read_to_end(&mut bytes).unwrap();
    bytes
}
