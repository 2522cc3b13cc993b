//! What was encrypted stays encrypted when something beside it is changed.

use kenc::document::{
    ChangeOutcome, CommentHandling, Document, EncryptedDocument, EncryptionRecipe, EncryptionRule, Format, MacScope,
    Node, OpenRequirements, OpenedDocument, Path,
};
use kenc::error::{DocumentError, Error, Result};
use zeroize::Zeroizing;

use super::workbench::{Workbench, changed, parse, plaintext};

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn json(text: &str) -> Node {
    serde_json::from_str(text).unwrap()
}

struct Case {
    bench: Workbench,
    format: Format,
    text: String,
}

impl Case {
    fn new(format: Format, rule: EncryptionRule, text: &str) -> Self {
        let bench = Workbench::new(1);
        let text = bench.encrypt(format, text, &EncryptionRecipe { rule, ..bench.recipe() });
        Self { bench, format, text }
    }

    fn open(&self) -> OpenedDocument {
        self.bench.open(self.format, &self.text)
    }

    fn encrypt_again(&self, edited: impl FnOnce(&OpenedDocument) -> Result<Document, DocumentError>) -> Result<String> {
        let opened = self.open();
        let edited = edited(&opened)?;
        Ok(match opened.encrypt_again(&edited)? {
            ChangeOutcome::Changed(encrypted) => encrypted.text.to_string(),
            ChangeOutcome::Unchanged => self.text.clone(),
        })
    }

    fn set(&self, at: &str, value: &str) -> Result<String> {
        self.encrypt_again(|opened| opened.plaintext().with_value(&path(at), &json(value)))
    }

    fn unset(&self, at: &str) -> Result<String> {
        self.encrypt_again(|opened| opened.without(&path(at)))
    }
}

fn would_be_in_the_clear(result: Result<String>) -> String {
    match result {
        Err(Error::Document(DocumentError::WouldBeInTheClear { path })) => path,
        Err(other) => panic!("{other}"),
        Ok(text) => panic!("it was written:\n{text}"),
    }
}

#[test]
fn the_comment_behind_a_block_scalar_is_not_lost_when_that_is_replaced() {
    // Regression: the value below was written in plaintext.
    let text = "p:\n  # secret\n  t: |\n    l1\n  # secret\n  x: hunter2\nz: 1\n";
    let case = Case::new(Format::Yaml, EncryptionRule::EncryptedCommentRegex("secret".to_owned()), text);
    let written = case.set("p.t", "{\"n\": 1}").unwrap();
    assert!(!written.contains("hunter2"), "{written}");
    let opened = case.bench.open(Format::Yaml, &written);
    assert_eq!(opened.plaintext().text(), "p:\n  # secret\n  t:\n    \"n\": 1\n  # secret\n  x: hunter2\nz: 1\n");
}

#[test]
fn a_comment_that_marks_a_value_goes_with_it_and_does_not_mark_the_next() {
    // Regression: the comment stayed, and the next value was written in plaintext.
    let rule = || EncryptionRule::UnencryptedCommentRegex("plain".to_owned());
    for (format, text, at, after) in [
        (
            Format::Yaml,
            "p:\n  # of p\n  # plain\n  host: h\n  pw: hunter2\n",
            "p.host",
            "p:\n  # of p\n  pw: hunter2\n",
        ),
        (Format::Dotenv, "# plain\nHOST=h\nPW=hunter2\n", "HOST", "PW=hunter2\n"),
        (Format::Ini, "[p]\nx = 1\n; plain\nhost = h\npw = hunter2\n", "p.host", "[p]\nx = 1\npw = hunter2\n"),
        (Format::Toml, "[p]\n# plain\nhost = \"h\"\npw = \"hunter2\"\n", "p.host", "[p]\npw = \"hunter2\"\n"),
        (
            Format::Json,
            "{\n  // plain\n  \"host\": 1,\n  \"pw\": \"hunter2\"\n}\n",
            "host",
            "{\n  \"pw\": \"hunter2\"\n}\n",
        ),
    ] {
        let case = Case::new(format, rule(), text);
        let written = case.unset(at).unwrap();
        assert!(!written.contains("hunter2"), "{written}");
        assert_eq!(case.bench.open(format, &written).plaintext().text(), after);
        // Where the comment stays, the change is refused.
        let kept = case.encrypt_again(|opened| opened.plaintext().without(&path(at)));
        assert!(would_be_in_the_clear(kept).ends_with("pw") || format == Format::Dotenv);
    }
}

#[test]
fn a_mark_that_cannot_go_alone_refuses_the_change() {
    let text = "{ /* plain */ \"host\": 1, \"pw\": \"hunter2\" }\n";
    let case = Case::new(Format::Json, EncryptionRule::UnencryptedCommentRegex("plain".to_owned()), text);
    assert_eq!(would_be_in_the_clear(case.unset("host")), "pw");
}

#[test]
fn an_edited_text_without_the_mark_of_a_secret_is_refused_unless_the_secret_is_another() {
    let text = "# secret\npw: hunter2\nx: 1\n";
    let case = Case::new(Format::Yaml, EncryptionRule::EncryptedCommentRegex("secret".to_owned()), text);
    let edited = |text: &str| {
        let text = Zeroizing::new(text.to_owned());
        case.encrypt_again(|_| Document::parse(case.format, text))
    };
    assert_eq!(would_be_in_the_clear(edited("pw: hunter2\nx: 1\n")), "pw");
    assert_eq!(would_be_in_the_clear(edited("x: 1\npw: hunter2\n# secret\ny: 1\n")), "pw");
    assert!(edited("pw: replaced\nx: 1\n").unwrap().contains("pw: replaced"));
    assert!(edited("# secret\nx: 2\n# secret\npw: hunter2\n").is_ok());
    // An equal value elsewhere does not make it acceptable: one of the two would be newly in plaintext.
    let text = "l:\n# secret\n- a\n- a\n";
    let case = Case::new(Format::Yaml, EncryptionRule::EncryptedCommentRegex("secret".to_owned()), text);
    let edited = case.encrypt_again(|_| Document::parse(case.format, Zeroizing::new("l:\n- a\n- a\n".to_owned())));
    assert_eq!(would_be_in_the_clear(edited), "l[0]");
}

#[test]
fn an_encrypted_comment_stays_encrypted() {
    let rule = EncryptionRule::UnencryptedCommentRegex("plain".to_owned());
    let bench = Workbench::new(1);
    let comments = CommentHandling::Encrypted;
    let text = bench.encrypt(Format::Yaml, "# hunter2\na: 1\n", &EncryptionRecipe { rule, comments, ..bench.recipe() });
    assert!(!text.contains("hunter2"), "{text}");
    let opened = bench.open(Format::Yaml, &text);
    let edited = parse(Format::Yaml, "# plain\n# hunter2\na: 2\n");
    match opened.encrypt_again(&edited) {
        Err(Error::Document(DocumentError::WouldBeInTheClear { .. })) => {}
        Err(other) => panic!("{other}"),
        Ok(outcome) => panic!("{}", changed(outcome)),
    }
}

#[test]
fn a_value_in_the_clear_at_the_end_of_a_file_without_a_line_break_comes_back() {
    // Regression: this was reported as a bug, because the metadata after it would have added a line break to the block.
    for text in
        ["a: 1\nt_unencrypted: |\n  text", "a: 1\nt_unencrypted: |+\n  text", "a: 1\nt_unencrypted: >2\n   text"]
    {
        let case = Case::new(Format::Yaml, EncryptionRule::default(), text);
        assert_eq!(plaintext(&case.open()), text);
        let sealed =
            EncryptedDocument::new(Document::parse(Format::Yaml, Zeroizing::new(case.text.clone())).unwrap()).unwrap();
        sealed.open(&case.bench.keyring(), &OpenRequirements::default()).unwrap();
        let written = case.set("b", "2").unwrap();
        assert!(plaintext(&case.bench.open(Format::Yaml, &written)).contains("\nb: 2"), "{written}");
        assert!(!case.set("a", "2").unwrap().contains("a: 2"));
    }
}

#[test]
fn an_encrypted_comment_behind_the_header_of_a_block_scalar_is_sealed_with_it() {
    // Regression: the seal mistook the comment for the value, and the file was refused as a bug.
    for (text, scope) in [
        ("t: | # c\n  x\nu: 1\n", MacScope::All),
        ("t: | # c\n  x\nu: 1\n", MacScope::OnlyEncrypted),
        ("t_unencrypted: | # c\n  x\nu: 1\n", MacScope::OnlyEncrypted),
    ] {
        let bench = Workbench::new(1);
        let recipe = EncryptionRecipe { comments: CommentHandling::Encrypted, mac_scope: scope, ..bench.recipe() };
        let written = bench.encrypt(Format::Yaml, text, &recipe);
        assert_eq!(plaintext(&bench.open(Format::Yaml, &written)), text);
    }
}

#[test]
fn what_random_documents_once_showed_to_be_a_bug_comes_back() {
    for (format, comments, text) in [
        (Format::Ini, CommentHandling::Encrypted, "[a]\nempty =  ; c\nb = 1\n"),
        (Format::Yaml, CommentHandling::InTheClear, "a: 1\nport: \"line one\\nline two\\n\""),
    ] {
        let bench = Workbench::new(1);
        let written = bench.encrypt(format, text, &EncryptionRecipe { comments, ..bench.recipe() });
        assert_eq!(plaintext(&bench.open(format, &written)), text);
    }
    let text = "l = 1\n[[p]]\n# c\nx = 1\n[[p]]\ny = 2 # d\n";
    let case = Case::new(Format::Toml, EncryptionRule::default(), text);
    assert!(matches!(case.set("p[0]", "[1]"), Err(Error::Document(DocumentError::CannotCarry { .. }))));
    let text = "m:\n  t: |\n    x\n  z: 1\n    # c\n";
    let case = Case::new(Format::Yaml, EncryptionRule::default(), text);
    assert!(matches!(case.unset("m.z"), Err(Error::Document(DocumentError::Refused { .. }))));
}
