//! What the command line says of new files.

use kenc::context::EncryptionContext;
use kenc::crypto::Suite;
use kenc::error::Error;
use kenc::formats::format::{Encoding, SealSettings, SignatureChoice};
use kenc::ops::file_id;
use kenc::ops::tree::seal::SealForm;

use crate::args::message::FormatName;
use crate::args::{EncryptArgs, PayloadCipher};
use crate::failure::Failure;

/// The format of the new files, and how they are created.
pub fn form(args: &EncryptArgs) -> SealForm {
    let encoding = if args.armor { Encoding::Armored } else { Encoding::Binary };
    let signing = if args.message.sign { SignatureChoice::EcdsaP384 } else { SignatureChoice::Unsigned };
    let settings = SealSettings { suite: suite(args.cipher), encoding, frame_len: args.message.frame_length, signing };
    (args.message.format.map(FormatName::format), settings)
}

pub fn suite(cipher: PayloadCipher) -> Suite {
    match cipher {
        PayloadCipher::Aes256Gcm => Suite::Aes256Gcm,
        PayloadCipher::ChaCha20Poly1305 => Suite::ChaCha20Poly1305,
    }
}

/// The pairs of -c, and the random one of --id.
pub fn context(args: &EncryptArgs) -> Result<EncryptionContext, Failure> {
    let mut context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    if args.id.id {
        file_id::add(&mut context).map_err(Error::from)?;
    }
    Ok(context)
}
