//! Every change of a file is detected, and no unauthenticated byte reaches the output.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use super::modes::{folder, pattern, read_head, read_in_every_way, read_to_end};
use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, DataKey, Suite};
use kenc::error::{Class, Error, Result};
use kenc::formats::native::{Decryptor, Encryptor, FileHead, NewFile, Parameters, TableCopies};
use kenc::keys::{KeyAttempt, KeyRefusal, WrappedKey};
use proptest::prelude::*;

/// Two whole chunks, and a short one.
const LENGTH: usize = 33 << 10;
const PREAMBLE_LEN: usize = 16;
const TABLE_LEN: usize = 512;

/// A file of 33 KiB, with one slot that holds the data key itself.
struct Sample {
    file: Vec<u8>,
    plaintext: Vec<u8>,
    data_key: DataKey,
    /// Where the first slot table begins.
    tables: usize,
    /// Where the payload begins.
    payload: usize,
}

impl Sample {
    fn new(suite: Suite) -> Self {
        Self::of_length(suite, LENGTH)
    }

    fn of_length(suite: Suite, length: usize) -> Self {
        let data_key = DataKey::generate();
        let slot = WrappedKey {
            provider: "test".to_owned(),
            key_id: "in the clear".to_owned(),
            ciphertext: data_key.expose().to_vec(),
        };
        let context = EncryptionContext::from_words(&["app=demo", "env=prod"]).unwrap();
        let file = NewFile::new(Parameters { suite, context }, vec![slot], &data_key, Backend::default()).unwrap();
        let plaintext = pattern(length);
        let mut encryptor = Encryptor::new(Vec::new(), file).unwrap();
        encryptor.write_all(&plaintext).unwrap();
        let file = encryptor.finish().unwrap();
        let payload = usize::try_from(FileHead::read(&mut &file[..]).unwrap().header.len()).unwrap();
        Self { file, plaintext, data_key, tables: payload - 2 * TABLE_LEN, payload }
    }

    /// Opens `file` with the data key that its slot holds, as a key service would give it.
    fn open(file: &[u8]) -> (Vec<u8>, Result<TableCopies>) {
        let mut reader = file;
        let head = match FileHead::read(&mut reader) {
            Ok(head) => head,
            Err(error) => return (Vec::new(), Err(error)),
        };
        let not_opened = || {
            let refusal = KeyRefusal::AnotherDataKey;
            let attempt = KeyAttempt { slot: 0, provider: String::new(), key_id: String::new(), refusal };
            Error::NoKeyOpens { attempts: vec![attempt] }
        };
        let data_key = DataKey::from_slice(&head.header.table.slots[0].ciphertext);
        let Some(cipher) = data_key.and_then(|data_key| head.cipher(&data_key, Backend::default())) else {
            return (Vec::new(), Err(not_opened()));
        };
        let (released, outcome) = read_to_end(&mut Decryptor::new(reader, cipher), 20_000);
        (released, outcome.map(|_| head.header.copies))
    }

    #[track_caller]
    fn is_refused(&self, file: &[u8], what: &str) {
        let (released, outcome) = Self::open(file);
        let error = outcome.err().unwrap_or_else(|| panic!("{what}: it opens"));
        assert_eq!(error.class(), Class::NotAuthentic, "{what}: {error}");
        assert!(self.plaintext.starts_with(&released), "{what}: a wrong byte was released");
        assert!(released.len() < self.plaintext.len(), "{what}: everything was released");
    }

    fn flipped(&self, at: usize, mask: u8) -> Vec<u8> {
        let mut file = self.file.clone();
        file[at] ^= mask;
        file
    }
}

#[test]
fn an_untouched_file_opens() {
    for suite in Suite::ALL {
        let sample = Sample::new(suite);
        let (released, outcome) = Sample::open(&sample.file);
        assert_eq!(outcome.unwrap(), TableCopies::Whole);
        assert!(released == sample.plaintext);
    }
}

#[test]
fn a_file_cut_off_at_any_byte_is_refused() {
    let sample = Sample::new(Suite::Aes256Gcm);
    for length in 0..sample.file.len() {
        sample.is_refused(&sample.file[..length], &format!("cut to {length} bytes"));
    }
}

#[test]
fn a_file_with_1_to_100_more_bytes_is_refused_whatever_they_are() {
    for suite in Suite::ALL {
        let sample = Sample::new(suite);
        for count in 1..=100 {
            let own = &sample.file[sample.file.len() - count..];
            for more in [&vec![0; count][..], &vec![0xff; count], own] {
                sample.is_refused(&[&sample.file[..], more].concat(), &format!("{count} more bytes"));
            }
        }
    }
}

#[test]
fn a_flip_of_any_bit_of_preamble_and_parameters_is_refused() {
    for suite in Suite::ALL {
        let sample = Sample::new(suite);
        for bit in 0..sample.tables * 8 {
            sample.is_refused(&sample.flipped(bit / 8, 1 << (bit % 8)), &format!("bit {bit}"));
        }
    }
}

#[test]
fn a_flip_in_any_byte_of_the_payload_is_refused() {
    for suite in Suite::ALL {
        let sample = Sample::new(suite);
        for at in sample.payload..sample.file.len() {
            sample.is_refused(&sample.flipped(at, 1 << (at % 8)), &format!("byte {at}"));
        }
    }
}

#[test]
fn every_way_of_reading_refuses_a_flip_in_salt_commitment_every_chunk_and_every_tag() {
    let sample = Sample::new(Suite::default());
    let chunk = |number: usize| sample.payload + 56 + number * 16_400;
    // Salt and commitment are checked before the ways of reading differ.
    for at in [sample.payload, sample.payload + 23, sample.payload + 24, sample.payload + 55] {
        sample.is_refused(&sample.flipped(at, 1), &format!("byte {at}"));
    }
    let places = [0, 1, 2].map(chunk).into_iter().flat_map(|start| [start, start + 1000]);
    let tags =
        [chunk(1) - 16, chunk(1) - 1, chunk(2) - 16, chunk(2) - 1, sample.file.len() - 16, sample.file.len() - 1];
    for at in places.chain(tags) {
        for reading in read_in_every_way(&sample.flipped(at, 0x80), &sample.data_key, Backend::ALL) {
            let way = format!("byte {at}, {}", reading.way);
            let error = reading.outcome.err().unwrap_or_else(|| panic!("{way}: it opens"));
            assert_eq!(error.class(), Class::NotAuthentic, "{way}");
            // A reader that begins with the last chunk may stop before the first.
            let authentic = (at - chunk(0)) / 16_400 * 16_384;
            let released = reading.released.unwrap_or_else(|| sample.plaintext[..authentic].to_vec());
            assert!(sample.plaintext.starts_with(&released), "{way}: a wrong byte was released");
            assert!(released.len() == authentic || reading.is_seeking && released.is_empty(), "{way}");
        }
    }
}

/// Longer than one batch: when the fault is found, other workers have already read the data after it.
#[test]
fn every_way_of_reading_a_long_file_ends_at_the_fault() {
    const CHUNKS: usize = 150;
    let sample = Sample::of_length(Suite::default(), (CHUNKS - 1) * 16_384 + 100);
    let start = sample.payload + 56;
    let chunk = |number: usize| start + number * 16_400;
    let (head, chunks) = sample.file.split_at(start);
    let whole: Vec<&[u8]> = chunks.chunks(16_400).collect();

    let mut tampered: Vec<(String, usize, Vec<u8>)> = Vec::new();
    for number in [0, 15, 16, 63, 64, 65, 130, CHUNKS - 1] {
        tampered.push((format!("flip in chunk {number}"), number, sample.flipped(chunk(number) + 7, 4)));
    }
    for number in [1, 16, 64, 128, CHUNKS - 1] {
        tampered.push((format!("cut before chunk {number}"), number, sample.file[..chunk(number)].to_vec()));
        tampered.push((format!("cut in chunk {number}"), number, sample.file[..chunk(number) + 99].to_vec()));
    }
    for (first, second) in [(3, 4), (15, 16), (10, 74), (63, 64), (1, 129)] {
        let mut chunks = whole.clone();
        chunks.swap(first, second);
        tampered.push((format!("{first} and {second} swapped"), first, [head, &chunks.concat()].concat()));
    }
    for number in [16, 64] {
        let mut chunks = whole.clone();
        chunks.remove(number);
        tampered.push((format!("{number} dropped"), number, [head, &chunks.concat()].concat()));
        chunks = whole.clone();
        chunks.insert(number, whole[number - 1]);
        tampered.push((format!("{} doubled", number - 1), number, [head, &chunks.concat()].concat()));
    }
    let mut two_faults = sample.flipped(chunk(140), 1);
    two_faults[chunk(70)] ^= 1;
    tampered.push(("two flips".to_owned(), 70, two_faults));

    for (what, authentic_chunks, file) in tampered {
        let authentic = &sample.plaintext[..authentic_chunks * 16_384];
        // How chunks are moved does not depend on the backend, and the second is slow without optimisation.
        for reading in read_in_every_way(&file, &sample.data_key, &[Backend::default()]) {
            let way = format!("{what}, {}", reading.way);
            let error = reading.outcome.err().unwrap_or_else(|| panic!("{way}: it opens"));
            assert_eq!(error.class(), Class::NotAuthentic, "{way}");
            if let Some(released) = reading.released {
                assert!(released == authentic || reading.is_seeking && released.is_empty(), "{way}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_damage_to_a_golden_file_makes_a_reader_panic_or_release_a_wrong_byte(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec(edit(), 1..4),
    ) {
        let files = golden_files();
        let (mut file, data_key) = files[which.index(files.len())].clone();
        for (at, removed, inserted) in edits {
            let at = at.index(file.len() + 1);
            let end = file.len().min(at + removed);
            file.splice(at..end, inserted);
        }
        if let Ok((head, reader)) = read_head(&file) {
            let data_key = DataKey::from_slice(&data_key).unwrap();
            if let Some(cipher) = head.cipher(&data_key, Backend::default()) {
                let (released, _) = read_to_end(&mut Decryptor::new(reader, cipher), 10_000);
                prop_assert!(pattern(LENGTH).starts_with(&released));
            }
        }
    }
}

/// A place, how many bytes are removed there, and what is inserted.
fn edit() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    (any::<prop::sample::Index>(), 0usize..40, prop::collection::vec(any::<u8>(), 0..40))
}

/// The short files, which are mostly header, with their data keys.
fn golden_files() -> Vec<(Vec<u8>, Vec<u8>)> {
    let manifest = std::fs::read(folder().join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let files = manifest["valid"].as_array().unwrap().iter().map(|entry| {
        let text = |field: &str| entry[field].as_str().unwrap();
        (std::fs::read(folder().join(text("file"))).unwrap(), hex::decode(text("data_key")).unwrap())
    });
    files.filter(|(file, _)| file.len() < 4000).collect()
}

#[test]
fn a_flip_of_any_bit_of_one_slot_table_is_survived_through_the_other_and_told() {
    let sample = Sample::new(Suite::default());
    for (start, expected) in
        [(sample.tables, TableCopies::FirstDamaged), (sample.tables + TABLE_LEN, TableCopies::SecondDamaged)]
    {
        for bit in 0..TABLE_LEN * 8 {
            let (released, outcome) = Sample::open(&sample.flipped(start + bit / 8, 1 << (bit % 8)));
            assert_eq!(outcome.unwrap(), expected, "bit {bit}");
            assert!(released == sample.plaintext, "bit {bit}");
        }
    }
}

#[test]
fn the_same_flip_in_both_slot_tables_is_refused() {
    let sample = Sample::new(Suite::default());
    for bit in 0..TABLE_LEN * 8 {
        let mut file = sample.flipped(sample.tables + bit / 8, 1 << (bit % 8));
        file[sample.tables + TABLE_LEN + bit / 8] ^= 1 << (bit % 8);
        sample.is_refused(&file, &format!("bit {bit}"));
    }
}

/// The same with the program, on a sample of the places.
mod program {
    use super::*;

    /// Runs `kenc` with the keys of the test vectors.
    fn kenc(arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kenc"))
            .args(arguments)
            .arg("--no-input")
            .env_clear()
            .env("KENC_AGE_KEY_FILE", folder().join("keys.txt"))
            .env("HOME", "/nonexistent")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A file that is refused early is not read to its end, so a broken pipe is expected.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    /// A file of 33 KiB for the key of the test vectors, its plaintext, and where its payload begins.
    fn encrypted() -> (Vec<u8>, Vec<u8>, usize) {
        let plaintext = pattern(LENGTH);
        let output = kenc(&["encrypt", "-c", "app=demo"], &plaintext);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let payload = FileHead::read(&mut &output.stdout[..]).unwrap().header.len();
        (output.stdout, plaintext, usize::try_from(payload).unwrap())
    }

    #[track_caller]
    fn is_refused(file: &[u8], plaintext: &[u8]) {
        let output = kenc(&["decrypt"], file);
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(plaintext.starts_with(&output.stdout), "a wrong byte was released");

        let folder = tempfile::tempdir().unwrap();
        let (input, to) = (folder.path().join("input.kenc"), folder.path().join("output"));
        std::fs::write(&input, file).unwrap();
        let output = kenc(&["decrypt", input.to_str().unwrap(), "-o", to.to_str().unwrap()], b"");
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!to.exists(), "a file that is not whole was left");
    }

    #[test]
    fn a_sample_of_cuts_extensions_and_flips_is_refused_with_exit_code_3_and_leaves_no_file() {
        let (file, plaintext, payload) = encrypted();
        assert!(kenc(&["decrypt"], &file).stdout == plaintext);
        for length in [0, 1, 7, 15, 16, 20, payload / 2, payload, payload + 30, payload + 56, file.len() - 1] {
            is_refused(&file[..length], &plaintext);
        }
        for chunks in 1..3 {
            is_refused(&file[..payload + 56 + chunks * 16_400], &plaintext);
        }
        for more in [&b"\n"[..], &[0; 16], &[0; 100]] {
            is_refused(&[&file[..], more].concat(), &plaintext);
        }
        let flips = (0..31).chain((payload..payload + 56).step_by(5)).chain((payload + 56..file.len()).step_by(1511));
        for at in flips.chain([file.len() - 1]) {
            let mut flipped = file.clone();
            flipped[at] ^= 1 << (at % 8);
            is_refused(&flipped, &plaintext);
        }
    }

    #[test]
    fn verify_tells_of_a_flip_in_one_slot_table_with_exit_code_7_and_fails_for_both() {
        let (file, plaintext, payload) = encrypted();
        let table_len = (payload - PREAMBLE_LEN - 15) / 2;
        let (first, second) = (payload - 2 * table_len, payload - table_len);
        assert_eq!(kenc(&["verify"], &file).status.code(), Some(0));
        for within in [0, 5, 40, table_len / 2, table_len - 1] {
            for (start, which) in [(first, "first"), (second, "second")] {
                let mut flipped = file.clone();
                flipped[start + within] ^= 1;
                let output = kenc(&["verify"], &flipped);
                assert_eq!(output.status.code(), Some(7));
                let told = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(told.contains(&format!("the {which} copy of the slot table is damaged")), "{told}");
                let output = kenc(&["decrypt"], &flipped);
                assert!(output.status.success() && output.stdout == plaintext);
            }
            let mut flipped = file.clone();
            flipped[first + within] ^= 1;
            flipped[second + within] ^= 1;
            assert_eq!(kenc(&["verify"], &flipped).status.code(), Some(3));
            is_refused(&flipped, &plaintext);
        }
    }
}
