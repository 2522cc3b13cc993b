//! Running commands with the values of a document: `exec-env` and `exec-file`.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path};
use std::process::{Command, ExitStatus};

use kenc::document::{Node, TreeEntry, Value};
use kenc::error::Error;
use kenc::ops::contents::private_folder;
use kenc::ops::exec::word;
use kenc::ops::variables::acts_on_every_program;
use zeroize::Zeroizing;

use super::exit::{SopsStop, code};
use super::session::SopsRun;
use crate::question::allows_disk;
use crate::signals;

/// Runs a shell command with the top-level values of a document as variables.
pub fn with_variables(session: SopsRun<'_>, words: &[OsString]) -> Result<u8, SopsStop> {
    let args = session.args;
    let [file, line] = words else {
        return Err(SopsStop::new(code::FAILED, "`exec-env` takes a file and a shell command in one argument"));
    };
    refuse_user(session)?;
    if args.background && args.same_process {
        return Err(SopsStop::new(code::CONFLICT, "--same-process and --background cannot be combined"));
    }
    let opened = session.open(Some(Path::new(file)))?;
    let mut command = shell(line, args.pristine);
    let roots = &opened.plaintext().tree().roots;
    let entries = match roots.first() {
        Some(Node::Mapping(entries)) => entries.as_slice(),
        _ => &[],
    };
    for entry in entries {
        let TreeEntry::Child(member) = entry else { continue };
        let fault = |fault: &str| {
            SopsStop::new(code::FAILED, format!("`{}` cannot become an environment variable: {fault}", member.key))
        };
        let Node::Leaf(leaf) = &member.value else { return Err(fault("it is a mapping, a list or an alias")) };
        let value = leaf.value.bare();
        if member.key.is_empty() || member.key.contains(['=', '\0']) {
            return Err(fault("its name is not a valid variable name"));
        }
        if value.contains(&0) {
            return Err(fault("it contains a NUL byte"));
        }
        let value = if matches!(leaf.value, Value::Null) { Zeroizing::default() } else { value };
        if acts_on_every_program(&member.key, &value) {
            return Err(fault(
                "the variable can make the shell run other code; `kenc exec --only` can pass such a value",
            ));
        }
        command.env(&member.key, word(&value).ok_or_else(|| fault("it is not Unicode"))?);
    }
    if args.background {
        command.spawn().map_err(failed)?;
        return Ok(0);
    }
    // Replacing this process, with or without --same-process: signals and the exit code are the command's own.
    #[cfg(unix)]
    return Err(failed(std::os::unix::process::CommandExt::exec(&mut command)));
    #[cfg(not(unix))]
    run(command)
}

/// Runs a shell command in which `{}` is the path of the decrypted file.
pub fn with_file(session: SopsRun<'_>, words: &[OsString]) -> Result<u8, SopsStop> {
    let args = session.args;
    let [file, line] = words else {
        return Err(SopsStop::new(code::FAILED, "`exec-file` takes a file and a shell command in one argument"));
    };
    refuse_user(session)?;
    if args.background {
        return Err(SopsStop::new(code::FAILED, "`exec-file --background` would leave the decrypted file behind"));
    }
    let path = Path::new(file);
    let name = args.filename.clone().unwrap_or_else(|| "tmp-file".into());
    if !matches!(name.components().collect::<Vec<_>>()[..], [Component::Normal(_)]) {
        return Err(SopsStop::new(code::FAILED, "--filename must be a name without folders"));
    }
    let to = session.output_format(Some(path));
    let opened = session.open(Some(path))?;
    let to = if args.output_type.is_some() { to } else { opened.document().format() };
    let plaintext = session.layout(to, Some(path))?.bytes_of(opened.plaintext())?;

    let folder = private_folder(|place| allows_disk(session.reporter, place))?;
    let target = folder.path().join(&name);
    if args.no_fifo || !serve_by_pipe(&target, &plaintext)? {
        folder.write(name.as_os_str(), &plaintext)?;
    }
    let line = replaced(line, target.as_os_str());
    let outcome = run(shell(&line, false));
    drop(folder);
    outcome
}

/// Makes a named pipe that provides a text once. Returns false if the system has none.
#[cfg(target_os = "linux")]
fn serve_by_pipe(path: &Path, text: &[u8]) -> Result<bool, SopsStop> {
    use std::io::Write;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    let made = mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0);
    made.map_err(|error| Error::io("make a named pipe", error.into()))?;
    let (path, text) = (path.to_owned(), Zeroizing::new(text.to_vec()));
    // It waits until the command opens the pipe. If that never happens, it ends with the program.
    kenc::threads::spawn(move || {
        let _ = std::fs::OpenOptions::new().write(true).open(path).and_then(|mut pipe| pipe.write_all(&text));
    })?;
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
fn serve_by_pipe(_path: &Path, _text: &[u8]) -> Result<bool, SopsStop> {
    Ok(false)
}

fn replaced(line: &OsStr, path: &OsStr) -> OsString {
    let (bytes, mut made) = (line.as_encoded_bytes(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"{}") {
            made.extend_from_slice(path.as_encoded_bytes());
            at += 2;
        } else {
            made.push(bytes[at]);
            at += 1;
        }
    }
    word(&made).unwrap_or_else(|| line.to_owned())
}

#[cfg(unix)]
const SHELL: &str = "/bin/sh";
#[cfg(not(unix))]
const SHELL: &str = "cmd.exe";

fn shell(line: &OsStr, is_pristine: bool) -> Command {
    let mut command = Command::new(SHELL);
    #[cfg(unix)]
    command.arg("-c").arg(line);
    // It takes its line as it is typed.
    #[cfg(not(unix))]
    std::os::windows::process::CommandExt::raw_arg(command.arg("/C"), line);
    if is_pristine {
        command.env_clear();
    }
    command
}

/// Runs a command to its end, and passes signals on to it.
fn run(mut command: Command) -> Result<u8, SopsStop> {
    let mut child = signals::start(&mut command).map_err(failed)?;
    signals::wait_for(&mut child).map(exit_code).map_err(failed)
}

fn failed(error: std::io::Error) -> SopsStop {
    Error::io(format!("run {SHELL}"), error).into()
}

/// As in a shell: 128 plus the number of the signal that ended it.
fn exit_code(status: ExitStatus) -> u8 {
    u8::try_from(crate::child_process::exit_code(status)).unwrap_or(code::FAILED)
}

fn refuse_user(session: SopsRun<'_>) -> Result<(), SopsStop> {
    match session.args.user.as_deref().filter(|user| !user.is_empty()) {
        Some(user) => {
            Err(SopsStop::new(code::FAILED, format!("kenc does not switch users; use `sudo -u {user}` in the command")))
        }
        None => Ok(()),
    }
}
