//! age files of the age crate, which `rage` is the command line of: both ways, with every kind of recipient; and `rage` itself,
//! where it is installed.

use std::io::{Read, Write};
use std::process::Command;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret, SecretString};
use age::{Decryptor, Encryptor, Identity, Recipient};

use crate::support::{Home, has, noise, repository};

const LENGTHS: [usize; 6] = [0, 1, 65_535, 65_536, 65_537, 200_000];

fn encrypt(recipient: &dyn Recipient, format: Format, plaintext: &[u8]) -> Vec<u8> {
    let encryptor = Encryptor::with_recipients(std::iter::once(recipient)).expect("there is a recipient");
    let output = ArmoredWriter::wrap_output(Vec::new(), format).expect("memory can be written to");
    let mut writer = encryptor.wrap_output(output).expect("the recipient takes it");
    writer.write_all(plaintext).expect("memory can be written to");
    writer.finish().and_then(ArmoredWriter::finish).expect("memory can be written to")
}

fn decrypt(identity: &dyn Identity, file: &[u8]) -> Vec<u8> {
    let decryptor = Decryptor::new(ArmoredReader::new(file)).expect("it is an age file");
    let mut plaintext = Vec::new();
    let mut reader = decryptor.decrypt(std::iter::once(identity)).expect("the identity opens it");
    reader.read_to_end(&mut plaintext).expect("it is authentic");
    plaintext
}

/// Both ways, with kenc opening by what is in `key.txt` or by the passphrase in `words`.
fn both_ways(home: &Home, word: &str, recipient: &dyn Recipient, identity: &dyn Identity, open: &[&str]) {
    for length in LENGTHS {
        let plaintext = noise(length);
        home.write("plain", &plaintext);
        for (format, armor) in [(Format::Binary, &[][..]), (Format::AsciiArmor, &["-a"])] {
            home.write("theirs", encrypt(recipient, format, &plaintext));
            home.run(["decrypt", "theirs"].iter().chain(open)).gives(&plaintext);
            let words = ["encrypt", "--format", "age", "-k", word, "-f", "-o", "ours", "plain"];
            let passphrase = if word == "passphrase:" { open } else { &[] };
            home.run(words.iter().chain(armor).chain(passphrase)).ok();
            assert!(decrypt(identity, &home.read("ours")) == plaintext, "{word}: {length} bytes");
        }
    }
}

#[test]
fn files_of_every_length_and_kind_of_recipient_go_both_ways_with_the_age_crate() {
    let home = Home::new();
    let open = ["--identity", "key.txt"];
    let identity = age::x25519::Identity::generate();
    home.write("key.txt", identity.to_string().expose_secret());
    let recipient = identity.to_public();
    both_ways(&home, &recipient.to_string(), &recipient, &identity, &open);

    for kind in [&["ed25519"][..], &["rsa", "-b", "2048"]] {
        if !has("ssh-keygen") {
            break;
        }
        let _ = std::fs::remove_file(home.file("key.txt"));
        let mut command: Command = home.tool("ssh-keygen");
        command.args(["-q", "-N", "", "-f", "key.txt", "-t"]).args(kind);
        crate::support::finish(command, b"").ok();
        let word = crate::support::text(&home.read("key.txt.pub")).trim().to_owned();
        let recipient: age::ssh::Recipient = word.parse().expect("ssh-keygen wrote it");
        let identity = age::ssh::Identity::from_buffer(&home.read("key.txt")[..], None).expect("ssh-keygen wrote it");
        both_ways(&home, &word, &recipient, &identity, &open);
    }

    home.write("words", "some words\n");
    let passphrase = SecretString::from("some words".to_owned());
    let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(10);
    let plaintext = noise(100_000);
    home.write("plain", &plaintext);
    home.write("theirs", encrypt(&recipient, Format::Binary, &plaintext));
    home.run(["decrypt", "--passphrase-from", "file:words", "theirs"]).gives(&plaintext);
    let words = [
        "encrypt",
        "--format",
        "age",
        "-k",
        "passphrase:",
        "--passphrase-from",
        "file:words",
        "-f",
        "-o",
        "ours",
        "plain",
    ];
    home.run(words).ok();
    assert!(decrypt(&age::scrypt::Identity::new(passphrase), &home.read("ours")) == plaintext);
}

#[test]
fn files_go_both_ways_with_rage() {
    let built = repository().join("target/rage/bin/rage");
    let program = if built.is_file() { built.display().to_string() } else { "rage".to_owned() };
    let missing = "there is no `rage` here; tests/run builds it";
    need!(if built.is_file() || has("rage") { Ok(()) } else { Err(missing.to_owned()) });
    let home = Home::new();
    let recipient = home.keygen();
    home.write("plain", noise(200_000));
    home.succeeds(&format!(
        "identity=$(ls ../home/.config/kenc/keys.txt)
        both_ways() {{
            for armor in '' -a; do
                {program} -e $armor \"$1\" \"$2\" -o theirs plain || exit 1
                kenc decrypt --identity \"$identity\" theirs | cmp - plain || exit 2
                kenc encrypt -f --format age $armor -k \"$3\" -o ours plain || exit 3
                {program} -d -i \"$identity\" ours | cmp - plain || exit 4
                rm theirs
            done
        }}
        both_ways -r {recipient} {recipient}
        ! command -v ssh-keygen >/dev/null && exit 0
        for kind in ed25519 rsa; do
            identity=$kind
            ssh-keygen -q -N '' -t $kind -f $kind
            both_ways -R $kind.pub \"$(cat $kind.pub)\"
        done"
    ));
}
