//! Random documents in every notation, changed at random: after every change the document says what a model of it says, to
//! another reader than kenc's, and nothing stands in the clear that was encrypted.
//!
//! `cargo test --test suite property` runs a short form. The long form is chosen by variables:
//!
//! - `KENC_PROPERTY_CASES`: how many sequences of changes for each notation (100 if it is not set). 2000 and more is the long
//!   form: `KENC_PROPERTY_CASES=2000 cargo test --test suite property -- --nocapture`; the output counts the changes of each kind,
//!   and what was refused.
//! - `KENC_PROPERTY_SEED`: the number of the first sequence (0 if it is not set). A failure names the number of its sequence.

#![allow(clippy::format_push_string, reason = "texts are put together piece by piece")]

mod generate;
mod model;
mod readers;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use kenc::document::merge::{Merge, MergedText, Version, merge};
use kenc::document::{
    Demands, Document, Encrypted, Entry, Format, Member, NewKey, Node as Tree, Opened, Outcome, Path, Recipe, Rule,
    SealStatus, Sealed, Step as TreeStep, Value as TreeValue,
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
    let (first, cases) = (variable("KENC_PROPERTY_SEED", 0), variable("KENC_PROPERTY_CASES", 100));
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
    rule: Rule,
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
            rule: Rule::default(),
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
                Rule::default(),
                Rule::EncryptedSuffix(number("_secret")),
                Rule::EncryptedRegex(number("^(password|data|stringData|db)$")),
                Rule::UnencryptedRegex(number("^(host|meta|port)$")),
                Rule::UnencryptedCommentRegex(number("plain")),
                Rule::EncryptedCommentRegex(number("secret")),
            ])
            .clone();
        let _ = write!(self.story, "{:?}\n{plaintext}\n", self.rule);
        (self.model, self.next) = (model, 1_000_000);
        let is_split = self.dice.percent(15);
        let keys = &self.bench.keys;
        let recipe = Recipe {
            rule: self.rule.clone(),
            groups: if is_split {
                keys[..2].iter().map(|key| vec![key.clone()]).collect()
            } else {
                vec![keys[..2].to_vec()]
            },
            comments: if self.dice.percent(30) {
                kenc::document::Comments::Encrypted
            } else {
                kenc::document::Comments::InTheClear
            },
            ..Recipe::default()
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

    fn open(&self, text: &str) -> Result<Opened, String> {
        let document = Document::parse(self.format, Zeroizing::new(text.to_owned()));
        let opened = document.and_then(Sealed::new).map_err(Error::from);
        let opened = opened.and_then(|sealed| sealed.open(&self.bench.keyring(), &Demands::default()));
        let opened = opened.map_err(|error| format!("it does not open: {error}\n{text}"))?;
        if opened.report().seal == SealStatus::Verified { Ok(opened) } else { Err("it is not sealed".to_owned()) }
    }

    fn step(&mut self) -> Result<(), String> {
        match self.dice.below(20) {
            0 => self.rotate(),
            1 => self.rewrap(),
            2 | 3 => self.edit(),
            4..=7 => self.merge(),
            _ => {
                let change = self.change(None);
                self.make(&change)
            }
        }
    }

    /// A change that is possible, below one key at the top where that is named.
    fn change(&mut self, below: Option<&(usize, String)>) -> Change {
        let is_flat = matches!(self.format, Format::Dotenv | Format::Ini);
        let depth = if self.format == Format::Ini { 2 } else { 1 };
        let is_below = |root: &usize, steps: &Steps| {
            below.is_none_or(|(document, key)| document == root && steps.first() == Some(&Step::Key(key.clone())))
        };
        let paths: Vec<_> = self.model.paths().into_iter().filter(|(root, steps)| is_below(root, steps)).collect();
        let leaves: Vec<_> =
            paths.iter().filter(|(_, steps)| if is_flat { steps.len() == depth } else { !steps.is_empty() }).collect();
        if !leaves.is_empty() && self.dice.percent(30) {
            let (root, steps) = self.dice.pick(&leaves);
            return Change::Unset(*root, steps.clone());
        }
        let new_in: Vec<_> = paths
            .iter()
            .filter(|(root, steps)| {
                let node = self.model.node(*root, steps).expect("the path is there");
                matches!(node.kind, Kind::Map(_) | Kind::List(_)) && (!is_flat || steps.len() + 1 == depth)
            })
            .collect();
        let is_new = !new_in.is_empty() && (leaves.is_empty() || self.dice.percent(35));
        if leaves.is_empty() && new_in.is_empty() {
            return Change::Unset(0, vec![Step::Key("nothing".to_owned())]);
        }
        let (root, mut steps) =
            if is_new { (*self.dice.pick(&new_in)).clone() } else { (*self.dice.pick(&leaves)).clone() };
        if is_new {
            let node = self.model.node(root, &steps).expect("the path is there");
            let step = match &node.kind {
                Kind::List(items) => Step::Index(items.len()),
                Kind::Map(members) => {
                    let members = members.clone();
                    Step::Key(Generator::new(&mut self.dice, self.format).key(&members))
                }
                Kind::Leaf(_) | Kind::Alias(_) => unreachable!("it holds others"),
            };
            steps.push(step);
        }
        let mut value = Generator::new(&mut self.dice, self.format).node(2);
        value.number(&mut self.next);
        Change::Set(root, steps, value)
    }

    fn changed(opened: &Opened, change: &Change) -> Result<Document, DocumentError> {
        let text = match change {
            Change::Set(root, steps, value) => opened.plaintext().with_value(&path(*root, steps), &tree(value))?,
            Change::Unset(root, steps) => opened.without(&path(*root, steps))?,
        };
        Document::parse(opened.plaintext().format(), text)
    }

    fn apply(model: &mut Model, change: &Change) {
        match change {
            Change::Set(root, steps, value) => model.set(*root, steps, value.clone()),
            Change::Unset(root, steps) => model.unset(*root, steps),
        }
    }

    /// Does what `kenc set` and `kenc unset` do.
    fn make(&mut self, change: &Change) -> Result<(), String> {
        if let Change::Unset(root, steps) = change
            && self.model.node(*root, steps).is_none()
        {
            return Ok(());
        }
        let _ = writeln!(self.story, "{change:?}");
        let opened = self.open(&self.text)?;
        let before = opened.plaintext().text().to_owned();
        let done = Self::changed(&opened, change).map_err(Error::from);
        let after = done.as_ref().map(|document| document.text().to_owned()).unwrap_or_default();
        let done = done.and_then(|document| opened.encrypt_again(&document));
        self.count("changes");
        match done {
            Ok(outcome) => {
                self.comments_stay(change, &before, &after)?;
                self.take(outcome);
                Self::apply(&mut self.model, change);
                self.count(if matches!(change, Change::Set(..)) { "set" } else { "unset" });
                self.check()
            }
            Err(error) => self.refused(&error),
        }
    }

    fn take(&mut self, outcome: Outcome) {
        if let Outcome::Changed(Encrypted { text, .. }) = outcome {
            self.text = text.to_string();
        }
    }

    /// No comment comes, and none goes where a single value is put where one was, or where nothing was.
    fn comments_stay(&self, change: &Change, before: &str, after: &str) -> Result<(), String> {
        let comments = |text: &str| {
            let word = |at: usize| text[at..].chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
            let mut found: Vec<String> = text.match_indices("cm").map(|(at, _)| word(at)).collect();
            found.sort();
            found
        };
        let (before_comments, after_comments) = (comments(before), comments(after));
        let is_single = match change {
            Change::Set(root, steps, _) => {
                let old = self.model.node(*root, steps).map(|node| &node.kind);
                matches!(old, None | Some(Kind::Leaf(_) | Kind::Alias(_)))
            }
            Change::Unset(..) => false,
        };
        let are_the_same = before_comments == after_comments;
        if are_the_same || (!is_single && after_comments.iter().all(|comment| before_comments.contains(comment))) {
            return Ok(());
        }
        Err(format!("comments {after_comments:?} instead of {before_comments:?}:\n{after}"))
    }

    /// What may be refused, and is counted; everything else is a failure.
    fn refused(&mut self, error: &Error) -> Result<(), String> {
        let by_comments = matches!(self.rule, Rule::UnencryptedCommentRegex(_) | Rule::EncryptedCommentRegex(_));
        let name = match error {
            Error::Document(DocumentError::CannotCarry { what, .. }) => format!("refused: cannot carry {what}"),
            Error::Document(DocumentError::Refused { fault, .. }) => format!("refused: {fault}"),
            Error::Document(DocumentError::AliasOfIt { .. }) => "refused: alias of it".to_owned(),
            Error::Document(DocumentError::WouldBeInTheClear { .. }) if by_comments => {
                "refused: would be in the clear".to_owned()
            }
            Error::Document(DocumentError::WouldExpose { .. }) if by_comments => "refused: would expose".to_owned(),
            Error::Document(DocumentError::CommentMatchesRule { .. }) => "refused: comment matches".to_owned(),
            Error::Document(DocumentError::Unmergeable(what)) => format!("refused: {what}"),
            error => {
                let text = self.open(&self.text).map(|opened| opened.plaintext().text().to_owned()).unwrap_or_default();
                return Err(format!("{error}\n{text}"));
            }
        };
        let _ = writeln!(self.story, "  {name}");
        self.count(name);
        Ok(())
    }

    fn rotate(&mut self) -> Result<(), String> {
        let _ = writeln!(self.story, "rotate");
        let opened = self.open(&self.text)?;
        self.text = opened
            .rotate(&self.bench.keyring(), &kenc::keys::Vouchers::person())
            .map_err(|error| format!("rotate: {error}"))?
            .text
            .to_string();
        self.count("rotate");
        self.check()
    }

    fn rewrap(&mut self) -> Result<(), String> {
        let _ = writeln!(self.story, "rewrap");
        let opened = self.open(&self.text)?;
        let count = 1 + self.dice.below(3);
        let new = |key: &kenc::keys::WrappingKey| NewKey::Wrapping(key.clone());
        let keys = &self.bench.keys[..count];
        let groups: Vec<Vec<NewKey>> = if count > 1 && self.dice.percent(40) {
            keys.iter().map(|key| vec![new(key)]).collect()
        } else {
            vec![keys.iter().map(new).collect()]
        };
        let outcome = opened
            .with_keys(&groups, 0, &self.bench.keyring(), &kenc::keys::Vouchers::person())
            .map_err(|error| format!("rewrap: {error}"))?;
        self.take(outcome);
        self.count("rewrap");
        self.check()
    }

    /// Several changes at once, as an editor makes them.
    fn edit(&mut self) -> Result<(), String> {
        let opened = self.open(&self.text)?;
        let mut document = Document::parse(self.format, Zeroizing::new(opened.plaintext().text().to_owned())).unwrap();
        let mut model = self.model.clone();
        for _ in 0..3 {
            let change = self.change(None);
            if let Change::Unset(root, steps) = &change
                && model.node(*root, steps).is_none()
            {
                continue;
            }
            let text = match &change {
                Change::Set(root, steps, value) => {
                    let parent = model.node(*root, &steps[..steps.len() - 1]);
                    let fits = match (parent.map(|node| &node.kind), steps.last()) {
                        (Some(Kind::Map(_)), Some(Step::Key(_))) => true,
                        (Some(Kind::List(items)), Some(Step::Index(at))) => *at <= items.len(),
                        _ => false,
                    };
                    if !fits {
                        continue;
                    }
                    document.with_value(&path(*root, steps), &tree(value))
                }
                Change::Unset(root, steps) => document.without(&path(*root, steps)),
            };
            let _ = writeln!(self.story, "edit {change:?}");
            match text {
                Ok(text) => {
                    document = Document::parse(self.format, text).map_err(|error| error.to_string())?;
                    Self::apply(&mut model, &change);
                }
                Err(error) => self.refused(&error.into())?,
            }
        }
        self.count("changes");
        match opened.encrypt_again(&document) {
            Ok(outcome) => {
                self.take(outcome);
                self.model = model;
                self.count("edit");
                self.check()
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Two changes below different keys at the top, each on a side of its own.
    fn merge(&mut self) -> Result<(), String> {
        let mut places = Vec::new();
        for (root, node) in self.model.roots.iter().enumerate() {
            if let Kind::Map(members) = &node.kind {
                places.extend(members.iter().map(|(key, _)| (root, key.clone())));
            }
        }
        if places.len() < 2 {
            return Ok(());
        }
        let ours_at = places.remove(self.dice.below(places.len()));
        let theirs_at = places.remove(self.dice.below(places.len()));
        let (ours, theirs) = (self.change(Some(&ours_at)), self.change(Some(&theirs_at)));
        let _ = writeln!(self.story, "merge ours {ours:?}\n      theirs {theirs:?}");
        let base = self.open(&self.text)?;
        let mut sides = Vec::new();
        for change in [&ours, &theirs] {
            if let Change::Unset(root, steps) = change
                && self.model.node(*root, steps).is_none()
            {
                return Ok(());
            }
            let opened = self.open(&self.text)?;
            let done = Self::changed(&opened, change).map_err(Error::from);
            match done.and_then(|document| opened.encrypt_again(&document)) {
                Ok(Outcome::Changed(encrypted)) => sides.push(self.open(&encrypted.text)?),
                Ok(Outcome::Unchanged) => sides.push(opened),
                Err(error) => return self.refused(&error),
            }
        }
        let (their_side, our_side) = (sides.remove(1), sides.remove(0));
        let texts = [our_side.plaintext().text().to_owned(), their_side.plaintext().text().to_owned()];
        let our_text = our_side.document().text().to_owned();
        let version = |opened| Version::Opened(Box::new(opened));
        self.count("changes");
        let merged = merge(
            Some(&version(base)),
            &version(our_side),
            &version(their_side),
            &self.bench.keyring(),
            &kenc::keys::Vouchers::none(),
        );
        let Merge { text, conflicts, disputes, .. } = match merged {
            Ok(merged) => merged,
            Err(error) => {
                return self
                    .refused(&error)
                    .map_err(|fault| format!("{fault}\nours:\n{}\ntheirs:\n{}", texts[0], texts[1]));
            }
        };
        if !conflicts.is_empty() || !disputes.is_empty() {
            return Err(format!("conflicts {conflicts:?} {disputes:?}"));
        }
        self.text = match text {
            MergedText::Ours => our_text,
            MergedText::New(text) => text.to_string(),
        };
        Self::apply(&mut self.model, &ours);
        Self::apply(&mut self.model, &theirs);
        self.count("merge");
        self.check().map_err(|fault| format!("{fault}\nours:\n{}\ntheirs:\n{}", texts[0], texts[1]))
    }

    /// Whether the file says what the model says, in the clear and encrypted, and hides what it hid.
    fn check(&mut self) -> Result<(), String> {
        let types = Types {
            is_text: matches!(self.format, Format::Dotenv | Format::Ini),
            drops_empty: matches!(self.format, Format::Toml | Format::Ini),
        };
        let opened = self.open(&self.text)?;
        let plaintext = opened.plaintext().text();
        let about = |what: &str, text: &str| {
            let text = text.to_owned();
            let what = what.to_owned();
            move |fault: String| format!("{what}: {fault}\n{text}")
        };
        let read = readers::read(self.format, plaintext).map_err(about("another reader", plaintext))?;
        self.model.compare(&read, types).map_err(about("in the clear", plaintext))?;
        let read = readers::read(self.format, &self.text).map_err(about("another reader of the file", &self.text))?;
        let now = self.model.compare(&read, types).map_err(about("encrypted", &self.text))?;
        for (id, was_encrypted) in &self.encrypted {
            if *was_encrypted && now.get(id) == Some(&false) {
                return Err(about("the value with this number is in the clear now", &self.text)(id.to_string()));
            }
        }
        self.by_keys(&now).map_err(about("the rule", &self.text))?;
        self.encrypted = now;
        Ok(())
    }

    /// Where the keys decide, every value is encrypted if they say so, and only then.
    fn by_keys(&self, now: &HashMap<u64, bool>) -> Result<(), String> {
        let matches: Box<dyn Fn(&str) -> bool> = match &self.rule {
            Rule::UnencryptedSuffix(suffix) | Rule::EncryptedSuffix(suffix) => {
                Box::new(|key| key.ends_with(suffix.as_str()))
            }
            Rule::EncryptedRegex(_) => Box::new(|key| ["password", "data", "stringData", "db"].contains(&key)),
            Rule::UnencryptedRegex(_) => Box::new(|key| ["host", "meta", "port"].contains(&key)),
            _ => return Ok(()),
        };
        let encrypts = matches!(self.rule, Rule::EncryptedSuffix(_) | Rule::EncryptedRegex(_));
        for (root, steps) in self.model.paths() {
            let node = self.model.node(root, &steps).expect("the path is there");
            let is_match = steps.iter().any(|step| matches!(step, Step::Key(key) if matches(key)));
            if let Some(is_encrypted) = now.get(&node.id)
                && *is_encrypted != (is_match == encrypts)
            {
                return Err(format!("{steps:?} is encrypted: {is_encrypted}"));
            }
        }
        Ok(())
    }
}

fn path(root: usize, steps: &[Step]) -> Path {
    let steps = steps.iter().map(|step| match step {
        Step::Key(key) => TreeStep::Key(key.clone()),
        Step::Index(index) => TreeStep::Index(*index),
    });
    Path { root, steps: steps.collect() }
}

fn tree(node: &Node) -> Tree {
    match &node.kind {
        Kind::Map(members) => {
            Tree::Mapping(members.iter().map(|(key, node)| Entry::Child(Member::new(key, tree(node)))).collect())
        }
        Kind::List(items) => Tree::Sequence(items.iter().map(|node| Entry::Child(tree(node))).collect()),
        Kind::Leaf(value) => Tree::leaf(match value {
            Value::Null => TreeValue::Null,
            Value::Bool(truth) => TreeValue::Bool(*truth),
            Value::Int(number) => TreeValue::Integer(*number),
            Value::Float(number) => TreeValue::Float(*number),
            Value::Text(text) => TreeValue::Text(Zeroizing::new(text.clone())),
        }),
        Kind::Alias(_) => unreachable!("no alias is put in"),
    }
}
