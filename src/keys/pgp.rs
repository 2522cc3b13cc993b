//! PGP keys of documents, through the user's own `gpg`: its keyring, its agent and its way to ask for passphrases.

use std::ffi::OsString;
use std::fmt;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use zeroize::Zeroizing;

use crate::crypto::KEY_SHARE_LEN;
use crate::error::Verdict;
use crate::keys::KeyWordError;
use crate::threads;

/// What a word for a PGP key begins with.
const PREFIX: &str = "pgp:";
/// Names another program than `gpg`, as it does for sops.
const PROGRAM_VARIABLE: &str = "SOPS_GPG_EXEC";
/// Longest answer of the program that is read, in bytes: armor of a wrapped key for a long RSA key is far shorter.
const MAX_ANSWER: u64 = 1 << 16;
/// Longest text of the program that a refusal repeats, in characters.
const MAX_FOREIGN_LEN: usize = 300;

/// The fingerprint of a PGP key, or the end of one, in capitals. A `!` at its end means this subkey and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgpFingerprint(String);

impl PgpFingerprint {
    /// Reads a word, `pgp:FINGERPRINT`. `None` if it has not this form.
    ///
    /// # Errors
    /// If what follows `pgp:` is no fingerprint.
    pub fn from_word(word: &str) -> Result<Option<Self>, KeyWordError> {
        let Some(fingerprint) = word.strip_prefix(PREFIX) else { return Ok(None) };
        let invalid = || KeyWordError::Invalid {
            word: word.to_owned(),
            fault: "a fingerprint has 40 hexadecimal digits".to_owned(),
        };
        Self::from_fingerprint(fingerprint).ok_or_else(invalid).map(Some)
    }

    /// Reads a fingerprint as documents and their config hold it: digits, with spaces between them or without.
    #[must_use]
    pub fn from_fingerprint(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|letter| *letter != ' ').collect::<String>().to_ascii_uppercase();
        let digits = text.strip_suffix('!').unwrap_or(&text);
        // What goes to the program is nothing that it could take for an option or for a part of a name.
        let is_fingerprint = matches!(digits.len(), 16 | 32 | 40 | 64) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_fingerprint.then_some(Self(text))
    }

    /// The fingerprint without `pgp:`, as documents hold it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The word.
impl fmt::Display for PgpFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

/// Why `gpg` did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PgpRefusal {
    /// The program cannot be started.
    #[error("cannot run `{program}`: {reason}")]
    NoProgram {
        /// The program.
        program: String,
        /// Why not.
        reason: String,
    },
    /// The keyring has not the secret key.
    #[error("no secret key for it in the keyring of gpg")]
    NoSecretKey,
    /// The keyring has not the public key.
    #[error("no public key for it in the keyring of gpg")]
    NoPublicKey,
    /// Whoever was asked for the passphrase did not give it.
    #[error("gpg got no passphrase for it")]
    NoPassphrase,
    /// Anything else, in the words of the program.
    #[error("gpg failed: {0}")]
    Failed(String),
}

impl PgpRefusal {
    /// What this refusal means for the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::NoSecretKey | Self::NoPublicKey => Verdict::No,
            Self::NoProgram { .. } | Self::NoPassphrase | Self::Failed(_) => Verdict::Unavailable,
        }
    }
}

/// Wraps a data key, or a share of one. Returns armor.
pub(super) fn wrap(fingerprint: &PgpFingerprint, secret: &[u8]) -> Result<String, PgpRefusal> {
    // The key is named by its fingerprint, so there is nothing that a web of trust could add.
    let arguments = [
        "--batch",
        "--yes",
        "--no-default-recipient",
        "--no-encrypt-to",
        "--trust-model",
        "always",
        "--armor",
        "--recipient",
        fingerprint.as_str(),
        "--encrypt",
    ];
    let answer = run(&arguments, secret)?;
    let text = std::str::from_utf8(&answer).map_err(|_| PgpRefusal::Failed("its answer is not text".to_owned()))?;
    Ok(text.trim().to_owned())
}

/// Unwraps a data key, or a share of one.
pub(super) fn unwrap(armor: &str) -> Result<Zeroizing<Vec<u8>>, PgpRefusal> {
    // A message may be a signed or clear text as well: only what was encrypted is a wrapped key. And gpg would take any
    // compressed bomb, of which no more is read than a key has.
    let secret = run(&["--quiet", "--decrypt"], armor.as_bytes())?;
    if secret.is_empty() {
        return Err(PgpRefusal::Failed("it gave nothing, as an old one does for a newer cipher".to_owned()));
    }
    if secret.len() > KEY_SHARE_LEN {
        return Err(PgpRefusal::Failed("what it gave is no data key".to_owned()));
    }
    Ok(secret)
}

/// Runs the program with `input` on its standard input. Secrets go through pipes only.
fn run(arguments: &[&str], input: &[u8]) -> Result<Zeroizing<Vec<u8>>, PgpRefusal> {
    let program = std::env::var_os(PROGRAM_VARIABLE).filter(|name| !name.is_empty()).unwrap_or("gpg".into());
    let mut child = start(&program, arguments)?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        unreachable!("all three were asked for as pipes");
    };
    std::thread::scope(|scope| {
        let no_thread = |error: crate::error::Error| PgpRefusal::Failed(error.to_string());
        // A program that fails early does not read on: then its status says more than the broken pipe.
        let writing = threads::spawn_scoped(scope, move || {
            let _ = stdin.write_all(input);
        });
        let complaints = threads::spawn_scoped(scope, move || {
            let mut text = Vec::new();
            let _ = stderr.take(MAX_ANSWER).read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let complaints = match (writing, complaints) {
            (Ok(_), Ok(complaints)) => complaints,
            (Err(error), _) | (_, Err(error)) => {
                let _ = child.kill().and_then(|()| child.wait());
                return Err(no_thread(error));
            }
        };
        let mut answer = Zeroizing::new(Vec::with_capacity(4096));
        let read = stdout.take(MAX_ANSWER).read_to_end(&mut answer);
        let complaints = complaints.join().unwrap_or_default();
        let status = child.wait();
        match (read, status) {
            (Ok(_), Ok(status)) if status.success() => Ok(answer),
            _ => Err(refusal(&complaints)),
        }
    })
}

fn start(program: &OsString, arguments: &[&str]) -> Result<Child, PgpRefusal> {
    let mut command = Command::new(program);
    // Its messages are read, so they are asked for in one language and in a form that is meant to be read.
    command.args(["--status-fd", "2"]).args(arguments).env("LC_ALL", "C");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| PgpRefusal::NoProgram {
        program: program.to_string_lossy().into_owned(),
        reason: match error.kind() {
            std::io::ErrorKind::NotFound => "it is not there".to_owned(),
            std::io::ErrorKind::PermissionDenied => "it may not be run".to_owned(),
            _ => error.to_string(),
        },
    })
}

fn refusal(complaints: &str) -> PgpRefusal {
    let has = |word: &str| complaints.contains(word);
    if has("[GNUPG:] INV_RECP") {
        return PgpRefusal::NoPublicKey;
    }
    if has("[GNUPG:] CANCELED_BY_USER") || has("Operation cancelled") || has("No pinentry") || has("Bad passphrase") {
        return PgpRefusal::NoPassphrase;
    }
    if has("[GNUPG:] NO_SECKEY") || has("No secret key") {
        return PgpRefusal::NoSecretKey;
    }
    let words = complaints.lines().filter(|line| !line.starts_with("[GNUPG:]")).map(str::trim).collect::<Vec<_>>();
    let words = words.join("; ");
    let words: String = words.chars().filter(|letter| !letter.is_control()).take(MAX_FOREIGN_LEN).collect();
    PgpRefusal::Failed(if words.is_empty() { "it gave no reason".to_owned() } else { words })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";

    #[test]
    fn a_fingerprint_is_read_in_every_form_that_sops_takes() {
        let spaced = "fbc7 b9e2 a4f9 289a c0c1  d484 3d16 cee4 a273 81b4";
        for text in [FINGERPRINT, &FINGERPRINT.to_lowercase(), spaced] {
            assert_eq!(PgpFingerprint::from_fingerprint(text).unwrap().as_str(), FINGERPRINT, "{text}");
        }
        let subkey = format!("{FINGERPRINT}!");
        assert_eq!(PgpFingerprint::from_fingerprint(&subkey).unwrap().as_str(), subkey);
        let word = PgpFingerprint::from_word(&format!("pgp:{FINGERPRINT}")).unwrap().unwrap();
        assert_eq!(word.to_string(), format!("pgp:{FINGERPRINT}"));
    }

    #[test]
    fn what_could_be_an_option_or_a_name_is_no_fingerprint() {
        for text in ["", "!", "--export", "alice@example.com", "FBC7", "0xFBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4"] {
            assert_eq!(PgpFingerprint::from_fingerprint(text), None, "{text}");
            assert!(PgpFingerprint::from_word(&format!("pgp:{text}")).is_err());
        }
        assert_eq!(PgpFingerprint::from_word(FINGERPRINT), Ok(None));
    }

    #[test]
    fn complaints_become_the_refusal_that_they_mean() {
        let of = |text: &str| refusal(text);
        assert_eq!(of("[GNUPG:] NO_SECKEY 4A27381B4\ngpg: decryption failed: No secret key"), PgpRefusal::NoSecretKey);
        assert_eq!(of("[GNUPG:] INV_RECP 1 X\ngpg: X: skipped: No public key"), PgpRefusal::NoPublicKey);
        assert_eq!(of("gpg: public key decryption failed: Operation cancelled"), PgpRefusal::NoPassphrase);
        let strange = of("[GNUPG:] NODATA 1\ngpg: no valid\u{1b} data");
        assert_eq!(strange, PgpRefusal::Failed("gpg: no valid data".to_owned()));
    }
}
