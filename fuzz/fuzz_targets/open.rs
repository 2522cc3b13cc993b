//! Whatever the input, opening gives nothing but what was sealed, and does not panic.
#![no_main]

use std::sync::LazyLock;

use kenc::Session;
use kenc::keys::NewIdentity;
use libfuzzer_sys::fuzz_target;

static SESSION: LazyLock<(Session, Vec<u8>)> = LazyLock::new(|| {
    let identity = NewIdentity::generate();
    let session = Session::new().with_key(identity.recipient).with_identities(identity.secret);
    let sealed = session.seal(PLAINTEXT).expect("there is a key");
    (session, sealed)
});
const PLAINTEXT: &[u8] = &[7; 40_000];

fuzz_target!(|bytes: &[u8]| {
    let (session, sealed) = &*SESSION;
    // The input is laid over a file that opens: a place, and what is there from then on.
    let (place, change) = bytes.split_at(bytes.len().min(4));
    let place = place.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)) % sealed.len();
    let mut file = sealed.clone();
    let end = (place + change.len()).min(file.len());
    file[place..end].copy_from_slice(&change[..end - place]);
    if let Ok(opened) = session.open(&file) {
        assert_eq!(*opened, PLAINTEXT);
    }
    let _ = session.open(bytes);
});
