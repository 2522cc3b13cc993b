//! The identities of age that sops would find: those of kenc, and those that a command prints.

use std::process::{Command, Stdio};

use kenc::fs::scratch::PrivateFolder;
use kenc::keys::Identities;
use zeroize::Zeroizing;

use super::exit::{Stop, code};
use crate::environment::{identities, variable};

/// A command that prints identities.
const COMMAND: &str = "SOPS_AGE_KEY_CMD";
/// What it is told of the recipient for which one is needed.
const RECIPIENT: &str = "SOPS_AGE_RECIPIENT";

/// Identities, with what must stay as long as they are used.
pub struct Found {
    pub identities: Identities,
    _folder: Option<PrivateFolder>,
}

impl Found {
    /// Those for some recipients.
    pub fn new<'a>(recipients: impl Iterator<Item = &'a str>) -> Result<Self, Stop> {
        let mut identities = identities(&[]);
        identities.ssh_files.extend(variable("SOPS_AGE_SSH_PRIVATE_KEY_FILE"));
        let Some(line) = variable(COMMAND) else { return Ok(Self { identities, _folder: None }) };
        let fault = |fault: &str| Stop::new(code::NO_KEY, format!("the command of ${COMMAND} {fault}"));
        let words = shell_words::split(&line.to_string_lossy()).map_err(|_| fault("has a quote that does not end"))?;
        let (program, arguments) = words.split_first().ok_or_else(|| fault("is empty"))?;
        let mut printed = Zeroizing::new(Vec::new());
        for recipient in recipients {
            let output =
                Command::new(program).args(arguments).env(RECIPIENT, recipient).stderr(Stdio::inherit()).output();
            let output = output.map_err(|error| fault(&format!("cannot be run: {error}")))?;
            if !output.status.success() {
                return Err(fault(&format!("failed ({})", output.status)));
            }
            let output = Zeroizing::new(output.stdout);
            if !printed.windows(output.len().max(1)).any(|part| part == output.as_slice()) {
                printed.extend_from_slice(&output);
                printed.push(b'\n');
            }
        }
        if printed.is_empty() {
            return Ok(Self { identities, _folder: None });
        }
        let folder = PrivateFolder::in_memory().ok_or_else(|| fault("has nowhere in memory for what it prints"))?;
        identities.files.push(folder.write("keys.txt".as_ref(), &printed)?);
        Ok(Self { identities, _folder: Some(folder) })
    }
}
