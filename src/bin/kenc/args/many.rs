//! Many files in one run: what can be typed.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Many files in one run.
#[derive(Debug, Args)]
pub struct ManyArgs {
    /// Take all files in folders, and in the folders within them
    ///
    /// Results go below the folder of -o, which is made if it is not there: those of a single folder under the names that
    /// they have in it, those of several inputs each under its own name; encrypting adds .kenc to the names of files, and
    /// decrypting takes it away. Or -i replaces each file by its result under the same name.
    ///
    /// Permissions and times of files and folders are copied, owners are not. Folders are made even if they are empty.
    /// Each encrypted file notes the permissions of its plaintext in the attribute user.kenc.plaintext_mode. Decrypting gives
    /// them back, within what the encrypted file permits now. Where the note is missing (git, tar and many copies drop it) the
    /// plaintext is for its owner only. A group that the plaintext did not belong to gets no more than everybody.
    /// Symbolic links, named pipes, sockets, devices, and folders of version control (.git, .hg, .svn, .jj, .bzr, CVS and
    /// others) are left out, and counted; a link that is named on the command
    /// line is followed. Each name of a file with several is a file of its own. A file that cannot be read, or that is
    /// written to meanwhile, is reported, and the others are done. The folder of -o is left out of what is encrypted.
    /// What would get the same name as another is reported and not written. Folders within more than 256 others are
    /// not entered.
    ///
    /// With `encrypt --values` every config file is taken that a rule of the config is for; where there is no config with
    /// rules, with -k, every YAML, JSON, dotenv, INI and TOML file.
    #[arg(short, long)]
    pub recursive: bool,

    /// Take the files named in FILE, each name ended by a NUL byte (`find -print0` writes them); `-` is the standard input
    ///
    /// Below the folder of -o each keeps its path, without a / at its beginning; a path with .. in it is refused.
    /// Permissions, times, and what is not a regular file are treated as with -r. A folder is an error without -r.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "inputs")]
    pub files0_from: Option<PathBuf>,
}

impl ManyArgs {
    /// Whether they were asked for.
    pub fn is_asked(&self) -> bool {
        self.recursive || self.files0_from.is_some()
    }
}

#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Skip what an earlier run has done already, and do the rest
    ///
    /// Encrypted before is a result that has the time of its input, the length that follows from it, and a whole header
    /// with this cipher, this context and these keys. Decrypted before is a result that has the time of its input and the
    /// length that follows from it. With -i, it is what begins like a kenc file, or does not. No content is compared:
    /// `kenc verify -r` does that. A result that is older than its input is replaced, a newer one only with -f.
    #[arg(long, requires = "ManyArgs")]
    pub resume: bool,
}
