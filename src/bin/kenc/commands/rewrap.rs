//! `kenc rewrap`.

use std::cell::Cell;

use kenc::Session;
use kenc::crypto::Backend;
use kenc::document::DataKeyChange;
use kenc::error::{Error, Result};
use kenc::formats::format::{EncryptedFile, NewHead, RewrappedFile};
use kenc::formats::native::{Header, TableCopies, mend_tables, write_tables};
use kenc::fs::held::Held;
use kenc::keys::{KeyChange, KeySpec, Rewrapped, Rewrapper, Way};
use serde_json::{Value, json};

use crate::args::RewrapArgs;
use crate::commands::changing::FOREIGN_BY_CONFIG;
use crate::commands::changing::by_config::{ByConfig, Rewrappers};
use crate::commands::changing::confirm::confirm;
use crate::commands::changing::vouching::{Consent, Vouching};
use crate::commands::changing::{self, Content, Intent, OldAndNew, Target, check, named};
use crate::commands::documents;
use crate::failure::{Exit, Failure, HasExit};
use crate::habits::{self, Replacement};
use crate::report::document_keys::{DONE, WOULD};
use crate::report::rekeyed_document::DocumentRewrapped;
use crate::report::{Reporter, counted, printable};
use crate::sessions;
use crate::signals;
use kenc::formats::native::file::{NativeFile, Payload};
use kenc::ops::configs::Configs;
use kenc::ops::documents::keys::KeysOfDocuments;

/// Files processed at the same time: most of the time is spent waiting for the key service and the disk. This also
/// limits concurrent calls.
const AT_ONCE: usize = 32;

pub fn run(args: &RewrapArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.files.in_place {
        habits::check_in_place(&args.files.inputs, Replacement::OfEncrypted(args.document.input_type.input_type))?;
    }
    let targets = changing::targets(&args.files, reporter)?;
    let passphrases = OldAndNew::new(&args.passphrase, &args.new_passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.files.inputs)?;
    let trusted = configs.trusted(args.files.inputs.first().map(std::path::PathBuf::as_path))?;
    let keyring = session.keyring_trusting(&trusted);
    let change = changing::key_change(&args.change, configs, &args.files.inputs)?;
    let changes_keys = change != KeyChange::default() || args.from_config.from_config;
    let rewrapper = Rewrapper::new(&keyring, change, session.only().to_vec());
    let looked_up = if args.from_config.from_config { &targets[..] } else { &[] };
    let by_config = ByConfig::new(looked_up, configs, &session);
    let keyrings = by_config.keyrings(&session, &trusted);
    let by_config = Rewrappers {
        rewrapper: &rewrapper,
        by_config: args.from_config.from_config.then_some(&by_config),
        of_config: by_config.rewrappers(&keyrings, session.only()),
        configs,
    };
    let documents = KeysOfDocuments {
        rewrapper: &rewrapper,
        configs,
        source: changing::key_source(&args.document, &args.from_config),
    };
    let notation = args.document.input_type.input_type;
    if args.check {
        return check::run(targets, notation, &documents, |target| by_config.of(target), configs, reporter);
    }
    let mut vouching = Vouching::new(configs, &documents, session.only(), Consent::of_flag(args.from_config.yes));
    if !args.dry_run {
        confirm(&targets, &args.from_config, notation, &documents, |target| by_config.of(target), reporter)?;
        vouching.ask(&targets, notation, DataKeyChange::Kept, |target| by_config.of(target), reporter)?;
    }
    signals::handle()?;
    let count = targets.len();
    let (changed, same) = (Cell::new(0), Cell::new(0));
    let outcome = changing::for_each(
        reporter,
        targets,
        AT_ONCE,
        |target| {
            let intent = if args.dry_run { Intent::Read } else { Intent::Change };
            let (content, held) = target.read(intent, notation)?;
            match content {
                Content::File(recognised) => {
                    let trusted = configs.trusted(target.path())?;
                    let rewrapper = &by_config.of(target)?.trusting(&trusted);
                    Rewrap { args, target, session: &session, rewrapper }
                        .run(*recognised, held)
                        .map(RewrapOutcome::File)
                }
                Content::Foreign(_) if args.from_config.from_config => Err(target.about()(FOREIGN_BY_CONFIG)),
                Content::Foreign(file) => {
                    let trusted = configs.trusted(target.path())?;
                    let rewrapper = &by_config.of(target)?.trusting(&trusted);
                    Rewrap { args, target, session: &session, rewrapper }.foreign(file, held).map(RewrapOutcome::File)
                }
                Content::Document(sealed) => documents::rewrap::run(*sealed, args, (target, held), &vouching, &session)
                    .map(RewrapOutcome::Document),
            }
        },
        |done: &RewrapOutcome| {
            let counter = if done.is_changed() { &changed } else { &same };
            counter.set(counter.get() + 1);
            if done.is_apart() {
                reporter.note(done.text().trim_end());
            } else {
                reporter.confirmation(&done.text(), &done.json())?;
            }
            if let RewrapOutcome::Document(done) = done
                && done.has_removed()
            {
                reporter.hint(&format!(
                    "a removed recipient who kept the data key of {0} can still use it: `kenc rotate {0}` makes a new one",
                    done.name
                ));
            }
            Ok(())
        },
    );
    let is_interrupted = matches!(&outcome, Err(failure) if failure.exit() == Exit::Interrupted);
    if (count > 1 || args.files.recursive) && !is_interrupted {
        let (changed, same) = (changed.get(), same.get());
        let word = if args.dry_run { "to change" } else { "changed" };
        reporter.confirmation(
            &format!("{}: {changed} {word}, {same} unchanged\n", counted(count, "file")),
            &json!({ "files": count, "changed": changed, "unchanged": same, "failed": count - changed - same, "dry_run": args.dry_run }),
        )?;
    }
    if !changes_keys && changed.get() == 0 && outcome.is_ok() {
        reporter.hint("name keys with `--to KEY`, `--add KEY` or `--remove KEY`");
    }
    outcome
}

/// The outcome for one file or document.
enum RewrapOutcome {
    File(FileRewrap),
    Document(DocumentRewrapped),
}

impl RewrapOutcome {
    fn is_changed(&self) -> bool {
        match self {
            Self::File(done) => done.written != Written::Nothing,
            Self::Document(done) => done.rekeyed.is_changed,
        }
    }

    fn is_apart(&self) -> bool {
        match self {
            Self::File(done) => done.is_apart,
            Self::Document(done) => done.is_apart,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::File(done) => done.text(),
            Self::Document(done) => done.text(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::File(done) => done.json(),
            Self::Document(done) => done.json(),
        }
    }
}

/// The change of one file.
struct Rewrap<'a> {
    args: &'a RewrapArgs,
    target: &'a Target,
    session: &'a Session,
    rewrapper: &'a Rewrapper<'a>,
}

impl Rewrap<'_> {
    fn run(self, recognised: NativeFile, held: Option<Held>) -> Result<FileRewrap, Failure> {
        let Self { args, target, session, rewrapper } = self;
        let NativeFile { head, is_armored, payload } = recognised;
        head.header
            .parameters
            .context
            .check_contains(session.context())
            .map_err(Error::from)
            .map_err(target.about())?;
        let Header { parameters, table, .. } = &head.header;
        let copies = head.header.copies;
        let is_data_key = |data_key: &_| head.cipher(data_key, Backend::default()).is_some();
        let rewrapped = rewrapper.rewrap(&table.slots, &parameters.context, &is_data_key).map_err(target.about())?;
        let is_changed = rewrapped.slots != table.slots;
        let new = if is_changed {
            head.header.with_slots(rewrapped.slots.clone()).map_err(Error::from).map_err(target.about())?
        } else {
            head.header.clone()
        };
        let done = |written| FileRewrap {
            name: target.name(),
            is_apart: target.is_standard_output(),
            is_dry: args.dry_run,
            copies,
            rewrapped,
            written,
        };
        let is_itself = matches!(target, Target::Itself(_));
        let fits = !is_armored && new.fits_in_place_of(&head.header);
        let written = match &payload {
            _ if is_itself && !is_changed && copies == TableCopies::Whole => Written::Nothing,
            Payload::File { .. } if is_itself && !is_changed && !is_armored => Written::Mended,
            _ if is_itself && fits => Written::InPlace,
            _ if is_itself && !is_changed => Written::Mended,
            _ => Written::Anew,
        };
        if args.dry_run {
            return Ok(done(written));
        }
        let check = |check: fn(&Held) -> Result<()>| held.as_ref().map_or(Ok(()), check);
        match (written, &payload) {
            (Written::Nothing, _) => {}
            (Written::Mended, Payload::File { file, .. }) => {
                check(Held::check_unchanged)?;
                mend_tables(&mut &*file, &head.header).map(drop).map_err(target.about())?;
                check(Held::check_named)?;
            }
            (Written::InPlace, Payload::File { file, .. }) => {
                check(Held::check_unchanged)?;
                write_tables(&mut &*file, &head.header, &new).map_err(target.about())?;
                // The file that was written must not have been replaced by another program.
                check(Held::check_named)?;
            }
            _ => {
                let (mut output, watched) = target.open_output(&args.files, held)?;
                let bytes = head.bytes_with(&new);
                let file = Box::new(NativeFile { head, is_armored, payload });
                file.write_with(&bytes, &mut output, session.cancelled()).map_err(target.about())?;
                target.commit(output, watched)?;
            }
        }
        Ok(done(written))
    }
}

impl Rewrap<'_> {
    /// A file in another format gets a new head before the same payload.
    fn foreign(self, file: Box<dyn EncryptedFile>, held: Option<Held>) -> Result<FileRewrap, Failure> {
        let Self { args, target, session, rewrapper } = self;
        file.context().check_contains(session.context()).map_err(Error::from).map_err(target.about())?;
        let RewrappedFile { rewrapped, head } = file.rewrap(rewrapper).map_err(target.about())?;
        let NewHead::Replaced { bytes, in_place } = head else {
            return Err(target.about()(Error::NotOfFormat("this file cannot keep its data key under other keys")));
        };
        let is_itself = matches!(target, Target::Itself(_));
        let is_same = in_place.is_some_and(|places| places.is_empty());
        let written = if is_itself && is_same { Written::Nothing } else { Written::Anew };
        if !args.dry_run && written == Written::Anew {
            let (mut output, watched) = target.open_output(&args.files, held)?;
            file.write_with(&bytes, &mut output, session.cancelled()).map_err(target.about())?;
            target.commit(output, watched)?;
        }
        Ok(FileRewrap {
            name: target.name(),
            is_apart: target.is_standard_output(),
            is_dry: args.dry_run,
            copies: TableCopies::Whole,
            rewrapped,
            written,
        })
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Nothing,
    /// The copy of the slot table that was damaged.
    Mended,
    /// The slot tables.
    InPlace,
    /// The whole file.
    Anew,
}

/// The outcome for one file.
struct FileRewrap {
    name: String,
    /// The result itself went to standard output.
    is_apart: bool,
    is_dry: bool,
    copies: TableCopies,
    rewrapped: Rewrapped,
    written: Written,
}

impl FileRewrap {
    fn text(&self) -> String {
        let Self { name, is_dry, copies, rewrapped, written, .. } = self;
        let Rewrapped { added, removed, absent, way, .. } = rewrapped;
        let (would, [add, remove]) = if *is_dry { ("would be ", WOULD) } else { ("", DONE) };
        let mut parts: Vec<String> = Vec::new();
        parts.extend(added.iter().map(|slot| format!("{add} {}", named(slot))));
        parts.extend(removed.iter().map(|slot| format!("{remove} {}", named(slot))));
        if *written == Written::Mended {
            parts.push(format!("{would}repaired: {}", copies.description()));
        } else if parts.is_empty() {
            parts.push("nothing to change".to_owned());
        }
        let absent: Vec<String> =
            absent.iter().map(|key: &KeySpec| format!("; {key} is not a key of this file")).collect();
        let how = match way {
            Way::InsideKms if !added.is_empty() => "inside KMS, ",
            _ => "",
        };
        let where_to = match written {
            Written::InPlace => format!(" ({how}in place)"),
            Written::Anew if !added.is_empty() || !removed.is_empty() => format!(" ({how}rewritten)"),
            _ => String::new(),
        };
        format!("{}\n", printable(&format!("{name}: {}{where_to}{}", parts.join(", "), absent.concat())))
    }

    fn json(&self) -> Value {
        let Self { name, is_dry, rewrapped, written, .. } = self;
        let Rewrapped { slots, added, removed, absent, way } = rewrapped;
        json!({
            "file": name,
            "dry_run": is_dry,
            "written": match written {
                Written::Nothing => "nothing",
                Written::Mended => "damaged copy",
                Written::InPlace => "in place",
                Written::Anew => "anew",
            },
            "way": way.name(),
            "keys": changing::keys_json(slots),
            "added": changing::keys_json(added),
            "removed": changing::keys_json(removed),
            "absent": absent.iter().map(ToString::to_string).collect::<Vec<String>>(),
        })
    }
}
