//! What the environment says: where keys live, and how AWS is reached.

use std::path::PathBuf;

use kenc::keys::age::recipient_of_file;
use kenc::keys::{AwsKms, Identities, KeyUri, KmsSettings};

use crate::args::AwsArgs;
use crate::failure::{Cause, Failure};

const KENC_KEY_FILE: &str = "KENC_AGE_KEY_FILE";
const SOPS_KEY_FILE: &str = "SOPS_AGE_KEY_FILE";
const SOPS_KEY: &str = "SOPS_AGE_KEY";

/// The key service. Nothing of AWS is touched before it is asked.
pub fn key_service(args: &AwsArgs) -> AwsKms {
    let AwsArgs { profile, region, role_arn, timeout } = args;
    AwsKms::new(KmsSettings {
        profile: profile.clone(),
        region: region.clone(),
        role_arn: role_arn.clone(),
        timeout: *timeout,
    })
}

/// The file of the local key: `$KENC_AGE_KEY_FILE`, or `keys.txt` in the configuration folder of kenc.
pub fn local_key_file() -> Result<PathBuf, Failure> {
    variable(KENC_KEY_FILE)
        .or_else(|| Some(config_folder()?.join("kenc").join("keys.txt")))
        .ok_or_else(|| Cause::NoHome.into())
}

/// Where identities are looked for: in the given files, or else in the usual places.
pub fn identities(given: &[PathBuf]) -> Identities {
    if !given.is_empty() {
        return Identities { files: given.to_vec(), ..Identities::default() };
    }
    let of_sops = config_folder().map(|folder| folder.join("sops").join("age").join("keys.txt"));
    let ssh = std::env::home_dir().map(|home| home.join(".ssh"));
    Identities {
        files: local_key_file()
            .ok()
            .into_iter()
            .chain(variable(SOPS_KEY_FILE))
            .chain(of_sops.filter(|path| path.exists()))
            .collect(),
        ssh_files: ssh.into_iter().flat_map(|ssh| ["id_ed25519", "id_rsa"].map(|name| ssh.join(name))).collect(),
        variable: Some(SOPS_KEY),
    }
}

/// The keys that words name, each once. Without a word, the local key.
pub fn encryption_keys(words: &[String]) -> Result<Vec<KeyUri>, Failure> {
    let keys = parse_keys(words)?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    let path = local_key_file()?;
    if !path.exists() {
        return Err(Cause::NoKeyGiven.into());
    }
    Ok(vec![KeyUri::Age(recipient_of_file(&path)?)])
}

/// The keys that words name, each once.
pub fn parse_keys(words: &[String]) -> Result<Vec<KeyUri>, Failure> {
    let mut keys = Vec::new();
    for word in words {
        let key: KeyUri = word.parse().map_err(kenc::error::Error::from)?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn config_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("APPDATA");
    }
    variable("XDG_CONFIG_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".config")))
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
