//! Why an operation failed: an error of the library, or a refusal of the operation itself.

use std::error::Error as StdError;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitStatus;

use crate::document::ValueType;
use crate::error::{Class, Error};
use crate::ops::audit::fault::TrailFault;
use crate::ops::edit::kept_edits::KeptEdits;
use crate::ops::git::fault::GitFault;
use crate::ops::report::fault::ReportFault;
use crate::ops::shard::fault::ShardFault;
use crate::ops::upload::fault::UploadFault;
use crate::storage::s3::name::ObjectNameFault;

/// A failure, with the input that it concerns.
#[derive(Debug)]
pub struct Failure {
    /// The input, if the message does not name it.
    pub subject: Option<String>,
    /// Why it failed.
    pub cause: Cause,
    /// Plaintext bytes that were written before the failure.
    pub released: u64,
}

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each says in a sentence what it is")]
pub enum Cause {
    #[error(transparent)]
    Library(#[from] Error),
    #[error("kenc would encrypt the values of {} but the whole of {}", document.display(), whole.display())]
    MixedInputs { document: PathBuf, whole: PathBuf },
    #[error("{0}: --range applies to kenc files, and this is a config document")]
    RangeOfDocument(String),
    #[error("{0}: --cipher applies to kenc files: the values of a config document have only one cipher")]
    CipherOfDocument(String),
    #[error("encrypting several files needs an output folder")]
    NoPlaceForMany,
    #[error("no file matches a config rule that encrypts values")]
    NothingMeant,
    #[error("{} is encrypted as a whole file: single values cannot be changed", .0.display())]
    ValueOfWholeFile(PathBuf),
    #[error("{0}: cannot tell its format from its name")]
    NotationUnknown(String),
    #[error("no config rule with keys matches {0}")]
    NoRule(String),
    #[error("{count} {} would get other keys, and there is no terminal to confirm on", if *.count == 1 { "file" } else { "files" })]
    NotConfirmed { count: usize },
    #[error("cannot seal {0}: there is no terminal to confirm on")]
    SealNotConfirmed(String),
    #[error("{0} is a kenc file: it is authenticated as a whole and needs no seal")]
    SealOfWholeFile(String),
    #[error("{} is not the name of an object: it does not begin with s3://", .0.display())]
    NotAnObjectName(PathBuf),
    #[error("{uploads} unfinished {} would be removed, and there is no terminal to confirm on", if *.uploads == 1 { "upload" } else { "uploads" })]
    RemovalNotConfirmed { uploads: usize },
    #[error("nothing was changed: you answered no")]
    Declined,
    #[error("{0} inputs cannot share one output")]
    SeveralInputs(usize),
    #[error("{} is not a YAML document: only those can follow each other in one output", .0.display())]
    CannotJoin(PathBuf),
    #[error("{} is both the input and the output", .0.display())]
    OutputIsInput(PathBuf),
    #[error("{}: {fault}", path.display())]
    NotAnObject { path: PathBuf, fault: ObjectNameFault },
    #[error("{} is a prefix, not an object", .0.display())]
    InputIsPrefix(PathBuf),
    #[error("{} is a URL, and kenc only reads those", .0.display())]
    UrlOnlyRead(PathBuf),
    #[error("{} names a version, and only a new one can be written", .0.display())]
    OutputIsVersion(PathBuf),
    #[error("with several inputs -o must end with `/`, and {} does not", .0.display())]
    NoPrefixForSeveral(PathBuf),
    #[error("{} is an object, and -i replaces local files only", .0.display())]
    ObjectInPlace(PathBuf),
    #[error("{} is an object, and this command reads local files only", .0.display())]
    ObjectNotHere(PathBuf),
    #[error("standard input and the output are the same file")]
    StandardInputIsOutput,
    #[error("{} is a directory", .0.display())]
    InputIsDirectory(PathBuf),
    #[error("{} is a directory", .0.display())]
    CannotEncryptDirectory(PathBuf),
    #[error("the folder {} does not exist", .0.display())]
    NoFolder(PathBuf),
    #[error("with several inputs -o must be a folder, and {} does not exist", .0.display())]
    NoFolderForSeveral(PathBuf),
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    #[error("{0}")]
    Trail(TrailFault),
    #[error("no log of CloudTrail was found")]
    NoLogs,
    #[error("none of the files has a key of AWS KMS, and CloudTrail knows no others")]
    NothingToAudit,
    #[error("not a ResourceList: {0}")]
    NotAResourceList(&'static str),
    #[error("{} and {} would both be written to {}", first.display(), second.display(), output.display())]
    SameOutput { first: PathBuf, second: PathBuf, output: PathBuf },
    #[error("several files need an output folder")]
    NoFolderForResults,
    #[error("{} is more than {limit} folders deep", path.display())]
    TooDeep { path: PathBuf, limit: usize },
    #[error("{} contains `..`, which could lead out of the output folder", .0.display())]
    LeadsOut(PathBuf),
    #[error("{} cannot be a file here: a part of its key is empty, `.` or `..`", .0.display())]
    NotAPathHere(PathBuf),
    #[error("a name in the list is longer than {0} bytes")]
    NameTooLong(u64),
    #[error("{} is no longer a regular file", .0.display())]
    NotAFile(PathBuf),
    #[error("{} is not encrypted: it has no sops metadata", .0.display())]
    NotEncrypted(PathBuf),
    #[error("standard input cannot be replaced in place")]
    StandardInputInPlace,
    #[error("{} is a directory", .0.display())]
    FolderWithoutRecursion(PathBuf),
    #[error("{} is not a regular file", .0.display())]
    NotChangeable(PathBuf),
    #[error("{} has {names} hard links, and only this one would get the new keys", path.display())]
    HasOtherNames { path: PathBuf, names: u64 },
    #[error("{} has {names} hard links, and the others would keep the plaintext", path.display())]
    PlaintextHasOtherNames { path: PathBuf, names: u64 },
    #[error("standard input has no file name to use in {}", .0.display())]
    StandardInputToFolder(PathBuf),
    #[error("no key to encrypt with: no -k was given, no config rule matches, and there is no local key")]
    NoKeyGiven,
    #[error("`@{name}` means different keys for {} and {}", first.display(), second.display())]
    NameOfSeveralKeys { name: String, first: PathBuf, second: PathBuf },
    #[error("no key to check: none was given, and there is no local key")]
    NothingToCheck,
    #[error("cannot tell the account of the key: the principals belong to {0}")]
    SeveralAccounts(String),
    #[error("{} is already a kenc file", .0.display())]
    EncryptedAlready(PathBuf),
    #[error("no home folder found for the local key")]
    NoHome,
    #[error("{} has {bytes} bytes, and the limit for a file held in memory is 1 GiB", path.display())]
    TooLong { path: PathBuf, bytes: u64 },
    #[error("{} is not a regular file", .0.display())]
    NotARegularFile(PathBuf),
    #[error("no in-memory file system (tmpfs) found for the plaintext")]
    NoMemoryForPlaintext,
    #[error("{} was changed by another program in the meantime", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("the value at {path} cannot become an environment variable: {fault}")]
    NotAVariable { path: String, fault: String },
    #[error("the value at {path} would set {name}, a variable that can make programs run other code")]
    VariableMustBeNamed { path: String, name: String },
    #[error("line {line} cannot be read as programs read dotenv files: {fault}")]
    DotenvSyntax { line: u64, fault: String },
    #[error("{name} cannot be exported in this format: {fault}")]
    CannotExport { name: String, fault: String },
    #[error("{} has no keys to show", .0.display())]
    NoKeysToShow(PathBuf),
    #[error("{}: cannot tell the format of its values from its name", .0.display())]
    NoValues(PathBuf),
    #[error("no value: {0}")]
    NoValue(&'static str),
    #[error("the value is not UTF-8 text")]
    ValueNotText,
    #[error("the value is not valid JSON: {0}")]
    ValueNotJson(String),
    #[error("the value is not {}", match .0 {
        ValueType::String => "text",
        ValueType::Integer => "an integer of 64 bits",
        ValueType::Float => "a number",
        ValueType::Boolean => "true or false",
        ValueType::Date => "a date",
        ValueType::Null => "null",
    })]
    ValueNotOfType(ValueType),
    #[error("{path} is a {kind} of {count} {}, which this would replace", if *.count == 1 { "value" } else { "values" })]
    ReplacesContainer { path: String, kind: &'static str, count: usize },
    #[error("it is not a binary file: it has no text `data`")]
    NoDataInTree,
    #[error("a list cannot be a document in this format")]
    ListAlone,
    #[error("a single value that is not text cannot be written in this format: use `--output-type yaml`")]
    ValueWithoutText,
    #[error("no such value: `{0}`")]
    NoSuchValue(String),
    #[error("--file-name must be given once for each file: files {files}, names {names}")]
    FileNames { files: usize, names: usize },
    #[error("`{}` is not a file name", .0.display())]
    NotAFileName(OsString),
    #[error("the arguments of the command do not contain {0}")]
    NoPlaceForFile(String),
    #[error("`{}` failed ({status})", program.display())]
    CommandFailed { program: OsString, status: ExitStatus },
    #[error("`{}` ended before it had read everything", .0.display())]
    CommandStoppedReading(OsString),
    #[error("the input has {bytes} bytes, and --min-size asks for {least}")]
    TooShort { bytes: u64, least: u64 },
    #[error("{} does not name its recipients, and {count} of them {} no identity here", path.display(), if *.count == 1 { "has" } else { "have" })]
    RecipientsNotHere { path: PathBuf, count: usize },
    #[error("{} alone names {}, and the edited text would be encrypted for {}", path.display(), keys.join(", "), if keys.len() == 1 { "it" } else { "them" })]
    NamedByFileAlone { path: PathBuf, keys: Vec<String> },
    #[error("the editor failed ({0})")]
    EditorFailed(ExitStatus),
    #[error("the editor removed the file")]
    EditorLeftNothing,
    #[error("{}", why.cause)]
    NotSaved { why: Box<Failure>, kept: Box<KeptEdits> },
    #[error("{}", why.cause)]
    UploadKept { why: Box<Failure>, object: String },
    #[error("{0}")]
    EditsUnreadable(Error),
    #[error("{}; the edits are lost: {error}", why.cause)]
    EditsLost { why: Box<Failure>, error: Box<Error> },
    #[error("{} has unsaved edits", file.display())]
    EditsKept { file: PathBuf, recovery: PathBuf },
    #[error("{} has no unsaved edits", .0.display())]
    NoEditsKept(PathBuf),
    #[error("{} was not changed: the edits were discarded", .0.display())]
    EditsDiscarded(PathBuf),
    #[error(transparent)]
    Git(#[from] GitFault),
    #[error(transparent)]
    Shard(#[from] ShardFault),
    #[error(transparent)]
    Report(#[from] ReportFault),
    #[error(transparent)]
    Upload(#[from] UploadFault),
    #[error("{fault}")]
    Caller { class: Class, fault: Box<dyn StdError + Send + Sync> },
}

impl Cause {
    /// A failure of the calling program, for example in a function that it passes.
    pub fn of_caller(class: Class, fault: impl StdError + Send + Sync + 'static) -> Self {
        Self::Caller { class, fault: Box::new(fault) }
    }

    /// The failure of the calling program, if it has this type.
    #[must_use]
    pub fn caller_fault<T: StdError + 'static>(&self) -> Option<&T> {
        if let Self::Caller { fault, .. } = self { fault.downcast_ref() } else { None }
    }

    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Library(error) => error.class(),
            Self::Caller { class, .. } => *class,
            Self::Git(fault) => fault.class(),
            Self::Report(fault) => fault.class(),
            Self::Upload(fault) => fault.class(),
            Self::NotSaved { why, .. } | Self::EditsLost { why, .. } | Self::UploadKept { why, .. } => why.class(),
            Self::Shard(_)
            | Self::MixedInputs { .. }
            | Self::RangeOfDocument(_)
            | Self::CipherOfDocument(_)
            | Self::NoRule(_)
            | Self::NoPlaceForMany
            | Self::NotationUnknown(_)
            | Self::NotConfirmed { .. }
            | Self::NotAnObjectName(_)
            | Self::RemovalNotConfirmed { .. }
            | Self::SealNotConfirmed(_)
            | Self::SeveralInputs(_)
            | Self::CannotJoin(_)
            | Self::OutputIsInput(_)
            | Self::StandardInputIsOutput
            | Self::NotAnObject { .. }
            | Self::InputIsPrefix(_)
            | Self::OutputIsVersion(_)
            | Self::UrlOnlyRead(_)
            | Self::NoPrefixForSeveral(_)
            | Self::ObjectInPlace(_)
            | Self::ObjectNotHere(_)
            | Self::NoFolderForResults
            | Self::LeadsOut(_)
            | Self::NotAPathHere(_)
            | Self::SameOutput { .. }
            | Self::StandardInputInPlace
            | Self::StandardInputToFolder(_)
            | Self::NameOfSeveralKeys { .. }
            | Self::NoKeyGiven
            | Self::NothingToCheck
            | Self::SeveralAccounts(_)
            | Self::NotAVariable { .. }
            | Self::VariableMustBeNamed { .. }
            | Self::CannotExport { .. }
            | Self::NoSuchValue(_)
            | Self::NoValue(_)
            | Self::ValueNotJson(_)
            | Self::ValueNotOfType(_)
            | Self::FileNames { .. }
            | Self::NotAFileName(_)
            | Self::NoPlaceForFile(_)
            | Self::RecipientsNotHere { .. }
            | Self::NamedByFileAlone { .. }
            | Self::NoEditsKept(_)
            | Self::NoKeysToShow(_)
            | Self::NoValues(_) => Class::Usage,
            Self::NothingMeant
            | Self::NothingToAudit
            | Self::NoLogs
            | Self::NoDataInTree
            | Self::ListAlone
            | Self::DotenvSyntax { .. }
            | Self::ValueWithoutText
            | Self::ValueNotText
            | Self::ValueOfWholeFile(_)
            | Self::SealOfWholeFile(_)
            | Self::Declined
            | Self::InputIsDirectory(_)
            | Self::CannotEncryptDirectory(_)
            | Self::NoFolder(_)
            | Self::NoFolderForSeveral(_)
            | Self::NotAFolder(_)
            | Self::NotAResourceList(_)
            | Self::TooDeep { .. }
            | Self::NameTooLong(_)
            | Self::NotAFile(_)
            | Self::FolderWithoutRecursion(_)
            | Self::NotChangeable(_)
            | Self::HasOtherNames { .. }
            | Self::PlaintextHasOtherNames { .. }
            | Self::NoHome
            | Self::TooLong { .. }
            | Self::NotARegularFile(_)
            | Self::NoMemoryForPlaintext
            | Self::CommandFailed { .. }
            | Self::CommandStoppedReading(_)
            | Self::TooShort { .. }
            | Self::EditorFailed(_)
            | Self::EditorLeftNothing
            | Self::EditsUnreadable(_)
            | Self::EditsKept { .. }
            | Self::EditsDiscarded(_)
            | Self::ChangedMeanwhile(_) => Class::Failed,
            Self::NotEncrypted(_) | Self::Trail(_) => Class::NotAuthentic,
            Self::EncryptedAlready(_) | Self::ReplacesContainer { .. } => Class::WouldOverwrite,
        }
    }
}

impl<C: Into<Cause>> From<C> for Failure {
    fn from(cause: C) -> Self {
        Self { subject: None, cause: cause.into(), released: 0 }
    }
}

impl Failure {
    /// Adds the input that a failure of the library concerns.
    pub fn about(subject: impl Into<String>) -> impl FnOnce(Error) -> Self {
        move |error| {
            let names_its_file = matches!(
                error,
                Error::Io { .. }
                    | Error::WouldOverwrite(_)
                    | Error::ChangedMeanwhile(_)
                    | Error::CannotKeep { .. }
                    | Error::NotSynced { .. }
                    | Error::KeyFile { .. }
                    | Error::CannotWrap { .. }
                    | Error::Config(_)
                    | Error::Object(_)
                    | Error::Interrupted
            );
            let subject = if names_its_file { None } else { Some(subject.into()) };
            Self { subject, cause: error.into(), released: 0 }
        }
    }

    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        self.cause.class()
    }

    /// Whether a run over many files ends with it: nothing is wrong with the file, and the next one would fail in the same way.
    #[must_use]
    pub fn ends_run(&self) -> bool {
        matches!(self.cause, Cause::Report(ReportFault::NotWritten { .. })) || self.class() == Class::Interrupted
    }
}
