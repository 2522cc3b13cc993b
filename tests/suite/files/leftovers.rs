//! What stays in memory after the work: nothing of the plaintext, and neither the data key nor the keys that follow from it.
//!
//! A copy of this program does the work, drops everything and waits; its memory is searched from here. Only Linux lets a program
//! read the memory of another that it started.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use age::secrecy::ExposeSecret;
use age_core::format::{FileKey, Stanza};
use hmac::{Hmac, KeyInit, Mac};
use kenc::context::EncryptionContext;
use kenc::crypto::fill_random;
use kenc::error::Result;
use kenc::formats::format::{ByteRange, FileFormat, SealSettings, SignatureChoice, UnlockedFile, Work};
use kenc::formats::registry;
use kenc::fs::atomic::{Access, Existing, Sync};
use kenc::fs::input::Input;
use kenc::keys::{Cache, KeySpec, TrustedKeys};
use kenc::storage::output::{Destination, Output};
use kenc::storage::payload::{PayloadInput, PayloadOutput};
use kenc::{SecretString, Session};
use sha2::{Sha256, Sha512};

use crate::support::{noise, skip};

/// Which file is meant, where it is, and what is done to it.
const FOLDER: &str = "KENC_TEST_FOLDER";
const FORMAT: &str = "KENC_TEST_FORMAT";
const WORK: &str = "KENC_TEST_WORK";
/// Enough for several batches and two threads.
const PLAINTEXT_LEN: usize = 5 << 20;
const PAGE: usize = 4096;

#[test]
fn nothing_stays_in_memory_of_what_was_opened() {
    with_each_format(|file| file.assert_forgotten("open"));
}

#[test]
fn nothing_stays_in_memory_of_what_was_sealed() {
    with_each_format(|file| file.assert_forgotten("seal"));
}

#[test]
fn nothing_stays_in_memory_of_a_part_that_was_opened() {
    with_each_format(|file| file.assert_forgotten("range"));
}

#[test]
fn nothing_stays_in_memory_of_a_file_that_was_changed() {
    with_each_format(|file| {
        let mut sealed = std::fs::read(file.path("sealed")).unwrap();
        let place = sealed.len() * 3 / 4;
        sealed[place] ^= 1;
        std::fs::write(file.path("sealed"), sealed).unwrap();
        file.assert_forgotten("open a changed file");
    });
}

#[test]
fn nothing_stays_in_memory_of_an_input_that_fails() {
    with_each_format(|file| file.assert_forgotten("seal an input that fails"));
}

#[test]
fn what_is_kept_is_found() {
    with_each_format(|file| {
        for (number, secret) in file.secrets.iter().enumerate() {
            std::fs::write(file.path(&format!("secret {number}")), &secret.bytes).unwrap();
        }
        let Some(found) = file.search("keep") else { return };
        assert_eq!(found.len(), file.secrets.len(), "of {}: {found:?}", file.format);
    });
}

/// A file of one format, and what must not stay in memory.
struct SecretFile {
    folder: tempfile::TempDir,
    format: &'static str,
    secrets: Vec<Secret>,
}

struct Secret {
    name: &'static str,
    bytes: Vec<u8>,
}

fn with_each_format(check: impl Fn(&SecretFile)) {
    for format in ["kenc", "age", "aws-esdk", "aws-esdk signed"] {
        check(&SecretFile::new(format));
    }
}

impl SecretFile {
    fn new(format: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut mark = [0; 16];
        fill_random(&mut mark);
        let (identity, aes) = (age::x25519::Identity::generate(), noise(32));
        std::fs::write(folder.path().join("plain"), mark.repeat(PLAINTEXT_LEN / mark.len())).unwrap();
        std::fs::write(folder.path().join("recipient"), identity.to_public().to_string()).unwrap();
        std::fs::write(folder.path().join("identity"), identity.to_string().expose_secret()).unwrap();
        std::fs::write(folder.path().join("aes"), aes).unwrap();
        let mut file = Self { folder, format, secrets: Vec::new() };
        seal(&Place::of(file.folder.path(), format), "sealed");
        let data_key = match format {
            "age" => file.age_file_key(&identity),
            _ => file.data_key(),
        };
        // A block that was left in a register can lie anywhere: each half of it is looked for.
        let halves = [("the plaintext", &mark[..8]), ("the plaintext", &mark[8..])];
        file.secrets = halves.map(|(name, bytes)| Secret { name, bytes: bytes.to_vec() }).into();
        let payload_key = file.payload_key(&data_key);
        file.secrets.push(Secret { name: "the data key", bytes: data_key[..16].to_vec() });
        file.secrets
            .extend(payload_key.map(|key| Secret { name: "the key of the payload", bytes: key[..16].to_vec() }));
        file
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data_key(&self) -> Vec<u8> {
        let place = Place::of(self.folder.path(), self.format);
        let trusted = TrustedKeys::all();
        let keyring = place.session.keyring_trusting(&trusted);
        let (start, input) = Input::open(&self.path("sealed")).unwrap().peek().unwrap();
        let file = place.format.read(input, &start, place.session.read_policy()).unwrap();
        let only = place.session.only();
        let take = |key: &kenc::crypto::DataKey| Some(key.expose().to_vec());
        keyring.unwrap_of_message(&Cache::default(), file.wrapped_keys(), file.context(), only, take).unwrap().0
    }

    fn age_file_key(&self, identity: &age::x25519::Identity) -> Vec<u8> {
        let listening = ListeningIdentity { identity, heard: Mutex::new(Vec::new()) };
        let decryptor = age::Decryptor::new(File::open(self.path("sealed")).unwrap()).unwrap();
        decryptor.decrypt(std::iter::once(&listening as &dyn age::Identity)).map(drop).unwrap();
        listening.heard.into_inner().unwrap()
    }

    /// The key that encrypts the payload, of the formats where it follows from the data key in a few lines.
    fn payload_key(&self, data_key: &[u8]) -> Option<Vec<u8>> {
        let sealed = std::fs::read(self.path("sealed")).unwrap();
        match self.format {
            "age" => {
                let mac = sealed.windows(5).position(|window| window == b"\n--- ")? + 1;
                let nonce = mac + sealed[mac..].iter().position(|byte| *byte == b'\n')? + 1;
                let extracted = Hmac::<Sha256>::new_from_slice(&sealed[nonce..nonce + 16]).ok()?;
                let extracted = extracted.chain_update(data_key).finalize().into_bytes();
                let expanded = Hmac::<Sha256>::new_from_slice(&extracted).ok()?;
                Some(expanded.chain_update(b"payload\x01").finalize().into_bytes().to_vec())
            }
            "aws-esdk" | "aws-esdk signed" => {
                let (suite, message_id) = (&sealed[1..3], &sealed[3..35]);
                let extracted = Hmac::<Sha512>::new_from_slice(message_id).ok()?;
                let extracted = extracted.chain_update(data_key).finalize().into_bytes();
                let expanded = Hmac::<Sha512>::new_from_slice(&extracted).ok()?;
                Some(expanded.chain_update([suite, b"DERIVEKEY\x01"].concat()).finalize().into_bytes().to_vec())
            }
            _ => None,
        }
    }

    #[track_caller]
    fn assert_forgotten(&self, work: &str) {
        let Some(found) = self.search(work) else { return };
        assert_eq!(found, [] as [&str; 0], "left by the work `{work}`, format {}", self.format);
    }

    /// What is found in the memory of a program that did this work.
    fn search(&self, work: &str) -> Option<Vec<&'static str>> {
        let mut program = Program::that_did(self.folder.path(), self.format, work);
        let found = program.memory().map(|memory| {
            let is_in_memory = |secret: &&Secret| memory.iter().any(|part| contains(part, &secret.bytes));
            self.secrets.iter().filter(is_in_memory).map(|secret| secret.name).collect()
        });
        program.end();
        found.inspect_err(|reason| skip(reason)).ok()
    }
}

/// Notes the file key that it finds.
struct ListeningIdentity<'a> {
    identity: &'a age::x25519::Identity,
    heard: Mutex<Vec<u8>>,
}

impl age::Identity for ListeningIdentity<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<std::result::Result<FileKey, age::DecryptError>> {
        let unwrapped = self.identity.unwrap_stanza(stanza);
        if let Some(Ok(file_key)) = &unwrapped {
            *self.heard.lock().unwrap() = file_key.expose_secret().to_vec();
        }
        unwrapped
    }
}

/// A copy of this program that did some work, dropped everything, and waits.
struct Program(Child);

impl Program {
    fn that_did(folder: &Path, format: &str, work: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "files::leftovers::works_and_waits", "--nocapture"]);
        command.env(FOLDER, folder).env(FORMAT, format).env(WORK, work);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let is_done = said.map_while(std::io::Result::ok).any(|line| line.ends_with(DONE));
        assert!(is_done, "{work}: {format}: the program ended early");
        Self(child)
    }

    /// All that it can read and write, without pages of zeros.
    fn memory(&self) -> std::result::Result<Vec<Vec<u8>>, String> {
        let folder = PathBuf::from(format!("/proc/{}", self.0.id()));
        let cannot_be_read = |error| format!("the memory of another program cannot be read here: {error}");
        let maps = std::fs::read_to_string(folder.join("maps")).map_err(cannot_be_read)?;
        let memory = File::open(folder.join("mem")).map_err(cannot_be_read)?;
        let mut parts = Vec::new();
        for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|flags| flags.starts_with("rw"))) {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let [mut at, end] = [start, end].map(|place| u64::from_str_radix(place, 16).unwrap());
            let mut part = Vec::new();
            while at < end {
                let mut page = [0; PAGE];
                memory.read_exact_at(&mut page, at).map_err(cannot_be_read)?;
                at += PAGE as u64;
                if page != [0; PAGE] {
                    part.extend(page);
                } else if !part.is_empty() {
                    parts.push(std::mem::take(&mut part));
                }
            }
            parts.push(part);
        }
        Ok(parts)
    }

    fn end(&mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

fn contains(part: &[u8], secret: &[u8]) -> bool {
    memchr::memmem::find(part, secret).is_some()
}

/// The last thing that the other program says.
const DONE: &str = "it is done";

/// The work of the other program.
#[test]
#[ignore = "the other tests of this file start it"]
fn works_and_waits() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let [format, work] = [FORMAT, WORK].map(|name| std::env::var(name).unwrap());
    let kept = do_work(Path::new(&folder), &format, &work);
    println!("{DONE}");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    drop(kept);
}

/// Returns what is to be found: nothing, unless that is asked for.
fn do_work(folder: &Path, format: &str, work: &str) -> Vec<Vec<u8>> {
    let place = Place::of(folder, format);
    match work {
        "seal" => seal(&place, "sealed again"),
        "seal an input that fails" => {
            let file = File::open(folder.join("plain")).unwrap();
            // It is shorter than it was when its length was taken.
            let input = PayloadInput::File { file: &file, start: 0, len: PLAINTEXT_LEN as u64 + 1000 };
            seal_from(&place, input, "not sealed").unwrap_err();
            seal_from(&place, PayloadInput::Stream(&mut FailingInput(file)), "not sealed").unwrap_err();
        }
        "range" => {
            let range = ByteRange { start: 100_000, end: Some(3_000_000) };
            let unlocked = unlock(&place);
            unlocked.open_range(range, &mut std::io::sink(), &AtomicBool::new(false)).unwrap();
        }
        "open" => {
            let opened = File::create(folder.join("opened")).unwrap();
            open(&place, PayloadOutput::File { file: &opened, start: 0 }).unwrap();
            open(&place, PayloadOutput::Stream(&mut std::io::sink())).unwrap();
            assert_eq!(opened.metadata().unwrap().len(), PLAINTEXT_LEN as u64);
        }
        "open a changed file" => {
            let opened = File::create(folder.join("opened")).unwrap();
            open(&place, PayloadOutput::File { file: &opened, start: 0 }).unwrap_err();
            open(&place, PayloadOutput::Stream(&mut std::io::sink())).unwrap_err();
        }
        "keep" => {
            return (0..).map_while(|number| std::fs::read(folder.join(format!("secret {number}"))).ok()).collect();
        }
        other => unreachable!("{other} is no work"),
    }
    Vec::new()
}

/// Gives three million bytes, and fails.
struct FailingInput(File);

impl Read for FailingInput {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        use std::io::Seek;
        if self.0.stream_position()? > 3_000_000 {
            return Err(std::io::Error::other("the input failed"));
        }
        self.0.read(buffer)
    }
}

/// Where the work is done, and by which keys.
struct Place {
    folder: PathBuf,
    format: &'static dyn FileFormat,
    settings: SealSettings,
    key: KeySpec,
    session: Session,
}

impl Place {
    fn of(folder: &Path, format: &str) -> Self {
        let identity = SecretString::from(std::fs::read_to_string(folder.join("identity")).unwrap());
        let recipient = std::fs::read_to_string(folder.join("recipient")).unwrap();
        let raw = format!("raw-aes:ns/name@{}", folder.join("aes").display());
        let (name, kind) = format.split_once(' ').unwrap_or((format, ""));
        let key: KeySpec = if name == "aws-esdk" { raw } else { recipient }.parse().unwrap();
        let signing = if kind == "signed" { SignatureChoice::EcdsaP384 } else { SignatureChoice::Unsigned };
        Self {
            folder: folder.to_owned(),
            format: registry::by_name(name).unwrap(),
            settings: SealSettings { signing, ..SealSettings::default() },
            session: Session::new().with_only(vec![key.clone()]).with_identities(identity),
            key,
        }
    }
}

const THREADS: usize = 2;

fn seal(place: &Place, name: &str) {
    let file = File::open(place.folder.join("plain")).unwrap();
    let input = PayloadInput::File { file: &file, start: 0, len: PLAINTEXT_LEN as u64 };
    seal_from(place, input, name).unwrap();
}

fn seal_from(place: &Place, input: PayloadInput<'_>, name: &str) -> Result<u64> {
    let Place { folder, format, settings, key, session } = place;
    let prepared =
        format.prepare(*settings, &EncryptionContext::new(), std::slice::from_ref(key), &session.keyring()).unwrap();
    let destination = Destination::File { path: folder.join(name), existing: Existing::Refuse };
    let mut output = Output::open(&destination, Access::Umask, Sync::WhenReplacing, None).unwrap();
    let cancelled = AtomicBool::new(false);
    let work = Work { threads: THREADS, progress: &|_| (), cancelled: &cancelled, workspace: None };
    let written = prepared.seal(input, &mut output, work)?;
    output.commit()?;
    Ok(written)
}

fn unlock(place: &Place) -> Box<dyn UnlockedFile> {
    let trusted = TrustedKeys::all();
    let (start, input) = Input::open_positioned(&place.folder.join("sealed")).unwrap().peek().unwrap();
    let file = place.format.read(input, &start, place.session.read_policy()).unwrap();
    file.unlock(&place.session.opening_keys(&trusted)).unwrap()
}

fn open(place: &Place, output: PayloadOutput<'_>) -> Result<u64> {
    let cancelled = AtomicBool::new(false);
    unlock(place).open(output, Work { threads: THREADS, progress: &|_| (), cancelled: &cancelled, workspace: None })
}
