//! Names of types: each has one meaning.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Source, sources, word};

/// Where keyrings are built: by a session.
const BUILD_A_KEYRING: &[&str] = &["ops/session.rs"];

#[test]
fn no_type_name_is_defined_in_two_files() {
    let sources = sources();
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let programs: Vec<_> = sources.iter().filter(|source| !source.is_test()).map(|s| (s, s.program())).collect();
    for (source, program) in &programs {
        for name in defined_types(program) {
            files.entry(name).or_default().insert(&source.path);
        }
    }
    files.retain(|_, files| files.len() > 1);
    assert!(files.is_empty(), "have two meanings: {files:#?}");
}

#[test]
fn a_keyring_is_built_in_one_place() {
    let sources = sources();
    let builds = |source: &&Source| {
        let program = source.program();
        program.match_indices("Keyring {").any(|(at, _)| {
            let before = program[..at].trim_end();
            !before.ends_with("struct") && !program[..at].ends_with(|letter: char| letter.is_alphanumeric())
        })
    };
    let others = sources.iter().filter(|source| !source.is_test() && source.path != "keys/keyring.rs");
    let found: BTreeSet<&str> = others.filter(builds).map(|source| &*source.path).collect();
    let known: BTreeSet<&str> = BUILD_A_KEYRING.iter().copied().collect();
    assert_eq!(found, known, "a session builds keyrings, and nothing else does");
}

/// The types that a file defines, private ones as well.
fn defined_types(program: &str) -> impl Iterator<Item = &str> {
    program.lines().filter_map(|line| {
        // An associated type in an `impl` block is indented, and means what the trait says.
        let is_of_trait = line.starts_with(' ') && line.trim_start().starts_with("type ");
        let mut line = if is_of_trait { "" } else { line.trim_start() };
        if let Some(rest) = line.strip_prefix("pub") {
            line = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                Some((_, rest)) => rest.trim_start(),
                None => rest.trim_start(),
            };
        }
        let rest = ["struct ", "enum ", "trait ", "type "].iter().find_map(|kind| line.strip_prefix(kind))?;
        Some(word(rest)).filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
    })
}

#[test]
fn definitions_are_found_whatever_their_visibility() {
    let text = "pub(in crate::a) struct A(u8);\nenum B {}\n    pub trait C {\npub(crate) type D<T> = T;\nimpl A {\n    type E = u8;\n}";
    assert_eq!(defined_types(text).collect::<Vec<_>>(), ["A", "B", "C", "D"]);
}
