//! No access follows from what a file says about its keys: recipients that an attacker put into a header, into the metadata of
//! a document or on a branch, and configs that would weaken the requirements of others.

mod configs;
mod documents;
mod files;

use std::process::Command;

use kenc::Session;
use kenc::document::{Document, EncryptedDocument, EncryptionRecipe, Format, OpenRequirements, SealRequirement};
use kenc::keys::{Identities, KeySpec, Keyring};
use zeroize::Zeroizing;

use crate::support::{Home, Outcome, RawFile, RawSlot, finish};

const USAGE: i32 = 2;

const NOT_AUTHENTIC: i32 = 3;

const NO_KEY: i32 = 4;

/// A user with a local key, and an attacker who knows its recipient and can write files.
struct Attack {
    home: Home,
    ours: String,
    attacker: String,
    colleague: String,
}

impl Attack {
    fn new() -> Self {
        let home = Home::new();
        let ours = home.keygen();
        let other = |name: &str| home.run(["keygen", "-o", name]).ok().stdout_text().trim().to_owned();
        let (attacker, colleague) = (other("attacker.txt"), other("colleague.txt"));
        Self { home, ours, attacker, colleague }
    }

    /// Puts the attacker's recipient into the slots of a file.
    fn plant_in_slots(&self, name: &str) {
        let mut file = RawFile::parse(&self.home.read(name));
        let RawSlot { provider, wrapped, .. } = file.slots[0].clone();
        file.slots.push(RawSlot { provider, key_id: self.attacker.clone(), wrapped });
        self.home.write(name, file.build());
    }

    /// Puts the attacker's recipient into the metadata of a YAML document, with what is wrapped for another.
    fn plant_in_metadata(&self, name: &str) {
        let text = self.text(name);
        let begin = text.find("-----BEGIN AGE").unwrap();
        let end = text[begin..].find("-----END AGE ENCRYPTED FILE-----").unwrap() + begin + 32;
        let list = text[..begin].rfind("age:\n").unwrap() + "age:\n".len();
        let indent = text[list..].find('-').unwrap();
        let pad = " ".repeat(indent);
        let line = text[..begin].rfind('\n').unwrap() + 1;
        let entry = format!("{pad}- recipient: {}\n{pad}  enc: |\n{}\n", self.attacker, &text[line..end]);
        self.home.write(name, format!("{}{entry}{}", &text[..list], &text[list..]));
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.home.read(name)).unwrap()
    }

    /// Leaves a document as another tool with the data key writes it: without a seal.
    fn document_of_sops(&self, name: &str, plaintext: &str, groups: &[&[&str]], threshold: usize) {
        let group = |words: &&[&str]| words.iter().map(|word| word.parse::<KeySpec>().unwrap().into()).collect();
        let recipe =
            EncryptionRecipe { groups: groups.iter().map(group).collect(), threshold, ..EncryptionRecipe::default() };
        let plaintext = Document::parse(Format::Yaml, Zeroizing::new(plaintext.to_owned())).unwrap();
        let sealed = self.with_keyring(|keyring| plaintext.encrypt(&recipe, keyring)).unwrap().text;
        self.home.write(name, self.without_seal(&sealed));
    }

    /// A sealed document as another tool writes it that has the data key.
    fn without_seal(&self, sealed: &str) -> String {
        self.with_keyring(|keyring| {
            let stripped: Vec<&str> =
                sealed.lines().filter(|line| !line.trim_start().starts_with("kenc_seal")).collect();
            let stripped = Zeroizing::new(stripped.join("\n") + "\n");
            let demands = OpenRequirements { seal: SealRequirement::Nothing, ..OpenRequirements::default() };
            let sealed = EncryptedDocument::new(Document::parse(Format::Yaml, stripped).unwrap()).unwrap();
            sealed.open(keyring, &demands).unwrap().mended().unwrap().text.to_string()
        })
    }

    fn with_keyring<T>(&self, work: impl FnOnce(&Keyring<'_>) -> T) -> T {
        let files = ["../home/.config/kenc/keys.txt", "colleague.txt"].map(|name| self.home.file(name)).to_vec();
        let identities = Identities { files, ..Identities::default() };
        work(&Session::new().with_identity_places(identities).keyring())
    }

    /// Checks that the attacker's identity opens nothing, and ours everything.
    #[track_caller]
    fn gave_the_attacker_nothing(&self, name: &str) {
        let opened = self.home.run(["decrypt", "-o", "-", name, "--identity", "attacker.txt"]);
        assert_eq!(opened.code, NO_KEY, "the attacker opens {name}:\n{}", opened.stderr);
        self.home.run(["decrypt", "-o", "-", name]).ok();
    }

    #[track_caller]
    fn run(&self, words: &[&str]) -> Outcome {
        self.home.run(words)
    }
}
