//! The golden documents, and those that somebody altered.

use kenc::document::{Document, EncryptedDocument, Format, OpenRequirements, SealStatus};
use kenc::error::{DocumentError, Error, SealFault};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::workbench::Workbench;
use crate::support::repository;

struct Vectors {
    bench: Workbench,
    manifest: Json,
}

impl Vectors {
    fn new() -> Self {
        let mut bench = Workbench::new(0);
        let folder = repository().join("tests/vectors/document");
        bench.add_identities(folder.join("keys.txt"));
        let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
        Self { bench, manifest: serde_json::from_slice(&manifest).unwrap() }
    }

    fn of(&self, kind: &str) -> impl Iterator<Item = (String, &Json, kenc::error::Result<SealStatus>)> {
        let entries = self.manifest[kind].as_array().unwrap();
        assert!(!entries.is_empty());
        entries.iter().map(|entry| {
            let file = entry["file"].as_str().unwrap().to_owned();
            let bytes = std::fs::read(repository().join("tests/vectors/document").join(&file)).unwrap();
            let text = Zeroizing::new(String::from_utf8(bytes).unwrap());
            let format = entry["notation"].as_str().unwrap();
            let format = *Format::ALL.iter().find(|known| known.word() == format).unwrap();
            let open = || {
                let sealed = EncryptedDocument::new(Document::parse(format, text)?)?;
                Ok(sealed.open(&self.bench.keyring(), &OpenRequirements::default())?.report().seal)
            };
            (file, entry, open())
        })
    }
}

#[test]
fn every_golden_document_opens_and_says_whether_it_is_sealed() {
    let vectors = Vectors::new();
    for (kind, status) in [("valid", SealStatus::Verified), ("unsealed", SealStatus::Absent)] {
        for (file, _, found) in vectors.of(kind) {
            assert_eq!(found.unwrap_or_else(|error| panic!("{file}: {error}")), status, "{file}");
        }
    }
}

#[test]
fn every_altered_document_is_refused_for_its_reason() {
    let mut count = 0;
    for (file, entry, found) in Vectors::new().of("refused") {
        let reason = match found {
            Err(Error::Document(DocumentError::BrokenSeal(fault))) => match fault {
                SealFault::Removed => "removed",
                SealFault::Wrong => "wrong",
                SealFault::Unexpected => "unexpected",
                SealFault::Unknown => "unknown",
                _ => "another",
            },
            Err(Error::Document(DocumentError::WrongMac | DocumentError::MacNotAuthentic)) => "mac",
            Err(Error::Document(DocumentError::MissingMac)) => "no-mac",
            Err(Error::Document(DocumentError::ValueNotAuthentic { .. })) => "value",
            Err(error) => panic!("{file}: {error}"),
            Ok(status) => panic!("{file}: it opened, {status:?}"),
        };
        let wanted = entry["reason"].as_str().unwrap();
        assert!(wanted.split("-or-").any(|wanted| wanted == reason), "{file}: {reason}, and not {wanted}");
        count += 1;
    }
    assert!(count >= 58, "{count}");
}
