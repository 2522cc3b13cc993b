//! What providers wrap and unwrap with.

use super::age::identities::Identities;
use super::aws_kms::service::AwsKms;
use super::passphrase::PassphraseSource;

/// What providers wrap and unwrap with. Whether a key may be asked is not theirs to decide: the keyring checks that before.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'a> {
    /// AWS KMS, as the user has it asked.
    pub kms: &'a AwsKms,
    /// Where age identities are found.
    pub identities: &'a Identities,
    /// Who is asked for passphrases.
    pub passphrases: &'a dyn PassphraseSource,
}
