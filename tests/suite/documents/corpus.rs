//! Real files, with every value encrypted: they come back byte for byte, or are refused before anything is written.

use std::path::{Path, PathBuf};

use kenc::document::{Document, EncryptionRecipe, EncryptionRule, Format};
use zeroize::Zeroizing;

use super::workbench::Workbench;
use crate::support::OutsideData;

fn yaml_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.push(path);
        }
    }
}

#[test]
fn real_yaml_comes_back_byte_for_byte_from_being_encrypted_whole() {
    let corpus = need!(OutsideData::RealYaml.path());
    let mut files = Vec::new();
    yaml_files(&corpus, &mut files);
    files.sort();
    let bench = Workbench::new(1);
    // No key has this suffix, so every value is selected.
    let recipe = EncryptionRecipe { rule: EncryptionRule::UnencryptedSuffix("\u{1}".to_owned()), ..bench.recipe() };
    let every = std::env::var("KENC_CORPUS_EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(20);
    let (mut whole, mut refused) = (0, Vec::new());
    for path in files.iter().step_by(every) {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let Ok(document) = Document::from_plaintext(Format::Yaml, Zeroizing::new(bytes.clone())) else { continue };
        match document.encrypt(&recipe, &bench.keyring()) {
            Err(error) => refused.push(format!("{}: {error}", path.display())),
            Ok(encrypted) => {
                let opened = bench.open(Format::Yaml, &encrypted.text);
                assert!(opened.plaintext().text().as_bytes() == bytes, "{}", path.display());
                whole += 1;
            }
        }
    }
    println!("{whole} whole, {} refused:\n{}", refused.len(), refused.join("\n"));
    assert!(whole > 10 && refused.len() * 20 < whole, "{whole} whole, refused:\n{}", refused.join("\n"));
}
