//! `kenc git install`.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::fault::GitFault;
use super::program::{self, ask, tell, top};
use crate::config::{KENC_CONFIG, SOPS_CONFIG};
use crate::error::Error;
use crate::formats::{detect, registry};
use crate::fs::atomic::{Access, Existing, Sync};
use crate::fs::lock::LockWaiter;
use crate::ops::configs::Configs;
use crate::ops::documents::written::write;
use crate::ops::failure::Failure;
use crate::ops::jobs::hold;
use crate::storage::output::Destination;

/// The git configuration. Git caches nothing of what is shown: a cache would be plaintext in the repository.
const SETTINGS: [(&str, &str); 4] = [
    ("diff.kenc.textconv", "kenc git textconv"),
    ("diff.kenc.cachetextconv", "false"),
    ("merge.kenc.name", "kenc: merge encrypted files"),
    ("merge.kenc.driver", "kenc git merge -- %O %A %B %P"),
];
const SECTIONS: [&str; 2] = ["diff.kenc", "merge.kenc"];

const ATTRIBUTES: &str = ".gitattributes";
const BEGIN: &str = "# kenc: begin (written by `kenc git install`)";
const END: &str = "# kenc: end";
const HOOK: &str = "#!/bin/sh\n# Written by `kenc git install --hook`.\nexec kenc git check\n";

/// What is set up.
pub struct Installation {
    /// Patterns of .gitattributes for encrypted files, besides those found in the configs and the files themselves.
    pub patterns: Vec<String>,
    /// Whether to change the user's configuration instead of the repository's.
    pub is_global: bool,
    /// Whether `kenc git check` becomes the pre-commit hook.
    pub with_hook: bool,
    /// Whether to remove everything again.
    pub is_to_go: bool,
}

/// Configures git, and describes each change in a sentence. `waiter` is asked as long as another program holds a file.
///
/// # Errors
/// If git fails, a file cannot be written, or there is another hook.
pub fn install(wanted: &Installation, configs: &Configs, waiter: &dyn LockWaiter) -> Result<Vec<String>, Failure> {
    let scope = if wanted.is_global { "--global" } else { "--local" };
    let top = if wanted.is_global { None } else { Some(top()?) };
    let lines = match &top {
        Some(top) if !wanted.is_to_go => lines(&wanted.patterns, top, configs)?,
        _ => Vec::new(),
    };
    let mut changed: Vec<String> = Vec::new();
    if wanted.is_to_go {
        for section in SECTIONS {
            if ask(["config", scope, "--remove-section", section])?.code == Some(0) {
                changed.push(format!("removed {section} from the git configuration"));
            }
        }
    } else {
        for (name, value) in SETTINGS {
            let old = ask(["config", scope, "--get", name])?;
            if old.code != Some(0) || old.output != format!("{value}\n").as_bytes() {
                tell(["config", scope, "--replace-all", name, value])?;
                changed.push(format!("set {name} to `{value}`"));
            }
        }
    }
    if let Some(top) = &top {
        changed.extend(set_attributes(&top.join(ATTRIBUTES), &lines, waiter)?);
        if wanted.with_hook || wanted.is_to_go {
            changed.extend(set_hook(wanted.is_to_go, waiter)?);
        }
    }
    Ok(changed)
}

/// The lines for .gitattributes.
fn lines(patterns: &[String], top: &Path, configs: &Configs) -> Result<Vec<String>, Failure> {
    let line = |pattern: &str| format!("{} diff=kenc merge=kenc", quoted(pattern));
    // A file that is encrypted as a whole is one ciphertext, so two of them cannot be merged.
    let whole_files = registry::FORMATS.iter().map(|format| format!("*.{} diff=kenc -merge", format.ending()));
    let mut lines: Vec<String> = whole_files.collect();
    for pattern in patterns {
        if pattern.is_empty() || pattern.starts_with('!') || pattern.contains(['\n', '\r']) {
            return Err(GitFault::NoAttributePattern(pattern.clone()).into());
        }
        lines.push(line(pattern));
    }
    let words = ["-C".into(), top.as_os_str().to_owned(), "ls-files".into(), "-z".into(), "--cached".into()];
    let more = ["--others".into(), "--exclude-standard".into()];
    let listed = tell(words.into_iter().chain(more))?;
    for name in listed.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let path = program::path(name);
        let Some(text) = path.to_str().filter(|text| !text.contains(['\n', '\r'])) else { continue };
        let whole = top.join(&path);
        let found = configs.of(Some(&whole))?;
        let is_config = path.file_name().is_some_and(|name| name == KENC_CONFIG || name == SOPS_CONFIG);
        let is_named = !is_config && found.config.as_ref().is_some_and(|config| config.names_file(&whole));
        if is_named || is_document(&whole)? {
            lines.push(line(&format!("/{}", escaped(text))));
        }
    }
    lines.dedup();
    Ok(lines)
}

/// Whether a file is an encrypted document.
///
/// Files that are gone or not readable count as none.
fn is_document(path: &Path) -> Result<bool, Failure> {
    match detect::is_document(path) {
        Ok(is_document) => Ok(is_document),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(false),
        Err(error) => Err(Error::io(format!("read {}", path.display()), error).into()),
    }
}

/// A path as a pattern that matches only it.
fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for letter in path.chars() {
        if matches!(letter, '*' | '?' | '[' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// A pattern in the form that git reads if it has blanks.
fn quoted(pattern: &str) -> String {
    if !pattern.contains([' ', '\t', '"']) && !pattern.starts_with('#') {
        return pattern.to_owned();
    }
    format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t"))
}

/// Puts our lines between our markers, and leaves all others alone.
fn set_attributes(path: &Path, lines: &[String], waiter: &dyn LockWaiter) -> Result<Option<String>, Failure> {
    let failed = |source| Error::io(format!("read {}", path.display()), source);
    let held = if path.try_exists().map_err(failed)? { Some(hold(path, waiter)?) } else { None };
    let old = match &held {
        Some(held) => std::io::read_to_string(held.file()).map_err(failed)?,
        None => String::new(),
    };
    let mut block = String::new();
    if !lines.is_empty() {
        writeln!(block, "{BEGIN}").expect("writing to a string does not fail");
        for line in lines {
            writeln!(block, "{line}").expect("writing to a string does not fail");
        }
        writeln!(block, "{END}").expect("writing to a string does not fail");
    }
    let new = match (old.find(BEGIN), old.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            let behind = old[end..].find('\n').map_or(old.len(), |newline| end + newline + 1);
            format!("{}{block}{}", &old[..begin], &old[behind..])
        }
        _ if block.is_empty() => old.clone(),
        _ if old.is_empty() || old.ends_with('\n') => format!("{old}{block}"),
        _ => format!("{old}\n{block}"),
    };
    if new == old {
        return Ok(None);
    }
    if new.is_empty() {
        std::fs::remove_file(path).map_err(|error| Error::io(format!("remove {}", path.display()), error))?;
        return Ok(Some(format!("removed {ATTRIBUTES}")));
    }
    let place = match &held {
        Some(_) => Destination::Input { path: path.to_owned() },
        None => Destination::File { path: path.to_owned(), existing: Existing::Refuse },
    };
    write(&place, new.as_bytes(), (Access::Umask, Sync::WhenReplacing), held, waiter)?;
    let count = lines.len();
    Ok(Some(if count == 0 {
        format!("removed the kenc lines from {ATTRIBUTES}")
    } else {
        format!("wrote {count} kenc {} to {ATTRIBUTES}", if count == 1 { "line" } else { "lines" })
    }))
}

fn set_hook(is_to_go: bool, waiter: &dyn LockWaiter) -> Result<Option<String>, Failure> {
    let answer = tell(["rev-parse", "--git-path", "hooks/pre-commit"])?;
    let path: PathBuf = program::path(answer.strip_suffix(b"\n").unwrap_or(&answer));
    let old = std::fs::read_to_string(&path).ok();
    let is_ours = old.as_deref() == Some(HOOK);
    let failed = |action: &str| {
        let action = format!("{action} {}", path.display());
        move |error| Error::io(action, error)
    };
    if is_to_go {
        if !is_ours {
            return Ok(None);
        }
        std::fs::remove_file(&path).map_err(failed("remove"))?;
        return Ok(Some("removed the pre-commit hook".to_owned()));
    }
    if is_ours && is_executable(&path) {
        return Ok(None);
    }
    if !is_ours {
        if path.exists() {
            return Err(GitFault::OtherHook(path).into());
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed("make the folder of"))?;
        }
        let place = Destination::File { path: path.clone(), existing: Existing::Refuse };
        write(&place, HOOK.as_bytes(), (Access::Umask, Sync::WhenReplacing), None, waiter)?;
    }
    // Git ignores a hook that is not executable. The next run repairs one that was interrupted here.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).map_err(failed("make executable"))?;
    }
    Ok(Some("set the pre-commit hook to `kenc git check`".to_owned()))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_pattern_for_itself_alone() {
        assert_eq!(quoted(&escaped("a/b.yaml")), "a/b.yaml");
        assert_eq!(quoted(&escaped("a*[1].yaml")), "a\\*\\[1].yaml");
        assert_eq!(quoted(&escaped("a b*.yaml")), "\"a b\\\\*.yaml\"");
    }
}
