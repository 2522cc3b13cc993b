//! Encrypts a stream of any length in little memory, bound to an encryption context.

use std::error::Error;
use std::io::{self, Read};

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::keys::NewIdentity;

/// Runs the example.
pub fn main() -> Result<(), Box<dyn Error>> {
    const LEN: u64 = 1 << 20;
    let identity = NewIdentity::generate();
    let session = Session::new()
        .with_key(identity.recipient)
        .with_identities(identity.secret)
        .with_context(EncryptionContext::from_words(&["app=backup"])?);

    let mut encryptor = session.encryptor(Vec::new())?;
    let copied = io::copy(&mut io::repeat(7).take(LEN), &mut encryptor)?;
    let sealed = encryptor.finish()?;
    println!("encrypted a stream of {copied} bytes");

    // What is read is authentic; an error at the end says that something is missing.
    let decrypted = io::copy(&mut session.decryptor(&sealed[..])?, &mut io::sink())?;
    println!("decrypted {decrypted} bytes");
    assert_eq!(decrypted, LEN);
    Ok(())
}
