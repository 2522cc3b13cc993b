//! kenc under git itself: what diffs show, what merges make of encrypted documents, and what a check finds.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use age::secrecy::SecretString;
use kenc::document::{Demands, Document, Format, Opened, Outcome as Encryption, Sealed};
use kenc::error::{Error, Result};
use kenc::keys::{AwsKms, Identities, Keyring, KmsSettings, PassphraseSource, TrustedKeys};
use zeroize::Zeroizing;

use crate::support::{Home, Outcome, Sops, finish};

const PROBLEMS: i32 = 7;

/// A repository with an encrypted file, whose git knows kenc.
struct Repository {
    home: Home,
    name: &'static str,
    recipient: String,
}

struct Nobody;

impl PassphraseSource for Nobody {
    fn passphrase(&self, _subject: &str) -> Result<SecretString> {
        Err(Error::Passphrase("there is none".to_owned()))
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.passphrase("")
    }

    fn must_be_typed(&self) -> bool {
        false
    }
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
        let home = Home::new();
        let bin = home.file("bin");
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), bin.join("kenc")).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let home = home
            .with("PATH", format!("{}:{path}", bin.display()))
            .with("GIT_CONFIG_NOSYSTEM", "1")
            .with("GIT_TERMINAL_PROMPT", "0");
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

    fn opened(&self) -> Opened {
        self.with_keyring(|keyring| sealed(self.name, &self.text()).open(keyring, &Demands::default())).unwrap()
    }

    fn with_keyring<T>(&self, work: impl FnOnce(&Keyring<'_>) -> T) -> T {
        let settings = KmsSettings { profile: None, region: None, role_arn: None, timeout: Duration::from_secs(10) };
        let identities =
            Identities { files: vec![self.home.file("home/.config/kenc/keys.txt")], ..Identities::default() };
        let (kms, trusted) = (AwsKms::new(settings), TrustedKeys::all());
        work(&Keyring { kms: &kms, identities: &identities, passphrases: &Nobody, trusted: &trusted })
    }

    /// Replaces the plaintext of the file, as an editor does.
    fn edit(&self, plaintext: &str) {
        let document = Document::parse(format(self.name), Zeroizing::new(plaintext.to_owned())).unwrap();
        match self.opened().encrypt_again(&document).unwrap() {
            Encryption::Changed(encrypted) => drop(self.home.write(self.name, encrypted.text.as_bytes())),
            Encryption::Unchanged => panic!("nothing changed"),
        }
    }

    /// Does `theirs` on a branch of its own and `ours` on main, and merges.
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

    /// What the file says after a merge: it verifies with kenc, with a seal, and with sops where that is.
    fn merged(&self) -> String {
        let verified = self.kenc(&["verify", self.name]);
        verified.ok();
        assert!(verified.stdout_text().contains("authentic, sealed"), "{}", verified.stdout_text());
        self.says()
    }

    /// What the file says where one side was not sealed, and so the result is not.
    fn merged_without_seal(&self) -> String {
        let verified = self.kenc(&["verify", self.name]);
        assert_eq!(verified.code, 7);
        assert!(verified.stdout_text().contains("it is not sealed"), "{}", verified.stdout_text());
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

fn sealed(name: &str, text: &str) -> Sealed {
    Sealed::new(Document::parse(format(name), Zeroizing::new(text.to_owned())).unwrap()).unwrap()
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

#[test]
fn a_diff_shows_plaintext_and_git_stores_none() {
    let repository = Repository::new("s.yaml", BASE);
    repository.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
    let diff = repository.git(&["diff"]).ok().stdout_text();
    assert!(diff.contains("-  password: c4r1b0u") && diff.contains("+  password: r31nd33r"), "{diff}");
    assert!(!diff.contains("sops"), "{diff}");
    repository.git(&["add", "s.yaml"]).ok();
    repository.commit("changed");
    assert!(repository.git(&["log", "-p", "-1"]).ok().stdout_text().contains("+  password: r31nd33r"));
    let stored = repository.stored();
    assert!(contains(&stored, "ENC[AES256_GCM"), "the objects were not found");
    for secret in ["c4r1b0u", "r31nd33r"] {
        assert!(!contains(&stored, secret), "{secret} is in the repository");
    }
}

#[test]
fn who_may_not_see_a_file_has_its_ciphertext_in_the_diff() {
    let repository = Repository::new("s.yaml", BASE);
    repository.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
    std::fs::remove_file(repository.home.file("home/.config/kenc/keys.txt")).unwrap();
    let diff = repository.git(&["diff"]);
    let text = diff.ok().stdout_text();
    assert!(text.contains("+  password: ENC[") || text.contains("+    password: ENC["), "{text}");
    assert!(diff.stderr.contains("shown as it is encrypted"), "{}", diff.stderr);
    let merge = repository.kenc(&["git", "merge", "s.yaml", "s.yaml", "s.yaml", "s.yaml"]);
    // More than 128 is a failure to git, and 1 would be a conflict, with ours for a result.
    assert_eq!(merge.code, 128 + 4, "{}", merge.stderr);
    merge.says("no key opens it").hints("git -c merge.kenc.driver=false merge");
}

#[test]
fn a_whole_file_is_shown_as_its_text_or_as_a_summary() {
    let repository = Repository::new("s.yaml", BASE);
    repository.home.write("a.sql", "select 'marmot';\n");
    repository.home.write("b.bin", [0, 1, 2, 255]);
    for name in ["a.sql", "b.bin"] {
        repository.kenc(&["encrypt", name, "-o", &format!("{name}.kenc")]).ok();
    }
    repository
        .kenc(&["git", "textconv", "a.sql.kenc"])
        .gives(format!("select 'marmot';\n# kenc: key age {}\n", repository.recipient).as_bytes());
    let summary = repository.kenc(&["git", "textconv", "b.bin.kenc"]).ok().stdout_text();
    assert!(summary.starts_with("kenc file, version 1") && summary.contains("SHA-256"), "{summary}");
    std::fs::remove_file(repository.home.file("home/.config/kenc/keys.txt")).unwrap();
    let summary = repository.kenc(&["git", "textconv", "a.sql.kenc"]).ok().stdout_text();
    assert!(summary.starts_with("kenc file, version 1") && !summary.contains("marmot"), "{summary}");
}

#[test]
fn changes_of_both_sides_are_merged_and_all_else_keeps_its_ciphertext() {
    let repository = Repository::new("s.yaml", BASE);
    let before = tokens(&repository.text());
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("c4r1b0u", "r31nd33r").replace("last: 1", "last: 1\nmine: 7")),
        |theirs| theirs.edit(&BASE.replace("5432", "5433").replace("last: 1", "last: 1\n# theirs\nyours: 8")),
    );
    merge.ok();
    let wanted = BASE.replace("c4r1b0u", "r31nd33r").replace("5432", "5433");
    assert_eq!(repository.merged(), format!("{wanted}mine: 7\n# theirs\nyours: 8\n"));
    let after = tokens(&repository.text());
    // user, three hosts and last; the others changed, and so did the MAC.
    assert_eq!(before.iter().filter(|token| after.contains(token)).count(), 5);
    assert!(!contains(&repository.stored(), "r31nd33r"));
}

#[test]
fn both_sides_may_make_the_same_change() {
    let repository = Repository::new("s.yaml", BASE);
    let edit = |side: &Repository| side.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
    repository.merge(edit, edit).ok();
    assert_eq!(repository.merged(), BASE.replace("c4r1b0u", "r31nd33r"));
}

#[test]
fn a_value_that_both_changed_otherwise_is_a_conflict_that_stays_a_valid_document() {
    let repository = Repository::new("s.yaml", BASE);
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("c4r1b0u", "ours-1")),
        |theirs| theirs.edit(&BASE.replace("c4r1b0u", "theirs-2").replace("last: 1", "last: 2")),
    );
    assert_eq!(merge.code, 1, "{}", merge.stderr);
    merge.says("both sides changed `db.password`").hints("kenc set s.yaml db.password");
    let status = repository.git(&["status", "--porcelain"]).ok().stdout_text();
    assert!(status.contains("UU s.yaml"), "{status}");
    let merged = repository.merged();
    for part in ["__kenc_ours: ours-1", "__kenc_base: c4r1b0u", "__kenc_theirs: theirs-2", "last: 2"] {
        assert!(merged.contains(part), "no {part} in:\n{merged}");
    }
    for secret in ["ours-1", "theirs-2", "c4r1b0u"] {
        assert!(!repository.text().contains(secret), "{secret} stands in the clear");
    }
    repository.git(&["add", "s.yaml"]).ok();
    repository.kenc(&["git", "check"]).fails(PROBLEMS).says("the merge of `db.password` is not resolved");
    repository.edit(&BASE.replace("c4r1b0u", "chosen").replace("last: 1", "last: 2"));
    repository.git(&["add", "s.yaml"]).ok();
    repository.kenc(&["git", "check"]).ok();
}

#[test]
fn a_conflict_below_a_key_that_the_rule_names_exactly_stays_encrypted() {
    let repository = Repository::empty("s.yaml");
    let base = "host: a\npassword: one\n";
    repository.home.write("s.yaml", base);
    repository.kenc(&["encrypt", "--values", "-i", "--encrypted-regex", "^password$", "s.yaml"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes"]).ok();
    repository.commit("base");
    let merge = repository
        .merge(|ours| ours.edit(&base.replace("one", "two")), |theirs| theirs.edit(&base.replace("one", "three")));
    assert_eq!(merge.code, 1);
    for secret in ["two", "three"] {
        assert!(!repository.text().contains(secret), "{secret} stands in the clear");
    }
    assert!(repository.merged().contains("__kenc_theirs: three"));
}

#[test]
fn what_one_side_deletes_goes_and_what_the_other_changed_meanwhile_is_a_conflict() {
    let repository = Repository::new("s.yaml", BASE);
    repository
        .merge(
            |ours| ours.edit(&BASE.replace("  port: 5432\n", "")),
            |theirs| theirs.edit(&BASE.replace("c4r1b0u", "r31nd33r")),
        )
        .ok();
    assert_eq!(repository.merged(), BASE.replace("  port: 5432\n", "").replace("c4r1b0u", "r31nd33r"));

    let repository = Repository::new("s.yaml", BASE);
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("  port: 5432\n", "")),
        |theirs| theirs.edit(&BASE.replace("5432", "5433")),
    );
    assert_eq!(merge.code, 1);
    merge.says("we deleted and they changed `db.port`");
    let merged = repository.merged();
    assert!(merged.contains("__kenc_base: 5432") && merged.contains("__kenc_theirs: 5433"), "{merged}");
    assert!(!merged.contains("__kenc_ours"), "{merged}");
}

#[test]
fn another_order_and_other_comments_are_merged_with_other_values() {
    let base = "# one\na: 1\n# two\nb: 2\nc: 3\nd: 4\n";
    let repository = Repository::new("s.yaml", base);
    repository
        .merge(
            |ours| ours.edit("# one\na: 1\n# two\nb: 2\nc: 3\nd: 5\n"),
            |theirs| theirs.edit("# two, really\nb: 2\n# one\na: 1\nc: 3\nd: 4\n"),
        )
        .ok();
    assert_eq!(repository.merged(), "# two, really\nb: 2\n# one\na: 1\nc: 3\nd: 5\n");
}

#[test]
fn lists_are_merged_by_their_items_and_conflict_as_a_whole() {
    let repository = Repository::new("s.yaml", BASE);
    repository
        .merge(
            |ours| ours.edit(&BASE.replace("- alpha", "- ALPHA")),
            |theirs| theirs.edit(&BASE.replace("- gamma", "- gamma\n  - delta")),
        )
        .ok();
    assert_eq!(repository.merged(), BASE.replace("- alpha", "- ALPHA").replace("- gamma", "- gamma\n  - delta"));

    let repository = Repository::new("s.yaml", BASE);
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("- gamma", "- gamma\n  - delta")),
        |theirs| theirs.edit(&BASE.replace("- gamma", "- gamma\n  - epsilon")),
    );
    assert_eq!(merge.code, 1);
    merge.says("both sides changed `hosts`");
    assert!(repository.merged().contains("__kenc_theirs"));
}

#[test]
fn a_data_key_that_we_made_anew_stays_and_one_that_they_made_gives_a_third() {
    for rotates_ours in [true, false] {
        let repository = Repository::new("s.yaml", BASE);
        let base = tokens(&repository.text());
        let rotated = std::cell::RefCell::new(Vec::new());
        let rotate = |side: &Repository| {
            let new =
                side.with_keyring(|keyring| side.opened().rotate(keyring, &kenc::keys::Vouchers::none())).unwrap();
            side.home.write("s.yaml", new.text.as_bytes());
            *rotated.borrow_mut() = tokens(&side.text());
        };
        let edit = |side: &Repository| side.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
        if rotates_ours { repository.merge(rotate, edit) } else { repository.merge(edit, rotate) }.ok();
        assert_eq!(repository.merged(), BASE.replace("c4r1b0u", "r31nd33r"));
        let after = tokens(&repository.text());
        let kept = |before: &[String]| before.iter().filter(|token| after.contains(token)).count();
        // All but the password.
        assert_eq!(kept(&rotated.borrow()), if rotates_ours { 6 } else { 0 });
        assert_eq!(kept(&base), 0, "the old data key is in use again");
    }
}

/// A repository whose file has two keys, with two more made.
fn with_two_keys() -> (Repository, [String; 3]) {
    let repository = Repository::empty("s.yaml");
    let new = |name: &str| repository.kenc(&["keygen", "-o", name]).ok().stdout_text().trim().to_owned();
    let keys = ["old.txt", "first.txt", "second.txt"].map(new);
    repository.home.write("s.yaml", BASE);
    repository.kenc(&["encrypt", "--values", "-i", "-k", &repository.recipient, "-k", &keys[0], "s.yaml"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes"]).ok();
    repository.commit("base");
    (repository, keys)
}

fn set_keys(side: &Repository, add: &str, remove: Option<&str>) {
    let opened = side.opened();
    let keys = opened.metadata().groups[0].iter().filter(|key| Some(key.id().as_str()) != remove);
    let mut group: Vec<_> = keys.cloned().map(kenc::document::NewKey::Kept).collect();
    group.push(kenc::document::NewKey::Wrapping(add.parse::<kenc::keys::KeySpec>().unwrap().into()));
    match side.with_keyring(|keyring| opened.with_keys(&[group], 0, keyring, &kenc::keys::Vouchers::none())).unwrap() {
        Encryption::Changed(new) => drop(side.home.write("s.yaml", new.text.as_bytes())),
        Encryption::Unchanged => panic!("nothing changed"),
    }
}

fn rotate(side: &Repository) {
    let rotated = side.with_keyring(|keyring| side.opened().rotate(keyring, &kenc::keys::Vouchers::none())).unwrap();
    side.home.write("s.yaml", rotated.text.as_bytes());
}

#[test]
fn recipients_that_both_sides_changed_are_all_taken_over() {
    for rotates_ours in [false, true] {
        let (repository, [old, first, second]) = with_two_keys();
        let merge = repository.merge(
            |ours| {
                set_keys(ours, &first, None);
                if rotates_ours {
                    rotate(ours);
                }
            },
            |theirs| set_keys(theirs, &second, Some(&old)),
        );
        merge.ok();
        assert!(
            merge.stderr.contains("it is opened by") && merge.stderr.contains("no longer opened by"),
            "{}",
            merge.stderr
        );
        assert_eq!(repository.merged(), BASE);
        let opened = repository.opened();
        let ids: Vec<String> = opened.metadata().groups[0].iter().map(kenc::document::StoredKey::id).collect();
        assert_eq!(ids, [repository.recipient.clone(), first, second]);
        for name in ["first.txt", "second.txt"] {
            repository.kenc(&["decrypt", "--identity", name, "s.yaml"]).gives(BASE.as_bytes());
        }
        repository.kenc(&["decrypt", "--identity", "old.txt", "s.yaml"]).fails(4);
    }
}

#[test]
fn a_version_that_anybody_could_have_written_brings_no_key_with_it() {
    let (repository, [_, _, intruder]) = with_two_keys();
    let secret = BASE.replace("c4r1b0u", "r31nd33r");
    let merge = repository.merge(
        |ours| ours.edit(&secret),
        |theirs| {
            // Whoever knows the recipients can make such a file, and knows its data key.
            theirs.home.write("s.yaml", BASE);
            theirs.kenc(&["encrypt", "--values", "-i", "-k", &theirs.recipient, "-k", &intruder, "s.yaml"]).ok();
        },
    );
    assert_eq!(merge.code, 1);
    merge.says("keys that are not trusted").says(&intruder);
    assert_eq!(repository.merged(), secret);
    repository.kenc(&["decrypt", "--identity", "second.txt", "s.yaml"]).fails(4);
    let theirs = repository.git(&["show", "theirs:s.yaml"]).ok().stdout_text();
    let after = tokens(&repository.text());
    assert!(tokens(&theirs).iter().all(|token| !after.contains(token)));
}

#[test]
fn a_text_that_is_one_value_is_merged_by_its_lines() {
    let lines = |first: &str, last: &str| format!("{first}\nb\nc\nd\n{last}\n");
    let edit = |side: &Repository, text: &str| {
        let document = Document::from_plaintext(Format::Binary, Zeroizing::new(text.as_bytes().to_vec())).unwrap();
        match side.opened().encrypt_again(&document).unwrap() {
            Encryption::Changed(encrypted) => drop(side.home.write("notes.txt", encrypted.text.as_bytes())),
            Encryption::Unchanged => panic!("nothing changed"),
        }
    };
    let repository = Repository::new("notes.txt", &lines("a", "e"));
    repository.merge(|side| edit(side, &lines("A", "e")), |side| edit(side, &lines("a", "E"))).ok();
    assert_eq!(repository.merged(), lines("A", "E"));

    let repository = Repository::new("notes.txt", &lines("a", "e"));
    let merge = repository.merge(|side| edit(side, &lines("A", "e")), |side| edit(side, &lines("Z", "e")));
    assert_eq!(merge.code, 1);
    merge.hints("kenc edit notes.txt");
    assert_eq!(repository.merged(), lines("<<<<<<< ours\nA\n=======\nZ\n>>>>>>> theirs", "e"));
    repository.git(&["add", "notes.txt"]).ok();
    repository.kenc(&["git", "check"]).fails(PROBLEMS).says("is not resolved");
}

#[test]
fn files_that_both_sides_added_and_files_of_which_one_side_is_in_the_clear_are_merged() {
    let repository = Repository::empty("s.yaml");
    repository.home.write("s.yaml", "a: 1\n");
    repository.kenc(&["git", "install", "s.yaml"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes"]).ok();
    repository.commit("base");
    let encrypt = |side: &Repository| {
        side.kenc(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    };
    let write = |side: &Repository| drop(side.home.write("s.yaml", "a: 1\nb: marmot\n"));
    repository.merge(encrypt, write).ok();
    assert_eq!(repository.merged(), "a: 1\nb: marmot\n");
    assert!(!repository.text().contains("marmot"));

    let repository = Repository::empty("s.yaml");
    repository.kenc(&["git", "install", "s.yaml"]).ok();
    repository.git(&["add", ".gitattributes"]).ok();
    repository.commit("base");
    let add = |text: &'static str| {
        move |side: &Repository| {
            side.home.write("s.yaml", text);
            side.kenc(&["encrypt", "--values", "-i", "s.yaml"]).ok();
        }
    };
    let merge = repository.merge(add("a: 1\nb: 2\n"), add("a: 1\nb: 3\nc: 4\n"));
    assert_eq!(merge.code, 1);
    merge.says("both sides added `b`");
    let merged = repository.merged();
    assert!(
        merged.contains("__kenc_ours: 2") && merged.contains("__kenc_theirs: 3") && merged.contains("c: 4"),
        "{merged}"
    );
}

#[test]
fn a_side_that_sops_wrote_is_merged_and_the_result_is_not_sealed() {
    let repository = Repository::new("s.yaml", BASE);
    let sops = need!(Sops::in_home(&repository.home));
    for sops_is_ours in [true, false] {
        let branch = repository.git(&["rev-parse", "HEAD"]).ok().stdout_text();
        let by_sops = |side: &Repository| {
            sops.run(["set", side.name, "[\"db\"][\"port\"]", "5433"]).ok();
        };
        let by_kenc = |side: &Repository| side.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
        if sops_is_ours { repository.merge(by_sops, by_kenc) } else { repository.merge(by_kenc, by_sops) }.ok();
        let merged = repository.merged_without_seal();
        assert!(merged.contains("password: r31nd33r") && merged.contains("port: 5433"), "{merged}");
        repository.git(&["reset", "-q", "--hard", branch.trim()]).ok();
        repository.git(&["branch", "-D", "theirs"]).ok();
    }
}

#[test]
fn the_same_holds_in_every_notation() {
    for (name, base, ours, theirs, wanted) in [
        (
            "s.json",
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"x\"\n  }\n}\n",
            "{\n  \"a\": 2,\n  \"b\": {\n    \"c\": \"x\"\n  }\n}\n",
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"x\",\n    \"d\": true\n  }\n}\n",
            "{\n  \"a\": 2,\n  \"b\": {\n    \"c\": \"x\",\n    \"d\": true\n  }\n}\n",
        ),
        (
            "t.json",
            "{\n  \"a\": 1\n}\n",
            "{\n  \"a\": 1,\n  \"b\": 2\n}\n",
            "{\n  \"a\": 1,\n  \"c\": [3]\n}\n",
            "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": [\n    3\n  ]\n}\n",
        ),
        ("s.env", "A=1\nB=2\nC=3\n", "A=9\nB=2\nC=3\nD=4\n", "A=1\nB=2\nE=5\n", "A=9\nB=2\nD=4\nE=5\n"),
        (
            "s.ini",
            "[a]\nx = 1\ny = 2\n\n[b]\nz = 3\n",
            "[a]\nx = 5\ny = 2\n\n[b]\nz = 3\n",
            "[a]\nx = 1\ny = 2\n\n[b]\nz = 4\n",
            "[a]\nx = 5\ny = 2\n\n[b]\nz = 4\n",
        ),
        (
            "s.toml",
            "a = 1\n\n[b]\nc = \"x\"\n",
            "a = 2\n\n[b]\nc = \"x\"\n",
            "a = 1\n\n[b]\nc = \"y\"\n",
            "a = 2\n\n[b]\nc = \"y\"\n",
        ),
        ("m.yaml", "a: 1\n---\nb: 2\n", "a: 5\n---\nb: 2\n", "a: 1\n---\nb: 2\nc: 3\n", "a: 5\n---\nb: 2\nc: 3\n"),
    ] {
        let repository = Repository::new(name, base);
        repository.merge(|side| side.edit(ours), |side| side.edit(theirs)).ok();
        assert_eq!(repository.merged(), wanted, "{name}");
    }
}

/// A YAML file with everything that was once taken away and put behind the others: blocks, lists, mappings, aliases, tags.
const BLOCKS: &str =
    "stringData:\n  a: |\n    one\n    two\n  b: x\n  m:\n    k: 1 # note\n  l:\n  - 1\n  - 2\n  t: !own v\nend: 1\n";

/// Makes changes of both sides that once failed, and merges them.
fn merge_blocks(repository: &Repository) {
    let unset = |side: &Repository, path: &str| {
        side.kenc(&["unset", "s.yaml", path]).ok();
    };
    let set = |side: &Repository, path: &str, value: &str| {
        side.home.run_with(["set", "s.yaml", path, "--json"], value.as_bytes()).ok();
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

#[test]
fn blocks_lists_and_tagged_values_that_were_replaced_or_removed_are_merged() {
    merge_blocks(&Repository::new("s.yaml", BLOCKS));
}

/// A repository whose file is encrypted under KMS keys, in so many groups.
fn with_kms_keys(groups: usize) -> Option<(Repository, Vec<String>)> {
    let kms = match crate::support::moto() {
        Ok(kms) => kms,
        Err(reason) => {
            crate::support::skip(&reason);
            return None;
        }
    };
    let keys: Vec<String> = (0..3).map(|_| kms.new_key()).collect();
    let mut repository = Repository::empty("s.yaml");
    let endpoint = format!("http://127.0.0.1:{}", kms.port);
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", crate::support::REGION),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL_KMS", &endpoint),
        ("AWS_ENDPOINT_URL_STS", &endpoint),
    ] {
        repository.home = repository.home.with(name, value);
    }
    let config = if groups > 1 {
        let group = |key: &String| format!("  - kms:\n    - arn: {key}\n");
        let groups: Vec<String> = keys[..groups].iter().map(group).collect();
        format!(
            "creation_rules:\n- path_regex: s.yaml$\n  shamir_threshold: {}\n  key_groups:\n{}",
            groups.len(),
            groups.concat()
        )
    } else {
        format!("creation_rules:\n- path_regex: s.yaml$\n  kms: {}\n", keys[..2].join(","))
    };
    repository.home.write(".sops.yaml", config);
    repository.home.write("s.yaml", BLOCKS);
    repository.kenc(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes", ".sops.yaml"]).ok();
    repository.commit("base");
    Some((repository, keys))
}

#[test]
fn a_file_under_kms_keys_is_merged() {
    let Some((repository, keys)) = with_kms_keys(1) else { return };
    assert!(keys[..2].iter().all(|key| repository.text().contains(key)));
    merge_blocks(&repository);
}

#[test]
fn a_file_under_key_groups_is_merged_and_conflicts_in_it_stay_encrypted() {
    let Some((repository, keys)) = with_kms_keys(2) else { return };
    assert!(
        repository.text().contains("shamir_threshold: 2")
            && keys[..2].iter().all(|key| repository.text().contains(key))
    );
    merge_blocks(&repository);
    let set = |side: &Repository, value: &str| {
        side.home.run_with(["set", "s.yaml", "stringData.b"], value.as_bytes()).ok();
    };
    repository.git(&["add", "s.yaml"]).ok();
    repository.git(&["branch", "-q", "-D", "theirs"]).ok();
    let merged = repository.merge(|ours| set(ours, "marmot"), |theirs| set(theirs, "caribou"));
    assert_eq!(merged.code, 1, "{}", merged.stderr);
    let text = repository.text();
    assert!(text.contains("__kenc_ours: ENC[") && !text.contains("marmot") && !text.contains("caribou"), "{text}");
}

#[test]
fn git_stops_a_merge_that_failed_and_goes_on_with_one_in_conflict() {
    let repository = Repository::new("s.yaml", BASE);
    let keys = repository.home.file("home/.config/kenc/keys.txt");
    let merge = || repository.kenc(&["git", "merge", "base.yaml", "s.yaml", "theirs.yaml", "s.yaml"]);
    repository.home.write("base.yaml", repository.text());
    let plaintext = repository.opened().plaintext().text().to_owned();
    repository.edit(&plaintext.replace("c4r1b0u", "r31nd33r"));
    repository.home.write("theirs.yaml", repository.text());
    let ours = repository.home.read("base.yaml");
    repository.home.write("s.yaml", &ours);
    repository.edit(&plaintext.replace("c4r1b0u", "m4rm0t"));
    let before = repository.text();
    let secret = std::fs::read(&keys).unwrap();
    std::fs::remove_file(&keys).unwrap();
    assert_eq!(merge().code, 132);
    assert_eq!(repository.text(), before);
    std::fs::write(&keys, secret).unwrap();
    assert_eq!(merge().code, 1);
    assert!(repository.text().contains("__kenc_ours: ENC["));
}

#[test]
fn anchors_and_aliases_go_where_their_lines_go() {
    let base = "base: &b\n  x: 1\nuse: *b\nother: 1\nlast: 1\n";
    let repository = Repository::new("s.yaml", base);
    repository
        .merge(
            |side| side.edit(&base.replace("x: 1", "x: 2")),
            |side| side.edit(&base.replace("last: 1", "last: 2\nmore: *b")),
        )
        .ok();
    repository.kenc(&["verify", "s.yaml"]).ok();
    let wanted = base.replace("x: 1", "x: 2").replace("last: 1", "last: 2\nmore: *b");
    repository.kenc(&["decrypt", "s.yaml"]).gives(wanted.as_bytes());
}

#[test]
fn conflicts_stay_valid_and_encrypted_in_every_notation() {
    for (name, base, versions) in [
        (
            "s.json",
            "{\n  \"a\": {\n    \"b\": \"first\"\n  }\n}\n",
            ["\"__kenc_ours\": \"second\"", "\"__kenc_theirs\": \"third\""],
        ),
        ("s.env", "A=first\nB=1\n", ["A=second", "A__kenc_theirs=third"]),
        ("s.ini", "[s]\na = first\nb = 1\n", ["a = second", "a__kenc_theirs = third"]),
        ("s.toml", "a = \"first\"\n\n[s]\nb = 1\n", ["__kenc_ours = \"second\"", "__kenc_theirs = \"third\""]),
    ] {
        let repository = Repository::new(name, base);
        let merge = repository.merge(
            |side| side.edit(&base.replace("first", "second")),
            |side| side.edit(&base.replace("first", "third")),
        );
        assert_eq!(merge.code, 1, "{name}: {}", merge.stderr);
        let merged = repository.merged();
        for version in versions {
            assert!(
                merged.replace("\"a__kenc_theirs\"", "a__kenc_theirs").contains(version),
                "no {version} in:\n{merged}"
            );
        }
        assert!(!repository.text().contains("third"), "{}", repository.text());
        repository.git(&["add", name]).ok();
        repository.kenc(&["git", "check", "--no-keys"]).fails(PROBLEMS).says("is not resolved");
    }
}

#[test]
fn a_rule_that_names_the_end_of_a_key_is_obeyed_in_flat_notations() {
    let repository = Repository::empty("s.env");
    let base = "HOST=a\nPASS_SECRET=first\n";
    repository.home.write("s.env", base);
    repository.kenc(&["encrypt", "--values", "-i", "--encrypted-suffix", "_SECRET", "s.env"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.env", ".gitattributes"]).ok();
    repository.commit("base");
    let merge = repository
        .merge(|side| side.edit(&base.replace("first", "second")), |side| side.edit(&base.replace("first", "third")));
    assert_eq!(merge.code, 1);
    assert!(!repository.text().contains("third"), "{}", repository.text());
    assert!(repository.merged().contains("kenc_theirs__PASS_SECRET=third"));
}

#[test]
fn a_rule_of_one_side_does_not_expose_what_the_other_has_encrypted() {
    let repository = Repository::new("s.yaml", "a: first\nb: second\n");
    let merge = repository.merge(
        |ours| ours.edit("a: first\nb: second\nc: marmot\n"),
        |theirs| {
            theirs.home.write("s.yaml", "a: first\nb: second\n");
            theirs.kenc(&["encrypt", "--values", "-i", "--encrypted-regex", "^a$", "s.yaml"]).ok();
        },
    );
    assert_ne!(merge.code, 0);
    assert!(merge.stderr.contains("in plaintext, which one side has encrypted"), "{}", merge.stderr);
    assert!(!repository.text().contains("marmot"));
    repository.kenc(&["decrypt", "s.yaml"]).gives(b"a: first\nb: second\nc: marmot\n");
}

#[test]
fn a_check_without_a_key_says_what_it_did_not_check() {
    let repository = Repository::new("s.yaml", BASE);
    let check = |arguments: &[&str]| repository.kenc(&[&["git", "check"], arguments].concat());
    assert_eq!(check(&["s.yaml"]).ok().stderr, "");
    std::fs::remove_file(repository.home.file("home/.config/kenc/keys.txt")).unwrap();
    check(&["s.yaml"]).ok().hints("1 file was checked without a key, so the MAC and the seal were not");
    let details = check(&["-v", "s.yaml"]);
    assert!(details.ok().stderr.contains("s.yaml: looked at without a key"), "{}", details.stderr);
    // Whoever asks for a check without keys knows.
    assert_eq!(check(&["--no-keys", "s.yaml"]).ok().stderr, "");
}

#[test]
fn a_check_finds_what_must_not_be_committed() {
    let repository = Repository::empty("s.yaml");
    let rule = format!("creation_rules:\n- path_regex: ^secret/\n  age: {}\n", repository.recipient);
    repository.home.write(".sops.yaml", &rule);
    std::fs::create_dir(repository.home.file("secret")).unwrap();
    let check = |name: &str, content: &str| {
        repository.home.write(name, content);
        repository.git(&["add", name]).ok();
        // What counts is what is staged.
        repository.home.write(name, "a: b\n");
        let outcome = repository.kenc(&["git", "check"]);
        repository.git(&["rm", "-q", "-f", "--cached", name]).ok();
        outcome
    };
    check("readme.yaml", "a: b\n").ok();
    check("secret/x.yaml", "a: b\n")
        .fails(PROBLEMS)
        .says("matches a config rule but is not encrypted")
        .hints("kenc encrypt -i secret/x.yaml");
    repository.home.write("secret/x.yaml", BASE);
    let good = repository.kenc(&["encrypt", "--values", "secret/x.yaml"]).ok().stdout_text();
    check("secret/x.yaml", &good).ok();
    let with_plaintext = good.replacen("db:\n", "db:\n  token: marmot\n", 1);
    let outcome = check("other.yaml", &with_plaintext);
    outcome.fails(PROBLEMS).says("other.yaml").says("`db.token` is in plaintext");
    assert!(!outcome.stderr.contains("marmot"));
    let at = good.find("data:").unwrap() + 5;
    let damaged = format!("{}!{}", &good[..at], &good[at + 1..]);
    check("secret/x.yaml", &damaged).fails(PROBLEMS).says("is damaged");
    let without_last = good.split_inclusive('\n').filter(|line| !line.starts_with("last:")).collect::<String>();
    check("secret/x.yaml", &without_last).fails(PROBLEMS).says("MAC");
    check("secret/x.yaml", &format!("<<<<<<< ours\n{good}")).fails(PROBLEMS);
    // The rule of the config selects more than that of the document.
    repository.home.write("secret/x.yaml", "a: b\nc: d\n");
    let narrow =
        repository.kenc(&["encrypt", "--values", "--encrypted-regex", "^a$", "secret/x.yaml"]).ok().stdout_text();
    check("secret/x.yaml", &narrow).ok();
    repository.home.write(".sops.yaml", format!("{rule}  encrypted_regex: ^(a|c)$\n"));
    check("secret/x.yaml", &narrow).fails(PROBLEMS).says("`c` is in plaintext, but the config rule");
}

#[test]
fn the_hook_refuses_a_commit_and_is_taken_away_again() {
    let repository = Repository::empty("s.yaml");
    repository
        .home
        .write(".kenc.yaml", format!("creation_rules:\n- path_regex: secret\n  age: {}\n", repository.recipient));
    repository.home.write("secret.yaml", "a: marmot\n");
    repository.kenc(&["git", "install", "--hook", "vault/*.yaml"]).ok();
    assert!(
        repository.kenc(&["git", "install", "--hook", "vault/*.yaml"]).ok().stdout_text().contains("nothing to change")
    );
    let attributes = String::from_utf8(repository.home.read(".gitattributes")).unwrap();
    for line in ["*.kenc diff=kenc -merge", "vault/*.yaml diff=kenc merge=kenc", "/secret.yaml diff=kenc merge=kenc"] {
        assert!(attributes.lines().any(|other| other == line), "no {line} in\n{attributes}");
    }
    repository.git(&["add", "secret.yaml"]).ok();
    let refused = repository.git(&["commit", "-q", "-m", "secret"]);
    assert_ne!(refused.code, 0);
    refused.says("secret.yaml: matches a config rule but is not encrypted");
    repository.kenc(&["encrypt", "-i", "secret.yaml"]).ok();
    repository.git(&["add", "secret.yaml"]).ok();
    repository.git(&["commit", "-q", "-m", "secret"]).ok();
    repository.kenc(&["git", "install", "--uninstall"]).ok();
    assert!(!repository.home.file(".gitattributes").exists());
    assert!(!repository.home.file(".git/hooks/pre-commit").exists());
    let config = String::from_utf8(repository.home.read(".git/config")).unwrap();
    assert!(!config.contains("kenc"), "{config}");
}

#[test]
fn a_mac_is_repaired_only_where_every_value_is_authentic_and_somebody_agrees() {
    let repository = Repository::new("s.yaml", BASE);
    let text = repository.text();
    let without = text.split_inclusive('\n').filter(|line| !line.starts_with("last:")).collect::<String>();
    repository.home.write("s.yaml", &without);
    repository.kenc(&["verify", "s.yaml"]).fails(3);
    let asked = repository.kenc(&["git", "mac-repair", "s.yaml"]);
    assert_eq!(asked.code, 1);
    assert!(asked.stderr.contains("removed last"), "{}", asked.stderr);
    let shown = format!("recipients:\n  age {}\nrule: ", repository.recipient);
    assert!(asked.stderr.contains(&shown), "{}", asked.stderr);
    assert_eq!(repository.text(), without);
    repository.kenc(&["git", "mac-repair", "--yes", "s.yaml"]).ok();
    assert_eq!(repository.merged_without_seal(), BASE.replace("last: 1\n", ""));
    assert!(repository.kenc(&["git", "mac-repair", "s.yaml"]).ok().stdout_text().contains("nothing to repair"));
    // A value that was moved is not authentic where it is.
    repository.home.write("s.yaml", text.replacen("last:", "other:", 1));
    repository.kenc(&["git", "mac-repair", "--yes", "s.yaml"]).fails(3).says("`other` is not authentic");
}
