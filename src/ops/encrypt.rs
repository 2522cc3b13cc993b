//! Encrypting files as a whole, one by one: which keys each gets is settled before the first is read.

use std::path::PathBuf;

use crate::config::WholeFileRecipe;
use crate::context::EncryptionContext;
use crate::document::Format;
use crate::error::{Error, Result};
use crate::formats::format::{Encoding, FileFormat as _, PreparedSeal};
use crate::formats::native::file_format::NativeFormat;
use crate::formats::records::RecordRequest;
use crate::fs::input::Input;
use crate::ops::configs::{Configs, format_of_rule};
use crate::ops::failure::{Cause, Failure};
use crate::ops::input_name::path_of;
use crate::ops::jobs::{Job, ResultChoice, named, plan_each};
use crate::ops::least_input::LeastInput;
use crate::ops::result_name::ResultName;
use crate::ops::seal::{open_job, seal_job};
use crate::ops::session::Session;
use crate::ops::tree::seal::SealForm;
use crate::ops::upload::fault::UploadFault;
use crate::ops::upload::resumable::{FailedUpload, ResumableUpload};
use crate::storage::output::{Destination, Output};
use crate::storage::s3::ObjectName;

/// The request: which files, under which keys, and how.
pub struct EncryptRequest<'a> {
    /// Files; none for the standard input.
    pub inputs: &'a [PathBuf],
    /// Where results go.
    pub results: &'a ResultChoice,
    /// Words for keys; without them, the configs choose.
    pub keys: &'a [String],
    /// The pairs that are bound to each file.
    pub context: &'a EncryptionContext,
    /// The format of the results.
    pub form: SealForm,
    /// The fields that are encrypted, where the inputs are records.
    pub records: Option<RecordRequest>,
    /// Fewest bytes of an input.
    pub least: u64,
    /// What becomes of an upload that fails.
    pub failed_upload: FailedUpload,
    /// Threads to work with.
    pub threads: usize,
}

/// The files with their destinations and keys. No key has been asked, and no input opened.
pub struct EncryptPlan<'a> {
    request: &'a EncryptRequest<'a>,
    /// Files with the destinations of their results.
    pub jobs: Vec<Job>,
    /// Every recipe once: files with the same keys and context share a data key.
    recipes: Vec<WholeFileRecipe>,
    /// For each job its recipe, or why there is none, which does not stop the others.
    of_jobs: Vec<Result<JobRecipe, Failure>>,
}

struct JobRecipe {
    number: usize,
    is_by_rule: bool,
}

/// The files with their data keys.
pub struct PreparedFiles<'a> {
    plan: EncryptPlan<'a>,
    session: &'a Session,
    seals: Vec<Box<dyn PreparedSeal>>,
    /// A single file, open already.
    opened: Option<(Input, Output)>,
}

/// A file that was encrypted.
pub struct EncryptedJob {
    /// Its name in messages.
    pub name: String,
    /// Bytes written, without armor.
    pub bytes: u64,
    /// Whether the user may have meant its values rather than the whole: it is named like a config document, and no rule
    /// says otherwise.
    pub may_be_document: bool,
}

impl EncryptRequest<'_> {
    /// Finds the destination and the keys of every file.
    ///
    /// # Errors
    /// If there is no destination for one, or no keys for a single file.
    pub fn plan(&self, configs: &Configs) -> Result<EncryptPlan<'_>, Failure> {
        let inputs = named(self.inputs);
        let recipe_of = |input: &PathBuf| configs.choose(self.keys, self.context, path_of(input));
        let chosen: Vec<_> = inputs.iter().map(recipe_of).collect();
        let jobs = plan_each(&inputs, self.results, |number| {
            // Records stay what they are: only values of them change.
            if self.records.is_some() {
                return ResultName::Same;
            }
            let recipe = chosen[number].as_ref().ok();
            ResultName::encrypted(self.form.0.or_else(|| recipe.and_then(format_of_rule)))
        })?;
        let (mut recipes, mut of_jobs) = (Vec::new(), Vec::with_capacity(jobs.len()));
        for recipe in chosen {
            let recipe = match recipe {
                Err(failure @ Failure { cause: Cause::Library(Error::Config(_)), .. }) if jobs.len() > 1 => {
                    of_jobs.push(Err(failure));
                    continue;
                }
                other => other?,
            };
            let is_by_rule = recipe.line.is_some();
            let known = recipes.iter().position(|other| *other == recipe);
            let number = known.unwrap_or_else(|| {
                recipes.push(recipe);
                recipes.len() - 1
            });
            of_jobs.push(Ok(JobRecipe { number, is_by_rule }));
        }
        if self.failed_upload == FailedUpload::Kept {
            jobs.iter().try_for_each(check_can_go_on)?;
            recipes.iter().try_for_each(|recipe| self.check_form(recipe))?;
        }
        Ok(EncryptPlan { request: self, jobs, recipes, of_jobs })
    }

    /// Only a kenc file that is no text goes on where it was.
    fn check_form(&self, recipe: &WholeFileRecipe) -> Result<(), UploadFault> {
        let (format, settings) = self.form;
        let format = format.or_else(|| format_of_rule(recipe)).map_or(NativeFormat.name(), |format| format.name());
        let is_kenc = format == NativeFormat.name();
        if self.records.is_some() {
            return Err(UploadFault::OfValues);
        }
        if is_kenc && settings.encoding == Encoding::Binary { Ok(()) } else { Err(UploadFault::NotThisFormat(format)) }
    }

    fn upload(&self, job: &Job, recipe: &WholeFileRecipe, session: &Session) -> Result<u64, Failure> {
        let (Some(input), Destination::Object { name, existing, .. }) = (&job.input, &job.destination) else {
            unreachable!("the plan has looked at it");
        };
        let (suite, least, threads) = (self.form.1.suite, self.least, self.threads);
        ResumableUpload { input, object: name, existing: *existing, recipe, suite, least, threads }.run(session)
    }

    fn open(&self, job: &Job, session: &Session) -> Result<(Input, Output), Failure> {
        open_job(session, job, self.results.existing, self.results.sync)
    }
}

/// A later run reads the input again, and finds what is there of the output.
fn check_can_go_on(job: &Job) -> Result<(), UploadFault> {
    if job.input.as_ref().is_none_or(|input| ObjectName::is_meant(input)) {
        return Err(UploadFault::NotAFile(job.name()));
    }
    let is_upload = matches!(job.destination, Destination::Object { .. });
    if is_upload { Ok(()) } else { Err(UploadFault::NotToObject(job.name())) }
}

impl<'a> EncryptPlan<'a> {
    /// Asks the keys.
    ///
    /// # Errors
    /// If a single file or its result cannot be opened, or a key refuses.
    pub fn prepare(self, session: &'a Session) -> Result<PreparedFiles<'a>, Failure> {
        if self.request.failed_upload == FailedUpload::Kept {
            return Ok(PreparedFiles { plan: self, session, seals: Vec::new(), opened: None });
        }
        // Problems of a single file are found before a key is asked. Many are opened one by one, because a process may
        // not have many files open.
        let opened = if let [job] = &self.jobs[..] { Some(self.request.open(job, session)?) } else { None };
        let seals = self.recipes.iter().map(|recipe| match &self.request.records {
            Some(records) => session.prepare_records(recipe, records),
            None => session.prepare(recipe, self.request.form),
        });
        let seals = seals.collect::<Result<_>>()?;
        Ok(PreparedFiles { plan: self, session, seals, opened })
    }
}

impl PreparedFiles<'_> {
    /// Encrypts the files, each when the iterator gets to it.
    pub fn run(self) -> impl Iterator<Item = Result<EncryptedJob, Failure>> {
        let Self { plan: EncryptPlan { request, jobs, of_jobs, recipes }, session, seals, mut opened } = self;
        jobs.into_iter().zip(of_jobs).map(move |(job, recipe)| {
            let JobRecipe { number, is_by_rule } = recipe?;
            if request.failed_upload == FailedUpload::Kept {
                let bytes = request.upload(&job, &recipes[number], session)?;
                return Ok(EncryptedJob { name: job.name(), bytes, may_be_document: false });
            }
            let (input, output) = opened.take().map_or_else(|| request.open(&job, session), Ok)?;
            let name = job.name();
            let (least, input) = LeastInput::new(input, request.least)?;
            let sealed = seal_job(session, &*seals[number], (&name, request.threads), input, output);
            let sealed = sealed.map_err(Failure::about(name.clone()));
            let bytes = least.finish(sealed, &name, session.observer())?;
            let is_named_so = job.input.as_deref().is_some_and(|path| Format::of_name(path) != Format::Binary);
            let is_whole = request.records.is_none();
            Ok(EncryptedJob { name, bytes, may_be_document: is_whole && !is_by_rule && is_named_so })
        })
    }
}
