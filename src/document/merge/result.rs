//! The result of a merge.

use std::collections::{HashMap, HashSet};

use zeroize::Zeroizing;

use crate::crypto::sha256;
use crate::document::content::format::Format;
use crate::document::content::tree::{Path, Tree};
use crate::document::content::walk::TreeItem;
use crate::document::file::document::Document;
use crate::document::merge::conflict::{Conflict, ConflictKind};
use crate::document::merge::dispute::{Dispute, Side, Uncovered};
use crate::document::merge::keys::{self, MergedKeys};
use crate::document::merge::pieces::{Disputed, merge_lines};
use crate::document::merge::tree::{Aliases, ConflictNaming, Merger, TreeChange, first_change};
use crate::document::merge::uncovered::{is_verified, uncovered_changes};
use crate::document::merge::version::{Version, Versions};
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::writer::{EncryptedText, EncryptionWriter, is_same_file};
use crate::document::sops::data_key;
use crate::document::sops::exposure::ValueCounts;
use crate::document::sops::old_ciphertexts::{OldCiphertexts, Reusable};
use crate::document::sops::selection::{CommentHandling, CompiledRule};
use crate::document::sops::timestamp::SealIntent;
use crate::error::{DocumentError, Result};
use crate::keys::{Keyring, Vouchers};

/// The result of a merge.
#[non_exhaustive]
pub struct Merge {
    /// The file.
    pub text: MergedText,
    /// Conflicts; the document has all their versions.
    pub conflicts: Vec<Conflict>,
    /// Parts of the metadata that were not merged, of which ours is kept.
    pub disputes: Vec<Dispute>,
    /// How many comments of theirs are left out because both sides changed the lines around them.
    pub comments_left_out: usize,
    /// The names of the keys that open the result but not our version.
    pub keys_added: Vec<String>,
    /// The names of the keys that open our version but not the result.
    pub keys_removed: Vec<String>,
}

/// The text of the result.
pub enum MergedText {
    /// Our version, unchanged.
    Ours,
    /// A new text.
    New(Zeroizing<String>),
}

/// Merges the changes of `ours` and `theirs` to `base`, which is `None` if both have added the file. At least one of
/// them is encrypted, and so is the result. All three are in one notation.
///
/// # Errors
/// If nothing is encrypted, the result cannot be written, an added key cannot wrap, or a value would be in plaintext
/// that one side has encrypted.
pub fn merge(
    base: Option<&Version>,
    ours: &Version,
    theirs: &Version,
    keyring: &Keyring<'_>,
    vouchers: &Vouchers,
) -> Result<Merge> {
    let versions = Versions { base, ours, theirs };
    let MergedKeys { mut metadata, data_key, disputes } = keys::merge(&versions, keyring, vouchers)?;
    let selection = CompiledRule::new(&metadata.rule)?;
    let mut disputes = disputes;
    let base_of = || base.and_then(Version::opened);
    if let Some(theirs) = theirs.opened().filter(|theirs| !is_verified(theirs)) {
        disputes.extend(uncovered_changes(base_of(), theirs, Side::Theirs));
    }
    // Ours stays as it is. That it lost its seal since the base is reported all the same.
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
    // Whatever is taken from a side must have been verified there.
    let is_sealed = |version: &Version| version.opened().is_none_or(|opened| opened.sealing() == SealIntent::Sealed);
    metadata.touch(if is_sealed(ours) && is_sealed(theirs) { SealIntent::Sealed } else { SealIntent::Unsealed });
    let mut reuse = OldCiphertexts::new(Reusable::Ciphertexts);
    let mut sides: Vec<(&OpenedDocument, bool)> = [theirs, ours]
        .into_iter()
        .filter_map(Version::opened)
        .map(|opened| (opened, data_key::is_same(&opened.data_key, &data_key)))
        .collect();
    // Added last, found first: ciphertexts that can be kept, and ours among these.
    sides.sort_by_key(|(_, is_kept)| *is_kept);
    for (opened, is_kept) in sides {
        opened.add_to(&mut reuse, if is_kept { Reusable::Ciphertexts } else { Reusable::Types });
    }
    let is_encrypted = has_encrypted_comments(ours) || has_encrypted_comments(theirs);
    let comments = if is_encrypted { CommentHandling::Encrypted } else { CommentHandling::InTheClear };
    let writer = EncryptionWriter { plaintext: &plaintext, selection: &selection, comments, data_key: &data_key };
    let EncryptedText { text, aliases: _ } = writer.write(metadata, reuse, None)?;
    Ok(done(MergedText::New(text)))
}

/// The intended content of the result.
struct Merged {
    plaintext: Document,
    conflicts: Vec<Conflict>,
    comments_left_out: usize,
}

impl Versions<'_> {
    fn merged_plaintext(&self, selection: &CompiledRule) -> Result<Merged> {
        let format = self.ours.plaintext().format();
        if format == Format::Binary {
            return self.merged_bytes();
        }
        if self.has_unsealed_names() {
            // The names of their values are not authenticated: nothing of theirs is taken.
            let plaintext = Document::parse(format, self.ours.plaintext().text().to_owned().into())?;
            return Ok(Merged { plaintext, conflicts: Vec::new(), comments_left_out: 0 });
        }
        let mut fault = None;
        for naming in ConflictNaming::of(format) {
            let merged = self.merged_document(*naming, selection)?;
            match self.exposed(&merged.plaintext, selection) {
                None => return Ok(merged),
                Some(path) => fault = Some(DocumentError::WouldExpose { path }),
            }
        }
        Err(fault.expect("there is a way to name conflicts in every notation").into())
    }

    /// Whether their version is unsealed and names plaintext values differently than the base does.
    fn has_unsealed_names(&self) -> bool {
        let Some(theirs) = self.theirs.opened().filter(|theirs| !is_verified(theirs)) else { return false };
        let base = self.base.and_then(Version::opened);
        let changes = uncovered_changes(base, theirs, Side::Theirs);
        changes.iter().any(|change| matches!(change, Dispute::Unsealed(_, Uncovered::Names(_))))
    }

    /// Text of any kind is merged by lines, with git's conflict markers where both sides changed the same ones.
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
            let text = |bytes| std::str::from_utf8(bytes).map_err(|_| DocumentError::Unmergeable("it is not text"));
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

    fn merged_document(&self, naming: ConflictNaming, selection: &CompiledRule) -> Result<Merged> {
        let (ours, theirs) = (self.ours.plaintext(), self.theirs.plaintext());
        let base = self.base.map(Version::plaintext);
        let format = ours.format();
        let mut aliases = Aliases::default();
        let (our_tree, their_tree) = (aliases.named(ours), aliases.named(theirs));
        let base_tree = base.map_or_else(Tree::default, |base| aliases.named(base));
        let mut merger = Merger { format, naming, conflicts: Vec::new() };
        let wanted = merger.trees(&base_tree, &our_tree, &their_tree);
        let wanted = wanted.ok_or(DocumentError::Unmergeable("both sides added or removed documents"))?;
        let base_text = base.map_or("", Document::text);
        let by_lines = |disputed| merge_lines(base_text, ours.text(), theirs.text(), disputed).0;
        let texts: [&dyn Fn() -> Zeroizing<String>; 3] =
            [&|| by_lines(Disputed::Joined), &|| by_lines(Disputed::Ours), &|| Zeroizing::new(ours.text().to_owned())];
        let mut last = DocumentError::Unmergeable("no text expresses the changes of both sides");
        // Anybody can have written the text of an unsealed version: its values are taken, and its comments, tags and
        // layout are not.
        let is_unsealed = self.theirs.opened().is_some_and(|theirs| !is_verified(theirs));
        for text in texts.into_iter().skip(if is_unsealed { 2 } else { 0 }) {
            // Merged lines of two files may not parse: then the next attempt takes fewer of theirs.
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

    /// The path of a value that the rule leaves in plaintext although a side has encrypted it.
    fn exposed(&self, plaintext: &Document, selection: &CompiledRule) -> Option<String> {
        let comments = if [self.ours, self.theirs].into_iter().any(has_encrypted_comments) {
            CommentHandling::Encrypted
        } else {
            CommentHandling::InTheClear
        };
        let written = |version: &Version| {
            let opened = version.opened()?;
            Some(ValueCounts::new(version.plaintext().tree(), opened.sealed.selection(), comments))
        };
        // A plaintext version says nothing about what is encrypted.
        let [base, ours, theirs] =
            [self.base, Some(self.ours), Some(self.theirs)].map(|version| version.and_then(written));
        let result = ValueCounts::new(plaintext.tree(), selection, comments);
        let exposed = result.iter().filter(|(name, result, _)| {
            let count = |side: &Option<ValueCounts>| side.as_ref().and_then(|written| written.of(name));
            let (base, ours, theirs) = (count(&base), count(&ours), count(&theirs));
            // What may be in plaintext: the changes of each side, where the other side changed nothing.
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

/// A document with the layout of `document` and the wanted content.
fn brought_to(
    document: Document,
    wanted: &Tree,
    aliases: &mut Aliases,
    selection: &CompiledRule,
) -> Result<Document, DocumentError> {
    /// More changes than this are not a merge.
    const MOST: usize = 5000;
    let mut document = document;
    for _ in 0..MOST {
        let have = aliases.named(&document);
        if have.roots.len() != wanted.roots.len() {
            break;
        }
        document = match first_change(document.format(), &have, wanted) {
            None => return Ok(document),
            Some(TreeChange::Remove(path)) => document.without_marked(&path, |comment| selection.is_mark(comment))?,
            Some(TreeChange::Put(path, node)) => document.with_value(&path, &node)?,
        };
    }
    Err(DocumentError::Unmergeable("no text expresses the changes of both sides"))
}

/// How many comments that they have added are missing from the result.
fn comments_left_out(base: Option<&Document>, theirs: &Document, merged: &Document) -> usize {
    let mut count: HashMap<[u8; 32], i64> = HashMap::new();
    let mut add = |document: &Document, by: i64| {
        document.tree().walk(|_, item| {
            if let TreeItem::Comment(comment) = item {
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
        if let TreeItem::Comment(comment) = item {
            there.insert(sha256(comment.text.as_bytes()));
        }
    });
    added.keys().filter(|comment| !there.contains(*comment)).count()
}
