//! What seals an edited text in the place of a file that is encrypted as a whole.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::formats::format::{EncryptedFile, PreparedSeal};
use crate::keys::{KeyChange, Keyring, NamedKey, Rewrapper, SuccessorKeys, SuccessorPassphrase, Vouchers};
use crate::ops::change::by_config::choose;
use crate::ops::change::kept_passphrase::KeptPassphrase;
use crate::ops::change::new_form::NewForm;
use crate::ops::contents::{OpenedFile, read_head};
use crate::ops::failure::{Cause, Failure};
use crate::ops::question::Question;
use crate::ops::session::Session;

/// The data key that the file has, or, where its format demands a new one for every file, one for the same recipients.
///
/// # Errors
/// If nothing vouches for a recipient, it cannot be told who they are, or one refuses.
pub(super) fn successor(
    session: &Session,
    OpenedFile { format, seal }: OpenedFile,
    bytes: &[u8],
    path: &Path,
) -> Result<Box<dyn PreparedSeal>, Failure> {
    if let Some(seal) = seal {
        return Ok(seal);
    }
    let about = || Failure::about(path.display().to_string());
    let guards = session.guards(Some(path))?;
    let file = read_head(session, format, bytes).map_err(about())?;
    let keyring = session.keyring_trusting(&guards.trusted);
    let rewrapper = Rewrapper::new(&keyring, KeyChange::default(), session.only().to_vec());
    vouch(session, &*file, &rewrapper, path)?;
    let SuccessorKeys { keys, passphrase } = match file.successor_keys(&rewrapper) {
        Err(Error::RecipientsUnknown(count)) => {
            return Err(Cause::RecipientsNotHere { path: path.to_owned(), count }.into());
        }
        keys => keys.map_err(about())?,
    };
    let context = NewForm::default().context_of(&*file, session.context()).map_err(about())?;
    let prepare = |keyring: &Keyring<'_>| format.prepare(file.seal_settings(), &context, &keys, keyring);
    let prepared = match passphrase {
        SuccessorPassphrase::New => prepare(&keyring),
        SuccessorPassphrase::Kept => prepare(&keyring.asking(&KeptPassphrase(keyring.passphrases))),
    };
    prepared.map_err(about())
}

/// Checks that something vouches for every recipient that only the file names, or asks the person.
fn vouch(session: &Session, file: &dyn EncryptedFile, rewrapper: &Rewrapper<'_>, path: &Path) -> Result<(), Failure> {
    let guards = session.guards(Some(path))?;
    let by_rule = session.configs().and_then(|configs| choose(configs, path).ok()).unwrap_or_default().keys;
    let by_rule: Vec<_> = by_rule.into_iter().map(|key| rewrapper.resolved(&key).unwrap_or(key)).collect();
    let vouchers = Vouchers::none().and_named(session.only()).and_named(&by_rule).and_trusted(&guards.trusted);
    let named = file.unvouched_keys(rewrapper).map_err(Failure::about(path.display().to_string()))?;
    let unknown: Vec<NamedKey> = named.into_iter().filter(|key| !vouchers.vouch_for(key)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let keys = unknown.iter().map(ToString::to_string).collect();
    match session.observer().ask(&Question::TrustKeys(&BTreeMap::from([(path.to_owned(), unknown)]))) {
        Some(true) => Ok(()),
        Some(false) => Err(Cause::Declined.into()),
        None => Err(Cause::NamedByFileAlone { path: path.to_owned(), keys }.into()),
    }
}
