//! The principals in the policy of an AWS KMS key.

use std::collections::BTreeSet;

use crate::keys::aws_kms::{AwsPrincipal, Parties};
use crate::ops::failure::{Cause, Failure};

/// A required principal that was not given. The policy has a placeholder instead, which AWS rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingParty {
    /// `ACCOUNT`.
    Account,
    /// `ADMIN`.
    Administrator,
    /// `USER`.
    User,
}

/// The principals in a policy, and the missing ones. The default account is that of the principals.
///
/// # Errors
/// If they belong to several accounts, and none is named.
pub fn parties(
    account: Option<&str>,
    administrators: &[AwsPrincipal],
    users: &[AwsPrincipal],
) -> Result<(Parties, Vec<MissingParty>), Failure> {
    let given = || administrators.iter().chain(users);
    let accounts: BTreeSet<&str> = given().map(AwsPrincipal::account).collect();
    let mut missing = Vec::new();
    let account = match account {
        Some(account) => account,
        None if accounts.len() > 1 => {
            return Err(Cause::SeveralAccounts(accounts.into_iter().collect::<Vec<_>>().join(", ")).into());
        }
        None => accounts.first().copied().unwrap_or_else(|| {
            missing.push(MissingParty::Account);
            "ACCOUNT"
        }),
    };
    let partition = given().next().map_or("aws", AwsPrincipal::partition);
    let mut named = |principals: &[AwsPrincipal], role: &str, party| {
        if principals.is_empty() {
            missing.push(party);
            return vec![format!("arn:{partition}:iam::{account}:role/{role}")];
        }
        principals.iter().map(ToString::to_string).collect()
    };
    let administrators = named(administrators, "ADMIN", MissingParty::Administrator);
    let users = named(users, "USER", MissingParty::User);
    let root = format!("arn:{partition}:iam::{account}:root");
    Ok((Parties { root, administrators, users }, missing))
}
