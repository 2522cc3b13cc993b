//! `kenc git textconv`: what `git diff` shows of an encrypted file. git reads it from a pipe, and stores none of it.

use std::path::Path;

use kenc::crypto::hexadecimal;
use kenc::error::Error;
use kenc::formats::detect::{Detected, is_whole_file};
use kenc::formats::format::ReadPolicy;
use kenc::ops::configs::Configs;
use kenc::ops::git::diff_text::{DiffText, diff_text, whole};
use kenc::ops::git::notes;
use kenc::ops::inspect::describe;
use kenc::ops::jobs::open_input;
use kenc::storage::standard::print;
use zeroize::Zeroizing;

use crate::args::git::GitTextconvArgs;
use crate::failure::{Cause, Exit, Failure};
use crate::prompt::Passphrases;
use crate::report::{Reporter, file_description, printable};
use crate::sessions;

pub fn run(args: &GitTextconvArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = args.file.as_path();
    let shown = match plaintext(args, configs, reporter) {
        Ok(shown) => shown,
        Err(failure) => {
            let (start, input) = open_input(Some(path))?.peek()?;
            let is_file = is_whole_file(&start);
            let shown = if is_file { Zeroizing::new(description(path, reporter)?.into_bytes()) } else { whole(input)? };
            reporter.hint(&format!("{}: shown encrypted: {}", path.display(), failure.cause));
            match &failure.cause {
                // A problem of the document itself is part of what a commit changes.
                Cause::Library(Error::Document(fault)) => with_notes(&shown, &notes::of_fault(fault), reporter),
                _ => shown,
            }
        }
    };
    print(&shown)?;
    Ok(Exit::Done)
}

fn plaintext(args: &GitTextconvArgs, configs: &Configs, reporter: &Reporter) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // It runs once for every file of every commit that git shows: a prompt each time would be unusable.
    let passphrases = Passphrases::new(None, false);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, std::slice::from_ref(&args.file))?;
    Ok(match diff_text(&session, configs, &args.file)? {
        DiffText::Plaintext(text, notes) => with_notes(&text, &notes, reporter),
        DiffText::NotEncrypted(text) => text,
        DiffText::NotText(digest) => {
            let mut summary = description(&args.file, reporter)?;
            if let Some(digest) = digest {
                summary = format!("{summary}  SHA-256   {}\n", hexadecimal(&digest));
            }
            Zeroizing::new(summary.into_bytes())
        }
    })
}

/// What is known about a file without a key.
fn description(path: &Path, reporter: &Reporter) -> Result<String, Failure> {
    let detected = Detected::new(open_input(Some(path))?, Some(path), None)?;
    Ok(reporter.with_key_names(&file_description::text(&describe(detected, &ReadPolicy::default())?)))
}

/// A text followed by notes on it.
fn with_notes(text: &[u8], notes: &[String], reporter: &Reporter) -> Zeroizing<Vec<u8>> {
    let notes = notes
        .iter()
        .fold(String::new(), |all, note| all + "# kenc: " + &printable(&reporter.with_key_names(note)) + "\n");
    let mut all = Zeroizing::new(Vec::with_capacity(text.len() + notes.len() + 1));
    all.extend_from_slice(text);
    if !text.is_empty() && !text.ends_with(b"\n") {
        all.push(b'\n');
    }
    all.extend_from_slice(notes.as_bytes());
    all
}
