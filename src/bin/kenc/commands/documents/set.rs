//! `kenc set`.

use std::io::{IsTerminal, Read};

use kenc::context::EncryptionContext;
use kenc::document::{Format, ValueType};
use kenc::error::{DocumentError, Error, Result};
use secrecy::ExposeSecret;
use serde_json::json;
use zeroize::Zeroizing;

use crate::args::values::{SetArgs, ValueTypeName};
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::lock::tell_other_names;
use crate::prompt;
use crate::question::{Choice, ask};
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::formats::detect::LONGEST_DOCUMENT;
use kenc::ops::configs::Configs;
use kenc::ops::documents::recipe::has_rule;
use kenc::ops::values::change::{DocumentFile, WrittenDocument, check_is_file};
use kenc::ops::values::new_value::ValueSyntax;
use kenc::ops::variables::reads_literally;
use kenc::storage::standard;

pub fn run(args: &SetArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let SetArgs { file, document_open, open, passphrase, aws, .. } = args;
    check_is_file(file)?;
    if args.value.is_some() && !args.from_argument {
        return Err(CommandFault::ValueOnCommandLine.into());
    }
    signals::handle()?;
    let requirements = sessions::demanded(document_open);
    let notation = document_open.input_type.input_type;
    let target = DocumentFile { path: file, notation, requirements };
    let is_new = !file.exists() && has_rule(file, configs)?;
    let checked = if is_new { None } else { Some(target.check()?) };
    let (text, syntax, place) = (value_text(args, reporter)?, syntax(args, reporter.is_json()), args.place.path());
    let passphrases = sessions::passphrases(passphrase, reporter);
    let written = if let Some(checked) = checked {
        let session = sessions::to_open(open, passphrases, aws, configs, std::slice::from_ref(file))?;
        target
            .set(&place, (&text, syntax), checked, &session, |refusal| args.force || is_confirmed(refusal, reporter))?
    } else {
        let context = EncryptionContext::from_words(&open.context).map_err(Error::from)?;
        let session = sessions::to_encrypt(passphrases, aws, configs).with_context(context);
        Some(target.create(&place, (&text, syntax), &session)?)
    };
    if let Some(WrittenDocument { names, .. }) = &written {
        tell_other_names(reporter, file, *names);
    }
    reporter.result(
        "",
        &json!({
            "file": file.display().to_string(),
            "path": place.to_string(),
            "changed": written.is_some(),
            "created": is_new,
        }),
    )?;
    let format = notation.unwrap_or_else(|| Format::of_name(file));
    if written.is_some() && format == Format::Dotenv && !reads_literally(&text) {
        reporter.hint(&format!(
            "docker compose and `kenc exec` read `{place}` in a dotenv file as another text; `kenc exec --literal` takes it as it is"
        ));
    }
    if written.is_some_and(|written| written.is_in_plaintext) {
        reporter.hint(&format!("the rule of {} does not encrypt `{place}`: it is in plaintext", file.display()));
    }
    Ok(Exit::Done)
}

/// The value: from standard input, a file, the terminal or, if requested, the command line.
fn value_text(args: &SetArgs, reporter: &Reporter) -> Result<Zeroizing<String>, Failure> {
    if let Some(value) = &args.value {
        return Ok(Zeroizing::new(value.clone()));
    }
    if let Some(path) = &args.from_file {
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let file = std::fs::File::open(path).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        return text(&read(file, usize::try_from(len).unwrap_or(0)).map_err(failed)?);
    }
    if std::io::stdin().is_terminal() {
        if !reporter.may_ask() {
            return Err(CommandFault::NoValue("--no-input forbids a prompt").into());
        }
        let subject = format!("{} in {}", args.place.path(), args.file.display());
        let typed = prompt::value(&subject).map_err(|error| match error {
            Error::Passphrase(_) => Failure::from(CommandFault::NoValue("nothing was typed")),
            other => other.into(),
        })?;
        return Ok(Zeroizing::new(typed.expose_secret().to_owned()));
    }
    let mut value = text(&read(standard::input()?, 0).map_err(Error::Read)?)?;
    if value.is_empty() {
        // A program that failed before it wrote must not blank a secret.
        return Err(CommandFault::NoValue("the standard input is empty").into());
    }
    // The line end of a single line belongs to the shell; those of several lines belong to the text.
    if value.find('\n') == Some(value.len() - 1) {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
    Ok(value)
}

/// All bytes, into a buffer that leaves no copies behind when it grows.
fn read(mut input: impl Read, expected: usize) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut all = Zeroizing::new(Vec::with_capacity(expected.clamp(8 << 10, LONGEST_DOCUMENT) + 1));
    loop {
        if all.len() == all.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(all.capacity() * 2));
            larger.extend_from_slice(&all);
            all = larger;
        }
        let room = (all.capacity() - all.len()) as u64;
        if input.by_ref().take(room).read_to_end(&mut all)? == 0 {
            return Ok(all);
        }
        if all.len() > LONGEST_DOCUMENT {
            return Err(std::io::Error::other(DocumentError::TooLong { limit: LONGEST_DOCUMENT as u64 }));
        }
    }
}

fn text(bytes: &Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| CommandFault::ValueNotText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Whether the person at the terminal wants to replace what the refusal names.
fn is_confirmed(refusal: &Cause, reporter: &Reporter) -> bool {
    let choices = [
        Choice { word: "no", meaning: "change nothing", value: false },
        Choice { word: "yes", meaning: "replace it with everything in it", value: true },
    ];
    reporter.may_ask() && ask(&format!("{refusal}."), &choices, || ()) == Some(true)
}

/// The meaning of the given text.
fn syntax(args: &SetArgs, is_json: bool) -> ValueSyntax {
    match args.value_type {
        None if args.string => ValueSyntax::Typed(ValueType::String),
        None if is_json => ValueSyntax::Json,
        None => ValueSyntax::Plain,
        Some(ValueTypeName::String) => ValueSyntax::Typed(ValueType::String),
        Some(ValueTypeName::Integer) => ValueSyntax::Typed(ValueType::Integer),
        Some(ValueTypeName::Float) => ValueSyntax::Typed(ValueType::Float),
        Some(ValueTypeName::Boolean) => ValueSyntax::Typed(ValueType::Boolean),
        Some(ValueTypeName::Date) => ValueSyntax::Typed(ValueType::Date),
        Some(ValueTypeName::Null) => ValueSyntax::Typed(ValueType::Null),
        Some(ValueTypeName::Json) => ValueSyntax::Json,
    }
}
