//! The program that gets the values, and what it inherits of our environment.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ops::variables::is_of_identity;

/// What a command without our environment gets all the same, to find programs, its user and its language.
#[cfg(unix)]
const MINIMUM: [&str; 9] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "TMPDIR", "LANG"];
/// Programs do not start without some of these.
#[cfg(not(unix))]
const MINIMUM: [&str; 13] = [
    "PATH",
    "PATHEXT",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "USERPROFILE",
    "USERNAME",
    "HOMEDRIVE",
    "HOMEPATH",
    "TEMP",
    "TMP",
    "LANG",
];

/// Which of our variables a program gets. Never those that are or name identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// All of them.
    Ours,
    /// Only those it needs to find programs, its user and its language.
    Pristine,
}

/// A command whose first word is the program. `None` if there is no such program.
#[must_use]
pub fn command(words: &[OsString], environment: Environment) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(on_search_path(program)?);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, program);
    command.args(arguments);
    if environment == Environment::Pristine {
        command.env_clear().envs(std::env::vars_os().filter(|(name, _)| is_minimum(name)));
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_identity(name)) {
        command.env_remove(name);
    }
    Some(command)
}

/// A word of a command line, or the value of a variable. `None` for bytes that this system cannot pass on: on Windows, both
/// are Unicode.
#[must_use]
pub fn word(bytes: &[u8]) -> Option<OsString> {
    #[cfg(unix)]
    return Some(std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec()));
    #[cfg(not(unix))]
    return std::str::from_utf8(bytes).ok().map(OsString::from);
}

fn is_minimum(name: &OsStr) -> bool {
    #[cfg(unix)]
    return MINIMUM.iter().any(|kept| name == *kept) || name.as_encoded_bytes().starts_with(b"LC_");
    #[cfg(not(unix))]
    return MINIMUM.iter().any(|kept| name.eq_ignore_ascii_case(kept));
}

/// A program found on our own search path, so that no variable of a document decides which one is run. One that is named
/// with its folder is not looked up.
#[cfg(unix)]
#[must_use]
pub fn on_search_path(program: &OsStr) -> Option<PathBuf> {
    if program.as_encoded_bytes().contains(&b'/') {
        return Some(program.into());
    }
    let folders = std::env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    let candidates = || std::env::split_paths(&folders).map(|folder| Path::new("./").join(folder).join(program));
    // A file that cannot be run is reported as such, as a shell does.
    candidates().find(|path| is_runnable(path)).or_else(|| candidates().find(|path| path.is_file()))
}

#[cfg(unix)]
fn is_runnable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// The same on Windows, where the end of a name may be left out. The working folder is not searched: it may be anybody's.
#[cfg(not(unix))]
#[must_use]
pub fn on_search_path(program: &OsStr) -> Option<PathBuf> {
    const USUAL: &str = ".COM;.EXE;.BAT;.CMD";
    let endings =
        std::env::var("PATHEXT").ok().filter(|endings| !endings.is_empty()).unwrap_or_else(|| USUAL.to_owned());
    let with_ending = |path: &Path| {
        let has_ending = path.extension().is_some();
        let ended = endings.split(';').filter(|ending| !ending.is_empty()).map(|ending| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        });
        has_ending.then(|| path.to_owned()).into_iter().chain(ended).find(|path| path.is_file())
    };
    if Path::new(program).components().count() > 1 {
        return Some(with_ending(Path::new(program)).unwrap_or_else(|| program.into()));
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .find_map(|folder| with_ending(&folder.join(program)))
}
