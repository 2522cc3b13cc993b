//! A storage other than local files: it implements three traits, and everything else works as for files.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, IoSliceMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::error::Result;
use kenc::formats::format::{ByteRange, SealSettings};
use kenc::formats::registry;
use kenc::fs::folder::EntryKind;
use kenc::fs::input::Input;
use kenc::keys::NewIdentity;
use kenc::ops::open::{Authentic, Decryption, DocumentPart, Verification, decrypt, verify};
use kenc::ops::seal::seal_job;
use kenc::ops::tree::levels::FilesIn;
use kenc::storage::object::{ObjectFolder, ReadRange, WholeObject};
use kenc::storage::output::Output;

type Objects = Arc<Mutex<BTreeMap<PathBuf, Vec<u8>>>>;

/// A bucket in memory, which counts what is read from it.
#[derive(Clone, Default)]
struct Bucket {
    objects: Objects,
    read: Arc<AtomicU64>,
}

impl Bucket {
    fn put(&self, name: &str, bytes: Vec<u8>) {
        self.objects.lock().unwrap().insert(name.into(), bytes);
    }

    fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().get(Path::new(name)).cloned()
    }

    fn input(&self, name: &str) -> Input {
        let bytes = self.get(name).unwrap();
        Input::of_object(Box::new(Ranges { bytes, read: Arc::clone(&self.read) }))
    }

    fn output(&self, name: &str) -> Output {
        let (name, objects) = (name.into(), Arc::clone(&self.objects));
        Output::Object(Box::new(Upload { name, objects, bytes: Vec::new() }))
    }
}

struct Ranges {
    bytes: Vec<u8>,
    read: Arc<AtomicU64>,
}

impl ReadRange for Ranges {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
        let rest = &self.bytes[usize::try_from(offset).unwrap().min(self.bytes.len())..];
        let count = io::Read::read_vectored(&mut &*rest, slices)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

struct Upload {
    name: PathBuf,
    objects: Objects,
    bytes: Vec<u8>,
}

impl WholeObject for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        self.objects.lock().unwrap().insert(self.name, self.bytes);
        Ok(())
    }
}

/// The objects with a prefix, as folders.
#[derive(Clone)]
struct Prefix {
    bucket: Bucket,
    path: PathBuf,
}

impl ObjectFolder for Prefix {
    type Entries = std::vec::IntoIter<io::Result<(OsString, EntryKind)>>;

    fn entries(&self) -> io::Result<Self::Entries> {
        let mut found = BTreeMap::new();
        for name in self.bucket.objects.lock().unwrap().keys() {
            let Ok(below) = name.strip_prefix(&self.path) else { continue };
            let mut parts = below.components();
            let Some(first) = parts.next() else { continue };
            let kind = if parts.next().is_some() { EntryKind::Folder } else { EntryKind::File };
            found.insert(first.as_os_str().to_owned(), kind);
        }
        Ok(found.into_iter().map(Ok).collect::<Vec<_>>().into_iter())
    }

    fn folder(&self, name: &OsStr) -> Result<Self> {
        Ok(Self { path: self.path.join(name), bucket: self.bucket.clone() })
    }

    fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

fn session() -> Session {
    let identity = NewIdentity::generate();
    Session::new().with_key(identity.recipient).with_identities(identity.secret)
}

fn decryption<'a>(range: Option<ByteRange>) -> Decryption<'a> {
    let document = DocumentPart::default();
    Decryption {
        path: None,
        notation: None,
        range,
        document,
        demanded: kenc::ops::documents::open::StatedRequirements::default(),
        threads: 2,
    }
}

fn plaintext() -> Vec<u8> {
    (0..3_000_000_u32).map(|number| (number % 251) as u8).collect()
}

/// An encrypted object, made by the library from another one.
fn encrypted(bucket: &Bucket, session: &Session) {
    bucket.put("plain", plaintext());
    bucket.put("sealed", session.seal(&plaintext()).unwrap());
}

#[test]
fn objects_of_another_storage_are_encrypted_decrypted_and_verified_like_files() {
    let (bucket, identity) = (Bucket::default(), NewIdentity::generate());
    let session = Session::new().with_identities(identity.secret);
    bucket.put("plain", plaintext());
    let format = registry::by_name("kenc").unwrap();
    let (keys, context) = ([identity.recipient.into()], EncryptionContext::new());
    let seal = format.prepare(SealSettings::default(), &context, &keys, &session.keyring()).unwrap();
    seal_job(&session, &*seal, ("plain", 2), bucket.input("plain"), bucket.output("a/sealed")).unwrap();
    let written = decrypt(&session, &decryption(None), bucket.input("a/sealed"), bucket.output("again")).unwrap();
    assert_eq!(written, plaintext().len() as u64);
    assert!(bucket.get("again").unwrap() == plaintext());
    let verified = verify(&session, None, None, decryption(None).demanded, bucket.input("a/sealed"), 2).unwrap();
    assert!(matches!(verified, Verification::Authentic(Authentic::File { bytes, .. }) if bytes == written));
}

#[test]
fn of_an_object_a_range_reads_only_what_it_needs() {
    let (bucket, session) = (Bucket::default(), session());
    encrypted(&bucket, &session);
    let range = ByteRange { start: 1_000_000, end: Some(1_000_100) };
    decrypt(&session, &decryption(Some(range)), bucket.input("sealed"), bucket.output("part")).unwrap();
    assert!(bucket.get("part").unwrap() == plaintext()[1_000_000..1_000_100]);
    let read = bucket.read.load(Ordering::Relaxed);
    assert!(read < 100_000, "{read} bytes were read of three million");
}

#[test]
fn an_object_that_is_cut_off_or_changed_leaves_no_object_behind() {
    let (bucket, session) = (Bucket::default(), session());
    encrypted(&bucket, &session);
    let whole = bucket.get("sealed").unwrap();
    let mut changed = whole.clone();
    let at = changed.len() - 100_000;
    changed[at] ^= 1;
    for damaged in [whole[..whole.len() - 1].to_vec(), whole[..whole.len() / 2].to_vec(), changed] {
        bucket.put("damaged", damaged);
        let outcome = decrypt(&session, &decryption(None), bucket.input("damaged"), bucket.output("result"));
        assert_eq!(outcome.unwrap_err().released, 0);
        assert!(bucket.get("result").is_none());
    }
}

#[test]
fn the_walk_goes_through_any_storage_in_a_stable_order_and_passes_version_control_by() {
    let bucket = Bucket::default();
    for name in ["b/2", "b/1", "a", "c/d/e", "c/.git/config", ".git"] {
        bucket.put(name, Vec::new());
    }
    let mut files = FilesIn::new(Prefix { bucket, path: PathBuf::new() });
    let found: Vec<PathBuf> =
        files.by_ref().map(|file| file.map_err(|failure| failure.cause.to_string()).unwrap()).collect();
    assert_eq!(found, ["a", "b/1", "b/2", "c/d/e"].map(PathBuf::from));
    assert_eq!(files.version_control(), 2);
}
