//! `kenc keygen`.

use std::path::Path;

use kenc::keys::age::{IdentityKind, NewIdentity, recipient_of_file};
use kenc::ops::keys::generate::{KeyFolder, generate, text_of};
use kenc::ops::places::local_key_file;
use kenc::storage::standard;
use serde_json::json;

use crate::args::KeygenArgs;
use crate::failure::{CommandFault, Exit, Failure, KeyFileChoice};
use crate::report::Reporter;

pub fn run(args: &KeygenArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    let kind = if args.pq { IdentityKind::PostQuantum } else { IdentityKind::X25519 };
    if args.output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        return print_new(kind);
    }
    let path = args.output.clone().map_or_else(local_key_file, Ok)?;
    if args.show {
        if !path.exists() {
            let named = if args.output.is_some() { KeyFileChoice::OnCommandLine } else { KeyFileChoice::ByDefault };
            return Err(CommandFault::NoLocalKey { path, named }.into());
        }
        report(reporter, &path, &recipient_of_file(&path)?.to_string())?;
        return Ok(Exit::Done);
    }
    if path.exists() {
        let recipient = recipient_of_file(&path).ok().map(|recipient| recipient.to_string());
        return Err(CommandFault::LocalKeyExists { path, recipient }.into());
    }
    // A key whose recipient was not printed is useless.
    standard::check_output()?;
    let folder = if args.output.is_some() { KeyFolder::Existing } else { KeyFolder::Private };
    let identity = generate(&path, folder, kind)?;
    report(reporter, &path, &identity.recipient.to_string())?;
    Ok(Exit::Done)
}

fn print_new(kind: IdentityKind) -> Result<Exit, Failure> {
    standard::print(text_of(&NewIdentity::of_kind(kind)).as_bytes())?;
    Ok(Exit::Done)
}

fn report(reporter: &Reporter, path: &Path, recipient: &str) -> Result<(), Failure> {
    reporter.result(&format!("{recipient}\n"), &json!({ "recipient": recipient, "file": path }))?;
    Ok(())
}
