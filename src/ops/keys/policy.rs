//! Whom the policy of a key of AWS KMS names.

use std::collections::BTreeSet;

use crate::keys::aws_kms::{AwsPrincipal, Parties};
use crate::ops::failure::{Cause, Failure};

/// Somebody whom a policy has to name, and who was not given. A word stands in the policy, which AWS does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingParty {
    /// `ACCOUNT`.
    Account,
    /// `ADMIN`.
    Administrator,
    /// `USER`.
    User,
}

/// Who is named in a policy, and who is missing. Without an account it is the one of the principals.
///
/// # Errors
/// If they are of several accounts, and none is named.
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
