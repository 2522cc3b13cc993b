//! The roles that a profile of the AWS configuration chains, one assumed with the credentials of the other.
//!
//! The SDK follows such chains too, but neither asks for a code of an MFA device nor says which role was refused.

use aws_config::profile::{Profile, ProfileSet};
use aws_credential_types::Credentials;

/// Most roles that are assumed one with the other.
const MAX_ROLES: usize = 16;

/// Roles, and what the first of them is assumed with.
#[derive(Debug)]
pub(super) struct RoleChain {
    pub(super) base: BaseCredentials,
    /// In the order in which they are assumed; at least one.
    pub(super) roles: Vec<Role>,
}

/// Credentials that need no others.
#[derive(Debug)]
pub(super) enum BaseCredentials {
    /// What the SDK makes of a profile that names no role to assume.
    Profile(String),
    /// Keys in the profile itself.
    Keys(Credentials),
    Environment,
    Instance,
    Container,
}

/// A role to assume.
#[derive(Clone, Debug, Default)]
pub(super) struct Role {
    pub(super) arn: String,
    pub(super) external_id: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) duration_seconds: Option<i32>,
    /// The ARN or the number of the MFA device whose code is needed.
    pub(super) mfa_serial: Option<String>,
    /// The profile that names the role.
    pub(super) profile: Option<String>,
}

impl RoleChain {
    /// The chain of the selected profile. `None` if it names no role, or if something is wrong with the chain: then the
    /// SDK says what.
    pub(super) fn of(profiles: &ProfileSet) -> Option<Self> {
        let mut roles: Vec<Role> = Vec::new();
        let mut name = profiles.selected_profile();
        let base = loop {
            let profile = profiles.get_profile(name)?;
            // Keys go before a role, except in the profile that was asked for.
            if let Some(keys) = keys(profile).filter(|_| !roles.is_empty()) {
                break BaseCredentials::Keys(keys);
            }
            let Some(role) = role(profile) else { break BaseCredentials::Profile(name.to_owned()) };
            let is_seen = roles.iter().any(|other| other.profile == role.profile);
            if is_seen || roles.len() == MAX_ROLES {
                return None;
            }
            roles.push(role);
            match (profile.get("source_profile"), profile.get("credential_source")) {
                (Some(source), None) if source == name => break BaseCredentials::Keys(keys(profile)?),
                (Some(source), None) => name = source,
                (None, Some(source)) => break named_source(source)?,
                _ => return None,
            }
        };
        if roles.is_empty() {
            return None;
        }
        roles.reverse();
        Some(Self { base, roles })
    }
}

fn role(profile: &Profile) -> Option<Role> {
    // With a token of its own, a role needs no credentials of others.
    if profile.get("web_identity_token_file").is_some() {
        return None;
    }
    let text = |name| profile.get(name).map(str::to_owned);
    Some(Role {
        arn: text("role_arn")?,
        external_id: text("external_id"),
        session_name: text("role_session_name"),
        duration_seconds: profile.get("duration_seconds").and_then(|seconds| seconds.parse().ok()),
        mfa_serial: text("mfa_serial"),
        profile: Some(profile.name().to_owned()),
    })
}

fn keys(profile: &Profile) -> Option<Credentials> {
    let [id, secret] = ["aws_access_key_id", "aws_secret_access_key"].map(|name| profile.get(name));
    let token = profile.get("aws_session_token").map(str::to_owned);
    Some(Credentials::new(id?, secret?, token, None, "profile"))
}

fn named_source(name: &str) -> Option<BaseCredentials> {
    match name.to_ascii_lowercase().as_str() {
        "environment" => Some(BaseCredentials::Environment),
        "ec2instancemetadata" => Some(BaseCredentials::Instance),
        "ecscontainer" => Some(BaseCredentials::Container),
        _ => None,
    }
}
