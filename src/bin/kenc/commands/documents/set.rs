//! `kenc set`.

use std::io::IsTerminal;

use kenc::context::EncryptionContext;
use kenc::error::Error;
use kenc::ops::configs::Configs;
use kenc::ops::values::change::{DocumentFile, NewValue, WrittenDocument, check_is_file};
use kenc::ops::values::value_text;
use kenc::storage::standard;
use secrecy::ExposeSecret;
use serde_json::json;
use zeroize::Zeroizing;

use crate::args::values::SetArgs;
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::prompt;
use crate::report::{Reporter, other_names::tell_other_names};
use crate::{sessions, signals};

pub fn run(args: &SetArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let SetArgs { file, document_open, open, passphrase, aws, .. } = args;
    check_is_file(file)?;
    if args.value.is_some() && !args.from_argument {
        return Err(CommandFault::ValueOnCommandLine.into());
    }
    let notation = document_open.input_type.input_type;
    let target = DocumentFile { path: file, notation, requirements: document_open.requirements() };
    let before = target.before(configs)?;
    let passphrases = sessions::passphrases(passphrase, reporter);
    let session = if before.is_none() {
        let context = EncryptionContext::from_words(&open.context).map_err(Error::from)?;
        sessions::to_encrypt(passphrases, aws, configs).with_context(context)
    } else {
        sessions::to_open(open, passphrases, aws, configs, std::slice::from_ref(file))?
    };
    signals::handle(&session)?;
    let (text, syntax) = (value_text(args, reporter)?, args.syntax(reporter.is_json()));
    let value = NewValue { place: args.place.path(), text, syntax };
    let is_new = before.is_none();
    let written = target.set(&value, before, &session, |refusal| args.force || reporter.confirms(refusal))?;
    tell(args, &value, is_new, written, reporter).map(|()| Exit::Done)
}

fn tell(
    SetArgs { file, .. }: &SetArgs,
    NewValue { place, .. }: &NewValue,
    is_new: bool,
    written: Option<WrittenDocument>,
    reporter: &Reporter,
) -> Result<(), Failure> {
    let (name, is_changed) = (file.display().to_string(), written.is_some());
    reporter
        .result("", &json!({ "file": name, "path": place.to_string(), "changed": is_changed, "created": is_new }))?;
    let Some(WrittenDocument { is_in_plaintext, is_read_otherwise, names }) = written else { return Ok(()) };
    tell_other_names(reporter, file, names);
    if is_read_otherwise {
        reporter.hint(&format!(
            "docker compose and `kenc exec` read `{place}` in a dotenv file as another text; `kenc exec --literal` takes it as it is"
        ));
    }
    if is_in_plaintext {
        reporter.hint(&format!("the rule of {name} does not encrypt `{place}`: it is in plaintext"));
    }
    Ok(())
}

/// The value: from the command line if requested, a file, the terminal, or standard input.
fn value_text(args: &SetArgs, reporter: &Reporter) -> Result<Zeroizing<String>, Failure> {
    match (&args.value, &args.from_file) {
        (Some(value), _) => Ok(Zeroizing::new(value.clone())),
        (None, Some(path)) => value_text::of_file(path),
        (None, None) if !std::io::stdin().is_terminal() => value_text::of_stream(standard::input()?),
        (None, None) if !reporter.may_ask() => Err(Cause::NoValue("--no-input forbids a prompt").into()),
        (None, None) => match prompt::value(&format!("{} in {}", args.place.path(), args.file.display())) {
            Err(Error::Passphrase(_)) => Err(Cause::NoValue("nothing was typed").into()),
            typed => Ok(Zeroizing::new(typed?.expose_secret().to_owned())),
        },
    }
}
