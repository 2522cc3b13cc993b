//! `kenc rewrap --from-config --check`: which files are not as their config says.

use kenc::context::EncryptionContext;
use kenc::document::EncryptionRule;
use kenc::ops::change::by_config::choose;
use kenc::ops::change::run::KeyChanges;
use kenc::ops::change::targets::{Content, Intent, Target};
use kenc::ops::drift::Drift;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::report::document_keys::{WOULD, changes_of_groups};
use crate::report::{Reporter, counted, printable};

/// Reports the drift of every target. Writes nothing, and unwraps no key.
pub fn run(
    key_changes: &KeyChanges<'_>,
    targets: Vec<Result<Target, Failure>>,
    reporter: &Reporter,
) -> Result<Exit, Failure> {
    let KeyChanges { session, configs, options, rewrappers, vouching, .. } = key_changes;
    let (count, mut drifted) = (targets.len(), 0);
    let of_each = targets.into_iter().map(|target| {
        let target = target?;
        let (read, _) = target.read(Intent::Read, options.notation)?;
        let drift = match read {
            Content::Document(sealed) => Drift::of_document(sealed.metadata(), target.path(), vouching.documents)?,
            Content::File(file) => {
                let binds_context = file.format.binds_context();
                let file = file.read(session.read_policy()).map_err(target.about())?;
                let rule = target.path().map(|path| choose(configs, path)).transpose()?.unwrap_or_default();
                let context = if binds_context { rule.context } else { EncryptionContext::new() };
                Drift::of_file(&*file, rewrappers.of(&target)?, &context)?
            }
        };
        if drift.is_none() {
            return Ok(Exit::Done);
        }
        drifted += 1;
        let changes = changes(&drift);
        let text = format!("{}\n", printable(&format!("{}: {}", target.name(), changes.join(", "))));
        reporter.result(&text, &json!({ "file": target.name(), "drift": changes }))?;
        Ok(Exit::Problems)
    });
    let outcome = reporter.all(count, of_each);
    let total = counted(count, "file");
    reporter.confirmation(
        &format!("{total}: {drifted} not as the config says\n"),
        &json!({ "files": count, "drifted": drifted }),
    )?;
    outcome
}

fn changes(Drift { keys, threshold, rule, context }: &Drift) -> Vec<String> {
    let mut changes = changes_of_groups(keys, WOULD);
    changes.extend(threshold.map(|(old, new)| format!("{old} key groups are needed, the config says {new}")));
    let words = |rule: &EncryptionRule| format!("{}: {}", rule.name(), rule.text());
    let rules =
        rule.as_ref().map(|(old, new)| format!("its rule is {}, that of the config {}", words(old), words(new)));
    changes.extend(rules);
    changes.extend(context.iter().map(|(key, found, wanted)| match found {
        Some(found) => format!("its context has {key}={found}, that of the config {key}={wanted}"),
        None => format!("its context lacks {key}={wanted}"),
    }));
    changes
}
