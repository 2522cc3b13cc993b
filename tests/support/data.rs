//! Data that tests need and that is not a part of the repository, and the list of what was skipped.
//!
//! The unit tests of the library take this file in as well.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Vectors and files that others publish. They are looked for in `$KENC_TEST_DATA`, by default in `shared` beside the
/// repository.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the unit tests and the suite need different ones")]
pub enum OutsideData {
    /// Documents that sops has encrypted, from its own tests.
    SopsDocuments,
    /// The vectors of C2SP Wycheproof for authenticated encryption in chunks.
    ChunkedEncryption,
    /// Configurations, deployments and workflows that people wrote.
    RealYaml,
    /// The YAML test suite: files made to find the faults of parsers.
    YamlTestSuite,
}

impl OutsideData {
    /// Where it is, below the folder of all.
    fn place(self) -> &'static str {
        match self {
            Self::SopsDocuments => "vectors/sops",
            Self::ChunkedEncryption => "vectors/wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json",
            Self::RealYaml => "corpus/yaml",
            Self::YamlTestSuite => "corpus/yaml-test-suite",
        }
    }

    /// Where everybody can have it from.
    fn origin(self) -> &'static str {
        match self {
            Self::SopsDocuments => {
                "encrypted examples of https://github.com/getsops/sops, with an age key added (age-test-identity.txt) and plaintext.json"
            }
            Self::ChunkedEncryption => "testvectors_v1 of https://github.com/C2SP/wycheproof",
            Self::RealYaml => {
                "YAML files of https://github.com/kubernetes/examples, https://github.com/docker/awesome-compose and https://github.com/actions/starter-workflows"
            }
            Self::YamlTestSuite => "the data branch of https://github.com/yaml/yaml-test-suite",
        }
    }

    /// Its folder or file, or a sentence about where it comes from.
    pub fn path(self) -> Result<PathBuf, String> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
        let path = std::env::var_os("KENC_TEST_DATA").map_or_else(beside, PathBuf::from).join(self.place());
        if path.exists() {
            return Ok(path);
        }
        Err(format!("there is no {} in $KENC_TEST_DATA: it takes {}", self.place(), self.origin()))
    }
}

/// Says that a test, or a part of one, cannot run here, and why. `tests/run` lists them at the end: its file is
/// `$KENC_TEST_SKIPS`.
pub fn skip(reason: &str) {
    // A test that runs alone runs in the main thread; nextest then says its name.
    let thread = std::thread::current();
    let in_thread = thread.name().filter(|name| *name != "main").map(str::to_owned);
    let name = in_thread.or_else(|| std::env::var("NEXTEST_TEST_NAME").ok()).unwrap_or_else(|| "a test".to_owned());
    let line = format!("skipped: {name}: {reason}\n");
    // Past the test harness, which would keep it to itself because the test passes.
    let _ = std::io::stderr().write_all(line.as_bytes());
    let Some(path) = std::env::var_os("KENC_TEST_SKIPS") else { return };
    let file = OpenOptions::new().append(true).create(true).open(path);
    // One write of a short line: lines of tests that run at the same time do not mix.
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the list of skipped tests can be written");
}
