//! `kenc git install`.

use kenc::ops::configs::Configs;
use kenc::ops::git::install::{Installation, install};
use serde_json::json;

use crate::args::git::GitInstallArgs;
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use crate::{sessions, signals};

pub fn run(args: &GitInstallArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let GitInstallArgs { patterns, global, hook, uninstall } = args;
    let wanted =
        Installation { patterns: patterns.clone(), is_global: *global, with_hook: *hook, is_to_go: *uninstall };
    let session = sessions::to_inspect(configs);
    signals::handle(&session)?;
    let changed = install(&wanted, configs, &session)?;
    let text = if changed.is_empty() { "nothing to change\n".to_owned() } else { format!("{}\n", changed.join("\n")) };
    reporter.confirmation(&text, &json!({ "changed": changed }))?;
    Ok(Exit::Done)
}
