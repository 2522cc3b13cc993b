//! Passphrases: typed on the terminal, or from where the user says; and what age plugins ask.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use kenc::error::{Error, Result};
use kenc::keys::{MfaPrompt, PassphraseSource};
use kenc::limits::LONGEST_PASSPHRASE;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::args::PassphraseFrom;
use crate::printable::printable;
use crate::report::error_line::print_error_line;
use crate::signals;
use crate::terminal::{self, Terminal};

/// Asks once for each passphrase that is needed. A source other than the terminal has only one, for all purposes.
pub struct Passphrases {
    from: Option<PassphraseFrom>,
    may_ask: bool,
    given: Mutex<HashMap<String, SecretString>>,
    /// The last code of each MFA device: none works twice.
    codes: Mutex<HashMap<String, SecretString>>,
}

/// What the single passphrase of a source was used for, and a new one that was typed.
const FOR_ALL: &str = "";

impl Passphrases {
    pub fn new(from: Option<PassphraseFrom>, may_ask: bool) -> Self {
        Self { from, may_ask, given: Mutex::default(), codes: Mutex::default() }
    }

    fn given_or(&self, subject: &str, obtain: impl FnOnce() -> Result<SecretString>) -> Result<SecretString> {
        let subject = if self.from.is_some() { FOR_ALL } else { subject };
        // Locked during the prompt: other threads that need the passphrase wait for the same answer.
        let mut known = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(given) = known.get(subject) {
            return Ok(given.clone());
        }
        let passphrase = match &self.from {
            Some(from) => read_from(from)?,
            None if self.may_ask => obtain()?,
            None => return Err(Error::Passphrase("--no-input forbids a prompt".to_owned())),
        };
        if passphrase.expose_secret().is_empty() {
            return Err(Error::Passphrase("it is empty".to_owned()));
        }
        known.insert(subject.to_owned(), passphrase.clone());
        Ok(passphrase)
    }
}

impl PassphraseSource for Passphrases {
    fn passphrase(&self, subject: &str) -> Result<SecretString> {
        self.given_or(subject, || prompt(&format!("Passphrase for {subject}: ")))
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.given_or(FOR_ALL, || {
            let first = prompt("New passphrase: ")?;
            let second = prompt("Repeat the passphrase: ")?;
            if first.expose_secret() == second.expose_secret() {
                Ok(first)
            } else {
                Err(Error::Passphrase("the two passphrases differ".to_owned()))
            }
        })
    }

    fn must_be_typed(&self) -> bool {
        self.from.is_none()
    }

    fn tell(&self, program: &str, message: &str) {
        print_error_line(&format!("{}\n", printable(&format!("{program}: {message}"))));
    }

    fn confirm(&self, program: &str, question: &str, (yes, no): (&str, Option<&str>)) -> Option<bool> {
        let other = no.map_or_else(String::new, |no| format!(", 2 = {no}"));
        let answer = self.line(program, &format!("{question} [1 = {yes}{other}]"))?;
        Some(answer.trim() == "1")
    }

    fn line(&self, program: &str, question: &str) -> Option<String> {
        let Terminal { typed, mut shown } = self.may_ask.then(terminal::open)?.ok()?;
        write!(shown, "{} ", printable(&format!("{program}: {question}"))).ok()?;
        let mut line = String::new();
        typed.take(LONGEST_PASSPHRASE).read_line(&mut line).ok()?;
        line.ends_with('\n').then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn secret(&self, program: &str, question: &str) -> Option<SecretString> {
        self.may_ask.then(|| prompt(&format!("{program}: {question}: ")))?.ok()
    }

    fn mfa_code(&self, MfaPrompt { device, profile, .. }: &MfaPrompt) -> Result<SecretString, String> {
        if !self.may_ask {
            return Err("--no-input forbids a prompt".to_owned());
        }
        // One prompt at a time.
        let _prompting = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = codes.get(device).cloned() else {
            let code = mfa_prompt(&format!("MFA code of {device} (profile {profile}): "))?;
            codes.insert(device.clone(), code.clone());
            return Ok(code);
        };
        for _ in 0..MFA_TRIES {
            let code = mfa_prompt(&format!("Next MFA code of {device} (profile {profile}; each works once): "))?;
            if code.expose_secret().trim() != last.expose_secret().trim() {
                codes.insert(device.clone(), code.clone());
                return Ok(code);
            }
            print_error_line("kenc: that code was used already; wait until the device shows the next one\n");
        }
        Err("a code that was used already was typed again".to_owned())
    }
}

/// How often a code may be typed that was used already.
const MFA_TRIES: usize = 3;

fn mfa_prompt(text: &str) -> Result<SecretString, String> {
    prompt(text).map_err(|error| match error {
        Error::Passphrase(reason) => reason,
        other => other.to_string(),
    })
}

/// Prompts for a value to encrypt, without echo.
pub fn value(subject: &str) -> Result<SecretString> {
    prompt(&format!("Value for {subject}: "))
}

fn prompt(text: &str) -> Result<SecretString> {
    let _restored = signals::remember_terminal();
    rpassword::prompt_password(printable(text)).map(SecretString::from).map_err(|error| match error.kind() {
        std::io::ErrorKind::Interrupted => {
            signals::wait_for_the_end();
            Error::Interrupted
        }
        std::io::ErrorKind::UnexpectedEof => Error::Passphrase("nothing was typed".to_owned()),
        _ => Error::Passphrase("there is no terminal to prompt on".to_owned()),
    })
}

fn read_from(from: &PassphraseFrom) -> Result<SecretString> {
    match from {
        PassphraseFrom::FileDescriptor(number) => {
            let path = format!("/dev/fd/{number}");
            if !Path::new(&path).exists() {
                return Err(Error::Passphrase(format!("the file descriptor {number} is not open")));
            }
            read_file(Path::new(&path))
        }
        PassphraseFrom::File(path) => read_file(path),
        PassphraseFrom::Program(words) => run(words),
    }
}

fn read_file(path: &Path) -> Result<SecretString> {
    File::open(path)
        .and_then(first_line)
        .map_err(|source| Error::io(format!("read a passphrase from {}", path.display()), source))
}

fn run(words: &str) -> Result<SecretString> {
    let fault = |reason: &str| Error::Passphrase(format!("`{words}` {reason}"));
    let words_of_program = shell_words::split(words).map_err(|_| fault("has an unclosed quote"))?;
    let (program, arguments) = words_of_program.split_first().ok_or_else(|| fault("names no program"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| Error::io(format!("run `{program}` for a passphrase"), source))?;
    let output = child.stdout.take().expect("its output was set up as a pipe");
    let passphrase = first_line(output);
    let status = child.wait().map_err(|source| Error::io(format!("wait for `{program}`"), source))?;
    if !status.success() {
        return Err(fault(&format!("failed ({status})")));
    }
    passphrase.map_err(|source| Error::io(format!("read a passphrase from `{program}`"), source))
}

fn first_line(reader: impl Read) -> std::io::Result<SecretString> {
    let mut line = Zeroizing::new(String::with_capacity(256));
    BufReader::with_capacity(256, reader.take(LONGEST_PASSPHRASE)).read_line(&mut line)?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}
