//! age files as text: how documents hold wrapped keys.

use std::io::{Read, Write};

use ::age::armor::{ArmoredReader, ArmoredWriter, Format};

use crate::error::{Error, Result};

/// The text of a wrapped key, as documents hold it.
pub(in crate::keys) fn to_armor(ciphertext: &[u8]) -> Result<String> {
    let mut text = Vec::new();
    ArmoredWriter::wrap_output(&mut text, Format::AsciiArmor)
        .and_then(|mut writer| {
            writer.write_all(ciphertext)?;
            writer.finish()
        })
        .map_err(|source| Error::io("armor the data key that age wrapped", source))?;
    Ok(String::from_utf8(text).expect("armor is ASCII"))
}

/// The wrapped key that a document holds as text. `None` if it is damaged, or far too long for a wrapped key.
pub(in crate::keys) fn from_armor(text: &str) -> Option<Vec<u8>> {
    const MAX_LEN: u64 = 1 << 16;
    let mut ciphertext = Vec::new();
    ArmoredReader::new(text.as_bytes()).take(MAX_LEN).read_to_end(&mut ciphertext).ok()?;
    Some(ciphertext)
}
