//! Everything needed to seal and open files: keys, identities, passphrases, configs, trust, and an observer.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use age::secrecy::SecretString;
use zeroize::Zeroizing;

use crate::config::{Guards, WholeFileRecipe};
use crate::context::EncryptionContext;
use crate::crypto::{Backend, DataKey, Suite};
use crate::document::{MacRequirement, OpenReport, OpenRequirements, SealRequirement, SealStatus};
use crate::error::{Error, Result};
use crate::formats::format::{
    EncryptedFile, FileFormat, KeyListener, OpeningKeys, PreparedSeal, ReadPolicy, SealSettings,
};
use crate::formats::native::file_format::NativeFormat;
use crate::formats::native::{
    ChunkCipher, Decryptor, Encryptor, FileHead, NewFile, Parameters, read_error, write_error,
};
use crate::formats::records::{self, RecordRequest};
use crate::fs::lock::{LockWaiter, Wait};
use crate::keys::aws_kms::{KmsHooks, KmsRoutes};
use crate::keys::{
    AwsKms, Cache, Identities, KeyChange, KeySpec, Keyring, KmsAccess, KmsSettings, PassphraseSource, Rewrapper,
    TrustedKeys, WrappedKey,
};
use crate::ops::configs::{Configs, format_of_rule};
use crate::ops::failure::Failure;
use crate::ops::observed_calls::ObservedCalls;
use crate::ops::observer::{Observer, Unobserved, Warning};
use crate::ops::places::identities_open_to_all;
use crate::storage::s3::{S3, UnfinishedUpload, UploadListener};

/// Time limit for one call of AWS KMS, unless settings name another.
const KMS_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings with which files are sealed and opened. Creating one touches neither files nor the network.
pub struct Session {
    keys: Vec<KeySpec>,
    only: Vec<KeySpec>,
    context: EncryptionContext,
    identities: Identities,
    passphrases: Arc<dyn PassphraseSource + Send>,
    settings: KmsSettings,
    routes: KmsRoutes,
    kms: Arc<AwsKms>,
    s3: OnceLock<S3>,
    trusted: TrustedKeys,
    configs: Option<Configs>,
    cancelled: Arc<AtomicBool>,
    observer: Arc<dyn Observer>,
    /// Cache of unwrap results.
    cache: Cache,
    read_policy: ReadPolicy,
}

impl Session {
    /// A session without keys and identities.
    #[must_use]
    pub fn new() -> Self {
        let settings = KmsSettings { profile: None, region: None, role_arn: None, timeout: KMS_TIMEOUT };
        Self {
            keys: Vec::new(),
            only: Vec::new(),
            context: EncryptionContext::new(),
            identities: Identities::default(),
            passphrases: Arc::new(FixedPassphrase(None)),
            routes: KmsRoutes::default(),
            kms: Arc::new(AwsKms::new(settings.clone())),
            settings,
            s3: OnceLock::new(),
            trusted: TrustedKeys::all(),
            configs: None,
            cancelled: Arc::default(),
            observer: Arc::new(Unobserved),
            cache: Cache::default(),
            read_policy: ReadPolicy::default(),
        }
    }

    /// Also seals under `key`. Any one of the keys opens what is sealed.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<KeySpec>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Opens files with these keys only.
    #[must_use]
    pub fn with_only(self, only: Vec<KeySpec>) -> Self {
        Self { only, ..self }
    }

    /// Also opens with the age identities in `text`, one on each line, as in a key file.
    #[must_use]
    pub fn with_identities(mut self, text: SecretString) -> Self {
        self.identities.texts.push(text);
        self
    }

    /// Looks for identities in these places.
    #[must_use]
    pub fn with_identity_places(self, identities: Identities) -> Self {
        Self { identities, ..self }
    }

    /// Seals under this passphrase where [`KeySpec::passphrase`] is a key, and opens with it.
    #[must_use]
    pub fn with_passphrase(self, passphrase: SecretString) -> Self {
        self.with_passphrases(FixedPassphrase(Some(passphrase)))
    }

    /// Takes passphrases from `source`.
    #[must_use]
    pub fn with_passphrases(self, source: impl PassphraseSource + Send + 'static) -> Self {
        Self { passphrases: Arc::new(source), ..self }.with_hooks()
    }

    /// Binds `context` to sealed files, and requires its pairs in opened ones.
    #[must_use]
    pub fn with_context(self, context: EncryptionContext) -> Self {
        Self { context, ..self }
    }

    /// Uses AWS KMS with `settings`, instead of the environment and a limit of 30 seconds.
    #[must_use]
    pub fn with_kms(self, settings: KmsSettings) -> Self {
        Self { settings, ..self }.with_hooks()
    }

    /// Asks only keys in `trusted` when the header of a file names them. By default all are asked.
    #[must_use]
    pub fn with_trusted_keys(self, trusted: TrustedKeys) -> Self {
        Self { trusted, ..self }
    }

    /// Lets `configs` decide for each file which keys it gets, which are trusted, and whether it must be sealed. Their
    /// observer also observes this session.
    #[must_use]
    pub fn with_configs(self, configs: Configs) -> Self {
        Self { observer: Arc::clone(configs.observer()), configs: Some(configs), ..self }.with_hooks()
    }

    /// Reports progress to `observer`.
    #[must_use]
    pub fn with_observer(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }.with_hooks()
    }

    /// Has AWS KMS asked as the session says now. Nothing was asked before.
    fn with_hooks(self) -> Self {
        let hooks = KmsHooks {
            codes: Some(Arc::clone(&self.passphrases)),
            calls: Some(Arc::new(ObservedCalls::new(Arc::clone(&self.observer), self.configs.clone()))),
        };
        let kms = AwsKms::new(self.settings.clone()).with_hooks(hooks).with_routes(self.routes.clone());
        Self { kms: Arc::new(kms), s3: OnceLock::new(), ..self }
    }

    /// Asks the keys of files that are opened with these roles and profiles, unless the settings name others.
    #[must_use]
    pub fn with_kms_routes(self, routes: KmsRoutes) -> Self {
        Self { routes, ..self }.with_hooks()
    }

    /// Accepts of files that other programs may have written what `read_policy` says.
    #[must_use]
    pub fn with_read_policy(self, read_policy: ReadPolicy) -> Self {
        Self { read_policy, ..self }
    }

    /// Stops the work soon after `cancelled` becomes true.
    #[must_use]
    pub fn with_cancellation(self, cancelled: Arc<AtomicBool>) -> Self {
        Self { cancelled, ..self }
    }

    /// Seals a whole file in memory.
    ///
    /// # Errors
    /// If there is no key, or one refuses.
    pub fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>> {
        let mut encryptor = self.encryptor(Vec::new())?;
        encryptor.write_all(plaintext).and_then(|()| encryptor.finish()).map_err(write_error)
    }

    /// Opens a whole file in memory, and returns its plaintext if every byte is authentic.
    ///
    /// # Errors
    /// If `sealed` is not a kenc file, no key opens it, its context lacks a pair, or it was changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        // The plaintext is shorter: the buffer does not grow, which would leave copies of it in memory.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(sealed.len()));
        self.decryptor(sealed)?.read_to_end(&mut plaintext).map_err(read_error)?;
        Ok(plaintext)
    }

    /// Seals a stream: what is written to the result is encrypted to `writer`. The file is complete after
    /// [`Encryptor::finish`].
    ///
    /// # Errors
    /// If there is no key, one refuses, or `writer` fails.
    pub fn encryptor<W: Write>(&self, writer: W) -> Result<Encryptor<W>> {
        let (data_key, wrapped) = self.keyring().wrap_new(&self.keys, &self.context)?;
        let parameters = Parameters { suite: Suite::default(), context: self.context.clone() };
        let file = NewFile::new(parameters, wrapped, &data_key, Backend::default())?;
        Encryptor::new(writer, file).map_err(write_error)
    }

    /// Opens a stream: what is read from the result is authentic. Only its end shows that nothing is missing.
    ///
    /// # Errors
    /// If this is not a kenc file, no key opens it, its context lacks a pair, or `reader` fails.
    pub fn decryptor<R: Read>(&self, mut reader: R) -> Result<Decryptor<R>> {
        let head = FileHead::read(&mut reader)?;
        let cipher = self.cipher(&head, &self.trusted)?;
        Ok(Decryptor::new(reader, cipher))
    }

    /// The same file with its keys changed by `change`. The payload stays as it is.
    ///
    /// # Errors
    /// If `sealed` is not a kenc file, its context lacks a pair, no key opens it, a new one refuses, or none would be
    /// left.
    pub fn rewrap(&self, mut sealed: &[u8], change: KeyChange) -> Result<Vec<u8>> {
        let head = FileHead::read(&mut sealed)?;
        let header = &head.header;
        let context = &header.parameters.context;
        context.check_contains(&self.context)?;
        let is_data_key = |data_key: &_| head.cipher(data_key, Backend::default()).is_some();
        let keyring = self.keyring();
        let rewrapped =
            Rewrapper::new(&keyring, change, Vec::new()).rewrap(&header.table.slots, context, &is_data_key)?;
        let mut file = head.bytes_with(&header.with_slots(rewrapped.slots)?);
        file.extend_from_slice(sealed);
        Ok(file)
    }
}

/// What operations need of a session.
impl Session {
    /// The keyring, for [`crate::document`].
    #[must_use]
    pub fn keyring(&self) -> Keyring<'_> {
        self.keyring_trusting(&self.trusted)
    }

    /// The same for one file, limited to keys in `trusted`.
    #[must_use]
    pub fn keyring_trusting<'k>(&'k self, trusted: &'k TrustedKeys) -> Keyring<'k> {
        self.keyring_of(&self.kms, trusted)
    }

    /// The same with another access to AWS KMS, from [`Session::kms_for_rule`].
    #[must_use]
    pub fn keyring_of<'k>(&'k self, kms: &'k AwsKms, trusted: &'k TrustedKeys) -> Keyring<'k> {
        let Self { identities, passphrases, cache, .. } = self;
        Keyring { kms, identities, passphrases: &**passphrases, trusted, cache }
    }

    /// The access to AWS KMS.
    #[must_use]
    pub fn kms(&self) -> &AwsKms {
        &self.kms
    }

    /// Amazon S3, with the same sign-in.
    #[must_use]
    pub fn s3(&self) -> &S3 {
        self.s3.get_or_init(|| {
            let listener = Arc::new(LeftBehind(Arc::clone(&self.observer)));
            let urls = self.configs.as_ref().map(Configs::urls).unwrap_or_default();
            S3::new(Arc::clone(&self.kms), Arc::clone(&self.cancelled), listener, urls)
        })
    }

    /// An access to AWS KMS with the profile and the role of a rule. The session's own settings take precedence.
    #[must_use]
    pub fn kms_for_rule(&self, profile: Option<String>, role: Option<String>) -> Arc<AwsKms> {
        let access = KmsAccess { context: EncryptionContext::new(), role, profile };
        self.kms.acting_as(&access).unwrap_or_else(|| Arc::clone(&self.kms))
    }

    /// The access to AWS KMS that a recipe needs.
    #[must_use]
    pub fn kms_for_recipe(&self, recipe: &WholeFileRecipe) -> Arc<AwsKms> {
        let WholeFileRecipe { role, profile, routes, .. } = recipe;
        if routes.is_empty() {
            return self.kms_for_rule(profile.clone(), role.clone());
        }
        Arc::new(self.kms.routed(routes.clone()))
    }

    /// Creates a data key for files that are encrypted whole, and wraps it under the keys of a recipe.
    ///
    /// # Errors
    /// If a key refuses, or there is none.
    pub fn wrap_new(&self, recipe: &WholeFileRecipe) -> Result<(DataKey, Vec<WrappedKey>)> {
        let WholeFileRecipe { keys, context, .. } = recipe;
        let kms = self.kms_for_recipe(recipe);
        self.keyring_of(&kms, &self.trusted).wrap_new(keys, context)
    }

    /// The same for files in a format, any number of which are then sealed with no further call.
    ///
    /// # Errors
    /// As [`FileFormat::prepare`].
    pub fn prepare(
        &self,
        recipe: &WholeFileRecipe,
        (format, settings): (Option<&'static dyn FileFormat>, SealSettings),
    ) -> Result<Box<dyn PreparedSeal>> {
        let WholeFileRecipe { keys, context, .. } = recipe;
        let format = format.or_else(|| format_of_rule(recipe)).unwrap_or(&NativeFormat);
        let kms = self.kms_for_recipe(recipe);
        format.prepare(settings, context, keys, &self.keyring_of(&kms, &self.trusted))
    }

    /// The same for records of which fields are encrypted.
    ///
    /// # Errors
    /// If a key refuses, or there is none.
    pub fn prepare_records(&self, recipe: &WholeFileRecipe, request: &RecordRequest) -> Result<Box<dyn PreparedSeal>> {
        let kms = self.kms_for_recipe(recipe);
        records::prepare(request, &recipe.context, &recipe.keys, &self.keyring_of(&kms, &self.trusted))
    }

    /// The keys that may open files; all, if empty.
    #[must_use]
    pub fn only(&self) -> &[KeySpec] {
        &self.only
    }

    /// The pairs that are bound to sealed files, and required in opened ones.
    #[must_use]
    pub fn context(&self) -> &EncryptionContext {
        &self.context
    }

    /// Where identities are looked for.
    #[must_use]
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Warns of identities that every user of this machine can read or replace.
    pub fn warn_of_open_identities(&self) {
        for path in identities_open_to_all(&self.identities) {
            self.observer.warning(&Warning::IdentityOpenToAll(path.to_owned()));
        }
    }

    /// Warns of an opened document without a valid seal.
    pub fn warn_unless_sealed(&self, name: &str, report: &OpenReport) {
        if report.seal != SealStatus::Verified {
            self.observer.warning(&Warning::NotSealed { name: name.to_owned(), seal: report.seal });
        }
    }

    /// The configs, if there are any.
    #[must_use]
    pub fn configs(&self) -> Option<&Configs> {
        self.configs.as_ref()
    }

    /// The observer.
    #[must_use]
    pub fn observer(&self) -> &dyn Observer {
        &*self.observer
    }

    /// Becomes true when the work must stop.
    #[must_use]
    pub fn cancelled(&self) -> &AtomicBool {
        &self.cancelled
    }

    /// The same, for who stops it.
    #[must_use]
    pub fn cancellation(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }

    /// Stops a cancelled operation.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn check_cancelled(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// The requirements of configs and the session for a file; `None` is standard input.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid.
    pub fn guards(&self, path: Option<&Path>) -> Result<Guards, Failure> {
        match &self.configs {
            Some(configs) => configs.guards(path),
            None => Ok(Guards { trusted: self.trusted.clone(), require_seal: false }),
        }
    }

    /// The requirements for a document.
    #[must_use]
    pub fn document_demands(&self, mac: MacRequirement, seal: SealRequirement) -> OpenRequirements {
        OpenRequirements { only: self.only.clone(), context: self.context.clone(), mac, seal, order: Vec::new() }
    }

    /// Everything with which the keys of a file are asked, of which those may be that are in `trusted`.
    #[must_use]
    pub fn opening_keys<'k>(&'k self, trusted: &'k TrustedKeys) -> OpeningKeys<'k> {
        let Self { only, context, cache, .. } = self;
        OpeningKeys { keyring: self.keyring_trusting(trusted), cache, only, context, listener: self }
    }

    /// Whether nobody has to be asked for the keys of a file who is not being asked already.
    #[must_use]
    pub fn knows(&self, file: &dyn EncryptedFile) -> bool {
        self.cache.knows(file.wrapped_keys(), file.context(), &self.only)
    }

    /// What is accepted of files that other programs may have written.
    #[must_use]
    pub fn read_policy(&self) -> &ReadPolicy {
        &self.read_policy
    }

    /// The chunk cipher of a kenc file, from the first key that opens it.
    ///
    /// # Errors
    /// If its context lacks a pair, or no key opens it.
    pub fn cipher(&self, head: &FileHead, trusted: &TrustedKeys) -> Result<ChunkCipher> {
        self.unwrap(head, trusted).map(|(cipher, _)| cipher)
    }

    /// The same, and the data key, with which a successor of the file is made.
    ///
    /// # Errors
    /// As [`Session::cipher`].
    pub fn unwrap(&self, head: &FileHead, trusted: &TrustedKeys) -> Result<(ChunkCipher, DataKey)> {
        let (slots, context) = (&head.header.table.slots, &head.header.parameters.context);
        self.opening_keys(trusted).unwrap(slots, context, |data_key| {
            let cipher = head.cipher(data_key, Backend::default())?;
            Some((cipher, DataKey::from_slice(data_key.expose())?))
        })
    }
}

impl KeyListener for Session {
    fn opened_by(&self, number: usize, key: &WrappedKey) {
        self.observer.note(&format!("opened by key {} {} {}", number + 1, key.provider, key.key_id));
    }
}

impl LockWaiter for Session {
    fn wait(&self, path: &Path, progress: Wait) -> Result<()> {
        self.check_cancelled()?;
        if progress == Wait::IsLong {
            self.observer.waits_for(path);
        }
        Ok(())
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// Warns an observer of uploads that other runs have left behind.
struct LeftBehind(Arc<dyn Observer>);

impl UploadListener for LeftBehind {
    fn left_behind(&self, upload: UnfinishedUpload) {
        self.0.warning(&Warning::UnfinishedUpload(upload));
    }
}

/// The passphrase that the program gave, if any.
struct FixedPassphrase(Option<SecretString>);

impl PassphraseSource for FixedPassphrase {
    fn passphrase(&self, _subject: &str) -> Result<SecretString> {
        self.new_passphrase()
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.0.clone().ok_or_else(|| Error::Passphrase("the session has none".to_owned()))
    }

    fn must_be_typed(&self) -> bool {
        false
    }
}
