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
use super::lines::{Lines, NativeIdentity, named, read_lines};
use super::plugin::PluginIdentities;
use super::recipient::AgeRecipient;
use super::sought::Sought;
use crate::error::{Error, Result};
use crate::keys::passphrase::PassphraseSource;
use crate::limits::LONGEST_IDENTITIES;

/// Longest file that is read as the public half of an ssh key, in bytes.
const MAX_PUBLIC_KEY: u64 = 1 << 14;

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

impl Identities {
    /// The recipients of native identities that can be read without asking anybody: those in memory, in the variable and in
    /// regular files, without the files in `without`. Each is derived from its secret key.
    #[must_use]
    pub fn own_recipients(&self, without: &[&Path]) -> Vec<AgeRecipient> {
        let Self { files, ssh_files: _, variable, texts } = self;
        let of_variable = variable.and_then(std::env::var_os).map(|text| Zeroizing::new(text.into_encoded_bytes()));
        // A pipe could be read only once, and by whoever needs its identity.
        let is_read = |path: &&PathBuf| path.is_file() && !without.contains(&path.as_path());
        let of_files = files.iter().filter(is_read).filter_map(|path| read_limited(path, LONGEST_IDENTITIES).ok());
        let of_memory = texts.iter().map(|text| Zeroizing::new(text.expose_secret().as_bytes().to_vec()));
        let all = of_memory.chain(of_variable).chain(of_files);
        all.flat_map(|text| read_lines(&text).identities).map(|identity| identity.to_public()).collect()
    }
}

/// The recipient of the first identity in a key file that kenc can use.
///
/// # Errors
/// If the file cannot be read, or has no identity whose recipient kenc can tell.
pub fn recipient_of_file(path: &Path) -> Result<AgeRecipient> {
    let fault = |reason: String| Error::KeyFile { path: path.to_owned(), reason };
    let content = read_limited(path, LONGEST_IDENTITIES).map_err(fault)?;
    let Lines { identities, plugins, unusable } = read_lines(&content);
    match identities.into_iter().next() {
        Some(identity) => Ok(identity.to_public()),
        None if !plugins.is_empty() => Err(fault("only the plugin knows the recipient of its identity".to_owned())),
        None if unusable.is_empty() => Err(fault("it contains no identity".to_owned())),
        None => Err(fault(named(&unusable))),
    }
}

/// One place where identities were looked for: a file, or a variable.
pub(super) struct Source<'a> {
    name: String,
    pub(super) identities: Vec<LoadedIdentity>,
    /// Those that plugins know, which are tried last.
    pub(super) plugins: Vec<PluginIdentities<'a>>,
    /// Why it has none, or what else it has.
    unusable: Vec<String>,
}

/// The place, and what could not be used there.
impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.unusable.is_empty() { Ok(()) } else { write!(f, " ({})", named(&self.unusable)) }
    }
}

/// Loads each source when its turn comes, so that a source that asks for a passphrase asks only if it is needed.
pub(super) fn load<'a>(
    identities: &'a Identities,
    sought: Sought<'a>,
    passphrases: &'a dyn PassphraseSource,
) -> impl Iterator<Item = Source<'a>> + 'a {
    let Identities { files, ssh_files, variable, texts } = identities;
    let source = move |name, loaded| Source::new(name, loaded, sought, passphrases);
    let texts = texts.iter().map(move |text| {
        let lines = read_lines(text.expose_secret().as_bytes());
        source("the identities in memory".to_owned(), Ok(lines.into()))
    });
    let variable = variable.iter().filter_map(move |name| {
        let content = Zeroizing::new(std::env::var_os(name)?.into_encoded_bytes());
        Some(source(format!("${name}"), Ok(read_lines(&content).into())))
    });
    let ssh_files = ssh_files.iter().filter(move |path| sought.may_be_ssh() && path.exists());
    texts.chain(variable).chain(files.iter().chain(ssh_files).map(move |path| {
        let loaded =
            read_limited(path, LONGEST_IDENTITIES).and_then(|content| parse(&content, path, sought, passphrases));
        source(path.display().to_string(), loaded)
    }))
}

impl<'a> Source<'a> {
    fn new(name: String, loaded: Result<Loaded, String>, sought: Sought<'_>, asked: &'a dyn PassphraseSource) -> Self {
        let Loaded { identities, plugins, unusable } =
            loaded.unwrap_or_else(|reason| Loaded { unusable: vec![reason], ..Loaded::default() });
        let identities = identities.into_iter().filter(|it| sought.permits(it.recipient.as_ref())).collect();
        let plugins = PluginIdentities::by_plugin(plugins, asked);
        let plugins = plugins.into_iter().filter(|plugin| sought.may_be_of_plugin(plugin.name())).collect();
        Self { name, identities, plugins, unusable }
    }

    /// All of its identities, those of plugins last.
    pub(super) fn all(&self) -> impl Iterator<Item = &(dyn ::age::Identity + 'a)> {
        let plugins = self.plugins.iter().map(|plugin| plugin as &dyn ::age::Identity);
        self.identities.iter().map(|loaded| &*loaded.identity as &dyn ::age::Identity).chain(plugins)
    }
}

/// An identity, with its recipient where the identity tells it.
pub(super) struct LoadedIdentity {
    pub(super) recipient: Option<AgeRecipient>,
    pub(super) identity: Box<dyn ::age::Identity>,
}

/// What one source has.
#[derive(Default)]
struct Loaded {
    identities: Vec<LoadedIdentity>,
    plugins: Vec<::age::plugin::Identity>,
    unusable: Vec<String>,
}

impl From<Lines> for Loaded {
    fn from(Lines { identities, plugins, unusable }: Lines) -> Self {
        let with_recipient = |identity: NativeIdentity| LoadedIdentity {
            recipient: Some(identity.to_public()),
            identity: identity.into_age(),
        };
        let identities = identities.into_iter().map(with_recipient).collect();
        Self { identities, plugins, unusable }
    }
}

impl From<::age::ssh::Identity> for Loaded {
    fn from(identity: ::age::ssh::Identity) -> Self {
        let public = ::age::ssh::Recipient::try_from(identity.clone()).ok().map(|public| public.to_string());
        let recipient = public.and_then(|word| AgeRecipient::from_word(&word).ok().flatten());
        let identity = LoadedIdentity { recipient, identity: Box::new(identity) };
        Self { identities: vec![identity], ..Self::default() }
    }
}

fn parse(
    content: &[u8],
    path: &Path,
    sought: Sought<'_>,
    passphrases: &dyn PassphraseSource,
) -> Result<Loaded, String> {
    if content.is_empty() {
        return Err("empty".to_owned());
    }
    if content.starts_with(b"age-encryption.org/") || content.starts_with(b"-----BEGIN AGE") {
        return open_identity_file(content, path, passphrases);
    }
    if content.starts_with(b"-----BEGIN") {
        return parse_ssh(content, path, sought, passphrases);
    }
    Ok(read_lines(content).into())
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
    reader.take(LONGEST_IDENTITIES).read_to_end(&mut text).map_err(|_| "damaged".to_owned())?;
    Ok(read_lines(&text).into())
}

fn parse_ssh(
    content: &[u8],
    path: &Path,
    sought: Sought<'_>,
    passphrases: &dyn PassphraseSource,
) -> Result<Loaded, String> {
    match ::age::ssh::Identity::from_buffer(content, None).map_err(|_| "not an ssh private key".to_owned())? {
        ::age::ssh::Identity::Unsupported(_) => Err("a kind of ssh key that is not supported".to_owned()),
        ::age::ssh::Identity::Encrypted(_) if is_other_ssh_key(path, sought) => Ok(Loaded::default()),
        ::age::ssh::Identity::Encrypted(encrypted) => {
            let passphrase = passphrases.passphrase(&path.display().to_string()).map_err(|error| error.to_string())?;
            let plain = encrypted.decrypt(passphrase).map_err(|_| "wrong passphrase".to_owned())?;
            Ok(::age::ssh::Identity::from(plain).into())
        }
        plain @ ::age::ssh::Identity::Unencrypted(_) => Ok(plain.into()),
    }
}

/// Whether the public half beside an encrypted ssh key tells that it is not the one, so that nobody is asked in vain.
fn is_other_ssh_key(path: &Path, sought: Sought<'_>) -> bool {
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    let content = read_limited(public.as_ref(), MAX_PUBLIC_KEY).unwrap_or_default();
    sought.is_other_ssh_key(&String::from_utf8_lossy(&content))
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
    use crate::keys::age::lines::BYTE_ORDER_MARK;
    use crate::keys::age::recipient::NewIdentity;
    use crate::keys::age::wrap::{unwrap, wrap};

    const PLUGIN: &str = "AGE-PLUGIN-YUBIKEY-1QGSQJR8JQAAAA5GQ0PX";
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
        let (file, wrapped) =
            (file(content), wrap(&NewIdentity::generate().recipient, &DataKey::generate(), &Nobody).unwrap());
        let Err(KeyRefusal::NoIdentity { searched }) = unwrap(&wrapped, &of_files(&[file.path()]), &Nobody) else {
            panic!("no identity was there");
        };
        searched[0].replacen(&file.path().display().to_string(), "FILE", 1)
    }

    #[test]
    fn a_line_that_cannot_be_used_does_not_disable_the_others() {
        let ours = NewIdentity::generate();
        let wrapped = wrap(&ours.recipient, &DataKey::generate(), &Nobody).unwrap();
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
            "FILE (line 1 is a mistyped identity of an age plugin, line 3 is a mistyped post-quantum identity)"
        );
        assert_eq!(
            reason(b"a\nb\nc\nd\ne\n"),
            "FILE (line 1 is not an age identity, line 2 is not an age identity, line 3 is not an age identity, and 2 more)"
        );
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let wrapped = wrap(&NewIdentity::generate().recipient, &DataKey::generate(), &Nobody).unwrap();
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
        let wrapped = wrap(&ours.recipient, &DataKey::generate(), &Nobody).unwrap();
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
