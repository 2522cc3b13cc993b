//! What somebody without the data key can do to a document, and who notices.

use kenc::document::{Comments, Demands, Format, MacDemand, Recipe, Rule, SealStatus};
use kenc::error::{Class, DocumentError, Error};

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

/// Documents differ in what is drawn by lot, so each forgery finds its own way around the text.
struct Forged {
    bench: Workbench,
    text: String,
}

impl Forged {
    fn new() -> Self {
        let bench = Workbench::new(2);
        let recipe = Recipe { groups: vec![bench.keys[..1].to_vec()], ..Recipe::default() };
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

    /// The seal notices, and the MAC would not: without its seal, the document opens.
    fn only_the_seal_notices(&self, forged: &str) {
        assert_eq!(self.fault(forged), DocumentError::BrokenSeal);
        let without = without_seal(forged);
        let opened = self.bench.try_open(Format::Yaml, &without).unwrap_or_else(|error| panic!("{error}:\n{without}"));
        assert_eq!(opened.report().seal, SealStatus::Missing);
    }
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
    let recipe = bench.with_rule(Rule::EncryptedRegex("^secret$".into()));
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
fn forging_the_time_of_the_last_change_makes_the_mac_wrong() {
    let forged = Forged::new();
    let line = forged.line("lastmodified:");
    let other = forged.text.replace(&line, "    lastmodified: \"2020-01-01T00:00:00Z\"");
    assert_eq!(forged.fault(&other), DocumentError::WrongMac);
}

#[test]
fn a_missing_mac_is_an_error_until_it_is_ignored_on_purpose() {
    let forged = Forged::new();
    let line = format!("{}\n", forged.line("mac:"));
    let text = forged.text.replace(&line, "");
    assert_eq!(forged.fault(&text), DocumentError::MissingMac);
    assert_eq!(Error::from(DocumentError::MissingMac).class(), Class::NotAuthentic);
    let demands = Demands { mac: MacDemand::Nothing, ..Demands::default() };
    let opened = forged.bench.open_with(Format::Yaml, &text, &demands).unwrap();
    assert_eq!(opened.plaintext().text(), PLAINTEXT);
}

#[test]
fn a_seal_of_an_earlier_state_is_stale_and_not_taken_for_one() {
    let forged = Forged::new();
    let seal = forged.line("kenc_seal:");
    let time = seal.split("lastmodified:").nth(1).unwrap().split(",tag").next().unwrap().to_owned();
    let stale = seal.replace(&time, "2020-01-01T00:00:00Z");
    let text = forged.text.replace(&seal, &stale);
    assert_eq!(forged.bench.open(Format::Yaml, &text).report().seal, SealStatus::Stale);
    let demands = Demands { seal: kenc::document::SealDemand::Verified, ..Demands::default() };
    let refused = forged.bench.open_with(Format::Yaml, &text, &demands).err().unwrap();
    assert!(matches!(refused, Error::Document(DocumentError::NoSeal { is_stale: true })), "{refused}");
    let refused = forged.bench.open_with(Format::Yaml, &without_seal(&text), &demands).err().unwrap();
    assert!(matches!(refused, Error::Document(DocumentError::NoSeal { is_stale: false })), "{refused}");
}

#[test]
fn deleting_an_encrypted_comment_breaks_the_seal() {
    let bench = Workbench::new(1);
    let recipe = Recipe { comments: Comments::Encrypted, ..bench.recipe() };
    let text = bench.encrypt(Format::Yaml, PLAINTEXT, &recipe);
    assert!(text.starts_with("#ENC[AES256_GCM,"), "{text}");
    let first = text.lines().next().unwrap().to_owned();
    let forged = Forged { bench, text };
    forged.only_the_seal_notices(&forged.text.replace(&format!("{first}\n"), ""));
}
