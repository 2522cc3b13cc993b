//! sops itself, as `tests/run` builds it: what kenc writes it must read, and the other way round.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use crate::support::program::{Home, Outcome, finish};
use crate::support::repository;

/// sops in the home of a test: with the environment of the home, the emulator of AWS included, and its local key.
pub struct Sops<'a> {
    program: PathBuf,
    home: &'a Home,
}

impl<'a> Sops<'a> {
    /// Finds sops, or says that it is not there.
    pub fn in_home(home: &'a Home) -> Result<Self, String> {
        let program = repository().join("target/go/bin/sops");
        if program.is_file() {
            Ok(Self { program, home })
        } else {
            Err("there is no `sops` here; `tests/run` builds it where there is Go".to_owned())
        }
    }

    /// The command without arguments, ready to be run by hand.
    pub fn command(&self) -> Command {
        let home = self.home.root().join("home");
        let mut command = self.home.environment_of(Command::new(&self.program));
        // It would check for a newer version on the network.
        command.env("SOPS_DISABLE_VERSION_CHECK", "true").env("GNUPGHOME", home.join(".gnupg"));
        if !self.home.has("SOPS_AGE_KEY_FILE") {
            command.env("SOPS_AGE_KEY_FILE", home.join(".config/kenc/keys.txt"));
        }
        command
    }

    /// Runs sops without input.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.run_with(arguments, &[])
    }

    /// Runs sops with `input` on its standard input.
    pub fn run_with<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>, input: &[u8]) -> Outcome {
        let mut command = self.command();
        command.args(arguments);
        finish(command, input)
    }
}
