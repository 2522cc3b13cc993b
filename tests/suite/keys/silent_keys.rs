//! Files whose keys do not answer or are slow to try: the time and calls that opening them may cost.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::{Condvar, Mutex};

use crate::support::{Home, RawFile, RawServer, RawSlot, answer_json, home_at, moto, noise};

const PLAINTEXT: &[u8] = b"the rest is silence\n";
const NOT_FOUND: i32 = 4;
/// How many keys the files here have.
const KEYS: usize = 8;

/// A KMS where only one key answers, and only while all others are being asked: a client that asks one after the
/// other never gets the answer.
fn answering_when_all_are_asked(port: u16, live: String) -> RawServer {
    let (asked, came) = (Mutex::new(HashSet::new()), Condvar::new());
    RawServer::start(move |request, stream| {
        if request.operation != "Decrypt" {
            return answer_json(stream, 200, &request.pass_on(port).to_string());
        }
        let key = request.body["KeyId"].as_str().expect("a key is named").to_owned();
        let mut asked = asked.lock().expect("no test panics here");
        asked.insert(key.clone());
        came.notify_all();
        let all = came.wait_while(asked, |asked| asked.len() < KEYS).expect("no test panics here");
        if key == live {
            answer_json(stream, 200, &request.pass_on(port).to_string());
        } else {
            // Never: the threads of this server end with the tests.
            drop(all);
            loop {
                std::thread::park();
            }
        }
    })
}

#[test]
fn keys_that_never_answer_are_waited_for_together_with_the_one_that_does() {
    let kms = need!(moto());
    let keys: Vec<String> = (0..KEYS).map(|_| kms.new_key()).collect();
    let arguments: Vec<&str> = keys.iter().flat_map(|key| ["-k", key]).collect();
    let file = kms.home().encrypt(&arguments, PLAINTEXT);
    // With one time-out after the other, the last key would not be asked before the first has used up all of it.
    let server = answering_when_all_are_asked(kms.port, keys[KEYS - 1].clone());
    home_at(server.port).decrypt(&["--aws-timeout", "16"], &file).gives(PLAINTEXT);
}

#[test]
fn keys_of_documents_that_never_answer_are_waited_for_together_as_well() {
    let kms = need!(moto());
    let keys: Vec<String> = (0..KEYS).map(|_| kms.new_key()).collect();
    let arguments: Vec<&str> = keys.iter().flat_map(|key| ["-k", key]).collect();
    let server = answering_when_all_are_asked(kms.port, keys[KEYS - 1].clone());
    let home = home_at(server.port);
    home.write("secrets.yaml", "password: hunter2\n");
    home.run([&["encrypt", "--values", "-i", "secrets.yaml"], &arguments[..]].concat()).ok();
    home.run(["decrypt", "--aws-timeout", "16", "secrets.yaml"]).gives(b"password: hunter2\n");
}

#[test]
fn a_key_that_answers_at_once_is_asked_alone() {
    let kms = need!(moto());
    let keys: Vec<String> = (0..KEYS).map(|_| kms.new_key()).collect();
    let arguments: Vec<&str> = keys.iter().flat_map(|key| ["-k", key]).collect();
    let file = kms.home().encrypt(&arguments, PLAINTEXT);
    let port = kms.port;
    let server = RawServer::start(move |request, stream| answer_json(stream, 200, &request.pass_on(port).to_string()));
    // An hour: on a busy machine, an answer at once may take long.
    home_at(server.port).decrypt(&["--aws-timeout", "3600"], &file).gives(PLAINTEXT);
    assert_eq!(server.asked().len(), 1);
}

/// Some data key under a passphrase that is tried in no time.
fn under_passphrase(passphrase: &str) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
    recipient.set_work_factor(2);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _)).expect("it stands alone");
    let mut writer = encryptor.wrap_output(Vec::new()).expect("memory can be written to");
    writer.write_all(&noise(32)).expect("memory can be written to");
    writer.finish().expect("memory can be written to")
}

#[test]
fn two_passphrases_of_a_file_are_tried_and_no_more() {
    let home = Home::new();
    home.write("right", "passphrase right\n");
    let file = home.encrypt(&["-k", "passphrase:", "--passphrase-from", "file:right"], PLAINTEXT);
    let mut right = RawFile::parse(&file);
    let ours = right.slots[0].clone();
    let [one, two] = ["one", "two"].map(|name| RawSlot { wrapped: under_passphrase(name), ..ours.clone() });
    right.slots = vec![one.clone(), ours.clone(), two.clone()];
    home.decrypt(&["--passphrase-from", "file:right"], &right.build()).gives(PLAINTEXT);
    right.slots = vec![one, two, ours];
    let outcome = home.decrypt(&["--passphrase-from", "file:right"], &right.build());
    outcome.fails(NOT_FOUND).says("not tried: kenc tries at most 2 passphrases per file").hints("another of its keys");
    assert_eq!(outcome.stderr.matches("wrong passphrase").count(), 2, "{}", outcome.stderr);

    // Also for `rewrap`, which opens the file differently; and no third call is made.
    let path = home.write("file.kenc", right.build());
    let recipient = home.keygen();
    let outcome = home.run(["rewrap", "--add", &recipient, "--passphrase-from", "file:right", "file.kenc"]);
    outcome.fails(NOT_FOUND).says("kenc tries at most 2 passphrases");
    right.slots.remove(0);
    std::fs::write(path, right.build()).expect("a file can be written");
    let before = home.read("file.kenc");
    let outcome = home.run(["rewrap", "--add", "passphrase:", "--passphrase-from", "file:right", "file.kenc"]);
    outcome.fails(2).says("a file can have at most 2 passphrases").hints("--remove passphrase:");
    assert_eq!(home.read("file.kenc"), before);
}
