//! `kenc keygen`.

use std::io::Write;
use std::path::Path;

use kenc::error::Error;
use kenc::fs::atomic::{Access, AtomicFile, Existing, Sync};
use kenc::keys::age::{NewIdentity, recipient_of_file};
use secrecy::ExposeSecret;
use serde_json::json;
use zeroize::Zeroizing;

use crate::args::KeygenArgs;
use crate::failure::{CommandFault, Exit, Failure, KeyFileChoice};
use crate::report::Reporter;
use kenc::ops::jobs::check_folder_of;
use kenc::ops::places::local_key_file;
use kenc::storage::standard;

pub fn run(args: &KeygenArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        return print_new();
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
    // A key whose recipient nobody is told is made in vain.
    standard::check_output()?;
    if args.output.is_some() {
        check_folder_of(&path)?;
    } else {
        make_private_folder(path.parent().unwrap_or(Path::new(".")))?;
    }
    let identity = NewIdentity::generate();
    let file = AtomicFile::create(&path, Existing::Refuse, Access::Owner, Sync::Always)?;
    file.file().write_all(text_of(&identity).as_bytes()).map_err(Error::Write)?;
    file.commit()?;
    report(reporter, &path, &identity.recipient.to_string())?;
    Ok(Exit::Done)
}

fn print_new() -> Result<Exit, Failure> {
    standard::print(text_of(&NewIdentity::generate()).as_bytes())?;
    Ok(Exit::Done)
}

/// The form of `age-keygen`, which age, rage and sops read as well.
fn text_of(identity: &NewIdentity) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "# created by kenc keygen; anyone who has this file can decrypt\n# public key: {}\n{}\n",
        identity.recipient,
        identity.secret.expose_secret()
    ))
}

fn report(reporter: &Reporter, path: &Path, recipient: &str) -> Result<(), Failure> {
    reporter.result(&format!("{recipient}\n"), &json!({ "recipient": recipient, "file": path }))?;
    Ok(())
}

fn make_private_folder(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder).map_err(|source| Error::io(format!("make the folder {}", folder.display()), source))?)
}
