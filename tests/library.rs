//! The library as another program sees it: nothing but its public items.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use kenc::context::EncryptionContext;
use kenc::error::{Class, Error};
use kenc::keys::{KeyChange, KeyRefusal, KeySpec, NewIdentity, TrustedKeys};
use kenc::ops::observer::Observer;
use kenc::{SecretString, Session};

#[path = "../examples/config_value.rs"]
mod config_value;
#[path = "../examples/file.rs"]
mod file;
#[path = "../examples/rewrap.rs"]
mod rewrap;
#[path = "../examples/stream.rs"]
mod stream;

fn session() -> Session {
    let identity = NewIdentity::generate();
    Session::new().with_key(identity.recipient).with_identities(identity.secret)
}

#[test]
fn the_examples_do_what_they_say() {
    for example in [file::main, stream::main, config_value::main, rewrap::main] {
        example().unwrap();
    }
}

#[test]
fn what_a_session_sealed_opens_in_it_and_in_no_other() {
    let (ours, other) = (session(), session());
    for len in [0, 1, 16 << 10, (16 << 10) + 1, 1 << 20] {
        let plaintext = vec![7; len];
        let sealed = ours.seal(&plaintext).unwrap();
        assert_eq!(*ours.open(&sealed).unwrap(), plaintext);
        assert!(matches!(other.open(&sealed), Err(Error::NoKeyOpens { .. })));
    }
}

#[test]
fn what_was_changed_or_cut_off_opens_as_nothing() {
    let session = session();
    let sealed = session.seal(b"attack at dawn").unwrap();
    let last = sealed.len() - 1;
    let mut changed = sealed.clone();
    changed[last] ^= 1;
    assert!(matches!(session.open(&changed), Err(Error::Authentication(_))));
    for len in 0..last {
        assert!(session.open(&sealed[..len]).is_err(), "{len} bytes of {} opened", sealed.len());
    }
    let longer = [&sealed[..], b"x"].concat();
    assert!(matches!(session.open(&longer), Err(Error::Authentication(_))));
}

#[test]
fn an_identity_in_memory_opens_among_lines_that_do_not() {
    use age::secrecy::ExposeSecret;

    let identity = NewIdentity::generate();
    let sealed = Session::new().with_key(identity.recipient).seal(b"a").unwrap();
    let text = format!("# ours\nnonsense\n{}\n", identity.secret.expose_secret());
    assert_eq!(*Session::new().with_identities(SecretString::from(text)).open(&sealed).unwrap(), b"a");
    let Err(error) = Session::new().with_identities(SecretString::from("nonsense")).open(&sealed) else {
        panic!("nonsense opened it");
    };
    let Error::NoKeyOpens { attempts } = error else { panic!("{error}") };
    let refusal = attempts[0].refusal.to_string();
    assert!(refusal.contains("the identities in memory") && !refusal.contains("nonsense"), "{refusal}");
}

#[test]
fn a_passphrase_is_one_key_among_others() {
    let identity = NewIdentity::generate();
    let session = Session::new()
        .with_key(KeySpec::passphrase())
        .with_passphrase("correct horse".into())
        .with_key(identity.recipient);
    let sealed = session.seal(b"a").unwrap();
    assert_eq!(*session.open(&sealed).unwrap(), b"a");
    assert_eq!(*Session::new().with_identities(identity.secret).open(&sealed).unwrap(), b"a");
    assert!(Session::new().with_passphrase("wrong".into()).open(&sealed).is_err());
    assert!(Session::new().with_key(KeySpec::passphrase()).seal(b"a").is_err());
}

#[test]
fn the_context_is_bound_and_demanded() {
    let context = |words: &[&str]| EncryptionContext::from_words(words).unwrap();
    let identity = NewIdentity::generate();
    let session = Session::new().with_key(identity.recipient).with_identities(identity.secret);
    let sealed = session.seal(b"a").unwrap();
    let session = session.with_context(context(&["app=demo"]));
    assert_eq!(session.open(&sealed).unwrap_err().class(), Class::NotAuthentic);
    let sealed = session.seal(b"a").unwrap();
    assert_eq!(*session.open(&sealed).unwrap(), b"a");
    assert!(session.with_context(context(&["app=other"])).open(&sealed).is_err());
}

#[test]
fn an_encryptor_that_is_not_finished_leaves_a_file_that_does_not_open() {
    let session = session();
    let mut sealed = Vec::new();
    let mut encryptor = session.encryptor(&mut sealed).unwrap();
    encryptor.write_all(&vec![7; 1 << 20]).unwrap();
    drop(encryptor);
    let mut plaintext = Vec::new();
    assert!(session.decryptor(&sealed[..]).unwrap().read_to_end(&mut plaintext).is_err());
}

#[test]
fn a_session_without_keys_seals_nothing_and_a_file_keeps_its_last_key() {
    assert!(matches!(Session::new().seal(b"a"), Err(Error::NoKeyGiven)));
    let identity = NewIdentity::generate();
    let key = KeySpec::from(identity.recipient);
    let session = Session::new().with_key(key.clone()).with_identities(identity.secret);
    let sealed = session.seal(b"a").unwrap();
    let change = KeyChange { removed: vec![key], ..KeyChange::default() };
    assert!(matches!(session.rewrap(&sealed, change), Err(Error::LastKey)));
}

#[test]
fn a_key_that_a_file_names_is_asked_only_if_it_is_trusted() {
    let identity = NewIdentity::generate();
    let recipient = identity.recipient.to_string();
    let session = Session::new().with_key(identity.recipient).with_identities(identity.secret);
    let sealed = session.seal(b"a").unwrap();

    let mut trusted = TrustedKeys::none();
    trusted.add(&NewIdentity::generate().recipient.to_string()).unwrap();
    let session = session.with_trusted_keys(trusted.clone());
    let Err(Error::NoKeyOpens { attempts }) = session.open(&sealed) else { panic!("a key was asked") };
    assert!(matches!(attempts[0].refusal, KeyRefusal::NotTrusted));

    trusted.add(&recipient).unwrap();
    assert_eq!(*session.with_trusted_keys(trusted).open(&sealed).unwrap(), b"a");
}

#[test]
fn an_observer_hears_which_key_opened_a_file() {
    #[derive(Default)]
    struct Notes(Mutex<Vec<String>>);
    impl Observer for Notes {
        fn note(&self, text: &str) {
            self.0.lock().unwrap().push(text.to_owned());
        }
    }

    let identity = NewIdentity::generate();
    let recipient = identity.recipient.to_string();
    let notes = Arc::new(Notes::default());
    let session = Session::new()
        .with_key(identity.recipient)
        .with_identities(identity.secret)
        .with_observer(Arc::clone(&notes) as Arc<dyn Observer>);
    let sealed = session.seal(b"a").unwrap();
    session.open(&sealed).unwrap();
    assert_eq!(*notes.0.lock().unwrap(), [format!("opened by key 1 age {recipient}")]);
}
