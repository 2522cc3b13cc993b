//! Whatever records are, they come back from encryption as they were; and whatever is done to an encrypted file, it gives what was
//! encrypted or an error.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::error::Result;
use kenc::formats::format::{FileFormat, PreparedSeal, ReadPolicy, Work};
use kenc::formats::records::{RecordNotation, RecordRequest, RecordsFormat, prepare};
use kenc::fs::input::Input;
use kenc::keys::{KeySpec, NewIdentity, TrustedKeys};
use kenc::storage::output::Output;
use kenc::storage::payload::{PayloadInput, PayloadOutput};
use libfuzzer_sys::fuzz_target;

const PLAINTEXT: &[u8] = b"{\"ssn\":\"123-45-6789\",\"list\":[{\"x\":1},{\"x\":null}],\"n\":2}\n{\"n\":3}\n\n{\"s\\u0073n\":{}}";

type Seals = Vec<(RecordNotation, Box<dyn PreparedSeal>)>;

static FILES: LazyLock<(Session, Seals, Vec<u8>)> = LazyLock::new(|| {
    let identity = NewIdentity::generate();
    let key: KeySpec = identity.recipient.clone().into();
    let session = Session::new().with_identities(identity.secret);
    let seal = |notation| {
        let fields: &[&str] = if notation == RecordNotation::JsonLines { &["ssn", "list[*].x"] } else { &["ssn"] };
        let fields = fields.iter().map(|field| field.parse().expect("it is a path")).collect();
        let request = RecordRequest::new(notation, fields).expect("they are possible");
        let keys = std::slice::from_ref(&key);
        let prepared = prepare(&request, &EncryptionContext::new(), keys, &session.keyring()).expect("it is a key");
        (notation, prepared)
    };
    let seals: Seals = RecordNotation::ALL.map(seal).into_iter().collect();
    let sealed = seal_with(&*seals[0].1, PLAINTEXT).expect("these are records");
    (session, seals, sealed)
});

static RUNS: AtomicBool = AtomicBool::new(false);

fn work() -> Work<'static> {
    Work { threads: 1, progress: &|_| (), cancelled: &RUNS, workspace: None }
}

fn seal_with(seal: &dyn PreparedSeal, plaintext: &[u8]) -> Result<Vec<u8>> {
    let sealed = tempfile();
    let mut output = Output::Stream(Box::new(sealed.try_clone().expect("a file has a second handle")));
    seal.seal(PayloadInput::Stream(&mut Cursor::new(plaintext)), &mut output, work())?;
    let mut bytes = Vec::new();
    let mut sealed = sealed;
    std::io::Seek::rewind(&mut sealed).expect("it is a file");
    std::io::Read::read_to_end(&mut sealed, &mut bytes).expect("it can be read");
    Ok(bytes)
}

fn tempfile() -> std::fs::File {
    let path = std::env::temp_dir().join(format!("kenc-fuzz-records-{}", std::process::id()));
    let mut options = std::fs::File::options();
    options.read(true).write(true).create(true).truncate(true).open(path).expect("a file can be made")
}

fn open(session: &Session, bytes: &[u8]) -> Result<Vec<u8>> {
    let trusted = TrustedKeys::all();
    let input = Input::of_stream(Box::new(Cursor::new(bytes.to_vec())));
    let start = &bytes[..bytes.len().min(64)];
    let file = RecordsFormat.read(input, start, &ReadPolicy::default())?;
    let mut released = Vec::new();
    file.unlock(&session.opening_keys(&trusted))?.open(PayloadOutput::Stream(&mut released), work())?;
    Ok(released)
}

fuzz_target!(|bytes: &[u8]| {
    let (session, seals, sealed) = &*FILES;
    for (notation, seal) in seals {
        let Ok(file) = seal_with(&**seal, bytes) else { continue };
        // Compressed records stay compressed, and their bytes may differ.
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            assert_eq!(open(session, &file).expect("it was just made"), bytes, "{}", notation.word());
        }
    }
    let (head, change) = bytes.split_at(bytes.len().min(2));
    let place = head.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)) % sealed.len();
    let mut file = sealed.clone();
    let end = (place + change.len()).min(file.len());
    file[place..end].copy_from_slice(&change[..end - place]);
    for file in [&file[..], bytes] {
        if let Ok(released) = open(session, file) {
            assert_eq!(released, PLAINTEXT);
        }
    }
});
