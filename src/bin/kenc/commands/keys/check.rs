//! `kenc keys check`.

use kenc::context::EncryptionContext;
use kenc::error::Error;
use kenc::ops::configs::Configs;
use kenc::ops::keys::check::{KeysAsked, check};
use kenc::ops::places::identities;

use crate::args::KeysCheckArgs;
use crate::failure::{Exit, Failure};
use crate::report::checked_keys::KeysTable;
use crate::report::{Reporter, ShownKeyNames};
use crate::sessions;
use crate::signals;

pub fn run(args: &KeysCheckArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs)
        .with_identity_places(identities(&args.identities));
    signals::handle(&session)?;
    let purpose = args.purpose.purpose();
    let asked = KeysAsked { keys: &args.keys, files: &args.files, context: &context, purpose };
    reporter.name_keys(ShownKeyNames::of(configs));
    let table = KeysTable(check(asked, &session, configs)?);
    let mut unread = None;
    for failure in &table.0.unread {
        unread = Some(reporter.failure(failure));
    }
    reporter.result(&table.text(reporter), &table.json())?;
    for hint in table.hints() {
        reporter.hint(&hint);
    }
    Ok(unread.unwrap_or(table.exit()))
}
