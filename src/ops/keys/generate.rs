//! Creating a local key.

use std::io::Write;
use std::path::Path;

use age::secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::fs::atomic::{Access, AtomicFile, Existing, Sync};
use crate::keys::age::{IdentityKind, NewIdentity};
use crate::ops::failure::Failure;
use crate::ops::jobs::check_folder_of;

/// The folder of a new key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFolder {
    /// It must exist.
    Existing,
    /// It is created if missing, private to its owner.
    Private,
}

/// Creates a key in a new file that only its owner can read.
///
/// # Errors
/// If the file exists, or cannot be written.
pub fn generate(path: &Path, folder: KeyFolder, kind: IdentityKind) -> Result<NewIdentity, Failure> {
    match folder {
        KeyFolder::Existing => check_folder_of(path)?,
        KeyFolder::Private => make_private_folder(path.parent().unwrap_or(Path::new(".")))?,
    }
    let identity = NewIdentity::of_kind(kind);
    let file = AtomicFile::create(path, Existing::Refuse, Access::Owner, Sync::Always)?;
    file.file().write_all(text_of(&identity).as_bytes()).map_err(Error::Write)?;
    file.commit()?;
    Ok(identity)
}

/// The text of a key file, in the form of `age-keygen`, which age, rage and sops read as well.
#[must_use]
pub fn text_of(identity: &NewIdentity) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "# made by kenc keygen; whoever has this file can decrypt\n# public key: {}\n{}\n",
        identity.recipient,
        identity.secret.expose_secret()
    ))
}

fn make_private_folder(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder).map_err(|source| Error::io(format!("make the folder {}", folder.display()), source))?)
}
