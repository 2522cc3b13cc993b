//! Where identities of age and ssh come from: files, and an environment variable.
//!
//! What kenc cannot use in one of them is left out, and is named only if nothing else opens.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use ::age::secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::file::{MAX_WORK_FACTOR, too_much_work};
use super::recipient::AgeRecipient;
use crate::error::{Error, Result};
use crate::keys::passphrase::PassphraseSource;
use crate::keys::wrapped::WrappedKey;

/// Longest file that is read as an identity, in bytes.
const MAX_IDENTITY_FILE: u64 = 1 << 20;
/// Longest file that is read as the public half of an ssh key, in bytes.
const MAX_PUBLIC_KEY: u64 = 1 << 14;
/// Most lines without a usable identity that a message names.
const MAX_NAMED_LINES: usize = 3;
/// The mark that some editors write at the beginning of a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Where age identities are found. Nothing is read before an age slot is met.
#[derive(Debug, Default)]
pub struct Identities {
    /// Files of age identities, or ssh private keys.
    pub files: Vec<PathBuf>,
    /// ssh private keys that are tried for ssh recipients only, because they may ask for a passphrase.
    pub ssh_files: Vec<PathBuf>,
    /// The name of an environment variable that holds identities themselves.
    pub variable: Option<&'static str>,
    /// Texts of identities that are in memory already, one identity on each line.
    pub texts: Vec<SecretString>,
}

/// The recipient of the first identity in a key file that kenc can use.
///
/// # Errors
/// If the file cannot be read, or has no X25519 identity.
pub fn recipient_of_file(path: &Path) -> Result<AgeRecipient> {
    let fault = |reason: String| Error::KeyFile { path: path.to_owned(), reason };
    let content = read_limited(path, MAX_IDENTITY_FILE).map_err(fault)?;
    let Lines { identities, unusable } = read_lines(&content);
    match identities.into_iter().next() {
        Some(identity) => Ok(identity.to_public().into()),
        None if unusable.is_empty() => Err(fault("it contains no identity".to_owned())),
        None => Err(fault(named(&unusable))),
    }
}

/// One place where identities were looked for: a file, or a variable.
pub(super) struct Source {
    name: String,
    pub(super) identities: Vec<Box<dyn ::age::Identity>>,
    /// Why it has none, or what else it has.
    unusable: Vec<String>,
}

/// The place, and what could not be used there.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.unusable.is_empty() { Ok(()) } else { write!(f, " ({})", named(&self.unusable)) }
    }
}

/// Loads each source when its turn comes, so that a source that asks for a passphrase asks only if it is needed.
pub(super) fn load<'a>(
    identities: &'a Identities,
    key: &'a WrappedKey,
    passphrases: &'a dyn PassphraseSource,
) -> impl Iterator<Item = Source> + 'a {
    let Identities { files, ssh_files, variable, texts } = identities;
    let texts = texts.iter().map(|text| {
        let lines = read_lines(text.expose_secret().as_bytes());
        Source::new("the identities in memory".to_owned(), Ok(lines.into()))
    });
    let variable = variable.iter().filter_map(|name| {
        let content = Zeroizing::new(std::env::var_os(name)?.into_encoded_bytes());
        Some(Source::new(format!("${name}"), Ok(read_lines(&content).into())))
    });
    let ssh_files = ssh_files.iter().filter(|path| key.key_id.starts_with("ssh-") && path.exists());
    texts.chain(variable).chain(files.iter().chain(ssh_files).map(move |path| {
        let loaded = read_limited(path, MAX_IDENTITY_FILE).and_then(|content| parse(&content, path, key, passphrases));
        Source::new(path.display().to_string(), loaded)
    }))
}

impl Source {
    fn new(name: String, loaded: Result<Loaded, String>) -> Self {
        let Loaded { identities, unusable } =
            loaded.unwrap_or_else(|reason| Loaded { identities: Vec::new(), unusable: vec![reason] });
        Self { name, identities, unusable }
    }
}

/// What one source has.
#[derive(Default)]
struct Loaded {
    identities: Vec<Box<dyn ::age::Identity>>,
    unusable: Vec<String>,
}

impl From<Lines> for Loaded {
    fn from(Lines { identities, unusable }: Lines) -> Self {
        let identities = identities.into_iter().map(|identity| Box::new(identity) as _).collect();
        Self { identities, unusable }
    }
}

impl From<::age::ssh::Identity> for Loaded {
    fn from(identity: ::age::ssh::Identity) -> Self {
        Self { identities: vec![Box::new(identity)], unusable: Vec::new() }
    }
}

fn parse(content: &[u8], path: &Path, key: &WrappedKey, passphrases: &dyn PassphraseSource) -> Result<Loaded, String> {
    if content.is_empty() {
        return Err("empty".to_owned());
    }
    if content.starts_with(b"age-encryption.org/") || content.starts_with(b"-----BEGIN AGE") {
        return open_identity_file(content, path, passphrases);
    }
    if content.starts_with(b"-----BEGIN") {
        return parse_ssh(content, path, key, passphrases);
    }
    Ok(read_lines(content).into())
}

/// The lines of a text: those that are X25519 identities, and what is wrong with the others.
struct Lines {
    identities: Vec<::age::x25519::Identity>,
    unusable: Vec<String>,
}

/// Reads every line for itself: one that cannot be used says nothing of the others.
fn read_lines(text: &[u8]) -> Lines {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut lines = Lines { identities: Vec::new(), unusable: Vec::new() };
    for (line, number) in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1_usize..) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        match std::str::from_utf8(line).ok().and_then(|line| line.parse().ok()) {
            Some(identity) => lines.identities.push(identity),
            // The line itself is not repeated: it may be a secret key with a typing error.
            None => lines.unusable.push(format!("line {number} is {}", kind_of_line(line))),
        }
    }
    lines
}

fn kind_of_line(line: &[u8]) -> &'static str {
    let starts_with = |word: &[u8]| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if starts_with(b"AGE-PLUGIN-") {
        "an identity of an age plugin, which kenc does not run"
    } else if starts_with(b"AGE-SECRET-KEY-PQ-") {
        "a post-quantum identity, which kenc does not support"
    } else {
        "not an age identity"
    }
}

/// The first few of what could not be used, in words.
fn named(unusable: &[String]) -> String {
    let words = unusable.iter().take(MAX_NAMED_LINES).cloned().collect::<Vec<_>>().join(", ");
    match unusable.len().checked_sub(MAX_NAMED_LINES) {
        Some(more @ 1..) => format!("{words}, and {more} more"),
        _ => words,
    }
}

/// An age identity file that is itself encrypted under a passphrase.
fn open_identity_file(content: &[u8], path: &Path, passphrases: &dyn PassphraseSource) -> Result<Loaded, String> {
    let decryptor =
        ::age::Decryptor::new(::age::armor::ArmoredReader::new(content)).map_err(|_| "damaged".to_owned())?;
    if !decryptor.is_scrypt() {
        return Err("encrypted, but not under a passphrase".to_owned());
    }
    let passphrase = passphrases.passphrase(&path.display().to_string()).map_err(|error| error.to_string())?;
    let mut identity = ::age::scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let reader = decryptor.decrypt(std::iter::once(&identity as _)).map_err(|error| match error {
        ::age::DecryptError::ExcessiveWork { required, .. } => too_much_work(required),
        _ => "wrong passphrase".to_owned(),
    })?;
    let mut text = Zeroizing::new(Vec::new());
    reader.take(MAX_IDENTITY_FILE).read_to_end(&mut text).map_err(|_| "damaged".to_owned())?;
    Ok(read_lines(&text).into())
}

fn parse_ssh(
    content: &[u8],
    path: &Path,
    key: &WrappedKey,
    passphrases: &dyn PassphraseSource,
) -> Result<Loaded, String> {
    match ::age::ssh::Identity::from_buffer(content, None).map_err(|_| "not an ssh private key".to_owned())? {
        ::age::ssh::Identity::Unsupported(_) => Err("a kind of ssh key that is not supported".to_owned()),
        ::age::ssh::Identity::Encrypted(_) if is_other_ssh_key(path, key) => Ok(Loaded::default()),
        ::age::ssh::Identity::Encrypted(encrypted) => {
            let passphrase = passphrases.passphrase(&path.display().to_string()).map_err(|error| error.to_string())?;
            let plain = encrypted.decrypt(passphrase).map_err(|_| "wrong passphrase".to_owned())?;
            Ok(::age::ssh::Identity::from(plain).into())
        }
        plain @ ::age::ssh::Identity::Unencrypted(_) => Ok(plain.into()),
    }
}

/// Whether the public half beside an encrypted ssh key tells that it is not the one, so that nobody is asked in vain.
fn is_other_ssh_key(path: &Path, key: &WrappedKey) -> bool {
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    let content = read_limited(public.as_ref(), MAX_PUBLIC_KEY).unwrap_or_default();
    let text = String::from_utf8_lossy(&content);
    matches!(AgeRecipient::from_word(text.trim()), Ok(Some(recipient)) if recipient.as_str() != key.key_id)
}

/// Reads a small file whole. The memory that it takes depends on the limit, not on what the file claims to hold.
fn read_limited(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, String> {
    let reason = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "not found".to_owned(),
        std::io::ErrorKind::PermissionDenied => "not readable".to_owned(),
        std::io::ErrorKind::IsADirectory => "a directory".to_owned(),
        _ => error.to_string(),
    };
    let mut content = Zeroizing::new(Vec::new());
    open(path).map_err(reason)?.take(limit + 1).read_to_end(&mut content).map_err(reason)?;
    if content.len() as u64 > limit {
        return Err("too long to be a key".to_owned());
    }
    Ok(content)
}

/// Opens a file without waiting for anybody: a named pipe to which nobody writes reads as empty. What a shell gives as
/// `<(command)` has a writer, and is read to its end.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    // The flags of this system fit: they are those that its own `open` takes.
    let file = File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::crypto::DataKey;
    use crate::error::KeyRefusal;
    use crate::keys::age::recipient::NewIdentity;
    use crate::keys::age::wrap::{unwrap, wrap};

    const PLUGIN: &str = "AGE-PLUGIN-YUBIKEY-1QGSQJR8JQAAAA5GQ0PT";
    const POST_QUANTUM: &str = "AGE-SECRET-KEY-PQ-1QQQQQQQQQQQQQQQQQQQQ";

    struct Nobody;

    impl PassphraseSource for Nobody {
        fn passphrase(&self, _subject: &str) -> Result<SecretString> {
            self.new_passphrase()
        }

        fn new_passphrase(&self) -> Result<SecretString> {
            Err(Error::Passphrase("there is none".to_owned()))
        }

        fn must_be_typed(&self) -> bool {
            false
        }
    }

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    fn of_files(files: &[&Path]) -> Identities {
        Identities { files: files.iter().map(|path| (*path).to_owned()).collect(), ..Identities::default() }
    }

    /// What the refusal says of a file in which nothing can be used.
    fn reason(content: &[u8]) -> String {
        let (file, wrapped) = (file(content), wrap(&NewIdentity::generate().recipient, &DataKey::generate()).unwrap());
        let Err(KeyRefusal::NoIdentity { searched }) = unwrap(&wrapped, &of_files(&[file.path()]), &Nobody) else {
            panic!("no identity was there");
        };
        searched[0].replacen(&file.path().display().to_string(), "FILE", 1)
    }

    #[test]
    fn a_line_that_cannot_be_used_does_not_disable_the_others() {
        let ours = NewIdentity::generate();
        let wrapped = wrap(&ours.recipient, &DataKey::generate()).unwrap();
        let secret = ours.secret.expose_secret();
        for unusable in [PLUGIN, POST_QUANTUM, "nonsense", "AGE-SECRET-KEY-1TYPO", "\u{1}\u{2}", "-----BEGIN"] {
            for text in [format!("# a\n{unusable}\n{secret}\n"), format!("{secret}\r\n{unusable}\r\n")] {
                let file = file(text.as_bytes());
                assert!(unwrap(&wrapped, &of_files(&[file.path()]), &Nobody).is_ok(), "{text}");
                assert_eq!(recipient_of_file(file.path()).unwrap(), ours.recipient, "{text}");
            }
        }
        for start in [&b"\xff\xfe\n"[..], BYTE_ORDER_MARK] {
            let file = file(&[start, secret.as_bytes()].concat());
            assert!(unwrap(&wrapped, &of_files(&[file.path()]), &Nobody).is_ok(), "{start:?}");
        }
    }

    #[test]
    fn lines_that_cannot_be_used_are_named_if_nothing_else_opens() {
        let secret = NewIdentity::generate().secret;
        let other = secret.expose_secret();
        assert_eq!(reason(format!("{other}\n").as_bytes()), "FILE");
        assert_eq!(reason(b""), "FILE (empty)");
        assert_eq!(
            reason(format!("{PLUGIN}\n{other}\n{POST_QUANTUM}\n").as_bytes()),
            "FILE (line 1 is an identity of an age plugin, which kenc does not run, \
             line 3 is a post-quantum identity, which kenc does not support)"
        );
        assert_eq!(
            reason(b"a\nb\nc\nd\ne\n"),
            "FILE (line 1 is not an age identity, line 2 is not an age identity, line 3 is not an age identity, and 2 more)"
        );
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let wrapped = wrap(&NewIdentity::generate().recipient, &DataKey::generate()).unwrap();
        let Err(KeyRefusal::NoIdentity { searched }) = unwrap(&wrapped, &of_files(&["/dev/zero".as_ref()]), &Nobody)
        else {
            panic!("no identity was there");
        };
        assert_eq!(searched, ["/dev/zero (too long to be a key)"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_named_pipe_without_a_writer_is_empty_and_one_with_a_writer_is_read() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let ours = NewIdentity::generate();
        let wrapped = wrap(&ours.recipient, &DataKey::generate()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let identities = of_files(&[&pipe]);
        let Err(KeyRefusal::NoIdentity { searched }) = unwrap(&wrapped, &identities, &Nobody) else {
            panic!("no identity was there");
        };
        assert_eq!(searched, [format!("{} (empty)", pipe.display())]);

        // Opened for both directions, so that opening it waits for nobody and the pipe has a writer from now on.
        let mut writer = File::options().read(true).write(true).open(&pipe).unwrap();
        let secret = ours.secret.expose_secret().to_owned();
        let opened = std::thread::scope(|scope| {
            let reader = scope.spawn(|| unwrap(&wrapped, &identities, &Nobody).is_ok());
            writeln!(writer, "{secret}").unwrap();
            // The reader has the pipe open as soon as the line is gone; only then may the writer go.
            while rustix::io::ioctl_fionread(&writer).unwrap() > 0 {
                std::thread::yield_now();
            }
            drop(writer);
            reader.join().unwrap()
        });
        assert!(opened);
    }

    #[test]
    fn an_encrypted_identity_file_that_asks_for_too_much_work_says_so() {
        let mut recipient = ::age::scrypt::Recipient::new(SecretString::from("right"));
        recipient.set_work_factor(1);
        let encrypted = ::age::encrypt(&recipient, b"").unwrap();
        let text = String::from_utf8_lossy(&encrypted[..80]).into_owned();
        let start = text.find(" 1\n").unwrap();
        let costly = [&encrypted[..start], b" 21\n", &encrypted[start + 3..]].concat();
        let file = file(&costly);
        let fault = open_identity_file(&costly, file.path(), &Right).err().unwrap();
        assert_eq!(fault, "the scrypt work factor of its passphrase is 2^21, and the limit is 2^20");
    }

    struct Right;

    impl PassphraseSource for Right {
        fn passphrase(&self, _subject: &str) -> Result<SecretString> {
            self.new_passphrase()
        }

        fn new_passphrase(&self) -> Result<SecretString> {
            Ok(SecretString::from("right"))
        }

        fn must_be_typed(&self) -> bool {
            false
        }
    }
}
