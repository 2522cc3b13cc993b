//! The key of a scratch file: made for it, known to nobody else, and gone with it.

use super::aead::{Aead, Backend, NONCE_LEN, Nonce, NotAuthentic, Suite, Tag};
use super::secret::DataKey;

/// Seals the blocks of one scratch file, in their order. Each block has the nonce that is its number, and the key serves no other
/// file: no nonce comes twice.
pub(crate) struct ScratchKey {
    aead: Aead,
    sealed: u64,
}

impl ScratchKey {
    /// A new random one.
    pub(crate) fn generate() -> Self {
        let key = DataKey::generate();
        Self { aead: Aead::new(Suite::default(), Backend::default(), key.expose()), sealed: 0 }
    }

    /// Seals the next block in place.
    pub(crate) fn seal_next(&mut self, block: &mut [u8]) -> Tag {
        let nonce = nonce(self.sealed);
        self.sealed += 1;
        self.aead.seal_in_place(nonce, &[], block)
    }

    /// Opens block `number` in place, from 0.
    pub(crate) fn open(&self, number: u64, tag: &Tag, block: &mut [u8]) -> Result<(), NotAuthentic> {
        self.aead.open_in_place(nonce(number), &[], tag, block)
    }
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - 8..].copy_from_slice(&number.to_be_bytes());
    Nonce(nonce)
}
