//! Keys that are asked outside of the process: AWS KMS and gpg. What they need of the environment is given to a copy of this
//! program, which runs the one test that is meant.

use std::process::{Command, Stdio};

use kenc::document::{EncryptionRecipe, Format, NewKey, OpenRequirements};
use kenc::error::{Class, Error};
use kenc::keys::{KeyRefusal, KeySpec, KmsAccess, PgpRefusal, WrappingKey};

use super::workbench::{Workbench, changed};
use crate::support::{OutsideData, REGION, Relay, moto, skip};

const KEYS: &str = "KENC_TEST_KEYS";
const TEXT: &str = "db:\n  password: c4r1b0u\n";

/// Runs a test of this file in a process of its own, with variables and keys.
#[track_caller]
fn run_apart(test: &str, keys: &[&str], variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", &format!("documents::services::{test}")]).env(KEYS, keys.join(" "));
    let home = tempfile::tempdir().unwrap();
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").env("RUST_BACKTRACE", "0");
    command.envs(variables.iter().copied()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// The keys that the parent process created.
fn keys() -> Vec<WrappingKey> {
    let words = std::env::var(KEYS).unwrap();
    words.split(' ').map(|word| word.parse::<KeySpec>().unwrap().into()).collect()
}

fn with_kms(test: &str, count: usize) -> Option<Relay> {
    let kms = match moto() {
        Ok(kms) => kms,
        Err(reason) => {
            skip(&reason);
            return None;
        }
    };
    let keys: Vec<String> = (0..count).map(|_| kms.new_key()).collect();
    let relay = Relay::to(kms.port);
    let endpoint = format!("http://127.0.0.1:{}", relay.port);
    let roles = format!("http://127.0.0.1:{}", kms.port);
    let variables = [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL_KMS", &endpoint),
        ("AWS_ENDPOINT_URL_STS", &roles),
    ];
    run_apart(test, &keys.iter().map(String::as_str).collect::<Vec<_>>(), &variables);
    Some(relay)
}

#[test]
fn a_document_is_wrapped_by_every_kms_key_and_opened_by_any() {
    let Some(relay) = with_kms("kms_keys_with_contexts_and_roles", 3) else { return };
    let asked = relay.asked();
    let count = |operation: &str| asked.iter().filter(|asked| *asked == operation).count();
    assert_eq!((count("GenerateDataKey"), count("Encrypt")), (1, 2), "{asked:?}");
    assert_eq!(asked[0], "GenerateDataKey");
}

#[test]
#[ignore = "its neighbour runs it, in an environment of its own"]
fn kms_keys_with_contexts_and_roles() {
    let bench = Workbench::new(0);
    let mut keys = keys();
    let access = |role: Option<&str>| KmsAccess {
        context: kenc::context::EncryptionContext::from_words(&["app=demo"]).unwrap(),
        role: role.map(str::to_owned),
        profile: None,
    };
    keys[0].access = access(None);
    keys[1].access = access(Some("arn:aws:iam::123456789012:role/deploy"));
    let added = keys.pop().unwrap();
    let recipe = EncryptionRecipe { groups: vec![keys.clone()], ..EncryptionRecipe::default() };
    let text = bench.encrypt(Format::Yaml, TEXT, &recipe);
    assert!(text.contains("role: arn:aws:iam::123456789012:role/deploy"), "{text}");
    for key in &keys {
        let demands = OpenRequirements { only: vec![key.key.clone()], ..OpenRequirements::default() };
        assert_eq!(bench.open_with(Format::Yaml, &text, &demands).unwrap().plaintext().text(), TEXT);
    }
    // A wrong context is found without a call, and KMS notices that it was changed.
    let context = kenc::context::EncryptionContext::from_words(&["app=other"]).unwrap();
    let demands = OpenRequirements { context, ..OpenRequirements::default() };
    let refused = bench.open_with(Format::Yaml, &text, &demands).err().unwrap();
    assert!(matches!(refused, Error::Context(_)), "{refused}");
    let refused = bench.try_open(Format::Yaml, &text.replace("app: demo", "app: evil")).err().unwrap();
    match &refused {
        Error::NoKeyOpens { attempts } => assert_eq!(attempts.len(), 2),
        other => panic!("{other}"),
    }
    assert_eq!(refused.class(), Class::NotAuthentic);
    // A key that is added is the only one that is asked to wrap.
    let opened = bench.open(Format::Yaml, &text);
    let mut groups: Vec<NewKey> = keys.into_iter().map(NewKey::Wrapping).collect();
    groups.push(NewKey::Wrapping(added.clone()));
    let more = changed(opened.with_keys(&[groups], 0, &bench.keyring(), &kenc::keys::Vouchers::none()).unwrap());
    let demands = OpenRequirements { only: vec![added.key], ..OpenRequirements::default() };
    assert_eq!(bench.open_with(Format::Yaml, &more, &demands).unwrap().plaintext().text(), TEXT);
}

#[test]
fn shares_are_wrapped_by_kms_as_data_keys_are() {
    if let Some(relay) = with_kms("kms_keys_in_groups", 3) {
        assert_eq!(relay.asked(), ["Encrypt", "Encrypt", "Encrypt", "Decrypt", "Decrypt"]);
    }
}

#[test]
#[ignore = "its neighbour runs it, in an environment of its own"]
fn kms_keys_in_groups() {
    let bench = Workbench::new(0);
    let groups = keys().into_iter().map(|key| vec![key]).collect();
    let text =
        bench.encrypt(Format::Yaml, TEXT, &EncryptionRecipe { groups, threshold: 2, ..EncryptionRecipe::default() });
    assert_eq!(bench.open(Format::Yaml, &text).plaintext().text(), TEXT);
}

/// A keyring of gpg with one key, whose agent ends with it.
struct Gpg {
    home: tempfile::TempDir,
    fingerprint: String,
}

impl Gpg {
    fn new() -> Result<Self, String> {
        let home = tempfile::Builder::new().prefix("kenc-gpg").tempdir().unwrap();
        let mut gpg = Self { home, fingerprint: String::new() };
        gpg.run("gpg", &["--batch", "--passphrase", "", "--quick-gen-key", "a@example.com", "rsa2048", "default"])?;
        gpg.run("gpg", &["--batch", "--passphrase", "", "--quick-add-key", &gpg.list()?, "rsa2048", "encr"])?;
        gpg.fingerprint = gpg.list()?;
        Ok(gpg)
    }

    fn list(&self) -> Result<String, String> {
        let listed = self.run("gpg", &["--with-colons", "--list-secret-keys"])?;
        let line = listed.lines().find(|line| line.starts_with("fpr:")).ok_or("gpg lists no key")?;
        Ok(line.split(':').nth(9).unwrap_or_default().to_owned())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(program);
        command.args(arguments).env("GNUPGHOME", self.home.path()).stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("{program}: {error}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = self.run("gpgconf", &["--kill", "gpg-agent"]);
    }
}

#[test]
fn a_document_is_wrapped_and_opened_by_gpg() {
    let gpg = need!(Gpg::new());
    let home = gpg.home.path().to_str().unwrap();
    run_apart("pgp_keys", &[&format!("pgp:{}", gpg.fingerprint)], &[("GNUPGHOME", home)]);
}

#[test]
#[ignore = "its neighbour runs it, in an environment of its own"]
fn pgp_keys() {
    let bench = Workbench::new(1);
    let keys = keys();
    let recipe = EncryptionRecipe { groups: vec![keys.clone()], ..EncryptionRecipe::default() };
    let text = bench.encrypt(Format::Yaml, TEXT, &recipe);
    assert!(text.contains("-----BEGIN PGP MESSAGE-----") && text.contains("created_at:"), "{text}");
    assert_eq!(bench.open(Format::Yaml, &text).plaintext().text(), TEXT);
    // A share is wrapped as a data key is.
    let groups = vec![keys, bench.keys.clone()];
    let text =
        bench.encrypt(Format::Yaml, TEXT, &EncryptionRecipe { groups, threshold: 2, ..EncryptionRecipe::default() });
    assert_eq!(bench.open(Format::Yaml, &text).plaintext().text(), TEXT);
    // The keyring does not have this key.
    let missing = "pgp:FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4".parse::<KeySpec>().unwrap();
    let recipe = EncryptionRecipe { groups: vec![vec![missing.into()]], ..EncryptionRecipe::default() };
    match bench.try_encrypt(Format::Yaml, TEXT, &recipe).err().unwrap() {
        Error::CannotWrap { refusal, .. } => {
            assert!(matches!(*refusal, KeyRefusal::Pgp(PgpRefusal::NoPublicKey)), "{refusal}");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_missing_gpg_is_said_and_so_is_a_missing_secret_key() {
    need!(Gpg::new());
    need!(OutsideData::SopsDocuments.path());
    let home = tempfile::tempdir().unwrap();
    run_apart(
        "no_pgp_key",
        &["pgp:FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4"],
        &[("GNUPGHOME", home.path().to_str().unwrap())],
    );
    run_apart("no_gpg", &["pgp:FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4"], &[("SOPS_GPG_EXEC", "/nowhere/gpg")]);
}

fn refusal_of_pgp() -> PgpRefusal {
    let folder = OutsideData::SopsDocuments.path().unwrap();
    let bench = Workbench::new(0);
    let text = std::fs::read_to_string(folder.join("format.enc.yaml")).unwrap();
    let demands =
        OpenRequirements { only: keys().into_iter().map(|key| key.key).collect(), ..OpenRequirements::default() };
    match bench.open_with(Format::Yaml, &text, &demands).err().unwrap() {
        Error::NoKeyOpens { attempts } => match &attempts[0].refusal {
            KeyRefusal::Pgp(refusal) => refusal.clone(),
            other => panic!("{other}"),
        },
        other => panic!("{other}"),
    }
}

#[test]
#[ignore = "its neighbour runs it, in an environment of its own"]
fn no_pgp_key() {
    assert_eq!(refusal_of_pgp(), PgpRefusal::NoSecretKey);
}

#[test]
#[ignore = "its neighbour runs it, in an environment of its own"]
fn no_gpg() {
    let refusal = KeyRefusal::from(refusal_of_pgp());
    assert!(refusal.to_string().contains("cannot run `/nowhere/gpg`: not found"), "{refusal}");
}
