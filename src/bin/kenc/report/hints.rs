//! What to do next, for every failure: the wording of all hints.

mod config;
mod exec;
mod git;
mod habits;
pub mod keys;

use std::io::{ErrorKind, Read};
use std::path::Path;

use kenc::error::{AuthenticationError, ContextError, Error, Foreign, FormatError};
use kenc::keys::{KeyAttempt, KeyRefusal, KeyWordError, KmsRefusal, KmsRefusalKind, PgpRefusal};
use zeroize::Zeroizing;

use crate::failure::{Cause, CommandFault, Failure, KeyFileChoice};
use crate::habits::looks_like_a_file;
use crate::output::STANDARD_INPUT;

/// The hints for a failure, each once.
pub fn of(failure: &Failure) -> Vec<String> {
    let mut hints = match (&failure.cause, failure.cause.caller_fault()) {
        (Cause::Library(error), _) => of_library(error, failure.subject.as_deref()),
        (_, Some(CommandFault::NotSaved { why, kept })) => std::iter::once(kept.advice()).chain(of(why)).collect(),
        (_, Some(CommandFault::EditsLost { why, .. })) => of(why),
        (_, Some(fault)) => vec![of_fault(fault)],
        (cause, None) => vec![of_command(cause)],
    };
    if failure.released > 0 {
        hints.insert(
            0,
            format!(
                "the {} bytes before it were authentic and have been written; do not use them as if they were all",
                failure.released
            ),
        );
    }
    hints.retain(|hint| !hint.is_empty());
    let mut seen = Vec::new();
    hints.retain(|hint| {
        let is_new = !seen.contains(hint);
        seen.push(hint.clone());
        is_new
    });
    hints
}

#[allow(clippy::too_many_lines, reason = "it is a table")]
fn of_command(cause: &Cause) -> String {
    match cause {
        Cause::Library(_) => String::new(),
        Cause::MixedInputs { document, whole } => format!(
            "`--values` or `--whole` is for all of them; or do {} and {} one after the other",
            quoted(document),
            quoted(whole)
        ),
        Cause::RangeOfDocument(_) => "`--extract PATH` writes one value".to_owned(),
        Cause::CipherOfDocument(_)
        | Cause::NoRule(_)
        | Cause::NoPlaceForMany
        | Cause::NothingMeant
        | Cause::ValueOfWholeFile(_)
        | Cause::NotationUnknown(_)
        | Cause::NotConfirmed { .. }
        | Cause::SealNotConfirmed(_)
        | Cause::SealOfWholeFile(_)
        | Cause::Declined => super::document_hints::of_command(cause),
        Cause::SeveralInputs(_) => {
            "name a folder for the results with `-o FOLDER/`, or replace each file with `-i`".to_owned()
        }
        Cause::NoFolderForResults => "name it with `-o FOLDER/`, or replace each file with `-i`".to_owned(),
        Cause::TooDeep { path, .. } => {
            format!("do it on its own: `-r {}` with an -o of its own", quoted(path))
        }
        Cause::LeadsOut(_) => "name it by a path without `..`, or replace each file with `-i`".to_owned(),
        Cause::NameTooLong(_) => {
            "end each name with a NUL byte instead of a line end, as `find -print0` and `git ls-files -z` do".to_owned()
        }
        Cause::NotAFile(path) => format!("something replaced it; check it with `ls -ld {}`", quoted(path)),
        Cause::OutputIsInput(path) => {
            format!("`-i {}` replaces a file by its result; or name another output", quoted(path))
        }
        Cause::InputIsDirectory(path) => {
            format!(
                "name the files in it, which `ls {}` shows; `decrypt -r` and `verify -r` take them all",
                quoted(path)
            )
        }
        Cause::CannotEncryptDirectory(path) => {
            let mut result = trimmed(path).as_os_str().to_owned();
            result.push(".tar.kenc");
            format!(
                "pack it: `tar c {} | kenc encrypt -o {}`; or encrypt each file in it with `-r` and `-o FOLDER/`",
                quoted(path),
                quoted(Path::new(&result))
            )
        }
        Cause::StandardInputIsOutput => "name another output with `-o FILE`".to_owned(),
        Cause::NoFolder(path) => format!("make it with `mkdir -p {}`", quoted(path)),
        Cause::NotAFolder(_) => "several results need a folder: name another with -o".to_owned(),
        Cause::SameOutput { .. } => "do them one by one, each with an -o of its own".to_owned(),
        Cause::NotEncrypted(_) | Cause::HasOtherNames { .. } | Cause::PlaintextHasOtherNames { .. } => {
            habits::of(cause)
        }
        Cause::StandardInputInPlace => "name the files to replace, or leave out -i".to_owned(),
        Cause::FolderWithoutRecursion(_) => "`-r` goes through the files in it".to_owned(),
        Cause::NotChangeable(path) => format!("`-o FILE` writes the result elsewhere: `-o FILE - < {}`", quoted(path)),
        Cause::StandardInputToFolder(folder) => format!("name a file in it: `-o {}`", quoted(&folder.join("NAME"))),
        Cause::NoKeyGiven => "make a local key with `kenc keygen`, or name a KMS key with `-k alias/NAME`".to_owned(),
        Cause::NothingToCheck => {
            "name one: `kenc keys check alias/NAME`, or a file: `kenc keys check --file FILE`".to_owned()
        }
        Cause::SeveralAccounts(_) => "name the one that has the key: `--account ID`".to_owned(),
        Cause::EncryptedAlready(_) => "`-f` encrypts it once more".to_owned(),
        Cause::NoMemoryForPlaintext
        | Cause::ChangedMeanwhile(_)
        | Cause::TooLong { .. }
        | Cause::NotARegularFile(_)
        | Cause::NoKeysToShow(_) => habits::of_editor(cause),
        Cause::NotAVariable { .. } | Cause::VariableMustBeNamed { .. } | Cause::NoValues(_) | Cause::NoSuchValue(_) => {
            exec::of(cause)
        }
        Cause::NameOfSeveralKeys { .. } => "do them one by one, or name the config with `--config FILE`".to_owned(),
        Cause::NoHome => "set HOME, or name a file with KENC_AGE_KEY_FILE".to_owned(),
        _ => String::new(),
    }
}

fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::AsSops(_)
        | CommandFault::SomeFailed { .. }
        | CommandFault::NotSaved { .. }
        | CommandFault::EditsLost { .. }
        | CommandFault::EditsDiscarded(_) => String::new(),
        CommandFault::CiphertextToTerminal { input } => format!(
            "name a file with `-o {}`, or pipe the output; `-a` writes text, and `-o -` forces bytes",
            quoted(&with_ending(input.as_deref()))
        ),
        CommandFault::BinaryToTerminal { input } => format!(
            "name a file with `-o {}`, or pipe the output; `-o -` forces it",
            quoted(&without_ending(input.as_deref()))
        ),
        CommandFault::ValueOnCommandLine
        | CommandFault::NoValue(_)
        | CommandFault::ValueNotText
        | CommandFault::ValueNotJson(_) => super::document_hints::of_fault(fault),
        CommandFault::NothingNamed => {
            "name what is to be done: `-r FOLDER`, or `find FOLDER -type f -print0` and `--files0-from -`".to_owned()
        }
        CommandFault::NotToReplace { .. }
        | CommandFault::KeyAmongInputs { .. }
        | CommandFault::SplitKey(_)
        | CommandFault::Address(_) => habits::of_fault(fault),
        CommandFault::StandardInputAmongFiles => "do it alone, with its result on the standard output".to_owned(),
        CommandFault::NoLocalKey { named: KeyFileChoice::ByDefault, .. } => "make it with `kenc keygen`".to_owned(),
        CommandFault::NoLocalKey { named: KeyFileChoice::OnCommandLine, path } => {
            format!("make it with `kenc keygen -o {}`", quoted(path))
        }
        CommandFault::LocalKeyExists { path, recipient: Some(recipient) } => {
            format!(
                "its recipient is {recipient}; for another key name another file: `kenc keygen -o {}.new`",
                quoted(path)
            )
        }
        CommandFault::LocalKeyExists { path, recipient: None } => {
            format!("it cannot be read as a key; look at it, or move it away: `mv {0} {0}.old`", quoted(path))
        }
        CommandFault::NoEditor
        | CommandFault::EditsKept { .. }
        | CommandFault::NoEditsKept(_)
        | CommandFault::EditorNotFound(_)
        | CommandFault::EditorVariable { .. }
        | CommandFault::EditorLeftNothing
        | CommandFault::EditsUnreadable(_)
        | CommandFault::EditorFailed(_) => habits::of_editor_fault(fault),
        CommandFault::FileNames { .. }
        | CommandFault::NotAFileName(_)
        | CommandFault::NoPlaceForFile(_)
        | CommandFault::CommandNotFound(_)
        | CommandFault::CommandNotExecutable { .. } => exec::of_fault(fault),
        CommandFault::Git(fault) => git::of(fault),
    }
}

/// `subject` is the input that it concerns, as messages name it.
fn of_library(error: &Error, subject: Option<&str>) -> Vec<String> {
    let file = subject.map_or_else(|| "FILE".to_owned(), file_word);
    let one = |hint: &str| vec![hint.to_owned()];
    match error {
        Error::Format(fault) => vec![of_format(fault, &file)],
        Error::Authentication(AuthenticationError::TooLong | AuthenticationError::Chunk { .. }) => {
            one("take the file from a backup or from where it came from")
        }
        Error::Authentication(AuthenticationError::CutOff { .. }) => {
            one("fetch it again, or take it from a backup; was the disk full, or the transfer interrupted?")
        }
        Error::Context(ContextError::Missing { .. } | ContextError::Different { .. }) => {
            vec![format!("this may be another file than you think; `kenc inspect {file}` shows its context")]
        }
        Error::Context(ContextError::NoEqualsSign(word)) => {
            vec![format!("a pair is written key=value: `-c {}=VALUE`", quote(word))]
        }
        Error::Context(ContextError::EmptyKey(_)) => one("a pair is written key=value: `-c app=NAME`"),
        Error::Context(ContextError::Duplicate(_)) => one("give each key once"),
        Error::Context(ContextError::TooManyPairs(_) | ContextError::TooLong(_)) => {
            one("keep in the context what tells which data this is, and the rest elsewhere")
        }
        Error::KeyWord(fault) => vec![of_key_word(fault)],
        Error::NoKeyOpens { attempts } => attempts.iter().map(of_attempt).collect(),
        Error::TooFewGroups { groups, .. } => {
            groups.iter().filter(|group| !group.is_open).flat_map(|group| &group.attempts).map(of_attempt).collect()
        }
        Error::ForDocumentsOnly(_) => {
            one("name a KMS key or an age recipient; `--values` encrypts a config file by its values")
        }
        Error::NotForDocuments(_) => one("name a KMS key, an age recipient, or `pgp:FINGERPRINT`"),
        Error::NotVouchedFor { .. } => vec![keys::NOT_VOUCHED_FOR.to_owned()],
        Error::CannotWrap { refusal, .. } | Error::CannotFindKey { refusal, .. } => vec![of_refusal(refusal)],
        Error::TooManyPassphrases(_) => one("take the old ones away with it: `--remove passphrase: --add passphrase:`"),
        Error::LastKey => one("name a key that takes its place: `--add KEY` beside --remove, or `--to KEY`"),
        Error::NoKeyGiven => one("name a key with -k"),
        Error::KeyFile { .. } => one("name another file with KENC_AGE_KEY_FILE, or a key with -k"),
        Error::Document(fault) => vec![super::document_hints::of_document(fault, &file)],
        Error::Config(error) => vec![config::of(error)],
        Error::Passphrase(_) => one("`--passphrase-from file:PATH`, `fd:N` or `cmd:PROGRAM` takes it from elsewhere"),
        Error::RangeBeyondEnd { start, available, .. } if start < available => {
            vec![format!("`--range {start}..` goes to its end")]
        }
        Error::RangeBeyondEnd { available, .. } => vec![format!("`--range 0..{available}` is all of it")],
        Error::WouldOverwrite(_) => one("`-f` replaces it"),
        Error::InputChanged { .. } | Error::InputWrittenTo => {
            one("encrypt it again when nothing writes to it, or from a snapshot")
        }
        Error::ChangedMeanwhile(_) => one("the file was left as it is now; run the command again"),
        Error::CannotKeep { path, attribute, .. } => vec![match attribute.strip_prefix("the attribute ") {
            Some(name) => format!(
                "remove it if it is not needed, and try again: `setfattr -x {} {}`; `getfattr -m - {1}` lists them",
                quote(name),
                quoted(path)
            ),
            None => format!("remove it if it is not needed, and try again: `setfacl -b {}`", quoted(path)),
        }],
        Error::NotSynced { .. } => one("`sync` writes everything to the disk; if it fails, look at the disk"),
        Error::Interrupted => Vec::new(),
        Error::Write(source) => vec![match source.kind() {
            ErrorKind::BrokenPipe => "the program that reads the output ended before it was done".to_owned(),
            kind => of_system(kind),
        }],
        Error::Read(source) | Error::Io { source, .. } => vec![of_system(source.kind())],
    }
}

fn of_system(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::NotFound => "check the path; `ls` shows what is there",
        ErrorKind::PermissionDenied => "check the permissions with `ls -ld`",
        ErrorKind::IsADirectory => "name a file in it, or pack it with `tar c`",
        ErrorKind::NotADirectory => "a part of the path is a file; check it with `ls -ld`",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room, or name another place with -o; `df -h` shows what is free"
        }
        ErrorKind::FileTooLarge => "the system limits the size of files; `ulimit -f` shows it",
        ErrorKind::NotConnected => {
            "name a file instead; whoever started kenc closed that stream, as `<&-` and `>&-` do"
        }
        ErrorKind::ReadOnlyFilesystem => "name another place with -o",
        _ => "try again; if it stays, look at the disk and the system log",
    }
    .to_owned()
}

fn of_format(fault: &FormatError, file: &str) -> String {
    match fault {
        FormatError::NotKenc(foreign) => match foreign {
            Foreign::Empty => "look at what should have written it: it may have failed",
            Foreign::BeginningOfKenc => "fetch it again, or take it from a backup: it was cut off",
            Foreign::NewlinesConverted | Foreign::SevenBit => {
                "transfer it again in binary mode; `kenc encrypt -a` writes files that survive as text"
            }
            Foreign::Age => return format!("`age -d -i KEYFILE {file}` opens it"),
            Foreign::OpenPgp => return format!("`gpg -d {file}` opens it"),
            Foreign::Sops => return format!("`sops decrypt {file}` opens it"),
            Foreign::AwsEncryptionSdk => {
                return format!("`aws-encryption-cli --decrypt -i {file}` with the keys that made it opens it");
            }
            Foreign::OpenSslEnc => {
                return format!("`openssl enc -d -in {file}` with the options that made it opens it");
            }
            Foreign::Unknown => return format!("`file {file}` may tell what it is"),
        },
        FormatError::UnknownVersion(_) | FormatError::UnknownSuite(_) => {
            "it was made by a newer kenc, or is damaged; `kenc --version` shows yours"
        }
        FormatError::Truncated(_) => "fetch it again, or take it from a backup: it was cut off",
        FormatError::Armor { .. } => "copy the whole text, from the BEGIN line to the END line, without changing it",
        FormatError::LimitExceeded { field: "number of keys" | "length of the wrapped keys", .. } => "give fewer keys",
        FormatError::LimitExceeded { .. } | FormatError::NotCanonical(_) | FormatError::NoWholeSlotTable => {
            "the header is damaged: take the file from a backup or from where it came from"
        }
    }
    .to_owned()
}

fn of_key_word(fault: &KeyWordError) -> String {
    match fault {
        KeyWordError::SecretKey => {
            "name the recipient, which begins with age1 or ssh-; change the key: it stands in your shell's history now"
                .to_owned()
        }
        KeyWordError::Name(name) => {
            format!(
                "give it a key in .kenc.yaml: `keys: {{{name}: alias/NAME}}`; or name the config with `--config FILE`"
            )
        }
        KeyWordError::Path(path) => of_key_in_file(path),
        KeyWordError::Unknown(word) if looks_like_a_file(word) => {
            format!(
                "it looks like a file, which is not there; a public key in a file is given as `-k \"$(cat {})\"`",
                quote(word)
            )
        }
        KeyWordError::Unknown(_) | KeyWordError::Invalid { .. } => KEY_WORDS.to_owned(),
    }
}

const KEY_WORDS: &str =
    "a key is an ARN, alias/NAME, a key id, mrk-…, age1…, \"ssh-ed25519 …\", \"ssh-rsa …\" or passphrase:";

/// What to type for a key that is in a file, without ever proposing to put a secret key on the command line.
fn of_key_in_file(path: &str) -> String {
    let content = read_start(path);
    let has = |word: &str| content.windows(word.len()).any(|window| window == word.as_bytes());
    let public = format!("{path}.pub");
    if has("PRIVATE KEY-----") && Path::new(&public).exists() {
        format!("it is a secret key; its public half is given as `-k \"$(cat {})\"`", quote(&public))
    } else if has("AGE-SECRET-KEY-") {
        format!("it is a secret key; its recipient is given as `-k \"$(kenc keygen --show -o {})\"`", quote(path))
    } else if content.starts_with(b"age1") || content.starts_with(b"ssh-") {
        format!("a public key in a file is given as `-k \"$(cat {})\"`", quote(path))
    } else {
        KEY_WORDS.to_owned()
    }
}

fn read_start(path: &str) -> Zeroizing<Vec<u8>> {
    let mut start = Zeroizing::new(Vec::with_capacity(4096));
    // A pipe could keep us waiting.
    if Path::new(path).is_file() {
        let _ = std::fs::File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    }
    start
}

fn of_attempt(attempt: &KeyAttempt) -> String {
    of_refusal(&attempt.refusal)
}

pub fn of_refusal(refusal: &KeyRefusal) -> String {
    match refusal {
        KeyRefusal::AwsKms(refusal) => of_kms(refusal),
        KeyRefusal::NoIdentity { .. } => "name the file with its identity: `--identity FILE`".to_owned(),
        KeyRefusal::Pgp(refusal) => of_pgp(refusal),
        KeyRefusal::OtherService(_) => keys::OTHER_SERVICE.to_owned(),
        KeyRefusal::WrongPassphrase => "try again with the right one".to_owned(),
        KeyRefusal::NoPassphrase(_) => keys::NO_PASSPHRASE.to_owned(),
        KeyRefusal::NotTrusted => keys::NOT_TRUSTED.to_owned(),
        KeyRefusal::NotNamed => keys::NOT_NAMED.to_owned(),
        KeyRefusal::NotAmongGiven => "without -k every key of the file is tried".to_owned(),
        KeyRefusal::Damaged(_) | KeyRefusal::AnotherDataKey => {
            "the file was changed: take it from a backup or from where it came from".to_owned()
        }
        KeyRefusal::TooManyPassphrases { .. } => keys::TOO_MANY_PASSPHRASES.to_owned(),
        KeyRefusal::NotAsked { .. } => keys::NOT_ASKED.to_owned(),
        KeyRefusal::UnknownProvider(_) => "a newer kenc may know it; `kenc --version` shows yours".to_owned(),
    }
}

fn of_pgp(refusal: &PgpRefusal) -> String {
    match refusal {
        PgpRefusal::NoProgram { .. } => "install GnuPG, or name the program with SOPS_GPG_EXEC",
        PgpRefusal::NoSecretKey => "`gpg --list-secret-keys` shows what there is; GNUPGHOME names another keyring",
        PgpRefusal::NoPublicKey => "import it: `gpg --recv-keys FINGERPRINT`, or `gpg --import FILE`",
        PgpRefusal::NoPassphrase => "try again; on a terminal, `export GPG_TTY=$(tty)` lets gpg ask there",
        PgpRefusal::Failed(_) => "try it yourself: `gpg --decrypt` with the wrapped key shows more",
    }
    .to_owned()
}

/// What to do about a refusal of KMS.
pub fn of_kms(refusal: &KmsRefusal) -> String {
    let KmsRefusal { kind, operation, key, region, profile, context, .. } = refusal;
    let key = quote(key);
    let region = region.as_ref().map_or_else(String::new, |region| format!(" --region {region}"));
    let aws_profile = profile.as_ref().map_or_else(String::new, |profile| format!(" --aws-profile {}", quote(profile)));
    let profile = profile.as_ref().map_or_else(String::new, |profile| format!(" --profile {}", quote(profile)));
    match kind {
        KmsRefusalKind::Denied if refusal.is_explicit_deny() => {
            format!("a policy forbids kms:{operation} on {key} in so many words: have that statement changed")
        }
        KmsRefusalKind::Denied => {
            let context = context_words(context);
            format!(
                "ask an administrator of the key for kms:{operation} on {key} with this context; `kenc keys policy{context}` prints the statement, and `kenc keys check{context}{aws_profile} {key}` shows who asks"
            )
        }
        KmsRefusalKind::Disabled => format!("enable it: `aws kms enable-key --key-id {key}{region}{profile}`"),
        KmsRefusalKind::PendingDeletion => format!(
            "keep it: `aws kms cancel-key-deletion --key-id {key}{region}{profile}`, then `aws kms enable-key --key-id {key}{region}{profile}`"
        ),
        KmsRefusalKind::InvalidState | KmsRefusalKind::NotFound | KmsRefusalKind::InvalidKeyUsage => {
            format!("look at it: `aws kms describe-key --key-id {key}{region}{profile}`")
        }
        KmsRefusalKind::InvalidCiphertext | KmsRefusalKind::WrongKey => {
            "the header was changed: take the file from a backup or from where it came from".to_owned()
        }
        KmsRefusalKind::Throttled => "try again in a moment; `--aws-timeout 120` goes on trying for longer".to_owned(),
        KmsRefusalKind::NoCredentials => {
            "sign in with `aws configure` or `aws sso login`, or name a profile with `--aws-profile NAME`".to_owned()
        }
        KmsRefusalKind::ExpiredCredentials => format!("sign in again: `aws sso login{profile}`"),
        KmsRefusalKind::RejectedCredentials => {
            format!("check them with `aws sts get-caller-identity{profile}`, and the clock with `date -u`")
        }
        KmsRefusalKind::NoRegion => {
            "name it with `--aws-region REGION` or AWS_REGION, or give the whole ARN".to_owned()
        }
        KmsRefusalKind::Network => {
            "check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_KMS; `aws sts get-caller-identity` tries the same way"
                .to_owned()
        }
        KmsRefusalKind::TimedOut => "try again; `--aws-timeout 120` waits longer".to_owned(),
        KmsRefusalKind::WrongAnswer => {
            "look at who answers for AWS: AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL, HTTPS_PROXY and the profile may name another service"
                .to_owned()
        }
        KmsRefusalKind::NotInThisBuild => "install kenc with AWS KMS: `cargo install kenc`".to_owned(),
        KmsRefusalKind::ServiceFault | KmsRefusalKind::Other => {
            format!("try again; `aws kms describe-key --key-id {key}{region}{profile}` asks the same service")
        }
    }
}

/// A context as it is typed, unless it is too long to be.
fn context_words(context: &[(String, String)]) -> String {
    const TOO_LONG: usize = 200;
    let is_plain = |word: &str| quote(word) == word;
    let words = context.iter().map(|(key, value)| {
        let pair = format!("{key}={value}");
        // The `=` alone needs no quotes.
        if is_plain(key) && (value.is_empty() || is_plain(value)) {
            format!(" -c {pair}")
        } else {
            format!(" -c {}", quote(&pair))
        }
    });
    let words: String = words.collect();
    if words.len() > TOO_LONG { " -c KEY=VALUE…".to_owned() } else { words }
}

fn with_ending(input: Option<&Path>) -> std::path::PathBuf {
    let mut name = input.map_or_else(|| "FILE".into(), |path| path.as_os_str().to_owned());
    name.push(".kenc");
    name.into()
}

fn without_ending(input: Option<&Path>) -> std::path::PathBuf {
    match input {
        Some(path) if path.extension().is_some_and(|ending| ending == "kenc") => path.with_extension(""),
        _ => "FILE".into(),
    }
}

fn trimmed(path: &Path) -> &Path {
    path.file_name().map_or(Path::new("folder"), Path::new)
}

/// The input in a command line.
fn file_word(subject: &str) -> String {
    if subject == STANDARD_INPUT { "FILE".to_owned() } else { quote(subject) }
}

pub fn quoted(path: &Path) -> String {
    quote(&path.display().to_string())
}

fn quote(word: &str) -> String {
    shell_words::quote(word).into_owned()
}
