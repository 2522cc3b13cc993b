//! Plaintext and control go over to another program.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::Command;

use kenc::error::{Error, Result};
use kenc::fs::scratch::{self, PrivateFolder};

use crate::commands::contents;
use crate::failure::{CommandFault, Exit, Failure};
use crate::report::Reporter;
use crate::signals;

/// Lets `command` take the place of this program: it gets our process, so its signals and its exit code are its own. What
/// is returned is why it could not.
pub fn replace_by(command: &mut Command, program: &OsStr) -> Failure {
    let error = command.exec();
    not_run(program, error).into()
}

fn not_run(program: &OsStr, source: std::io::Error) -> CommandFault {
    let program = program.to_owned();
    if source.kind() == ErrorKind::NotFound {
        return CommandFault::CommandNotFound(program);
    }
    let error = Error::io(format!("run the command `{}`", program.display()), source);
    CommandFault::CommandNotExecutable { program, error: Box::new(error) }
}

/// Decrypted files for another program.
#[derive(Default)]
pub struct Handover {
    /// Files in memory, which go with the last program that has them open.
    open: Vec<File>,
    /// A folder with names for them.
    names: Option<PrivateFolder>,
    /// A folder with the files themselves, where there are none in memory without a name. It must be removed by us.
    kept: Option<PrivateFolder>,
}

impl Handover {
    /// Adds a file, and returns the path by which the other program opens it. It ends in `name`, if there is one.
    pub fn add(
        &mut self,
        plaintext: &[u8],
        name: Option<&OsStr>,
        own_name: &OsStr,
        reporter: &Reporter,
    ) -> Result<OsString, Failure> {
        let Some(mut file) = scratch::memory_file() else {
            let folder = match self.kept.take() {
                Some(folder) => folder,
                None => contents::private_folder(reporter)?,
            };
            let path = folder.write(name.unwrap_or(own_name), plaintext)?;
            self.kept = Some(folder);
            return Ok(path.into());
        };
        file.write_all(plaintext).map_err(|source| Error::io("keep the plaintext in memory", source))?;
        // The other program will have our number. By it the programs that it starts find the file as well.
        let process = std::process::id().to_string();
        let is_ours = std::fs::read_link("/proc/self").is_ok_and(|link| link == Path::new(&process));
        let process = if is_ours { process } else { "self".to_owned() };
        let path = format!("/proc/{process}/fd/{}", file.as_raw_fd());
        self.open.push(file);
        let Some(name) = name else { return Ok(path.into()) };
        let folder = match self.names.take() {
            Some(folder) => folder,
            // No plaintext comes into this one, so it need not be in memory.
            None => PrivateFolder::in_memory().map_or_else(PrivateFolder::on_disk, Ok)?,
        };
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(&path, &link)
            .map_err(|source| Error::io(format!("make {}", link.display()), source))?;
        self.names = Some(folder);
        Ok(link.into())
    }

    /// Runs the program, in our place if nothing has to be removed behind it.
    pub fn run(self, command: &mut Command, program: &OsStr) -> Result<Exit, Failure> {
        let Self { open, names, kept } = self;
        for file in &open {
            scratch::pass_on(file).map_err(|source| Error::io("pass a file on", source))?;
        }
        let Some(kept) = kept else {
            // The folder is removed here only if the other program does not come to run.
            names.as_ref().map_or(Ok(()), PrivateFolder::share_with_successor)?;
            return Err(replace_by(command, program));
        };
        let mut child = signals::start(command).map_err(|source| not_run(program, source))?;
        let status = signals::wait_for(&mut child).map_err(|source| Error::io("wait for the command", source))?;
        drop(kept);
        let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
        std::process::exit(code);
    }
}
