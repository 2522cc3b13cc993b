//! `kenc encrypt`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use kenc::config::WholeFileRecipe as Choice;
use kenc::context::EncryptionContext;
use kenc::error::{Error, Result};
use kenc::ops::configs::Configs;
use kenc::ops::jobs::{Job, ResultChoice, plan};
use kenc::ops::least_input::LeastInput;
use kenc::ops::seal::{age_name, encrypted_name, message_name, open_job, seal_job};
use kenc::ops::tree::request::TreeRequest;
use kenc::ops::tree::seal::{Recipes, SealEach};
use kenc::ops::tree::turns::Turns;

use crate::args::EncryptArgs;
use crate::args::message::FormatName;
use crate::commands::documents;
use crate::commands::new_file::form;
use crate::commands::opening::threads;
#[cfg(unix)]
use crate::commands::produced;
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::habits::{self, Replacement};
use crate::many;
use crate::output;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    habits::check_keys(&args.keys)?;
    habits::check_inputs(&args.inputs, args.many.recursive)?;
    if args.output.in_place && !args.output.force {
        habits::check_in_place(&args.inputs, Replacement::Encrypted)?;
    }
    if let Some(hint) = habits::several_pairs(&args.context) {
        reporter.hint(&hint);
    }
    #[cfg(unix)]
    if !args.command.is_empty() {
        return produced::run(args, configs, reporter);
    }
    if documents::encrypt::applies(args, configs)? {
        return documents::encrypt::run(args, configs, reporter);
    }
    if args.many.is_asked() {
        return many(args, configs, reporter);
    }
    let results = ResultChoice::from(&args.output);
    let jobs = plan(&args.inputs, &results, name_of_result(args))?;
    let open = |job: &Job| open_job(job, results.existing, results.sync);
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let Choices { distinct, of_jobs } = choose(&jobs, args, configs, &context)?;
    for job in &jobs {
        // Armor is text, made for terminals too.
        if !args.armor && output::is_unasked_terminal(&job.destination) {
            return Err(CommandFault::CiphertextToTerminal { input: job.input.clone() }.into());
        }
    }
    signals::handle()?;
    // Problems of a single file are found before a key is asked. Many are opened one by one, because a process may not
    // have many files open.
    let mut opened = if let [job] = &jobs[..] { Some(open(job)?) } else { None };

    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    let seals = distinct.iter().map(|choice| session.prepare(choice, form(args))).collect::<Result<Vec<_>>>()?;
    let threads = threads(&args.work);

    let outcomes = jobs.iter().zip(of_jobs).map(|(job, choice)| {
        let OfJob { recipe, is_by_rule } = choice?;
        let (input, output) = opened.take().map_or_else(|| open(job), Ok)?;
        let name = job.name();
        let (least, input) = LeastInput::new(input, args.min_size)?;
        let sealed = seal_job(&session, &*seals[recipe], (&name, threads), input, output);
        let sealed = sealed.map_err(Failure::about(job.name()));
        let bytes = least.finish(sealed, &name, session.observer())?;
        reporter.note(&format!("{}: {bytes} bytes written", job.name()));
        if !is_by_rule && reporter.shows_progress() && is_named_like_a_document(job) {
            reporter.hint(&format!(
                "`kenc encrypt --values {}` encrypts only its values and leaves its keys readable",
                job.name()
            ));
        }
        Ok(Exit::Done)
    });
    reporter.all(jobs.len(), outcomes)
}

/// The name of an encrypted file.
fn name_of_result(args: &EncryptArgs) -> fn(&OsStr) -> OsString {
    match args.message.format {
        Some(FormatName::AwsEsdk) => message_name,
        Some(FormatName::Age) => age_name,
        Some(FormatName::Kenc) | None => encrypted_name,
    }
}

/// Many files in one run.
fn many(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let results = ResultChoice::from(&args.output);
    let request = TreeRequest {
        files0_from: args.many.files0_from.as_deref(),
        inputs: &args.inputs,
        recursive: args.many.recursive,
        results: Some(&results),
        resume: args.resume.resume,
    };
    many::check(&args.many, &request)?;
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    signals::handle()?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    let recipes = Recipes::new(&session, configs, &args.keys, context, form(args));
    // Keys that no rule chooses are the same for every file, and are asked before the first one.
    if configs.of(args.inputs.first().map(PathBuf::as_path))?.config.is_none() {
        recipes.next(None)?;
    }
    let plan = request.plan(name_of_result(args))?;
    let threads = threads(&args.work);
    let sealing = SealEach { plan: &plan, recipes, turns: Turns::new(threads) };
    many::run(&session, (&request, &plan), (threads, "encrypted"), reporter, &sealing)
}

/// The keys and contexts of a run.
struct Choices {
    distinct: Vec<Choice>,
    /// For each job the number of its choice, or why there is none, which does not stop the others.
    of_jobs: Vec<Result<OfJob, Failure>>,
}

struct OfJob {
    recipe: usize,
    is_by_rule: bool,
}

fn choose(
    jobs: &[Job],
    args: &EncryptArgs,
    configs: &Configs,
    context: &EncryptionContext,
) -> Result<Choices, Failure> {
    let mut choices = Choices { distinct: Vec::new(), of_jobs: Vec::with_capacity(jobs.len()) };
    for job in jobs {
        let choice = match configs.choose(&args.keys, context, job.input.as_deref()) {
            Err(failure @ Failure { cause: Cause::Library(Error::Config(_)), .. }) if jobs.len() > 1 => {
                choices.of_jobs.push(Err(failure));
                continue;
            }
            other => other?,
        };
        let is_by_rule = choice.line.is_some();
        let known = choices.distinct.iter().position(|other| *other == choice);
        let recipe = known.unwrap_or_else(|| {
            choices.distinct.push(choice);
            choices.distinct.len() - 1
        });
        choices.of_jobs.push(Ok(OfJob { recipe, is_by_rule }));
    }
    Ok(choices)
}

/// Whether the user may have meant the values of the file rather than the whole.
fn is_named_like_a_document(job: &Job) -> bool {
    let Some(path) = &job.input else { return false };
    let ending = path.extension().or(path.file_name()).unwrap_or_default();
    ["yaml", "yml", "json", "toml", "ini", "env", ".env"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}
