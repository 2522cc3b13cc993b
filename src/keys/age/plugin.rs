//! age plugins: programs named `age-plugin-NAME` that wrap and unwrap for recipients and identities of their own kind.
//!
//! The `age` crate speaks their protocol. It does so here in a thread of its own: a plugin that never answers, or that makes
//! the crate panic, ends as a refusal, and what a plugin wants to know is asked where passphrases are asked.

use std::collections::HashSet;
use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use ::age::plugin::{Identity, IdentityPluginV1, Recipient, RecipientPluginV1};
use ::age::secrecy::{ExposeSecret, SecretString};
use ::age::{Callbacks, DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};

use crate::error::PluginRefusal;
use crate::keys::passphrase::PassphraseSource;
use crate::threads;

/// How long a plugin may say nothing: it may wait for a person to touch a token. Answers of a person are not in it.
const PATIENCE: Duration = Duration::from_mins(2);
/// Most characters of a plugin's words that are repeated.
const MAX_MESSAGE: usize = 300;
/// Most stanzas that a plugin may make for one recipient.
const MAX_STANZAS: usize = 64;

/// A recipient that a plugin wraps for.
pub(super) struct PluginRecipient<'a> {
    pub(super) recipient: Recipient,
    pub(super) asked: &'a dyn PassphraseSource,
}

/// The identities of one place that belong to one plugin.
pub(super) struct PluginIdentities<'a> {
    name: String,
    identities: Vec<Identity>,
    asked: &'a dyn PassphraseSource,
}

impl<'a> PluginIdentities<'a> {
    /// The identities of each plugin together, so that it runs once.
    pub(super) fn by_plugin(identities: Vec<Identity>, asked: &'a dyn PassphraseSource) -> Vec<Self> {
        let mut plugins: Vec<Self> = Vec::new();
        for identity in identities {
            match plugins.iter_mut().find(|plugin| plugin.name == identity.plugin()) {
                Some(plugin) => plugin.identities.push(identity),
                None => {
                    plugins.push(Self { name: identity.plugin().to_owned(), identities: vec![identity], asked });
                }
            }
        }
        plugins
    }

    /// The name of the plugin.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl ::age::Recipient for PluginRecipient<'_> {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let recipient = self.recipient.clone();
        let program = program(recipient.plugin());
        let file_key = copy_of(file_key);
        let wrap = move |bridge| {
            let plugin = RecipientPluginV1::new(recipient.plugin(), std::slice::from_ref(&recipient), &[], bridge)
                .map_err(EncryptError::PluginResolve)?;
            ::age::Recipient::wrap_file_key(&plugin, &file_key)
        };
        let wrapped = converse(self.asked, &program, PATIENCE, wrap).and_then(|wrapped| {
            let (stanzas, labels) = wrapped.map_err(|error| why_not_wrapped(program.clone(), &error))?;
            if stanzas.len() > MAX_STANZAS {
                return Err(PluginRefusal::Broken { program });
            }
            Ok((stanzas, labels))
        });
        wrapped.map_err(|refusal| EncryptError::Io(io::Error::other(refusal)))
    }
}

impl ::age::Identity for PluginIdentities<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        ::age::Identity::unwrap_stanzas(self, &[copy_of_stanza(stanza)])
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let program = program(&self.name);
        let (name, identities) = (self.name.clone(), self.identities.clone());
        let stanzas: Vec<Stanza> = stanzas.iter().map(copy_of_stanza).collect();
        let unwrap = move |bridge| {
            let plugin = IdentityPluginV1::new(&name, &identities, bridge).map_err(|_| Unopened::Missing)?;
            match ::age::Identity::unwrap_stanzas(&plugin, &stanzas) {
                Some(unwrapped) => unwrapped.map(Some).map_err(Unopened::Failed),
                None => Ok(None),
            }
        };
        let unwrapped = converse(self.asked, &program, PATIENCE, unwrap)
            .and_then(|unwrapped| unwrapped.map_err(|error| why_not_unwrapped(program, &error)));
        unwrapped.map_err(|refusal| DecryptError::Io(io::Error::other(refusal))).transpose()
    }
}

/// Why a plugin gave no file key.
enum Unopened {
    Missing,
    Failed(DecryptError),
}

/// The refusal of a plugin that an error of the `age` crate carries.
pub(super) fn refusal_in(error: &io::Error) -> Option<PluginRefusal> {
    error.get_ref()?.downcast_ref::<PluginRefusal>().cloned()
}

fn program(name: &str) -> String {
    format!("age-plugin-{name}")
}

fn why_not_wrapped(program: String, error: &EncryptError) -> PluginRefusal {
    match error {
        EncryptError::PluginResolve(_) => PluginRefusal::Missing { program },
        EncryptError::Plugin(errors) => said(program, errors),
        _ => PluginRefusal::Broken { program },
    }
}

fn why_not_unwrapped(program: String, error: &Unopened) -> PluginRefusal {
    match error {
        Unopened::Missing => PluginRefusal::Missing { program },
        Unopened::Failed(DecryptError::Plugin(errors)) => said(program, errors),
        Unopened::Failed(_) => PluginRefusal::Broken { program },
    }
}

/// The first of a plugin's errors, in the words of the `age` crate, which does not give them otherwise.
fn said(program: String, errors: impl IntoIterator<Item = impl std::fmt::Display>) -> PluginRefusal {
    let message = errors.into_iter().next().map_or_else(String::new, |error| error.to_string());
    // Marks that isolate directions of writing stand around the plugin's own words.
    let is_mark = |letter: &char| matches!(letter, '\u{2066}'..='\u{2069}');
    let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
    let message: String = message.trim().chars().filter(|it| !is_mark(it)).take(MAX_MESSAGE).map(printable).collect();
    PluginRefusal::Failed { program, message }
}

fn copy_of(file_key: &FileKey) -> FileKey {
    FileKey::init_with_mut(|copy| copy.copy_from_slice(file_key.expose_secret()))
}

fn copy_of_stanza(Stanza { tag, args, body }: &Stanza) -> Stanza {
    Stanza { tag: tag.clone(), args: args.clone(), body: body.clone() }
}

/// What comes out of the thread that speaks with a plugin.
enum Event<T> {
    PluginQuestion(PluginQuestion),
    /// `None` if the thread panicked.
    Done(Option<T>),
}

/// What a plugin wants to tell or to know.
enum PluginQuestion {
    Tell(String),
    Confirm { question: String, yes: String, no: Option<String>, answer: Sender<Option<bool>> },
    Line { question: String, answer: Sender<Option<String>> },
    Secret { question: String, answer: Sender<Option<SecretString>> },
}

/// Speaks with a plugin in a thread, and answers its questions here.
fn converse<T: Send + 'static>(
    asked: &dyn PassphraseSource,
    program: &str,
    patience: Duration,
    speak: impl FnOnce(Bridge) -> T + Send + 'static,
) -> Result<T, PluginRefusal> {
    let (events, received) = mpsc::channel();
    let broken = || PluginRefusal::Broken { program: program.to_owned() };
    let of_questions = Mutex::new(events.clone());
    let bridge = Bridge(std::sync::Arc::new(move |question| {
        of_questions.lock().is_ok_and(|events| events.send(Event::PluginQuestion(question)).is_ok())
    }));
    let in_thread = move || {
        // Nobody may be waiting any more.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| speak(bridge))).ok();
        let _ = events.send(Event::Done(done));
    };
    threads::spawn(in_thread).map_err(|_| broken())?;
    loop {
        match received.recv_timeout(patience) {
            Ok(Event::PluginQuestion(question)) => answer(asked, program, question),
            Ok(Event::Done(done)) => return done.ok_or_else(broken),
            Err(RecvTimeoutError::Disconnected) => return Err(broken()),
            Err(RecvTimeoutError::Timeout) => {
                return Err(PluginRefusal::Silent { program: program.to_owned(), limit: patience });
            }
        }
    }
}

/// A plugin that went away needs no answer.
fn answer(asked: &dyn PassphraseSource, program: &str, question: PluginQuestion) {
    match question {
        PluginQuestion::Tell(message) => asked.tell(program, &message),
        PluginQuestion::Confirm { question, yes, no, answer } => {
            let _ = answer.send(asked.confirm(program, &question, (&yes, no.as_deref())));
        }
        PluginQuestion::Line { question, answer } => {
            let _ = answer.send(asked.line(program, &question));
        }
        PluginQuestion::Secret { question, answer } => {
            let _ = answer.send(asked.secret(program, &question));
        }
    }
}

/// Takes what a plugin asks to where it is answered.
#[derive(Clone)]
struct Bridge(std::sync::Arc<dyn Fn(PluginQuestion) -> bool + Send + Sync>);

impl Bridge {
    fn ask<A>(&self, question: impl FnOnce(Sender<Option<A>>) -> PluginQuestion) -> Option<A> {
        let (answer, answered) = mpsc::channel();
        if self.0(question(answer)) { answered.recv().ok().flatten() } else { None }
    }
}

impl Callbacks for Bridge {
    fn display_message(&self, message: &str) {
        self.0(PluginQuestion::Tell(message.to_owned()));
    }

    fn confirm(&self, message: &str, yes_string: &str, no_string: Option<&str>) -> Option<bool> {
        self.ask(|answer| PluginQuestion::Confirm {
            question: message.to_owned(),
            yes: yes_string.to_owned(),
            no: no_string.map(ToOwned::to_owned),
            answer,
        })
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.ask(|answer| PluginQuestion::Line { question: description.to_owned(), answer })
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.ask(|answer| PluginQuestion::Secret { question: description.to_owned(), answer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::age::passphrase::tests::Passphrase;

    #[test]
    fn a_plugin_that_says_nothing_is_given_up() {
        let limit = Duration::from_millis(30);
        let (keep, wait) = mpsc::channel::<()>();
        let spoken = converse(&Passphrase(None), "age-plugin-x", limit, move |_| wait.recv().is_ok());
        assert_eq!(spoken, Err(PluginRefusal::Silent { program: "age-plugin-x".to_owned(), limit }));
        drop(keep);
    }

    #[test]
    fn a_plugin_that_makes_the_conversation_panic_is_a_refusal() {
        let spoken = converse(&Passphrase(None), "age-plugin-x", PATIENCE, |_| -> () {
            std::panic::resume_unwind(Box::new("what no plugin may say"))
        });
        assert_eq!(spoken, Err(PluginRefusal::Broken { program: "age-plugin-x".to_owned() }));
    }

    #[test]
    fn what_nobody_answers_is_answered_with_nothing() {
        let spoken = converse(&Passphrase(Some("of the file")), "age-plugin-x", PATIENCE, |bridge| {
            bridge.display_message("touch it");
            let secret = bridge.request_passphrase("PIN").map(drop);
            (bridge.confirm("now?", "yes", None), bridge.request_public_string("name"), secret)
        });
        // Least of all with the passphrase of a file.
        assert_eq!(spoken, Ok((None, None, None)));
    }
}
