//! What a file alone says of its keys gives nobody anything: recipients that somebody put into a header, into the metadata of
//! a document or on a branch, and configs that would take away what others demand.

#![cfg(unix)]

mod support;

use std::process::Command;

use kenc::document::{Demands, Document, Format, Recipe, SealDemand, Sealed};
use kenc::keys::{AwsKms, Identities, KeyUri, Keyring, KmsSettings, PassphraseSource, TrustedKeys};
use zeroize::Zeroizing;

use support::{Home, Outcome, RawFile, RawSlot, finish};

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

    /// Leaves a document as somebody else's program writes it, who has the data key and no seal.
    fn document_of_sops(&self, name: &str, plaintext: &str, groups: &[&[&str]], threshold: usize) {
        let group = |words: &&[&str]| words.iter().map(|word| word.parse::<KeyUri>().unwrap().into()).collect();
        let recipe = Recipe { groups: groups.iter().map(group).collect(), threshold, ..Recipe::default() };
        let plaintext = Document::parse(Format::Yaml, Zeroizing::new(plaintext.to_owned())).unwrap();
        let text = self.with_keyring(|keyring| {
            let sealed = plaintext.encrypt(&recipe, keyring).unwrap().text;
            let stripped: Vec<&str> =
                sealed.lines().filter(|line| !line.trim_start().starts_with("kenc_seal")).collect();
            let stripped = Zeroizing::new(stripped.join("\n") + "\n");
            let demands = Demands { seal: SealDemand::Nothing, ..Demands::default() };
            let sealed = Sealed::new(Document::parse(Format::Yaml, stripped).unwrap()).unwrap();
            sealed.open(keyring, &demands).unwrap().mended().unwrap().text
        });
        self.home.write(name, text.as_bytes());
    }

    fn with_keyring<T>(&self, work: impl FnOnce(&Keyring<'_>) -> T) -> T {
        let kms = AwsKms::new(KmsSettings {
            profile: None,
            region: None,
            role_arn: None,
            timeout: std::time::Duration::from_secs(1),
        });
        let files = ["home/.config/kenc/keys.txt", "colleague.txt"].map(|name| self.home.file(name)).to_vec();
        let (identities, trusted) = (Identities { files, ..Identities::default() }, TrustedKeys::all());
        work(&Keyring { kms: &kms, identities: &identities, passphrases: &Nobody, trusted: &trusted })
    }

    /// Checks that the attacker's identity opens nothing of it, and ours all.
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

struct Nobody;

impl PassphraseSource for Nobody {
    fn passphrase(&self, _subject: &str) -> kenc::error::Result<age::secrecy::SecretString> {
        Err(kenc::error::Error::Passphrase("there is none".to_owned()))
    }

    fn new_passphrase(&self) -> kenc::error::Result<age::secrecy::SecretString> {
        self.passphrase("")
    }

    fn must_be_typed(&self) -> bool {
        false
    }
}

#[test]
fn a_recipient_that_somebody_put_into_a_header_gets_no_new_data_key() {
    let attack = Attack::new();
    attack.home.write("x", "the secret");
    attack.run(&["encrypt", "x", "-o", "x.kenc"]).ok();
    attack.plant_in_slots("x.kenc");
    let before = attack.home.read("x.kenc");
    let refused = attack.run(&["rotate", "x.kenc"]);
    refused.fails(USAGE).says("nothing vouches for keys of the file").says(&attack.attacker).hints("--yes");
    assert_eq!(attack.home.read("x.kenc"), before, "a refusal leaves the file alone");
    // As one of several, and as a stream.
    attack.run(&["encrypt", "x", "-o", "y.kenc"]).ok();
    let several = attack.run(&["rotate", "x.kenc", "y.kenc", "-k", &attack.ours]);
    assert_eq!(several.code, USAGE, "{}", several.stderr);
    several.says(&attack.attacker);
    attack.home.run_with(["rotate"], &before).fails(USAGE).says(&attack.attacker);
    attack.gave_the_attacker_nothing("x.kenc");
    attack.gave_the_attacker_nothing("y.kenc");
    // Each way to vouch for our own key alone leaves the attacker out.
    attack.run(&["rotate", "x.kenc", "--to", &attack.ours]).ok();
    attack.gave_the_attacker_nothing("x.kenc");
    attack.home.write("x.kenc", &before);
    attack.run(&["rotate", "x.kenc", "--remove", &attack.attacker]).fails(USAGE).says(&attack.ours);
    attack.run(&["rotate", "x.kenc", "--remove", &attack.attacker, "-k", &attack.ours]).ok();
    attack.gave_the_attacker_nothing("x.kenc");
}

#[test]
fn a_rule_trusted_keys_or_a_yes_vouch_for_the_keys_of_a_header() {
    let attack = Attack::new();
    attack.home.write("x", "the secret");
    let fresh = || {
        attack.run(&["encrypt", "-f", "-k", &attack.ours, "-k", &attack.colleague, "x", "-o", "x.kenc"]).ok();
    };
    let config = |text: String| attack.home.write(".kenc.yaml", text);
    let Attack { ours, colleague, .. } = &attack;
    for (text, vouches) in [
        (format!("creation_rules:\n- age: {ours},{colleague}\n"), true),
        (format!("creation_rules:\n- path_regex: '^x$'\n  age: {ours},{colleague}\n"), true),
        (format!("creation_rules:\n- path_regex: '^other$'\n  age: {ours},{colleague}\n"), false),
        (format!("creation_rules:\n- age: {ours}\n"), false),
        (format!("trusted_keys:\n- {ours}\n- {colleague}\n"), true),
        ("{}\n".to_owned(), false),
    ] {
        config("{}\n".to_owned());
        fresh();
        config(text.clone());
        let outcome = attack.run(&["rotate", "x.kenc"]);
        assert_eq!(outcome.code, if vouches { 0 } else { USAGE }, "{text}{}", outcome.stderr);
    }
    config(format!("trusted_keys:\n- {ours}\n"));
    // What the config forbids is not permitted by a yes either.
    let forbidden = attack.run(&["rotate", "x.kenc", "--yes"]);
    assert_ne!(forbidden.code, 0);
    config("{}\n".to_owned());
    attack.run(&["rotate", "x.kenc", "--yes"]).ok();
    attack.gave_the_attacker_nothing("x.kenc");
}

#[test]
fn verify_lists_the_keys_of_a_file() {
    let attack = Attack::new();
    attack.home.write("x", "the secret");
    attack.run(&["encrypt", "x", "-o", "x.kenc"]).ok();
    attack.plant_in_slots("x.kenc");
    let text = attack.run(&["verify", "x.kenc", "-r"]).ok().stdout_text()
        + &attack.run(&["verify", "x.kenc"]).ok().stdout_text();
    assert_eq!(text.matches(&format!("age {}", attack.attacker)).count(), 2, "{text}");
    let json = attack.run(&["verify", "x.kenc", "--json"]).ok().stdout_text();
    assert!(json.contains(&format!(r#"{{"provider":"age","id":"{}"}}"#, attack.attacker)), "{json}");
}

#[test]
fn a_recipient_that_somebody_put_into_a_document_gets_nothing_from_any_command() {
    let attack = Attack::new();
    attack.document_of_sops("s.yaml", "password: hunter2\nport: 1\n", &[&[&attack.ours]], 0);
    attack.plant_in_metadata("s.yaml");
    let planted = attack.text("s.yaml");
    for words in [
        &["rotate", "s.yaml"][..],
        &["rotate", "s.yaml", "--new-context", "a=b"],
        &["rotate", "s.yaml", "--add", &attack.colleague],
    ] {
        attack.run(words).fails(USAGE).says("nothing vouches for").says(&attack.attacker);
        assert_eq!(attack.text("s.yaml"), planted, "{words:?}");
    }
    // What keeps the data key wraps it for nobody that the document names.
    attack.run(&["rewrap", "s.yaml", "--add", &attack.colleague]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.home.run_with(["set", "s.yaml", "port"], b"2").ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.run(&["unset", "s.yaml", "port"]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.run(&["rotate", "s.yaml"]).fails(USAGE).says(&attack.attacker);
    attack.run(&["rotate", "s.yaml", "--to", &attack.ours]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    // Of a sealed document the seal vouches for the whole list.
    attack.run(&["rotate", "s.yaml"]).fails(USAGE);
    attack.home.write("t.yaml", "password: hunter2\n");
    attack.run(&["encrypt", "--values", "-i", "t.yaml"]).ok();
    attack.run(&["rotate", "t.yaml"]).ok();
    attack.plant_in_metadata("t.yaml");
    attack.run(&["rotate", "t.yaml", "--yes"]).fails(NOT_AUTHENTIC);
    attack.run(&["rewrap", "t.yaml", "--yes", "--add", &attack.colleague]).fails(NOT_AUTHENTIC);
}

#[test]
fn shares_are_split_anew_only_among_keys_that_something_vouches_for() {
    let attack = Attack::new();
    let (ours, colleague) = (attack.ours.clone(), attack.colleague.clone());
    attack.home.write("both.txt", attack.text("home/.config/kenc/keys.txt") + &attack.text("colleague.txt"));
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&ours], &[&colleague]], 2);
    attack.plant_in_metadata("s.yaml");
    let planted = attack.text("s.yaml");
    let add = ["rewrap", "s.yaml", "--group", "2", "--identity", "both.txt", "--add"];
    let another = Home::new().keygen();
    attack.run(&[&add[..], &[&another]].concat()).fails(USAGE).says("nothing vouches for").says(&attack.attacker);
    assert_eq!(attack.text("s.yaml"), planted);
    // A rule with exactly the honest groups is not one with the keys that the document has.
    let rule = |first: &str| {
        format!("creation_rules:\n- shamir_threshold: 2\n  key_groups:\n  - age: [{first}]\n  - age: [{colleague}]\n")
    };
    attack.home.write(".kenc.yaml", rule(&ours));
    attack.run(&[&add[..], &[&another]].concat()).fails(USAGE).says(&attack.attacker);
    attack.run(&["rewrap", "s.yaml", "--from-config", "--yes", "--identity", "both.txt"]).ok();
    let shares = attack.run(&["decrypt", "-o", "-", "s.yaml", "--identity", "attacker.txt"]);
    assert_eq!(shares.code, NO_KEY, "{}", shares.stderr);
    assert!(!attack.text("s.yaml").contains(&attack.attacker));
}

#[test]
fn a_nearer_config_or_one_that_was_named_takes_nothing_away() {
    let attack = Attack::new();
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    let at = |name: &str| attack.home.file(name);
    std::fs::create_dir_all(at("a/b")).unwrap();
    std::fs::rename(at("s.yaml"), at("a/b/s.yaml")).unwrap();
    attack.home.write(".kenc.yaml", "require_seal: true\n");
    attack.home.write("named.yaml", "require_seal: false\n");
    attack.home.write("sops.yaml", format!("creation_rules:\n- age: {}\n", attack.ours));
    let configs: [&[(&str, &str)]; 4] = [
        &[],
        &[("a/.kenc.yaml", "require_seal: false\n")],
        &[("a/b/.kenc.yaml", "{}\n"), ("a/b/.sops.yaml", "creation_rules: []\n")],
        &[("a/b/.sops.yaml", "creation_rules: []\n")],
    ];
    for files in configs {
        for (name, text) in files {
            attack.home.write(name, text);
        }
        for words in [
            &["decrypt", "-o", "-", "a/b/s.yaml"][..],
            &["rotate", "--yes", "a/b/s.yaml"],
            &["verify", "a/b/s.yaml"],
            &["verify", "--config", "named.yaml", "a/b/s.yaml"],
            &["unset", "a/b/s.yaml", "password"],
            &["rewrap", "a/b/s.yaml", "--add", &attack.colleague],
        ] {
            attack.run(words).fails(NOT_AUTHENTIC);
        }
        let mut hidden = attack.home.command();
        hidden.args(["rotate", "--yes", "a/b/s.yaml"]).env("SOPS_CONFIG", at("sops.yaml"));
        finish(hidden, b"").fails(NOT_AUTHENTIC);
        for (name, _) in files {
            std::fs::remove_file(at(name)).unwrap();
        }
    }
    // The user's own config has its say everywhere.
    std::fs::remove_file(at(".kenc.yaml")).unwrap();
    attack.run(&["verify", "a/b/s.yaml"]);
    attack.run(&["decrypt", "-o", "-", "a/b/s.yaml"]).ok();
    attack.home.write("home/.config/kenc/config.yaml", "require_seal: true\n");
    attack.run(&["decrypt", "-o", "-", "a/b/s.yaml"]).fails(NOT_AUTHENTIC);
    attack.run(&["rotate", "--yes", "a/b/s.yaml"]).fails(NOT_AUTHENTIC);
    attack.home.write("home/.config/kenc/config.yaml", format!("trusted_keys: [{}]\n", attack.ours));
    attack.home.write("a/b/.kenc.yaml", format!("trusted_keys: ['{}', 'arn:*:*:*:*:*']\n", attack.attacker));
    attack.run(&["decrypt", "-o", "-", "a/b/s.yaml"]).fails(NO_KEY).says("trusted_keys");
    attack.home.write("home/.config/kenc/config.yaml", "creation_rules: []\n");
    attack
        .run(&["decrypt", "-o", "-", "a/b/s.yaml"])
        .fails(1)
        .says("`creation_rules` is no field of the config of a user");
}

#[test]
fn a_config_in_a_folder_of_others_is_used_only_if_it_is_named_or_allowed() {
    use std::os::unix::fs::PermissionsExt;
    let attack = Attack::new();
    std::fs::create_dir(attack.home.file("team")).unwrap();
    attack.home.write("team/x", "the secret");
    attack.home.write("team/.kenc.yaml", format!("creation_rules:\n- age: {}\n", attack.attacker));
    std::fs::set_permissions(attack.home.file("team"), PermissionsExt::from_mode(0o777)).unwrap();
    let refused = attack.run(&["encrypt", "team/x", "-o", "x.kenc"]);
    refused
        .fails(1)
        .says("the config is not used: others can write to its folder")
        .hints("--config team/.kenc.yaml")
        .hints("safe_folders");
    assert!(!attack.home.file("x.kenc").exists());
    attack.run(&["encrypt", "team/x", "-o", "x.kenc", "--config", "team/.kenc.yaml"]).ok();
    let folder = std::fs::canonicalize(attack.home.file("team")).unwrap();
    attack.home.write("home/.config/kenc/config.yaml", format!("safe_folders: [{}]\n", folder.display()));
    attack.run(&["encrypt", "team/x", "-f", "-o", "x.kenc"]).ok();
    // Under the name of sops as well.
    std::fs::remove_file(attack.home.file("home/.config/kenc/config.yaml")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), attack.home.file("sops")).unwrap();
    std::fs::rename(attack.home.file("team/.kenc.yaml"), attack.home.file("team/.sops.yaml")).unwrap();
    let mut link = attack.home.environment_of(Command::new(attack.home.file("sops")));
    link.args(["-e", "x"]).current_dir(attack.home.file("team"));
    let outcome = finish(link, b"");
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    outcome.says("the config is not used");
}

#[test]
fn under_the_name_of_sops_only_a_rule_a_yes_or_a_seal_vouches_for_the_keys_of_a_document() {
    let attack = Attack::new();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), attack.home.file("sops")).unwrap();
    let sops = |words: &[&str]| {
        let mut command = attack.home.environment_of(Command::new(attack.home.file("sops")));
        command.args(words).env("SOPS_AGE_KEY_FILE", attack.home.file("home/.config/kenc/keys.txt"));
        finish(command, b"")
    };
    let plant = || {
        attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
        attack.plant_in_metadata("s.yaml");
    };
    plant();
    for words in [
        &["rotate", "-i", "s.yaml"][..],
        &["-r", "-i", "s.yaml"],
        &["rotate", "-i", "--add-age", &attack.colleague, "s.yaml"],
    ] {
        let refused = sops(words);
        assert_eq!(refused.code, 1, "{words:?}\n{}", refused.stderr);
        refused.says("only the file says that these are its keys").says(&attack.attacker);
        attack.gave_the_attacker_nothing("s.yaml");
    }
    sops(&["set", "s.yaml", "[\"password\"]", "\"x\""]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.home.write(".sops.yaml", format!("creation_rules:\n- age: {}\n", attack.ours));
    assert_eq!(sops(&["rotate", "-i", "s.yaml"]).code, 1);
    sops(&["updatekeys", "-y", "s.yaml"]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    // The rule names exactly its keys.
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    sops(&["rotate", "-i", "s.yaml"]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    std::fs::remove_file(attack.home.file(".sops.yaml")).unwrap();
    assert_eq!(sops(&["rotate", "-i", "s.yaml"]).code, 1);
    // The seal of what was encrypted under this name vouches for its keys.
    attack.home.write("t.yaml", "password: hunter2\n");
    sops(&["-e", "-i", "--age", &attack.ours, "t.yaml"]).ok();
    sops(&["rotate", "-i", "t.yaml"]).ok();
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    sops(&["rotate", "-i", "-y", "s.yaml"]).ok();
    // Shares of a document are split anew for all its keys.
    plant();
    let refused = sops(&[
        "groups",
        "add",
        "--file",
        "s.yaml",
        "-i",
        "--age",
        &attack.colleague,
        "--shamir-secret-sharing-threshold",
        "2",
    ]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    refused.says(&attack.attacker);
}
