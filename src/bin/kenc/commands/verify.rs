//! `kenc verify`.

use std::path::Path;

use kenc::Session;
use kenc::config::Guards;
use kenc::formats::detect::Detected;
use kenc::formats::native::pipeline::{PayloadOutput, Pipeline};

use crate::args::VerifyArgs;
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::many;
use kenc::formats::native::file::NativeFile;
use kenc::ops::configs::Configs;
use kenc::ops::documents::verify::{DocumentCheck, verify as verify_document};
use kenc::ops::jobs::decrypted_name;
use kenc::ops::jobs::{STANDARD_INPUT, open_input};
use kenc::ops::observer::Progress as _;
use kenc::ops::tree::open::{TreeOpening, VerifyEach};
use kenc::ops::tree::request::TreeRequest;
use kenc::ops::tree::turns::Turns;

use crate::progress::Bar;
use crate::report::{Reporter, verified_document, verified_file};
use crate::sessions::{self, demanded, path_of};
use crate::signals;

pub fn run(args: &VerifyArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.many.is_asked() {
        return many(args, configs, reporter);
    }
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle()?;
    let standard_input = ["-".into()];
    let inputs = if args.inputs.is_empty() { &standard_input[..] } else { &args.inputs };
    let outcomes = inputs.iter().map(|path| {
        let path = path_of(path);
        let guards = session.guards(path)?;
        verify(args, reporter, path, &session, &guards)
    });
    reporter.all(inputs.len(), outcomes)
}

/// Many files in one run.
fn many(args: &VerifyArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let request = TreeRequest {
        files0_from: args.many.files0_from.as_deref(),
        inputs: &args.inputs,
        recursive: args.many.recursive,
        results: None,
        resume: false,
    };
    many::check(&args.many, &request)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle()?;
    let plan = request.plan(decrypted_name)?;
    let threads = threads(&args.work);
    let demanded = demanded(&args.document_open);
    let opening = TreeOpening { plan: &plan, session: &session, demanded, turns: Turns::new(threads) };
    many::run(&session, (&request, &plan), (threads, "authentic"), reporter, &VerifyEach(opening))
}

fn verify(
    args: &VerifyArgs,
    reporter: &Reporter,
    path: Option<&Path>,
    session: &Session,
    guards: &Guards,
) -> Result<Exit, Failure> {
    let name = path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string());
    let about = || Failure::about(name.clone());
    let input = open_input(path)?;
    let notation = args.document_open.input_type.input_type;
    let detected = match Detected::new(input, path, notation).map_err(about())? {
        Detected::Document(sealed) => {
            return match verify_document(*sealed, path, demanded(&args.document_open), session)? {
                DocumentCheck::Authentic(verified) => verified_document::tell(&verified, &name, reporter),
                DocumentCheck::Faulty(problems) => Err(verified_document::problems(problems, &name, reporter)),
            };
        }
        other => other,
    };
    let NativeFile { head, mut payload, .. } = detected.native().map_err(about())?;
    let len = payload.len().map(|len| len + head.len());
    let progress = Bar::new(reporter.shows_progress(), &name, len);
    let cipher = session.cipher(&head, &guards.trusted).map_err(about())?;
    let pipeline = Pipeline {
        threads: threads(&args.work),
        progress: &|bytes| progress.advance(bytes),
        cancelled: session.cancelled(),
    };
    let bytes = pipeline.open(&cipher, payload.source(), PayloadOutput::Nowhere).map_err(about())?;
    drop(progress);

    verified_file::tell(reporter, &name, bytes, &head.header)
}
