//! Three versions of an encrypted document merged into one, as version control does it with text: what both have made of
//! their common base is taken into one document, and only what changed is encrypted anew.
//!
//! What a document says is merged path by path: a value that one side has changed, added or taken away is changed, added or
//! taken away. Items of lists are merged as lines are, by the places at which they were changed, and where lists are of one
//! length position by position; else a list is one value. Layout, comments and the order of keys are merged as lines of the
//! plaintext, ours where both sides touch the same ones. The text is then brought to say what the trees say, so that a
//! doubtful merge of lines never decides about a value.
//!
//! Where both sides changed one value, or one deleted what the other changed, the result holds the versions side by side
//! and stays a valid document: `KEY` becomes a mapping of `__kenc_ours`, `__kenc_base` and `__kenc_theirs`, encrypted as `KEY`
//! is. Where values cannot hold others, `KEY` keeps our version beside `KEY__kenc_base` and `KEY__kenc_theirs`. To give `KEY` a
//! value resolves it.
//!
//! The metadata is merged as well. Keys that a side has added or removed are added or removed. Where they have made a new
//! data key, the result gets another one, which nobody knows yet; keys that come with a version that nothing vouches for are
//! not given it, and are said to be in dispute.

mod keys;
mod pieces;
mod tree;
mod uncovered;

use std::collections::{HashMap, HashSet};
use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::sha256;
use crate::document::model::tree::{Path, Step, Tree};
use crate::document::model::value::Value;
use crate::document::operations::decryption::{Demands, Opened, Sealed};
use crate::document::operations::encryption::{Comments, Encrypted, Writer, is_same_file};
use crate::document::sops::exposure::Written;
use crate::document::sops::old_ciphertexts::{Keep, Reuse};
use crate::document::sops::seal::Sealing;
use crate::document::sops::selection::Selection;
use crate::document::{Document, Format, Item};
use crate::error::{At, DocumentError, Result};
use crate::keys::{Keyring, Vouchers};
use keys::MergedKeys;
use pieces::{Disputed, merge_lines};
use tree::{Aliases, Change, Merger, Naming, first_change};
use uncovered::{is_verified, uncovered_changes};

pub use keys::{Dispute, Side, Uncovered};
pub(crate) use tree::original_key;

/// One of the versions that are merged.
pub enum Version {
    /// An encrypted document that was opened.
    Opened(Box<Opened>),
    /// A document in the clear, as before it was first encrypted.
    Clear(Box<Document>),
}

/// What came of a merge.
pub struct Merge {
    /// The file.
    pub text: MergedText,
    /// Places at which both sides differ, and the document has all their versions.
    pub conflicts: Vec<Conflict>,
    /// Parts of the metadata that were not merged, of which ours is kept.
    pub disputes: Vec<Dispute>,
    /// How many comments of theirs are left out, because both sides changed the lines around them.
    pub comments_left_out: usize,
    /// The names of the keys that open the result, and not our version.
    pub keys_added: Vec<String>,
    /// The names of the keys that open our version, and not the result.
    pub keys_removed: Vec<String>,
}

/// The text that a merge gives.
pub enum MergedText {
    /// Our version is the result as it stands.
    Ours,
    /// Another text is.
    New(Zeroizing<String>),
}

/// A place at which both sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path of the value.
    pub path: Path,
    /// What each side did.
    pub kind: ConflictKind,
}

/// What two sides did to one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// Each gave it another value.
    BothChanged,
    /// Each added it, with another value.
    BothAdded,
    /// We deleted it, and they changed it.
    OursDeleted,
    /// They deleted it, and we changed it.
    TheirsDeleted,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kind } = self;
        f.write_str(match kind {
            ConflictKind::BothChanged => "both sides changed",
            ConflictKind::BothAdded => "both sides added",
            ConflictKind::OursDeleted => "we deleted and they changed",
            ConflictKind::TheirsDeleted => "they deleted and we changed",
        })?;
        if *path == Path::default() { f.write_str(" the text") } else { write!(f, " `{path}`") }
    }
}

impl Version {
    /// The document in the clear.
    #[must_use]
    pub fn plaintext(&self) -> &Document {
        match self {
            Self::Opened(opened) => opened.plaintext(),
            Self::Clear(document) => document,
        }
    }

    fn opened(&self) -> Option<&Opened> {
        match self {
            Self::Opened(opened) => Some(opened),
            Self::Clear(_) => None,
        }
    }
}

impl Sealed {
    /// Opens a document with the data key of another version of it if that opens it, without asking any key; else as
    /// [`Self::open`] does.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_beside(self, others: &[&Version], keyring: &Keyring<'_>, demands: &Demands) -> Result<Opened> {
        let probe = self.probe();
        let mut known = others.iter().filter_map(|other| other.opened());
        match known.find(|other| !probe.is_empty() && Self::is_opened(&probe, &other.data_key)) {
            Some(other) => self.open_with(keys::copy(&other.data_key), demands),
            None => self.open(keyring, demands),
        }
    }
}

/// Merges what `ours` and `theirs` have made of `base`, which is none where both have added the file. At least one of them
/// is encrypted, and so is the result. All three are in one notation.
///
/// # Errors
/// If nothing is encrypted, the result cannot be written, a key that was added does not wrap, or a value would stand in the
/// clear that one side has encrypted.
pub fn merge(
    base: Option<&Version>,
    ours: &Version,
    theirs: &Version,
    keyring: &Keyring<'_>,
    vouchers: &Vouchers,
) -> Result<Merge> {
    let versions = Versions { base, ours, theirs };
    let MergedKeys { mut metadata, data_key, disputes } = keys::merge(&versions, keyring, vouchers)?;
    let selection = Selection::new(&metadata.rule)?;
    let mut disputes = disputes;
    let base_of = || base.and_then(Version::opened);
    if let Some(theirs) = theirs.opened().filter(|theirs| !is_verified(theirs)) {
        disputes.extend(uncovered_changes(base_of(), theirs, Side::Theirs));
    }
    // Ours stays as it is. That it lost its seal since the base is worth a word all the same.
    if let (Some(base), Some(ours)) = (base_of().filter(|base| is_verified(base)), ours.opened())
        && !is_verified(ours)
    {
        disputes.extend(uncovered_changes(Some(base), ours, Side::Ours));
    }
    let Merged { plaintext, conflicts, comments_left_out } = versions.merged_plaintext(&selection)?;
    let names = |keys: &crate::document::Metadata| {
        keys.groups.iter().flatten().map(crate::document::StoredKey::id).collect::<Vec<_>>()
    };
    let (new, old) = (names(&metadata), ours.opened().map(|ours| names(ours.metadata())).unwrap_or_default());
    let without = |keys: &[String], others: &[String]| -> Vec<String> {
        keys.iter().filter(|key| !others.contains(key)).cloned().collect()
    };
    let (keys_added, keys_removed) =
        if old.is_empty() { (Vec::new(), Vec::new()) } else { (without(&new, &old), without(&old, &new)) };
    let done = |text| Merge { text, conflicts, disputes, comments_left_out, keys_added, keys_removed };
    for (version, is_ours) in [(ours, true), (theirs, false)] {
        if let Version::Opened(opened) = version
            && is_same_file(&plaintext, opened.plaintext())
            && keys::says_the_same(&metadata, opened.metadata())
        {
            let text = || MergedText::New(Zeroizing::new(opened.document().text().to_owned()));
            return Ok(done(if is_ours { MergedText::Ours } else { text() }));
        }
    }
    // What is taken from a side must have been verified there.
    let is_sealed = |version: &Version| version.opened().is_none_or(|opened| opened.sealing() == Sealing::Sealed);
    metadata.touch(if is_sealed(ours) && is_sealed(theirs) { Sealing::Sealed } else { Sealing::Unsealed });
    let mut reuse = Reuse::new(Keep::Ciphertexts);
    let mut sides: Vec<(&Opened, bool)> = [theirs, ours]
        .into_iter()
        .filter_map(Version::opened)
        .map(|opened| (opened, keys::is_same(&opened.data_key, &data_key)))
        .collect();
    // What is added last is found first: ciphertexts that can be kept, and of these ours.
    sides.sort_by_key(|(_, is_kept)| *is_kept);
    for (opened, is_kept) in sides {
        opened.add_to(&mut reuse, if is_kept { Keep::Ciphertexts } else { Keep::Types });
    }
    let is_encrypted = has_encrypted_comments(ours) || has_encrypted_comments(theirs);
    let comments = if is_encrypted { Comments::Encrypted } else { Comments::InTheClear };
    let writer = Writer { plaintext: &plaintext, selection: &selection, comments, data_key: &data_key };
    let Encrypted { text, aliases: _ } = writer.write(metadata, reuse, None)?;
    Ok(done(MergedText::New(text)))
}

/// The paths of a document that stand for versions of a value on which the sides of a merge differed, with their places. In
/// the text of a binary file, which is one value, they can only be found in the clear.
#[must_use]
pub fn unresolved(document: &Document) -> Vec<(At, Path)> {
    let mut found: Vec<(At, Path)> = Vec::new();
    document.tree().walk(|path, item| {
        let Item::Leaf(leaf) = item else { return };
        if document.format() == Format::Binary {
            let has_mark = |text: &str| text.split_inclusive('\n').any(|line| line == pieces::OURS_MARK);
            if matches!(&leaf.value, Value::Text(text) if has_mark(text)) {
                found.push((At { line: 1, column: 1 }, Path::default()));
            }
            return;
        }
        let is_original = |step: &Step| !matches!(step, Step::Key(key) if original_key(key) != Some(key.as_str()));
        let Some(end) = path.steps.iter().position(|step| !is_original(step)) else { return };
        let mut steps = path.steps[..end].to_vec();
        if let Step::Key(key) = &path.steps[end] {
            steps.extend(original_key(key).map(|key| Step::Key(key.to_owned())));
        }
        let path = Path { root: path.root, steps };
        if found.iter().all(|(_, other)| *other != path) {
            found.push((leaf.place.into(), path));
        }
    });
    found
}

struct Versions<'a> {
    base: Option<&'a Version>,
    ours: &'a Version,
    theirs: &'a Version,
}

/// What the result is to say.
struct Merged {
    plaintext: Document,
    conflicts: Vec<Conflict>,
    comments_left_out: usize,
}

impl Versions<'_> {
    fn merged_plaintext(&self, selection: &Selection) -> Result<Merged> {
        let format = self.ours.plaintext().format();
        if format == Format::Binary {
            return self.merged_bytes();
        }
        if self.has_unsealed_names() {
            // What their values are called is not known: nothing of theirs is taken.
            let plaintext = Document::parse(format, self.ours.plaintext().text().to_owned().into())?;
            return Ok(Merged { plaintext, conflicts: Vec::new(), comments_left_out: 0 });
        }
        let mut fault = None;
        for naming in Naming::of(format) {
            let merged = self.merged_document(*naming, selection)?;
            match self.exposed(&merged.plaintext, selection) {
                None => return Ok(merged),
                Some(path) => fault = Some(DocumentError::WouldExpose { path }),
            }
        }
        Err(fault.expect("there is a way to name conflicts in every notation").into())
    }

    /// Whether their version is not sealed and calls values in the clear otherwise than the base.
    fn has_unsealed_names(&self) -> bool {
        let Some(theirs) = self.theirs.opened().filter(|theirs| !is_verified(theirs)) else { return false };
        let base = self.base.and_then(Version::opened);
        let changes = uncovered_changes(base, theirs, Side::Theirs);
        changes.iter().any(|change| matches!(change, Dispute::Unsealed(_, Uncovered::Names(_))))
    }

    /// Text of any kind is merged by its lines, with the marks of git where both sides changed the same ones.
    fn merged_bytes(&self) -> Result<Merged> {
        let bytes =
            |version: Option<&Version>| version.map_or(Ok(Zeroizing::default()), |v| v.plaintext().plaintext(&[]));
        let (base, ours, theirs) = (bytes(self.base)?, bytes(Some(self.ours))?, bytes(Some(self.theirs))?);
        let one_of_them = if ours == theirs || base == theirs {
            Some(&ours)
        } else if base == ours {
            Some(&theirs)
        } else {
            None
        };
        let (merged, disputed) = if let Some(bytes) = one_of_them {
            (bytes.clone(), 0)
        } else {
            let text = |bytes| std::str::from_utf8(bytes).map_err(|_| DocumentError::Unmergeable("it is no text"));
            let (mut text, disputed) = merge_lines(text(&base)?, text(&ours)?, text(&theirs)?, Disputed::Marked);
            (Zeroizing::new(std::mem::take(&mut *text).into_bytes()), disputed)
        };
        let conflict = Conflict { path: Path::default(), kind: ConflictKind::BothChanged };
        Ok(Merged {
            plaintext: Document::from_plaintext(Format::Binary, merged)?,
            conflicts: vec![conflict; disputed.min(1)],
            comments_left_out: 0,
        })
    }

    fn merged_document(&self, naming: Naming, selection: &Selection) -> Result<Merged> {
        let (ours, theirs) = (self.ours.plaintext(), self.theirs.plaintext());
        let base = self.base.map(Version::plaintext);
        let format = ours.format();
        let mut aliases = Aliases::default();
        let (our_tree, their_tree) = (aliases.named(ours), aliases.named(theirs));
        let base_tree = base.map_or_else(Tree::default, |base| aliases.named(base));
        let mut merger = Merger { format, naming, conflicts: Vec::new() };
        let wanted = merger.trees(&base_tree, &our_tree, &their_tree);
        let wanted = wanted.ok_or(DocumentError::Unmergeable("both sides changed which documents are in the file"))?;
        let base_text = base.map_or("", Document::text);
        let by_lines = |disputed| merge_lines(base_text, ours.text(), theirs.text(), disputed).0;
        let texts: [&dyn Fn() -> Zeroizing<String>; 3] =
            [&|| by_lines(Disputed::Joined), &|| by_lines(Disputed::Ours), &|| Zeroizing::new(ours.text().to_owned())];
        let mut last = DocumentError::Unmergeable("no text says what both sides have made of it");
        // The text of an unsealed version is anybody's: its values are taken, and its comments, tags and layout are not.
        let is_unsealed = self.theirs.opened().is_some_and(|theirs| !is_verified(theirs));
        for text in texts.into_iter().skip(if is_unsealed { 2 } else { 0 }) {
            // Lines of two files together may be no document: then there are fewer of theirs in the next.
            let Ok(document) = Document::parse(format, text()) else { continue };
            match brought_to(document, &wanted, &mut aliases, selection) {
                Ok(plaintext) => {
                    let comments_left_out = comments_left_out(base, theirs, &plaintext);
                    return Ok(Merged { plaintext, conflicts: merger.conflicts, comments_left_out });
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }

    /// The path of a value that the rule leaves in the clear, and that is to be encrypted by what the sides made of it.
    fn exposed(&self, plaintext: &Document, selection: &Selection) -> Option<String> {
        let comments = if [self.ours, self.theirs].into_iter().any(has_encrypted_comments) {
            Comments::Encrypted
        } else {
            Comments::InTheClear
        };
        let written = |version: &Version| {
            let opened = version.opened()?;
            Some(Written::new(version.plaintext().tree(), opened.sealed.selection(), comments))
        };
        // A version in the clear says nothing about what is to be encrypted.
        let [base, ours, theirs] =
            [self.base, Some(self.ours), Some(self.theirs)].map(|version| version.and_then(written));
        let result = Written::new(plaintext.tree(), selection, comments);
        let exposed = result.iter().filter(|(name, result, _)| {
            let count = |side: &Option<Written>| side.as_ref().and_then(|written| written.of(name));
            let (base, ours, theirs) = (count(&base), count(&ours), count(&theirs));
            // How much of it may be in the clear: what a side has made of it, where the other has left it alone.
            let may_be = match (ours, theirs) {
                (Some(ours), Some(theirs)) if ours == theirs || base == Some(theirs) => ours,
                (Some(ours), Some(theirs)) if base == Some(ours) => theirs,
                (Some(ours), Some(theirs)) => {
                    if ours.encrypted >= theirs.encrypted {
                        ours
                    } else {
                        theirs
                    }
                }
                (Some(only), None) | (None, Some(only)) => only,
                (None, None) => return false,
            };
            may_be.encrypted > 0 && result.in_the_clear > may_be.in_the_clear
        });
        exposed.map(|(.., path)| path).min().map(ToString::to_string)
    }
}

fn has_encrypted_comments(version: &Version) -> bool {
    version.opened().is_some_and(|opened| opened.has_encrypted_comments)
}

/// A document with the layout of `document` that says what is wanted.
fn brought_to(
    document: Document,
    wanted: &Tree,
    aliases: &mut Aliases,
    selection: &Selection,
) -> Result<Document, DocumentError> {
    /// More changes than this are no merge.
    const MOST: usize = 5000;
    let mut document = document;
    for _ in 0..MOST {
        let have = aliases.named(&document);
        if have.roots.len() != wanted.roots.len() {
            break;
        }
        let text = match first_change(document.format(), &have, wanted) {
            None => return Ok(document),
            Some(Change::Remove(path)) => document.without_marked(&path, |comment| selection.is_mark(comment))?,
            Some(Change::Put(path, node)) => document.with_value(&path, &node)?,
        };
        document = Document::parse(document.format(), text)?;
    }
    Err(DocumentError::Unmergeable("no text says what both sides have made of it"))
}

/// How many comments that they have added are not in the result.
fn comments_left_out(base: Option<&Document>, theirs: &Document, merged: &Document) -> usize {
    let mut count: HashMap<[u8; 32], i64> = HashMap::new();
    let mut add = |document: &Document, by: i64| {
        document.tree().walk(|_, item| {
            if let Item::Comment(comment) = item {
                *count.entry(sha256(comment.text.as_bytes())).or_default() += by;
            }
        });
    };
    add(theirs, 1);
    if let Some(base) = base {
        add(base, -1);
    }
    let added: HashMap<[u8; 32], i64> = count.into_iter().filter(|(_, count)| *count > 0).collect();
    let mut there: HashSet<[u8; 32]> = HashSet::new();
    merged.tree().walk(|_, item| {
        if let Item::Comment(comment) = item {
            there.insert(sha256(comment.text.as_bytes()));
        }
    });
    added.keys().filter(|comment| !there.contains(*comment)).count()
}
