//! Random documents in every notation, changed at random: after every change the document reads as a model of it says,
//! in a reader other than kenc's, and nothing that was encrypted is in plaintext.
//!
//! `cargo test --test suite property` runs a short form. The long form is chosen by variables:
//!
//! - `KENC_PROPERTY_CASES`: how many sequences of changes for each notation (60 if it is not set). 2000 and more is the long
//!   form: `KENC_PROPERTY_CASES=2000 cargo test --test suite property -- --nocapture`; the output counts the changes of each kind,
//!   and what was refused.
//! - `KENC_PROPERTY_SEED`: the number of the first sequence (0 if it is not set). A failure names the number of its sequence.

#![allow(clippy::format_push_string, reason = "texts are put together piece by piece")]

mod checks;
mod generate;
mod model;
mod readers;
mod steps;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use kenc::document::merge::{Merge, MergedText, Version, merge};
use kenc::document::{
    ChangeOutcome, Document, EncryptedDocument, EncryptedText, EncryptionRecipe, EncryptionRule, Format, Member,
    NewKey, Node as Tree, OpenRequirements, OpenedDocument, Path, PathStep, SealStatus, TreeEntry, Value as TreeValue,
};
use kenc::error::{DocumentError, Error};
use zeroize::Zeroizing;

use super::workbench::Workbench;
use generate::Generator;
use model::{Dice, Kind, Model, Node, Step, Steps, Types, Value};

#[test]
fn random_changes_of_yaml_keep_what_the_model_says() {
    run(Format::Yaml);
}

#[test]
fn random_changes_of_json_keep_what_the_model_says() {
    run(Format::Json);
}

#[test]
fn random_changes_of_toml_keep_what_the_model_says() {
    run(Format::Toml);
}

#[test]
fn random_changes_of_hcl_keep_what_the_model_says() {
    run(Format::Hcl);
}

#[test]
fn random_changes_of_dotenv_keep_what_the_model_says() {
    run(Format::Dotenv);
}

#[test]
fn random_changes_of_ini_keep_what_the_model_says() {
    run(Format::Ini);
}

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn run(format: Format) {
    const MOST_FAILURES: usize = 12;
    let (first, cases) = (variable("KENC_PROPERTY_SEED", 0), variable("KENC_PROPERTY_CASES", 60));
    let bench = Workbench::new(3);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for seed in first..first + cases {
        let mut sequence = Sequence::new(format, seed, &bench, &mut counts);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sequence.run()));
        let fault = match done {
            Ok(Ok(())) => continue,
            Ok(Err(fault)) => fault,
            Err(_) => "a panic".to_owned(),
        };
        failures.push(format!("sequence {seed}: {fault}\n{}", sequence.story));
        if failures.len() == MOST_FAILURES {
            break;
        }
    }
    println!("{format:?}: {counts:?}");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n----\n"));
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let refused: usize = counts.iter().filter(|(name, _)| name.starts_with("refused")).map(|(_, count)| count).sum();
    assert!(count("sequences") * 10 >= usize::try_from(cases).unwrap() * 9, "too few sequences ran: {counts:?}");
    // Some changes are refused, each with a reason; most are made.
    assert!(refused * 5 < count("changes").max(1), "too much was refused: {counts:?}");
}

/// One document with the changes that are made to it.
struct Sequence<'a> {
    format: Format,
    dice: Dice,
    bench: &'a Workbench,
    counts: &'a mut BTreeMap<String, usize>,
    model: Model,
    text: String,
    rule: EncryptionRule,
    next: u64,
    /// Which values are encrypted, by their numbers.
    encrypted: HashMap<u64, bool>,
    /// What was done so far, for a failure.
    story: String,
}

/// A change of the tree.
#[derive(Clone, Debug)]
enum Change {
    Set(usize, Steps, Node),
    Unset(usize, Steps),
}

impl<'a> Sequence<'a> {
    fn new(format: Format, seed: u64, bench: &'a Workbench, counts: &'a mut BTreeMap<String, usize>) -> Self {
        Self {
            format,
            dice: Dice::new(seed),
            bench,
            counts,
            model: Model { roots: Vec::new() },
            text: String::new(),
            rule: EncryptionRule::default(),
            next: 0,
            encrypted: HashMap::new(),
            story: String::new(),
        }
    }

    fn count(&mut self, name: impl Into<String>) {
        *self.counts.entry(name.into()).or_default() += 1;
    }

    fn run(&mut self) -> Result<(), String> {
        let (plaintext, model) = Generator::new(&mut self.dice, self.format).document();
        let number = |text: &str| text.to_owned();
        self.rule = self
            .dice
            .pick(&[
                EncryptionRule::default(),
                EncryptionRule::EncryptedSuffix(number("_secret")),
                EncryptionRule::EncryptedRegex(number("^(password|data|stringData|db)$")),
                EncryptionRule::UnencryptedRegex(number("^(host|meta|port)$")),
                EncryptionRule::UnencryptedCommentRegex(number("plain")),
                EncryptionRule::EncryptedCommentRegex(number("secret")),
            ])
            .clone();
        let _ = write!(self.story, "{:?}\n{plaintext}\n", self.rule);
        (self.model, self.next) = (model, 1_000_000);
        let is_split = self.dice.percent(15);
        let keys = &self.bench.keys;
        let recipe = EncryptionRecipe {
            rule: self.rule.clone(),
            groups: if is_split {
                keys[..2].iter().map(|key| vec![key.clone()]).collect()
            } else {
                vec![keys[..2].to_vec()]
            },
            comments: if self.dice.percent(30) {
                kenc::document::CommentHandling::Encrypted
            } else {
                kenc::document::CommentHandling::InTheClear
            },
            ..EncryptionRecipe::default()
        };
        let document = Document::parse(self.format, Zeroizing::new(plaintext.clone()));
        let encrypted =
            document.map_err(Error::from).and_then(|document| document.encrypt(&recipe, &self.bench.keyring()));
        self.text = match encrypted {
            Ok(encrypted) => encrypted.text.to_string(),
            Err(Error::Document(DocumentError::NothingSelected(_))) => {
                self.count("nothing selected");
                self.count("sequences");
                return Ok(());
            }
            Err(error) => {
                self.refused(&error)?;
                return Ok(());
            }
        };
        self.count("sequences");
        if self.open(&self.text)?.plaintext().text() != plaintext {
            return Err("another plaintext came back".to_owned());
        }
        self.check()?;
        let steps = 3 + self.dice.below(6);
        for _ in 0..steps {
            self.step()?;
        }
        Ok(())
    }
}

fn tree(node: &Node) -> Tree {
    match &node.kind {
        Kind::Map(members) => {
            Tree::Mapping(members.iter().map(|(key, node)| TreeEntry::Child(Member::new(key, tree(node)))).collect())
        }
        Kind::List(items) => Tree::Sequence(items.iter().map(|node| TreeEntry::Child(tree(node))).collect()),
        Kind::Leaf(value) => Tree::leaf(match value {
            Value::Null => TreeValue::Null,
            Value::Bool(truth) => TreeValue::Bool(*truth),
            Value::Int(number) => TreeValue::Integer(*number),
            Value::Float(number) => TreeValue::Float(*number),
            Value::Text(text) => TreeValue::Text(text.as_str().into()),
        }),
        Kind::Alias(_) => unreachable!("no alias is put in"),
    }
}
