//! Options of commands that take many files in one run.

use std::path::PathBuf;

use clap::{Args, ValueHint};

// The meaning of a shared flag for one command.

pub const RECURSIVE_VERIFY: &str = "\
Include all files in folders and their subfolders

Symbolic links, named pipes, sockets, devices, and folders of version control (.git, .hg, .svn, .jj, .bzr, CVS and others) are \
skipped and counted; a link on the command line is followed. A file that fails is reported, and the others are checked. Folders are \
entered to a depth of 256.";

pub const FILES_TO_VERIFY: &str =
    "Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input";

pub const RECURSIVE_INSPECT: &str = "\
Include all files in folders and their subfolders

Each encrypted file is told with one line, in the order of the names. Other files, symbolic links, named pipes, sockets, devices, and folders of version \
control are left out.";

pub const FILES_TO_INSPECT: &str =
    "Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input";

pub const ENCRYPT_IN_PLACE: &str = "\
Replace each file by its encrypted result

Nothing is written if one of the files is missing or holds an identity.

The result keeps the permissions, the access-control list and the extended attributes of the file. A file that another program writes \
to meanwhile is not replaced. A file with several names (hard links) needs -f, because the plaintext stays under the other names.";

pub const DECRYPT_IN_PLACE: &str = "\
Replace each file by its plaintext

Nothing is written if one of the files is missing, holds an identity or is not encrypted. (In age, -i names an identity; here that is \
--identity.)

The result keeps the permissions, the access-control list and the extended attributes of the file. A file that another program writes \
to meanwhile is not replaced.";

/// Many files in one run.
#[derive(Debug, Args)]
pub struct ManyArgs {
    /// Include all files in folders and their subfolders
    ///
    /// Results are written below the folder of -o, which is created if needed: those of a single folder under the names
    /// they have in it, those of several inputs each under its own name. Encrypting adds .kenc to the names of files,
    /// decrypting removes it. With -i each file is replaced by its result under the same name.
    ///
    /// Permissions and times of files and folders are copied, owners are not. Empty folders are created too. Each encrypted
    /// file notes the permissions of its plaintext in the attribute user.kenc.plaintext_mode. Decrypting restores them, as
    /// far as the permissions of the encrypted file allow. Where the note is missing (git, tar and many copies drop it),
    /// only the owner can read the plaintext. A group that the plaintext did not belong to gets the permissions of others.
    ///
    /// Symbolic links, named pipes, sockets, devices, and folders of version control (.git, .hg, .svn, .jj, .bzr, CVS and
    /// others) are skipped and counted; a link on the command line is followed. Hard links are encrypted as separate files.
    /// kenc reports a file that cannot be read, that changes while it is read, or whose result would have the name of
    /// another, and continues with the others. It does not encrypt the folder of -o itself. It enters folders to a depth of
    /// 256.
    ///
    /// With `encrypt --values`, all config files that a rule of the config matches are encrypted; without a config with
    /// rules, and with -k, all YAML, JSON, dotenv, INI, TOML and tfvars files.
    #[arg(short, long)]
    pub recursive: bool,

    /// Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input
    ///
    /// Each file keeps its path below the folder of -o, without a leading /; a path with .. in it is refused. Permissions,
    /// times and special files are treated as with -r. A folder is an error without -r.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "inputs")]
    pub files0_from: Option<PathBuf>,
}

impl ManyArgs {
    /// Whether any of them was given.
    pub fn is_asked(&self) -> bool {
        self.recursive || self.files0_from.is_some()
    }
}

#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Skip files that an earlier run has completed
    ///
    /// A file is skipped if its result has the modification time of the input and the length that follows from it. With -i, files
    /// that are not kenc files are skipped. Contents are not compared: `kenc verify -r` checks them. A result that is older than
    /// its input is replaced, a newer one only with -f.
    #[arg(long, requires = "ManyArgs")]
    pub resume: bool,
}

#[derive(Debug, Args)]
pub struct EncryptResumeArgs {
    /// Continue an earlier run: skip completed files, and send the rest of an upload
    ///
    /// With -r and --files0-from, a file is skipped if its result has the modification time of the input and the length that
    /// follows from it; its header must also have this cipher, this context and these keys. With -i, kenc files are skipped.
    /// Contents are not compared: `kenc verify -r` checks them. A result that is older than its input is replaced, a newer one
    /// only with -f.
    ///
    /// A single file that goes to an s3:// object is skipped in the same way. If its upload fails or is killed, S3 keeps the parts
    /// that it has, and the same command sends the others. It encrypts the file again under the same data key, so one of its keys
    /// must be usable to decrypt; compares every part with what was sent, and never sends another one in its place. If the file has
    /// changed (its device, number, length or times), if other keys or another context are asked for, or if S3 no longer has the
    /// parts, the upload begins anew with a new data key. Standard input cannot be resumed. See kenc-s3(1).
    #[arg(long, conflicts_with = "command")]
    pub resume: bool,
}
