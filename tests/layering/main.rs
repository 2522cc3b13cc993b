//! The structure of the code: imports go down only, and dangerous code stays where it belongs.

mod circles;
mod definitions;
mod statics;

use std::path::{Path, PathBuf};

/// Every module of the library with the modules that it may name, itself left out. The order is from the ground up.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("threads", &["error"]),
    ("limits", &[]),
    ("codec", &["error"]),
    ("crypto", &["error"]),
    ("context", &["codec", "error"]),
    ("fs", &["crypto", "error", "threads"]),
    ("keys", &["codec", "context", "crypto", "error", "limits", "threads"]),
    ("formats", &["codec", "context", "crypto", "document", "error", "fs", "keys", "limits", "storage", "threads"]),
    ("esdk", &["codec", "context", "crypto", "error", "fs", "keys"]),
    ("document", &["codec", "context", "crypto", "error", "fs", "keys", "pattern", "threads"]),
    (
        "ops",
        &[
            "config", "context", "crypto", "document", "error", "formats", "fs", "keys", "limits", "pattern",
            "storage", "threads",
        ],
    ),
    ("storage", &["crypto", "error", "fs", "keys", "threads"]),
    ("pattern", &[]),
    ("config", &["context", "document", "error", "keys", "limits", "pattern"]),
];

/// Crates that do the cryptography.
const BACKENDS: &[&str] = &[
    "aws_lc_rs",
    "aes_gcm",
    "chacha20poly1305",
    "ctr",
    "ghash",
    "hmac",
    "sha2",
    "subtle",
    "getrandom",
    "rand",
    "ring",
];

/// What only files of formats and documents begin with or hold. Nothing else tells by them what a file is: that is
/// `formats/detect.rs`.
const MARKS: &[&str] = &[
    "ENC[AES256_GCM",
    "MAGIC",
    "BEGIN KENC",
    "BEGIN AGE ENCRYPTED",
    "age-encryption.org",
    "Document::recognise",
    "of_content",
];

/// Where they may stand besides `formats/` and `document/`, and why.
const MAY_SPEAK_OF_MARKS: &[(&str, &str)] = &[
    ("fs/positioned.rs", "the magic number of a file system"),
    ("keys/age/identities.rs", "identities that are encrypted themselves, below the formats"),
    ("keys/age/post_quantum.rs", "the label of a key derivation"),
    ("keys/age/stanza_text.rs", "the header that is written around a wrapped key, below the formats"),
];

/// Where `unsafe` has a reason.
const MAY_BE_UNSAFE: &[&str] = &["bin/kenc/standard_streams.rs", "crypto/secret.rs"];

const MAX_LINES: usize = 500;

struct Source {
    /// Relative to `src`.
    path: String,
    text: String,
}

impl Source {
    /// The module at the top of the crate that it belongs to, or `None` for `lib.rs` and the program.
    fn module(&self) -> Option<&str> {
        let first = self.path.split('/').next()?.trim_end_matches(".rs");
        (first != "lib" && first != "bin").then_some(first)
    }

    /// Whether it holds nothing but tests.
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.ends_with("_vectors.rs")
    }

    /// The lines that are no comments, up to the tests at the end.
    fn program(&self) -> String {
        let is_start_of_tests = |line: &&str| line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test");
        let lines = self.text.lines().take_while(|line| !is_start_of_tests(line));
        let lines = lines.map(|line| line.split_once("//").map_or(line, |(code, _)| code));
        lines.flat_map(|line| [line, "\n"]).collect()
    }

    /// Lines with their numbers, without those that are comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let parts: Vec<_> =
                    path.strip_prefix(&root).unwrap().iter().map(|part| part.to_str().unwrap()).collect();
                sources.push(Source { path: parts.join("/"), text });
            }
        }
    }
    assert!(sources.len() > 20, "the sources were not found");
    sources
}

/// Names that follow `prefix` in a line: of `crate::{a, b::c}` and `crate::a::b` those at the top.
fn names_after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let mut names = Vec::new();
    for (start, _) in line.match_indices(prefix) {
        let rest = &line[start + prefix.len()..];
        match rest.strip_prefix('{') {
            None => names.push(word(rest)),
            Some(list) => {
                let mut depth = 0_i32;
                for part in list.split(',') {
                    if depth == 0 {
                        names.push(word(part.trim_start()));
                    }
                    depth += i32::try_from(part.matches('{').count()).unwrap();
                    depth -= i32::try_from(part.matches('}').count()).unwrap();
                    if depth < 0 {
                        break;
                    }
                }
            }
        }
    }
    names
}

fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}

#[test]
fn what_a_file_is_is_told_in_one_place() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        if ["formats/", "document/"].iter().any(|above| source.path.starts_with(above)) {
            continue;
        }
        let program = source.program();
        let speaks = MARKS.iter().find(|mark| program.contains(*mark));
        let may = MAY_SPEAK_OF_MARKS.iter().any(|(path, _)| *path == source.path);
        assert!(may || speaks.is_none(), "{} tells files by {}", source.path, speaks.unwrap_or(&""));
    }
}

#[test]
fn every_module_names_only_modules_below_it() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(module) = source.module() else { continue };
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == module) else {
            faults.push(format!("{}: the module {module} is not in the table", source.path));
            continue;
        };
        for (number, line) in source.code() {
            for name in names_after(line, "crate::") {
                let is_data_of_tests = name == "test_data" && source.is_test();
                if name != module && !allowed.contains(&name) && !is_data_of_tests {
                    faults.push(format!("{}:{number}: {module} may not name {name}", source.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_chunk_does_not_know_keys_and_a_header_does_not_know_the_key_service() {
    for (path, forbidden) in [
        ("formats/native/chunk.rs", "keys"),
        ("formats/native/header.rs", "aws_kms"),
        ("formats/native/slot_table.rs", "aws_kms"),
    ] {
        let sources = sources();
        let source = sources.iter().find(|source| source.path == path).unwrap();
        let fault = source
            .code()
            .find(|(_, line)| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == forbidden));
        assert_eq!(fault, None, "{path} names {forbidden}");
    }
}

#[test]
fn only_the_crypto_module_names_a_backend() {
    // Tests check the results of one implementation with another.
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.ends_with("_vectors.rs");
    for source in sources().iter().filter(|source| source.module() != Some("crypto") && !is_test(&source.path)) {
        for (number, line) in source.code() {
            let mut paths = line.split("::").map(|part| part.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next());
            let fault = paths.find(|name| name.is_some_and(|name| BACKENDS.contains(&name)));
            assert_eq!(fault, None, "{}:{number} names a backend", source.path);
        }
    }
}

#[test]
fn unsafe_code_is_only_where_memory_is_locked() {
    for source in sources().iter().filter(|source| !MAY_BE_UNSAFE.contains(&source.path.as_str())) {
        for (number, line) in source.code() {
            let is_unsafe =
                ["unsafe {", "unsafe fn", "unsafe impl", "allow(unsafe_code"].iter().any(|form| line.contains(form));
            assert!(!is_unsafe, "{}:{number} is unsafe", source.path);
        }
    }
}

#[test]
fn the_program_is_not_named_by_the_library() {
    for source in sources().iter().filter(|source| !source.path.starts_with("bin/")) {
        for (number, line) in source.code() {
            let fault = ["clap::", "indicatif::", "println!", "rpassword::"].iter().find(|word| line.contains(*word));
            assert_eq!(fault, None, "{}:{number}", source.path);
        }
    }
}

#[test]
fn no_source_is_longer_than_can_be_read_at_once() {
    for source in sources() {
        let lines = source.text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines: it is asking to be two", source.path);
    }
}

#[test]
fn names_are_found_in_every_form_of_an_import() {
    assert_eq!(names_after("use crate::error::{Error, Result};", "crate::"), ["error"]);
    assert_eq!(names_after("use crate::{a, b::{c, d}, e::f};", "crate::"), ["a", "b", "e"]);
    assert_eq!(names_after("fn x(y: crate::a::B) -> crate::c::D {", "crate::"), ["a", "c"]);
}

/// Calls that are allowed in one place only, and where.
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    ("thread::spawn(", &["threads.rs"], "the system may refuse a thread: `threads::spawn` returns that as an error"),
    (
        "scope.spawn(",
        &["threads.rs"],
        "the system may refuse a thread: `threads::spawn_scoped` returns that as an error",
    ),
    ("println!(", &[], "text from outside passes `printable` on its way to a terminal: use the reporter"),
    ("print!(", &[], "text from outside passes `printable` on its way to a terminal: use the reporter"),
    (
        "io::stdin()",
        &["bin/kenc/standard_streams.rs", "fs/input.rs", "storage/standard.rs"],
        "a closed standard input is no empty one",
    ),
];

#[test]
fn threads_are_started_and_the_standard_streams_are_used_in_one_place_each() {
    for source in sources().iter().filter(|source| !source.path.contains("test") && !source.path.contains("vectors")) {
        let tests = source.text.find("#[cfg(test)]").unwrap_or(source.text.len());
        let lines = source.text[..tests].lines().count();
        for (number, line) in source.code().take_while(|(number, _)| *number <= lines) {
            for (call, places, reason) in ONLY_IN {
                let is_there = line.contains(call) && !line.contains("is_terminal()");
                assert!(!is_there || places.contains(&&*source.path), "{}:{number}: {call} {reason}", source.path);
            }
        }
    }
}
