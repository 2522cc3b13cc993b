//! Wrapping and unwrapping by the program `gpg`.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use zeroize::Zeroizing;

use super::fingerprint::PgpFingerprint;
use crate::crypto::KEY_SHARE_LEN;
use crate::error::PgpRefusal;
use crate::threads;

/// Names another program than `gpg`, as it does for sops.
const PROGRAM_VARIABLE: &str = "SOPS_GPG_EXEC";
/// Longest answer of the program that is read, in bytes: armor of a wrapped key for a long RSA key is far shorter.
const MAX_ANSWER: u64 = 1 << 16;
/// Longest text of the program that a refusal repeats, in characters.
const MAX_FOREIGN_LEN: usize = 300;

/// Wraps a data key, or a share of one. Returns armor.
pub(in crate::keys) fn wrap(fingerprint: &PgpFingerprint, secret: &[u8]) -> Result<String, PgpRefusal> {
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
    let text = std::str::from_utf8(&answer).map_err(|_| PgpRefusal::Failed("its output is not text".to_owned()))?;
    Ok(text.trim().to_owned())
}

/// Unwraps a data key, or a share of one.
pub(in crate::keys) fn unwrap(armor: &str) -> Result<Zeroizing<Vec<u8>>, PgpRefusal> {
    // A message may be a signed or clear text as well: only what was encrypted is a wrapped key. And gpg would take any
    // compressed bomb, of which no more is read than a key has.
    let secret = run(&["--quiet", "--decrypt"], armor.as_bytes())?;
    if secret.is_empty() {
        return Err(PgpRefusal::Failed("its output is empty, as with an old gpg and a newer cipher".to_owned()));
    }
    if secret.len() > KEY_SHARE_LEN {
        return Err(PgpRefusal::Failed("its output is not a data key".to_owned()));
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
            std::io::ErrorKind::NotFound => "not found".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
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
