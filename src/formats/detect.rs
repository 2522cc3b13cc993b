//! Detects what an input is: the only place that tells. How much of it is read for that is in [`crate::limits`].

use std::io;
use std::path::Path;

use memchr::memmem;
use zeroize::Zeroizing;

use crate::document::{Document, EncryptedDocument, Format};
use crate::error::{At, DocumentError, Error, Foreign, FormatError, Result};
use crate::formats::foreign::foreign;
use crate::formats::format::{EncryptedFile, FileFormat, ReadPolicy};
use crate::formats::native::file::NativeFile;
use crate::formats::registry;
use crate::fs::input::Input;
use crate::limits::{LONGEST_DOCUMENT, LONGEST_LOOKED_AT, TELLING};

/// How every encrypted value of a document begins.
const ENCRYPTED_VALUE: &str = "ENC[AES256_GCM,data:";

/// A detected input, which can be read from its beginning.
#[non_exhaustive]
pub enum Detected {
    /// A file that is encrypted as a whole, in one of the formats that kenc opens.
    File(DetectedFile),
    /// An encrypted document.
    Document(Box<EncryptedDocument>),
    /// An input that kenc does not open, with its first bytes.
    Foreign(Input, Vec<u8>),
}

/// A file that is encrypted as a whole.
#[non_exhaustive]
pub struct DetectedFile {
    /// Its format.
    pub format: &'static dyn FileFormat,
    /// The file.
    pub input: Input,
    /// Its first bytes.
    pub start: Vec<u8>,
}

impl DetectedFile {
    /// Reads its head.
    ///
    /// # Errors
    /// As [`FileFormat::read`].
    pub fn read(self, policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>> {
        let Self { format, input, start } = self;
        format.read(input, &start, policy)
    }
}

impl Detected {
    /// Tells by the content, in the notation that was named or that the name of the file says.
    ///
    /// # Errors
    /// Those of the input; what is wrong with a document, where a notation was named or its name says that it is one.
    pub fn new(input: Input, path: Option<&Path>, notation: Option<Format>) -> Result<Self> {
        let (start, input) = input.peek()?;
        if let Some(notation) = notation {
            return Self::in_notation(input, start, notation);
        }
        if let Some(format) = registry::by_start(&start) {
            return Ok(Self::File(DetectedFile { format, input, start }));
        }
        if let Some(format) = registry::by_notes(input.notes()) {
            return Ok(Self::File(DetectedFile { format, input, start }));
        }
        if !may_be_text(&start) {
            return Ok(Self::Foreign(input, start));
        }
        let (is_hopeless, input) = is_hopeless(input)?;
        if is_hopeless {
            return Ok(Self::Foreign(input, start));
        }
        let (whole, input) = input.read_whole(LONGEST_DOCUMENT)?;
        let Some(whole) = whole else { return Ok(Self::Foreign(input, start)) };
        let document = match path.map(Format::of_name) {
            // What is wrong with a document that its name says is one is said with its line.
            Some(format) if format != Format::Binary && has_metadata(&whole) => Some(document_named(format, whole)?),
            _ => Document::recognise(&whole),
        };
        match document.filter(|document| document.metadata().is_some()).map(EncryptedDocument::new) {
            // It only has a key of this name.
            None | Some(Err(DocumentError::ForeignSopsKey(_))) => Ok(Self::Foreign(input, start)),
            Some(sealed) => Ok(Self::Document(Box::new(sealed?))),
        }
    }

    fn in_notation(input: Input, start: Vec<u8>, notation: Format) -> Result<Self> {
        let (whole, input) = input.read_whole(LONGEST_DOCUMENT)?;
        match whole {
            Some(whole) => Ok(Self::Document(Box::new(EncryptedDocument::new(parse(notation, &whole)?)?))),
            None => match registry::by_start(&start) {
                Some(format) => Ok(Self::File(DetectedFile { format, input, start })),
                None => Ok(Self::Foreign(input, start)),
            },
        }
    }

    /// The file encrypted as a whole that it is, with its head read.
    ///
    /// # Errors
    /// If it is none, or its head is not well formed.
    pub fn file(self, policy: &ReadPolicy) -> Result<Box<dyn EncryptedFile>> {
        match self {
            Self::File(file) => file.read(policy),
            Self::Foreign(_, start) => Err(not_ours(&start)),
            Self::Document(_) => Err(FormatError::NotKenc(Foreign::Sops).into()),
        }
    }

    /// The kenc file that it is.
    ///
    /// # Errors
    /// If it is not a kenc file, or its header is invalid.
    pub fn native(self) -> Result<NativeFile> {
        match self {
            Self::File(DetectedFile { input, start, .. }) => NativeFile::read_from(input, &start),
            Self::Foreign(_, start) => Err(not_ours(&start)),
            Self::Document(_) => Err(FormatError::NotKenc(Foreign::Sops).into()),
        }
    }

    /// The document that it is.
    ///
    /// # Errors
    /// If it is none.
    pub fn document(self) -> Result<Box<EncryptedDocument>> {
        match self {
            Self::Document(sealed) => Ok(sealed),
            Self::File(_) => Err(DocumentError::NotEncrypted.into()),
            Self::Foreign(_, start) => match foreign(&start) {
                Foreign::Unknown | Foreign::Empty | Foreign::Sops => Err(DocumentError::NotEncrypted.into()),
                other => Err(FormatError::NotKenc(other).into()),
            },
        }
    }
}

/// Whether an input that begins so is a file that is encrypted as a whole.
#[must_use]
pub fn is_whole_file(start: &[u8]) -> bool {
    registry::by_start(start).is_some()
}

/// Why kenc does not open these bytes.
#[must_use]
pub fn not_ours(start: &[u8]) -> Error {
    FormatError::NotKenc(foreign(start)).into()
}

/// Whether bytes do not even look like a damaged encrypted file.
#[must_use]
pub fn never_was_encrypted(start: &[u8]) -> bool {
    !is_whole_file(start)
        && !matches!(foreign(start), Foreign::BeginningOfKenc | Foreign::NewlinesConverted | Foreign::SevenBit)
}

/// Whether a file in a folder is encrypted; or else whether its name and its text say that it is meant as an encrypted
/// document, so that it is not passed over in silence when it is damaged.
///
/// # Errors
/// Those of the input.
pub fn is_encrypted(input: Input, path: &Path) -> Result<bool> {
    let (start, input) = input.peek()?;
    if is_whole_file(&start) {
        return Ok(true);
    }
    if start.contains(&0) || input.len().is_some_and(|len| len > LONGEST_DOCUMENT as u64) {
        return Ok(false);
    }
    let (Some(whole), _) = input.read_whole(LONGEST_DOCUMENT)? else { return Ok(false) };
    let Ok(text) = std::str::from_utf8(&whole) else { return Ok(false) };
    if !text.contains("sops") || !text.contains("ENC[") {
        return Ok(false);
    }
    Ok(Format::of_name(path) != Format::Binary || Document::recognise(&whole).is_some())
}

/// An encrypted document in memory, or why there is none.
///
/// # Errors
/// What is wrong with it, or that it is not an encrypted document.
pub fn sealed_in(bytes: &[u8], path: &Path) -> Result<EncryptedDocument> {
    if let Some(document) = Document::recognise(bytes) {
        return Ok(EncryptedDocument::new(document)?);
    }
    match Format::of_name(path) {
        Format::Binary => Err(not_ours(bytes)),
        format => {
            // What is wrong with its text is told with the line.
            let document = Document::from_plaintext(format, Zeroizing::new(bytes.to_vec()))?;
            if document.metadata().is_none() {
                return Err(DocumentError::NotEncrypted.into());
            }
            Ok(EncryptedDocument::new(document)?)
        }
    }
}

/// The encrypted document that bytes are, if they have an encrypted value.
///
/// # Errors
/// If the name says which notation it is in, and it is none.
pub fn document_with_values(bytes: Vec<u8>, path: &Path) -> Result<Option<EncryptedDocument>, DocumentError> {
    let Ok(text) = String::from_utf8(bytes) else { return Ok(None) };
    if !text.contains(ENCRYPTED_VALUE) {
        return Ok(None);
    }
    let document = match Format::of_name(path) {
        Format::Binary => Document::recognise(text.as_bytes()),
        format => Some(Document::parse(format, Zeroizing::new(text))?),
    };
    document.filter(|document| document.metadata().is_some()).map(EncryptedDocument::new).transpose()
}

/// The document that bytes are, encrypted or not; one whose name says no notation must be encrypted.
#[must_use]
pub fn document_of(bytes: &[u8], path: &Path) -> Option<Document> {
    match Format::of_name(path) {
        Format::Binary => Document::recognise(bytes),
        format => parse(format, bytes).ok(),
    }
}

/// Whether a file is an encrypted document. Long files and symbolic links are not looked at.
///
/// # Errors
/// Those of the system.
pub fn is_document(path: &Path) -> io::Result<bool> {
    use std::io::Read as _;
    let metadata = std::fs::symlink_metadata(path)?;
    if !metadata.is_file() || metadata.len() > LONGEST_LOOKED_AT {
        return Ok(false);
    }
    if Format::of_name(path) == Format::Binary {
        // Under any other name, it is JSON.
        let mut start = Vec::new();
        std::fs::File::open(path)?.take(1).read_to_end(&mut start)?;
        if start != b"{" {
            return Ok(false);
        }
    }
    Ok(Format::of_content(&std::fs::read(path)?).is_some())
}

/// What names the notation of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatSource {
    /// The name of its file.
    Name,
    /// The caller.
    Caller,
}

/// An encrypted document in a notation.
///
/// # Errors
/// If it is not one in this notation.
pub fn document_in(whole: &[u8], format: Format, source: FormatSource) -> Result<EncryptedDocument> {
    // A document that sops takes for a binary file by its name is recognised by its content.
    let is_by_name = format == Format::Binary && source == FormatSource::Name;
    let document = match is_by_name.then(|| Document::recognise(whole)).flatten() {
        Some(document) => document,
        // A binary document is JSON too, and may be the JSON of a tree.
        None if format == Format::Binary => parse(format, whole).or_else(|_| parse(Format::Json, whole))?,
        None => parse(format, whole)?,
    };
    Ok(EncryptedDocument::new(document)?)
}

/// The notation that sops takes a file for: the one that a flag names, or else the file name. sops ignores a flag value it
/// does not know and goes by the name. What it does not recognise by name, such as TOML, it treats as binary.
#[must_use]
pub fn notation_for_sops(word: Option<&str>, name: Option<&Path>) -> Format {
    if let Some(format) = word.filter(|word| !word.is_empty()).and_then(Format::of_word) {
        return format;
    }
    let is_known = |name: &&Path| {
        let name = name.as_os_str().as_encoded_bytes();
        [".yaml", ".yml", ".json", ".env", ".ini"].iter().any(|end| name.ends_with(end.as_bytes()))
    };
    name.filter(is_known).map_or(Format::Binary, Format::of_name)
}

/// Whether bytes are a plaintext that another kenc or sops wrapped as a binary file: encrypting it again would lose its
/// metadata.
#[must_use]
pub fn is_encrypted_binary(whole: &[u8], format: Format) -> bool {
    format == Format::Binary && Format::of_content(whole) == Some(Format::Binary)
}

/// Reads a plaintext file whose values will be encrypted.
///
/// # Errors
/// If it is too long, already encrypted, or not text in its format.
pub fn read_plaintext(input: Input, path: Option<&Path>, notation: Option<Format>) -> Result<Document> {
    let (whole, _) = input.read_whole(LONGEST_DOCUMENT)?;
    let whole = whole.ok_or(DocumentError::TooLong { limit: LONGEST_DOCUMENT as u64 })?;
    let format = notation.unwrap_or_else(|| path.map_or(Format::Binary, Format::of_name));
    // A binary document is JSON with a value: what would be encrypted twice is found by that.
    if is_encrypted_binary(&whole, format) {
        return Err(DocumentError::AlreadyEncrypted.into());
    }
    Ok(Document::from_plaintext(format, whole)?)
}

/// Reads a text in a notation.
///
/// # Errors
/// If it is none, with the place.
pub fn parse(format: Format, whole: &[u8]) -> Result<Document> {
    let text = std::str::from_utf8(whole).map_err(|_| DocumentError::Syntax {
        at: At { line: 1, column: 1 },
        fault: format!("the file is not {} text: it is not UTF-8", format.word()),
    })?;
    Ok(Document::parse(format, Zeroizing::new(text.to_owned()))?)
}

/// Reads a text in the notation of its file name. sops encrypts files without a store of its own, or with
/// `--input-type binary`, as JSON around any content: they keep their name and are read as such.
fn document_named(format: Format, whole: Zeroizing<Vec<u8>>) -> Result<Document> {
    if matches!(format, Format::Json | Format::Yaml) {
        return Ok(Document::from_plaintext(format, whole)?);
    }
    parse(format, &whole).or_else(|error| {
        let binary = Document::recognise(&whole).filter(|document| document.format() == Format::Binary);
        binary.ok_or(error)
    })
}

fn has_metadata(whole: &[u8]) -> bool {
    memmem::find(whole, b"sops").is_some() && std::str::from_utf8(whole).is_ok()
}

/// Whether bytes may be the beginning of a text. Only text has metadata; a NUL, which nearly every other file has early, and
/// what is no UTF-8 spare reading all of it.
fn may_be_text(start: &[u8]) -> bool {
    !start.contains(&0)
        && match std::str::from_utf8(start) {
            Ok(_) => true,
            // A character may be cut at the end.
            Err(error) => error.error_len().is_none(),
        }
}

/// Whether a pipe goes on for long without a sign that it is an encrypted document: an encrypted value, or the metadata.
fn is_hopeless(input: Input) -> Result<(bool, Input)> {
    if input.len().is_some() {
        return Ok((false, input));
    }
    let (start, input) = input.read_start(TELLING)?;
    Ok((start.len() == TELLING && !(may_be_text(&start) && has_sign(&start)), input))
}

fn has_sign(start: &[u8]) -> bool {
    ["ENC[", "sops"].iter().any(|sign| start.windows(sign.len()).any(|window| window == sign.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// An endless pipe that counts the bytes read from it.
    struct Endless {
        pattern: &'static [u8],
        count: Arc<AtomicUsize>,
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let begun = self.count.fetch_add(buffer.len(), Ordering::Relaxed);
            for (position, byte) in (begun..).zip(buffer.iter_mut()) {
                *byte = self.pattern[position % self.pattern.len()];
            }
            Ok(buffer.len())
        }
    }

    #[test]
    fn a_pipe_of_foreign_bytes_that_never_ends_is_refused_before_one_mebibyte_was_read() {
        for pattern in [&b"y\n"[..], b"a line of a log file\n", b"\xff\xfe\xfd", b"\x7fELF\0\0", "zwölf\n".as_bytes()]
        {
            let count = Arc::new(AtomicUsize::new(0));
            let pipe = Endless { pattern, count: Arc::clone(&count) };
            let detected = Detected::new(Input::of_stream(Box::new(pipe)), None, None).unwrap();
            assert!(matches!(detected, Detected::Foreign(..)), "{pattern:?}");
            assert!(detected.native().is_err());
            assert!(count.load(Ordering::Relaxed) < 1 << 20, "{} bytes were read", count.load(Ordering::Relaxed));
        }
    }

    #[test]
    fn what_is_foreign_can_still_be_read_from_its_beginning() {
        let text: Vec<u8> = b"a: 1\n".repeat(200_000);
        let input = Input::of_stream(Box::new(std::io::Cursor::new(text.clone())));
        let Detected::Foreign(input, start) = Detected::new(input, None, None).unwrap() else {
            panic!("it is foreign")
        };
        assert!(text.starts_with(&start));
        let (whole, _) = input.read_whole(LONGEST_DOCUMENT).unwrap();
        assert!(*whole.unwrap() == text);
    }
}
