//! `kenc rewrap --from-config --check`: which files are not as their config says.

use kenc::context::EncryptionContext;
use kenc::ops::change::by_config::choose;
use kenc::ops::change::comparison::{drift_of_document, drift_of_file};
use kenc::ops::change::run::KeyChanges;
use kenc::ops::change::target_list::TargetList;
use kenc::ops::change::targets::{Content, Intent};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::report::{Reporter, counted, printable};

/// Reports the drift of every target. Writes nothing, and unwraps no key.
pub fn run(key_changes: &KeyChanges<'_>, targets: TargetList<'_>, reporter: &Reporter) -> Result<Exit, Failure> {
    let KeyChanges { session, configs, options, rewrappers, vouching, .. } = key_changes;
    let (known, mut count, mut drifted) = (targets.known_len(), 0, 0);
    let of_each = targets.into_iter().map(|target| {
        count += 1;
        let target = target?;
        let Some((read, _)) = target.read_encrypted(Intent::Read, options.notation)? else { return Ok(Exit::Done) };
        let drift = match read {
            Content::Document(sealed) => drift_of_document(sealed.metadata(), target.path(), vouching.documents)?,
            Content::File(file) => {
                let binds_context = file.format.binds_context();
                let file = file.read(session.read_policy()).map_err(target.about())?;
                let rule = target.path().map(|path| choose(configs, path)).transpose()?.unwrap_or_default();
                let context = if binds_context { rule.context } else { EncryptionContext::new() };
                drift_of_file(&*file, rewrappers.of(&target)?, &context)?
            }
        };
        if drift.is_none() {
            return Ok(Exit::Done);
        }
        drifted += 1;
        let changes = drift.sentences();
        let text = format!("{}\n", printable(&format!("{}: {}", target.name(), changes.join(", "))));
        reporter.result(&text, &json!({ "file": target.name(), "drift": changes }))?;
        Ok(Exit::Problems)
    });
    let outcome = reporter.all_found(known, of_each);
    let total = counted(count, "file");
    if count == 1 && outcome.is_err() {
        return outcome;
    }
    reporter.confirmation(
        &format!("{total}: {drifted} not as the config says\n"),
        &json!({ "files": count, "drifted": drifted }),
    )?;
    outcome
}
