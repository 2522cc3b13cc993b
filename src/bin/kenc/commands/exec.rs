//! `kenc exec`.

mod handover;
pub mod protected;
mod variables;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use kenc::document::{Document, Format, MacRequirement};
use kenc::error::Error;

use crate::args::ExecArgs;
use crate::commands::contents::{self, Contents, Opener, Text, plain_name};
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::ops::configs::Configs;

use handover::Handover;
use variables::{Naming, Variables};

/// What a command without our environment gets all the same: it would not find programs, its user or its language.
const MINIMUM: [&str; 9] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "TMPDIR", "LANG"];

pub fn run(args: &ExecArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let places = if args.file { Some(Placeholders::check(args)?) } else { None };
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.files)?;
    signals::handle_all()?;
    let mac = MacRequirement::Right;
    let opener = Opener { reporter, configs, session: &session, mac };
    match places {
        Some(places) => with_files(args, &places, opener),
        None => with_variables(args, opener),
    }
}

fn with_variables(args: &ExecArgs, opener: Opener<'_>) -> Result<Exit, Failure> {
    let naming = Naming { prefix: &args.prefix, is_upper: args.upper };
    let mut variables = Variables::new(&args.only);
    for path in &args.files {
        let document = document(path, opener)?;
        let about = |cause: Cause| Failure { subject: Some(path.display().to_string()), ..cause.into() };
        let tree = document.followed().map_err(|error| about(Error::from(error).into()))?;
        variables.add(&tree, &naming).map_err(about)?;
    }
    let (program, arguments) = args.command.split_first().expect("clap demands a command");
    let mut command = command_in_environment(program, args.pristine)?;
    command.args(arguments);
    for (name, value) in variables.finish()? {
        command.env(name, OsStr::from_bytes(&value));
    }
    Err(handover::replace_by(&mut command, program))
}

fn with_files(args: &ExecArgs, places: &Placeholders, opener: Opener<'_>) -> Result<Exit, Failure> {
    let mut handover = Handover::default();
    let mut paths = Vec::new();
    for (number, file) in args.files.iter().enumerate() {
        let plaintext = plaintext(file, opener)?;
        let name = args.file_name.get(number).map(OsString::as_os_str);
        paths.push(handover.add(&plaintext, name, &plain_name(file), opener.reporter)?);
    }
    let words: Vec<OsString> = args.command.iter().map(|word| places.fill(word, &paths)).collect();
    let (program, arguments) = words.split_first().expect("clap demands a command");
    let mut command = command_in_environment(program, args.pristine)?;
    command.args(arguments);
    handover.run(&mut command, program)
}

/// What a file says, as a tree of values.
fn document(path: &Path, opener: Opener<'_>) -> Result<Document, Failure> {
    let about = || Failure::about(path.display().to_string());
    let (text, contents) = opener.open(&contents::read(path)?, path)?;
    let document = match contents {
        Contents::Document(document) => document.into_plaintext(),
        Contents::Whole(_) => {
            let format = Format::of_name(Path::new(&plain_name(path)));
            Document::from_plaintext(format, text).map_err(Error::from).map_err(about())?
        }
    };
    if document.format() == Format::Binary { Err(Cause::NoValues(path.to_owned()).into()) } else { Ok(document) }
}

fn plaintext(path: &Path, opener: Opener<'_>) -> Result<Text, Failure> {
    Ok(opener.open(&contents::read(path)?, path)?.0)
}

fn command_in_environment(program: &OsStr, pristine: bool) -> Result<Command, Failure> {
    let path = protected::found(program).ok_or_else(|| CommandFault::CommandNotFound(program.to_owned()))?;
    let mut command = Command::new(path);
    command.arg0(program);
    if pristine {
        let is_minimum = |name: &OsStr| MINIMUM.iter().any(|kept| name == *kept) || name.as_bytes().starts_with(b"LC_");
        command.env_clear().envs(std::env::vars_os().filter(|(name, _)| is_minimum(name)));
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| protected::is_of_identity(name)) {
        command.env_remove(name);
    }
    Ok(command)
}

/// The marks in the arguments that become paths.
struct Placeholders {
    marks: Vec<String>,
}

impl Placeholders {
    /// Every file must be meant by a mark: else the command would not get it.
    fn check(args: &ExecArgs) -> Result<Self, Failure> {
        let count = args.files.len();
        if !args.file_name.is_empty() && args.file_name.len() != count {
            return Err(CommandFault::FileNames { files: count, names: args.file_name.len() }.into());
        }
        if let Some(name) = args.file_name.iter().find(|name| Path::new(name).file_name() != Some(name.as_os_str())) {
            return Err(CommandFault::NotAFileName(name.clone()).into());
        }
        let marks: Vec<String> = if count == 1 {
            vec!["{}".to_owned()]
        } else {
            (1..=count).map(|number| format!("{{{number}}}")).collect()
        };
        let has = |mark: &str| args.command.iter().any(|word| find(word.as_bytes(), mark.as_bytes()).is_some());
        match marks.iter().find(|mark| !has(mark)) {
            Some(mark) => Err(CommandFault::NoPlaceForFile(mark.clone()).into()),
            None => Ok(Self { marks }),
        }
    }

    fn fill(&self, word: &OsStr, paths: &[OsString]) -> OsString {
        let mut filled = Vec::new();
        let mut rest = word.as_bytes();
        let next = |rest: &[u8]| {
            let found = self
                .marks
                .iter()
                .zip(paths)
                .filter_map(|(mark, path)| find(rest, mark.as_bytes()).map(|start| (start, mark.len(), path)));
            found.min_by_key(|(start, ..)| *start)
        };
        while let Some((start, len, path)) = next(rest) {
            filled.extend_from_slice(&rest[..start]);
            filled.extend_from_slice(path.as_bytes());
            rest = &rest[start + len..];
        }
        filled.extend_from_slice(rest);
        OsStr::from_bytes(&filled).to_owned()
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
