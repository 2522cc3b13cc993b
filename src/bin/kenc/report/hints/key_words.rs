//! What to do about a word that names no key.

use std::io::Read;
use std::path::Path;

use kenc::keys::KeyWordError;
use zeroize::Zeroizing;

use super::quote;
use crate::habits::looks_like_a_file;

/// The forms that a key has.
const FORMS: &str = "a key is an ARN, alias/NAME, a key id, mrk-…, age1…, \"ssh-ed25519 …\", \"ssh-rsa …\", passphrase:, or file:PATH with one key on each line";

pub fn of(fault: &KeyWordError) -> String {
    match fault {
        KeyWordError::SecretKey => {
            "name the recipient, which begins with age1 or ssh-; replace this secret key: it is now in your shell history"
                .to_owned()
        }
        KeyWordError::Name(name) => {
            format!("define it in .kenc.yaml, `keys: {{{name}: alias/NAME}}`, or name the config with `--config FILE`")
        }
        KeyWordError::Path(path) => of_file(path),
        KeyWordError::Unknown(word) if looks_like_a_file(word) => {
            "it looks like a file name, but no such file exists; `-k file:PATH` reads keys from a file".to_owned()
        }
        KeyWordError::Remote(word) => {
            let (address, file) = match word.split_once(':') {
                Some(("github", user)) => (format!("https://github.com/{user}.keys"), format!("{user}.keys")),
                Some(("gitlab", user)) => (format!("https://gitlab.com/{user}.keys"), format!("{user}.keys")),
                _ => (word.clone(), "keys.txt".to_owned()),
            };
            let (address, file) = (quote(&address), quote(&file));
            format!("fetch the keys once, check them, and keep the file: `curl -sSf {address} > {file}`, then `-k file:{file}`")
        }
        KeyWordError::InList { path, fault, .. } if **fault == KeyWordError::SecretKey => {
            format!("{} holds identities; name their recipients instead, which begin with age1 or ssh-", quote(path))
        }
        KeyWordError::InList { .. } | KeyWordError::EmptyList(_) | KeyWordError::LongList(_) => {
            "a list has one key on each line; lines that begin with # are comments".to_owned()
        }
        _ => FORMS.to_owned(),
    }
}

/// What to type for a key that is in a file, without ever proposing to put a secret key on the command line.
fn of_file(path: &str) -> String {
    let content = read_start(path);
    let has = |word: &str| content.windows(word.len()).any(|window| window == word.as_bytes());
    let public = format!("{path}.pub");
    if has("PRIVATE KEY-----") && Path::new(&public).exists() {
        format!("it is a secret key; use its public key: `-k \"$(cat {})\"`", quote(&public))
    } else if has("AGE-SECRET-KEY-") {
        format!("it is a secret key; use its recipient: `-k \"$(kenc keygen --show -o {})\"`", quote(path))
    } else if content.starts_with(b"age1") || content.starts_with(b"ssh-") {
        format!("to use the public keys in a file: `-k file:{}`", quote(path))
    } else {
        FORMS.to_owned()
    }
}

fn read_start(path: &str) -> Zeroizing<Vec<u8>> {
    let mut start = Zeroizing::new(Vec::with_capacity(4096));
    // A pipe could keep us waiting.
    if Path::new(path).is_file() {
        let _ = std::fs::File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    }
    start
}
