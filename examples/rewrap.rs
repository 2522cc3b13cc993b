//! Gives a file to somebody else: the wrapping key changes, and the payload stays as it is.

use std::error::Error;

use kenc::Session;
use kenc::keys::{KeyChange, NewIdentity};

/// Runs the example.
pub fn main() -> Result<(), Box<dyn Error>> {
    let (ours, theirs) = (NewIdentity::generate(), NewIdentity::generate());
    let our_session = Session::new().with_key(ours.recipient).with_identities(ours.secret);
    let their_session = Session::new().with_identities(theirs.secret);

    let sealed = our_session.seal(b"attack at dawn")?;
    let change = KeyChange { replacement: vec![theirs.recipient.into()], ..KeyChange::default() };
    let rewrapped = our_session.rewrap(&sealed, change)?;
    println!("rewrapped {} bytes", rewrapped.len());

    assert_eq!(*their_session.open(&rewrapped)?, b"attack at dawn");
    println!("they open it: {}", their_session.open(&rewrapped).is_ok());
    println!("we open it: {}", our_session.open(&rewrapped).is_ok());
    assert!(our_session.open(&rewrapped).is_err());
    Ok(())
}
