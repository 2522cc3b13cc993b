//! Recognising an input and finding the key that opens it: what `decrypt` and `verify` have in common.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, DataKey};
use kenc::document::{self, MacDemand, SealDemand};
use kenc::error::{Error, FormatError, Result};
use kenc::formats::native::armor::{self, ArmorReader};
use kenc::formats::native::header::{self, MAGIC};
use kenc::formats::native::pipeline;
use kenc::formats::native::{ChunkCipher, FileHead};
use kenc::fs::input::{Input, Kind};
use kenc::keys::{Identities, KeySpec, Keyring, Memory};

use crate::args::documents::{DocumentChangeArgs, DocumentOpenArgs};
use crate::args::{OpenArgs, WorkArgs};
use crate::configuration::Configs;
use crate::environment::{identities, warn_of_open_identities};
use crate::failure::Failure;
use crate::report::Reporter;

/// Threads to work with: as asked for, else the cores that are ours, of which a few are enough.
pub fn threads(args: &WorkArgs) -> usize {
    const ENOUGH: usize = 8;
    let available = || std::thread::available_parallelism().map_or(1, usize::from).min(ENOUGH);
    args.threads.map_or_else(available, usize::from)
}

/// What a user demands of every file that is to be opened.
pub struct Demands {
    pub only: Vec<KeySpec>,
    pub context: EncryptionContext,
    pub identities: Identities,
    /// What is known of the keys of the files that were opened before.
    memory: Memory,
}

impl Demands {
    pub fn new(args: &OpenArgs, configs: &Configs<'_>, inputs: &[PathBuf]) -> Result<Self, Failure> {
        let identities = identities(&args.identities);
        warn_of_open_identities(&identities, configs.reporter());
        Ok(Self {
            only: configs.keys(&args.keys, inputs)?,
            context: EncryptionContext::from_words(&args.context).map_err(Error::from)?,
            identities,
            memory: Memory::default(),
        })
    }

    /// The same for a config document.
    pub fn of_document(&self, args: &DocumentOpenArgs, require_seal: bool) -> document::Demands {
        let DocumentOpenArgs { input_type: _, ignore_mac, require_seal: seal_demanded } = *args;
        document::Demands {
            only: self.only.clone(),
            context: self.context.clone(),
            mac: if ignore_mac { MacDemand::Nothing } else { MacDemand::Right },
            seal: if seal_demanded || require_seal { SealDemand::Verified } else { SealDemand::NotBroken },
            order: Vec::new(),
        }
    }

    /// Checks what can be checked without a key.
    pub fn check(&self, head: &FileHead) -> Result<()> {
        Ok(head.header.parameters.context.check_contains(&self.context)?)
    }

    /// Whether nobody has to be asked for the keys of a file that is not being asked already.
    pub fn knows(&self, head: &FileHead) -> bool {
        self.memory.knows(&head.header.table.slots, &head.header.parameters.context)
    }

    /// The same for a config document whose keys are changed.
    pub fn of_changed_document(&self, args: &DocumentChangeArgs, require_seal: bool) -> document::Demands {
        let require_seal = args.require_seal || require_seal;
        self.of_document(&DocumentOpenArgs::default(), require_seal)
    }

    /// The cipher for the chunks of a file, from the first key that opens it.
    pub fn open(&self, head: &FileHead, keyring: &Keyring<'_>, reporter: &Reporter) -> Result<ChunkCipher> {
        self.unwrap(head, keyring, reporter).map(|(cipher, _)| cipher)
    }

    /// The cipher for the chunks of a file, and its data key, which a successor of the file is made with.
    pub fn unwrap(
        &self,
        head: &FileHead,
        keyring: &Keyring<'_>,
        reporter: &Reporter,
    ) -> Result<(ChunkCipher, DataKey)> {
        let Self { only, context: _, identities: _, memory } = self;
        self.check(head)?;
        let context = &head.header.parameters.context;
        let (opened, slot) = keyring.unwrap_with(memory, &head.header.table.slots, context, only, |data_key| {
            let cipher = head.cipher(data_key, Backend::default())?;
            Some((cipher, DataKey::from_slice(data_key.expose())?))
        })?;
        let key = &head.header.table.slots[slot];
        reporter.note(&format!("opened by key {} {} {}", slot + 1, key.provider, key.key_id));
        Ok(opened)
    }
}

/// Whether an input begins like a kenc file, armored or not.
pub fn is_kenc_file(start: &[u8]) -> bool {
    start.starts_with(&MAGIC) || is_armored(start)
}

pub fn is_armored(start: &[u8]) -> bool {
    start.starts_with(armor::BEGIN.as_bytes())
}

/// A part of a file as the pipeline takes it.
///
/// The file is left at the end of the part, as if it had been read in order: another program may share it.
pub fn source_in_file(file: &mut File, start: u64, len: u64) -> pipeline::Input<'_> {
    let _ = file.seek(SeekFrom::Start(start + len));
    pipeline::Input::File { file, start, len }
}

/// A file that was recognised, with its head read.
pub struct Recognised {
    pub head: FileHead,
    pub is_armored: bool,
    /// The chunks that follow the head.
    pub payload: Payload,
}

/// Where the chunks are.
pub enum Payload {
    /// In a regular file, from `start` on.
    File { file: File, start: u64, len: u64 },
    /// In a stream.
    Stream(Box<dyn Read + Send>),
}

impl Recognised {
    /// Recognises a kenc file by its first bytes, armored or not, and reads its head.
    pub fn read(input: Input) -> Result<Self> {
        let (start, input) = input.peek()?;
        if is_armored(&start) {
            let text: Box<dyn Read + Send> = match input.kind {
                Kind::File { file, .. } => Box::new(file),
                Kind::Stream(stream) => stream,
            };
            let mut bytes = ArmorReader::new(text);
            let head = FileHead::read(&mut bytes)?;
            return Ok(Self { head, is_armored: true, payload: Payload::Stream(Box::new(bytes)) });
        }
        if !start.starts_with(&MAGIC) {
            return Err(FormatError::NotKenc(header::foreign(&start)).into());
        }
        let (head, payload) = match input.kind {
            Kind::File { mut file, start, len } => {
                let head = FileHead::read(&mut file)?;
                let head_len = head.len();
                // A file that grew since its length was taken has a head that does not fit the length.
                let len = len.saturating_sub(head_len);
                (head, Payload::File { file, start: start + head_len, len })
            }
            Kind::Stream(mut stream) => (FileHead::read(&mut stream)?, Payload::Stream(stream)),
        };
        Ok(Self { head, is_armored: false, payload })
    }
}

impl Payload {
    /// The payload as the pipeline takes it.
    pub fn source(&mut self) -> pipeline::Input<'_> {
        match self {
            Self::File { file, start, len } => source_in_file(file, *start, *len),
            Self::Stream(stream) => pipeline::Input::Stream(&mut **stream),
        }
    }
}
