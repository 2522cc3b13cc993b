//! kenc under the name of sops: its commands, flags, variables and exit codes, over the same operations.
//!
//! Scripts and programs written for sops work unchanged when a link named sops points to kenc. Documents keep their
//! layout, which sops would rewrite.

mod args;
mod edit;
mod exec;
mod exit;
mod groups;
mod identities;
mod keys;
mod order;
mod session;
mod transform;
mod values;
mod vouching;

use std::ffi::{OsStr, OsString};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use crate::args::{ColorWhen, GlobalArgs};
use crate::failure::Exit;
use crate::report::{self, Reporter};
use crate::sessions;
use crate::signals;
use kenc::ops::configs::Configs;
use kenc::storage::standard;

use args::SopsArgs;
use exit::{SopsStop, code};
use session::SopsRun;

/// The version of sops that is reported to programs, and with which documents are compatible.
const VERSION: &str = "3.13.2";

/// Whether the program was called by the name of sops.
pub fn is_called(program: Option<&OsStr>) -> bool {
    program.is_some_and(|program| Path::new(program).file_stem() == Some(OsStr::new("sops")))
}

/// Does what sops would do with this command line.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match args::parse(words) {
        Ok(args) => args,
        Err(error) => {
            return match report::usage::print_help(&error, Exit::Failed) {
                Exit::Done => 0.into(),
                _ => code::FAILED.into(),
            };
        }
    };
    if args.version {
        let version = format!("sops {VERSION} (kenc {})\n", env!("CARGO_PKG_VERSION"));
        let printed = standard::print(version.as_bytes());
        return if printed.is_ok() { 0.into() } else { code::FAILED.into() };
    }
    let global = GlobalArgs {
        json: false,
        quiet: false,
        verbose: args.verbose,
        color: ColorWhen::Auto,
        config: None,
        no_input: false,
    };
    let reporter = Arc::new(Reporter::new(&global));
    let configs = sessions::configs_of_sops(args.config.clone(), &reporter);
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| run(&args, &configs, &reporter)));
    match outcome {
        Ok(Ok(code)) => code.into(),
        Ok(Err(stop)) => stop.report(&reporter).into(),
        Err(_) => code::FAILED.into(),
    }
}

fn run(args: &SopsArgs, configs: &Configs, reporter: &Reporter) -> Result<u8, SopsStop> {
    let service = std::env::var_os("SOPS_KEYSERVICE").filter(|_| args.keyservice.is_empty());
    if args.keyservice.iter().any(|address| !address.is_empty()) || service.is_some_and(|address| !address.is_empty()) {
        let stop = SopsStop::new(code::FAILED, "kenc does not support key services of sops");
        return Err(stop.with_hint("omit `--keyservice` and unset SOPS_KEYSERVICE: kenc contacts the keys itself"));
    }
    if args.is_local_keyservice_off {
        let sentence =
            "--enable-local-keyservice=false leaves no key service, and kenc does not support key services of sops";
        return Err(SopsStop::new(code::NO_KEY, sentence).with_hint("omit `--enable-local-keyservice=false`"));
    }
    let (command, words) = match args.words.split_first() {
        Some((first, rest)) => match first.to_str().filter(|_| !is_legacy(args)) {
            Some(command) if COMMANDS.contains(&command) => (Some(command), rest),
            _ => (None, args.words.as_slice()),
        },
        None => (None, args.words.as_slice()),
    };
    let order = order::of(args.decryption_order.as_deref())?;
    let kenc_session = session::session(args, configs, reporter);
    let session = SopsRun { args, configs, reporter, order: &order, session: &kenc_session };
    if matches!(command, Some("edit" | "exec-file")) || (command.is_none() && !is_legacy(args)) {
        // There is plaintext to remove, and another program to pass signals on to.
        signals::handle_all(&kenc_session)?;
    } else {
        signals::handle(&kenc_session)?;
    }
    match command {
        Some("encrypt") => transform::encrypt(session, words.first().map(PathBuf::from).as_deref()),
        Some("decrypt") => transform::decrypt(session, words.first().map(PathBuf::from).as_deref()),
        Some("rotate") => transform::rotate(session, &file(words)?),
        Some("set") => values::set(session, words),
        Some("unset") => values::unset(session, words),
        Some("filestatus") => transform::file_status(session, &file(words)?),
        Some("updatekeys") => groups::update_keys(session, words),
        Some("groups") => groups::run(session, words),
        Some("exec-env") => exec::with_variables(session, words),
        Some("exec-file") => exec::with_file(session, words),
        Some("edit") => edit::run(session, &file(words)?),
        Some("help") => {
            standard::print(args::help().to_string().as_bytes())?;
            Ok(0)
        }
        Some(command) => Err(SopsStop::new(code::FAILED, format!("kenc does not implement `sops {command}`"))),
        None => legacy(session, words),
    }
}

/// The commands, if the first word is one.
const COMMANDS: [&str; 15] = [
    "encrypt",
    "decrypt",
    "edit",
    "set",
    "unset",
    "rotate",
    "updatekeys",
    "groups",
    "exec-env",
    "exec-file",
    "filestatus",
    "publish",
    "keyservice",
    "completion",
    "help",
];

fn is_legacy(args: &SopsArgs) -> bool {
    args.encrypt || args.decrypt || args.rotate || args.set.is_some()
}

/// Without a command, flags choose the action; of several the last in this order counts, as in sops.
fn legacy(session: SopsRun<'_>, words: &[OsString]) -> Result<u8, SopsStop> {
    let args = session.args;
    let file = file(words)?;
    if let Some(set) = args.set.as_ref().filter(|set| !set.is_empty()) {
        values::set_by_flag(session, &file, set)
    } else if args.rotate {
        transform::rotate(session, &file)
    } else if args.decrypt {
        transform::decrypt(session, Some(&file))
    } else if args.encrypt {
        transform::encrypt(session, Some(&file))
    } else {
        edit::run(session, &file)
    }
}

/// The only file of the command line.
fn file(words: &[OsString]) -> Result<PathBuf, SopsStop> {
    words.first().map(PathBuf::from).ok_or_else(|| SopsStop::new(code::NO_FILE, "no file given"))
}
