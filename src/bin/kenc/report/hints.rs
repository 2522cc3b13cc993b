//! What to do next, for every failure: the wording of all hints.

mod audit;
mod config;
pub mod edits;
mod exec;
mod foreign;
mod git;
mod habits;
mod key_words;
pub mod keys;
mod kms_key_state;
mod messages;
mod objects;
mod records;
mod shards;

use std::io::ErrorKind;
use std::path::Path;

use kenc::error::{ContextError, Error, FormatError};
use kenc::keys::{KeyAttempt, KeyRefusal, KmsRefusal, KmsRefusalKind, PgpRefusal};

use crate::failure::{Cause, CommandFault, Failure, KeyFileChoice};
use kenc::ops::jobs::STANDARD_INPUT;

/// The hints for a failure, each once.
pub fn of(failure: &Failure) -> Vec<String> {
    let mut hints = match (&failure.cause, failure.cause.caller_fault()) {
        (Cause::Library(error), _) => of_library(error, failure.subject.as_deref()),
        (Cause::NotSaved { why, kept }, _) => std::iter::once(edits::of_kept(kept)).chain(of(why)).collect(),
        (Cause::EditsLost { why, .. }, _) => of(why),
        (Cause::UploadKept { why, object }, _) => of(why).into_iter().chain([objects::of_kept_parts(object)]).collect(),
        (_, Some(fault)) => vec![of_fault(fault)],
        (cause, None) => vec![of_command(cause)],
    };
    if failure.released > 0 {
        hints.insert(
            0,
            format!(
                "the first {} bytes were authentic and have been written; the output is incomplete: do not use it as the whole file",
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
        Cause::MixedInputs { document, whole } => format!(
            "use `--values` or `--whole` for all of them, or encrypt {} and {} in separate runs",
            quoted(document),
            quoted(whole)
        ),
        Cause::RangeOfDocument(_) => "use `--extract PATH` to write one value".to_owned(),
        Cause::CipherOfDocument(_)
        | Cause::NoRule(_)
        | Cause::NoPlaceForMany
        | Cause::NothingMeant
        | Cause::ValueOfWholeFile(_)
        | Cause::NotationUnknown(_)
        | Cause::NoValue(_)
        | Cause::ValueNotText
        | Cause::ValueNotJson(_)
        | Cause::ValueNotOfType(_)
        | Cause::ReplacesContainer { .. }
        | Cause::NotConfirmed { .. }
        | Cause::SealNotConfirmed(_)
        | Cause::SealOfWholeFile(_)
        | Cause::Declined => super::document_hints::of_command(cause),
        Cause::Trail(_) | Cause::NothingToAudit | Cause::NoLogs => audit::of(cause),
        Cause::CannotJoin(_) => {
            "name a folder for the results with `-o FOLDER/`, or write documents of another format as YAML with `--output-type yaml`"
                .to_owned()
        }
        Cause::SeveralInputs(_) => {
            "name a folder for the results with `-o FOLDER/`, or replace each file with `-i`".to_owned()
        }
        Cause::NoFolderForResults => "name it with `-o FOLDER/`, or replace each file with `-i`".to_owned(),
        Cause::TooDeep { path, .. } => {
            format!("process it in a separate run: `-r {}` with its own -o", quoted(path))
        }
        Cause::LeadsOut(_) => "use a path without `..`, or replace each file with `-i`".to_owned(),
        Cause::NameTooLong(_) => {
            "end each name with a NUL byte instead of a line end, as `find -print0` and `git ls-files -z` do".to_owned()
        }
        Cause::NotAFile(path) => format!("another program replaced it; check it with `{SHOW_FILE} {}`", quoted(path)),
        Cause::OutputIsInput(path) => {
            format!("use `-i {}` to replace the file by its result, or name another output", quoted(path))
        }
        Cause::InputIsDirectory(path) => {
            format!("name files in it, or process all of them with `-r {}`", quoted(path))
        }
        Cause::CannotEncryptDirectory(path) => {
            let mut result = trimmed(path).as_os_str().to_owned();
            result.push(".tar.kenc");
            format!(
                "pack it: `tar c {} | kenc encrypt -o {}`, or encrypt each file in it with `-r` and `-o FOLDER/`",
                quoted(path),
                quoted(Path::new(&result))
            )
        }
        Cause::StandardInputIsOutput => "name another output with `-o FILE`".to_owned(),
        Cause::NoFolderForSeveral(path) => format!(
            "name an existing folder, or create it: `mkdir -p {0}`, then `-o {1}`",
            quoted(path),
            quoted(&path.join(""))
        ),
        Cause::NoFolder(path) => format!("create it with `mkdir -p {}`", quoted(path)),
        Cause::NotAResourceList(_) => {
            "decrypt a file with `kenc decrypt FILE`; this command is called by kustomize and kpt".to_owned()
        }
        Cause::NotAFolder(_) => "several results need a folder: name another with -o".to_owned(),
        Cause::SameOutput { .. } => "process them in separate runs, each with its own -o".to_owned(),
        Cause::NotEncrypted(_) | Cause::HasOtherNames { .. } | Cause::PlaintextHasOtherNames { .. } => {
            habits::of(cause)
        }
        Cause::StandardInputInPlace => "name the files to replace, or omit -i".to_owned(),
        Cause::FolderWithoutRecursion(_) => "use `-r` for the files in it".to_owned(),
        Cause::NotChangeable(path) => format!("write the result to another file: `-o FILE - < {}`", quoted(path)),
        Cause::StandardInputToFolder(folder) => format!("name a file in it: `-o {}`", quoted(&folder.join("NAME"))),
        Cause::NoKeyGiven => "create a local key with `kenc keygen`, or name a KMS key with `-k alias/NAME`".to_owned(),
        Cause::NothingToCheck => {
            "name a key with `kenc keys check alias/NAME`, or a file with `kenc keys check --file FILE`".to_owned()
        }
        Cause::SeveralAccounts(_) => "name the account of the key: `--account ID`".to_owned(),
        Cause::EncryptedAlready(_) => "use `-f` to encrypt it once more".to_owned(),
        Cause::NoMemoryForPlaintext
        | Cause::ChangedMeanwhile(_)
        | Cause::TooLong { .. }
        | Cause::NotARegularFile(_)
        | Cause::NoKeysToShow(_)
        | Cause::EditsKept { .. }
        | Cause::RecipientsNotHere { .. }
        | Cause::NamedByFileAlone { .. }
        | Cause::NoEditsKept(_)
        | Cause::EditorLeftNothing
        | Cause::EditsUnreadable(_)
        | Cause::EditorFailed(_) => edits::of(cause),
        Cause::NotAVariable { .. }
        | Cause::VariableMustBeNamed { .. }
        | Cause::CannotExport { .. }
        | Cause::DotenvSyntax { .. }
        | Cause::NoValues(_)
        | Cause::CommandFailed { .. }
        | Cause::CommandStoppedReading(_)
        | Cause::TooShort { .. }
        | Cause::NoSuchValue(_)
        | Cause::FileNames { .. }
        | Cause::NotAFileName(_)
        | Cause::NoPlaceForFile(_) => exec::of(cause),
        Cause::NameOfSeveralKeys { .. } => {
            "process them in separate runs, or name the config with `--config FILE`".to_owned()
        }
        Cause::NotAnObject { .. }
        | Cause::InputIsPrefix(_)
        | Cause::OutputIsVersion(_)
        | Cause::UrlOnlyRead(_)
        | Cause::NoPrefixForSeveral(_)
        | Cause::ObjectInPlace(_)
        | Cause::NotAnObjectName(_)
        | Cause::RemovalNotConfirmed { .. }
        | Cause::NotAPathHere(_)
        | Cause::ObjectNotHere(_) => objects::of(cause),
        Cause::Git(fault) => git::of(fault),
        Cause::Shard(fault) => shards::of(fault),
        Cause::Report(fault) => shards::of_report(fault),
        Cause::Upload(fault) => objects::of_upload(fault),
        Cause::NoHome => "set HOME, or name a file with KENC_AGE_KEY_FILE".to_owned(),
        _ => String::new(),
    }
}

fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::AsSops(_) | CommandFault::SomeFailed { .. } => String::new(),
        CommandFault::CiphertextToTerminal { input } => format!(
            "name a file with `-o {}`, or pipe the output; `-a` writes text, and `-o -` forces bytes",
            quoted(&with_ending(input.as_deref()))
        ),
        CommandFault::BinaryToTerminal { input } => format!(
            "name a file with `-o {}`, or pipe the output; `-o -` forces it",
            quoted(&without_ending(input.as_deref()))
        ),
        CommandFault::ValueOnCommandLine => super::document_hints::of_fault(fault),
        CommandFault::NothingNamed => {
            "use `-r FOLDER`, or pipe `find FOLDER -type f -print0` into `--files0-from -`".to_owned()
        }
        CommandFault::NotToReplace { .. }
        | CommandFault::KeyAmongInputs { .. }
        | CommandFault::SplitKey(_)
        | CommandFault::AliasOffline(_) => habits::of_fault(fault),
        CommandFault::ShardOfOneFile => "add `-r` for a folder or a prefix".to_owned(),
        CommandFault::StandardInputAmongFiles => {
            "process it in a separate run; its result goes to the standard output".to_owned()
        }
        CommandFault::NoLocalKey { named: KeyFileChoice::ByDefault, .. } => "create it with `kenc keygen`".to_owned(),
        CommandFault::NoLocalKey { named: KeyFileChoice::OnCommandLine, path } => {
            format!("create it with `kenc keygen -o {}`", quoted(path))
        }
        CommandFault::LocalKeyExists { path, recipient: Some(recipient) } => {
            format!(
                "its recipient is {recipient}; create another key in another file: `kenc keygen -o {}.new`",
                quoted(path)
            )
        }
        CommandFault::LocalKeyExists { path, recipient: None } => {
            format!("it is not a valid key file; check it, or move it away: `mv {0} {0}.old`", quoted(path))
        }
        CommandFault::NoEditor | CommandFault::EditorNotFound(_) | CommandFault::EditorVariable { .. } => {
            edits::of_fault(fault)
        }
        CommandFault::CommandNotFound(_) | CommandFault::CommandNotExecutable { .. } | CommandFault::NotInAStep => {
            exec::of_fault(fault)
        }
    }
}

/// `subject` is the input that it concerns, as messages name it.
fn of_library(error: &Error, subject: Option<&str>) -> Vec<String> {
    let file = subject.map_or_else(|| "FILE".to_owned(), file_word);
    let one = |hint: &str| vec![hint.to_owned()];
    match error {
        Error::Format(fault) => vec![of_format(fault, &file)],
        Error::Authentication(fault) => vec![messages::of_authentication(*fault, &file)],
        Error::Context(ContextError::Missing { .. } | ContextError::Different { .. }) => {
            vec![format!("check that this is the right file; `kenc inspect {file}` shows its context")]
        }
        Error::Context(ContextError::NoEqualsSign(word)) => {
            vec![format!("write the pair as key=value: `-c {}=VALUE`", quote(word))]
        }
        Error::Context(ContextError::Reserved(_)) => one("choose another key: `-c app=NAME`"),
        Error::Context(ContextError::EmptyKey(_)) => one("write a pair as key=value: `-c app=NAME`"),
        Error::Context(ContextError::Duplicate(_)) => one("give each key once"),
        Error::Context(ContextError::TooManyPairs(_) | ContextError::TooLong(_)) => {
            one("put only what identifies the data into the encryption context")
        }
        Error::KeyWord(fault) => vec![key_words::of(fault)],
        Error::Object(refusal) => vec![objects::of_refusal(refusal)],
        Error::Record(fault) => vec![records::of(fault, &file)],
        Error::S3Client(fault) => one(messages::of_s3_client(fault)),
        Error::NoKeyOpens { attempts } => attempts.iter().map(of_attempt).collect(),
        Error::TooFewGroups { groups, .. } => {
            groups.iter().filter(|group| !group.is_open).flat_map(|group| &group.attempts).map(of_attempt).collect()
        }
        Error::ForDocumentsOnly(_) => {
            one("name a KMS key or an age recipient; `--values` encrypts the values of a config file")
        }
        Error::ForMessagesOnly(_)
        | Error::NotForMessages(_)
        | Error::Uncommitted(_)
        | Error::NotOfFormat(_)
        | Error::NoContextInAgeFile
        | Error::PairsNotStored
        | Error::PassphraseAmongKeys => one(messages::of_keys(error)),
        Error::NotForDocuments(_) => one("name a KMS key, an age recipient, or `pgp:FINGERPRINT`"),
        Error::NotVouchedFor { .. } => vec![keys::NOT_VOUCHED_FOR.to_owned()],
        Error::CannotWrap { refusal, .. } | Error::CannotFindKey { refusal, .. } => vec![of_refusal(refusal)],
        Error::RecipientsUnknown(_) => one("name all recipients of the new file: `--to age1…`"),
        Error::TooManyPassphrases(_) => one("replace the old ones: `--remove passphrase: --add passphrase:`"),
        Error::LastKey => one("name a replacement: `--add KEY` together with --remove, or `--to KEY`"),
        Error::NoKeyGiven => one("name a key with -k"),
        Error::KeyFile { .. } => one("set KENC_AGE_KEY_FILE to another file, or name a key with -k"),
        Error::Document(fault) => vec![super::document_hints::of_document(fault, &file)],
        Error::Config(error) => vec![config::of(error)],
        Error::Passphrase(_) => one("use `--passphrase-from file:PATH`, `fd:N` or `cmd:PROGRAM`"),
        Error::RangeBeyondEnd { start, available, .. } if start < available => {
            vec![format!("use `--range {start}..` to read to its end")]
        }
        Error::RangeBeyondEnd { available, .. } => vec![format!("use `--range 0..{available}` to read all of it")],
        Error::WouldOverwrite(_) => one("use `-f` to replace it"),
        Error::InputChanged { .. } | Error::InputWrittenTo => {
            one("encrypt it again while nothing writes to it, or from a snapshot")
        }
        Error::ChangedMeanwhile(_) => one("kenc did not change the file; run the command again"),
        Error::CannotKeep { path, attribute, .. } => vec![match attribute.strip_prefix("the attribute ") {
            Some(name) => format!(
                "if you do not need it, remove it and try again: `setfattr -x {} {}`; `getfattr -m - {1}` lists the attributes",
                quote(name),
                quoted(path)
            ),
            None => format!("if you do not need it, remove it and try again: `setfacl -b {}`", quoted(path)),
        }],
        Error::NotSynced { .. } => one("run `sync`; if it fails, check the disk"),
        Error::Write(source) | Error::Read(source) | Error::Io { source, .. } => vec![of_system(source.kind())],
        _ => Vec::new(),
    }
}

/// The command that shows what a path is.
const SHOW_FILE: &str = if cfg!(windows) { "dir" } else { "ls -ld" };

fn of_system(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::NotFound if cfg!(windows) => "check the path with `dir`",
        ErrorKind::NotFound => "check the path with `ls`",
        ErrorKind::PermissionDenied if cfg!(windows) => {
            "check the permissions with `icacls`, and that no program has it open"
        }
        ErrorKind::PermissionDenied => "check the permissions with `ls -ld`",
        ErrorKind::IsADirectory => "name a file in it, or pack it with `tar c`",
        ErrorKind::NotADirectory if cfg!(windows) => "a part of the path is a file; check it with `dir`",
        ErrorKind::NotADirectory => "a part of the path is a file; check it with `ls -ld`",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded if cfg!(windows) => {
            "free some space, or write to another place with -o"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space, or write to another place with -o; `df -h` shows free space"
        }
        ErrorKind::FileTooLarge => "the system limits the size of files; `ulimit -f` shows the limit",
        ErrorKind::NotConnected => {
            "name a file instead; the stream was closed when kenc started, as with `<&-` or `>&-`"
        }
        ErrorKind::ReadOnlyFilesystem => "write to another place with -o",
        _ => "try again; if it happens again, check the disk and the system log (`dmesg`)",
    }
    .to_owned()
}

fn of_format(fault: &FormatError, file: &str) -> String {
    match fault {
        FormatError::NotKenc(foreign) => return foreign::of(*foreign, file),
        FormatError::UnknownVersion(_) | FormatError::UnknownMessageVersion(_) | FormatError::UnknownSuite(_) => {
            "a newer kenc wrote it, or it is damaged; `kenc --version` shows your version"
        }
        FormatError::Truncated(_) => messages::CUT_OFF,
        FormatError::Armor { .. } => "copy the whole text from the BEGIN line to the END line, unchanged",
        FormatError::LimitExceeded { field, .. } => messages::of_limit(field),
        _ => "the header is damaged: restore the file from a backup, or fetch it again",
    }
    .to_owned()
}

fn of_attempt(attempt: &KeyAttempt) -> String {
    of_refusal(&attempt.refusal)
}

pub fn of_refusal(refusal: &KeyRefusal) -> String {
    match refusal {
        KeyRefusal::AwsKms(refusal) => of_kms(refusal),
        KeyRefusal::NoIdentity { .. } => "name the file with its identity: `--identity FILE`".to_owned(),
        KeyRefusal::Pgp(refusal) => of_pgp(refusal),
        KeyRefusal::AgePlugin(refusal) => keys::of_plugin(refusal),
        KeyRefusal::OtherService(_) => keys::OTHER_SERVICE.to_owned(),
        KeyRefusal::WrongPassphrase => "try again with the right passphrase".to_owned(),
        KeyRefusal::NoPassphrase(_) => keys::NO_PASSPHRASE.to_owned(),
        KeyRefusal::NotTrusted => keys::NOT_TRUSTED.to_owned(),
        KeyRefusal::NotNamed => keys::NOT_NAMED.to_owned(),
        KeyRefusal::NoKeyFile => "name the file of the key: `-k raw-aes:NAMESPACE/NAME@FILE`".to_owned(),
        KeyRefusal::KeyFile { .. } => "check that the file holds the right key".to_owned(),
        KeyRefusal::NotAmongGiven => "without -k, kenc tries every key of the file".to_owned(),
        KeyRefusal::Damaged(_) | KeyRefusal::AnotherDataKey => {
            "restore the file from version control or a backup, or fetch it again".to_owned()
        }
        KeyRefusal::TooManyPassphrases { .. } => keys::TOO_MANY_PASSPHRASES.to_owned(),
        KeyRefusal::NotAsked { .. } => keys::NOT_ASKED.to_owned(),
        KeyRefusal::UnknownProvider(_) => "a newer kenc may support it; `kenc --version` shows your version".to_owned(),
        _ => String::new(),
    }
}

fn of_pgp(refusal: &PgpRefusal) -> String {
    match refusal {
        PgpRefusal::NoProgram { .. } => "install GnuPG, or set SOPS_GPG_EXEC to the program",
        PgpRefusal::NoSecretKey => {
            "`gpg --list-secret-keys` lists the secret keys; set GNUPGHOME to use another keyring"
        }
        PgpRefusal::NoPublicKey => "import it: `gpg --recv-keys FINGERPRINT`, or `gpg --import FILE`",
        PgpRefusal::NoPassphrase => "try again; `export GPG_TTY=$(tty)` lets gpg prompt on this terminal",
        _ => "run `gpg --decrypt` on the wrapped key to see more",
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
    let options = format!("{region}{profile}");
    match kind {
        KmsRefusalKind::Denied if refusal.is_explicit_deny() => {
            format!("an explicit Deny blocks kms:{operation} on {key}; have that statement changed")
        }
        // An alias comes from -k, and KMS does not tell a wrong key from a forbidden one.
        KmsRefusalKind::Denied if *operation == "Decrypt" && keys::is_alias(&refusal.key) => keys::OTHER_KEY.to_owned(),
        KmsRefusalKind::Denied => {
            let context = context_words(context);
            if let Some(hint) = keys::of_other_account(refusal, &context) {
                return hint;
            }
            format!(
                "ask an administrator of the key for kms:{operation} on {key} with this encryption context; `kenc keys policy{context}` prints the policy statement, and `kenc keys check{context}{aws_profile} {key}` shows the caller"
            )
        }
        KmsRefusalKind::Disabled => kms_key_state::of_disabled(&key, &options),
        KmsRefusalKind::PendingDeletion => kms_key_state::of_pending_deletion(&key, &options),
        KmsRefusalKind::NotFound if keys::is_alias(&refusal.key) => keys::of_absent_alias(refusal),
        KmsRefusalKind::InvalidState | KmsRefusalKind::NotFound | KmsRefusalKind::InvalidKeyUsage => {
            kms_key_state::of_other_state(&key, &options)
        }
        KmsRefusalKind::InvalidCiphertext | KmsRefusalKind::WrongKey => {
            "the header was changed: restore the file from a backup, or fetch it again".to_owned()
        }
        KmsRefusalKind::Throttled => "try again in a moment; `--aws-timeout 120` retries for longer".to_owned(),
        KmsRefusalKind::NoCredentials => {
            "sign in with `aws configure` or `aws sso login`, or name a profile with `--aws-profile NAME`".to_owned()
        }
        KmsRefusalKind::ExpiredCredentials if refusal.message.contains("`aws login`") => {
            format!("sign in again: `aws login{profile}`")
        }
        KmsRefusalKind::ExpiredCredentials => format!("sign in again: `aws sso login{profile}`"),
        KmsRefusalKind::RejectedCredentials => {
            format!("check them with `aws sts get-caller-identity{profile}`, and the clock with `date -u`")
        }
        KmsRefusalKind::RoleRefused | KmsRefusalKind::CodeNeeded => keys::of_role(refusal),
        KmsRefusalKind::NoRegion => {
            "use `--aws-region REGION`, set AWS_REGION, or give the full ARN".to_owned()
        }
        // In a container without any certificates, for one.
        KmsRefusalKind::Network if refusal.message.contains("UnknownIssuer") => {
            "install the certificates of authorities (the package ca-certificates), or name a file with them in AWS_CA_BUNDLE".to_owned()
        }
        KmsRefusalKind::Network => {
            "check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_KMS, for example with `aws sts get-caller-identity`"
                .to_owned()
        }
        KmsRefusalKind::TimedOut => "try again; `--aws-timeout 120` waits longer".to_owned(),
        KmsRefusalKind::WrongAnswer => {
            "check AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL, HTTPS_PROXY and the profile: they may point to a service that is not KMS"
                .to_owned()
        }
        KmsRefusalKind::NotLogged => audit::NOT_LOGGED.to_owned(),
        KmsRefusalKind::NotInThisBuild => "install kenc with AWS KMS: `cargo install kenc`".to_owned(),
        _ => format!("try again; test the service with `aws kms describe-key --key-id {key}{options}`"),
    }
}

/// A context as shell words, unless it is too long.
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

/// The input as a shell word.
fn file_word(subject: &str) -> String {
    if subject == STANDARD_INPUT { "FILE".to_owned() } else { quote(subject) }
}

pub fn quoted(path: &Path) -> String {
    quote(&path.display().to_string())
}

fn quote(word: &str) -> String {
    shell_words::quote(word).into_owned()
}
