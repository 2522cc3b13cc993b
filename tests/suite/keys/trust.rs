//! What a file alone says of its keys gives nobody anything: recipients that somebody put into a header, into the metadata of
//! a document or on a branch, and configs that would take away what others demand.

use std::process::Command;

use kenc::document::{Demands, Document, Format, Recipe, SealDemand, Sealed};
use kenc::keys::{AwsKms, Identities, KeySpec, Keyring, KmsSettings, PassphraseSource, TrustedKeys};
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

    /// Leaves a document as somebody else's program writes it, who has the data key and no seal.
    fn document_of_sops(&self, name: &str, plaintext: &str, groups: &[&[&str]], threshold: usize) {
        let group = |words: &&[&str]| words.iter().map(|word| word.parse::<KeySpec>().unwrap().into()).collect();
        let recipe = Recipe { groups: groups.iter().map(group).collect(), threshold, ..Recipe::default() };
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
            let demands = Demands { seal: SealDemand::Nothing, ..Demands::default() };
            let sealed = Sealed::new(Document::parse(Format::Yaml, stripped).unwrap()).unwrap();
            sealed.open(keyring, &demands).unwrap().mended().unwrap().text.to_string()
        })
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
    refused.fails(USAGE).says("keys of the file are not trusted").says(&attack.attacker).hints("--yes");
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
        attack.run(words).fails(USAGE).says("not trusted").says(&attack.attacker);
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
    attack.run(&[&add[..], &[&another]].concat()).fails(USAGE).says("not trusted").says(&attack.attacker);
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
fn a_branch_without_a_seal_brings_no_keys_names_rules_or_comments_into_a_merge() {
    let attack = Attack::new();
    let plaintext = "# the host\nhost_unencrypted: a\npassword: hunter2\nport: 1\n";
    attack.home.write("s.yaml", plaintext);
    attack.run(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    let base = attack.home.read("s.yaml");
    let put = |name: &str, text: &[u8]| drop(attack.home.write(name, text));
    put("base.yaml", &base);
    attack.home.run_with(["set", "s.yaml", "port"], b"2").ok();
    let ours = attack.home.read("s.yaml");
    // As another tool writes it that has the data key; then somebody without it changes the text.
    let stripped = attack.without_seal(std::str::from_utf8(&base).unwrap());
    put("s.yaml", stripped.as_bytes());
    attack.plant_in_metadata("s.yaml");
    let planted = attack.text("s.yaml");
    let renamed = stripped.replace("host_unencrypted", "port_unencrypted");
    let commented = stripped.replace("# the host", "# kept by nobody");
    let ruled = stripped.replace("unencrypted_suffix: _unencrypted", "unencrypted_regex: _unencrypted$");
    for (theirs, words) in [
        (&planted, "keys that are not trusted"),
        (&renamed, "names of values in the clear: host_unencrypted, port_unencrypted"),
        (&commented, "comments"),
        (&ruled, "the rule that says what is encrypted"),
    ] {
        assert_ne!(*theirs, stripped, "{words}");
        for (first, second) in [(&ours, "base.yaml"), (&base, "base.yaml")] {
            put("s.yaml", first);
            put("theirs.yaml", theirs.as_bytes());
            let merged = attack.run(&["git", "merge", second, "s.yaml", "theirs.yaml", "s.yaml"]);
            assert_eq!(merged.code, 1, "{words}\n{}", merged.stderr);
            merged.says(words);
            let text = attack.text("s.yaml");
            assert!(!text.contains(&attack.attacker) && text.contains("# the host\nhost_unencrypted: a\n"), "{text}");
            assert!(text.contains("unencrypted_suffix"), "{text}");
            attack.gave_the_attacker_nothing("s.yaml");
        }
    }
    // Values that the unsealed version changes are authentic, and are taken; what is taken from it gets no seal.
    put("theirs.yaml", stripped.as_bytes());
    attack.home.run_with(["set", "theirs.yaml", "password"], b"new").ok();
    put("s.yaml", &ours);
    attack.run(&["git", "merge", "base.yaml", "s.yaml", "theirs.yaml", "s.yaml"]).ok();
    attack
        .run(&["decrypt", "-o", "-", "s.yaml"])
        .gives(plaintext.replace("hunter2", "new").replace("port: 1", "port: 2").as_bytes());
    assert!(!attack.text("s.yaml").contains("kenc_seal"));
}

#[test]
fn a_commit_that_only_adds_a_recipient_or_strips_a_seal_is_seen_and_found() {
    const PROBLEMS: i32 = 7;
    let attack = Attack::new();
    let git = |words: &[&str]| {
        let mut command = attack.home.environment_of(Command::new("git"));
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]).args(words);
        finish(command, b"").ok().stdout_text()
    };
    git(&["init", "-q", "-b", "main"]);
    attack.home.write("s.yaml", "password: hunter2\n");
    attack.run(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    git(&["add", "s.yaml"]);
    git(&["commit", "-q", "-m", "base"]);
    let base = attack.text("s.yaml");
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    let expected = format!(
        "password: hunter2\n# kenc: sealed\n# kenc: rule unencrypted_suffix _unencrypted\n# kenc: key age {}\n",
        attack.ours
    );
    assert_eq!(shown, expected);
    let check = |words: &[&str]| {
        git(&["add", "s.yaml"]);
        for arguments in [&["git", "check"][..], &["git", "check", "--no-keys"], &["git", "check", "s.yaml"]] {
            let found = attack.run(arguments);
            assert_eq!(found.code, PROBLEMS, "{arguments:?}\n{}", found.stderr);
            assert!(words.iter().any(|words| found.stderr.contains(words)), "{words:?}\n{}", found.stderr);
        }
    };
    // A recipient in a sealed document, the seal taken away, and both in what another tool wrote.
    attack.plant_in_metadata("s.yaml");
    check(&[&attack.attacker, "seal"]);
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    assert!(shown.contains(&attack.attacker) && shown.contains("# kenc: not opened: "), "{shown}");
    let lines: Vec<&str> = base.lines().filter(|line| !line.contains("kenc_seal")).collect();
    attack.home.write("s.yaml", lines.join("\n") + "\n");
    check(&["seal"]);
    attack.home.write("s.yaml", attack.without_seal(&base));
    check(&["the seal is missing: the last commit has one"]);
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    assert!(shown.contains("\n# kenc: not sealed\n"), "{shown}");
    git(&["commit", "-q", "-m", "without a seal"]);
    attack.plant_in_metadata("s.yaml");
    check(&["keys that are not trusted were added"]);
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    assert!(shown.contains(&format!("# kenc: key age {}\n", attack.attacker)), "{shown}");
}

#[test]
fn what_git_shows_unasked_calls_no_account_that_only_the_file_names() {
    let attack = Attack::new();
    let key = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    // Whoever asks it is noticed, and gets no answer.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&calls);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            drop(connection);
        }
    });
    let asked = |name: &str| {
        let before = calls.load(std::sync::atomic::Ordering::SeqCst);
        let mut command = attack.home.command();
        command.args(["git", "textconv", "--identity", "attacker.txt", name]).env("AWS_ENDPOINT_URL", &endpoint);
        for variable in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env(variable, "x");
        }
        command.env("AWS_REGION", "eu-west-1").env("AWS_MAX_ATTEMPTS", "1");
        finish(command, b"").ok();
        calls.load(std::sync::atomic::Ordering::SeqCst) > before
    };
    attack.home.write("x", "the secret");
    attack.run(&["encrypt", "x", "-o", "x.kenc"]).ok();
    let mut file = RawFile::parse(&attack.home.read("x.kenc"));
    file.slots = vec![RawSlot { provider: "aws-kms".to_owned(), key_id: key.to_owned(), wrapped: vec![1; 64] }];
    attack.home.write("x.kenc", file.build());
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    let text = attack.text("s.yaml");
    let entry = |more: &str| {
        format!("    kms:\n        - arn: {key}\n          enc: AAAA\n          aws_profile: \"\"\n{more}    age:\n")
    };
    let with = |more: &str| text.replace("    age:\n", &entry(more)).replace(&attack.ours, &attack.attacker);
    attack.home.write("s.yaml", with(""));
    attack.home.write("role.yaml", with("          role: arn:aws:iam::444455556666:role/x\n"));
    for name in ["x.kenc", "s.yaml", "role.yaml"] {
        assert!(!asked(name), "{name}");
    }
    attack.home.write(".kenc.yaml", format!("keys: {{team: '{key}'}}\n"));
    assert!(asked("x.kenc") && asked("s.yaml"));
    assert!(!asked("role.yaml"));
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
        .says("`creation_rules` is not a field of the config of a user");
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
