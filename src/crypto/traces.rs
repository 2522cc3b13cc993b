//! What encryption leaves behind besides its buffers.

use zeroize::Zeroize;

use crate::crypto::aead::{Aead, Backend, NONCE_LEN, Nonce, Suite, TAG_LEN};
use crate::crypto::secret::DATA_KEY_LEN;

/// Words of the stack that are overwritten: more than the calls down to a cipher use.
const STACK_WORDS: usize = 2048;
/// Blocks that the fastest code works on at a time.
const BLOCKS: usize = 16;
/// Bytes from which on that code is used.
const LONG: usize = 1024;

/// Wipes the traces of the work below when it is dropped, for work without a buffer that does so. Made before the work.
pub(crate) struct TracesToWipe;

impl Drop for TracesToWipe {
    fn drop(&mut self) {
        wipe_traces();
    }
}

/// Overwrites the stack below when it is dropped: where a key was derived, its parts are left there. Made before that.
pub(crate) struct StackToWipe;

impl Drop for StackToWipe {
    fn drop(&mut self) {
        overwrite_stack();
    }
}

/// Overwrites the last block that this thread opened or sealed: it is left in registers, and a part of a block on the stack.
///
/// The caller must not be further down the stack than the calls that worked.
pub(crate) fn wipe_traces() {
    // The same code uses the same registers. Key and nonce protect nothing: both are known, and the result is dropped.
    let aead = Aead::new(Suite::Aes256Gcm, Backend::default(), &[0; DATA_KEY_LEN]);
    let mut zeros = [0; LONG + BLOCKS * TAG_LEN];
    // Which registers hold the last blocks depends on how many there are, and whether a long piece precedes them.
    let whole = (1..=BLOCKS).map(|blocks| blocks * TAG_LEN);
    for len in whole.clone().map(|len| LONG + len).chain(whole).chain([TAG_LEN - 1]) {
        let tag = aead.seal_in_place(Nonce([0; NONCE_LEN]), &[], &mut zeros[..len]);
        let opened = aead.open_in_place(Nonce([0; NONCE_LEN]), &[], &tag, &mut zeros[..len]);
        debug_assert!(opened.is_ok(), "what was just sealed opens");
    }
    overwrite_stack();
}

#[inline(never)]
fn overwrite_stack() {
    let mut words = [0u64; STACK_WORDS];
    words.zeroize();
    std::hint::black_box(&words);
}
