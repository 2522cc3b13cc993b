//! Config documents: files whose values are encrypted one by one, while keys, comments and layout stay as they are.
//!
//! A document is a sops document, as sops 3.13 reads and writes it. [`Document`] is the text of a file with the tree that
//! it says, every leaf with its place; changes are spliced into the text, and every byte that is not a changed value stays
//! as it was.
//!
//! [`Document::encrypt`] encrypts the values of a file for the first time. [`Sealed`] is an encrypted file that is not opened,
//! [`Opened`] one with its data key and what it says in the clear: [`Opened::encrypt_again`] after a change,
//! [`Opened::with_keys`] for other wrapping keys, [`Opened::rotate`] for another data key. Each gives the text of the whole
//! file; nothing is read or written here.
//!
//! # Example
//!
//! ```
//! use kenc::document::{Demands, Document, Format, Node, Outcome, Recipe, SealStatus, Sealed, Value};
//! # use kenc::keys::age::{NewIdentity, PassphraseSource};
//! # use kenc::keys::{AwsKms, Identities, KeySpec, Keyring, KmsSettings, TrustedKeys};
//! # use age::secrecy::{ExposeSecret, SecretString};
//! # use zeroize::Zeroizing;
//! # struct Nobody;
//! # impl PassphraseSource for Nobody {
//! #     fn passphrase(&self, _: &str) -> kenc::error::Result<SecretString> { self.new_passphrase() }
//! #     fn new_passphrase(&self) -> kenc::error::Result<SecretString> {
//! #         Err(kenc::error::Error::Passphrase("there is none".into()))
//! #     }
//! #     fn must_be_typed(&self) -> bool { false }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let identity = NewIdentity::generate();
//! # let file = tempfile::NamedTempFile::new()?;
//! # std::fs::write(file.path(), identity.secret.expose_secret())?;
//! # let identities = Identities { files: vec![file.path().to_owned()], ..Identities::default() };
//! # let timeout = std::time::Duration::from_secs(10);
//! # let kms = AwsKms::new(KmsSettings { profile: None, region: None, role_arn: None, timeout });
//! # let trusted = TrustedKeys::all();
//! # let keyring = Keyring { kms: &kms, identities: &identities, passphrases: &Nobody, trusted: &trusted };
//! # let key = KeySpec::Age(identity.recipient.clone());
//! let plaintext = b"db:\n  user: eve # nobody else\n  password: c4r1b0u\n".to_vec();
//! let document = Document::from_plaintext(Format::Yaml, Zeroizing::new(plaintext))?;
//!
//! let recipe = Recipe { groups: vec![vec![key.into()]], ..Recipe::default() };
//! let encrypted = document.encrypt(&recipe, &keyring)?.text;
//! assert!(encrypted.starts_with("db:\n  user: ENC[AES256_GCM,data:"));
//!
//! let sealed = Sealed::new(Document::parse(Format::Yaml, encrypted)?)?;
//! let opened = sealed.open(&keyring, &Demands::default())?;
//! assert_eq!(opened.report().seal, SealStatus::Verified);
//! assert_eq!(opened.plaintext().text(), document.text());
//!
//! let edited = opened.plaintext().with_value(&"db.port".parse()?, &Node::leaf(Value::Integer(5432)))?;
//! let edited = Document::parse(Format::Yaml, edited)?;
//! match opened.encrypt_again(&edited)? {
//!     Outcome::Changed(encrypted) => assert!(encrypted.text.contains("  port: ENC[")),
//!     Outcome::Unchanged => unreachable!("the port is new"),
//! }
//! # Ok(())
//! # }
//! ```

mod file;
pub mod merge;
mod model;
mod operations;
mod sops;
mod store;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::error::DocumentError;
use file::comparison::{Meant, Target, check_metadata};
use model::positions;
use store::notation::{Found, METADATA_KEY, Splice, apply, store_of};

pub use model::path::PathError;
pub use model::tree::{Comment, Entry, Leaf, LeafId, Member, Node, Path, Place, Step, Tree, children, children_mut};
pub use model::value::Value;
pub use model::walk::Item;
pub use operations::decryption::{Demands, MacDemand, MacStatus, Opened, Report, SealDemand, Sealed};
pub use operations::encryption::{Comments, EmptySelection, Encrypted, Outcome, Recipe};
pub use operations::key_lists::{GroupDifference, NewKeys, WantedKey};
pub use operations::prepared_encryption::Prepared;
pub use operations::recipients::{DataKeyChange, NewKey, Rotation};
pub use sops::mac::MacScope;
pub use sops::metadata::Metadata;
pub use sops::seal::SealStatus;
pub use sops::selection::Rule;
pub use sops::stored_key::StoredKey;

/// The notation of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML, possibly with several documents in a file.
    Yaml,
    /// JSON; comments are let through.
    Json,
    /// Lines of `KEY=value`.
    Dotenv,
    /// Sections of `key = value`.
    Ini,
    /// TOML.
    Toml,
    /// Anything, as the single value `data` of a JSON object.
    Binary,
}

/// A file: its text, and what it says.
pub struct Document {
    format: Format,
    text: Zeroizing<String>,
    found: Found,
}

/// A new text for one leaf or comment.
pub struct Edit {
    /// Which one.
    pub leaf: LeafId,
    /// What it is to say.
    pub text: NewText,
}

/// What a leaf or a comment is to say.
pub enum NewText {
    /// An encrypted value, `ENC[…]`, in the style of scalar that stands there.
    Encrypted(String),
    /// A value in the clear, in the style that stands there where the style can carry it.
    Plain(Value),
    /// Exactly this text of the format, quotes included.
    Source(Zeroizing<String>),
    /// The text of a comment, without its `#`.
    Comment(Zeroizing<String>),
}

/// What becomes of the metadata of a document.
pub enum MetadataChange {
    /// It stays as it is.
    Keep,
    /// It goes.
    Remove,
    /// It is replaced, or appended where there was none.
    Write(Map<String, Json>),
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is not well formed, or says what cannot be kept; with the line.
    pub fn parse(format: Format, text: Zeroizing<String>) -> Result<Self, DocumentError> {
        let text = if format == Format::Dotenv { store::dotenv::as_written(text) } else { text };
        let found = store_of(format).parse(&text)?;
        Ok(Self { format, text, found })
    }

    /// The notation.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says, without the metadata.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.found.tree
    }

    /// The metadata, unflattened where the format has it flat. Every single value is text where the format has no types.
    #[must_use]
    pub fn metadata(&self) -> Option<&Map<String, Json>> {
        self.found.metadata.as_ref()
    }

    /// The text of a leaf or comment as it stands in the file, quotes included. Empty for one that stands in no file.
    #[must_use]
    pub fn source(&self, leaf: LeafId) -> &str {
        self.found.tokens.get(leaf.0).map_or("", |place| &self.text[place.clone()])
    }

    /// A text for a whole tree, written anew: for conversion from one notation to another.
    ///
    /// # Errors
    /// If the notation cannot carry the tree.
    pub fn emit(format: Format, tree: &Tree) -> Result<Zeroizing<String>, DocumentError> {
        Self::emit_indented(format, tree, None)
    }

    /// The same with as many spaces for each level, where the notation has levels. `None` is what sops takes: four spaces
    /// in YAML, and tabs in JSON.
    ///
    /// # Errors
    /// If the notation cannot carry the tree.
    pub fn emit_indented(format: Format, tree: &Tree, indent: Option<u8>) -> Result<Zeroizing<String>, DocumentError> {
        let store = store_of(format);
        let text = Zeroizing::new(store.emit(tree, indent)?);
        Meant::another_tree(format).check(&tree.roots, &store.parse(&text)?, &text)?;
        Ok(text)
    }

    /// The text with the metadata that it has written anew, with as many spaces for each level.
    ///
    /// # Errors
    /// If what would be written does not say what it is to say.
    pub fn with_indented_metadata(&self, indent: u8) -> Result<Zeroizing<String>, DocumentError> {
        let text = apply(&self.text, store_of(self.format).indent_metadata(&self.text, &self.found, indent)?)?;
        let read = store_of(self.format).parse(&text).map_err(|error| unreadable(&error))?;
        Meant::another_tree(self.format).check(&self.found.tree.roots, &read, &text)?;
        check_metadata(self.format, self.found.metadata.as_ref(), read.metadata.as_ref())?;
        Ok(text)
    }

    /// The text with `value` put at `path`. Parents that are not there are made; a value that is there is replaced.
    ///
    /// # Errors
    /// If a step of the path leads into something that is no mapping or sequence.
    pub fn with_value(&self, path: &Path, value: &Node) -> Result<Zeroizing<String>, DocumentError> {
        if path.steps.first() == Some(&Step::Key(METADATA_KEY.to_owned())) {
            return Err(fault(path, "the metadata stands there"));
        }
        let (place, value) = self.place_for(path, value)?;
        let mut meant = self.found.tree.clone();
        let is_there = meant.node_mut(&place).map(|node| *node = value.clone()).is_some();
        if !is_there {
            append(self.format, &mut meant, &place, value.clone())?;
        }
        let text = self.put(&place, &value, is_there)?;
        self.check(&text, &meant, &Target::put(&place, &value))?;
        Ok(text)
    }

    /// The text without the node at `path`, and without the comments on its lines. Those above it stay.
    ///
    /// # Errors
    /// If there is none.
    pub fn without(&self, path: &Path) -> Result<Zeroizing<String>, DocumentError> {
        self.without_comments(path, &[])
    }

    /// The text without the node at `path` and without the comments directly before it that mark it: a rule that looks at
    /// comments would take them for marks of what follows.
    pub(crate) fn without_marked(
        &self,
        path: &Path,
        is_mark: impl Fn(&str) -> bool,
    ) -> Result<Zeroizing<String>, DocumentError> {
        let before = model::tree::comments_before(&self.found.tree, path);
        let marks: Vec<LeafId> =
            before.into_iter().filter(|comment| is_mark(&comment.text)).map(|comment| comment.id).collect();
        if marks.is_empty() {
            return self.without(path);
        }
        // Where they cannot go, because they share their line with others, what follows is looked at when it is encrypted.
        self.without_comments(path, &marks).or_else(|_| self.without(path))
    }

    fn without_comments(&self, path: &Path, comments: &[LeafId]) -> Result<Zeroizing<String>, DocumentError> {
        let Self { format, text, found } = self;
        if found.tree.node(path).is_none() {
            return Err(fault(path, "there is nothing"));
        }
        let mut splices = store_of(*format).remove(text, found, path)?;
        for comment in comments {
            let lines = found.tokens.get(comment.0).and_then(|token| positions::own_lines(text, token));
            splices.extend(lines.and_then(|lines| beside(text, lines, &splices)));
        }
        let changed = apply(text, splices)?;
        let mut meant = found.tree.clone();
        detach(&mut meant, path)?;
        self.check(&changed, &meant, &Target::removed(path, comments))?;
        Ok(changed)
    }

    /// The text with some leaves and the metadata changed. It is parsed again, and compared.
    ///
    /// # Errors
    /// If what would be written does not say what it is to say.
    // Metadata is made for one call.
    #[allow(clippy::needless_pass_by_value)]
    pub fn rewrite(&self, edits: &[Edit], metadata: MetadataChange) -> Result<Zeroizing<String>, DocumentError> {
        self.rewritten(edits, &metadata).map(|document| document.text)
    }

    /// The document with some leaves and the metadata changed, as it was read again.
    pub(crate) fn rewritten(&self, edits: &[Edit], metadata: &MetadataChange) -> Result<Self, DocumentError> {
        let Self { format, text, found } = self;
        let store = store_of(*format);
        let meant = Meant::with_edits(*format, found, edits)?;
        let mut splices: Vec<Splice> = Vec::with_capacity(edits.len() + 1);
        for edit in edits {
            splices.extend(store.change(text, found, edit.leaf, &edit.text)?);
        }
        match metadata {
            MetadataChange::Keep => {}
            MetadataChange::Remove => splices.extend(store.change_metadata(text, found, None)?),
            MetadataChange::Write(fields) => splices.extend(store.change_metadata(text, found, Some(fields))?),
        }
        let changed = apply(text, splices)?;
        let read = store.parse(&changed).map_err(|error| unreadable(&error))?;
        meant.check(&found.tree.roots, &read, &changed)?;
        let expected = match metadata {
            MetadataChange::Keep => found.metadata.as_ref(),
            MetadataChange::Remove => None,
            MetadataChange::Write(fields) => Some(fields),
        };
        check_metadata(*format, expected, read.metadata.as_ref())?;
        Ok(Self { format: *format, text: changed, found: read })
    }

    /// The place at which `value` is to be put, and the value with the parents that are missing around it.
    fn place_for(&self, path: &Path, value: &Node) -> Result<(Path, Node), DocumentError> {
        let tree = &self.found.tree;
        let mut place = Path { root: path.root, steps: Vec::new() };
        let mut missing = path.steps.as_slice();
        let mut node = tree.node(&place).ok_or_else(|| fault(path, "there is no such document in the file"))?;
        while let [step, rest @ ..] = missing {
            match node {
                Node::Leaf(Leaf { value: Value::Null, .. }) => break,
                Node::Leaf(_) | Node::Alias(_) => {
                    return Err(fault(&place, "it is a single value, with nothing in it"));
                }
                Node::Mapping(_) | Node::Sequence(_) => {}
            }
            place.steps.push(step.clone());
            missing = rest;
            match (tree.node(&place), node, step) {
                (Some(child), ..) => node = child,
                (None, Node::Mapping(_), Step::Key(_)) => break,
                (None, Node::Sequence(items), Step::Index(index)) if *index == children(items).count() => break,
                (None, _, Step::Index(_)) => return Err(fault(path, "there is no such position in a list")),
                (None, _, Step::Key(_)) => return Err(fault(path, "it is a list, which has positions and no keys")),
            }
        }
        let mut value = value.clone();
        for step in missing.iter().rev() {
            value = match step {
                Step::Key(key) => Node::Mapping(vec![Entry::Child(Member::new(key, value))]),
                Step::Index(0) => Node::Sequence(vec![Entry::Child(value)]),
                Step::Index(_) => return Err(fault(path, "there is no such position in a list")),
            };
        }
        Ok((place, value))
    }

    fn put(&self, place: &Path, value: &Node, is_there: bool) -> Result<Zeroizing<String>, DocumentError> {
        let Self { format, text, found } = self;
        let store = store_of(*format);
        if !is_there {
            return apply(text, store.insert(text, found, place, value)?);
        }
        // A tag says of what kind the old value was, and goes where the new one is of another.
        if let (Some(Node::Leaf(old)), Node::Leaf(new)) = (found.tree.node(place), value)
            && (*format != Format::Yaml || old.value.kind() == new.value.kind())
        {
            return apply(text, store.change(text, found, old.id, &NewText::Plain(new.value.clone()))?);
        }
        if let Some(splices) = store.replace(text, found, place, value)? {
            return apply(text, splices);
        }
        match place.split_last() {
            None => Err(fault(place, "the whole document can neither be replaced nor removed")),
            Some((_, Step::Key(_))) => {
                let without = apply(text, store.remove(text, found, place)?)?;
                let found = store.parse(&without)?;
                apply(&without, store.insert(&without, &found, place, value)?)
            }
            // An item that goes and comes back would stand behind the others, so its list is written anew.
            Some((list, _)) => {
                if has_other_comments(&found.tree, &list, place) {
                    let what = "this value in its place without losing the comments beside it".to_owned();
                    return Err(DocumentError::CannotCarry { notation: format.word(), what });
                }
                let mut tree = found.tree.clone();
                *tree.node_mut(place).ok_or_else(|| fault(place, "there is nothing"))? = value.clone();
                let items = tree.node(&list).ok_or_else(|| fault(place, "there is nothing"))?;
                self.put(&list, items, true)
            }
        }
    }

    /// Parses a text that another tree was put into, and compares.
    fn check(&self, text: &str, meant: &Tree, target: &Target<'_>) -> Result<(), DocumentError> {
        let read = store_of(self.format).parse(text).map_err(|error| unreadable(&error))?;
        Meant::another_tree(self.format).check(&meant.roots, &read, text)?;
        target.check_comments(self.format, (&self.found, &self.text), &read)?;
        check_metadata(self.format, self.found.metadata.as_ref(), read.metadata.as_ref())
    }
}

/// Whether comments are in a list and not in one of its items.
fn has_other_comments(tree: &Tree, list: &Path, item: &Path) -> bool {
    let mut has_any = false;
    tree.walk(|path, element| {
        let is_below = |above: &Path| path.root == above.root && path.steps.starts_with(&above.steps);
        has_any |= matches!(element, Item::Comment(_)) && is_below(list) && !is_below(item);
    });
    has_any
}

/// The lines of a comment, cut out beside others that are cut out. Where the line break goes with those, the one before goes.
fn beside(text: &str, lines: std::ops::Range<usize>, others: &[Splice]) -> Option<Splice> {
    let touches = |other: &&Splice| other.place.start < lines.end && lines.start < other.place.end;
    let place = match others.iter().find(touches) {
        None => lines,
        Some(other) if other.place.start > lines.start => {
            let before = &text[..lines.start];
            let line = before.strip_suffix('\n').map_or(before, |rest| rest.strip_suffix('\r').unwrap_or(rest));
            line.len()..other.place.start
        }
        Some(_) => return None,
    };
    Some(Splice { place, text: String::new() })
}

/// Puts a node into a tree, as the last child of its parent where there is no reason against it.
fn append(format: Format, tree: &mut Tree, place: &Path, value: Node) -> Result<(), DocumentError> {
    let (parent, last) = place.split_last().ok_or_else(|| fault(place, "there is no such document in the file"))?;
    match (tree.node_mut(&parent), last) {
        // Keys before every section can stand nowhere else.
        (Some(Node::Mapping(entries)), Step::Key(key))
            if format == Format::Ini && parent.steps.is_empty() && key == store::ini::DEFAULT =>
        {
            entries.insert(0, Entry::Child(Member::new(key, value)));
        }
        (Some(Node::Mapping(entries)), Step::Key(key)) => entries.push(Entry::Child(Member::new(key, value))),
        (Some(Node::Sequence(entries)), Step::Index(_)) => entries.push(Entry::Child(value)),
        _ => return Err(fault(place, "there is nothing to put it into")),
    }
    Ok(())
}

/// Takes a node out of a tree.
fn detach(tree: &mut Tree, place: &Path) -> Result<(), DocumentError> {
    let (parent, last) =
        place.split_last().ok_or_else(|| fault(place, "the whole document can neither be replaced nor removed"))?;
    match (tree.node_mut(&parent), last) {
        (Some(Node::Mapping(entries)), Step::Key(key)) => {
            entries.retain(|entry| !matches!(entry, Entry::Child(member) if member.key == *key));
        }
        (Some(Node::Sequence(entries)), Step::Index(index)) => {
            let mut position = 0..;
            entries.retain(|entry| matches!(entry, Entry::Comment(_)) || position.next() != Some(*index));
        }
        _ => return Err(fault(place, "there is nothing")),
    }
    Ok(())
}

fn fault(path: &Path, fault: &str) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: fault.to_owned() }
}

fn unreadable(error: &DocumentError) -> DocumentError {
    DocumentError::NotAsMeant(error.to_string())
}

#[cfg(test)]
mod tests;
