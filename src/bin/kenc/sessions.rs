//! Sessions, from the options of the command line.

use std::path::PathBuf;
use std::sync::Arc;

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::error::Error;
use kenc::keys::{KmsSettings, PassphraseSource};
use kenc::ops::configs::{ConfigSource, Configs};
use kenc::ops::object_name::without_secrets;
use kenc::ops::places::{identities, variable};
use kenc::storage::s3::ObjectName;

use crate::args::{AwsArgs, GlobalArgs, OpenArgs, PassphraseArgs};
use crate::failure::Failure;
use crate::prompt::Passphrases;
use crate::report::Reporter;

/// The variable with which sops names its config.
const SOPS_CONFIG: &str = "SOPS_CONFIG";

/// Most files that the log of key uses names for a call.
const MOST_NAMED: usize = 100;

/// The configs of a run.
pub fn configs(args: &GlobalArgs, reporter: &Arc<Reporter>) -> Configs {
    let source = match (&args.config, variable(SOPS_CONFIG)) {
        (Some(path), _) => ConfigSource::Named(path.clone()),
        (None, Some(path)) => ConfigSource::NamedForSops(path),
        (None, None) => ConfigSource::NearInput,
    };
    Configs::new(source, Arc::clone(reporter) as _)
}

/// The files and folders that the command line names, as far as they exist: for the log of key uses.
pub fn named_inputs() -> Vec<String> {
    let words = std::env::args_os().skip(1).take_while(|word| word != "--").map(PathBuf::from);
    let absolute = |path: PathBuf| match std::path::absolute(&path) {
        // The query of a URL is a secret.
        _ if ObjectName::is_meant(&path) => Some(without_secrets(&path)),
        Ok(absolute) if path.exists() => Some(absolute),
        _ => None,
    };
    words.filter_map(absolute).take(MOST_NAMED).map(|path| path.display().to_string()).collect()
}

/// The configs as sops finds and reads them.
pub fn configs_of_sops(named: Option<PathBuf>, reporter: &Arc<Reporter>) -> Configs {
    let named = named.filter(|path| !path.as_os_str().is_empty()).or_else(|| variable(SOPS_CONFIG));
    let source = named.map_or(ConfigSource::NearWorkingFolder, ConfigSource::NamedForSops);
    Configs::new(source, Arc::clone(reporter) as _)
}

/// The session of a command that opens the files `inputs`.
pub fn to_open(
    open: &OpenArgs,
    passphrases: impl PassphraseSource + Send + 'static,
    aws: &AwsArgs,
    configs: &Configs,
    inputs: &[PathBuf],
) -> Result<Session, Failure> {
    let OpenArgs { keys, context, identities: given } = open;
    let session = to_encrypt(passphrases, aws, configs).with_identity_places(identities(given));
    let session = session.with_kms_routes(configs.kms_routes(inputs));
    session.warn_of_open_identities();
    let only = configs.keys(keys, inputs)?;
    Ok(session.with_only(only).with_context(EncryptionContext::from_words(context).map_err(Error::from)?))
}

/// The session of a command that asks only named keys.
pub fn to_encrypt(passphrases: impl PassphraseSource + Send + 'static, aws: &AwsArgs, configs: &Configs) -> Session {
    Session::new().with_configs(configs.clone()).with_kms(kms_settings(aws)).with_passphrases(passphrases)
}

/// The session of a command that asks no key.
pub fn to_inspect(configs: &Configs) -> Session {
    Session::new().with_configs(configs.clone())
}

/// The same for one that may read objects, with the sign-in that `aws` says.
pub fn to_inspect_objects(aws: &AwsArgs, configs: &Configs) -> Session {
    to_inspect(configs).with_kms(kms_settings(aws))
}

/// Passphrases from the source that the command line names.
pub fn passphrases(args: &PassphraseArgs, reporter: &Reporter) -> Passphrases {
    Passphrases::new(args.passphrase_from.clone(), reporter.may_ask())
}

fn kms_settings(args: &AwsArgs) -> KmsSettings {
    let AwsArgs { profile, region, role_arn, timeout } = args;
    KmsSettings { profile: profile.clone(), region: region.clone(), role_arn: role_arn.clone(), timeout: *timeout }
}
