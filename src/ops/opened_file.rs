//! Notes which key opened which file.

use crate::formats::format::{KeyListener, OpeningKeys};
use crate::keys::{TrustedKeys, WrappedKey};
use crate::ops::session::Session;

/// A file that is opened, by its name in messages.
pub struct NamedOpening<'a> {
    /// The session that opens it.
    pub session: &'a Session,
    /// The name of the file.
    pub name: &'a str,
}

impl NamedOpening<'_> {
    /// Everything with which the keys of the file are asked, of which those may be that are in `trusted`.
    #[must_use]
    pub fn keys<'k>(&'k self, trusted: &'k TrustedKeys) -> OpeningKeys<'k> {
        OpeningKeys { listener: self, ..self.session.opening_keys(trusted) }
    }
}

impl KeyListener for NamedOpening<'_> {
    fn opened_by(&self, number: usize, WrappedKey { provider, key_id, .. }: &WrappedKey) {
        let Self { session, name } = self;
        session.observer().note(&format!("{name}: opened by key {} {provider} {key_id}", number + 1));
    }
}
