//! Whatever the input, opening an age file or an AWS Encryption SDK message gives nothing but a beginning of what was sealed, and
//! all of it if it says that it succeeded; and it does not panic.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::error::Result;
use kenc::formats::format::{Commitment, Encoding, FileFormat, ReadPolicy, SealSettings, SignatureChoice, Work};
use kenc::formats::registry;
use kenc::fs::atomic::{Access, Existing, Sync};
use kenc::fs::input::Input;
use kenc::keys::{KeySpec, NewIdentity, TrustedKeys};
use kenc::storage::output::{Destination, Output};
use kenc::storage::payload::{PayloadInput, PayloadOutput};
use libfuzzer_sys::fuzz_target;

const PLAINTEXT: &[u8] = &[7; 10_000];
const POLICY: ReadPolicy = ReadPolicy { commitment: Commitment::Optional, most_keys: 32, longest_frame: 1 << 20 };

static FILES: LazyLock<(Session, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("kenc-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let key_file = folder.join("key");
    std::fs::write(&key_file, [9; 32]).expect("a file can be written");
    let raw: KeySpec = format!("raw-aes:ns/name@{}", key_file.display()).parse().expect("it is a raw key");
    let identity = NewIdentity::generate();
    let age: KeySpec = identity.recipient.clone().into();
    // Raw keys open only if they are named, and so does the age key then.
    let session = Session::new().with_only(vec![raw.clone(), age.clone()]).with_identities(identity.secret);
    let unsigned = SealSettings { frame_len: Some(1000), ..SealSettings::default() };
    let signed = SealSettings { signing: SignatureChoice::EcdsaP384, ..unsigned };
    let armored = |settings| SealSettings { encoding: Encoding::Armored, ..settings };
    let files = [
        ("age", SealSettings::default(), &age),
        ("age", armored(SealSettings::default()), &age),
        ("aws-esdk", unsigned, &raw),
        ("aws-esdk", armored(unsigned), &raw),
        ("aws-esdk", signed, &raw),
    ];
    let seal = |(name, settings, key): (&str, SealSettings, &KeySpec)| {
        let format = registry::by_name(name).expect("it is a format");
        let keys = std::slice::from_ref(key);
        let prepared = format.prepare(settings, &EncryptionContext::new(), keys, &session.keyring()).expect("it is one");
        let path = folder.join("sealed");
        let destination = Destination::File { path: path.clone(), existing: Existing::Replace };
        let mut output = Output::open(&destination, Access::Umask, Sync::WhenReplacing, None).expect("it can be opened");
        let cancelled = AtomicBool::new(false);
        let work = Work { threads: 1, progress: &|_| (), cancelled: &cancelled, workspace: None };
        let mut plaintext = Cursor::new(PLAINTEXT);
        prepared.seal(PayloadInput::Stream(&mut plaintext), &mut output, work).expect("it can be sealed");
        output.commit().expect("it can be written");
        std::fs::read(path).expect("it is there")
    };
    let sealed = files.map(seal).to_vec();
    (session, sealed)
});

fn open(session: &Session, format: &dyn FileFormat, bytes: &[u8]) -> (Vec<u8>, Result<u64>) {
    let (trusted, cancelled) = (TrustedKeys::all(), AtomicBool::new(false));
    let mut released = Vec::new();
    let input = Input::of_stream(Box::new(Cursor::new(bytes.to_vec())));
    let outcome = format
        .read(input, &bytes[..bytes.len().min(64)], &POLICY)
        .and_then(|file| file.unlock(&session.opening_keys(&trusted)))
        .and_then(|unlocked| {
            let work = Work { threads: 1, progress: &|_| (), cancelled: &cancelled, workspace: None };
            unlocked.open(PayloadOutput::Stream(&mut released), work)
        });
    (released, outcome)
}

fuzz_target!(|bytes: &[u8]| {
    let (session, sealed) = &*FILES;
    // The input is laid over a file that opens: which one, a place, and what is there from then on.
    let (head, change) = bytes.split_at(bytes.len().min(5));
    let whole = &sealed[head.first().map_or(0, |byte| usize::from(*byte)) % sealed.len()];
    let place = head.iter().skip(1).fold(0, |sum, byte| sum * 256 + usize::from(*byte)) % whole.len();
    let mut file = whole.clone();
    let end = (place + change.len()).min(file.len());
    file[place..end].copy_from_slice(&change[..end - place]);
    for file in [&file[..], bytes] {
        let Some(format) = registry::by_start(file) else { continue };
        let (released, outcome) = open(session, format, file);
        if outcome.is_ok() {
            assert_eq!(released, PLAINTEXT);
        } else {
            assert!(PLAINTEXT.starts_with(&released), "something that is not authentic came out");
        }
    }
});
