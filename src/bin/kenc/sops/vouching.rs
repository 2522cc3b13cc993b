//! What vouches for the keys of a document that sops would take from the document itself.
//!
//! A seal of kenc does. For documents without one, which sops itself has written, a creation rule that names exactly
//! their keys does, or the variables that name keys, or `trusted_keys`; otherwise the user is asked, or says `-y`.

use std::collections::BTreeMap;
use std::path::Path;

use kenc::document::{DataKeyChange, NewKeys, OpenedDocument, SealStatus};
use kenc::error::Error;
use kenc::keys::{KeySpec, NamedKey, Vouchers};

use super::exit::{SopsStop, code};
use super::keys::given;
use super::session::SopsRun;
use kenc::ops::documents::as_sops;
use kenc::ops::observer::Observer;
use kenc::ops::question::Question;

/// Asks for confirmation if necessary. `new` are the keys that the document will have.
///
/// # Errors
/// If nothing vouches for one that must be wrapped anew.
pub fn vouchers(
    session: SopsRun<'_>,
    path: &Path,
    opened: &OpenedDocument,
    new: &NewKeys,
    change: DataKeyChange,
) -> Result<Vouchers, SopsStop> {
    let metadata = opened.metadata();
    if session.args.yes {
        return Ok(Vouchers::person());
    }
    if opened.report().seal == SealStatus::Verified {
        return Ok(Vouchers::none());
    }
    let in_variables: Vec<KeySpec> = given(session.args)?.into_iter().map(|key| key.key).collect();
    let vouchers = as_sops::vouchers(path, opened, &in_variables, session.configs)?;
    let unknown: Vec<NamedKey> =
        new.recipients_of_document(metadata, change).into_iter().filter(|key| !vouchers.vouch_for(key)).collect();
    if unknown.is_empty() {
        return Ok(vouchers);
    }
    let asked = BTreeMap::from([(path.to_owned(), unknown.clone())]);
    let observer: &dyn Observer = session.reporter;
    let answer = if observer.may_ask() { observer.ask(&Question::TrustKeys(&asked)) } else { None };
    match answer {
        Some(true) => Ok(vouchers.and_approved(unknown)),
        Some(false) => Err(SopsStop::new(code::FAILED, format!("{} was not changed: you answered no", path.display()))),
        None => {
            let Err(Error::NotVouchedFor { keys }) = vouchers.check(&unknown) else { return Ok(vouchers) };
            Err(SopsStop::new(
                code::FAILED,
                format!(
                    "{}: keys of the file are not trusted: {}; add a creation rule that names exactly these keys, or use `-y`",
                    path.display(),
                    keys.join(", ")
                ),
            ))
        }
    }
}
