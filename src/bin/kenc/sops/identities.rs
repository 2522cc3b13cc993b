//! The age identities that sops would find: those of kenc, and those that a command prints.

use std::process::{Command, Stdio};

use kenc::fs::scratch::PrivateFolder;
use kenc::keys::Identities;
use zeroize::Zeroizing;

use super::exit::{SopsStop, code};
use kenc::ops::places::{identities, variable};

/// A command that prints identities.
const COMMAND: &str = "SOPS_AGE_KEY_CMD";
/// A command that prints a private ssh key.
const SSH_COMMAND: &str = "SOPS_AGE_SSH_PRIVATE_KEY_CMD";
/// The variable that tells it for which recipient an identity is needed.
const RECIPIENT: &str = "SOPS_AGE_RECIPIENT";

/// Identities, with files that must exist as long as they are used.
pub struct FoundIdentities {
    pub identities: Identities,
    pub folder: Option<PrivateFolder>,
}

impl FoundIdentities {
    /// Those for some recipients.
    pub fn new<'a>(recipients: impl Iterator<Item = &'a str>) -> Result<Self, SopsStop> {
        let mut identities = identities(&[]);
        identities.ssh_files.extend(variable("SOPS_AGE_SSH_PRIVATE_KEY_FILE"));
        let recipients: Vec<&str> = recipients.collect();
        let (keys, ssh_keys) = (printed(COMMAND, &recipients)?, printed(SSH_COMMAND, &recipients)?);
        if keys.is_empty() && ssh_keys.is_empty() {
            return Ok(Self { identities, folder: None });
        }
        let nowhere = || {
            SopsStop::new(
                code::NO_KEY,
                "no in-memory file system (tmpfs) found for the identities that a command prints",
            )
        };
        let folder = PrivateFolder::in_memory().ok_or_else(nowhere)?;
        for (number, key) in keys.iter().enumerate() {
            identities.files.push(folder.write(format!("keys-{number}.txt").as_ref(), key)?);
        }
        for (number, key) in ssh_keys.iter().enumerate() {
            identities.ssh_files.push(folder.write(format!("ssh-{number}").as_ref(), key)?);
        }
        Ok(Self { identities, folder: Some(folder) })
    }
}

/// What the command in a variable prints for each recipient, each text once. Nothing if there is no command.
fn printed(name: &str, recipients: &[&str]) -> Result<Vec<Zeroizing<Vec<u8>>>, SopsStop> {
    let Some(line) = variable(name) else { return Ok(Vec::new()) };
    let fault = |fault: &str| SopsStop::new(code::NO_KEY, format!("the command of ${name} {fault}"));
    let words = shell_words::split(&line.to_string_lossy()).map_err(|_| fault("has an unclosed quote"))?;
    let (program, arguments) = words.split_first().ok_or_else(|| fault("is empty"))?;
    let mut printed: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    for recipient in recipients {
        let output = Command::new(program).args(arguments).env(RECIPIENT, recipient).stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| fault(&format!("cannot be run: {error}")))?;
        if !output.status.success() {
            return Err(fault(&format!("failed ({})", output.status)));
        }
        let output = Zeroizing::new(output.stdout);
        if !output.is_empty() && !printed.contains(&output) {
            printed.push(output);
        }
    }
    Ok(printed)
}
