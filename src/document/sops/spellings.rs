//! Source texts that encryption would lose: `1.10`, `0644`, folded text, the choice of escapes.
//!
//! A value is encrypted by its meaning and decrypted to the usual text for it. If the file had another text, that is
//! kept in the metadata, encrypted, as `kenc_forms`: a JSON list of `[path, source text]`, where a path is the number
//! of the YAML document followed by keys and positions. sops ignores it.

use std::collections::HashMap;

use serde_json::Value as Json;
use zeroize::Zeroizing;

use crate::document::content::tree::{Path, PathStep};
use crate::document::content::value::ValueKind;
use crate::document::file::document::Document;
use crate::document::sops::cipher::ValueCipher;
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::selection::CompiledRule;

/// The additional data that binds the ciphertext to its field.
const AAD: &str = "kenc_forms:";

/// Source texts by path.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Spellings(Vec<(Path, Zeroizing<String>)>);

impl Spellings {
    /// The source texts of values that are written differently in `original` than in `usual`, which has the same
    /// content.
    pub(crate) fn differing(original: &Document, usual: &Document, selection: &CompiledRule) -> Self {
        let mut usual = sources(usual, selection).into_iter();
        let is_other = |(_, source): &(Path, Zeroizing<String>)| usual.next().is_none_or(|(_, usual)| usual != *source);
        // A plaintext value is written differently only because of the lines that follow it: at the end of a file.
        Self(sources(original, selection).into_iter().filter(is_other).collect())
    }

    /// The source text for the value at each path.
    pub(crate) fn by_path(&self) -> HashMap<&Path, &Zeroizing<String>> {
        self.0.iter().map(|(path, source)| (path, source)).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn encrypt(&self, cipher: &ValueCipher) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let entry = |(path, source): &(Path, Zeroizing<String>)| {
            let steps = path.steps.iter().map(|step| match step {
                PathStep::Key(key) => Json::from(key.as_str()),
                PathStep::Index(index) => Json::from(*index),
            });
            let path: Vec<Json> = std::iter::once(Json::from(path.root)).chain(steps).collect();
            // Each source is quoted by itself, so that no copy of it is left in a JSON tree.
            let path = serde_json::to_string(&path).expect("a list of text and numbers is JSON");
            let source = Zeroizing::new(serde_json::to_string(source.as_str()).expect("text can be quoted"));
            Zeroizing::new(format!("[{path},{}]", *source))
        };
        let mut text = Zeroizing::new("[".to_owned());
        for (number, form) in self.0.iter().enumerate() {
            if number > 0 {
                text.push(',');
            }
            text.push_str(&entry(form));
        }
        text.push(']');
        Some(cipher.encrypt(ValueKind::Text, text.as_bytes(), AAD))
    }

    /// Reads the encrypted list. None if it is not authentic or malformed: then the usual texts are used, which mean
    /// the same.
    pub(crate) fn decrypt(token: &str, cipher: &ValueCipher) -> Option<Self> {
        let (_, text) = cipher.decrypt(token, AAD).ok()?;
        let entries: Vec<(Vec<Json>, String)> = serde_json::from_slice(&text).ok()?;
        let forms = entries.into_iter().map(|(path, source)| {
            let source = Zeroizing::new(source);
            let (root, steps) = path.split_first()?;
            let steps = steps.iter().map(|step| match step {
                Json::String(key) => Some(PathStep::Key(key.clone())),
                Json::Number(index) => Some(PathStep::Index(usize::try_from(index.as_u64()?).ok()?)),
                _ => None,
            });
            let root = usize::try_from(root.as_u64()?).ok()?;
            Some((Path { root, steps: steps.collect::<Option<_>>()? }, source))
        });
        forms.collect::<Option<_>>().map(Self)
    }
}

/// The source text of every value.
fn sources(document: &Document, selection: &CompiledRule) -> Vec<(Path, Zeroizing<String>)> {
    let mut sources = Vec::new();
    let _ = walk(document.tree(), selection, |met, spot| {
        if let RuleItem::Leaf(leaf) = met {
            sources.push((spot.path(), Zeroizing::new(document.source(leaf.id).to_owned())));
        }
        Ok::<(), ()>(())
    });
    sources
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::DataKey;

    #[test]
    fn forms_come_back_and_are_bound_to_the_data_key() {
        let cipher = ValueCipher::new(&DataKey::generate());
        let path = Path { root: 1, steps: vec![PathStep::Key("a\"b".to_owned()), PathStep::Index(3)] };
        let forms = Spellings(vec![(path, Zeroizing::new("|\n  two\n  lines".to_owned()))]);
        let token = forms.encrypt(&cipher).unwrap();
        assert!(Spellings::decrypt(&token, &cipher).unwrap() == forms);
        assert!(Spellings::decrypt(&token, &ValueCipher::new(&DataKey::generate())).is_none());
        assert!(Spellings::decrypt(&cipher.encrypt(ValueKind::Text, b"[[1]]", AAD), &cipher).is_none());
        assert_eq!(Spellings::default().encrypt(&cipher), None);
    }
}
