//! What all commands have in common: reading, opening and writing a document.

use std::path::{Path, PathBuf};

use kenc::Session;
use kenc::document::{EncryptedDocument, Format, MacRequirement, OpenRequirements, OpenedDocument, StoredKey};
use kenc::error::{Error, Result as LibraryResult};
use kenc::fs::atomic::{Access, Existing, Sync};
use kenc::fs::held::Held;
use kenc::keys::Keyring;
use zeroize::Zeroizing;

use super::args::SopsArgs;
use super::exit::{SopsStop, code};
use super::identities::FoundIdentities;
use crate::args::AwsArgs;
use crate::documents::{self, write};
use crate::failure::Failure;
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::report::other_names::tell_other_names;
use crate::sessions;
use kenc::formats::detect::{FormatSource, document_in, notation_for_sops};
use kenc::limits::LONGEST_DOCUMENT;
use kenc::ops::configs::Configs;
use kenc::ops::documents::layout::TextLayout;
use kenc::ops::documents::open::StatedRequirements;
pub use kenc::ops::input_name::name_of;
use kenc::ops::jobs::{check_folder_of, hold, open_input};
use kenc::storage::output::Destination;

/// One run of the program.
#[derive(Clone, Copy)]
pub struct SopsRun<'a> {
    pub args: &'a SopsArgs,
    pub configs: &'a Configs,
    pub reporter: &'a Reporter,
    /// The providers whose keys are tried first.
    pub order: &'a [&'static str],
    /// Knows the keys that the user names, and no identities yet.
    pub session: &'a Session,
}

impl<'a> SopsRun<'a> {
    /// The name that determines format and rule.
    pub fn name(self, path: Option<&'a Path>) -> Option<&'a Path> {
        let named = self.args.filename_override.as_deref().filter(|name| !name.as_os_str().is_empty());
        named.or(path)
    }

    /// The format of the input. What sops does not recognise by name, such as TOML, it treats as binary.
    pub fn input_format(self, path: Option<&Path>) -> Format {
        notation_for_sops(self.args.input_type.as_deref(), self.name(path))
    }

    /// The notation of the output.
    pub fn output_format(self, path: Option<&Path>) -> Format {
        notation_for_sops(self.args.output_type.as_deref(), self.name(path))
    }

    /// The layout of a result, from `--indent` and the config.
    pub fn layout(self, format: Format, path: Option<&Path>) -> Result<TextLayout, SopsStop> {
        let has_levels = matches!(format, Format::Yaml | Format::Json | Format::Binary);
        let indent = match self.args.indent {
            _ if !has_levels => None,
            Some(negative @ ..0) if format == Format::Yaml => {
                let sentence = format!("--indent {negative}: YAML does not allow negative indentation");
                return Err(SopsStop::new(code::CANNOT_EXPRESS, sentence));
            }
            // In sops this means its default, a tab.
            Some(..0) => None,
            Some(spaces) => Some(u8::try_from(spaces).map_err(|_| {
                SopsStop::new(code::FAILED, format!("--indent {spaces}: the limit is {} spaces", u8::MAX))
            })?),
            None => {
                let found = self.configs.of(path)?;
                let indents = found.config.as_ref().map(kenc::config::Config::indents).unwrap_or_default();
                match format {
                    Format::Yaml => indents.yaml,
                    Format::Binary => indents.json_binary,
                    _ => indents.json,
                }
            }
        };
        Ok(TextLayout { format, indent })
    }

    /// The layout of a rewritten encrypted document: unchanged, unless an option says otherwise.
    pub fn layout_of_opened(self, opened: &OpenedDocument, path: Option<&Path>) -> Result<TextLayout, SopsStop> {
        let own = opened.document().format();
        let word = self.args.output_type.as_deref().filter(|word| !word.is_empty());
        let to = match word.and_then(Format::of_word) {
            // A tree under the name of a binary file is written as JSON.
            Some(Format::Binary) if own != Format::Binary => Format::Json,
            Some(format) => format,
            None => own,
        };
        self.layout(to, path)
    }

    /// Reads an encrypted document.
    pub fn sealed(self, path: Option<&Path>) -> Result<EncryptedDocument, SopsStop> {
        let format = self.input_format(path);
        let whole = read(path)?;
        let is_by_name = self.args.input_type.as_deref().is_none_or(str::is_empty);
        let source = if is_by_name { FormatSource::Name } else { FormatSource::Caller };
        let sealed = document_in(&whole, format, source).map_err(Failure::about(name_of(path)));
        sealed.map_err(|failure| SopsStop::from(failure).with_code_of_unreadable(code::FAILED))
    }

    /// Reads an encrypted document, and opens it.
    pub fn open(self, path: Option<&Path>) -> Result<OpenedDocument, SopsStop> {
        let sealed = self.sealed(path)?;
        let mac = if self.args.ignore_mac { MacRequirement::Nothing } else { MacRequirement::Right };
        let guards = self.configs.guards(path)?;
        let stated = StatedRequirements { mac, ..StatedRequirements::default() };
        let recipients: Vec<String> =
            sealed.metadata().groups.iter().flatten().filter(|key| key.list() == "age").map(StoredKey::id).collect();
        let found = FoundIdentities::new(recipients.iter().map(String::as_str))?;
        let FoundIdentities { identities, folder: _kept } = found;
        let session = session(self.args, self.configs, self.reporter)
            .with_identity_places(identities)
            .with_cancellation(self.session.cancellation());
        session.warn_of_open_identities();
        let requirements = stated.with_seal_required(guards.require_seal).in_session(&session);
        let requirements = OpenRequirements { order: self.order.to_vec(), ..requirements };
        let keyring = session.keyring_trusting(&guards.trusted);
        let opened = sealed.open(&keyring, &requirements).map_err(Failure::about(name_of(path)))?;
        if !is_mixed_with_results() {
            session.warn_unless_sealed(&name_of(path), opened.report());
        }
        // Programs look for this sentence.
        self.reporter.note("Data key recovered successfully");
        Ok(opened)
    }

    /// Lets `work` use the keys that the user named.
    pub fn with_new_keys<T>(self, work: impl FnOnce(&Keyring<'_>) -> LibraryResult<T>) -> LibraryResult<T> {
        work(&self.session.keyring())
    }

    /// Locks the input if it is the file that will be replaced. Must be called before it is read.
    pub fn hold(self, path: Option<&Path>) -> Result<Option<Held>, SopsStop> {
        let same = |left: &Path, right: &Path| {
            let real = std::fs::canonicalize;
            real(left).is_ok_and(|left| real(right).is_ok_and(|right| left == right))
        };
        match path {
            Some(path) if self.args.in_place || self.output().is_some_and(|output| same(output, path)) => {
                Ok(Some(hold(path, self.session)?))
            }
            _ => Ok(None),
        }
    }

    fn output(self) -> Option<&'a PathBuf> {
        self.args.output.as_ref().filter(|output| !output.as_os_str().is_empty())
    }

    /// Writes a result to the destination of the flags: the locked file itself, another, or standard output.
    pub fn write(self, path: Option<&Path>, bytes: &[u8], access: Access, held: Option<Held>) -> Result<u8, SopsStop> {
        let SopsArgs { in_place, .. } = self.args;
        let output = self.output();
        let place = match (output, path) {
            (Some(_), _) if *in_place => {
                return Err(SopsStop::new(code::CONFLICT, "--output and --in-place cannot be combined"));
            }
            (Some(output), _) if held.is_some() => Destination::Input { path: output.clone() },
            (Some(output), _) => {
                check_folder_of(output)
                    .map_err(|cause| SopsStop::from(Failure::from(cause)).with_code(code::CANNOT_WRITE))?;
                Destination::File { path: output.clone(), existing: Existing::Replace }
            }
            (None, Some(path)) if *in_place => Destination::Input { path: path.to_owned() },
            (None, None) if *in_place => {
                return Err(SopsStop::new(code::CONFLICT, "standard input cannot be replaced in place"));
            }
            _ => Destination::StandardOutput { forced: true },
        };
        let names = held.as_ref().map_or(1, Held::names);
        let code = written(write(&place, bytes, (access, Sync::WhenReplacing), held, self.session))?;
        if let Destination::Input { path } = &place {
            tell_other_names(self.reporter, path, names);
        }
        Ok(code)
    }

    /// Replaces a document, which was locked when it was read, by its successor.
    pub fn replace(self, held: Held, text: &str) -> Result<u8, SopsStop> {
        let (path, names) = (held.path().to_owned(), held.names());
        let code = written(documents::replace(held, text))?;
        tell_other_names(self.reporter, &path, names);
        Ok(code)
    }
}

/// The session of a run: it asks the keys that the user names, and looks for no identities.
pub fn session(args: &SopsArgs, configs: &Configs, reporter: &Reporter) -> Session {
    let profile = args.aws_profile.clone().filter(|profile| !profile.is_empty());
    let aws = AwsArgs { profile, region: None, role_arn: None, timeout: std::time::Duration::from_secs(30) };
    sessions::to_encrypt(Passphrases::new(None, reporter.may_ask()), &aws, configs)
}

/// Whether messages on standard error would be mixed into the results. helm-secrets and others call sops with `2>&1`
/// and take all output for the plaintext.
#[cfg(unix)]
fn is_mixed_with_results() -> bool {
    use std::io::IsTerminal;

    let (results, words) = (std::io::stdout(), std::io::stderr());
    let place = |stat: rustix::fs::Stat| (stat.st_dev, stat.st_ino);
    let is_same = match (rustix::fs::fstat(&results), rustix::fs::fstat(&words)) {
        (Ok(results), Ok(words)) => place(results) == place(words),
        _ => false,
    };
    is_same && !words.is_terminal()
}

/// If two streams cannot be compared, they count as different.
#[cfg(not(unix))]
fn is_mixed_with_results() -> bool {
    false
}

/// Reads all of a file, or of the standard input.
pub fn read(path: Option<&Path>) -> Result<Zeroizing<Vec<u8>>, SopsStop> {
    let (whole, _) = open_input(path)?.read_whole(LONGEST_DOCUMENT)?;
    whole.ok_or_else(|| SopsStop::new(code::CANNOT_READ, format!("{} is too long for a document", name_of(path))))
}

fn written(outcome: LibraryResult<()>) -> Result<u8, SopsStop> {
    match outcome {
        Ok(()) => Ok(0),
        Err(error @ Error::Interrupted) => Err(error.into()),
        Err(error) => Err(SopsStop::from(error).with_code(code::CANNOT_WRITE)),
    }
}
