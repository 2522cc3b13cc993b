//! `kenc encrypt … -- COMMAND`: encrypts what a program prints.

use kenc::fs::atomic::Access;
use kenc::ops::configs::Configs;
use kenc::ops::exec::Producer;
use kenc::ops::jobs::{ResultChoice, plan};
use kenc::ops::least_input::LeastInput;
use kenc::ops::result_name::ResultName;
use kenc::ops::seal::seal_job;

use super::new_file::{context, form};
use super::opening::threads;
use super::piped::{Pipe, start, unless_interrupted};
use crate::args::EncryptArgs;
use crate::failure::{Exit, Failure};
use crate::output::refuse_terminal;
use crate::report::Reporter;
use crate::{sessions, signals};

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let results = ResultChoice::from(&args.output);
    let jobs = plan(&[], &results, ResultName::encrypted(form(args).0))?;
    let destination = &jobs[0].destination;
    refuse_terminal(destination, None, form(args).1.encoding)?;
    let context = context(args)?;
    let choice = configs.choose(&args.keys, &context, None)?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    signals::handle(&session)?;
    let output = session.open_output(destination, Access::Umask, results.sync, None)?;
    // What a key refuses is known before the program has done anything.
    let seal = session.prepare(&choice, form(args))?;
    let (producer, input) = Producer::new(start(&args.command, Pipe::Output)?);
    let name = format!("the output of `{}`", args.command[0].display());
    let (least, input) = LeastInput::new(input, args.min_size)?;
    let sealed = seal_job(&session, &*seal, (&name, threads(&args.work)), input, output);
    let sealed = producer.finish(sealed.map_err(Failure::about(name.clone())));
    let sealed = sealed.map_err(|failure| unless_interrupted(&session, failure));
    let bytes = least.finish(sealed, &name, session.observer())?;
    reporter.note(&format!("{name}: {bytes} bytes written"));
    Ok(Exit::Done)
}
