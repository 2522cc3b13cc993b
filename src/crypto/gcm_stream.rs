//! AES-256-GCM over a message that is too long for memory: decrypted piece by piece, and authentic only when its tag was compared.
//!
//! The bulk AEADs take a message as a whole. This is the same construction (NIST SP 800-38D) from its two parts, CTR and GHASH, and is
//! tested against them. It only opens: kenc makes no such messages.

use aes_gcm::aes::Aes256;
use ctr::Ctr32BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use ghash::GHash;
use ghash::universal_hash::UniversalHash as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::aead::{NONCE_LEN, NotAuthentic, Tag};
use super::secret::DATA_KEY_LEN;

/// Bytes of a block.
pub(crate) const GCM_BLOCK: usize = 16;

/// Opens one message. What comes out is not authentic before [`GcmOpener::finish`] says so.
pub(crate) struct GcmOpener {
    keystream: Ctr32BE<Aes256>,
    hash: GHash,
    /// What the hash is encrypted with.
    mask: Zeroizing<[u8; GCM_BLOCK]>,
    additional_len: u64,
    len: u64,
}

impl GcmOpener {
    pub(crate) fn new(key: &[u8; DATA_KEY_LEN], nonce: [u8; NONCE_LEN], additional: &[u8]) -> Self {
        let mut hash_key = Zeroizing::new([0; GCM_BLOCK]);
        // The first block of the keystream from zero is the block cipher's output for zero.
        Ctr32BE::<Aes256>::new(key.into(), &[0; GCM_BLOCK].into()).apply_keystream(&mut hash_key[..]);
        let mut counter = [0; GCM_BLOCK];
        counter[..NONCE_LEN].copy_from_slice(&nonce);
        counter[GCM_BLOCK - 1] = 1;
        let mut keystream = Ctr32BE::<Aes256>::new(key.into(), &counter.into());
        let mut mask = Zeroizing::new([0; GCM_BLOCK]);
        keystream.apply_keystream(&mut mask[..]);
        let mut hash = GHash::new((&*hash_key).into());
        hash.update_padded(additional);
        Self { keystream, hash, mask, additional_len: additional.len() as u64, len: 0 }
    }

    /// Decrypts the next piece in place.
    ///
    /// # Panics
    /// If the piece before this one did not end with a whole block.
    pub(crate) fn update(&mut self, piece: &mut [u8]) {
        assert!(self.len.is_multiple_of(GCM_BLOCK as u64), "only the last piece may end within a block");
        self.hash.update_padded(piece);
        self.keystream.apply_keystream(piece);
        self.len += piece.len() as u64;
    }

    /// Compares the tag, in constant time.
    pub(crate) fn finish(self, tag: &Tag) -> Result<(), NotAuthentic> {
        let Self { keystream: _, mut hash, mask, additional_len, len } = self;
        let mut lengths = [0; GCM_BLOCK];
        lengths[..8].copy_from_slice(&(additional_len * 8).to_be_bytes());
        lengths[8..].copy_from_slice(&(len * 8).to_be_bytes());
        hash.update_padded(&lengths);
        let mut expected = Zeroizing::new([0; GCM_BLOCK]);
        for ((byte, hash), mask) in expected.iter_mut().zip(hash.finalize()).zip(*mask) {
            *byte = hash ^ mask;
        }
        if expected.ct_eq(tag).into() { Ok(()) } else { Err(NotAuthentic) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::aead::{Aead, Backend, Nonce, Suite};

    #[test]
    fn a_message_opens_in_pieces_as_it_was_sealed_as_a_whole() {
        let (key, nonce) = ([7; DATA_KEY_LEN], [9; NONCE_LEN]);
        for backend in Backend::ALL {
            let aead = Aead::new(Suite::Aes256Gcm, *backend, &key);
            for (len, additional) in [(0, &b""[..]), (1, b"a"), (16, b"ab"), (47, b""), (100_000, b"sixteen bytes ad")]
            {
                let plaintext: Vec<u8> = (0..len).map(|at: usize| u8::try_from(at % 251).unwrap()).collect();
                let mut sealed = plaintext.clone();
                let tag = aead.seal_in_place(Nonce(nonce), additional, &mut sealed);
                for piece in [16, 32, 4096] {
                    let mut pieces = sealed.clone();
                    let mut opener = GcmOpener::new(&key, nonce, additional);
                    pieces.chunks_mut(piece).for_each(|piece| opener.update(piece));
                    assert!(opener.finish(&tag).is_ok() && pieces == plaintext, "{len}");
                }
                let open = |sealed: &[u8], additional: &[u8], tag: &Tag| {
                    let mut opener = GcmOpener::new(&key, nonce, additional);
                    opener.update(&mut sealed.to_vec());
                    opener.finish(tag).is_ok()
                };
                assert!(open(&sealed, additional, &tag));
                assert!(!open(&sealed, b"other", &tag));
                let mut other_tag = tag;
                other_tag[15] ^= 1;
                assert!(!open(&sealed, additional, &other_tag));
                for at in [0, len / 2, len.saturating_sub(1)].into_iter().filter(|at| *at < len) {
                    let mut changed = sealed.clone();
                    changed[at] ^= 1;
                    assert!(!open(&changed, additional, &tag), "{len}, {at}");
                }
                assert!(len == 0 || !open(&sealed[..len - 1], additional, &tag));
            }
        }
    }
}
