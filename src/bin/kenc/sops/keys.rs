//! Which keys and which rule a document is encrypted with: flags, the variables of sops, and the config.

use std::path::Path;

use kenc::context::EncryptionContext;
use kenc::document::{CommentHandling, EmptySelection, EncryptionRecipe, EncryptionRule, Format, MacScope};
use kenc::error::{ConfigFault, Error};
use kenc::keys::{KeySpec, KmsAccess, KmsKey, PgpFingerprint, WrappingKey};

use super::args::{RefusedKeys, SopsArgs};
use super::exit::{NO_KEY_OF_RULE, SopsStop, code};
use kenc::ops::configs::Configs;

/// The message when there are no keys.
const NO_CONFIG: &str =
    "config file not found, or has no creation rules, and no keys provided through command line options";
/// Options for encrypting a document for the first time. `from` is the format of the plaintext file.
pub fn recipe(args: &SopsArgs, configs: &Configs, path: &Path, from: Format) -> Result<EncryptionRecipe, SopsStop> {
    let given = given(args)?;
    let found = configs.of(Some(path))?;
    let rule = match &found.config {
        Some(config) if given.is_empty() => config.rule_for(Some(path)).map_err(no_rule)?,
        Some(config) => config.settings_for(Some(path))?,
        None => None,
    };
    let groups = match &rule {
        _ if !given.is_empty() => vec![given],
        Some(rule) if !rule.groups.is_empty() => rule.wrapping_keys()?,
        // Programs look for these sentences.
        Some(_) => {
            let stop = SopsStop::new(code::FAILED, NO_KEY_OF_RULE);
            return Err(stop.with_hint("the rule for the file names no key: add `age`, `kms` or `pgp` to it"));
        }
        None => {
            let stop = SopsStop::new(code::FAILED, NO_CONFIG);
            return Err(stop.with_hint("name a key with `--age`, `--kms` or `--pgp`, or add a rule to .sops.yaml"));
        }
    };
    let threshold =
        args.shamir_secret_sharing_threshold.or(rule.as_ref().and_then(|rule| rule.threshold.map(usize::from)));
    let from_config = rule.as_ref().and_then(|rule| rule.selection.clone());
    let is_only_encrypted = args.mac_only_encrypted || rule.as_ref().is_some_and(|rule| rule.mac_only_encrypted);
    // The single value of a binary document has no name that a rule could match.
    let is_binary = from == Format::Binary;
    let selection = if is_binary { None } else { selection(args)?.or(from_config) };
    Ok(EncryptionRecipe {
        rule: selection.unwrap_or_default(),
        threshold: if groups.len() > 1 { threshold.unwrap_or(0) } else { 0 },
        groups,
        mac_scope: if is_only_encrypted && !is_binary { MacScope::OnlyEncrypted } else { MacScope::All },
        comments: CommentHandling::Encrypted,
        empty_selection: EmptySelection::Accepted,
    })
}

/// The message of sops when no rule matches a file.
fn no_rule(error: Error) -> SopsStop {
    if !matches!(&error, Error::Config(error) if matches!(error.fault, ConfigFault::NoRule(_))) {
        return error.into();
    }
    let stop = SopsStop::new(code::FAILED, "error loading config: no matching creation rules found");
    stop.with_hint("add a rule for the file to .sops.yaml, or one without `path_regex` for all other files")
}

/// The keys of the flags, or of the variables.
pub fn given(args: &SopsArgs) -> Result<Vec<WrappingKey>, SopsStop> {
    refuse_others(&args.refused_keys)?;
    for (variable, service) in [
        ("SOPS_GCP_KMS_IDS", "Google Cloud KMS"),
        ("SOPS_AZURE_KEYVAULT_URLS", "Azure Key Vault"),
        ("SOPS_VAULT_URIS", "HashiCorp Vault"),
        ("SOPS_HUAWEICLOUD_KMS_IDS", "Huawei Cloud KMS"),
    ] {
        if std::env::var_os(variable).is_some_and(|value| !value.is_empty()) {
            return Err(SopsStop::new(
                code::FAILED,
                format!("${variable} names keys of {service}, which kenc does not support"),
            ));
        }
    }
    let or_variable = |given: &[String], name: &str| {
        let from_variable = || std::env::var(name).into_iter().collect();
        if given.is_empty() { from_variable() } else { last(given).to_vec() }
    };
    named(
        args,
        &or_variable(&args.kms, "SOPS_KMS_ARN"),
        &or_variable(&args.pgp, "SOPS_PGP_FP"),
        &or_variable(&args.age, "SOPS_AGE_RECIPIENTS"),
    )
}

/// If a flag is repeated, the last one counts.
pub fn last(lists: &[String]) -> &[String] {
    &lists[lists.len().saturating_sub(1)..]
}

/// Keys by metadata list, from comma-separated words, in the order of sops.
pub fn named(args: &SopsArgs, kms: &[String], pgp: &[String], age: &[String]) -> Result<Vec<WrappingKey>, SopsStop> {
    let words = |lists: &[String]| -> Vec<String> {
        let words = lists.iter().flat_map(|list| list.split([',', '\n'])).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let context = context(args)?;
    let mut keys: Vec<WrappingKey> = Vec::new();
    for word in words(kms) {
        let (arn, role) = word.split_once('+').map_or((word.as_str(), None), |(arn, role)| (arn, Some(role)));
        let fault = || SopsStop::new(code::FAILED, format!("`{arn}` is not the ARN of a KMS key"));
        let key = KeySpec::from(KmsKey::from_document(arn).ok_or_else(fault)?);
        let (role, profile) = (role.map(str::to_owned), args.aws_profile.clone());
        keys.push(WrappingKey { key, access: KmsAccess { context: context.clone(), role, profile } });
    }
    for word in words(pgp) {
        let fault = || SopsStop::new(code::FAILED, format!("`{word}` is not the fingerprint of a PGP key"));
        keys.push(KeySpec::from(PgpFingerprint::from_fingerprint(&word).ok_or_else(fault)?).into());
    }
    for word in words(age) {
        keys.push(word.parse::<KeySpec>().map_err(Error::from)?.into());
    }
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| seen.insert(key.key.to_string()));
    Ok(keys)
}

/// The pairs of `--encryption-context`.
fn context(args: &SopsArgs) -> Result<EncryptionContext, SopsStop> {
    let fault = || SopsStop::new(code::CONTEXT_FORMAT, "the encryption context must be written key:value,key:value");
    let mut context = EncryptionContext::new();
    for pair in args.encryption_context.iter().flat_map(|pairs| pairs.split(',')).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(':').ok_or_else(fault)?;
        context.insert(key, value).map_err(Error::from)?;
    }
    Ok(context)
}

/// Names the keys that kenc does not support, if any were given.
pub fn refuse_others(keys: &RefusedKeys) -> Result<(), SopsStop> {
    let RefusedKeys {
        gcp_kms,
        hckms,
        azure_kv,
        hc_vault_transit,
        add_gcp_kms,
        rm_gcp_kms,
        add_hckms,
        rm_hckms,
        add_azure_kv,
        rm_azure_kv,
        add_hc_vault_transit,
        rm_hc_vault_transit,
    } = keys;
    for (lists, service) in [
        ([gcp_kms, add_gcp_kms, rm_gcp_kms], "Google Cloud KMS"),
        ([hckms, add_hckms, rm_hckms], "Huawei Cloud KMS"),
        ([azure_kv, add_azure_kv, rm_azure_kv], "Azure Key Vault"),
        ([hc_vault_transit, add_hc_vault_transit, rm_hc_vault_transit], "HashiCorp Vault"),
    ] {
        if lists.iter().any(|list| list.iter().any(|words| !words.is_empty())) {
            return Err(SopsStop::new(code::FAILED, format!("kenc does not support keys of {service}")));
        }
    }
    Ok(())
}

/// The rule for which values are encrypted, from the flags.
pub fn selection(args: &SopsArgs) -> Result<Option<EncryptionRule>, SopsStop> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let rules = [
        given(&args.unencrypted_suffix).map(EncryptionRule::UnencryptedSuffix),
        given(&args.encrypted_suffix).map(EncryptionRule::EncryptedSuffix),
        given(&args.unencrypted_regex).map(EncryptionRule::UnencryptedRegex),
        given(&args.encrypted_regex).map(EncryptionRule::EncryptedRegex),
        given(&args.unencrypted_comment_regex).map(EncryptionRule::UnencryptedCommentRegex),
        given(&args.encrypted_comment_regex).map(EncryptionRule::EncryptedCommentRegex),
    ];
    let mut rules = rules.into_iter().flatten();
    match (rules.next(), rules.next()) {
        (rule, None) => Ok(rule),
        (_, Some(_)) => Err(SopsStop::new(code::CONFLICT, "only one rule can select the values to encrypt")),
    }
}
