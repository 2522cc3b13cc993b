//! What identities are looked for.

use age_core::format::Stanza;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::recipient::AgeRecipient;
use crate::crypto::sha256;
use crate::keys::spec::KeySpec;

/// What is to be opened, as far as it tells which identities can do so.
#[derive(Clone, Copy)]
pub(super) enum Sought<'a> {
    /// A data key that was wrapped for this recipient.
    Recipient(&'a str),
    /// A file with these stanzas, which do not name their recipients, by an identity of one of the keys `only`, if there are any.
    Stanzas { stanzas: &'a [Stanza], only: &'a [KeySpec] },
}

impl Sought<'_> {
    /// Whether an ssh key may open it.
    pub(super) fn may_be_ssh(self) -> bool {
        match self {
            Self::Recipient(recipient) => recipient.starts_with("ssh-"),
            Self::Stanzas { stanzas, .. } => stanzas.iter().any(is_ssh),
        }
    }

    /// Whether the ssh key with this public half, a line of a `.pub` file, does not open it, so that nobody is asked for its
    /// passphrase in vain.
    pub(super) fn is_other_ssh_key(self, public: &str) -> bool {
        let Ok(Some(public)) = AgeRecipient::from_word(public.trim()) else { return false };
        match self {
            Self::Recipient(recipient) => public.as_str() != recipient,
            Self::Stanzas { stanzas, .. } => !stanzas.iter().any(|stanza| is_for_ssh_key(stanza, &public)),
        }
    }

    /// Whether identities of this plugin may open it. A recipient names its plugin, unless it is the tag of a key in hardware.
    pub(super) fn may_be_of_plugin(self, name: &str) -> bool {
        match self {
            Self::Recipient(recipient) => {
                let rest = recipient.strip_prefix("age1").unwrap_or_default();
                ["tag1", "tagpq1"].iter().any(|tag| rest.starts_with(tag))
                    || rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('1'))
            }
            Self::Stanzas { only, .. } => {
                let is_of_plugin = |key: &KeySpec| Sought::Recipient(key.as_str()).may_be_of_plugin(name);
                only.is_empty() || only.iter().any(is_of_plugin)
            }
        }
    }

    /// Whether the identity of a recipient may be tried; that of an ssh key has none.
    pub(super) fn permits(self, recipient: Option<&AgeRecipient>) -> bool {
        let Self::Stanzas { only, .. } = self else { return true };
        let is_named = |key: &KeySpec| match recipient {
            Some(recipient) => recipient.as_str() == key.as_str(),
            None => key.as_str().starts_with("ssh-"),
        };
        only.is_empty() || only.iter().any(is_named)
    }
}

/// Whether a stanza is for this ssh key: the first argument of both kinds is the beginning of the hash of the public key.
pub(super) fn is_for_ssh_key(stanza: &Stanza, public: &AgeRecipient) -> bool {
    let key = public.as_str().split(' ').nth(1).and_then(|key| STANDARD.decode(key).ok());
    let tag = key.map(|key| STANDARD_NO_PAD.encode(&sha256(&key)[..4]));
    is_ssh(stanza) && stanza.args.first() == tag.as_ref()
}

fn is_ssh(stanza: &Stanza) -> bool {
    matches!(&*stanza.tag, "ssh-ed25519" | "ssh-rsa")
}
