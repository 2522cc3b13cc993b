//! The Wycheproof vectors of C2SP *chunked-encryption* through our key derivation and every reader of a payload.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicBool;

use flate2::read::ZlibDecoder;
use serde_json::Value;
use sha2::{Digest, Sha512};

use crate::crypto::kdf::{PayloadKey, PayloadPrefix};
use crate::crypto::{Backend, DataKey, Suite};
use crate::error::Result;
use crate::formats::native::pipeline::{PayloadInput, PayloadOutput, Pipeline};
use crate::formats::native::{ChunkCipher, Decryptor, SeekingDecryptor};
use crate::test_data::{OutsideData, skip};

#[test]
fn every_wycheproof_vector_of_chunked_encryption_holds_in_every_backend_and_reader() {
    let path = match OutsideData::ChunkedEncryption.path() {
        Ok(path) => path,
        Err(reason) => return skip(&reason),
    };
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut tried = 0;
    for group in document["testGroups"].as_array().unwrap() {
        assert_eq!(group["aead"], Suite::Aes256Gcm.iana_name());
        assert_eq!(group["sha"], "SHA-512");
        for test in group["tests"].as_array().unwrap() {
            let vector = Vector::new(test);
            for &backend in Backend::ALL {
                vector.holds(backend);
            }
            tried += 1;
        }
    }
    assert_eq!(tried, document["numberOfTests"].as_u64().unwrap());
}

struct Vector {
    number: u64,
    key: Vec<u8>,
    context: Vec<u8>,
    message: Vec<u8>,
    is_valid: bool,
    fails_in_head: bool,
    has_valid_last_chunk: bool,
    /// Length and SHA-512 of the plaintext, or of as much of it as is authentic.
    plaintext: (usize, String),
}

impl Vector {
    fn new(test: &Value) -> Self {
        let bytes = |field: &str| hex::decode(test[field].as_str().unwrap()).unwrap();
        let has_flag = |flag: &str| test["flags"].as_array().unwrap().iter().any(|found| found == flag);
        let mut message = Vec::new();
        ZlibDecoder::new(&bytes("ct")[..]).read_to_end(&mut message).unwrap();
        let is_valid = test["result"] == "valid";
        assert_eq!(test["msgLength"].is_u64(), is_valid || has_flag("PartialPlaintext"));
        let plaintext = match (test["msgLength"].as_u64(), test["msgSha512"].as_str()) {
            (Some(length), Some(digest)) => (usize::try_from(length).unwrap(), digest.to_owned()),
            _ => (0, hex::encode(Sha512::digest(b""))),
        };
        Self {
            number: test["tcId"].as_u64().unwrap(),
            key: bytes("key"),
            context: bytes("ctx"),
            message,
            is_valid,
            fails_in_head: has_flag("HeaderFailure"),
            has_valid_last_chunk: is_valid || has_flag("ValidFinalChunk"),
            plaintext,
        }
    }

    fn holds(&self, backend: Backend) {
        let number = self.number;
        assert_eq!(self.cipher(backend).is_none(), self.fails_in_head, "test {number}, {backend:?}");
        if self.fails_in_head {
            return;
        }
        let chunks = &self.message[PayloadPrefix::LEN..];
        let cipher = || self.cipher(backend).unwrap();

        let mut released = Vec::new();
        let outcome = Decryptor::new(chunks, cipher()).read_to_end(&mut released);
        self.is_right(&format!("{backend:?}, serial"), &released, outcome.is_ok());

        for threads in [1, 2, 5] {
            let pipeline = Pipeline { threads, progress: &|_| {}, cancelled: &AtomicBool::new(false) };
            let mut released = Vec::new();
            let outcome =
                pipeline.open(&cipher(), PayloadInput::Stream(&mut &chunks[..]), PayloadOutput::Stream(&mut released));
            self.is_right(&format!("{backend:?}, stream, {threads} threads"), &released, outcome.is_ok());

            let (released, outcome) = from_file_to_file(&pipeline, &cipher(), chunks);
            self.is_right(&format!("{backend:?}, file, {threads} threads"), &released, outcome.is_ok());
        }

        let seeking = SeekingDecryptor::new(Cursor::new(&self.message), cipher());
        assert_eq!(seeking.is_ok(), self.has_valid_last_chunk, "test {number}, {backend:?}, last chunk");
        let mut released = Vec::new();
        let outcome = seeking.map(|mut reader| reader.read_to_end(&mut released)).is_ok_and(|outcome| outcome.is_ok());
        if self.has_valid_last_chunk {
            self.is_right(&format!("{backend:?}, seeking"), &released, outcome);
        }
    }

    /// The cipher for the chunks, or `None` if the message is refused before them.
    fn cipher(&self, backend: Backend) -> Option<ChunkCipher> {
        let data_key = DataKey::from_slice(&self.key)?;
        let prefix = PayloadPrefix::from_bytes(self.message.first_chunk()?);
        let key = PayloadKey::open(Suite::Aes256Gcm, backend, &data_key, &self.context, &prefix).ok()?;
        Some(ChunkCipher::new(key, 0))
    }

    fn is_right(&self, way: &str, released: &[u8], succeeded: bool) {
        let Self { number, is_valid, plaintext: (length, digest), .. } = self;
        assert_eq!(succeeded, *is_valid, "test {number}, {way}");
        assert_eq!(released.len(), *length, "test {number}, {way}");
        assert_eq!(hex::encode(Sha512::digest(released)), *digest, "test {number}, {way}");
    }
}

fn from_file_to_file(pipeline: &Pipeline<'_>, cipher: &ChunkCipher, chunks: &[u8]) -> (Vec<u8>, Result<u64>) {
    let (mut input, mut output) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    input.write_all(chunks).unwrap();
    let source = PayloadInput::File { file: &input, start: 0, len: chunks.len() as u64 };
    let outcome = pipeline.open(cipher, source, PayloadOutput::File { file: &output, start: 0 });
    let mut released = Vec::new();
    output.seek(SeekFrom::Start(0)).unwrap();
    output.read_to_end(&mut released).unwrap();
    (released, outcome)
}
