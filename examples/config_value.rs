//! Encrypts the values of a config file, and reads one of them.

use std::error::Error;

use kenc::Session;
use kenc::document::Node;
use kenc::document::{Document, EncryptedDocument, EncryptionRecipe, Format, OpenRequirements};
use kenc::keys::{KeySpec, NewIdentity};

/// Runs the example.
pub fn main() -> Result<(), Box<dyn Error>> {
    let identity = NewIdentity::generate();
    let session = Session::new().with_identities(identity.secret);

    let plaintext = b"db:\n  user: eve # nobody else\n  password: c4r1b0u\n".to_vec();
    let document = Document::from_plaintext(Format::Yaml, plaintext.into())?;
    let groups = vec![vec![KeySpec::from(identity.recipient).into()]];
    let encrypted =
        document.encrypt(&EncryptionRecipe { groups, ..EncryptionRecipe::default() }, &session.keyring())?.text;
    println!("encrypted the values; keys and comments stay:");
    println!("{}", encrypted.lines().take(3).collect::<Vec<_>>().join("\n"));

    let sealed = EncryptedDocument::new(Document::parse(Format::Yaml, encrypted)?)?;
    let opened = sealed.open(&session.keyring(), &OpenRequirements::default())?;
    let Some(Node::Leaf(leaf)) = opened.plaintext().tree().node(&"db.password".parse()?) else {
        return Err("there is no such value".into());
    };
    println!("db.password has {} characters", leaf.value.bare().len());
    assert_eq!(leaf.value.bare().as_slice(), b"c4r1b0u");
    Ok(())
}
