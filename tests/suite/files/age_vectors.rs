//! Every test vector of C2SP CCTV for age, in every way in which an age file is read.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicBool;

use age::secrecy::SecretString;
use kenc::Session;
use kenc::error::{Error, KeyRefusal, Result};
use kenc::formats::detect::Detected;
use kenc::formats::format::{ByteRange, Work};
use kenc::fs::input::Input;
use kenc::keys::TrustedKeys;
use kenc::storage::payload::PayloadOutput;
use sha2::{Digest, Sha256};

use crate::support::age_vectors;

/// One vector: what its header says, and the file.
struct Vector {
    expect: String,
    payload: Option<String>,
    identities: String,
    passphrase: Option<String>,
    is_armored: bool,
    file: Vec<u8>,
}

impl Vector {
    fn parse(mut bytes: &[u8]) -> Self {
        let mut vector = Self {
            expect: String::new(),
            payload: None,
            identities: String::new(),
            passphrase: None,
            is_armored: false,
            file: Vec::new(),
        };
        let mut is_compressed = false;
        loop {
            let end = bytes.iter().position(|&byte| byte == b'\n').unwrap();
            let line = std::str::from_utf8(&bytes[..end]).unwrap();
            bytes = &bytes[end + 1..];
            let Some((key, value)) = line.split_once(": ") else { break };
            match key {
                "expect" => value.clone_into(&mut vector.expect),
                "payload" => vector.payload = Some(value.to_owned()),
                "identity" => vector.identities.extend([value, "\n"]),
                "passphrase" => vector.passphrase = Some(value.to_owned()),
                "armored" => vector.is_armored = value == "yes",
                "compressed" => is_compressed = value == "zlib",
                "file key" | "comment" => {}
                unknown => panic!("a vector has the unknown key {unknown}"),
            }
        }
        if is_compressed {
            flate2::read::ZlibDecoder::new(bytes).read_to_end(&mut vector.file).unwrap();
        } else {
            vector.file = bytes.to_vec();
        }
        vector
    }

    fn session(&self) -> Session {
        let session = Session::new().with_identities(SecretString::from(self.identities.clone()));
        match &self.passphrase {
            Some(passphrase) => session.with_passphrase(SecretString::from(passphrase.clone())),
            None => session,
        }
    }

    /// Opens an input. Returns the output and the outcome.
    fn open(&self, input: Input, how: Way) -> (Vec<u8>, Result<u64>) {
        let session = self.session();
        let trusted = TrustedKeys::all();
        let cancelled = AtomicBool::new(false);
        let mut released = Vec::new();
        let unlocked = Detected::new(input, None, None)
            .and_then(|detected| detected.file(session.read_policy()))
            .and_then(|file| file.unlock(&session.opening_keys(&trusted)));
        let work = |threads| Work { threads, progress: &|_| (), cancelled: &cancelled, workspace: None };
        let outcome = unlocked.and_then(|unlocked| match how {
            Way::Stream(threads) => unlocked.open(PayloadOutput::Stream(&mut released), work(threads)),
            Way::File(threads) => {
                let mut file = tempfile::tempfile().unwrap();
                let outcome = unlocked.open(PayloadOutput::File { file: &file, start: 0 }, work(threads));
                file.seek(SeekFrom::Start(0)).unwrap();
                file.read_to_end(&mut released).unwrap();
                outcome
            }
            Way::Range => unlocked.open_range(ByteRange { start: 0, end: None }, &mut released, &cancelled),
        });
        (released, outcome)
    }

    #[track_caller]
    fn check(&self, name: &str, (released, outcome): (Vec<u8>, Result<u64>), how: Way) {
        let found = match &outcome {
            Ok(len) => {
                assert_eq!(*len, released.len() as u64, "{name}");
                "success"
            }
            Err(Error::Format(kenc::error::FormatError::Armor { .. })) => "armor failure",
            Err(Error::Format(_)) => "header failure",
            Err(Error::Authentication(_)) => "payload failure",
            Err(Error::NoKeyOpens { attempts }) => match &attempts[0].refusal {
                KeyRefusal::AnotherDataKey => "HMAC failure",
                KeyRefusal::Damaged(_) => "header failure",
                KeyRefusal::NoIdentity { .. } | KeyRefusal::WrongPassphrase => "no match",
                other => panic!("{name}: {other}"),
            },
            Err(other) => panic!("{name}: {other}"),
        };
        // A file that does not begin with the armor line is not recognised as armored.
        let is_same =
            found == self.expect || (self.is_armored && self.expect == "armor failure" && found == "header failure");
        assert!(is_same, "{name}: expected {}, found {found}: {outcome:?}", self.expect);
        // Reading a range begins with the last chunk, so a truncated file gives no output.
        let may_release_less = matches!(how, Way::Range) && outcome.is_err();
        if let Some(payload) = self.payload.as_ref().filter(|_| !may_release_less) {
            assert_eq!(&hex::encode(Sha256::digest(&released)), payload, "{name}");
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Stream(usize),
    File(usize),
    Range,
}

fn of_stream(bytes: &[u8]) -> Input {
    Input::of_stream(Box::new(Cursor::new(bytes.to_vec())))
}

#[test]
fn every_vector_of_cctv_comes_out_as_it_says_from_streams_and_files() {
    let folder = need!(age_vectors());
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let vector = Vector::parse(&std::fs::read(&path).unwrap());
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vector.file).unwrap();
        let is_slow = vector.passphrase.is_some();
        for how in [Way::Stream(1), Way::Stream(3), Way::File(1), Way::File(3), Way::Range] {
            if is_slow && !matches!(how, Way::Stream(1) | Way::Range) {
                continue;
            }
            let label = format!("{name}, {how:?}");
            vector.check(&format!("{label}, of a stream"), vector.open(of_stream(&vector.file), how), how);
            let positioned = Input::open_positioned(file.path()).unwrap();
            vector.check(&format!("{label}, of a file"), vector.open(positioned, how), how);
        }
        count += 1;
    }
    assert_eq!(count, 143);
}

#[test]
fn every_binary_vector_of_cctv_comes_out_as_it_says_from_armor() {
    use kenc::formats::native::armor::{ArmorLabels, ArmorWriter, Surroundings};
    let labels = ArmorLabels {
        begin: "-----BEGIN AGE ENCRYPTED FILE-----",
        end: "-----END AGE ENCRYPTED FILE-----",
        surroundings: Surroundings::Whitespace,
    };
    for entry in std::fs::read_dir(need!(age_vectors())).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let vector = Vector::parse(&std::fs::read(&path).unwrap());
        if vector.is_armored {
            continue;
        }
        let mut armor = ArmorWriter::with_labels(Vec::new(), labels).unwrap();
        armor.write_all(&vector.file).unwrap();
        let text = armor.finish().unwrap();
        let how = Way::Stream(1);
        vector.check(&format!("{name}, armored"), vector.open(of_stream(&text), how), how);
    }
}
