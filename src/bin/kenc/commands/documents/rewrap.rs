//! `kenc rewrap` of a config document.

use kenc::Session;
use kenc::document::{
    ChangeOutcome, Document, EncryptedDocument, EncryptedText, GroupDifference, Metadata, OpenRequirements,
};
use kenc::error::{Error, Result};
use kenc::fs::held::Held;
use kenc::keys::{KeySpec, Keyring};
use serde_json::{Value, json};

use super::keys::{DONE, WOULD, changes_of_groups, keys_json, named_json};
use crate::args::RewrapArgs;
use crate::commands::changing::Target;
use crate::commands::changing::vouching::Vouching;
use crate::failure::Failure;
use crate::report::printable;

/// Gives a document other keys. The data key, and so every value, stays.
pub fn run(
    sealed: EncryptedDocument,
    args: &RewrapArgs,
    (target, held): (&Target, Option<Held>),
    demands: &OpenRequirements,
    keyring: &Keyring<'_>,
    vouching: &Vouching<'_>,
    session: &Session,
) -> Result<Done, Failure> {
    let old = sealed.metadata().clone();
    let new = vouching.documents.of(&old, target)?;
    let done = |new_metadata: Metadata, is_changed| Done {
        name: target.name(),
        is_apart: target.is_standard_output(),
        is_dry: args.dry_run,
        is_changed,
        groups: GroupDifference::between(&old, &new_metadata),
        absent: new.absent.clone(),
        metadata: new_metadata,
    };
    let is_elsewhere = matches!(target, Target::Elsewhere(_));
    if new.is_of(&old) {
        // No key is asked where nothing changes.
        if is_elsewhere && !args.dry_run {
            target.write(sealed.document().text(), &args.files, held)?;
        }
        return Ok(done(old.clone(), false));
    }
    let vouchers = vouching.of_document(target, &old)?;
    let opened = sealed.open(keyring, demands).map_err(target.about())?;
    session.warn_unless_sealed(&target.name(), opened.report());
    let outcome = opened.with_keys(&new.groups, new.threshold, keyring, &vouchers).map_err(target.about())?;
    let (text, metadata, is_changed) = match &outcome {
        ChangeOutcome::Unchanged => (opened.document().text(), old.clone(), false),
        ChangeOutcome::Changed(EncryptedText { text, .. }) => {
            (text.as_str(), metadata_of(&opened, text).map_err(target.about())?, true)
        }
    };
    if (is_changed || is_elsewhere) && !args.dry_run {
        target.write(text, &args.files, held)?;
    }
    Ok(done(metadata, is_changed))
}

/// The metadata of what was made of a document.
pub fn metadata_of(opened: &kenc::document::OpenedDocument, text: &str) -> Result<Metadata> {
    let document = Document::parse(opened.document().format(), text.to_owned().into()).map_err(Error::from)?;
    Ok(EncryptedDocument::new(document)?.metadata().clone())
}

/// What became of one document.
pub struct Done {
    name: String,
    /// The result itself went to the standard output.
    pub is_apart: bool,
    is_dry: bool,
    pub is_changed: bool,
    groups: Vec<GroupDifference>,
    absent: Vec<KeySpec>,
    metadata: Metadata,
}

impl Done {
    /// Whether a key went that may have opened the document before.
    pub fn has_removed(&self) -> bool {
        !self.is_dry && self.groups.iter().any(|group| !group.removed.is_empty())
    }

    /// The document as messages name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn text(&self) -> String {
        let Self { name, is_dry, is_changed, groups, absent, .. } = self;
        let mut parts = changes_of_groups(groups, if *is_dry { WOULD } else { DONE });
        if parts.is_empty() {
            let word = if *is_changed { "new shares of the data key" } else { "nothing to change" };
            parts.push(word.to_owned());
        }
        let absent: Vec<String> = absent.iter().map(|key| format!("; {key} is not a key of this file")).collect();
        format!("{}\n", printable(&format!("{name}: {}{}", parts.join(", "), absent.concat())))
    }

    pub fn json(&self) -> Value {
        let Self { name, is_apart: _, is_dry, is_changed, groups, absent, metadata } = self;
        let keys = |of: fn(&GroupDifference) -> &Vec<(String, String)>| -> Value {
            groups.iter().flat_map(of).map(named_json).collect()
        };
        json!({
            "file": name,
            "dry_run": is_dry,
            "written": if *is_changed { "anew" } else { "nothing" },
            "groups": keys_json(metadata),
            "threshold": if metadata.groups.len() > 1 { json!(metadata.needed_groups()) } else { json!(null) },
            "added": keys(|group| &group.added),
            "removed": keys(|group| &group.removed),
            "absent": absent.iter().map(ToString::to_string).collect::<Vec<String>>(),
        })
    }
}
