//! A changed or truncated age file never gives unauthenticated plaintext.

use std::io::Cursor;
use std::sync::atomic::AtomicBool;

use kenc::Session;
use kenc::crypto::fill_random;
use kenc::error::Result;
use kenc::formats::age::file_format::AgeFormat;
use kenc::formats::format::{ByteRange, Encoding, FileFormat, SealSettings, Work};
use kenc::fs::atomic::{Access, Existing, Sync};
use kenc::fs::input::Input;
use kenc::keys::{NewIdentity, TrustedKeys};
use kenc::storage::output::{Destination, Output};
use kenc::storage::payload::{PayloadInput, PayloadOutput};

/// Plaintext bytes of a chunk, and bytes of a sealed one.
const CHUNK_LEN: usize = 65_536;
const SEALED_CHUNK_LEN: usize = CHUNK_LEN + 16;

fn session(identity: &NewIdentity) -> Session {
    Session::new().with_identities(identity.secret.clone())
}

fn seal(identity: &NewIdentity, plaintext: &[u8], encoding: Encoding) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealed");
    let destination = Destination::File { path: path.clone(), existing: Existing::Refuse };
    let mut output = Output::open(&destination, Access::Umask, Sync::WhenReplacing, None).unwrap();
    let settings = SealSettings { encoding, ..SealSettings::default() };
    let keys = [identity.recipient.clone().into()];
    let session = session(identity);
    let context = kenc::context::EncryptionContext::new();
    let prepared = AgeFormat.prepare(settings, &context, &keys, &session.keyring()).unwrap();
    let cancelled = AtomicBool::new(false);
    let work = Work { threads: 2, progress: &|_| (), cancelled: &cancelled, workspace: None };
    prepared.seal(PayloadInput::Stream(&mut Cursor::new(plaintext)), &mut output, work).unwrap();
    output.commit().unwrap();
    std::fs::read(path).unwrap()
}

/// The output of opening a file, whether or not it fails.
fn open(session: &Session, sealed: &[u8]) -> (Vec<u8>, Result<u64>) {
    let (trusted, cancelled) = (TrustedKeys::all(), AtomicBool::new(false));
    let mut released = Vec::new();
    let outcome = AgeFormat
        .read(
            Input::of_stream(Box::new(Cursor::new(sealed.to_vec()))),
            &sealed[..sealed.len().min(64)],
            session.read_policy(),
        )
        .and_then(|file| file.unlock(&session.opening_keys(&trusted)))
        .and_then(|unlocked| {
            let work = Work { threads: 1, progress: &|_| (), cancelled: &cancelled, workspace: None };
            unlocked.open(PayloadOutput::Stream(&mut released), work)
        });
    (released, outcome)
}

#[test]
fn a_small_file_that_was_cut_or_changed_at_any_byte_gives_nothing() {
    {
        let identity = NewIdentity::generate();
        let session = session(&identity);
        for encoding in [Encoding::Binary, Encoding::Armored] {
            let sealed = seal(&identity, b"a secret of a few bytes", encoding);
            assert_eq!(open(&session, &sealed).0, b"a secret of a few bytes");
            // The line end after the armor may be missing.
            let needed = if encoding == Encoding::Armored { sealed.len() - 1 } else { sealed.len() };
            for len in 0..needed {
                let (released, outcome) = open(&session, &sealed[..len]);
                assert!(outcome.is_err() && released.is_empty(), "{encoding:?} cut at {len}");
            }
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                let (released, outcome) = open(&session, &changed);
                assert!(outcome.is_err() && released.is_empty(), "{encoding:?} changed at {at}");
            }
        }
    }
}

#[test]
fn of_a_long_file_that_was_cut_or_changed_only_whole_authentic_chunks_come_out() {
    let identity = NewIdentity::generate();
    let session = session(&identity);
    let mut plaintext = vec![0; 3 * CHUNK_LEN];
    fill_random(&mut plaintext);
    let sealed = seal(&identity, &plaintext, Encoding::Binary);
    let head = sealed.len() - 3 * SEALED_CHUNK_LEN;
    for chunk in 0..3 {
        let start = head + chunk * SEALED_CHUNK_LEN;
        for at in [start, start + 1000, start + SEALED_CHUNK_LEN - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 0x80;
            for bytes in [&changed[..], &sealed[..at]] {
                let (released, outcome) = open(&session, bytes);
                assert!(outcome.is_err() && plaintext.starts_with(&released), "{at}");
                assert!(released.len() <= chunk * CHUNK_LEN && released.len().is_multiple_of(CHUNK_LEN), "{at}");
            }
        }
    }
    let fault = open(&session, &sealed[..head + SEALED_CHUNK_LEN]).1.unwrap_err().to_string();
    assert_eq!(fault, format!("the file is cut off: it ends at byte {}", head + SEALED_CHUNK_LEN));
    let swapped =
        [&sealed[..head], &sealed[head + SEALED_CHUNK_LEN..], &sealed[head..head + SEALED_CHUNK_LEN]].concat();
    assert!(open(&session, &swapped).0.is_empty());
}

#[test]
fn every_file_has_a_file_key_and_a_nonce_of_its_own() {
    let identity = NewIdentity::generate();
    let folder = tempfile::tempdir().unwrap();
    let session = session(&identity);
    let keys = [identity.recipient.clone().into()];
    let context = kenc::context::EncryptionContext::new();
    let prepared = AgeFormat.prepare(SealSettings::default(), &context, &keys, &session.keyring()).unwrap();
    let cancelled = AtomicBool::new(false);
    let sealed: Vec<Vec<u8>> = (0..3)
        .map(|number| {
            let path = folder.path().join(number.to_string());
            let destination = Destination::File { path: path.clone(), existing: Existing::Refuse };
            let mut output = Output::open(&destination, Access::Umask, Sync::WhenReplacing, None).unwrap();
            let work = Work { threads: 1, progress: &|_| (), cancelled: &cancelled, workspace: None };
            prepared.seal(PayloadInput::Stream(&mut Cursor::new(b"x")), &mut output, work).unwrap();
            output.commit().unwrap();
            std::fs::read(path).unwrap()
        })
        .collect();
    for (first, second) in [(0, 1), (1, 2), (0, 2)] {
        let stanza = |number: usize| sealed[number][22..100].to_vec();
        assert_ne!(stanza(first), stanza(second));
    }
    assert!(sealed.iter().all(|sealed| open(&session, sealed).0 == b"x"));
}

#[test]
fn a_part_is_the_same_from_a_file_and_from_a_stream() {
    let identity = NewIdentity::generate();
    let session = session(&identity);
    let mut plaintext = vec![0; 2 * CHUNK_LEN + 5];
    fill_random(&mut plaintext);
    let sealed = seal(&identity, &plaintext, Encoding::Binary);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealed");
    std::fs::write(&path, &sealed).unwrap();
    let (trusted, cancelled) = (TrustedKeys::all(), AtomicBool::new(false));
    for (start, end) in [
        (0, 0),
        (0, 10),
        (CHUNK_LEN - 3, CHUNK_LEN + 3),
        (5, 2 * CHUNK_LEN + 5),
        (2 * CHUNK_LEN + 5, 2 * CHUNK_LEN + 5),
    ] {
        for input in [Input::open_positioned(&path).unwrap(), Input::of_stream(Box::new(Cursor::new(sealed.clone())))] {
            let mut part = Vec::new();
            let range = ByteRange { start: start as u64, end: Some(end as u64) };
            let file = AgeFormat.read(input, &sealed[..64], session.read_policy()).unwrap();
            let unlocked = file.unlock(&session.opening_keys(&trusted)).unwrap();
            let len = unlocked.open_range(range, &mut part, &cancelled).unwrap();
            assert!(part == plaintext[start..end] && len == (end - start) as u64, "{start}..{end}");
        }
    }
}
