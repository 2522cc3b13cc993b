//! What someone without the data key can do to a document, and which check detects it.

use kenc::document::{
    CommentHandling, EncryptionRecipe, EncryptionRule, Format, MacRequirement, OpenRequirements, SealRequirement,
    SealStatus,
};
use kenc::error::{Class, DocumentError, Error, SealFault};

use super::workbench::Workbench;

const PLAINTEXT: &str = "\
# the database
db:
  user: eve # nobody else
  password: c4r1b0u
  port: 5432
host_unencrypted: example.com
list:
  - one
  - two
  - three
";

/// Documents have random parts, so each forgery finds its own way around the text.
struct Forged {
    bench: Workbench,
    text: String,
}

impl Forged {
    fn new() -> Self {
        let bench = Workbench::new(2);
        let recipe = EncryptionRecipe { groups: vec![bench.keys[..1].to_vec()], ..EncryptionRecipe::default() };
        let text = bench.encrypt(Format::Yaml, PLAINTEXT, &recipe);
        Self { bench, text }
    }

    fn line(&self, start: &str) -> String {
        let line = self.text.lines().find(|line| line.trim_start().starts_with(start));
        line.unwrap_or_else(|| panic!("no line with {start} in:\n{}", self.text)).to_owned()
    }

    fn fault(&self, forged: &str) -> DocumentError {
        assert_ne!(forged, self.text, "nothing was forged");
        self.bench.fault(Format::Yaml, forged)
    }

    /// The seal detects it although the MAC is valid. Removing the seal as well does not help.
    fn only_the_seal_notices(&self, forged: &str) {
        assert_eq!(self.fault(forged), DocumentError::BrokenSeal(SealFault::Wrong));
        let opened = self.bench.open_with(Format::Yaml, forged, &any_seal());
        let opened = opened.unwrap_or_else(|error| panic!("{error}:\n{forged}"));
        assert_eq!(opened.report().seal, SealStatus::Broken(SealFault::Wrong));
        assert_eq!(self.fault(&without_seal(forged)), DocumentError::BrokenSeal(SealFault::Removed));
    }

    /// The document as sops would have encrypted it: without a seal, and not marked as sealed.
    fn unsealed(&self) -> String {
        let opened = self.bench.open_with(Format::Yaml, &without_seal(&self.text), &any_seal()).unwrap();
        opened.mended().unwrap().text.to_string()
    }
}

fn any_seal() -> OpenRequirements {
    OpenRequirements { seal: SealRequirement::Nothing, ..OpenRequirements::default() }
}

fn without_seal(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("kenc_seal")).collect();
    lines.join("\n") + "\n"
}

#[test]
fn a_document_that_nobody_forged_opens_with_mac_and_seal() {
    let forged = Forged::new();
    let opened = forged.bench.open(Format::Yaml, &forged.text);
    assert_eq!(opened.plaintext().text(), PLAINTEXT);
    assert_eq!(opened.report().seal, SealStatus::Verified);
}

#[test]
fn renaming_a_key_of_an_encrypted_value_makes_the_value_not_authentic() {
    let forged = Forged::new();
    let fault = forged.fault(&forged.text.replace("  password:", "  passwort:"));
    assert!(matches!(fault, DocumentError::ValueNotAuthentic { ref path, .. } if path == "db.passwort"), "{fault}");
}

#[test]
fn renaming_a_key_of_a_value_in_the_clear_breaks_the_seal() {
    let forged = Forged::new();
    forged.only_the_seal_notices(&forged.text.replace("host_unencrypted", "port_unencrypted"));
}

#[test]
fn deleting_a_comment_breaks_the_seal() {
    let forged = Forged::new();
    forged.only_the_seal_notices(&forged.text.replace("# the database\n", ""));
    forged.only_the_seal_notices(&forged.text.replace(" # nobody else", ""));
}

#[test]
fn adding_and_changing_a_comment_breaks_the_seal() {
    let forged = Forged::new();
    forged.only_the_seal_notices(&forged.text.replace("# the database", "# an old database"));
    forged.only_the_seal_notices(&forged.text.replace("list:", "# unused\nlist:"));
}

#[test]
fn moving_a_value_to_another_key_is_not_authentic() {
    let forged = Forged::new();
    let (user, password) = (forged.line("user:"), forged.line("password:"));
    let token = |line: &str| line[line.find("ENC[").unwrap()..=line.rfind(']').unwrap()].to_owned();
    let swapped = forged.text.replace(&token(&user), "[swapped]").replace(&token(&password), &token(&user));
    let swapped = swapped.replace("[swapped]", &token(&password));
    assert!(matches!(forged.fault(&swapped), DocumentError::ValueNotAuthentic { .. }));
}

#[test]
fn moving_a_value_within_its_list_or_mapping_is_noticed_by_the_mac() {
    let forged = Forged::new();
    let lines: Vec<&str> = forged.text.lines().collect();
    let one = lines.iter().position(|line| line.starts_with("list:")).unwrap() + 1;
    let mut swapped = lines.clone();
    swapped.swap(one, one + 1);
    assert_eq!(forged.fault(&(swapped.join("\n") + "\n")), DocumentError::WrongMac);
    let user = lines.iter().position(|line| line.trim_start().starts_with("user:")).unwrap();
    let mut swapped = lines;
    swapped.swap(user + 1, user + 2);
    assert_eq!(forged.fault(&(swapped.join("\n") + "\n")), DocumentError::WrongMac);
}

#[test]
fn removing_a_value_is_noticed_by_the_mac() {
    let forged = Forged::new();
    let line = format!("{}\n", forged.line("port:"));
    assert_eq!(forged.fault(&forged.text.replace(&line, "")), DocumentError::WrongMac);
}

#[test]
fn putting_an_empty_value_or_nothing_in_breaks_the_seal() {
    let forged = Forged::new();
    for added in ["  admin: \"\"\n", "  admin:\n", "  admin: {}\n", "  admin: []\n"] {
        forged.only_the_seal_notices(&forged.text.replace("  password:", &format!("{added}  password:")));
    }
}

#[test]
fn changing_a_value_in_the_clear_is_noticed_by_the_mac_and_its_type_by_the_seal() {
    let forged = Forged::new();
    assert_eq!(forged.fault(&forged.text.replace("example.com", "evil.com")), DocumentError::WrongMac);
    let bench = Workbench::new(1);
    let text = bench.encrypt(Format::Yaml, "a: 1\nb_unencrypted: \"5\"\n", &bench.recipe());
    let forged = Forged { bench, text };
    forged.only_the_seal_notices(&forged.text.replace("\"5\"", "5"));
}

#[test]
fn relabelling_the_type_of_a_value_breaks_the_seal() {
    let forged = Forged::new();
    forged.only_the_seal_notices(&forged.text.replace("type:int", "type:str"));
}

#[test]
fn changing_the_rule_breaks_the_seal() {
    let forged = Forged::new();
    let other = forged.text.replace("unencrypted_suffix: _unencrypted", "unencrypted_regex: unencrypted$");
    forged.only_the_seal_notices(&other);
}

#[test]
fn a_rule_that_takes_plaintext_for_encrypted_values_is_not_followed() {
    let forged = Forged::new();
    let other = forged.text.replace("unencrypted_suffix: _unencrypted", "unencrypted_suffix: _clear");
    let fault = forged.fault(&other);
    assert!(
        matches!(fault, DocumentError::InTheClear { ref path, others: 0, .. } if path == "host_unencrypted"),
        "{fault}"
    );
}

#[test]
fn restricting_the_mac_to_encrypted_values_is_noticed_by_the_mac() {
    let forged = Forged::new();
    let other = forged.text.replace("    mac: ", "    mac_only_encrypted: true\n    mac: ");
    assert_eq!(forged.fault(&other), DocumentError::WrongMac);
}

#[test]
fn adding_and_removing_a_recipient_breaks_the_seal() {
    let forged = Forged::new();
    let other = forged.bench.keys[1].key.to_string();
    let added =
        forged.text.replacen("    age:\n", &format!("    age:\n        - enc: x\n          recipient: {other}\n"), 1);
    forged.only_the_seal_notices(&added);
    let recipient = forged.bench.keys[0].key.to_string();
    forged.only_the_seal_notices(&forged.text.replace(&recipient, &other));
}

#[test]
fn adding_a_field_to_the_metadata_breaks_the_seal() {
    let forged = Forged::new();
    forged.only_the_seal_notices(&forged.text.replace("    mac: ", "    future_rule: x\n    mac: "));
}

#[test]
fn shifting_bytes_between_neighbours_breaks_the_seal_where_the_mac_is_blind() {
    let bench = Workbench::new(1);
    let recipe = bench.with_rule(EncryptionRule::EncryptedRegex("^secret$".into()));
    let text = bench.encrypt(Format::Yaml, "secret: 1\na: one two\nb: three\n", &recipe);
    let forged = Forged { bench, text };
    forged.only_the_seal_notices(
        &forged.text.replace("a: one two\nb: three", "a: one \nb: twothree").replace("a: one \n", "a: \"one \"\n"),
    );
}

#[test]
fn pointing_an_alias_to_another_value_breaks_the_seal() {
    let bench = Workbench::new(1);
    let text = bench.encrypt(Format::Yaml, "a: &one x\nb: &two x\nc: *one\n", &bench.recipe());
    let forged = Forged { bench, text };
    forged.only_the_seal_notices(&forged.text.replace("c: *one", "c: *two"));
    forged.only_the_seal_notices(&forged.text.replace("&one", "&X").replace("&two", "&one").replace("&X", "&two"));
}

#[test]
fn pointing_an_alias_to_a_value_that_says_something_else_makes_the_mac_wrong() {
    let bench = Workbench::new(1);
    let text = bench.encrypt(Format::Yaml, "a: &one x\nb: &two y\nc: *one\n", &bench.recipe());
    let forged = Forged { bench, text };
    let other = forged.text.replace("c: *one", "c: *two");
    assert_eq!(forged.fault(&other), DocumentError::WrongMac);
    assert_eq!(forged.fault(&without_seal(&other)), DocumentError::WrongMac);
}

#[test]
fn forging_the_time_of_the_last_change_breaks_the_mac() {
    let forged = Forged::new();
    let line = forged.line("lastmodified:");
    let other = forged.text.replace(&line, "    lastmodified: \"2020-01-01T00:00:00Z\"");
    assert_eq!(forged.fault(&other), DocumentError::MacNotAuthentic);
}

#[test]
fn a_missing_mac_is_an_error_until_it_is_ignored_on_purpose() {
    let forged = Forged::new();
    let line = format!("{}\n", forged.line("mac:"));
    let text = forged.text.replace(&line, "");
    assert_eq!(forged.fault(&text), DocumentError::MissingMac);
    assert_eq!(Error::from(DocumentError::MissingMac).class(), Class::NotAuthentic);
    let demands = OpenRequirements { mac: MacRequirement::Nothing, ..OpenRequirements::default() };
    let opened = forged.bench.open_with(Format::Yaml, &text, &demands).unwrap();
    assert_eq!(opened.plaintext().text(), PLAINTEXT);
}

#[test]
fn taking_the_seal_away_is_noticed_without_any_config() {
    let forged = Forged::new();
    let stripped = without_seal(&forged.text);
    assert_eq!(forged.fault(&stripped), DocumentError::BrokenSeal(SealFault::Removed));
    assert_eq!(DocumentError::BrokenSeal(SealFault::Removed).class(), Class::NotAuthentic);
    // The offset cannot be taken away as well: it belongs to the MAC.
    let time = forged.line("lastmodified:");
    assert!(time.contains("+00:01"), "{time}");
    let opened = forged.bench.open(Format::Yaml, &forged.text);
    for other in [time.replace("+00:01", "Z"), time.replace("+00:01", "+00:00"), time.replace("+00:01", "+00:02")] {
        assert_eq!(forged.fault(&stripped.replace(&time, &other)), DocumentError::MacNotAuthentic, "{other}");
    }
    assert!(opened.metadata().is_marked_as_sealed());
}

#[test]
fn a_seal_where_none_belongs_is_refused() {
    let forged = Forged::new();
    let unsealed = forged.unsealed();
    assert_eq!(forged.bench.open(Format::Yaml, &unsealed).report().seal, SealStatus::Absent);
    let seal = forged.line("kenc_seal:");
    let made_up = unsealed.replace("    mac: ", &format!("{seal}\n    mac: "));
    assert_eq!(forged.fault(&made_up), DocumentError::BrokenSeal(SealFault::Unexpected));
}

#[test]
fn the_seal_of_another_state_and_of_another_version_is_refused() {
    let forged = Forged::new();
    let (seal, other) = (forged.line("kenc_seal:"), Forged::new().line("kenc_seal:"));
    assert_eq!(forged.fault(&forged.text.replace(&seal, &other)), DocumentError::BrokenSeal(SealFault::Wrong));
    let first = "    kenc_seal: KENC[HMAC_SHA256,lastmodified:2026-11-29T20:08:26Z,tag:AAAA,version:1]";
    assert_eq!(forged.fault(&forged.text.replace(&seal, first)), DocumentError::BrokenSeal(SealFault::Unknown));
}

#[test]
fn a_seal_that_is_required_must_be_there() {
    let forged = Forged::new();
    let demands = OpenRequirements { seal: SealRequirement::Verified, ..OpenRequirements::default() };
    assert!(forged.bench.open_with(Format::Yaml, &forged.text, &demands).is_ok());
    let refused = forged.bench.open_with(Format::Yaml, &forged.unsealed(), &demands).err().unwrap();
    assert!(matches!(refused, Error::Document(DocumentError::NoSeal)), "{refused}");
}

#[test]
fn what_was_opened_without_a_verified_seal_is_never_sealed_by_writing_it() {
    let forged = Forged::new();
    let open = |text: &str| forged.bench.open(Format::Yaml, text);
    let keyring = forged.bench.keyring();
    let written = |opened: &kenc::document::OpenedDocument| {
        let edited = super::workbench::parse(Format::Yaml, &PLAINTEXT.replace("eve", "mallory"));
        let keys = vec![forged.bench.keys.iter().cloned().map(kenc::document::NewKey::Wrapping).collect()];
        [
            super::workbench::changed(opened.encrypt_again(&edited).unwrap()),
            super::workbench::changed(opened.with_keys(&keys, 0, &keyring, &kenc::keys::Vouchers::none()).unwrap()),
            opened.rotate(&keyring, &kenc::keys::Vouchers::person()).unwrap().text.to_string(),
            opened.mended().unwrap().text.to_string(),
        ]
    };
    let sealed = written(&open(&forged.text));
    let statuses = sealed.each_ref().map(|text| open(text).report().seal);
    assert_eq!(statuses, [SealStatus::Verified, SealStatus::Verified, SealStatus::Verified, SealStatus::Absent]);
    let unsealed = forged.unsealed();
    for text in written(&open(&unsealed)) {
        assert_eq!(open(&text).report().seal, SealStatus::Absent);
        assert!(!text.contains("kenc_seal") && !text.contains("+00:01"), "{text}");
    }
    // A broken document is not repaired by changing its keys, which would keep the time that says it was sealed.
    let broken = forged.text.replace("# the database", "# a database");
    let broken = forged.bench.open_with(Format::Yaml, &broken, &any_seal()).unwrap();
    let keys = vec![forged.bench.keys.iter().cloned().map(kenc::document::NewKey::Wrapping).collect()];
    let refused = broken.with_keys(&keys, 0, &keyring, &kenc::keys::Vouchers::none()).err().unwrap();
    assert!(matches!(refused, Error::Document(DocumentError::BrokenSeal(SealFault::Wrong))), "{refused}");
    assert_eq!(
        open(&broken.rotate(&keyring, &kenc::keys::Vouchers::person()).unwrap().text).report().seal,
        SealStatus::Absent
    );
}

#[test]
fn what_a_parser_of_yaml_sees_and_the_values_do_not_say_is_sealed() {
    let bench = Workbench::new(1);
    let text = "%YAML 1.2\n---\nhook_unencrypted: [os.system, x]\nfirst_unencrypted: !Equals [a, b]\nbase: &base\n  child:\n    grand: 1\n\
                copy: *base\ncountry_unencrypted: \"no\"\nlist: [one, two]\n";
    let text = bench.encrypt(Format::Yaml, text, &bench.recipe());
    let forged = Forged { bench, text };
    for (old, new) in [
        ("hook_unencrypted: [", "hook_unencrypted: !!python/object/apply:os.system ["),
        ("!Equals", "!Not"),
        ("!Equals ", ""),
        ("base: &base\n  child:", "base:\n  child: &base"),
        ("%YAML 1.2", "%YAML 1.1"),
        ("%YAML 1.2\n", "%TAG ! tag:evil,2026:\n"),
        ("---\n", "--- !evil\n"),
        ("country_unencrypted: \"no\"", "country_unencrypted: 'no'"),
    ] {
        let other = forged.text.replacen(old, new, 1);
        assert_ne!(other, forged.text, "{old}");
        match forged.bench.try_open(Format::Yaml, &other) {
            Err(Error::Document(fault)) => assert_eq!(fault, DocumentError::BrokenSeal(SealFault::Wrong), "{new}"),
            // A version that kenc does not support is not accepted either.
            Err(_) => {}
            Ok(_) => panic!("it opened with {new}:\n{other}"),
        }
    }
    assert!(forged.bench.try_open(Format::Yaml, &forged.text.replace("\"no\"", "no")).is_err());
}

#[test]
fn editors_may_change_line_ends_and_blanks_that_say_nothing() {
    let forged = Forged::new();
    let with_blanks = forged.text.replace("db:\n", "db: \t\n").replace("# the database\n", "# the database  \n");
    for other in [
        forged.text.replace('\n', "\r\n"),
        forged.text.trim_end().to_owned(),
        format!("{}\n\n", forged.text),
        with_blanks,
    ] {
        assert_ne!(other, forged.text);
        assert_eq!(forged.bench.open(Format::Yaml, &other).report().seal, SealStatus::Verified, "{other}");
    }
}

#[test]
fn the_metadata_of_every_yaml_document_is_the_same() {
    let bench = Workbench::new(1);
    let text = bench.encrypt(Format::Yaml, "a: 1\n---\nb: 2\n", &bench.recipe());
    let forged = Forged { bench, text };
    assert_eq!(forged.bench.open(Format::Yaml, &forged.text).report().seal, SealStatus::Verified);
    let second = forged.text.rfind("unencrypted_suffix").unwrap();
    let other = format!("{}{}", &forged.text[..second], forged.text[second..].replacen("_unencrypted", "_clear", 2));
    assert_eq!(forged.fault(&other), DocumentError::BrokenSeal(SealFault::Wrong));
}

#[test]
fn an_alias_cannot_come_to_stand_for_metadata() {
    let bench = Workbench::new(1);
    let text = bench.encrypt(Format::Yaml, "a: &x 1\nb: *x\n", &bench.recipe());
    let forged = Forged { bench, text };
    let other = forged.text.replace("    version: ", "    version: &x ");
    assert!(matches!(forged.fault(&other), DocumentError::Refused { .. }));
}

#[test]
fn a_comment_that_became_an_item_of_a_list_is_not_repaired_where_there_is_a_seal() {
    let bench = Workbench::new(1);
    let recipe = EncryptionRecipe { comments: CommentHandling::Encrypted, ..bench.recipe() };
    let text = bench.encrypt(Format::Yaml, "list:\n- one\n# between\n- two\n", &recipe);
    let forged = Forged { bench, text };
    assert!(forged.text.contains("\n#ENC["), "{}", forged.text);
    let other = forged.text.replace("\n#ENC[", "\n- ENC[");
    assert!(forged.bench.try_open(Format::Yaml, &other).is_err());
}

/// Encrypted with `mac_only_encrypted`: others may change plaintext values.
fn with_open_values() -> Forged {
    let bench = Workbench::new(2);
    let text = "# of the team\nimage_unencrypted: app:1.0\nreplicas_unencrypted: 3\nnote_unencrypted: |\n  two\n  lines\npassword: c4r1b0u\n";
    let recipe = EncryptionRecipe { mac_scope: kenc::document::MacScope::OnlyEncrypted, ..bench.recipe() };
    let text = bench.encrypt(Format::Yaml, text, &recipe);
    Forged { bench, text }
}

#[test]
fn other_tools_may_change_values_in_the_clear_if_the_mac_is_over_encrypted_ones_only() {
    let forged = with_open_values();
    for (old, new) in [
        ("app:1.0", "app:2.0"),
        ("app:1.0", "\"app:2.0 # x\""),
        ("replicas_unencrypted: 3", "replicas_unencrypted: '5'"),
        ("|\n  two\n  lines\n", "one line\n"),
        ("|\n  two\n  lines\n", "|-\n  two\n  lines\n  more\n"),
    ] {
        let other = forged.text.replacen(old, new, 1);
        assert_ne!(other, forged.text);
        let opened = forged.bench.open(Format::Yaml, &other);
        assert_eq!(opened.report().seal, SealStatus::Verified, "{new}");
        // And it is sealed when it is written.
        let rotated = opened.rotate(&forged.bench.keyring(), &kenc::keys::Vouchers::none()).unwrap().text;
        assert_eq!(forged.bench.open(Format::Yaml, &rotated).report().seal, SealStatus::Verified);
    }
}

#[test]
fn everything_else_stays_sealed_if_the_mac_is_over_encrypted_values_only() {
    let forged = with_open_values();
    for (old, new) in [
        ("# of the team", "# of nobody"),
        ("image_unencrypted", "imago_unencrypted"),
        ("image_unencrypted: app", "image_unencrypted: !Tag app"),
        ("replicas_unencrypted: 3\n", ""),
        ("replicas_unencrypted: 3", "replicas_unencrypted: {a: 3}"),
        ("replicas_unencrypted: 3\n", "replicas_unencrypted: 3\nevil_unencrypted: 1\n"),
        ("replicas_unencrypted: 3", "replicas_unencrypted: 3 # all"),
        ("replicas_unencrypted: 3", "replicas_unencrypted: &x 3"),
        ("unencrypted_suffix: _unencrypted", "unencrypted_regex: _unencrypted"),
    ] {
        forged.only_the_seal_notices(&forged.text.replacen(old, new, 1));
    }
    let (own, other) = (forged.bench.keys[0].key.to_string(), forged.bench.keys[1].key.to_string());
    let added = format!("    age:\n        - enc: x\n          recipient: {other}x\n");
    assert!(forged.text.contains(&own));
    forged.only_the_seal_notices(&forged.text.replacen("    age:\n", &added, 1));
}

#[test]
fn a_document_reads_the_same_whatever_its_name_says() {
    let bench = Workbench::new(1);
    let json = bench.encrypt(Format::Json, "{\"a\": \"x\", \"b\": {\"c\": 1}}\n", &bench.recipe());
    assert_eq!(bench.open(Format::Yaml, &json).report().seal, SealStatus::Verified);
    let binary = bench.encrypt(Format::Binary, "any text\n", &bench.recipe());
    assert_eq!(bench.open(Format::Json, &binary).report().seal, SealStatus::Verified);
}

#[test]
fn every_notation_is_sealed_and_notices_a_comment_or_a_key() {
    for (format, text, old, new) in [
        (Format::Json, "{\n\t// note\n\t\"a\": \"x\",\n\t\"e\": \"\"\n}\n", "\"e\"", "\"f\""),
        (Format::Dotenv, "# note\nA=x\nE=\n", "# note", "# nota"),
        (Format::Ini, "; note\n[s]\na = x\ne =\n", "; note", "; nota"),
        (Format::Toml, "# note\n[s]\na = \"x\"\ne = \"\"\n", "e = \"\"", "f = \"\""),
    ] {
        let bench = Workbench::new(1);
        let encrypted = bench.encrypt(format, text, &bench.recipe());
        assert_eq!(bench.open(format, &encrypted).report().seal, SealStatus::Verified, "{encrypted}");
        let other = encrypted.replacen(old, new, 1);
        assert_ne!(other, encrypted);
        assert_eq!(bench.fault(format, &other), DocumentError::BrokenSeal(SealFault::Wrong), "{other}");
        let opened = bench.open(format, &encrypted.replace('\n', "\r\n"));
        assert_eq!(opened.report().seal, SealStatus::Verified, "{format:?}");
    }
}

#[test]
fn deleting_an_encrypted_comment_breaks_the_seal() {
    let bench = Workbench::new(1);
    let recipe = EncryptionRecipe { comments: CommentHandling::Encrypted, ..bench.recipe() };
    let text = bench.encrypt(Format::Yaml, PLAINTEXT, &recipe);
    assert!(text.starts_with("#ENC[AES256_GCM,"), "{text}");
    let first = text.lines().next().unwrap().to_owned();
    let forged = Forged { bench, text };
    forged.only_the_seal_notices(&forged.text.replace(&format!("{first}\n"), ""));
}
