//! Data that tests need and that is not a part of the repository. The unit tests of the library take this file in as well.

#[path = "skips.rs"]
mod skips;

use std::path::{Path, PathBuf};

pub use skips::skip;

/// Vectors and files that others publish. They are looked for in `$KENC_TEST_DATA`, by default in `shared` beside the
/// repository.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the unit tests and the suite need different ones")]
pub enum OutsideData {
    /// Documents that sops has encrypted, from its own tests.
    SopsDocuments,
    /// The vectors of C2SP Wycheproof for authenticated encryption in chunks.
    ChunkedEncryption,
    /// Messages of the AWS Encryption SDK, from its own vectors.
    EncryptionSdk,
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
            Self::EncryptionSdk => "vectors/esdk",
            Self::RealYaml => "corpus/yaml",
            Self::YamlTestSuite => "corpus/yaml-test-suite",
        }
    }

    /// Where it can be downloaded.
    fn origin(self) -> &'static str {
        match self {
            Self::SopsDocuments => {
                "encrypted examples of https://github.com/getsops/sops, with an age key added (age-test-identity.txt) and plaintext.json"
            }
            Self::ChunkedEncryption => "testvectors_v1 of https://github.com/C2SP/wycheproof",
            Self::EncryptionSdk => {
                "vectors of https://github.com/awslabs/aws-encryption-sdk-test-vectors and of the SDKs, with the data keys of the raw keys (v4-deks.jsonl)"
            }
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
        Err(format!("$KENC_TEST_DATA has no {}; it comes from {}", self.place(), self.origin()))
    }
}
