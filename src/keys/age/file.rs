//! The age file that holds a wrapped data key, or a share of one.

use std::io::{Read, Write};

use ::age::{DecryptError, EncryptError, Encryptor, Recipient};
use age_core::format::is_arbitrary_string;
use zeroize::Zeroizing;

use super::plugin::refusal_in;
use super::slot::SCRYPT;
use super::stanza_text::{header_bytes, header_text};
use crate::crypto::age_file::{ChunkPlace, PAYLOAD_NONCE_LEN, StreamKey, header_mac, new_file_key};
use crate::crypto::{Backend, DataKey, KEY_SHARE_LEN, fill_random};
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

/// An age file with `secret`, for one recipient.
///
/// The age crate adds a stanza of random length to every header. Without it, the length of a header follows from its keys.
///
/// # Errors
/// What the recipient refuses. Only a plugin can.
pub(super) fn seal_for(recipient: &dyn Recipient, secret: &[u8]) -> Result<Vec<u8>, KeyRefusal> {
    let file_key = new_file_key();
    let (stanzas, labels) = recipient.wrap_file_key(&file_key).map_err(|error| refusal_to_wrap(&error))?;
    if !labels.iter().all(is_arbitrary_string) {
        return Err(refusal_to_wrap(&EncryptError::InvalidRecipientLabels(labels)));
    }
    if stanzas.iter().any(|stanza| stanza.tag == SCRYPT) {
        return Err(refusal_to_wrap(&EncryptError::MixedRecipientAndPassphrase));
    }
    let text = header_text(&stanzas);
    let mac = header_mac(&file_key, text.as_bytes());
    let mut file = header_bytes(text, &mac);
    let mut nonce = [0; PAYLOAD_NONCE_LEN];
    fill_random(&mut nonce);
    let mut chunk = Zeroizing::new(secret.to_vec());
    let tag = StreamKey::new(&file_key, &nonce, Backend::default()).seal_chunk(0, ChunkPlace::Last, &mut chunk);
    for part in [&nonce[..], &chunk[..], &tag[..]] {
        file.extend_from_slice(part);
    }
    Ok(file)
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
