//! What every format of whole encrypted files does: the trait that each of them implements.
//!
//! A file is opened in three steps. [`FileFormat::read`] reads its head, which nothing vouches for yet;
//! [`EncryptedFile::unlock`] asks the keys; [`UnlockedFile::open`] releases the plaintext, and only what is authentic. New
//! files come from a [`PreparedSeal`]: one data key, wrapped once, for any number of files.

use std::any::Any;
use std::io::Write;
use std::sync::atomic::AtomicBool;

use crate::context::EncryptionContext;
use crate::crypto::{DataKey, Suite};
use crate::error::{RecordFault, Result};
use crate::formats::description::{HeadDescription, PayloadDescription};
use crate::formats::records::selection::{OpenedRecords, RecordSelection};
use crate::fs::input::{Input, InputNotes};
use crate::keys::{Cache, KeySpec, Keyring, NamedKey, Rewrapped, Rewrapper, SuccessorKeys, WrappedKey};
use crate::storage::output::Output;
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// A format of whole encrypted files.
///
/// A new one touches three places: its folder, its line in [`crate::formats::registry`], and the docs.
pub trait FileFormat: Send + Sync {
    /// Its name: in `--format`, in configs, and in reports.
    fn name(&self) -> &'static str;

    /// What the names of its files end with, without the dot.
    fn ending(&self) -> &'static str;

    /// Whether an input that begins with `start` is a file of this format. At least 32 bytes are there, unless the input is
    /// shorter.
    fn recognises(&self, start: &[u8]) -> bool;

    /// Whether what a storage keeps beside an object says that it is a file of this format.
    fn recognises_notes(&self, _notes: &InputNotes) -> bool {
        false
    }

    /// Whether a file can get other keys and keep its data key, and so its payload. Where it cannot, other keys mean that it
    /// is encrypted again.
    fn keeps_data_key(&self) -> bool {
        true
    }

    /// Whether its files bind an encryption context.
    fn binds_context(&self) -> bool {
        true
    }

    /// Reads the head of a file. `start` are its first bytes, and `input` begins with them too.
    ///
    /// # Errors
    /// If the head is not well formed or beyond the limits; errors of the input.
    fn read(&self, input: Input, start: &[u8], policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>>;

    /// Makes a data key, and wraps it under `keys` with the pairs of `context`: the only calls of a key service for all files
    /// that are sealed with the result.
    ///
    /// # Errors
    /// If a key refuses or cannot be one of this format, there is none, or the format cannot do what the settings say.
    fn prepare(
        &self,
        settings: SealSettings,
        context: &EncryptionContext,
        keys: &[KeySpec],
        keyring: &Keyring<'_>,
    ) -> Result<Box<dyn PreparedSeal>>;
}

/// A file whose head was read. Nothing of it is authentic before [`EncryptedFile::unlock`].
pub trait EncryptedFile: Send {
    /// What its head says.
    fn describe(&self) -> HeadDescription;

    /// What can be said of its payload without a key. A stream is read to its end.
    ///
    /// # Errors
    /// Those of the input.
    fn describe_payload(&mut self) -> Result<PayloadDescription>;

    /// Its wrapped keys.
    fn wrapped_keys(&self) -> &[WrappedKey];

    /// The pairs that it says are bound to it.
    fn context(&self) -> &EncryptionContext;

    /// How a new file like this one is sealed.
    fn seal_settings(&self) -> SealSettings;

    /// The pairs that a new file like this one binds: those of [`EncryptedFile::context`] that its maker chose.
    fn chosen_context(&self) -> EncryptionContext {
        self.context().clone()
    }

    /// The keys of a new file in its place. Nobody is asked but identities, and what an alias means that goes.
    ///
    /// # Errors
    /// As [`Rewrapper::successor`].
    fn successor_keys(&self, rewrapper: &Rewrapper<'_>) -> Result<SuccessorKeys> {
        rewrapper.successor(self.wrapped_keys())
    }

    /// Those of the keys of a new file in its place for which only its header speaks: something else must vouch for them.
    ///
    /// # Errors
    /// As [`Rewrapper::preview`].
    fn unvouched_keys(&self, rewrapper: &Rewrapper<'_>) -> Result<Vec<NamedKey>> {
        rewrapper.recipients_of_header(self.wrapped_keys())
    }

    /// The keys that would be added to it and the wrapped keys that would be removed, as far as that can be told without
    /// asking a key for its data key.
    ///
    /// # Errors
    /// As [`Rewrapper::preview`].
    fn preview(&self, rewrapper: &Rewrapper<'_>) -> Result<(Vec<KeySpec>, Vec<WrappedKey>)> {
        rewrapper.preview(self.wrapped_keys())
    }

    /// Length of the whole file in bytes, where it is known.
    fn len(&self) -> Option<u64>;

    /// Length of the plaintext in bytes, where the length of the file tells it.
    fn plaintext_len(&self) -> Option<u64>;

    /// Where its payload begins, if its head can be replaced by bytes of another length without touching what follows.
    fn payload_start(&self) -> Option<u64> {
        None
    }

    /// The records of another input under this head, if it is one of records: they have none of their own any more.
    ///
    /// # Errors
    /// [`RecordFault::NotRecords`] if it is a file of another kind.
    fn with_records_of(self: Box<Self>, _input: Input) -> Result<Box<dyn EncryptedFile>> {
        Err(RecordFault::NotRecords.into())
    }

    /// Asks its keys, and authenticates its head.
    ///
    /// # Errors
    /// If no key opens it, its context lacks a pair, or its head was changed.
    fn unlock(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<Box<dyn UnlockedFile>>;

    /// The same, to put another plaintext in its place.
    ///
    /// # Errors
    /// As [`EncryptedFile::unlock`].
    fn unlock_to_replace(self: Box<Self>, keys: &OpeningKeys<'_>) -> Result<FileToReplace> {
        Ok(FileToReplace { unlocked: self.unlock(keys)?, seal: None })
    }

    /// Finds out how it gets other keys. Nothing is written yet.
    ///
    /// # Errors
    /// If no key opens it, a new key refuses, or none would be left; always if its format does not keep data keys.
    fn rewrap(&self, rewrapper: &Rewrapper<'_>) -> Result<RewrappedFile>;

    /// Writes it with `head` instead of its own, and the same payload behind that.
    ///
    /// # Errors
    /// Those of the input and the output, and an interruption.
    fn write_with(self: Box<Self>, head: &[u8], output: &mut Output, cancelled: &AtomicBool) -> Result<()>;
}

/// A file whose data key is known, and that will be replaced.
pub struct FileToReplace {
    /// Its plaintext.
    pub unlocked: Box<dyn UnlockedFile>,
    /// Seals another plaintext under the data key that it has: its keys, context and encoding stay, and no key wraps
    /// anything. `None` if its format demands a new data key.
    pub seal: Option<Box<dyn PreparedSeal>>,
}

/// A file whose data key is known.
pub trait UnlockedFile: Send {
    /// Writes the plaintext. Returns its length in bytes.
    ///
    /// No byte goes out before it is authentic. What can be authenticated only by the end of the file (a signature) holds
    /// back the last part from a stream; a regular file is left to the caller, who gives it its name only after this returned.
    ///
    /// # Errors
    /// [`crate::error::Error::Authentication`] with how much was released before the fault; errors of the input and the
    /// output, and an interruption.
    fn open(self: Box<Self>, output: PayloadOutput<'_>, work: Work<'_>) -> Result<u64>;

    /// Writes a part of the plaintext, which is authentic, and shows that the file is complete. Reads only what that needs
    /// where the file can be read at positions. Of an object of a storage it may read the part alone: what is behind it may then
    /// be missing. Returns the length of the part.
    ///
    /// # Errors
    /// As [`UnlockedFile::open`], and if the range ends beyond the plaintext.
    fn open_range(self: Box<Self>, range: ByteRange, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<u64>;

    /// Writes what is selected of a file of records.
    ///
    /// # Errors
    /// As [`UnlockedFile::open`]; [`RecordFault::NotRecords`] if it is a file of another kind.
    fn open_records(
        self: Box<Self>,
        _selection: &RecordSelection,
        _output: PayloadOutput<'_>,
        _work: Work<'_>,
    ) -> Result<OpenedRecords> {
        Err(RecordFault::NotRecords.into())
    }
}

/// A data key that was wrapped: seals any number of files with no further call of a key service. Every file gets nonces of
/// its own by the construction of its format.
pub trait PreparedSeal: Send + Sync {
    /// Seals a payload. Returns how many bytes were written, without armor.
    ///
    /// # Errors
    /// Those of the input and the output, and an interruption.
    fn seal(&self, input: PayloadInput<'_>, output: &mut Output, work: Work<'_>) -> Result<u64>;

    /// The wrapped keys of the files, as their heads name them.
    fn wrapped_keys(&self) -> &[WrappedKey];

    /// Whether `result` is what a plaintext of this length becomes, as far as its head and its length tell.
    ///
    /// # Errors
    /// If it is not a file of this format, or cannot be read.
    fn would_make(&self, result: Input, plaintext_len: u64) -> Result<bool>;
}

/// How the work on a payload is done.
pub struct Work<'a> {
    /// Maximum number of threads that work at the same time.
    pub threads: usize,
    /// Called with the number of input bytes that were done since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Ends the work soon after it becomes true.
    pub cancelled: &'a AtomicBool,
    /// Memory for the whole payload, if it fits.
    pub workspace: Option<&'a mut Workspace>,
}

/// Memory that a format keeps from one small file to the next.
pub struct Workspace {
    len: usize,
    kept: Option<Box<dyn Any + Send>>,
}

impl Workspace {
    /// Longest payload for which one is worth it, in bytes.
    const LONGEST: usize = 1 << 20;
    /// Maximum memory for all of them together, in bytes.
    const ALL: usize = 8 << 20;
    /// Shortest, in bytes: a chunk.
    const SHORTEST: usize = 16 << 10;

    /// One sized so that `count` of them stay within the limit.
    #[must_use]
    pub fn one_of(count: usize) -> Self {
        Self { len: Self::LONGEST.min(Self::ALL / count.max(1)).max(Self::SHORTEST), kept: None }
    }

    /// Whether a payload of `len` bytes, plain or sealed, fits.
    #[must_use]
    pub fn fits(&self, len: u64) -> bool {
        len < self.len as u64
    }

    /// What a format keeps here; `make` makes it for payloads of so many bytes.
    ///
    /// # Panics
    /// Never: what was just put there has its type.
    pub fn kept<T: Any + Send>(&mut self, make: impl FnOnce(usize) -> T) -> &mut T {
        let kept = self.kept.take().filter(|kept| kept.is::<T>()).unwrap_or_else(|| Box::new(make(self.len)));
        self.kept.insert(kept).downcast_mut().expect("it was just found to be one, or made")
    }
}

/// Everything with which the keys of one file are asked.
pub struct OpeningKeys<'a> {
    /// Keys and who may be asked.
    pub keyring: Keyring<'a>,
    /// What is known from the files before.
    pub cache: &'a Cache,
    /// The keys to open with; all, if there are none.
    pub only: &'a [KeySpec],
    /// The pairs that its context must have. A format may use those that a file binds and does not store.
    pub context: &'a EncryptionContext,
    /// Who hears which key opened it.
    pub listener: &'a dyn KeyListener,
}

/// Hears which key opened a file.
pub trait KeyListener {
    /// The wrapped key with this number, from 0, gave the data key.
    fn opened_by(&self, number: usize, key: &WrappedKey);
}

impl OpeningKeys<'_> {
    /// What `accept` makes of the first data key that it takes.
    ///
    /// # Errors
    /// If the context lacks a pair that is demanded, or no key opens it.
    pub fn unwrap<T>(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<T> {
        context.check_contains(self.context)?;
        let (opened, slot) = self.keyring.unwrap_with(self.cache, wrapped, context, self.only, accept)?;
        self.listener.opened_by(slot, &wrapped[slot]);
        Ok(opened)
    }
}

/// What is accepted of files that other programs may have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPolicy {
    /// Whether a file must commit to its data key.
    pub commitment: Commitment,
    /// Most wrapped keys of a file.
    pub most_keys: usize,
    /// Longest frame, in bytes: so much memory is taken before anything of it is authentic.
    pub longest_frame: u32,
}

/// Whether a file must commit to its data key: without that, one file can open to two plaintexts under two keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Commitment {
    /// It must.
    #[default]
    Required,
    /// Files of older suites are accepted.
    Optional,
}

impl Default for ReadPolicy {
    fn default() -> Self {
        Self { commitment: Commitment::default(), most_keys: 32, longest_frame: 64 << 20 }
    }
}

/// How new files are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealSettings {
    /// The cipher, of formats that have a choice.
    pub suite: Suite,
    /// How the bytes are written.
    pub encoding: Encoding,
    /// Plaintext bytes of a frame, of formats that have a choice.
    pub frame_len: Option<u32>,
    /// Whether a file ends with a signature, of formats that have a choice.
    pub signing: SignatureChoice,
}

/// Whether a file ends with a signature. Where it does, who opens it cannot have made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureChoice {
    /// It does not: every part is authentic as soon as it is read.
    #[default]
    Unsigned,
    /// It does, with ECDSA on P-384.
    EcdsaP384,
}

/// How files are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    #[default]
    Binary,
    /// As text.
    Armored,
}

/// Some bytes of a plaintext, from `start` up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte, from 0.
    pub start: u64,
    /// The byte after the last one; `None` for the end of the plaintext.
    pub end: Option<u64>,
}

/// How a file gets other keys.
#[non_exhaustive]
pub struct RewrappedFile {
    /// What became of its keys.
    pub rewrapped: Rewrapped,
    /// How that gets into the file.
    pub head: NewHead,
}

/// Another head before the same payload.
pub struct NewHead {
    /// Its bytes, for [`EncryptedFile::write_with`].
    pub bytes: Vec<u8>,
    /// What can be overwritten in the file itself instead, each part synced before the next; a stop at any moment leaves a
    /// file that opens. `None` where the whole file must be written; empty if nothing has to be.
    pub in_place: Option<Vec<PlacedBytes>>,
}

/// Bytes for a place in a file.
#[non_exhaustive]
pub struct PlacedBytes {
    /// First byte.
    pub offset: u64,
    /// What goes there.
    pub bytes: Vec<u8>,
}
