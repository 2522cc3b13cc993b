//! `kenc git check`: what must not be committed.

use kenc::ops::configs::Configs;
use kenc::ops::git::check::{CheckCounts, CheckedFiles, KeyUse, check};
use serde_json::json;

use crate::args::git::GitCheckArgs;
use crate::failure::{Exit, Failure};
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::{sessions, signals};

pub fn run(args: &GitCheckArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let GitCheckArgs { paths, all, no_keys, open, passphrase, aws } = args;
    // Never prompt while git commits.
    let passphrases = Passphrases::new(passphrase.passphrase_from.clone(), false);
    let session = sessions::to_open(open, passphrases, aws, configs, paths)?;
    signals::handle(&session)?;
    let files = match () {
        () if !paths.is_empty() => CheckedFiles::Named(paths.clone()),
        () if *all => CheckedFiles::All,
        () => CheckedFiles::Staged,
    };
    let keys = if *no_keys { KeyUse::NoKeys } else { KeyUse::AtHand };
    reporter.gather();
    let checked = check(&session, configs, &files, keys, &mut |problem| {
        reporter.failure(&problem);
    });
    reporter.tell_gathered();
    let CheckCounts { looked_at, unopened, uncompared, problems } = checked?;
    // Whoever commits may not be able to read the file: that is not a problem, but must not look like a check that
    // passed.
    if unopened > 0 {
        let what = if unopened == 1 { "1 file was".to_owned() } else { format!("{unopened} files were") };
        reporter
            .hint(&format!("{what} checked without a key, so the MAC and the seal were not checked; `-v` names each"));
    }
    if uncompared > 0 {
        let what = if uncompared == 1 { "1 file was".to_owned() } else { format!("{uncompared} files were") };
        reporter.hint(&format!("the keys of {what} not compared with the config, which names an alias; `-v` says why"));
    }
    if problems > 0 {
        return Ok(Exit::Problems);
    }
    reporter.note(&format!("files checked: {looked_at}; no problems"));
    if args.all {
        reporter.confirmation("", &json!({ "files": looked_at, "problems": 0 }))?;
    }
    Ok(Exit::Done)
}
