//! What one run keeps for its calls: a runtime, the configuration of the environment, and one client for each region.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_kms::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::http::{self, NobodyThere};
use super::observed::Observed;
use super::role::AssumedRole;
use super::sign_in::{self, Profiles};
use crate::keys::aws_kms::hooks::KmsCallLog;
use crate::keys::aws_kms::settings::KmsSettings;

pub(in crate::keys::aws_kms) struct KmsSession {
    runtime: BackgroundRuntime,
    prepared: Mutex<KmsSetup>,
}

impl KmsSession {
    /// Starts a runtime. Nothing is read yet.
    pub(super) fn new() -> std::io::Result<Self> {
        // Names are looked up in a thread of the runtime, which panics where there can be none.
        crate::threads::check().map_err(std::io::Error::other)?;
        Ok(Self { runtime: BackgroundRuntime::new()?, prepared: Mutex::default() })
    }

    /// A session that reads nothing of the environment.
    #[cfg(test)]
    pub(super) fn with_config(config: SdkConfig) -> Self {
        let home_region = config.region().map(ToString::to_string).into();
        let prepared = KmsSetup { home_region, config: Some(config), ..KmsSetup::default() };
        Self { runtime: BackgroundRuntime::new().unwrap(), prepared: Mutex::new(prepared) }
    }

    /// The client for a key that names `key_region`, or none. `None` if no region is known. What `calls` hears of is decided
    /// by the first call.
    pub(super) fn client(
        &self,
        settings: &KmsSettings,
        key_region: Option<&str>,
        calls: Option<&Arc<dyn KmsCallLog>>,
    ) -> Option<Regional> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        self.block_on(prepared.client(settings, key_region, calls))
    }

    /// Has `sign_in` assume those roles of the configuration for which a person has to type a code. Other threads wait.
    ///
    /// # Errors
    /// The first error of `sign_in`.
    pub(super) fn sign_in<E>(&self, mut sign_in: impl FnMut(&AssumedRole) -> Result<(), E>) -> Result<(), E> {
        let prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        prepared.mfa_roles.iter().try_for_each(|role| sign_in(role))
    }

    /// The configuration of the environment, for a storage of objects; `region` where none is named. And the file with the
    /// certificates to trust, if one is named.
    pub(super) fn config_of_objects(&self, settings: &KmsSettings, region: &str) -> (SdkConfig, Option<String>) {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        self.block_on(prepared.load(settings, region));
        (prepared.config.clone().expect("it was just loaded"), prepared.ca_bundle.clone())
    }

    /// How long a throttled service is asked again.
    pub(super) fn retries(&self) -> Retries {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).retries
    }

    /// The configuration of the environment, for a service beside KMS. `None` if no region is known.
    pub(super) fn config(&self, settings: &KmsSettings, key_region: Option<&str>) -> Option<SdkConfig> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        self.block_on(prepared.client(settings, key_region, None))?;
        prepared.config.clone()
    }

    /// Runs a call to its end.
    pub(super) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.get().block_on(future)
    }

    /// Starts a call that proceeds while others do.
    pub(super) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.runtime.get().spawn(future)
    }
}

/// A runtime that is left behind when it is dropped: waiting for it would wait for a name lookup that hangs.
struct BackgroundRuntime(Option<Runtime>);

impl BackgroundRuntime {
    fn new() -> std::io::Result<Self> {
        Ok(Self(Some(tokio::runtime::Builder::new_current_thread().enable_all().build()?)))
    }

    fn get(&self) -> &Runtime {
        self.0.as_ref().expect("the runtime is there until it is dropped")
    }
}

impl Drop for BackgroundRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// What was read and made for calls so far.
#[derive(Default)]
struct KmsSetup {
    home_region: HomeRegion,
    config: Option<SdkConfig>,
    ca_bundle: Option<String>,
    /// Roles for which a person has to type a code, in the order in which they are assumed.
    mfa_roles: Vec<Arc<AssumedRole>>,
    clients: HashMap<String, Regional>,
    retries: Retries,
}

/// How long KMS is asked again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Retries {
    /// As long as the time for the whole lasts, if it asks for patience.
    #[default]
    UntilTimeout,
    /// As often as the configuration of AWS says.
    AsConfigured,
}

/// What one region is asked with.
#[derive(Clone)]
pub(super) struct Regional {
    pub(super) client: Client,
    /// The region that it asks.
    pub(super) region: String,
    /// Scheme, host and port that it has asked, as soon as it has.
    pub(super) endpoint: Arc<OnceLock<String>>,
    pub(super) retries: Retries,
}

/// The region of keys that name none.
#[derive(Default)]
enum HomeRegion {
    #[default]
    NotLookedFor,
    Known(String),
    Unknown,
}

impl HomeRegion {
    fn known(&self) -> Option<&String> {
        if let Self::Known(region) = self { Some(region) } else { None }
    }
}

impl From<Option<String>> for HomeRegion {
    fn from(found: Option<String>) -> Self {
        found.map_or(Self::Unknown, Self::Known)
    }
}

impl KmsSetup {
    async fn client(
        &mut self,
        settings: &KmsSettings,
        key_region: Option<&str>,
        calls: Option<&Arc<dyn KmsCallLog>>,
    ) -> Option<Regional> {
        let region = match key_region {
            Some(region) => region.to_owned(),
            None => self.home_region(settings).await?,
        };
        if let Some(regional) = self.clients.get(&region) {
            return Some(regional.clone());
        }
        self.load(settings, &region).await;
        let config = self.config.as_ref().expect("it was just loaded");
        let endpoint = Arc::<OnceLock<String>>::default();
        let mut builder = aws_sdk_kms::config::Builder::from(config)
            .region(Region::new(region.clone()))
            .retry_classifier(NobodyThere);
        if let Some(client) = config.http_client() {
            builder = builder.http_client(Observed::new(client, Arc::clone(&endpoint), calls.cloned()));
        }
        let client = Client::from_conf(builder.build());
        let regional = Regional { client, region: region.clone(), endpoint, retries: self.retries };
        self.clients.insert(region, regional.clone());
        Some(regional)
    }

    /// Reads the configuration, if it was not read yet.
    async fn load(&mut self, settings: &KmsSettings, region: &str) {
        if self.config.is_none() {
            let LoadedConfig { config, ca_bundle, mfa_roles, retries } =
                load(settings, self.home_region.known().cloned(), region).await;
            (self.config, self.ca_bundle) = (Some(config), ca_bundle);
            (self.mfa_roles, self.retries) = (mfa_roles, retries);
        }
    }

    async fn home_region(&mut self, settings: &KmsSettings) -> Option<String> {
        if let HomeRegion::NotLookedFor = self.home_region {
            let mut found = configured_region(settings).await;
            if found.is_none() {
                // The last resort, within one second: the region of the instance that this runs on.
                let instance = ImdsRegionProvider::builder().configure(&provider_config(http::client(None))).build();
                found = instance.region().await.map(|region| region.to_string());
            }
            self.home_region = found.into();
        }
        self.home_region.known().cloned()
    }
}

/// The region that the settings, the environment or the profile name. One that is set to nothing is not set.
async fn configured_region(settings: &KmsSettings) -> Option<String> {
    let named = |region: Option<Region>| region.map(|region| region.to_string()).filter(|region| !region.is_empty());
    if let Some(region) = named(settings.region.clone().map(Region::new)) {
        return Some(region);
    }
    if let Some(region) = named(EnvironmentVariableRegionProvider::new().region().await) {
        return Some(region);
    }
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &settings.profile {
        profile = profile.profile_name(name);
    }
    named(profile.build().region().await)
}

/// What was read of the environment.
struct LoadedConfig {
    config: SdkConfig,
    ca_bundle: Option<String>,
    mfa_roles: Vec<Arc<AssumedRole>>,
    retries: Retries,
}

/// Reads the configuration of the environment, once.
///
/// Where nothing names a region for signing in, the region of the key serves: without one, the SDK would ask the
/// metadata service for it several times, which takes seconds where there is none.
async fn load(settings: &KmsSettings, home_region: Option<String>, key_region: &str) -> LoadedConfig {
    let home_region = match home_region {
        Some(region) => Some(region),
        None => configured_region(settings).await,
    };
    let region = Region::new(home_region.unwrap_or_else(|| key_region.to_owned()));
    let profiles = Profiles::load(settings.profile.as_deref()).await;
    let ca_bundle = profiles.setting("AWS_CA_BUNDLE", "ca_bundle");
    let http_client = http::client(ca_bundle.clone());
    let timeouts = timeouts(settings.timeout);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region.clone())
        .http_client(http_client.clone())
        .timeout_config(timeouts.clone())
        // Somewhat less than the whole, so that the message can say that it was the credentials that did not come.
        .identity_cache(IdentityCache::lazy().load_timeout(settings.timeout.mul_f64(0.9)).build());
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    let mut provider = provider_config(http_client)
        .with_region(Some(region))
        .with_timeout_config(timeouts)
        .with_use_fips(config.use_fips())
        .with_use_dual_stack(config.use_dual_stack());
    if let Some(retries) = config.retry_config() {
        provider = provider.with_retry_config(retries.clone());
    }
    let is_limited = profiles.setting("AWS_MAX_ATTEMPTS", "max_attempts").is_some();
    let retries = if is_limited { Retries::AsConfigured } else { Retries::UntilTimeout };
    let (config, mfa_roles) = sign_in::with_credentials(config, &provider, settings, &profiles);
    LoadedConfig { config, ca_bundle, mfa_roles, retries }
}

fn provider_config(http_client: SharedHttpClient) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_http_client(http_client)
        .with_behavior_version(Some(BehaviorVersion::latest()))
}

/// Longest wait for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// Shortest limit of one attempt: less would cut off a distant region.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(1);

/// The whole is limited by `longest`, retries and signing in included.
///
/// One attempt may take a third of it, so that one that hangs is tried again. That is a limit on the answer alone and
/// not on the attempt as the SDK counts it, for that would also cut off a program that asks somebody for credentials.
pub(super) fn timeouts(longest: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_timeout(longest)
        .connect_timeout(longest.min(CONNECT_LIMIT))
        .read_timeout(longest.min(ATTEMPT_LIMIT.max(longest / 3)))
        .build()
}
