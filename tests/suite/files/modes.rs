//! Every way in which kenc reads a file, tried one after the other.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use kenc::crypto::{Backend, DataKey};
use kenc::error::Result;
use kenc::formats::native::armor::{self, ArmorReader, ArmorWriter};
use kenc::formats::native::header::MAGIC;
use kenc::formats::native::pipeline::{PayloadInput, PayloadOutput, Pipeline};
use kenc::formats::native::{ChunkCipher, Decryptor, FileHead, SeekingDecryptor, read_error};

/// The output of one way of reading, and its result.
pub struct Reading {
    pub way: String,
    /// Whether it begins with the last chunk.
    pub is_seeking: bool,
    /// `None` if this way produces no output.
    pub released: Option<Vec<u8>>,
    pub outcome: Result<u64>,
}

/// The folder of the test vectors.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/native")
}

/// The plaintext of every test vector.
pub fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| ((at * 7 + at / 256) % 256).to_le_bytes()[0]).collect()
}

/// Reads the head of a file as `kenc` recognises it, armored or not. The reader is behind the head.
pub fn read_head(file: &[u8]) -> Result<(FileHead, Box<dyn Read + Send + '_>)> {
    let mut reader: Box<dyn Read + Send + '_> = if is_armored(file) {
        Box::new(ArmorReader::new(file))
    } else if file.starts_with(&MAGIC) {
        Box::new(file)
    } else {
        return Err(kenc::formats::detect::not_ours(file));
    };
    let head = FileHead::read(&mut reader)?;
    Ok((head, reader))
}

pub fn is_armored(file: &[u8]) -> bool {
    file.starts_with(armor::BEGIN.as_bytes())
}

pub fn armored(bytes: &[u8]) -> Vec<u8> {
    let mut writer = ArmorWriter::new(Vec::new()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// Reads a whole file in every way that there is, with each of some backends.
pub fn read_in_every_way(file: &[u8], data_key: &DataKey, backends: &[Backend]) -> Vec<Reading> {
    let mut readings = Vec::new();
    for &backend in backends {
        let attempt = Attempt { file, data_key, backend };
        readings.push(attempt.serially("serial", file, usize::MAX));
        readings.push(attempt.serially("serial in small pieces", file, 1000));
        for threads in [1, 2, 5] {
            readings.push(attempt.stream_to_stream(file, threads));
            readings.push(attempt.stream_to_file(threads));
            readings.push(attempt.stream_to_nowhere(threads));
        }
        if is_armored(file) {
            continue;
        }
        let text = armored(file);
        readings.push(attempt.serially("serial from armor", &text, 1000));
        readings.push(attempt.stream_to_stream(&text, 2));
        readings.push(attempt.seeking());
        for threads in [1, 2, 5] {
            readings.push(attempt.file_to_file(threads));
            readings.push(attempt.file_to_stream(threads));
            readings.push(attempt.file_to_nowhere(threads));
        }
    }
    readings
}

struct Attempt<'a> {
    file: &'a [u8],
    data_key: &'a DataKey,
    backend: Backend,
}

impl Attempt<'_> {
    fn start<'f>(&self, file: &'f [u8]) -> (FileHead, Box<dyn Read + Send + 'f>, ChunkCipher) {
        let (head, reader) = read_head(file).expect("the head was read before");
        let cipher = head.cipher(self.data_key, self.backend).expect("the data key was accepted before");
        (head, reader, cipher)
    }

    fn reading(&self, way: &str, released: Option<Vec<u8>>, outcome: Result<u64>) -> Reading {
        let backend = self.backend;
        Reading { way: format!("{way}, {backend:?}"), is_seeking: false, released, outcome }
    }

    fn serially(&self, way: &str, file: &[u8], piece: usize) -> Reading {
        let (_, reader, cipher) = self.start(file);
        let mut decryptor = Decryptor::new(Pieces { reader, piece }, cipher);
        let (released, outcome) = read_to_end(&mut decryptor, piece.min(70_000));
        if outcome.is_err() {
            // A reader that failed once stays failed and returns no more data.
            assert!(decryptor.read(&mut [0; 10]).is_err());
        }
        self.reading(way, Some(released), outcome)
    }

    fn seeking(&self) -> Reading {
        let (_, _, cipher) = self.start(self.file);
        let (released, outcome) = match SeekingDecryptor::new(Cursor::new(self.file), cipher) {
            Ok(mut decryptor) => read_to_end(&mut decryptor, 5000),
            Err(error) => (Vec::new(), Err(error)),
        };
        Reading { is_seeking: true, ..self.reading("seeking", Some(released), outcome) }
    }

    fn stream_to_stream(&self, file: &[u8], threads: usize) -> Reading {
        let (_, mut reader, cipher) = self.start(file);
        let mut released = Vec::new();
        let outcome = open(threads, &cipher, PayloadInput::Stream(&mut reader), PayloadOutput::Stream(&mut released));
        self.reading(&format!("stream to stream, {threads} threads"), Some(released), outcome)
    }

    fn stream_to_file(&self, threads: usize) -> Reading {
        let (_, mut reader, cipher) = self.start(self.file);
        let output = tempfile::tempfile().unwrap();
        let outcome =
            open(threads, &cipher, PayloadInput::Stream(&mut reader), PayloadOutput::File { file: &output, start: 0 });
        self.reading(&format!("stream to file, {threads} threads"), Some(content(output)), outcome)
    }

    fn stream_to_nowhere(&self, threads: usize) -> Reading {
        let (_, mut reader, cipher) = self.start(self.file);
        let outcome = open(threads, &cipher, PayloadInput::Stream(&mut reader), PayloadOutput::Nowhere);
        self.reading(&format!("stream to nowhere, {threads} threads"), None, outcome)
    }

    fn file_to_file(&self, threads: usize) -> Reading {
        let output = tempfile::tempfile().unwrap();
        let outcome = self.open_file(threads, PayloadOutput::File { file: &output, start: 0 });
        self.reading(&format!("file to file, {threads} threads"), Some(content(output)), outcome)
    }

    fn file_to_stream(&self, threads: usize) -> Reading {
        let mut released = Vec::new();
        let outcome = self.open_file(threads, PayloadOutput::Stream(&mut released));
        self.reading(&format!("file to stream, {threads} threads"), Some(released), outcome)
    }

    fn file_to_nowhere(&self, threads: usize) -> Reading {
        let outcome = self.open_file(threads, PayloadOutput::Nowhere);
        self.reading(&format!("file to nowhere, {threads} threads"), None, outcome)
    }

    fn open_file(&self, threads: usize, output: PayloadOutput<'_>) -> Result<u64> {
        let (head, _, cipher) = self.start(self.file);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(self.file).unwrap();
        let len = self.file.len() as u64 - head.len();
        open(threads, &cipher, PayloadInput::File { file: &file, start: head.len(), len }, output)
    }
}

fn open(threads: usize, cipher: &ChunkCipher, input: PayloadInput<'_>, output: PayloadOutput<'_>) -> Result<u64> {
    Pipeline { threads, progress: &|_| {}, cancelled: &AtomicBool::new(false) }.open(cipher, input, output)
}

fn content(mut file: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Everything that a reader returns, including before an error.
pub fn read_to_end(reader: &mut dyn Read, piece: usize) -> (Vec<u8>, Result<u64>) {
    let mut released = Vec::new();
    let mut buffer = vec![0; piece];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => {
                let count = released.len() as u64;
                return (released, Ok(count));
            }
            Ok(count) => released.extend_from_slice(&buffer[..count]),
            Err(error) => return (released, Err(read_error(error))),
        }
    }
}

/// A reader that gives only small pieces, as a slow pipe does.
struct Pieces<R> {
    reader: R,
    piece: usize,
}

impl<R: Read> Read for Pieces<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.piece);
        self.reader.read(&mut buffer[..count])
    }
}
