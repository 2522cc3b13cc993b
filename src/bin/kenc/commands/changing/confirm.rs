//! Shows which keys would be added and removed, and asks, before files get the keys of their rules.

use std::fmt::Write as _;

use kenc::document::Format;
use kenc::document::GroupDifference;
use kenc::keys::Rewrapper;

use super::{Content, Intent, Target};
use crate::args::documents::FromConfigArgs;
use crate::failure::{Cause, Failure};
use crate::question::{Choice, ask};
use crate::report::document_keys::{WOULD, changes_of_groups};
use crate::report::{Reporter, printable};
use kenc::ops::documents::keys::KeysOfDocuments;

/// Examines every target without asking a key, and asks the user if any would change. A problem with one is reported in
/// its turn.
pub fn confirm<'r>(
    targets: &[Result<Target, Failure>],
    args: &FromConfigArgs,
    notation: Option<Format>,
    documents: &KeysOfDocuments<'_>,
    rewrapper_of: impl Fn(&Target) -> Result<&'r Rewrapper<'r>, Failure>,
    reporter: &Reporter,
) -> Result<(), Failure> {
    if !args.from_config || args.yes {
        return Ok(());
    }
    let (mut shown, mut count) = (String::new(), 0);
    for target in targets.iter().flatten() {
        // What cannot be read twice is changed only with --yes.
        if target.path().is_none() {
            return Err(Cause::NotConfirmed { count: 1 }.into());
        }
        let Ok((content, _)) = target.read(Intent::Read, notation) else { continue };
        let changes = match content {
            Content::Document(sealed) => {
                let Ok(new) = documents.of(sealed.metadata(), target.path()) else { continue };
                if new.is_of(sealed.metadata()) {
                    continue;
                }
                let changes = changes_of_groups(&new.difference(sealed.metadata()), WOULD);
                if changes.is_empty() {
                    vec![format!("would change the threshold of {}", sealed.metadata().needed_groups())]
                } else {
                    changes
                }
            }
            // It is refused later.
            Content::Foreign(_) => continue,
            Content::File(recognised) => {
                let slots = &recognised.head.header.table.slots;
                let preview = rewrapper_of(target).ok().and_then(|rewrapper| rewrapper.preview(slots).ok());
                let Some((added, removed)) = preview else { continue };
                let named = |slot: &kenc::keys::WrappedKey| (slot.provider.clone(), slot.key_id.clone());
                let added = added.iter().map(|key| ("key".to_owned(), key.to_string())).collect();
                changes_of_groups(&[GroupDifference { added, removed: removed.iter().map(named).collect() }], WOULD)
            }
        };
        if changes.is_empty() {
            continue;
        }
        count += 1;
        for change in changes {
            writeln!(shown, "{}", printable(&format!("{}: {change}", target.name())))
                .expect("writing to a string does not fail");
        }
    }
    if count == 0 {
        return Ok(());
    }
    reporter.show(&shown);
    let question =
        format!("Change the keys of {count} {} to those of the config?", if count == 1 { "file" } else { "files" });
    let choices = [
        Choice { word: "no", meaning: "change nothing", value: false },
        Choice { word: "yes", meaning: "change the keys", value: true },
    ];
    match reporter.may_ask().then(|| ask(&question, &choices, || ())).flatten() {
        Some(true) => Ok(()),
        Some(false) => Err(Cause::Declined.into()),
        None => Err(Cause::NotConfirmed { count }.into()),
    }
}
