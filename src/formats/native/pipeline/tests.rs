use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::crypto::aead::Suite;
use crate::crypto::kdf::PayloadKey;
use crate::crypto::{Backend, DataKey};

/// Chunks in a batch between files, and to or from a pipe.
const FILE_BATCH: usize = 64;
const STREAM_BATCH: usize = 16;

static NEVER: AtomicBool = AtomicBool::new(false);

fn cipher() -> ChunkCipher {
    let (key, _) = PayloadKey::new(Suite::Aes256Gcm, Backend::default(), &DataKey::generate(), b"");
    ChunkCipher::new(key, 0)
}

fn pipeline(threads: usize, cancelled: &AtomicBool) -> Pipeline<'_> {
    Pipeline { threads, progress: &|_| {}, cancelled }
}

fn plaintext(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 7 + at / 256).to_le_bytes()[0]).collect()
}

fn file_with(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn content(file: &File) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, 0).unwrap();
    bytes
}

/// Seals or opens by the given combination of stream and file, and returns what came out.
fn moved(
    direction: Direction,
    cipher: &ChunkCipher,
    threads: usize,
    from: &[u8],
    is_file: (bool, bool),
) -> (Result<u64>, Vec<u8>) {
    moved_with(None, direction, cipher, threads, from, is_file)
}

fn moved_with(
    new_cipher: Option<&ChunkCipher>,
    direction: Direction,
    cipher: &ChunkCipher,
    threads: usize,
    from: &[u8],
    is_file: (bool, bool),
) -> (Result<u64>, Vec<u8>) {
    let (input_file, output_file) = (file_with(from), file_with(b""));
    let (mut reader, mut writer) = (from, Vec::new());
    let input = if is_file.0 {
        PayloadInput::File { file: &input_file, start: 0, len: from.len() as u64 }
    } else {
        PayloadInput::Stream(&mut reader)
    };
    let output = if is_file.1 {
        PayloadOutput::File { file: &output_file, start: 0 }
    } else {
        PayloadOutput::Stream(&mut writer)
    };
    let outcome = pipeline(threads, &NEVER).run_chunks(direction, cipher, new_cipher, input, output);
    (outcome, if is_file.1 { content(&output_file) } else { writer })
}

const EVERY_PATH: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[test]
fn any_number_of_threads_makes_the_same_file_by_any_path() {
    let cipher = cipher();
    for len in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, STREAM_BATCH * CHUNK_LEN, FILE_BATCH * CHUNK_LEN + 1, 3_000_000] {
        let plaintext = plaintext(len);
        let (_, expected) = moved(Direction::Seal, &cipher, 1, &plaintext, (false, false));
        assert_eq!(expected.len() as u64, sealed_len(len as u64));
        for threads in [1, 2, 3, 8, 100] {
            for is_file in EVERY_PATH {
                let label = format!("{len} bytes, {threads} threads, {is_file:?}");
                let (outcome, sealed) = moved(Direction::Seal, &cipher, threads, &plaintext, is_file);
                assert_eq!(outcome.unwrap(), sealed.len() as u64, "{label}");
                assert!(sealed == expected, "{label}");
                let (outcome, opened) = moved(Direction::Open, &cipher, threads, &sealed, is_file);
                assert_eq!(outcome.unwrap(), len as u64, "{label}");
                assert!(opened == plaintext, "{label}");
            }
        }
    }
}

#[test]
fn what_is_resealed_is_what_the_new_cipher_makes_of_the_plaintext() {
    let (old, new) = (cipher(), cipher());
    for len in [0, 1, CHUNK_LEN, STREAM_BATCH * CHUNK_LEN, FILE_BATCH * CHUNK_LEN, 3_000_000] {
        let plaintext = plaintext(len);
        let (_, sealed) = moved(Direction::Seal, &old, 1, &plaintext, (false, false));
        let (_, expected) = moved(Direction::Seal, &new, 1, &plaintext, (false, false));
        for threads in [1, 2, 8] {
            for is_file in EVERY_PATH {
                let (outcome, resealed) = moved_with(Some(&new), Direction::Reseal, &old, threads, &sealed, is_file);
                assert_eq!(outcome.unwrap(), expected.len() as u64, "{len} bytes, {threads} threads, {is_file:?}");
                assert!(resealed == expected, "{len} bytes, {threads} threads, {is_file:?}");
            }
        }
    }
}

#[test]
fn a_damaged_chunk_is_never_resealed_and_what_came_before_opens_with_no_key() {
    let (old, new) = (cipher(), cipher());
    let (_, sealed) = moved(Direction::Seal, &old, 2, &plaintext(200 * CHUNK_LEN + 5), (false, false));
    for damaged in [0, 15, 16, 64, 200] {
        let mut bytes = sealed.clone();
        bytes[damaged * crate::formats::native::chunk::SEALED_CHUNK_LEN] ^= 1;
        for is_file in EVERY_PATH {
            let (outcome, resealed) = moved_with(Some(&new), Direction::Reseal, &old, 2, &bytes, is_file);
            assert!(matches!(outcome, Err(Error::Authentication(_))), "chunk {damaged}, {is_file:?}");
            let (outcome, _) = moved(Direction::Open, &new, 1, &resealed, (false, false));
            assert!(matches!(outcome, Err(Error::Authentication(_))), "chunk {damaged}, {is_file:?}");
        }
    }
}

#[test]
fn a_damaged_chunk_leaves_exactly_the_chunks_before_it_in_every_output() {
    let cipher = cipher();
    let plaintext = plaintext(200 * CHUNK_LEN + 5);
    let (_, sealed) = moved(Direction::Seal, &cipher, 2, &plaintext, (false, false));
    for damaged in [0, 1, 15, 16, 63, 64, 130, 199, 200] {
        let mut bytes = sealed.clone();
        bytes[damaged * crate::formats::native::chunk::SEALED_CHUNK_LEN] ^= 1;
        for threads in [1, 2, 5] {
            for is_file in EVERY_PATH {
                let (outcome, opened) = moved(Direction::Open, &cipher, threads, &bytes, is_file);
                let Err(Error::Authentication(fault)) = outcome else { panic!("chunk {damaged} was damaged") };
                assert_eq!(fault.authentic(), (damaged * CHUNK_LEN) as u64);
                assert!(opened == plaintext[..damaged * CHUNK_LEN], "chunk {damaged}, {threads} threads, {is_file:?}");
            }
        }
    }
}

/// Gives some bytes, and then does what it was made for.
struct Then<F>(&'static [u8], F);

impl<F: FnMut() -> io::Result<usize>> Read for Then<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { (self.1)() } else { self.0.read(buffer) }
    }
}

static MANY: [u8; 40 * CHUNK_LEN] = [7; 40 * CHUNK_LEN];

#[test]
fn an_input_that_fails_ends_the_work_after_what_came_before() {
    let cipher = cipher();
    let mut reader = Then(&MANY, || Err(io::ErrorKind::ConnectionReset.into()));
    let mut writer = Vec::new();
    let outcome =
        pipeline(3, &NEVER).seal(&cipher, PayloadInput::Stream(&mut reader), PayloadOutput::Stream(&mut writer));
    assert!(matches!(outcome, Err(Error::Read(_))));
    assert_eq!(writer.len() % crate::formats::native::chunk::SEALED_CHUNK_LEN, 0);
}

#[test]
fn an_output_that_fails_ends_the_work() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let outcome =
        pipeline(3, &NEVER).seal(&cipher(), PayloadInput::Stream(&mut &MANY[..]), PayloadOutput::Stream(&mut Full));
    assert!(matches!(outcome, Err(Error::Write(error)) if error.kind() == io::ErrorKind::StorageFull));
}

#[test]
fn a_worker_that_panics_ends_the_others_instead_of_leaving_them_waiting() {
    let outcome = std::panic::catch_unwind(|| {
        let mut reader = Then(&MANY, || panic!("this panic is part of the test"));
        let mut writer = Vec::new();
        let _ =
            pipeline(3, &NEVER).seal(&cipher(), PayloadInput::Stream(&mut reader), PayloadOutput::Stream(&mut writer));
    });
    assert!(outcome.is_err());
}

#[test]
fn work_that_is_cancelled_ends_with_what_was_authentic_so_far() {
    let cancelled = AtomicBool::new(false);
    let cipher = cipher();
    let mut reader = Then(&MANY, || {
        cancelled.store(true, Ordering::Relaxed);
        Ok(1)
    });
    let mut writer = Vec::new();
    let outcome =
        pipeline(2, &cancelled).seal(&cipher, PayloadInput::Stream(&mut reader), PayloadOutput::Stream(&mut writer));
    assert!(matches!(outcome, Err(Error::Interrupted)));
    assert_eq!(writer.len() % crate::formats::native::chunk::SEALED_CHUNK_LEN, 0);
}

#[test]
fn a_file_that_became_shorter_while_it_was_read_is_an_error() {
    let file = file_with(&MANY);
    let input = PayloadInput::File { file: &file, start: 0, len: MANY.len() as u64 + 1 };
    let outcome = pipeline(2, &NEVER).seal(&cipher(), input, PayloadOutput::Nowhere);
    assert!(matches!(outcome, Err(Error::InputChanged { .. })));
}
