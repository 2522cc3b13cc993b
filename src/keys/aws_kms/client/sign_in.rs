//! Whose credentials sign the calls: those of the environment, of a profile, or of a role that is assumed with them.

use std::borrow::Cow;
use std::env;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_types::os_shim_internal::{Env, Fs};

use super::http::NobodyThere;
use super::profile::{BaseCredentials, Role, RoleChain};
use super::role::AssumedRole;
use crate::keys::aws_kms::settings::KmsSettings;

/// The profiles of the AWS configuration. None, if its files cannot be read: then the SDK says so.
pub(super) struct Profiles(Option<ProfileSet>);

impl Profiles {
    /// Reads them. `named` is the profile to select, instead of the one that the environment names.
    #[allow(clippy::default_trait_access, reason = "the type has no name outside the SDK")]
    pub(super) async fn load(named: Option<&str>) -> Self {
        let named = named.map(|name| Cow::Owned(name.to_owned()));
        Self(aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), named).await.ok())
    }

    /// A setting of the environment, or else of the selected profile.
    pub(super) fn setting(&self, variable: &str, property: &str) -> Option<String> {
        let of_profile = || self.0.as_ref()?.get(property).map(str::to_owned);
        self::variable(variable).or_else(of_profile)
    }
}

/// The configuration with the credentials that the settings ask for, and the roles for which a code has to be typed.
pub(super) fn with_credentials(
    config: SdkConfig,
    provider: &ProviderConfig,
    settings: &KmsSettings,
    Profiles(profiles): &Profiles,
) -> (SdkConfig, Vec<Arc<AssumedRole>>) {
    let mut signing = Signing { config, mfa_roles: Vec::new() };
    // The SDK's own chain would still prefer keys in the environment to a profile that was asked for by name.
    let is_of_environment = settings.profile.is_none() && variable("AWS_ACCESS_KEY_ID").is_some();
    let chain = profiles.as_ref().filter(|_| !is_of_environment).and_then(RoleChain::of);
    if let Some(RoleChain { base, roles }) = chain {
        signing.start_with(base, provider);
        for role in roles {
            signing.assume(role);
        }
    } else if let Some(profile) = &settings.profile {
        signing.start_with(BaseCredentials::Profile(profile.clone()), provider);
    }
    if let Some(arn) = &settings.role_arn {
        signing.assume(Role { arn: arn.clone(), ..Role::default() });
    }
    (signing.config, signing.mfa_roles)
}

/// A configuration whose credentials are exchanged for others.
struct Signing {
    config: SdkConfig,
    mfa_roles: Vec<Arc<AssumedRole>>,
}

impl Signing {
    fn start_with(&mut self, base: BaseCredentials, provider: &ProviderConfig) {
        self.use_credentials(match base {
            BaseCredentials::Profile(name) => SharedCredentialsProvider::new(
                ProfileFileCredentialsProvider::builder().configure(provider).profile_name(name).build(),
            ),
            BaseCredentials::Keys(keys) => SharedCredentialsProvider::new(keys),
            BaseCredentials::Environment => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            BaseCredentials::Instance => {
                SharedCredentialsProvider::new(ImdsCredentialsProvider::builder().configure(provider).build())
            }
            BaseCredentials::Container => {
                SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(provider).build())
            }
        });
    }

    fn assume(&mut self, role: Role) {
        // The cache of the configuration holds what the calls of KMS are signed with. What is before it is asked once.
        let sts = aws_sdk_sts::config::Builder::from(&self.config)
            .identity_cache(IdentityCache::no_cache())
            .retry_classifier(NobodyThere)
            .build();
        let needs_code = role.mfa_serial.is_some();
        let role = Arc::new(AssumedRole::new(role, aws_sdk_sts::Client::from_conf(sts)));
        if needs_code {
            self.mfa_roles.push(Arc::clone(&role));
        }
        let role: Arc<dyn ProvideCredentials> = role;
        self.use_credentials(SharedCredentialsProvider::new(role));
    }

    fn use_credentials(&mut self, credentials: SharedCredentialsProvider) {
        self.config = self.config.to_builder().credentials_provider(credentials).build();
    }
}

/// A variable of the environment that is set to something.
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
