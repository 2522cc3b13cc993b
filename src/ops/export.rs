//! Variables as text for another program: a shell, a dotenv file, Docker, GitHub Actions.
//!
//! Every form either carries a value exactly, or refuses it with its name.

mod docker;
mod dotenv;
mod github_actions;
mod parts;
mod shell;

use parts::{joined, named, refused, text_of};
use zeroize::Zeroizing;

use crate::ops::failure::Cause;
use crate::ops::variables::Variables;

pub use github_actions::{GithubStep, github_step};

/// A text of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// `export NAME='value'`, for sh, bash, zsh and fish.
    Shell,
    /// A dotenv file that docker compose, godotenv and python-dotenv read alike.
    Dotenv,
    /// A JSON object of strings.
    Json,
    /// A file for `docker run --env-file`.
    Docker,
}

/// The text of variables, sorted by name.
///
/// # Errors
/// [`Cause::CannotExport`] if the format cannot carry one of them.
pub fn exported(variables: &Variables, format: ExportFormat) -> Result<Zeroizing<Vec<u8>>, Cause> {
    match format {
        ExportFormat::Shell => lines(variables, shell::line),
        ExportFormat::Dotenv => lines(variables, dotenv::line),
        ExportFormat::Docker => lines(variables, docker::line),
        ExportFormat::Json => json(variables),
    }
}

/// One text after the other. `line` gives them their line ends.
fn lines(
    variables: &Variables,
    line: impl Fn(&str, &[u8]) -> Result<Zeroizing<Vec<u8>>, String>,
) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let mut parts = Vec::with_capacity(variables.len());
    for (name, value) in variables {
        parts.push(named(name).and_then(|name| line(name, value)).map_err(refused(name))?);
    }
    Ok(joined(&parts))
}

fn json(variables: &Variables) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let mut parts = Vec::with_capacity(variables.len() + 2);
    parts.push(b"{".to_vec().into());
    for (position, (name, value)) in variables.iter().enumerate() {
        let value = named(name).and_then(|_| text_of(value)).map_err(refused(name))?;
        // An escape has up to six bytes for one.
        let mut part = Zeroizing::new(Vec::with_capacity(name.len() + 6 * value.len() + 8));
        part.extend_from_slice(if position == 0 { b"\"" } else { b",\"" });
        part.extend_from_slice(name.as_bytes());
        part.extend_from_slice(b"\":");
        serde_json::to_writer(&mut *part, value).map_err(|error| refused(name)(error.to_string()))?;
        parts.push(part);
    }
    parts.push(b"}\n".to_vec().into());
    Ok(joined(&parts))
}
