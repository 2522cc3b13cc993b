//! Decrypted files for another program.

use std::ffi::{OsStr, OsString};
#[cfg(unix)]
use std::fs::File;
#[cfg(unix)]
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::document::MacRequirement;
#[cfg(unix)]
use crate::error::Error;
#[cfg(unix)]
use crate::fs::scratch;
use crate::fs::scratch::PrivateFolder;
use crate::ops::contents;
use crate::ops::failure::Failure;
use crate::ops::result_name::plain_name;
use crate::ops::session::Session;

/// Decrypted files, for the lifetime of this value.
#[derive(Default)]
pub struct LentFiles {
    /// The path of each, for the other program.
    pub paths: Vec<OsString>,
    /// Files in memory, which disappear with the last program that has them open.
    #[cfg(unix)]
    open: Vec<File>,
    /// A folder with names for them.
    #[cfg(unix)]
    names: Option<PrivateFolder>,
    /// A folder with the files themselves, if unnamed files in memory are not available. We must remove it.
    kept: Option<PrivateFolder>,
}

/// Decrypts files for another program. The path of each ends in its name among `names`, if there is one.
///
/// # Errors
/// If one cannot be opened, or there is no place in memory and `may_be_on_disk` says no.
pub fn lend(
    session: &Session,
    files: &[PathBuf],
    names: &[OsString],
    may_be_on_disk: impl Fn(&Path) -> bool,
) -> Result<LentFiles, Failure> {
    let mut lent = LentFiles::default();
    for (number, file) in files.iter().enumerate() {
        let (plaintext, _) = contents::open(session, &contents::read(file)?, file, MacRequirement::Right)?;
        let name = names.get(number).map(OsString::as_os_str);
        let path = lent.add(&plaintext, name, &plain_name(file), &may_be_on_disk)?;
        lent.paths.push(path);
    }
    Ok(lent)
}

impl LentFiles {
    fn add(
        &mut self,
        plaintext: &[u8],
        name: Option<&OsStr>,
        own_name: &OsStr,
        may_be_on_disk: impl FnOnce(&Path) -> bool,
    ) -> Result<OsString, Failure> {
        #[cfg(unix)]
        if let Some(file) = scratch::memory_file() {
            return self.add_unnamed(file, plaintext, name);
        }
        let folder = match self.kept.take() {
            Some(folder) => folder,
            None => contents::private_folder(may_be_on_disk)?,
        };
        let path = folder.write(name.unwrap_or(own_name), plaintext)?;
        self.kept = Some(folder);
        Ok(path.into())
    }

    #[cfg(unix)]
    fn add_unnamed(&mut self, mut file: File, plaintext: &[u8], name: Option<&OsStr>) -> Result<OsString, Failure> {
        use std::os::fd::AsRawFd;
        file.write_all(plaintext).map_err(|source| Error::io("keep the plaintext in memory", source))?;
        // The other program keeps our process id, through which its own children find the files as well.
        let process = std::process::id().to_string();
        let is_ours = std::fs::read_link("/proc/self").is_ok_and(|link| link == Path::new(&process));
        let process = if is_ours { process } else { "self".to_owned() };
        let path = format!("/proc/{process}/fd/{}", file.as_raw_fd());
        self.open.push(file);
        let Some(name) = name else { return Ok(path.into()) };
        let folder = match self.names.take() {
            Some(folder) => folder,
            // It holds no plaintext, so it need not be in memory.
            None => PrivateFolder::in_memory().map_or_else(PrivateFolder::on_disk, Ok)?,
        };
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(&path, &link)
            .map_err(|source| Error::io(format!("make {}", link.display()), source))?;
        self.names = Some(folder);
        Ok(link.into())
    }

    /// Lets the next program of this process inherit what it needs.
    ///
    /// # Errors
    /// Those of the system.
    #[cfg(unix)]
    pub fn pass_on(&self) -> Result<(), Failure> {
        for file in &self.open {
            scratch::pass_on(file).map_err(|source| Error::io("pass a file on", source))?;
        }
        // The folder is removed here only if the other program cannot be started.
        match &self.names {
            Some(names) if self.kept.is_none() => Ok(names.share_with_successor()?),
            _ => Ok(()),
        }
    }

    /// Whether something has to be removed after the other program has ended, which dropping this does.
    #[must_use]
    pub fn must_be_removed(&self) -> bool {
        self.kept.is_some()
    }
}
