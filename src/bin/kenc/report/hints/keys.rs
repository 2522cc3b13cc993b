//! Hints for problems found by `kenc keys check`.

use kenc::context::EncryptionContext;
use kenc::keys::aws_kms::{
    AwsCaller, AwsPrincipal, KmsKeyCheck, KmsKeyDescription, KmsPermission, KmsPurpose, is_account,
};
use kenc::keys::{AgeKeyCheck, KmsRefusal, KmsRefusalKind, PluginRefusal};

use super::kms_key_state::{of_disabled, of_other_state, of_pending_deletion};
use super::{context_words, of_kms, of_refusal, quote};

/// For keys that only a file names, and that would get a data key.
pub const NOT_VOUCHED_FOR: &str = "if these are the right keys, use `--yes`; or name them with `--to KEY`, in a rule of the config or in its `trusted_keys`";

/// For a key that git would have asked only because a file names it.
pub const NOT_NAMED: &str =
    "if it is your key, name it in a rule of the config or add it to `trusted_keys`: git then shows the file";

/// For a key that was not asked or did not open, by its refusal.
pub const NOT_TRUSTED: &str =
    "if you trust the key, add it to `trusted_keys` in .kenc.yaml, or name its full ARN or recipient with -k";

/// For a key that was not asked or did not open, by its refusal.
pub const TOO_MANY_PASSPHRASES: &str =
    "open it with another of its keys, named with --identity or -k; `kenc inspect` lists them";

/// For a key that was not asked or did not open, by its refusal.
pub const NOT_ASKED: &str = "use only one key with `-k KEY`, or wait longer with `--aws-timeout 120`";

/// For a key that was not asked or did not open, by its refusal.
pub const OTHER_SERVICE: &str = "decrypt it with `sops decrypt`, or add an age or KMS key with `sops updatekeys`";

/// For a key that was not asked or did not open, by its refusal.
pub const NO_PASSPHRASE: &str = "use `--passphrase-from file:PATH`, `fd:N` or `cmd:PROGRAM`";

/// For a plugin of age that did not wrap or unwrap.
pub fn of_plugin(refusal: &PluginRefusal) -> String {
    match refusal {
        PluginRefusal::Missing { program } => format!("install `{program}` into a folder of PATH"),
        PluginRefusal::Silent { .. } => {
            "it may wait for its token to be plugged in or touched: try again on a terminal".to_owned()
        }
        PluginRefusal::Broken { .. } | PluginRefusal::Failed { .. } => {
            "`AGEDEBUG=plugin` shows what it says; it also shows secrets".to_owned()
        }
    }
}

/// For a key that may not be asked, or that the file is not under.
pub const OTHER_KEY: &str = "the file may not be under this key: `kenc inspect` shows its keys, and without -k kenc tries all of them; if it is, ask for kms:Decrypt on the key";

/// Whether a key of KMS is named by an alias.
pub fn is_alias(key: &str) -> bool {
    key.starts_with("alias/") || key.contains(":alias/")
}

/// For an alias that does not exist in the region that was asked.
pub fn of_absent_alias(refusal: &KmsRefusal) -> String {
    let Some(region) = &refusal.region else {
        return "aliases are per region: use `--aws-region REGION`".to_owned();
    };
    let is_from = |name: &&str| std::env::var(name).is_ok_and(|value| value == *region);
    let source = if refusal.key.starts_with("arn:") {
        "the ARN".to_owned()
    } else if let Some(variable) = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().copied().find(is_from) {
        format!("${variable}")
    } else {
        "--aws-region or the AWS profile".to_owned()
    };
    format!(
        "aliases are per region, and the region {region} comes from {source}: use `--aws-region REGION`, or list the aliases there with `aws kms list-aliases --region {region}`"
    )
}

/// The state in which a key works.
pub const ENABLED: &str = "Enabled";

/// For the check of an age recipient.
pub fn of_age_check(check: &AgeKeyCheck, purpose: KmsPurpose) -> Vec<String> {
    let AgeKeyCheck { opened, open_to_others, .. } = check;
    let identity = opened.as_ref().err().filter(|_| purpose != KmsPurpose::EncryptOnly).map(of_refusal);
    let files = open_to_others.iter().map(|path| quote(&path.display().to_string()));
    identity.into_iter().chain(files.map(|path| format!("make it private: `chmod 600 {path}`"))).collect()
}

/// For the check of a KMS key.
pub fn of_kms_check(
    check: &KmsKeyCheck,
    context: &EncryptionContext,
    key_arn: &str,
    caller: Option<&AwsCaller>,
) -> Vec<String> {
    let refusals = check.permissions.iter().filter_map(|(_, permission)| match permission {
        KmsPermission::Refused(refusal) => Some(&**refusal),
        _ => None,
    });
    let is_missing = |refusal: &&KmsRefusal| refusal.kind == KmsRefusalKind::Denied && !refusal.is_explicit_deny();
    let mut hints: Vec<String> = refusals.filter(|refusal| !is_missing(refusal)).map(of_kms).collect();
    // Services that imitate KMS may use a key in spite of its state.
    if hints.is_empty()
        && let Ok(description) = &check.description
    {
        hints.extend(hint_of_state(description));
    }
    if check.missing().next().is_some() {
        let context = context_words(&context.to_pairs());
        // The ARN of a session does not contain the path of its role.
        let who = caller.filter(|caller| caller.arn.parse::<AwsPrincipal>().is_ok());
        let who = who.map_or_else(|| "ARN".to_owned(), |caller| quote(&caller.arn));
        let account = key_arn.split(':').nth(4).unwrap_or_default();
        hints.push(if caller.is_some_and(|caller| is_account(account) && caller.account != account) {
            format!(
                "the key belongs to another account, so both are needed: attach that policy to the caller, and allow the caller in the key policy, which `kenc keys policy{context} --account {account} --user {who}` prints"
            )
        } else {
            format!(
                "attach that policy to the caller, or allow the caller in the key policy, which `kenc keys policy{context} --user {who}` prints"
            )
        });
    }
    hints
}

/// For a role that could not be assumed.
pub fn of_role(refusal: &KmsRefusal) -> String {
    let profile =
        refusal.profile.as_deref().map_or_else(String::new, |profile| format!(" --profile {}", quote(profile)));
    let by_hand = format!("`eval \"$(aws configure export-credentials{profile} --format env)\"`");
    if refusal.kind == KmsRefusalKind::CodeNeeded {
        return format!(
            "sign in with the AWS CLI, which asks for the code: {by_hand}; then run kenc without the profile"
        );
    }
    if refusal.message.contains("web identity") {
        return "the trust policy of the role must name the provider of the token, and allow its subject sts:AssumeRoleWithWebIdentity".to_owned();
    }
    if refusal.message.contains("MultiFactorAuthentication") {
        return "wait for the next code of the device, and try again; the clock must be right, too: `date -u`"
            .to_owned();
    }
    format!(
        "two policies must allow sts:AssumeRole: the trust policy of the role, and the IAM policy of the caller, which `aws sts get-caller-identity{profile}` shows; if the trust policy asks for MFA, set `mfa_serial` in the profile"
    )
}

/// For a denial of a key in another account than the caller's, which needs two policies.
pub fn of_other_account(refusal: &KmsRefusal, context: &str) -> Option<String> {
    let caller = refusal.principal()?;
    let key = refusal.denied_resource().filter(|arn| arn.starts_with("arn:")).unwrap_or(&refusal.key);
    let (of_caller, of_key) = (caller.split(':').nth(4)?, key.split(':').nth(4)?);
    if !is_account(of_caller) || !is_account(of_key) || of_caller == of_key {
        return None;
    }
    let who = caller.parse::<AwsPrincipal>().map_or_else(|_| "ARN".to_owned(), |_| quote(caller));
    Some(format!(
        "the key belongs to account {of_key} and the caller to {of_caller}, so two policies must allow kms:{}: the key policy (`kenc keys policy{context} --account {of_key} --user {who}` prints its statement), and the IAM policy of the caller in {of_caller}",
        refusal.operation
    ))
}

fn hint_of_state(description: &KmsKeyDescription) -> Option<String> {
    let key = quote(&description.arn);
    let region = description.arn.split(':').nth(3).unwrap_or_default();
    let region = if region.is_empty() { String::new() } else { format!(" --region {}", quote(region)) };
    match description.state.as_str() {
        ENABLED => None,
        "Disabled" => Some(of_disabled(&key, &region)),
        "PendingDeletion" | "PendingReplicaDeletion" => Some(of_pending_deletion(&key, &region)),
        _ => Some(of_other_state(&key, &region)),
    }
}
