//! kenc under git itself: what diffs show, what merges make of encrypted documents, and what a check finds.

mod checks;
mod conflicts;
mod diffs;
mod merged_keys;
mod merged_values;

use std::path::Path;
use std::process::Command;

use kenc::Session;
use kenc::document::{ChangeOutcome, Document, EncryptedDocument, Format, OpenRequirements, OpenedDocument};
use kenc::keys::{Identities, Keyring};
use zeroize::Zeroizing;

use crate::support::{Home, Outcome, Sops, finish};

const PROBLEMS: i32 = 7;

/// A repository with an encrypted file, whose git knows kenc.
struct Repository {
    home: Home,
    name: &'static str,
    recipient: String,
}

impl Repository {
    /// With `plaintext` encrypted in a file of this name, committed on `main`.
    fn new(name: &'static str, plaintext: &str) -> Self {
        let repository = Self::empty(name);
        repository.home.write(name, plaintext);
        repository.kenc(&["encrypt", "--values", "-i", name]).ok();
        repository.git(&["add", name]).ok();
        repository.kenc(&["git", "install"]).ok();
        repository.git(&["add", ".gitattributes"]).ok();
        repository.commit("base");
        repository
    }

    fn empty(name: &'static str) -> Self {
        let home = Home::new().with("GIT_CONFIG_NOSYSTEM", "1").with("GIT_TERMINAL_PROMPT", "0");
        let recipient = home.keygen();
        let repository = Self { home, name, recipient };
        repository.git(&["init", "-q", "-b", "main"]).ok();
        repository
    }

    fn kenc(&self, arguments: &[&str]) -> Outcome {
        self.home.run(arguments)
    }

    fn git(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.home.environment_of(Command::new("git"));
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]);
        command.args(arguments);
        finish(command, &[])
    }

    fn commit(&self, message: &str) {
        self.git(&["commit", "-q", "--no-verify", "-m", message]).ok();
    }

    fn text(&self) -> String {
        String::from_utf8(self.home.read(self.name)).unwrap()
    }

    fn opened(&self) -> OpenedDocument {
        self.with_keyring(|keyring| sealed(self.name, &self.text()).open(keyring, &OpenRequirements::default()))
            .unwrap()
    }

    fn with_keyring<T>(&self, work: impl FnOnce(&Keyring<'_>) -> T) -> T {
        let identities = Identities { files: vec![self.home.local_key()], ..Identities::default() };
        work(&Session::new().with_identity_places(identities).keyring())
    }

    /// Replaces the plaintext of the file, as an editor does.
    fn edit(&self, plaintext: &str) {
        let document = Document::parse(format(self.name), Zeroizing::new(plaintext.to_owned())).unwrap();
        match self.opened().encrypt_again(&document).unwrap() {
            ChangeOutcome::Changed(encrypted) => drop(self.home.write(self.name, encrypted.text.as_bytes())),
            ChangeOutcome::Unchanged => panic!("nothing changed"),
        }
    }

    /// Commits `theirs` on a branch and `ours` on main, and merges.
    fn merge(&self, ours: impl FnOnce(&Self), theirs: impl FnOnce(&Self)) -> Outcome {
        self.git(&["checkout", "-q", "-b", "theirs"]).ok();
        theirs(self);
        self.git(&["add", "-A", "--", self.name]).ok();
        self.commit("theirs");
        self.git(&["checkout", "-q", "main"]).ok();
        ours(self);
        self.git(&["add", "-A", "--", self.name]).ok();
        self.commit("ours");
        self.git(&["merge", "-q", "--no-edit", "theirs"])
    }

    /// The plaintext of the file after a merge: it verifies with kenc, with a seal, and with sops if installed.
    fn merged(&self) -> String {
        let verified = self.kenc(&["verify", self.name]);
        verified.ok();
        assert!(verified.stdout_text().contains("authentic, sealed"), "{}", verified.stdout_text());
        self.says()
    }

    /// The plaintext of the file if one side was not sealed, and so the result is not.
    fn merged_without_seal(&self) -> String {
        let verified = self.kenc(&["verify", self.name]);
        assert_eq!(verified.code, 7);
        assert!(verified.stdout_text().contains("not sealed"), "{}", verified.stdout_text());
        self.says()
    }

    fn says(&self) -> String {
        let plaintext = self.kenc(&["decrypt", self.name]).ok().stdout_text();
        if format(self.name) != Format::Toml {
            match Sops::in_home(&self.home) {
                Ok(sops) => drop(sops.run(["decrypt", self.name]).ok()),
                Err(reason) => crate::support::skip(&reason),
            }
        }
        plaintext
    }

    /// Everything in the repository, uncompressed.
    fn stored(&self) -> Vec<u8> {
        let mut command = self.home.environment_of(Command::new("git"));
        command.args(["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
        let mut all = finish(command, &[]).ok().stdout.clone();
        let mut folders = vec![self.home.file(".git")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() { folders.push(entry) } else { all.extend(std::fs::read(entry).unwrap()) }
            }
        }
        all
    }
}

fn format(name: &str) -> Format {
    Format::of_name(Path::new(name))
}

fn sealed(name: &str, text: &str) -> EncryptedDocument {
    EncryptedDocument::new(Document::parse(format(name), Zeroizing::new(text.to_owned())).unwrap()).unwrap()
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

/// The encrypted values of a text, as they stand.
fn tokens(text: &str) -> Vec<String> {
    let parts = text.split("ENC[AES256_GCM,").skip(1);
    parts.map(|part| part.split(']').next().unwrap().to_owned()).filter(|token| !token.contains("kenc_")).collect()
}

const BASE: &str = "# Database\ndb:\n  user: eve # nobody else\n  password: c4r1b0u\n  port: 5432\nhosts:\n  - alpha\n  - beta\n  - gamma\nlast: 1\n";

/// A YAML file with the kinds of nodes that merges once moved to the end: blocks, lists, mappings, aliases, tags.
const BLOCKS: &str =
    "stringData:\n  a: |\n    one\n    two\n  b: x\n  m:\n    k: 1 # note\n  l:\n  - 1\n  - 2\n  t: !own v\nend: 1\n";

/// Makes changes of both sides that once failed, and merges them.
fn merge_blocks(repository: &Repository) {
    let unset = |side: &Repository, path: &str| {
        side.kenc(&["unset", "s.yaml", path]).ok();
    };
    let set = |side: &Repository, path: &str, value: &str| {
        side.home.run_with(["set", "--force", "s.yaml", path, "--json"], value.as_bytes()).ok();
    };
    let merged = repository.merge(
        |ours| {
            unset(ours, "stringData.a");
            set(ours, "stringData.l", "{\"n\": 1}");
        },
        |theirs| {
            set(theirs, "stringData.t", "[1, 2]");
            unset(theirs, "stringData.m.k");
            set(theirs, "end", "\"a\\nb\\n\\n\"");
        },
    );
    merged.ok();
    let plaintext = repository.merged();
    assert_eq!(
        plaintext,
        "stringData:\n  b: x\n  m: {}\n  l:\n    \"n\": 1\n  t:\n    - 1\n    - 2\nend: \"a\\nb\\n\\n\"\n"
    );
}
