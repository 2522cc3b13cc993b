//! Encrypts a file, and decrypts it again.

use std::error::Error;
use std::fs::{self, File};
use std::io;

use kenc::Session;
use kenc::keys::NewIdentity;

/// Runs the example.
pub fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (plain, sealed) = (folder.path().join("letter.txt"), folder.path().join("letter.txt.kenc"));
    fs::write(&plain, "attack at dawn")?;

    let identity = NewIdentity::generate();
    let session = Session::new().with_key(identity.recipient).with_identities(identity.secret);

    let mut encryptor = session.encryptor(File::create(&sealed)?)?;
    io::copy(&mut File::open(&plain)?, &mut encryptor)?;
    encryptor.finish()?.sync_all()?;
    println!("encrypted {} bytes into {}", fs::metadata(&plain)?.len(), fs::metadata(&sealed)?.len());

    let plaintext = io::read_to_string(session.decryptor(File::open(&sealed)?)?)?;
    println!("decrypted: {plaintext}");
    assert_eq!(plaintext, "attack at dawn");
    Ok(())
}
