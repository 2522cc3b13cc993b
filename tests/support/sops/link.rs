//! Scripts that are run with a link to kenc whose name is `sops`, and with sops itself where there is one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::program::{Home, Outcome, finish};
use crate::support::repository;

/// A script for programs that are called `sops`. In its working folder `$AGE` is the recipient of the local key, `$OTHER`
/// that of another, and `$BESIDE` is the other program of the two.
pub struct Link;

impl Link {
    /// The folder of the real sops, where `tests/run` could build it.
    pub fn real() -> Result<PathBuf, String> {
        let program = repository().join("target/go/bin/sops");
        if program.is_file() {
            Ok(program)
        } else {
            Err("there is no `sops` here; `tests/run` builds it where there is Go".to_owned())
        }
    }

    /// Runs a script with the link.
    pub fn run(home: &Home, script: &str) -> Outcome {
        let kenc = Path::new(env!("CARGO_BIN_EXE_kenc"));
        run(home, kenc, &Self::real().unwrap_or_else(|_| kenc.to_owned()), script)
    }

    /// Runs a script with the real sops.
    pub fn run_real(home: &Home, real: &Path, script: &str) -> Outcome {
        run(home, real, Path::new(env!("CARGO_BIN_EXE_kenc")), script)
    }

    /// Checks that a script prints `expected` and ends with `code`, with the link and with the real sops.
    #[track_caller]
    pub fn both_at(home: impl Fn() -> Home, script: &str, expected: &str, code: i32) {
        let link = Self::run(&home(), script);
        assert_eq!((link.stdout_text().as_str(), link.code), (expected, code), "the link, {script}\n{}", link.stderr);
        if let Ok(real) = Self::real() {
            let real = Self::run_real(&home(), &real, script);
            assert_eq!(
                (real.stdout_text().as_str(), real.code),
                (expected, code),
                "sops itself, {script}\n{}",
                real.stderr
            );
        }
    }

    /// Checks that a script prints the same, and ends with the same code, with the link and with the real sops.
    #[track_caller]
    pub fn same_at(home: impl Fn() -> Home, real: &Path, script: &str) {
        if let Some(difference) = Self::difference(home, real, script) {
            panic!("{difference}");
        }
    }

    /// What is different where a script does not print the same, or does not end with the same code.
    pub fn difference(home: impl Fn() -> Home, real: &Path, script: &str) -> Option<String> {
        let (link, real) = (Self::run(&home(), script), Self::run_real(&home(), real, script));
        let (of_link, of_real) = (link.stdout_text(), real.stdout_text());
        let different = of_link.lines().zip(of_real.lines()).find(|(link, real)| link != real);
        (of_link != of_real || link.code != real.code).then(|| {
            format!(
                "{script}\nthe link ends with {}, sops with {}; the first difference is {different:?}\nthe link says {}\nsops says {}",
                link.code, real.code, link.stderr, real.stderr
            )
        })
    }
}

/// The recipient of a key that nobody has, the same for all scripts: to make one takes a run of kenc.
fn other_recipient() -> &'static str {
    static RECIPIENT: OnceLock<String> = OnceLock::new();
    RECIPIENT.get_or_init(|| Home::new().keygen())
}

fn run(home: &Home, program: &Path, beside: &Path, script: &str) -> Outcome {
    let recipient = home.keygen();
    let (bin, other) = (home.file("bin"), home.file("beside"));
    for (folder, program) in [(&bin, program), (&other, beside)] {
        std::fs::create_dir(folder).unwrap();
        std::os::unix::fs::symlink(program, folder.join("sops")).unwrap();
    }
    let search = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = home.environment_of(Command::new("/bin/sh"));
    command.args(["-c", script]).env("PATH", search).env("AGE", &recipient).env("SOPS_DISABLE_VERSION_CHECK", "true");
    command.env("SOPS_AGE_KEY_FILE", home.local_key());
    command.env("XDG_CONFIG_HOME", home.root().join("home/.config"));
    command.env("OTHER", other_recipient()).env("BESIDE", other.join("sops"));
    finish(command, b"")
}
