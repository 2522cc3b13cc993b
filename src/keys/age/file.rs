//! The age file that holds a wrapped data key, or a share of one.

use std::io::{Read, Write};

use ::age::{DecryptError, EncryptError, Encryptor};
use zeroize::Zeroizing;

use super::plugin::refusal_in;
use crate::crypto::{DataKey, KEY_SHARE_LEN};
use crate::error::{Error, KeyRefusal, Result};

/// Greatest work factor that a header can make us spend: four seconds and 1 GiB.
pub(super) const MAX_WORK_FACTOR: u8 = 20;

pub(super) fn seal(encryptor: Encryptor, secret: &[u8]) -> Result<Vec<u8>> {
    let mut ciphertext = Vec::new();
    encryptor
        .wrap_output(&mut ciphertext)
        .and_then(|mut writer| {
            writer.write_all(secret)?;
            writer.finish()
        })
        .map_err(|source| Error::io("wrap the data key with age", source))?;
    Ok(ciphertext)
}

pub(super) fn read_secret(reader: impl Read) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
    let mut content = Zeroizing::new(Vec::with_capacity(KEY_SHARE_LEN + 1));
    reader.take(KEY_SHARE_LEN as u64 + 1).read_to_end(&mut content).map_err(|_| damaged())?;
    Ok(content)
}

pub(super) fn data_key(content: &[u8]) -> Result<DataKey, KeyRefusal> {
    DataKey::from_slice(content).ok_or_else(|| KeyRefusal::Damaged("its age file does not hold a data key".to_owned()))
}

pub(super) fn refusal(error: &DecryptError) -> KeyRefusal {
    match error {
        DecryptError::Io(error) if let Some(refusal) = refusal_in(error) => refusal.into(),
        DecryptError::ExcessiveWork { required, .. } => KeyRefusal::Damaged(too_much_work(*required)),
        DecryptError::KeyDecryptionFailed => KeyRefusal::WrongPassphrase,
        _ => damaged(),
    }
}

/// Why a recipient could not be wrapped for. Only a plugin can refuse: what else could be wrong was checked with the word.
pub(super) fn refusal_to_wrap(error: &EncryptError) -> KeyRefusal {
    match error {
        EncryptError::Io(error) if let Some(refusal) = refusal_in(error) => refusal.into(),
        EncryptError::InvalidRecipientLabels(_) => KeyRefusal::Damaged("its plugin gave an invalid label".to_owned()),
        EncryptError::MixedRecipientAndPassphrase => {
            KeyRefusal::Damaged("its plugin gave a passphrase stanza among others".to_owned())
        }
        _ => damaged(),
    }
}

pub(super) fn too_much_work(required: u8) -> String {
    format!("the scrypt work factor of its passphrase is 2^{required}, and the limit is 2^{MAX_WORK_FACTOR}")
}

fn damaged() -> KeyRefusal {
    KeyRefusal::Damaged("its age file is damaged".to_owned())
}
